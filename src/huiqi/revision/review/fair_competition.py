"""What a fair-competition review in force bears on (公平竞争审查), with the money and the firms behind each flag."""

from __future__ import annotations

from huiqi.revision.review.finding import Finding
from huiqi.revision.review.material import Material
from huiqi.revision.review.said import firms_perhaps, money, title
from huiqi.rules.review import Flagged, flagged
from huiqi.vocabulary.speech import Both, both, listed, of_words


def fair_competition(material: Material) -> list[Finding]:
    """A finding for each measure and each line of a review that bears on it, whatever the facts that are the reason."""
    numbers = {measure.id: number for number, measure in enumerate(material.measures) if number in material.reviewed}
    together: dict[tuple[int, str, str, str], list[Flagged]] = {}
    for one in flagged(material.rules):
        if one.measure.id in numbers:
            together.setdefault((numbers[one.measure.id], str(one.text.record.document), str(one.flag.clause), one.part), []).append(one)
    return [_finding(material, number, flags) for (number, *_), flags in together.items()]


def _finding(material: Material, number: int, flags: list[Flagged]) -> Finding:
    tally, currency, first = material.outcome.tallies[number], material.currency(number), flags[0]
    facts = listed((of_words(fact.label) for fact in dict.fromkeys(flag.fact for flag in flags)), ", ", "、")
    part = Both("its amount follows", "金额取决于") if first.part == "amount" else Both("it is for those with a certain", "享受资格取决于")
    reach = firms_perhaps(tally.yes, tally.depends, material.registry.schema.subject)
    what = both(
        ("{0}: {1} {2}; from {3} on {4} ({5} {6}); {7}", "“{0}”：{1}{2}；自{3}起，{4}（{5}{6}）；涉及{7}"),
        title(tally.measure), part, facts, first.from_day.isoformat(), of_words(first.flag.say), str(first.text.record.document),
        str(first.flag.clause), reach,
    )  # fmt: skip
    paid = (0, 0) if tally.measure.amount is None else (tally.payable_low, tally.payable_high)
    if tally.measure.amount is not None:
        what = both(("{0}, {1}", "{0}，{1}"), what, money(*paid, currency))
    remedy = Both(
        "have it reviewed: end the measure, name its legal_basis, or let it rest on something else", "送审：终止该措施、写明法律依据，或改用其他依据"
    )
    detail = {
        "measure": tally.measure.id, "facts": [flag.fact.id for flag in flags], "part": first.part, "review": str(first.text.record.document),
        "review_clause": str(first.flag.clause), "from_day": first.from_day.isoformat(),
    }  # fmt: skip
    clause, where = str(tally.measure.record.clause), tally.measure.where
    return Finding("fair-competition", (tally.measure.name,), clause, what, remedy, where, paid, tally.yes, tally.depends, currency, detail)
