import json

import pytest

import huiqi
from huiqi.entitlements import as_json
from huiqi_portal.accounts.api_token import Scope
from huiqi_portal.api.faults import CODES, PROBLEMS

pytestmark = pytest.mark.django_db
FACTS = {"place": "bj", "established": "2015-03-01", "honest": True, "listed": False, "trade": "chips"}
FACTS |= {"revenue": {"2023": 8_000_000}, "expense": {"2023": 3_000_000}, "staff": {"2023": 40}}


def problems(answer):
    told = answer.json()
    assert set(told) == {"code", "message", "where", "remedy", "problems"}
    assert told["code"] in CODES
    for one in told["problems"]:
        assert one["code"] in PROBLEMS
        assert all((one["message"]["en"], one["message"]["zh"], one["remedy"]["en"], one["remedy"]["zh"]))
    return {one["where"]: one["code"] for one in told["problems"]}


# ---------------------------------------------------------------- what is wrong


def test_all_that_is_wrong_with_facts_is_told_at_once(law, program, send):
    wrong = {
        "revenu": 5, "honest": "perhaps", "listed": 1, "trade": "chipz", "place": "atlantis", "established": "yesterday",
        "expense": -1, "staff": {"23": 1, "2031": 2, "2023": 12.5}, "revenue": {"2023": [1]},
    }  # fmt: skip
    answer = send(program(Scope.EVALUATE), "evaluate", {"facts": wrong})
    assert answer.status_code == 422
    assert answer.json()["code"] == "facts.wrong"
    assert problems(answer) == {
        "body.facts.revenu": "fact.unknown",
        "body.facts.honest": "fact.value",
        "body.facts.listed": "fact.type",
        "body.facts.trade": "fact.value",
        "body.facts.place": "fact.value",
        "body.facts.established": "fact.value",
        "body.facts.expense": "fact.value",
        "body.facts.staff.23": "fact.year",
        "body.facts.staff.2031": "fact.year",
        "body.facts.revenue.2023": "fact.type",
    }


def test_the_nearest_name_of_an_unknown_fact_is_told(law, program, send):
    (told,) = send(program(Scope.EVALUATE), "evaluate", {"facts": {"revenu": 5}}).json()["problems"]
    assert told["remedy"]["en"] == "did you mean revenue?"
    assert "revenue" in told["remedy"]["zh"]


@pytest.mark.parametrize(
    ("body", "code", "status"),
    [
        ("", "request.wrong", 422),
        ("{", "request.not-json", 400),
        ("[]", "request.not-json", 400),
        (b"\xff\xfe", "request.not-json", 400),
        ('{"facts": {"revenue": NaN}}', "request.not-json", 400),
        ('{"facts": {"revenue": 1' + "0" * 5_000 + "}}", "request.not-json", 400),
        ('{"facts": {"name": "\\ud800"}}', "request.not-json", 400),
        ('{"facts": {}, "facts": {}}', "request.key-twice", 400),
        ('{"facts": ' + '{"a": ' * 20 + "1" + "}" * 21, "request.too-deep", 400),
        ("[" * 200_000, "request.too-deep", 400),
        (json.dumps({"facts": {"name": "x" * 1_100_000}}), "request.too-large", 413),
        ('{"as_of": "soon"}', "request.wrong", 422),
        ('{"law_on": "1066-10-14"}', "request.wrong", 422),
        ('{"place": "atlantis"}', "request.wrong", 422),
        ('{"facts": 5}', "request.wrong", 422),
        ('{"fact": {}}', "request.wrong", 422),
    ],
)
def test_a_body_that_cannot_be_taken_has_its_code(law, program, send, body, code, status):
    answer = send(program(Scope.EVALUATE), "evaluate", body)
    problems(answer)
    assert (answer.json()["code"], answer.status_code) == (code, status)


