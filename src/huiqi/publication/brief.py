"""What a measure gives in one line, for lists: a figure, a range or the rule in words; what is not public is said as such."""

from __future__ import annotations

from fractions import Fraction

from huiqi.facts.known import Known
from huiqi.publication.wording import NOT_PUBLIC, Wording
from huiqi.rules.compile import Measure, Rules
from huiqi.rules.exact import Exactly
from huiqi.vocabulary.speech import Both, both, listed, money_range

FEN = 100


def amount_ends(measure: Measure, rules: Rules) -> tuple[int, int | None] | None:
    """Between what the amount of a measure lies for whoever has it, in fen (None: no upper end); None where the measure gives no money."""
    if measure.amount is None:
        return None
    nobody = Known(rules.schemas[measure.subject], rules.places, rules.law_on)
    found = Exactly(nobody).figure(measure.amount.node)
    return _fen(found.low) or 0, _fen(found.high)


def _fen(yuan: Fraction | float) -> int | None:
    return None if isinstance(yuan, float) else int(yuan * FEN)


def amount_in_brief(measure: Measure, wording: Wording) -> Both | None:
    """The amount in one line; None where the measure gives no money."""
    if measure.amount is None:
        return None
    if measure.amount.unpublished:
        return NOT_PUBLIC
    ends, said = amount_ends(measure, wording.rules), wording.amount(measure)
    assert ends is not None
    assert said is not None
    low, high = ends
    if high is not None and low == high:
        return money_range(low, high, wording.currency)
    if high is not None and measure.amount.form != "rate":
        return both(("up to {0}", "最高{0}"), money_range(high, high, wording.currency))
    if said.sentence is None:
        assert said.grid is not None  # a rule in words is a sentence or a table
        return both(("by steps of: {0}", "按{0}分档"), said.grid.heads[0])
    return listed((said.sentence, *said.limits), ", ", "，")
