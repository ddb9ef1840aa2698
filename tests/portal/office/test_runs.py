import html
import json

import pytest

from huiqi.vocabulary.problem_words import in_chinese
from huiqi_portal.accounts.models import Reading
from huiqi_portal.accounts.roles import Role
from huiqi_portal.jobs.models import State
from huiqi_portal.office.models import Run
from portal.working import work_off

pytestmark = pytest.mark.django_db
REFORM = """
reform: more-rent
title: {en: More rent aid, zh: 提高租金补贴}
pack: p
changes:
  - {in: a-1, set: measures/rent/amount, to: 90万元}
"""
DAYS = {"as_of": "2024-06-30", "law_on": "2024-06-30"}


@pytest.fixture
def officer(client_of):
    return client_of(Role.OFFICER)


@pytest.fixture
def ask(officer, registry):
    """Ask for a run and have it done."""

    def run(what, **given):
        answer = officer.post(f"/en/office/{what}/", DAYS | given)
        assert answer.status_code == 302, answer.content.decode()
        job = work_off()
        assert job.state == State.DONE, (job.problems, job.traceback)
        return Run.objects.first()

    return run


def test_without_a_registry_nothing_is_reckoned_and_the_page_says_so(officer, law):
    answer = officer.post("/en/office/evaluate/", DAYS)
    assert answer.status_code == 400
    assert "no registry" in answer.content.decode()


@pytest.mark.parametrize("day", ["2024-02-30", "yesterday", "1", "<script>"])
def test_a_day_that_is_none_is_refused(officer, registry, day):
    answer = officer.post("/en/office/evaluate/", {"as_of": day})
    assert answer.status_code == 400
    assert "<script>" not in answer.content.decode().partition("<main")[2]


@pytest.mark.parametrize(("text", "code"), [("title: x", "record.missing-key"), ("a: [", "text.yaml"), ("a: &a [*a]", "text.alias")])
def test_a_reform_that_is_none_is_told_at_once_and_kept(officer, registry, text, code):
    answer = officer.post("/en/office/simulate/", DAYS | {"reform": text})
    assert answer.status_code == 400
    assert code in answer.content.decode()
    assert html.escape(text) in answer.content.decode()
    assert not Run.objects.exists()


@pytest.mark.parametrize(
    ("text", "code"),
    [(REFORM.replace("pack: p", "pack: q"), "pack.not-found"), (REFORM.replace("90万元", "revenu"), "rules.unknown-name")],
)
def test_a_reform_that_does_not_fit_the_law_is_told_where_it_does_not(officer, registry, text, code):
    officer.post("/en/office/simulate/", DAYS | {"reform": text})
    job = work_off()
    assert job.state == State.FAILED
    assert code in {problem["code"] for problem in job.problems}
    assert code in officer.get(f"/en/office/runs/{Run.objects.first().pk}/").content.decode()


def test_a_problem_is_told_in_chinese_before_its_english_message(officer, registry):
    officer.post("/en/office/simulate/", DAYS | {"reform": REFORM.replace("90万元", "revenu")})
    work_off()
    number = Run.objects.get().pk
    meaning = in_chinese()["rules.unknown-name"]
    chinese, english = (officer.get(f"/{lang}/office/runs/{number}/").content.decode() for lang in ("zh-hans", "en"))
    assert meaning.means in chinese
    assert meaning.remedy in chinese
    assert "revenu " in chinese
    assert meaning.means not in english
    assert "revenu " in english


def test_a_reform_that_is_empty_or_no_text_is_refused(officer, registry):
    from portal.zips import sent

    assert officer.post("/en/office/simulate/", DAYS | {"reform": " "}).status_code == 400
    assert officer.post("/en/office/simulate/", DAYS | {"file": sent(b"\xff\xfe\x00", "a.yaml")}).status_code == 400
    assert officer.post("/en/office/simulate/", DAYS | {"reform": "x" * 300_000}).status_code == 400


def test_the_dashboard_shows_counts_and_costs_and_leads_to_the_rules(ask, officer):
    run = ask("evaluate")
    page = officer.get("/en/office/").content.decode()
    for words in ("Rent aid", "Research grant", "made up", f"/en/office/runs/{run.pk}/rules/#rule-"):
        assert words in page
    rules = officer.get(f"/en/office/runs/{run.pk}/rules/").content.decode()
    assert "第一条" in rules
    figures = json.loads((run.folder / "figures.json").read_text(encoding="utf-8"))
    counts = {one["name"]: (one["yes"], one["depends"], one["no"]) for one in figures["measures"]}
    assert counts == {"p/a/grant": (1, 1, 0), "p/a/rent": (1, 1, 0), "p/a/prize": (1, 0, 1)}
    assert figures["facts"][0]["fact"] in ("staff", "expense", "honest")


