import csv
import io

import pytest

from huiqi_portal.accounts.models import Reading
from huiqi_portal.accounts.roles import Role
from huiqi_portal.jobs.models import State
from huiqi_portal.registries.lookup import firm
from huiqi_portal.registries.models import Registry, current_registry
from portal.working import work_off
from portal.zips import sent, with_link, zipped
from registries import ABOUT

pytestmark = pytest.mark.django_db
IMPORT = "/en/registries/import/"
MAP = (
    ABOUT
    + """
tables:
  - files: "firms.csv"
    id: {column: code}
    columns:
      founded: {fact: established, date: "%Y-%m-%d"}
      honest: {fact: honest}
"""
)
FIRMS = "code,founded,honest\nfirm-7,2012-01-05,true\nfirm-8,no day,true\n,2013-01-01,false\nfirm-9,2014-02-03,\n"


@pytest.fixture
def officer(client_of):
    return client_of(Role.OFFICER)


def send(client, tables=FIRMS, map=MAP, name="firms.csv"):
    """Tables and a map sent in, and the import done."""
    files = {"tables": [sent(tables.encode(), name)], "map": sent(map.encode(), "map.yaml")}
    answer = client.post(IMPORT, {"source": "tables", **files})
    assert answer.status_code == 302, answer.content.decode()
    return work_off()


@pytest.mark.parametrize(
    "content", [b"no zip", with_link("registry.yaml", "/etc/passwd"), zipped({"../registry.yaml": "x"}), zipped({"run.py": "x"})]
)
def test_a_wicked_zip_is_refused(officer, law, content):
    before = Registry.objects.count()
    assert officer.post(IMPORT, {"source": "zip", "zip": sent(content)}).status_code == 400
    assert Registry.objects.count() == before


@pytest.mark.parametrize("name", ["firms.xls", "firms.html", "fi..rms.csv", ".csv", "a;b.csv", "firms"])
def test_a_table_with_another_ending_or_a_name_that_is_none_is_refused(officer, law, name):
    answer = officer.post(IMPORT, {"source": "tables", "tables": [sent(b"a,b", name)], "map": sent(b"x: 1", "map.yaml")})
    assert answer.status_code == 400


def test_tables_without_a_map_and_a_map_without_tables_are_told(officer, law):
    assert "no map" in officer.post(IMPORT, {"source": "tables", "tables": [sent(b"a", "a.csv")]}).content.decode()
    assert "no file was chosen" in officer.post(IMPORT, {"source": "tables", "map": sent(b"a: 1", "m.yaml")}).content.decode()


def test_a_workbook_that_is_a_bomb_is_refused(officer, law):
    bomb = zipped({"xl/worksheets/sheet1.xml": b" " * 9_000_000})
    answer = officer.post(IMPORT, {"source": "tables", "tables": [sent(bomb, "a.xlsx")], "map": sent(b"x: 1", "map.yaml")})
    assert answer.status_code == 400
    assert "times its size" in answer.content.decode()


def test_a_faulty_map_is_told_with_its_line(officer, law):
    job = send(officer, map=MAP.replace("established", "foundedd"))
    assert job.state == State.FAILED
    assert job.problems[0]["line"] > 0
    assert "map.yaml:" in officer.get(f"/en/registries/{Registry.objects.first().pk}/").content.decode()
    assert current_registry() is None


def test_rows_that_cannot_stand_are_shown_and_downloaded_with_their_reasons(officer, law):
    send(officer)
    found = Registry.objects.first()
    assert (found.subjects, found.rejected) == (2, 2)
    page = officer.get(f"/en/registries/{found.pk}/").content.decode()
    assert "4 rows read, 2 accepted, 2 rejected." in page
    assert "the row has no id" in page
    assert "该行没有主体代码" in officer.get(f"/zh-hans/registries/{found.pk}/").content.decode()
    answer = officer.get(f"/en/registries/{found.pk}/rejected.csv")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert [row["code"] for row in rows] == ["cell.date", "import.no-id"] or len(rows) == 2
    assert Reading.objects.filter(what="registries:rejected").exists()


def test_the_summary_says_what_is_known_of_how_many(officer, law):
    send(officer)
    found = Registry.objects.first()
    assert {(one["fact"], one["known"]) for one in found.report["coverage"]} == {("established", 2), ("honest", 1)}
    assert "50.0%" in officer.get(f"/en/registries/{found.pk}/").content.decode()


def test_a_registry_counts_once_it_is_made_current_and_an_earlier_one_can_be_current_again(officer, law):
    send(officer)
    first = Registry.objects.first()
    assert current_registry() is None
    for _ in range(2):
        officer.post(f"/en/registries/{first.pk}/adopt/")
        work_off()
        assert current_registry() == first
        assert firm("firm-7") is not None
        send(officer)


def test_the_zip_of_a_registry_is_taken_as_it_is(officer, law):
    files = {"r/registry.yaml": ABOUT, "r/enterprise.csv": "id,honest\nfirm-5,true\n"}
    officer.post(IMPORT, {"source": "zip", "zip": sent(zipped(files))})
    assert work_off().state == State.DONE
    found = Registry.objects.first()
    assert (found.subjects, found.made_up, found.title) == (1, True, ("Test registry", "测试登记库"))


def test_a_zip_without_a_registry_and_one_with_unknown_facts_are_told(officer, law):
    officer.post(IMPORT, {"source": "zip", "zip": sent(zipped({"a.csv": "id\n1\n"}))})
    assert work_off().problems[0]["code"] == "registries.no-registry"
    files = {"registry.yaml": ABOUT, "enterprise.csv": "id,honesty\nfirm-5,true\n"}
    officer.post(IMPORT, {"source": "zip", "zip": sent(zipped(files))})
    assert work_off().problems[0]["code"] == "registry.unknown-column"


@pytest.mark.parametrize(
    ("role", "status"), [(Role.OFFICER, 200), (Role.ADMINISTRATOR, 200), (Role.AUDITOR, 200), (Role.EDITOR, 403), (Role.ENTERPRISE, 403), (None, 302)]
)
def test_registries_are_read_by_officers_auditors_and_administrators(client_of, registry, role, status):
    assert client_of(role).get("/en/registries/").status_code == status
    assert client_of(role).get(f"/en/registries/{registry.pk}/").status_code == status
    assert (
        client_of(role).post(f"/en/registries/{registry.pk}/adopt/").status_code
        == {200: 302, 302: 302, 403: 403}[403 if role is Role.AUDITOR else status]
    )
