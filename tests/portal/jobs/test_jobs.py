import datetime
import json
from contextlib import suppress

import pytest
from django.utils import timezone

import huiqi
from huiqi.vocabulary.speech import Both
from huiqi_portal.accounts.roles import Role
from huiqi_portal.jobs import work
from huiqi_portal.jobs.models import Job, State
from huiqi_portal.site.faults import Fault, Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def kinds(monkeypatch):
    """Pieces of work that end in every way."""
    found = dict(work._kinds)
    monkeypatch.setattr(work, "_kinds", found)

    def declare(name, does):
        work.kind(f"test.{name}", Both("A test", "测试"), (Role.OFFICER,), lambda job: "/en/")(does)

    def steps(job):
        for done in range(3):
            work.progress(job, done, 3, Both("a step", "一步"))
        return {"answer": 42}

    def faulty(job):
        raise huiqi.FaultyInput([huiqi.Problem("pack.not-found", "there is no pack q", hint="packs here: p")])

    def refused(job):
        raise Refused([Fault("upload.kind", Both("no zip", "不是压缩包"), Both("send a zip", "请上传压缩包"), "zip")])

    def crash(job):
        raise ZeroDivisionError("a secret path")

    for does in (steps, faulty, refused, crash):
        declare(does.__name__, does)


def done(name, by):
    """A job of a kind, done at once as the worker would."""
    job = work.start(f"test.{name}", {}, by)
    with suppress(ZeroDivisionError):  # the queue keeps it too
        work.do.func(job.pk)
    job.refresh_from_db()
    return job


def test_faulty_texts_are_told_with_place_and_remedy(kinds, user_of, client_of):
    job = done("faulty", user_of(Role.OFFICER))
    assert job.state == State.FAILED
    page = client_of(Role.OFFICER).get(f"/en/jobs/{job.pk}/").content.decode()
    assert "there is no pack q" in page
    assert "packs here: p" in page


def test_a_crash_is_kept_for_administrators_and_said_plainly_to_others(kinds, user_of, client_of):
    job = done("crash", user_of(Role.OFFICER))
    assert job.state == State.FAILED
    officer, administrator = (client_of(role).get(f"/en/jobs/{job.pk}/").content.decode() for role in (Role.OFFICER, Role.ADMINISTRATOR))
    assert "a secret path" not in officer
    assert "an error of the portal itself" in officer
    assert "a secret path" in administrator


def test_what_was_sent_in_wrongly_is_told_in_both_languages(kinds, user_of, client_of):
    job = done("refused", user_of(Role.OFFICER))
    assert "请上传压缩包" in client_of(Role.OFFICER).get(f"/zh-hans/jobs/{job.pk}/").content.decode()
    assert "send a zip" in client_of(Role.OFFICER).get(f"/en/jobs/{job.pk}/").content.decode()


def test_a_job_that_is_stopped_before_it_begins_is_never_done(kinds, user_of):
    job = work.start("test.steps", {}, user_of(Role.OFFICER))
    work.stop(job)
    work.do.func(job.pk)
    job.refresh_from_db()
    assert (job.state, job.result) == (State.CANCELLED, {})


def test_a_job_that_runs_ends_at_its_next_step(kinds, user_of):
    def stops_itself(job):
        work.progress(job, 1, 3, Both("a step", "一步"))
        work.stop(job)
        work.progress(job, 2, 3, Both("another", "又一步"))
        raise AssertionError("it went on")

    work.kind("test.stops", Both("A test", "测试"), (), lambda job: "")(stops_itself)
    job = done("stops", user_of(Role.OFFICER))
    assert (job.state, job.done) == (State.CANCELLED, 2)


def test_a_job_whose_worker_died_is_found_and_can_be_started_again(kinds, user_of, client_of):
    long_ago = timezone.now() - datetime.timedelta(hours=1)
    job = Job.objects.create(kind="test.steps", by=user_of(Role.OFFICER), state=State.RUNNING, began_at=long_ago, alive_at=long_ago)
    page = client_of(Role.OFFICER).get(f"/en/jobs/{job.pk}/").content.decode()
    assert "the process that did the work is gone" in page
    assert client_of(Role.OFFICER).post(f"/en/jobs/{job.pk}/again/").status_code == 302
    assert Job.objects.first().state == State.WAITING


def test_a_job_whose_worker_lives_is_left_alone(kinds, user_of):
    job = Job.objects.create(kind="test.steps", by=user_of(Role.OFFICER), state=State.RUNNING, alive_at=timezone.now())
    work.mark_lost()
    job.refresh_from_db()
    assert job.state == State.RUNNING


def test_a_job_is_done_once_however_often_it_is_queued(kinds, user_of):
    job = done("steps", user_of(Role.OFFICER))
    Job.objects.filter(pk=job.pk).update(result={"answer": 0})
    work.do.func(job.pk)
    job.refresh_from_db()
    assert job.result == {"answer": 0}


def test_the_progress_says_how_far_it_is_in_words_and_asks_again_only_while_it_runs(kinds, user_of, client_of):
    job = Job.objects.create(
        kind="test.steps",
        by=user_of(Role.OFFICER),
        state=State.RUNNING,
        done=1200,
        total=2000,
        alive_at=timezone.now(),
        doing={"en": "evaluating", "zh": "测算中"},
    )
    page = client_of(Role.OFFICER).get(f"/en/jobs/{job.pk}/")
    assert "1,200 of 2,000 done" in page.content.decode()
    assert 'http-equiv="refresh"' in page.content.decode()
    fragment = client_of(Role.OFFICER).get(f"/zh-hans/jobs/{job.pk}/", headers={"HX-Request": "true", "HX-Target": "progress"})
    assert "<html" not in fragment.content.decode()
    assert "测算中" in fragment.content.decode()
    Job.objects.filter(pk=job.pk).update(state=State.DONE)
    last = client_of(Role.OFFICER).get(f"/en/jobs/{job.pk}/", headers={"HX-Request": "true", "HX-Target": "progress"})
    assert "hx-get" not in last.content.decode()
    assert last["HX-Refresh"] == "true"


@pytest.mark.parametrize(
    ("role", "status"), [(Role.EDITOR, 403), (Role.OFFICER, 200), (Role.AUDITOR, 200), (Role.ADMINISTRATOR, 200), (Role.ENTERPRISE, 403), (None, 302)]
)
def test_a_job_is_seen_by_those_whose_work_it_is(kinds, user_of, client_of, role, status):
    job = done("steps", user_of(Role.OFFICER))
    assert client_of(role).get(f"/en/jobs/{job.pk}/").status_code == status
    assert client_of(role).get("/en/jobs/").status_code == (302 if role is None else 403 if role is Role.ENTERPRISE else 200)


def test_only_who_started_a_job_or_an_administrator_stops_it(kinds, user_of, client_of):
    job = work.start("test.steps", {}, user_of(Role.EDITOR))
    assert client_of(Role.OFFICER).post(f"/en/jobs/{job.pk}/stop/").status_code == 403
    assert client_of(Role.AUDITOR).post(f"/en/jobs/{job.pk}/stop/").status_code == 403
    assert client_of(Role.ADMINISTRATOR).post(f"/en/jobs/{job.pk}/stop/").status_code == 302
    job.refresh_from_db()
    assert job.state == State.CANCELLED
    assert json.dumps(job.problems) == "[]"