def test_tables_sort_by_links_and_an_unknown_order_is_passed_over(ask, officer):
    ask("evaluate")

    def titles(query):
        table = officer.get(f"/en/office/{query}").content.decode().partition('id="measures"')[2]
        return sorted(["Rent aid", "Research grant", "Prize for listing"], key=table.index)

    assert titles("?sort=title") == list(reversed(titles("?sort=-title")))
    assert titles("?sort=nonsense&sort_place=--") == titles("")


def test_charts_and_tables_are_handed_out_and_no_other_file(ask, officer):
    run = ask("evaluate")
    chart = officer.get(f"/en/office/runs/{run.pk}/chart/chart-measures-en.svg")
    assert chart["Content-Type"] == "image/svg+xml"
    assert b"".join(chart.streaming_content).startswith(b"<svg")
    table = officer.get(f"/en/office/runs/{run.pk}/table/summary.csv")
    assert b"".join(table.streaming_content).startswith(b"measure,")
    for name in ("entitlements.parquet", "run.json", "..", "%2e%2e%2fdb.sqlite3", "figures.json"):
        for kind in ("chart", "table", "firms"):
            assert officer.get(f"/en/office/runs/{run.pk}/{kind}/{name}").status_code == 404


def test_a_simulated_reform_is_kept_with_its_report_under_a_policy_of_its_own(ask, officer):
    run = ask("simulate", reform=REFORM)
    assert run.headline["reform"] == {"en": "More rent aid", "zh": "提高租金补贴"}
    assert "More rent aid" in officer.get(f"/en/office/runs/{run.pk}/").content.decode()
    report = officer.get(f"/zh-hans/office/runs/{run.pk}/report/")
    policy = report["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'sha256-" in policy
    assert "sandbox allow-scripts" in policy
    assert "allow-same-origin" not in policy
    assert "'self'" not in policy
    assert "提高租金补贴" in report.content.decode()


def test_who_reads_a_report_of_named_firms_is_put_into_the_audit_trail(ask, client_of):
    run = ask("simulate", reform=REFORM)
    assert run.headline["named"] == ["firm-1"]
    client_of(Role.AUDITOR).get(f"/en/office/runs/{run.pk}/report/")
    assert set(Reading.objects.filter(what="office:report").values_list("subject", flat=True)) == set(run.headline["named"])


def test_an_earlier_reform_can_be_changed_and_simulated_again(ask, officer):
    run = ask("simulate", reform=REFORM)
    assert "measures/rent/amount" in officer.get(f"/en/office/simulate/?from={run.pk}").content.decode()
    assert officer.get("/en/office/simulate/?from=../../etc/passwd").status_code == 200


def test_a_review_is_kept_and_its_visits_are_put_into_the_audit_trail(ask, officer, client_of):
    run = ask("review")
    assert officer.get(f"/en/office/runs/{run.pk}/").status_code == 200
    assert officer.get(f"/en/office/runs/{run.pk}/report/").status_code == 200
    page = officer.get("/en/office/visits/")
    assert page.status_code == 200
    shown = {one["subject"] for one in json.loads((run.folder / "visits.json").read_text(encoding="utf-8"))}
    assert set(Reading.objects.filter(what="office:visits").values_list("subject", flat=True)) == shown
    table = officer.get(f"/en/office/runs/{run.pk}/firms/visits.csv")
    assert b"".join(table.streaming_content).startswith(b"subject,")
    assert client_of(Role.EDITOR).get(f"/en/office/runs/{run.pk}/firms/visits.csv").status_code == 403


def test_two_evaluations_are_compared_by_what_differs(ask, officer, registry):
    one, other = ask("evaluate"), ask("evaluate", law_on="2019-06-30")
    page = officer.get(f"/en/office/runs/compare/?one={one.pk}&other={other.pk}").content.decode()
    assert "not in force" in page or "come to the same" in page
    same = officer.get(f"/en/office/runs/compare/?one={one.pk}&other={one.pk}").content.decode()
    assert "3 measures come to the same in both." in same
    assert officer.get("/en/office/runs/compare/?one=x&other=999").status_code == 200


@pytest.mark.parametrize("page", ["", "runs/", "runs/compare/"])
@pytest.mark.parametrize(
    ("role", "status"), [(Role.OFFICER, 200), (Role.EDITOR, 200), (Role.AUDITOR, 200), (Role.ADMINISTRATOR, 200), (Role.ENTERPRISE, 403), (None, 302)]
)
def test_the_office_is_open_to_staff(client_of, law, page, role, status):
    assert client_of(role).get(f"/en/office/{page}").status_code == status


@pytest.mark.parametrize("page", ["evaluate/", "simulate/", "review/"])
@pytest.mark.parametrize(
    ("role", "status"), [(Role.OFFICER, 200), (Role.EDITOR, 403), (Role.AUDITOR, 403), (Role.ADMINISTRATOR, 200), (Role.ENTERPRISE, 403), (None, 302)]
)
def test_runs_are_asked_for_by_officers_and_administrators(client_of, law, page, role, status):
    assert client_of(role).get(f"/zh-hans/office/{page}").status_code == status
