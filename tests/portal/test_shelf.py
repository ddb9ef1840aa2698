import datetime

import pytest

from huiqi_portal.texts import shelf

pytestmark = pytest.mark.django_db


def test_the_same_law_is_read_once_a_day(law):
    assert shelf.law() is law
    assert shelf.law(datetime.date(2024, 7, 1)) is not law
    assert [measure.key for measure in law.rules.measures] == ["grant", "rent", "prize"]


def test_without_a_publication_the_packs_that_come_with_huiqi_hold():
    assert shelf.law().version == shelf.SHIPPED
    assert any(measure.name == "cn-zj-hangzhou-binjiang/gazelle/gazelle" for measure in shelf.law().rules.measures)
