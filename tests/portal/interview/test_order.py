"""Whatever the order of the answers, the list is what the library says of the facts."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import huiqi
from huiqi_portal.interview.conduct import standing
from huiqi_portal.interview.facts import facts_for
from huiqi_portal.interview.models import Interview

pytestmark = pytest.mark.django_db
ANSWERS = {
    "honest": (("true", True), ("false", False)),
    "listed": (("true", True), ("false", False)),
    "revenue.2023": (("5000000", 500_000_000), ("4999999.99", 499_999_999), ("0", 0)),
    "expense.2023": (("300万", 300_000_000), ("20000000", 2_000_000_000)),
    "staff.2023": (("100", 100), ("101", 101)),
}


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.sampled_from(list(ANSWERS)).flatmap(lambda key: st.tuples(st.just(key), st.sampled_from(("unknown", "later", *ANSWERS[key])))), max_size=8
    )
)
def test_the_list_is_what_assess_says_of_the_facts(law, said):
    client = Client()
    link = client.post("/en/interview/", {"fact.place": "bj"}).url.rstrip("/").rpartition("/")[2]
    values: dict[tuple[str, int | None], object] = {("place", None): "bj"}
    for key, what in said:
        fact, _, year = key.partition(".")
        form = {"ask": key, "say": what} if isinstance(what, str) else {"ask": key, f"fact.{key}": what[0]}
        assert client.post(f"/en/interview/{link}/", form).status_code == 302
        values.pop((fact, int(year) if year else None), None)
        if not isinstance(what, str):
            values[fact, int(year) if year else None] = what[1]
    interview = Interview.objects.get(link=link)
    facts = facts_for(AnonymousUser(), interview, law, "test")
    known = huiqi.Known(law.rules.schemas["enterprise"], law.rules.places, law.law_on, values, first_year=2023 if any(y for _, y in values) else None)
    assert facts.known == known
    expected = {one.measure.id: (one.status, one.payable) for one in huiqi.assess(law.explainer, known)}
    stands = standing(law, facts)
    assert {line.measure.id: line.status for line in stands.lines} == {id: status for id, (status, _) in expected.items()}
    assert client.get(f"/en/interview/{link}/").status_code == 200