def test_only_json_is_read(law, program, send):
    answer = send(program(Scope.EVALUATE), "evaluate", "facts=1", content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 415
    assert answer.json()["code"] == "request.media-type"


def test_a_value_far_beyond_what_can_be_held_is_refused(law, program, send):
    answer = send(program(Scope.EVALUATE), "evaluate", '{"facts": {"revenue": 1e25, "expense": 1e400, "staff": 1e-400}}')
    assert problems(answer) == dict.fromkeys(("body.facts.revenue", "body.facts.expense", "body.facts.staff"), "fact.value")


def test_too_many_values_are_refused(law, program, send):
    facts = {"revenue": {str(year): 1 for year in range(10_000)}}
    assert problems(send(program(Scope.EVALUATE), "evaluate", {"facts": facts})) == {"body.facts": "fact.many"}


def test_a_fact_by_two_names_is_given_twice(law, program, send):
    assert problems(send(program(Scope.EVALUATE), "evaluate", {"facts": {"honest": True, "守信": True}})) == {"body.facts.守信": "fact.twice"}


def test_a_fact_of_a_day_has_no_years(law, program, send):
    assert problems(send(program(Scope.EVALUATE), "evaluate", {"facts": {"honest": {"2023": True}}})) == {"body.facts.honest": "fact.period"}


def test_a_measure_that_there_is_not_is_told(law, program, send):
    answer = send(program(Scope.EVALUATE), "explain", {"measure": "p/a/none"})
    assert (answer.status_code, answer.json()["code"]) == (404, "measure.unknown")


# ---------------------------------------------------------------- what is answered


def known(law, **more):
    schema = law.rules.schemas["enterprise"]
    values = {("place", None): "bj", ("established", None): 735658, ("honest", None): True, ("listed", None): False, ("trade", None): "chips"}
    values |= {("revenue", 2023): 800_000_000, ("expense", 2023): 300_000_000, ("staff", 2023): 40}
    return huiqi.Known(schema, law.rules.places, law.law_on, values | more, first_year=2023)


def test_the_answer_equals_what_the_library_assesses(law, program, send):
    told = send(program(Scope.EVALUATE), "evaluate", {"facts": FACTS}).json()
    assessed = huiqi.assess(law.explainer, known(law))
    assert [(one["measure"], one["status"], one["stands"]) for one in told["measures"]] == [(a.measure.name, a.status, a.stands) for a in assessed]
    for one, assess in zip(told["measures"], assessed, strict=True):
        assert (one["due"] and (one["due"]["low"], one["due"]["high"])) == assess.due
        assert (one["payable"] and (one["payable"]["low"], one["payable"]["high"])) == assess.payable


def test_the_higher_of_two_cuts_the_other(law, program, send):
    told = send(program(Scope.EVALUATE), "evaluate", {"facts": FACTS}).json()
    grant, rent, prize = told["measures"]
    assert grant["payable"] == {"low": 30_000_000, "high": 30_000_000, "currency": "CNY"}
    assert rent["due"] == {"low": 20_000_000, "high": 20_000_000, "currency": "CNY"}
    assert rent["payable"] == {"low": 0, "high": 0, "currency": "CNY"}
    assert [cut["because_of"] for cut in rent["cuts"]] == [["p/a/grant"]]
    assert (prize["status"], prize["due"]) == ("no", None)
    assert told["together"]["payable"]["low"] == 30_000_000


def test_what_is_unknown_is_a_range_and_told(law, program, send):
    told = send(program(Scope.EVALUATE), "evaluate", {"facts": {**FACTS, "expense": None}}).json()
    assert told["measures"][0]["due"] == {"low": 0, "high": 100_000_000, "currency": "CNY"}
    assert ("expense", 2023) in [(one["fact"], one["year"]) for one in told["unknown"]]


def test_a_value_without_a_year_is_of_the_last_completed_one_and_labels_are_names(law, program, send):
    client = program(Scope.EVALUATE)
    plain = send(client, "evaluate", {"facts": {"营业收入": "8,000,000", "honest": "是", "expense": 3_000_000.0}}).json()
    by_year = send(client, "evaluate", {"facts": {"revenue": {"2023": 8_000_000}, "honest": True, "expense": {"2023": 3_000_000}}}).json()
    assert plain == by_year


def test_a_place_leaves_only_what_applies_there(law, program, send):
    client = program(Scope.EVALUATE)
    here = send(client, "evaluate", {"place": "bj", "facts": {key: value for key, value in FACTS.items() if key != "place"}}).json()
    assert here["measures"] == send(client, "evaluate", {"facts": FACTS}).json()["measures"]
    assert send(client, "evaluate", {"place": "sx"}).json()["measures"] != []
    assert problems(send(client, "evaluate", {"place": "sx", "facts": {"place": "bj"}})) == {"body.place": "fact.place"}


def test_a_place_where_nothing_applies_has_no_measures(law, program, send):
    answer = send(program(Scope.EVALUATE), "evaluate", {"place": "us"})
    assert answer.status_code in (200, 422)


def test_another_day_has_its_own_law(law, program, send):
    told = send(program(Scope.EVALUATE), "evaluate", {"as_of": "2023-06-30", "law_on": "2019-12-31"}).json()
    assert (told["as_of"], told["law_on"]) == ("2023-06-30", "2019-12-31")


def test_other_days_are_prepared_only_so_often(law, program, send, monkeypatch):
    monkeypatch.setattr("huiqi_portal.api.operations.enterprise.OTHER_DAYS", 1)
    client = program(Scope.EVALUATE)
    assert send(client, "evaluate", {"law_on": "2021-01-01"}).status_code == 200
    assert send(client, "evaluate", {"law_on": "2021-01-01"}).status_code == 200
    answer = send(client, "evaluate", {"law_on": "2021-01-02"})
    assert (answer.status_code, answer.json()["code"]) == (429, "law.too-many-days")
    assert int(answer["Retry-After"]) > 0


def test_an_explanation_is_that_of_the_command(law, program, send):
    told = send(program(Scope.EVALUATE), "explain", {"facts": FACTS, "measure": "p/a/rent"}).json()
    run = law.explainer.known(known(law))
    (expected,) = law.explainer.explain(run, [law.rules.measures[1]])
    assert told["explanations"] == [json.loads(json.dumps(as_json.explanation(expected)))]


def test_questions_come_best_first_and_no_more_than_wanted(law, program, send):
    told = send(program(Scope.EVALUATE), "ask", {"facts": {"place": "bj"}, "most": 2}).json()
    expected = huiqi.ask(
        law.explainer, law.explainer.known(huiqi.Known(law.rules.schemas["enterprise"], law.rules.places, law.law_on, {("place", None): "bj"}))
    )
    assert told["total"] == len(expected)
    assert told["questions"] == [as_json.question(one) for one in expected[:2]]
