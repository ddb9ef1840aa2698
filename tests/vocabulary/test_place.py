import pytest

from huiqi.vocabulary.place import read_places

PLACES = """
cn: {level: nation, label: {en: China, zh: 中国}}
cn-zj: {level: province, parent: cn, code: "33", label: {en: Zhejiang, zh: 浙江}}
cn-zj-hangzhou: {level: city, parent: cn-zj, code: "3301", label: {en: Hangzhou, zh: 杭州}}
cn-zj-hangzhou-binjiang: {level: district, parent: cn-zj-hangzhou, code: "330108", label: {en: Binjiang, zh: 滨江}}
"""
DIVISIONS = "code,name\n33,浙江省\n3301,杭州市\n330106,西湖区\n330108,滨江区\n3306,绍兴市\n330602,越城区\n"


@pytest.fixture
def read(tmp_path):
    def read(text, divisions=None):
        (tmp_path / "places.yaml").write_text(text, "utf-8")
        if divisions:
            (tmp_path / "divisions.csv").write_text(divisions, "utf-8")
        return read_places(tmp_path)

    return read


def test_a_district_lies_in_all_that_is_above_it(read):
    places, problems = read(PLACES)
    assert problems == []
    assert places.above("cn-zj-hangzhou-binjiang") == ("cn-zj-hangzhou-binjiang", "cn-zj-hangzhou", "cn-zj", "cn")
    assert places.below("cn-zj-hangzhou") == {"cn-zj-hangzhou", "cn-zj-hangzhou-binjiang"}


def test_a_table_may_say_the_administrative_code(read):
    places, _ = read(PLACES)
    assert places.find("330108") == "cn-zj-hangzhou-binjiang"
    assert places.find("cn-zj") == "cn-zj"
    assert places.find("999999") is None


def test_a_firm_of_which_only_the_city_is_known_may_lie_in_its_districts(read):
    places, _ = read(PLACES)
    assert places.possible("cn-zj-hangzhou").possible == {"cn-zj-hangzhou", "cn-zj-hangzhou-binjiang"}
    assert places.possible("cn-zj-hangzhou-binjiang").known


def test_the_states_divisions_fill_in_what_no_pack_names(read):
    places, problems = read(PLACES, DIVISIONS)
    assert problems == []
    assert places.above("330106") == ("330106", "cn-zj-hangzhou", "cn-zj", "cn")
    assert places.above("330602") == ("330602", "3306", "cn-zj", "cn")
    assert str(places.by_id["330602"].label.zh) == "越城区"
    assert "330108" not in places.by_id  # Binjiang has a name of its own


def test_a_parent_that_does_not_exist(read):
    places, (problem,) = read(PLACES + "x: {level: zone, parent: cn-zjj, label: {en: X, zh: 某}}\n")
    assert (problem.code, problem.hint) == ("place.unknown-parent", "did you mean cn-zj?")
    assert "x" not in places.by_id


def test_places_that_lie_in_each_other(read):
    places, problems = read("a: {level: zone, parent: b, label: {en: A, zh: 甲}}\nb: {level: zone, parent: a, label: {en: B, zh: 乙}}\n")
    assert "place.circle" in {p.code for p in problems}
    for id in places.by_id:
        assert places.above(id)


def test_a_level_that_is_none(read):
    _, (problem,) = read("a: {level: village, label: {en: A, zh: 甲}}\n")
    assert problem.code == "record.value"


@pytest.mark.parametrize(
    ("code", "id"), [("330000", "cn-zj"), ("330100", "cn-zj-hangzhou"), ("330108", "cn-zj-hangzhou-binjiang"), ("330600", "3306"), ("990000", None)]
)
def test_codes_of_provinces_and_cities_may_have_their_noughts(read, code, id):
    places, _ = read(PLACES, DIVISIONS)
    assert places.find(code) == id
