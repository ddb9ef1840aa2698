import io
from pathlib import Path

import pytest

from huiqi_portal.accounts.models import User
from huiqi_portal.accounts.roles import Role
from huiqi_portal.texts import shelf
from huiqi_portal.texts.models import Act, Publication
from portal.working import work_off
from portal.zips import sent, with_link, zipped, zipped_folder

pytestmark = pytest.mark.django_db
UPLOAD = "/en/texts/upload/"


@pytest.fixture
def editor(client_of):
    return client_of(Role.EDITOR)


@pytest.fixture
def packs(law, settings) -> Path:
    """The folder of the law in force."""
    return Path(settings.HUIQI_DATA, "texts", "1", "packs")


def send(client, content, **named):
    """A zip sent in, and its check done."""
    answer = client.post(UPLOAD, {"source": "zip", "zip": sent(content), **named})
    assert answer.status_code == 302, answer.content.decode()
    work_off()
    return Publication.objects.first()


def changed(packs: Path, old: str, new: str, file: str = "special/a-1.yaml") -> bytes:
    """The pack with some words of a text replaced, as the zip of its folder."""
    found = next(path for path in sorted(packs.rglob("*.yaml")) if old in path.read_text(encoding="utf-8"))
    return zipped({f"{found.relative_to(packs).as_posix()}": found.read_text(encoding="utf-8").replace(old, new)} | {
        path.relative_to(packs).as_posix(): path.read_bytes() for path in sorted((packs / "p").rglob("*")) if path.is_file() and path != found
    })  # fmt: skip


@pytest.mark.parametrize(
    "content", [b"no zip", with_link("p/pack.yaml", "/etc/passwd"), zipped({"../p/pack.yaml": "id: p"}), zipped({"p/run.py": "1"})]
)
def test_a_wicked_zip_is_refused_with_a_remedy_and_nothing_is_kept_of_it_as_a_version(editor, law, content):
    before = Publication.objects.count()
    answer = editor.post(UPLOAD, {"source": "zip", "zip": sent(content)})
    assert answer.status_code == 400
    assert 'role="alert"' in answer.content.decode()
    assert Publication.objects.count() == before


@pytest.mark.parametrize("name", ["packs.tar", "packs.zip.exe", "..zip"])
def test_a_file_of_another_kind_is_refused(editor, law, name):
    assert editor.post(UPLOAD, {"source": "zip", "zip": sent(b"x", name)}).status_code == 400


def test_no_file_and_an_empty_file_are_told(editor, law):
    assert "no file was chosen" in editor.post(UPLOAD, {"source": "zip"}).content.decode()
    assert "is empty" in editor.post(UPLOAD, {"source": "zip", "zip": sent(b"")}).content.decode()


def test_more_than_may_be_sent_is_refused(editor, law, settings):
    settings.HUIQI_UPLOAD_BYTES = 100
    assert editor.post(UPLOAD, {"source": "zip", "zip": sent(zipped({"p/pack.yaml": "id: p" * 50}))}).status_code == 400
    assert editor.post(UPLOAD, {"source": "zip", "zip": io.BytesIO(b"x" * 300_000)}).status_code in (400, 413)


def test_a_zip_without_a_pack_says_so(editor, law):
    assert editor.post(UPLOAD, {"source": "zip", "zip": sent(zipped({"a.yaml": "a: 1"})), "whole": "yes"}).status_code == 302
    job = work_off()
    assert [problem["code"] for problem in job.problems] == ["texts.no-pack"]
    assert "none has a pack.yaml" in editor.get(f"/en/texts/{Publication.objects.first().pk}/").content.decode()


def test_a_faulty_text_is_told_with_file_line_code_and_remedy_and_cannot_be_proposed(editor, packs):
    found = send(editor, changed(packs, "revenue >= 500万元", "revenu >= 500万元"))
    page = editor.get(f"/en/texts/{found.pk}/").content.decode()
    assert found.report["errors"] == 1
    for words in ("rules.unknown-name", "did you mean revenue?", ".yaml:"):
        assert words in page
    refused = editor.post(f"/en/texts/{found.pk}/propose/")
    assert refused.status_code == 409
    assert "errors or worked cases" in refused.content.decode()


