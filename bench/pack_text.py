"""Write the made-up policy as a pack folder, which huiqi then reads like any other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import workload
from workload import (  # fmt: skip
    Age,
    Among,
    Amount,
    Bands,
    Between,
    Cagr,
    Compare,
    Fact,
    Fixed,
    Flag,
    Group,
    Growth,
    Ladder,
    Less,
    Level,
    Measure,
    Named,
    Points,
    Policy,
    Rate,
    Ratio,
    Read,
    Since,
    Test,
    Tiers,
    Total,
    Value,
)

PACK = "bench"
DOCUMENT_LENGTH = 10  # measures in a document
_HEAD = """\
title: {en: NAME, zh: NAME}
document: 虚构
issuer: {en: nobody, zh: 无}
first_day: 2020-01-01
source: {kind: illustrative, note: {en: made up for measuring, zh: 为测速虚构}}
"""


def write_packs(folder: Path, policy: Policy) -> Path:
    """A packs folder with shared facts, places and the one pack."""
    special = {}
    for start in range(0, len(policy.measures), DOCUMENT_LENGTH):
        name = f"policy_{start // DOCUMENT_LENGTH + 1:02}"
        body = "".join(_measure(measure) for measure in policy.measures[start : start + DOCUMENT_LENGTH])
        special[f"{PACK}/special/{name}.yaml"] = f"policy: {name}\nedition: 2024\n" + _HEAD.replace("NAME", name) + "measures:\n" + body
    files = {
        "facts/enterprise.yaml": "subject: enterprise\nborn: established\nfacts:\n" + "".join(_fact(fact) for fact in workload.FACTS.values()),
        "facts/codes/size_class.csv": _codes(["large", "medium", "small", "micro"]),
        **{f"facts/codes/{fact.id}.csv": _codes(_with_sections(fact.codes) if fact.id == "industry" else fact.codes) for fact in workload.FACTS.values() if fact.codes},
        "places.yaml": _places(),
        f"{PACK}/pack.yaml": f"id: {PACK}\ntitle: {{en: Bench, zh: 测速}}\nplace: {workload.DISTRICT}\nlicence: CC0-1.0\n",
        f"{PACK}/core.yaml": _core(policy),
        f"{PACK}/tables/size-class.csv": "employees,revenue,-> size: size_class\n" + "".join(f">= {staff.text},>= {revenue.text},{size}\n" for size, staff, revenue in policy.sizes) + ",,micro\n",
        f"{PACK}/special/policy_00.yaml": "policy: policy_00\nedition: 2024\n" + _HEAD.replace("NAME", "policy_00") + _scorecard(policy),
        **special,
    }  # fmt: skip
    for name, text in files.items():
        path = folder / "packs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder / "packs"


def category_codes(fact: Fact) -> list[str]:
    """The codes of a category in the order of its list; sections stand beside the industries that lie in them."""
    return [code for code, _ in _with_sections(fact.codes)] if fact.id == "industry" else list(fact.codes)


def _with_sections(codes: Sequence[str]) -> list[tuple[str, str]]:
    sections = dict.fromkeys(code[0] for code in codes)
    return [*((code, code[0]) for code in codes), *((section, "") for section in sections)]


def _codes(codes: Iterable[str | tuple[str, str]]) -> str:
    rows = [code if isinstance(code, tuple) else (code, "") for code in codes]
    return "code,parent,en,zh\n" + "".join(f"{code},{parent},{code},{code}\n" for code, parent in rows)


def _places() -> str:
    inner = [(workload.DISTRICT, "district"), *((place, "district") for place in workload.OUTSIDE)]
    lines = [f"{id}: {{level: {level}, parent: city, label: {{en: {id}, zh: {id}}}}}\n" for id, level in inner]
    return "".join(lines) + "city: {level: city, label: {en: city, zh: 市}}\n"


def _fact(fact: Fact) -> str:
    more = [f"unit: {fact.unit}"] if fact.unit else []
    more += [f"codes: {fact.id}"] if fact.codes else []
    more += ["optional: true"] if fact.optional else []
    more += ['range: ["", ""]'] if fact.negative else ['range: [0, ""]'] if fact.kind == "number" else []
    more += ["period: year"] if fact.period == "year" else []
    extra = "".join(f", {part}" for part in more)
    asked = "'{year}'" if fact.period == "year" else fact.id
    return f"  {fact.id}: {{type: {fact.kind}{extra}, label: {{en: {fact.id}, zh: {fact.zh}}}, question: {{en: {asked}, zh: {asked}}}}}\n"


def _core(policy: Policy) -> str:
    conditions = "".join(
        f"  shared_{n}: {{test: {written_test(test)}, clause: 第一条, label: {{en: shared {n}, zh: 共同条件{n}}}}}\n"
        for n, test in enumerate(policy.shared)
    )
    definitions = "".join(
        f"  {name}: {{value: '{written(value)}', label: {{en: {name}, zh: {name}}}}}\n" for name, value in policy.definitions.items()
    )
    size = "  size_class: {table: size-class.csv, label: {en: size class, zh: 规模}}\n"
    return _HEAD.replace("NAME", "core") + "conditions:\n" + conditions + "definitions:\n" + definitions + size


def _scorecard(policy: Policy) -> str:
    items = ""
    for item in policy.scorecard:
        bands = ", ".join(f"'>= {level.text}': {points}" for level, points in item.points)
        items += f"      {item.name}: {{label: {{en: {item.name}, zh: {item.name}}}, of: {written(item.of)}, bands: {{{bands}, else: 0}}, max: {max(p for _, p in item.points)}}}\n"
    return "scorecards:\n  innovation:\n    title: {en: innovation, zh: 创新评分}\n    clause: 第一条\n    items:\n" + items


def _measure(measure: Measure) -> str:
    head = f"  {measure.name}:\n    kind: grant\n    title: {{en: {measure.name}, zh: {measure.name}}}\n    clause: 第二条\n"
    return head + f"    eligible:\n{_tree(measure.eligible, 6)}    amount: {written_amount(measure.amount)}\n"


def _tree(test: Test, indent: int) -> str:
    """A group as a block of YAML; a single test stands on its own line."""
    space = " " * indent
    if not isinstance(test, Group):
        return f"{space}{written_test(test)}\n"
    parts = "".join(f"{space}  - {_tree(part, indent + 4).lstrip()}" for part in test.parts)
    return f"{space}at_least: {test.count}\n{space}of:\n{parts}" if test.kind == "at_least" else f"{space}{test.kind}:\n{parts}"


def written(value: Value) -> str:
    """A figure as a line of a pack."""
    match value:
        case Read(fact, back):
            return f"{fact}[{-back}]" if back else fact
        case Total(fact, years):
            return f"sum({fact}, {years})"
        case Growth(fact):
            return f"growth({fact})"
        case Named(name):
            return name
        case Ratio(top, bottom):
            return f"{_operand(top)} / {_operand(bottom)}"
        case Less(left, right):
            return f"{_operand(left)} - {_operand(right)}"


def _operand(value: Value) -> str:
    return f"({written(value)})" if isinstance(value, Ratio | Less) else written(value)


def written_test(test: Test) -> str:
    """An atomic test as a line of a pack."""
    match test:
        case Compare(value, op, level):
            return f"{written(value)} {op} {level.text}"
        case Between(low, value, high):
            return f"{low.text} <= {written(value)} < {high.text}"
        case Cagr(fact, intervals, rate):
            return f"cagr({fact}, {intervals}) >= {rate.text}"
        case Age(date, op, years):
            return f"years_since({date}) {op} {years}"
        case Since(date, day):
            return f"{date} >= {day}"
        case Flag(fact, wanted):
            return fact if wanted else f"not {fact}"
        case Among(fact, codes):
            listed = ", ".join(f'"{code}"' for code in codes)
            return f"{fact} in [{listed}]"
        case Group():
            raise TypeError("a group is no single line")


def written_amount(amount: Amount) -> str:
    """An amount as YAML."""
    match amount:
        case Fixed(pays):
            return pays.text
        case Rate(rate, of, cap, floor):
            return f"{{rate: {rate.text}, of: {written(of)}, cap: {cap.text}{f', floor: {floor.text}' if floor else ''}}}"
        case Tiers(of, slices, cap):
            return f"{{of: {written(of)}, tiers: {{{_pairs(slices)}}}, cap: {cap.text}}}"
        case Bands(of, brackets):
            falling = ", ".join(f"'>= {level.text}': {pay.text}" for level, pay in reversed(brackets))
            return f"{{of: {written(of)}, bands: {{{falling}, else: 0元}}}}"
        case Ladder(fact, rungs):
            return f"{{of: {fact}, ladder: {{{_pairs(rungs)}}}, pays: highest}}"
        case Points(each, cap):
            return f"{{points: innovation, each: {each.text}, cap: {cap.text}}}"


def _pairs(pairs: Sequence[tuple[Level, Level]]) -> str:
    return ", ".join(f"{level.text}: {value.text}" for level, value in pairs)
