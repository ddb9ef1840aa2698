"""The figure of a text that is looked for, and the round values that it may take.

A figure is named as in a reform: a text and a path in it. Where what stands there has one figure (`20万元`, `revenue >= 2000万元`), that one is
meant; where it has several, which one is said by writing it. What has no figure (`unpublished`) is replaced as a whole.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from fractions import Fraction

from huiqi.revision.reform import Reform, ReformRecord, reformed, what_stands
from huiqi.rules.check import check_library
from huiqi.rules.grammar import figures_in
from huiqi.rules.library import Library
from huiqi.rules.register import policy_name
from huiqi.rules.syntax import Quantity
from huiqi.vocabulary.problem import NOWHERE, FaultyInput, Problem, Where, errors
from huiqi.vocabulary.record import build
from huiqi.vocabulary.source import Text, parse_yaml, scalars
from huiqi.vocabulary.unit import PLAIN

MOST_VALUES = 10_000  #: values of a grid
_NUMBER = re.compile(r"(?P<number>[\d_]*\.?\d+)(?P<unit>.*)\Z", re.DOTALL)


@dataclass(frozen=True)
class Figure:
    """Where a figure stands: the pack, the text, the path in it, and what is written before and after it there; `now` is the figure as it is."""

    pack: str
    text: str
    path: tuple[str, ...]
    before: str
    after: str
    now: str
    quantity: Quantity | None  # None where no figure stands there

    @property
    def whole(self) -> bool:
        """Nothing else stands there."""
        return not self.before.strip() and not self.after.strip()


def find_figure(library: Library, text: str, path: str, written: str | None = None) -> Figure:
    """The figure at a path of a text; `written` says which, where several stand there. Raises FaultyInput with the candidates."""
    pack, name = _text(library, text)
    steps = [Text(step, Where("--set")) for step in path.split("/") if step]
    node, problems = what_stands(library, pack, Text(name, Where("--in")), steps)
    if node is None or not steps:
        raise FaultyInput(problems or [Problem("calibrate.figure", "the path is empty", Where("--set"), "measures/<key>/amount/cap")])
    if not isinstance(node, Text):
        below = sorted({str(one) for one in scalars(node) if figures_in(one)})
        hint = f"go on in the path to one of: {', '.join(below)}" if below else "end the path at a figure"
        raise FaultyInput([Problem("calibrate.figure", f"{path} holds several things, not one figure", node.where, hint)])
    found = figures_in(node)
    texts = [node[start:end].strip() for start, end, _ in found]
    if written is not None:
        at = [number for number, one in enumerate(texts) if one.replace(" ", "") == written.replace(" ", "")]
    else:
        at = list(range(len(texts)))
    if len(at) != 1 and (found or written is not None):
        said = f"{node} has no figure {written}" if not at else f"{node} has {len(at)} figures that can be meant"
        hint = f"say which: --vary {' or '.join(dict.fromkeys(texts))}" if texts else "leave --vary out: what stands there is replaced as a whole"
        if written is not None and len(at) > 1:
            hint = "the same figure stands there twice: make it a definition with `values` and vary that"
        raise FaultyInput([Problem("calibrate.figure", said, node.where, hint)])
    if not found:
        return Figure(pack, name, tuple(steps), "", "", str(node), None)
    start, end, quantity = found[at[0]]
    return Figure(pack, name, tuple(steps), node[:start], node[end:], texts[at[0]], quantity)


def _text(library: Library, text: str) -> tuple[str, str]:
    """The pack and the name of a text; a name that several packs have needs its pack."""
    pack, _, name = text.rpartition("/")
    if pack:
        if pack not in {one.id for one in library.packs}:
            hint = f"packs that were read: {', '.join(one.id for one in library.packs)}"
            raise FaultyInput([Problem("calibrate.text", f"there is no pack {pack} here", Where("--in"), hint)])
        return pack, name
    found = [one.id for one in library.packs if any(policy_name(document) == name for document in one.documents)]
    if len(found) == 1:
        return found[0], name
    if found:
        hint = f"write one of {', '.join(f'{one}/{name}' for one in found)}"
        raise FaultyInput([Problem("calibrate.text", f"{len(found)} packs have a text {name}", Where("--in"), hint)])
    names = sorted(f"{one.id}/{policy_name(document)}" for one in library.packs for document in one.documents)
    raise FaultyInput([Problem("calibrate.text", f"no pack has a text {name}", Where("--in"), f"texts: {', '.join(names)}")])


# ---------------------------------------------------------------- the grid


def grid_of(figure: Figure, first: str, last: str, step: str) -> tuple[str, ...]:
    """The values from `first` on by `step` up to `last`, as they are written, in the unit of `step`; raises FaultyInput."""
    problems: list[Problem] = []
    low, high, width = (_figure(text, option, problems) for text, option in ((first, "--from"), (last, "--to"), (step, "--step")))
    if low is None or high is None or width is None:
        raise FaultyInput(problems)
    for one, option in ((high, "--to"), (width, "--step"), *(((figure.quantity, "--set"),) if figure.quantity else ())):
        if (one.unit or PLAIN).dimension != (low.unit or PLAIN).dimension or one.percent != low.percent:
            said = figure.now if option == "--set" else last if option == "--to" else step
            problems.append(Problem("calibrate.grid", f"{first} and {said} are not in the same unit", Where(option), "write all of them in one unit"))
    if width.value <= 0 or high.value <= low.value:
        problems.append(Problem("calibrate.grid", f"from {first} to {last} by {step} are not two values", Where("--step"), "the lower one first"))
    elif (high.value - low.value) / width.value >= MOST_VALUES:
        problems.append(Problem("calibrate.grid", f"more than {MOST_VALUES:,} values", Where("--step"), "take a wider step"))
    if problems:
        raise FaultyInput(problems)
    match = _NUMBER.match(step.strip())
    assert match is not None
    scale = width.value / Fraction(match["number"].replace("_", ""))
    values = []
    at = low.value
    while at <= high.value:
        written = _decimal(at / scale)
        if written is None:
            raise FaultyInput([Problem("calibrate.grid", f"{first} has no last decimal in the unit of {step}", Where("--step"), "take one unit")])
        values.append(written + match["unit"])
        at += width.value
    if len(values) < 2:
        raise FaultyInput([Problem("calibrate.grid", f"from {first} to {last} by {step} is one value", Where("--step"), "take a smaller step")])
    return tuple(values)


def amount_of_money(text: str, currency: str) -> int:
    """A budget in hundredths of the currency; raises FaultyInput."""
    problems: list[Problem] = []
    found = _figure(text, "--budget", problems)
    if found is not None and (found.unit is None or found.unit.currency != currency or found.value * 100 % 1):
        problems.append(Problem("calibrate.goal", f"{text} is not an amount in {currency}", Where("--budget"), "write it with its unit: 5000万元"))
    if found is None or problems:
        raise FaultyInput(problems)
    return int(found.value * 100)


def _figure(text: str, option: str, problems: list[Problem]) -> Quantity | None:
    found = figures_in(text.strip())
    if len(found) != 1 or found[0][:2] != (0, len(text.strip())):
        problems.append(Problem("calibrate.grid", f"{text} is not a figure", Where(option), "write 20万元, 5%, 300"))
        return None
    return found[0][2]


def _decimal(value: Fraction) -> str | None:
    """Written out in full; nothing where it has no last decimal."""
    places, rest = 0, value
    while rest.denominator != 1 and places < 12:
        rest, places = rest * 10, places + 1
    if rest.denominator != 1:
        return None
    digits = str(rest.numerator).rjust(places + 1, "0")
    return digits if not places else f"{digits[:-places]}.{digits[-places:]}"


# ---------------------------------------------------------------- the reform of a value


def reform_text(figure: Figure, value: str) -> str:
    """The file of the reform that enacts a value."""
    to = f"{figure.before}{value}{figure.after}"
    change = {"in": figure.text, "set": list(figure.path), "to": to}
    key = re.sub(r"[^a-z0-9]+", "-", figure.path[-2 if len(figure.path) > 1 else -1].lower()).strip("-") or "figure"
    title = {"en": f"{' / '.join(figure.path)}: {figure.now} becomes {value}", "zh": f"{' / '.join(figure.path)}：{figure.now}改为{value}"}
    lines = [f"reform: calibrated-{key}", f"title: {_said(title)}", f"pack: {figure.pack}", "changes:", f"  - {_said(change)}"]
    return "\n".join(lines) + "\n"


def _said(what: object) -> str:
    """A value in JSON, which is YAML too."""
    return json.dumps(what, ensure_ascii=False)


def with_value(library: Library, figure: Figure, value: str, *, checked: bool = False) -> Library:
    """The library with a value in the figure's place; `checked`: raises FaultyInput with all that is wrong with it then."""
    text = reform_text(figure, value)
    node, problems = parse_yaml(text, f"reform to {value}")
    record, faults = build(ReformRecord, node, NOWHERE)
    if record is None:
        raise FaultyInput([*problems, *faults])
    made, more = reformed(library, Reform(record, hashlib.sha256(text.encode()).hexdigest()))
    if made is None:
        raise FaultyInput(errors(more))
    if checked and (wrong := errors(check_library(made))):
        raise FaultyInput(wrong)
    return made