def test_what_changes_is_told_in_words_and_the_rest_is_taken_over(editor, packs):
    found = send(editor, changed(packs, "revenue >= 500万元", "revenue >= 800万元"))
    assert found.sound
    page = editor.get(f"/en/texts/{found.pk}/").content.decode()
    assert "from ¥5,000,000 to ¥8,000,000" in page
    assert "stricter" in page
    assert "500万元提高到800万元" in editor.get(f"/zh-hans/texts/{found.pk}/").content.decode()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("area: {type: number, unit: mu, decimals: 2", "area: {type: number, unit: mu, decimals: 3"),
        ("star: {type: flag,", "star: {type: category, codes: trade,"),
        ("stake: {type: share,", "stake: {type: number, unit: mu,"),
    ],
)
def test_a_fact_is_always_recorded_alike_under_its_name(editor, packs, old, new):
    facts = packs / "facts" / "enterprise.yaml"
    files = {path.relative_to(packs).as_posix(): path.read_bytes() for path in packs.rglob("*") if path.is_file()}
    assert old in facts.read_text(encoding="utf-8")
    files["facts/enterprise.yaml"] = facts.read_text(encoding="utf-8").replace(old, new).encode()
    found = send(editor, zipped(files))
    assert "texts.fact-form" in {problem["code"] for problem in found.report["problems"]}
    assert not found.sound


def test_a_version_takes_two_people_and_then_holds_at_once(editor, packs, user_of, client_of, client):
    found = send(editor, changed(packs, "amount: 20万元", "amount: 30万元"))
    before = shelf.law()
    assert editor.post(f"/en/texts/{found.pk}/publish/").status_code == 409
    assert editor.post(f"/en/texts/{found.pk}/propose/", {"note": "as decided"}).status_code == 302
    assert editor.post(f"/en/texts/{found.pk}/publish/").status_code == 409
    assert shelf.law() is before
    for role in (Role.OFFICER, Role.AUDITOR, Role.ENTERPRISE):
        assert client_of(role).post(f"/en/texts/{found.pk}/publish/").status_code == 403
    second = User.objects.create_user("second", role=Role.EDITOR)
    client.force_login(second, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(f"/en/texts/{found.pk}/publish/").status_code == 302
    assert shelf.law().version == found.pk
    assert [(step.act, step.by.username) for step in found.steps.all()] == [(Act.PROPOSED, "editor"), (Act.PUBLISHED, "second")]


def test_an_earlier_version_can_be_published_again_and_is_never_altered(editor, packs, client_of, law):
    first = Publication.objects.get(pk=law.version)
    first.report = {"errors": 0, "failed": [], "against": first.pk}
    first.save()
    found = send(editor, changed(packs, "amount: 20万元", "amount: 30万元"))
    kept = {path: path.read_bytes() for path in packs.rglob("*") if path.is_file()}
    for version in (found, first):
        editor.post(f"/en/texts/{version.pk}/propose/")
        assert client_of(Role.ADMINISTRATOR).post(f"/en/texts/{version.pk}/publish/").status_code == 302
        assert shelf.law().version == version.pk
    assert kept == {path: path.read_bytes() for path in packs.rglob("*") if path.is_file()}


def test_a_proposal_is_refused_or_taken_back(editor, packs, client_of):
    found = send(editor, changed(packs, "amount: 20万元", "amount: 30万元"))
    for client, act in ((client_of(Role.ADMINISTRATOR), Act.REFUSED), (editor, Act.WITHDRAWN)):
        editor.post(f"/en/texts/{found.pk}/propose/")
        client.post(f"/en/texts/{found.pk}/turn-down/", {"note": "not yet"})
        assert found.steps.last().act == act
        found.refresh_from_db()
        assert found.proposed_at is None


def test_a_whole_zip_holds_all_there_is(editor, packs):
    found = send(editor, zipped_folder(packs, "packs/"), whole="yes")
    assert found.sound
    assert found.report["differences"] == []


def test_the_contents_of_a_pack_without_its_folder_are_refused(editor, packs):
    editor.post(UPLOAD, {"source": "zip", "zip": sent(zipped_folder(packs / "p"))})
    assert [problem["code"] for problem in work_off().problems] == ["texts.no-folder"]


@pytest.mark.parametrize(
    ("role", "status"), [(Role.EDITOR, 200), (Role.ADMINISTRATOR, 200), (Role.AUDITOR, 200), (Role.OFFICER, 403), (Role.ENTERPRISE, 403), (None, 302)]
)
def test_versions_are_read_by_those_who_publish_and_who_audit(client_of, law, role, status):
    assert client_of(role).get("/en/texts/").status_code == status
    assert client_of(role).get(f"/en/texts/{law.version}/").status_code == status
    assert client_of(role).get(UPLOAD).status_code == (403 if role is Role.AUDITOR else status)
