import pytest

from huiqi_portal.accounts.api_token import Scope
from huiqi_portal.accounts.roles import Role
from huiqi_portal.jobs.models import Job
from huiqi_portal.office.models import Run
from portal.working import work_off

pytestmark = pytest.mark.django_db


def code(answer):
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize("role", [Role.ENTERPRISE, Role.EDITOR, Role.AUDITOR])
def test_only_who_starts_runs_on_the_pages_starts_them_here(registry, program, user_of, send, role):
    client = program(role=role)
    user_of(role).api_tokens.update(scopes=[scope.value for scope in Scope])  # as if its user had another role before
    assert code(send(client, "runs", {"what": "evaluation"})) == (403, "token.scope")
    assert not Run.objects.exists()


def test_a_token_that_reads_runs_starts_none(registry, program, send):
    assert code(send(program(Scope.RUNS_READ), "runs", {"what": "evaluation"})) == (403, "token.scope")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, (422, "request.wrong")),
        ({"what": "magic"}, (422, "request.wrong")),
        ({"what": "evaluation", "as_of": "0001-01-01"}, (422, "request.wrong")),
        ({"what": "simulation"}, (409, "run.refused")),
    ],
)
def test_a_run_that_cannot_be_started_is_told(registry, program, send, body, expected):
    assert code(send(program(Scope.RUNS_WRITE), "runs", body)) == expected


def test_a_reform_that_is_none_is_told_at_once(registry, program, send):
    answer = send(program(Scope.RUNS_WRITE), "runs", {"what": "simulation", "reform": "a: ["})
    assert code(answer) == (409, "run.refused")
    (told,) = answer.json()["problems"]
    assert (told["code"], told["where"]) == ("run.reform", "body.reform")
    assert "reform.yaml:2:1: text.yaml" in told["message"]["en"]
    assert not Run.objects.exists()


def test_without_a_registry_nothing_can_be_started(law, program, send):
    answer = send(program(Scope.RUNS_WRITE), "runs", {"what": "evaluation"})
    assert code(answer) == (409, "run.refused")
    assert answer.json()["problems"][0]["message"]["zh"] == "尚无企业库"


@pytest.mark.parametrize("path", ["runs/7", "runs/7/figures", "runs/7/tables/summary.csv", "runs/99999999999999999999"])
def test_a_run_that_there_is_not_is_told(registry, program, path):
    assert code(program(Scope.RUNS_READ).get(f"/api/v1/{path}")) == (404, "run.unknown")


def test_a_run_is_started_done_and_read(registry, program, send):
    client = program(Scope.RUNS_READ, Scope.RUNS_WRITE)
    started = send(client, "runs", {"what": "evaluation", "title": "by a program"})
    assert (started.status_code, started.json()["state"]) == (202, "waiting")
    number = started.json()["run"]
    assert code(client.get(f"/api/v1/runs/{number}/figures")) == (409, "run.not-done")
    work_off()
    assert Job.objects.get().state == "done", Job.objects.get().traceback
    told = client.get(f"/api/v1/runs/{number}").json()
    assert (told["state"], told["headline"]["subjects"], told["made_up"]) == ("done", 2, registry.made_up)
    figures = client.get(f"/api/v1/runs/{number}/figures").json()["figures"]
    assert [one["name"] for one in figures["measures"]] == ["p/a/grant", "p/a/rent", "p/a/prize"]
    table = client.get(f"/api/v1/runs/{number}/tables/summary.csv")
    assert table["Content-Type"].startswith("text/csv")
    assert b"".join(table.streaming_content)
    assert code(client.get(f"/api/v1/runs/{number}/tables/visits.csv")) == (404, "run.no-table")
    assert client.get(f"/api/v1/runs/{number}/tables/..%2Ffigures.json").status_code == 404
    assert [one["run"] for one in client.get("/api/v1/runs").json()["runs"]] == [number]
