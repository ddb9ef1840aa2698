"""What the home of a firm shows: what is due surely, what may be, what is open, what ends soon."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from huiqi.entitlements.assess import Assessed
from huiqi.publication.names import KIND_WORDS, STATUS_WORDS
from huiqi.publication.wording import NOT_PUBLIC
from huiqi.rules.compile import Measure
from huiqi.vocabulary.speech import Both, both, money_range, of_words
from huiqi_portal.firms.standing import Standing

SOON = datetime.timedelta(days=120)
GAINS = ("charge", "requirement")  # what a firm pays or must do is no support


@dataclass(frozen=True)
class Line:
    """One measure in a list of a firm's: what is payable, or due where that is all, in words."""

    measure: Measure
    title: Both
    kind: Both
    status: str
    status_words: Both
    money: Both | None
    cut: Both | None  # what was due before stacking rules took something
    last_day: datetime.date | None


@dataclass(frozen=True)
class Piece:
    """What an application further up adds to a firm's home: a heading, lines with their addresses, and where to see all."""

    title: Both
    lines: tuple[tuple[Both, str, str], ...]  # the words, the view's name, and what of its address is not the firm
    none: Both
    more: str


_pieces: list[Callable[[str], Piece]] = []


def also(piece: Callable[[str], Piece]) -> Callable[[str], Piece]:
    """Add a piece to every firm's home; the file that does so is imported when its application is ready (AppConfig.ready)."""
    _pieces.append(piece)
    return piece


def pieces(subject: str) -> list[Piece]:
    """What applications further up add."""
    return [piece(subject) for piece in _pieces]


def is_support(measure: Measure) -> bool:
    """A measure that gives something."""
    return measure.record.kind not in GAINS


def line(standing: Standing, one: Assessed) -> Line:
    """One measure in words."""
    measure, currency = one.measure, standing.law.rules.currencies[one.measure.document.pack]
    money, cut = None, None
    if one.status != "no" and one.due is not None and one.payable is not None:
        unpublished = measure.amount is not None and measure.amount.unpublished
        money = NOT_PUBLIC if unpublished and one.payable[1] is None else money_range(*one.payable, currency)
        if one.payable != one.due and not unpublished:
            cut = both(("{0} before stacking rules", "叠加规则核减前{0}"), money_range(*one.due, currency))
    record = measure.record
    return Line(
        measure,
        of_words(record.title),
        KIND_WORDS[record.kind],
        one.status,
        STATUS_WORDS[one.status],
        money,
        cut,
        measure.document.record.last_day,
    )


def lines(standing: Standing, status: str, *, support: bool = True) -> list[Line]:
    """The measures of one status, the most money first."""
    found = [one for one in standing.assessed if one.status == status and is_support(one.measure) is support]
    return [line(standing, one) for one in sorted(found, key=_worth)]


def _worth(one: Assessed) -> tuple[int, int]:
    """By what is sure, then by what may be; an open end before any figure."""
    low, high = one.payable or (0, 0)
    return -low, -(high if high is not None else 1 << 62)


def ending(standing: Standing, found: Sequence[Line]) -> list[Line]:
    """Those whose text ends soon, the nearest first."""
    last = standing.law.law_on + SOON
    soon = [one for one in found if one.last_day is not None and standing.law.law_on <= one.last_day <= last]
    return sorted(soon, key=lambda one: one.last_day or last)
