"""The pack format as records: what each file of a pack may hold. The JSON Schema for editors is generated from these."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from huiqi.facts.schema import Concern
from huiqi.vocabulary.record import Anything, Date, Ends, Expression, Line, Record, TrueOrFalse, Words

MeasureKind = Literal[
    "recognition", "grant", "interest_subsidy", "rent_aid", "tax_relief", "voucher", "guarantee", "equity", "land", "premises", "charge", "service",
    "requirement"
]  # fmt: skip

Condition = Annotated[
    Anything, Field(description="a test, or all / any / none: [..], or at_least: n with of: [..]", json_schema_extra={"x-form": "Condition"})
]
AmountText = Annotated[
    Anything, Field(description="an expression, `unpublished`, or one of the amount forms", json_schema_extra={"x-form": "Amount"})
]


class Source(Record):
    """How sure we are of a text."""

    kind: Literal["official", "copy", "memory", "illustrative"]
    note: Words


class Dispute(Record):
    """What another source says of the same thing, and why it is not followed."""

    says: Words
    source: Source
    why: Words | None = None


class PackRecord(Record):
    """pack.yaml"""

    id: Line
    title: Words
    place: Line
    inherits: list[Line] = []
    currency: Literal["CNY", "USD", "EUR", "GBP"] = "CNY"
    licence: Line


class DefinitionRecord(Record):
    """A derived fact: value, table, choose, of with bands; or a parameter of the text: values by day, or one that is unpublished."""

    label: Words
    value: Expression | None = None
    values: dict[Date, Expression] | None = None
    unpublished: list[Line] | None = None
    table: Line | None = None
    choose: list[dict[Line, Expression]] | None = None
    of: Expression | None = None
    bands: dict[Line, Expression] | None = None
    codes: Line | None = None
    clause: Line | None = None
    source: Source | None = None
    disputed: list[Dispute] = []
    note: Words | None = None


class ItemRecord(Record):
    """One item of a scorecard."""

    label: Words
    points: Expression | None = None
    of: Expression | None = None
    bands: dict[Line, Expression] | None = None
    max: Expression
    part: Line | None = None
    source: Source | None = None
    disputed: list[Dispute] = []
    note: Words | None = None


class ScorecardRecord(Record):
    """Points, a total, and what follows from it."""

    title: Words
    clause: Line
    items: dict[Line, ItemRecord]
    passes_when: list[Expression] = []
    decimals: Line | None = None
    classes: dict[Line, Line] | None = None
    among: Expression | None = None
    source: Source | None = None
    disputed: list[Dispute] = []
    note: Words | None = None


class Apply(Record):
    """How the measure is claimed."""

    mode: Literal["automatic", "application", "call"]
    documents: list[Words] = []
    office: Words | None = None
    decide_within: Line | None = None
    statutory: Line | None = None


class MeasureRecord(Record):
    """One support instrument."""

    kind: MeasureKind
    title: Words
    clause: Line
    eligible: Condition = None
    amount: AmountText = None
    topics: list[Line] = []
    subject: Line | None = None
    gives: Line | None = None
    legal_basis: Line | None = None
    valid_for: Line | None = None
    pays: list[Line] = []
    fund: Line | None = None
    apply: Apply | None = None
    source: Source | None = None
    disputed: list[Dispute] = []
    note: Words | None = None


class Flag(Record):
    """What a review looks for: measures whose amount or eligibility rests on a fact of some concern."""

    concerns: Concern
    in_: Literal["amount", "eligible", "either"] = Field(alias="in")
    clause: Line
    say: Words


class ReviewRecord(Record):
    """A text by which other texts are judged."""

    title: Words
    clause: Line
    flags: list[Flag]


class PolicyRecord(Record):
    """special/*.yaml: one edition of one policy document."""

    policy: Line
    edition: Line
    title: Words
    document: Line
    issuer: Words
    first_day: Date
    source: Source
    last_day: Date | None = None
    stated_last_day: Date | None = None
    replaces: Line | None = None
    subject: Line | None = None
    applies_when: list[Condition] = []
    continues_for: list[Condition] = []
    definitions: dict[Line, DefinitionRecord] = {}
    scorecards: dict[Line, ScorecardRecord] = {}
    measures: dict[Line, MeasureRecord] = {}
    reviews: dict[Line, ReviewRecord] = {}
    disputed: list[Dispute] = []
    note: Words | None = None


class CoreCondition(Record):
    """A condition that every measure of the pack shares."""

    test: Expression
    clause: Line
    label: Words
    source: Source | None = None


class Cumulation(Record):
    """A stacking rule: exactly one of its first nine keys says which."""

    label: Words
    clause: Line
    highest: list[Line] | Literal["same_kind", "same_topic"] | None = None
    first: list[Line] | None = None
    exclusive: list[Line] | None = None
    once: list[Line] | None = None
    not_if_funded: Literal["elsewhere"] | None = None
    includes: list[Line] | None = None
    share: dict[Line, Expression] | None = None
    cap: Expression | None = None
    intensity: Expression | None = None
    measures: list[Line] | None = None
    over: list[Line] | Literal["all", "topic"] | None = None
    of: Expression | None = None
    per: Literal["year", "three_years", "project", "measure"] | None = None
    past: Expression | None = None
    keep: Literal["first", "best"] | None = None
    reduce: Literal["last", "proportional"] | None = None
    source: Source | None = None


class AtLeastShare(Record):
    """A floor for a fund: a share of something."""

    share: Expression
    of: Words


class FundTotal(Record):
    """Money for several years together; how much of it falls to each is not said."""

    first: Line
    last: Line
    money: Ends
    clause: Line | None = None
    source: Source | None = None


class FundLimit(Record):
    """A part of a fund that is kept for some measures, or beyond which they may not go: money, or a share of the year's appropriation."""

    label: Words
    clause: Line
    topics: list[Line] = []
    measures: list[Line] = []
    at_least: Expression | None = None
    at_most: Expression | None = None
    source: Source | None = None


class FundRecord(Record):
    """Earmarked money with a purpose."""

    title: Words
    clause: Line
    at_least: AtLeastShare | None = None
    yearly: Ends | None = None
    appropriations: dict[Line, Ends] = {}
    totals: list[FundTotal] = []
    limits: list[FundLimit] = []
    source: Source | None = None
    note: Words | None = None


class GroupRecord(Record):
    """Which related enterprises are counted with one: linked in full, partners in proportion."""

    label: Words
    clause: Line
    linked_above: Expression
    partner_from: Expression | None = None
    source: Source | None = None
    note: Words | None = None


class CoreRecord(Record):
    """core.yaml: the "1"."""

    title: Words
    document: Line
    issuer: Words
    first_day: Date
    source: Source
    last_day: Date | None = None
    aims: list[Words] = []
    conditions: dict[Line, CoreCondition] = {}
    stated_last_day: Date | None = None
    definitions: dict[Line, DefinitionRecord] = {}
    cumulation: list[Cumulation] = []
    funds: dict[Line, FundRecord] = {}
    groups: dict[Line, GroupRecord] = {}
    disputed: list[Dispute] = []
    note: Words | None = None


class Holding(Record):
    """One line of the ownership table, in a case."""

    owner: Line
    owned: Line
    share: Line | None = None
    kind: Literal["share", "control", "exempt"] = "share"


class AwardRecord(Record):
    """One award that a subject was granted before, in a case."""

    measure: Line
    amount: Line
    granted_on: Date
    subject: Line | None = None
    place: Line | None = None


class CaseRecord(Record):
    """A worked case: given facts and what must come of them."""

    case: Line
    subject: Line | None = None
    as_of: Date
    law_on: Date | None = None
    facts: dict[Line, Anything]
    others: dict[Line, dict[Line, Anything]] = {}
    ownership: list[Holding] = []
    awards: list[AwardRecord] = []
    expect: dict[Line, Anything]
    from_: Words = Field(alias="from")


class RegisterClause(Record):
    """A clause that is known of, and what has become of it."""

    clause: Line
    title: Words
    state: Literal["encoded", "partly", "listed", "not_found"]
    note: Words | None = None


class RegisterEntry(Record):
    """register.yaml: a document that is known of, encoded or not."""

    document: Line
    title: Words
    role: Literal["core", "special", "annual", "recognition", "tax", "fund", "plan", "rule"]
    state: Literal["encoded", "partly", "listed", "not_found"]
    source: Source
    level: Line | None = None
    issued: Line | None = None
    replaces: Line | None = None
    policies: list[Line] = []
    clauses: list[RegisterClause] = []
    disputed: list[Dispute] = []
    note: Words | None = None


class LinkRecord(Record):
    """links.yaml: the measures of one place reach another."""

    from_: Line = Field(alias="from")
    to: list[Line]
    label: Words
    document: Line
    clause: Line
    source: Source
    first_day: Date
    last_day: Date | None = None
    measures: list[Line] = []
    note: Words | None = None


class IndicatorValue(Record):
    """What one source gives."""

    value: Expression
    source: Source


class Indicator(Record):
    """indicators.yaml: a published figure about a place in a period, with every source that gives one."""

    indicator: Line
    place: Line
    period: Line
    label: Words
    values: list[IndicatorValue]
    sum_of: list[Line] = []
    at_least: TrueOrFalse = "false"
    about: TrueOrFalse = "false"
    subject: Line | None = Field(default=None, description="whom `counts` and `adds` are about; enterprises if it is left out")
    counts: Condition = None
    adds: Expression | None = Field(default=None, description="what is added over those whom `counts` names; without it they are counted")
    note: Words | None = None


# ---------------------------------------------------------------- amounts


class Rounding(Record):
    """To a multiple of a figure."""

    to: Expression
    direction: Literal["down", "up", "half_up"] = "half_up"


class AmountForm(Record):
    """What every form of an amount shares."""

    cap: Expression | None = None
    floor: Expression | None = None
    round: Rounding | None = None


class RateAmount(AmountForm):
    """A share of a base."""

    rate: Expression
    of: Expression


class TiersAmount(AmountForm):
    """Each slice of a base at its own rate."""

    tiers: dict[Line, Expression]
    of: Expression


class BandsAmount(AmountForm):
    """The whole amount by the bracket of a base."""

    bands: dict[Line, Expression]
    of: Expression


class LadderAmount(AmountForm):
    """Paid once, when a level is first reached."""

    ladder: dict[Line, Expression]
    of: Expression
    pays: Literal["highest", "each"]
    years: Expression | None = None


class PointsAmount(AmountForm):
    """So much a point of a scorecard."""

    points: Line
    each: Expression


class MatchAmount(AmountForm):
    """A share of what another measure gives."""

    match: Line
    rate: Expression


class TableAmount(AmountForm):
    """The single output of a decision table."""

    table: Line


class CeilingAmount(Record):
    """The text sets a ceiling and not the figure."""

    up_to: Expression


class FigureAmount(AmountForm):
    """A plain expression with a cap, floor or rounding."""

    value: Expression


#: Forms by the key that only they have.
AMOUNT_FORMS: dict[str, type[Record]] = {
    "rate": RateAmount, "tiers": TiersAmount, "bands": BandsAmount, "ladder": LadderAmount, "points": PointsAmount,
    "match": MatchAmount, "table": TableAmount, "up_to": CeilingAmount, "value": FigureAmount,
}  # fmt: skip
