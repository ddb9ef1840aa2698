from huiqi.vocabulary.problem import FaultyInput, Problem, Where, did_you_mean, errors, in_order

HERE = Where("packs/p/special/a.yaml", 41, 13)


def test_a_problem_says_where_what_and_what_to_do():
    problem = Problem("rules.unknown-name", "revenu is not a fact or a definition", HERE, "did you mean revenue?")
    assert str(problem) == "packs/p/special/a.yaml:41:13: rules.unknown-name: revenu is not a fact or a definition\n    did you mean revenue?"


def test_a_warning_says_that_it_is_one():
    assert str(Problem("check.unused", "nothing reads size", severity="warning")) == "warning: check.unused: nothing reads size"


def test_a_place_without_line_or_column():
    assert str(Where("core.yaml")) == "core.yaml"
    assert str(Where("core.yaml", 3)) == "core.yaml:3"
    assert HERE.shift(4) == Where("packs/p/special/a.yaml", 41, 17)


def test_problems_stand_in_the_order_of_the_text_and_once():
    first, second, other = (Problem("a", "m", Where(file, line)) for file, line in (("a.yaml", 2), ("a.yaml", 10), ("b.yaml", 1)))
    assert in_order([other, second, first, second]) == [first, second, other]


def test_only_errors_make_a_text_unusable():
    fault, warning = Problem("a", "m"), Problem("b", "m", severity="warning")
    assert errors([warning, fault]) == [fault]


def test_faulty_input_holds_every_problem():
    error = FaultyInput([Problem("a", "one"), Problem("b", "two")])
    assert str(error) == "a: one\nb: two"
    assert [p.code for p in error.problems] == ["a", "b"]


def test_a_flat_mapping_for_programs():
    assert Problem("a", "m", HERE, "h").as_json() == {
        "code": "a", "severity": "error", "file": "packs/p/special/a.yaml", "line": 41, "column": 13, "message": "m", "hint": "h",
    }  # fmt: skip


def test_the_nearest_words():
    assert did_you_mean("Revenu", ["revenue", "employees"]) == "did you mean revenue?"
    assert did_you_mean("xyz", ["revenue"]) == ""
