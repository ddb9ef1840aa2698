"""Write the made-up policy as a pack folder, which huiqi then reads like any other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import workload as w

PACK = "bench"
DOCUMENT_LENGTH = 10  # measures in a document
_HEAD = """\
title: {en: NAME, zh: NAME}
document: 虚构
issuer: {en: nobody, zh: 无}
first_day: 2020-01-01
source: {kind: illustrative, note: {en: made up for measuring, zh: 为测速虚构}}
"""


def write_packs(folder: Path, policy: w.Policy) -> Path:
    """A packs folder with shared facts, places and the one pack."""
    special = {}
    for start in range(0, len(policy.measures), DOCUMENT_LENGTH):
        name = f"policy_{start // DOCUMENT_LENGTH + 1:02}"
        body = "".join(_measure(measure) for measure in policy.measures[start : start + DOCUMENT_LENGTH])
        special[f"{PACK}/special/{name}.yaml"] = f"policy: {name}\nedition: 2024\n" + _HEAD.replace("NAME", name) + "measures:\n" + body
    files = {
        "facts/enterprise.yaml": "subject: enterprise\nborn: established\nfacts:\n" + "".join(_fact(fact) for fact in w.FACTS.values()),
        "facts/codes/size_class.csv": _codes(w.Fact("size_class", "规模", "category", codes=("large", "medium", "small", "micro"))),
        **{f"facts/codes/{fact.id}.csv": _codes(fact) for fact in w.FACTS.values() if fact.codes},
        "places.yaml": _places(),
        f"{PACK}/pack.yaml": f"id: {PACK}\ntitle: {{en: Bench, zh: 测速}}\nplace: {w.DISTRICT}\nlicence: CC0-1.0\n",
        f"{PACK}/core.yaml": _core(policy),
        f"{PACK}/tables/size-class.csv": _size_table(policy),
        f"{PACK}/special/policy_00.yaml": "policy: policy_00\nedition: 2024\n" + _HEAD.replace("NAME", "policy_00") + _scorecard(policy),
        **special,
    }  # fmt: skip
    for name, text in files.items():
        path = folder / "packs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder / "packs"


def _codes(fact: w.Fact) -> str:
    """A code list; the sections of the industries follow the industries that lie in them."""
    sections = dict.fromkeys(code[0] for code in fact.codes) if fact.id == "industry" else {}
    rows = [(code, code[0] if sections else "") for code in fact.codes] + [(section, "") for section in sections]
    return "code,parent,en,zh\n" + "".join(f"{code},{parent},{code},{code}\n" for code, parent in rows)


def _size_table(policy: w.Policy) -> str:
    rows = [f">= {staff.text},>= {revenue.text},{size}\n" for size, staff, revenue in policy.sizes]
    return "employees,revenue,-> size: size_class\n" + "".join(rows) + ",,micro\n"


def _places() -> str:
    inner = [(w.DISTRICT, "district"), *((place, "district") for place in w.OUTSIDE)]
    lines = [f"{id}: {{level: {level}, parent: city, label: {{en: {id}, zh: {id}}}}}\n" for id, level in inner]
    return "".join(lines) + "city: {level: city, label: {en: city, zh: 市}}\n"


def _fact(fact: w.Fact) -> str:
    more = [f"unit: {fact.unit}"] if fact.unit else []
    more += [f"codes: {fact.id}"] if fact.codes else []
    more += ["optional: true"] if fact.optional else []
    more += ['range: ["", ""]'] if fact.negative else ['range: [0, ""]'] if fact.kind == "number" else []
    more += ["period: year"] if fact.period == "year" else []
    extra = "".join(f", {part}" for part in more)
    asked = "'{year}'" if fact.period == "year" else fact.id
    return f"  {fact.id}: {{type: {fact.kind}{extra}, label: {{en: {fact.id}, zh: {fact.zh}}}, question: {{en: {asked}, zh: {asked}}}}}\n"


def _core(policy: w.Policy) -> str:
    conditions = definitions = ""
    for number, test in enumerate(policy.shared):
        conditions += f"  shared_{number}: {{test: {written_test(test)}, clause: 第一条, label: {{en: shared {number}, zh: 共同条件{number}}}}}\n"
    for name, value in policy.definitions.items():
        definitions += f"  {name}: {{value: '{written(value)}', label: {{en: {name}, zh: {name}}}}}\n"
    size = "  size_class: {table: size-class.csv, label: {en: size class, zh: 规模}}\n"
    return _HEAD.replace("NAME", "core") + "conditions:\n" + conditions + "definitions:\n" + definitions + size + _cumulation(policy)


def _cumulation(policy: w.Policy) -> str:
    rules = ""
    for number, rule in enumerate(policy.stacking):
        label = f"{{en: stacking {number}, zh: 叠加规则{number}}}"
        rules += f"  - {{{_stacking(rule)}, clause: 第九条, label: {label}}}\n"
    return f"cumulation:\n{rules}" if rules else ""


def _stacking(rule: w.Stacking) -> str:
    listed = f"[{', '.join(rule.measures)}]"
    match rule.form.split(", "):
        case ["highest" | "first" as form]:
            return f"{form}: {listed}, per: year"
        case ["best" | "earliest" as kept]:
            return f"exclusive: {listed}, keep: {'best' if kept == 'best' else 'first'}, per: year"
        case ["share"]:
            return f"share: {{city: 40%, district: 60%}}, measures: {listed}"
        case ["cap", reduce]:
            return f"cap: {rule.limit.text}, over: {listed}, per: year, reduce: {reduce}"
        case ["intensity", reduce]:
            return f"intensity: {rule.limit.text}, of: {rule.of}, over: {listed}, per: year, reduce: {reduce}"
    raise ValueError(rule.form)


def _scorecard(policy: w.Policy) -> str:
    items = ""
    for item in policy.scorecard:
        bands = ", ".join(f"'>= {level.text}': {points}" for level, points in item.points)
        label, most = f"{{en: {item.name}, zh: {item.name}}}", max(points for _, points in item.points)
        items += f"      {item.name}: {{label: {label}, of: {written(item.of)}, bands: {{{bands}, else: 0}}, max: {most}}}\n"
    return "scorecards:\n  innovation:\n    title: {en: innovation, zh: 创新评分}\n    clause: 第一条\n    items:\n" + items


def _measure(measure: w.Measure) -> str:
    head = f"  {measure.name}:\n    kind: grant\n    title: {{en: {measure.name}, zh: {measure.name}}}\n    clause: 第二条\n"
    return head + f"    eligible:\n{_tree(measure.eligible, 6)}    amount: {written_amount(measure.amount)}\n"


def _tree(test: w.Test, indent: int) -> str:
    """A group as a block of YAML; a single test stands on its own line."""
    space = " " * indent
    if not isinstance(test, w.Group):
        return f"{space}{written_test(test)}\n"
    parts = "".join(f"{space}  - {_tree(part, indent + 4).lstrip()}" for part in test.parts)
    return f"{space}at_least: {test.count}\n{space}of:\n{parts}" if test.kind == "at_least" else f"{space}{test.kind}:\n{parts}"


def written(value: w.Value) -> str:
    """A figure as a line of a pack."""
    match value:
        case w.Read(fact, back):
            return f"{fact}[{-back}]" if back else fact
        case w.Total(fact, years):
            return f"sum({fact}, {years})"
        case w.Growth(fact):
            return f"growth({fact})"
        case w.Named(name):
            return name
        case w.Ratio(top, bottom):
            return f"{_operand(top)} / {_operand(bottom)}"
        case w.Less(left, right):
            return f"{_operand(left)} - {_operand(right)}"


def _operand(value: w.Value) -> str:
    return f"({written(value)})" if isinstance(value, w.Ratio | w.Less) else written(value)


def written_test(test: w.Test) -> str:
    """An atomic test as a line of a pack."""
    match test:
        case w.Compare(value, op, level):
            return f"{written(value)} {op} {level.text}"
        case w.Between(low, value, high):
            return f"{low.text} <= {written(value)} < {high.text}"
        case w.Cagr(fact, intervals, rate):
            return f"cagr({fact}, {intervals}) >= {rate.text}"
        case w.Age(date, op, years):
            return f"years_since({date}) {op} {years}"
        case w.Since(date, day):
            return f"{date} >= {day}"
        case w.Flag(fact, wanted):
            return fact if wanted else f"not {fact}"
        case w.Among(fact, codes):
            listed = ", ".join(f'"{code}"' for code in codes)
            return f"{fact} in [{listed}]"
        case w.Group():
            raise TypeError("a group is no single line")


def written_amount(amount: w.Amount) -> str:
    """An amount as YAML."""
    match amount:
        case w.Fixed(pays):
            return pays.text
        case w.Rate(rate, of, cap, floor):
            return f"{{rate: {rate.text}, of: {written(of)}, cap: {cap.text}{f', floor: {floor.text}' if floor else ''}}}"
        case w.Tiers(of, slices, cap):
            return f"{{of: {written(of)}, tiers: {{{_pairs(slices)}}}, cap: {cap.text}}}"
        case w.Bands(of, brackets):
            falling = ", ".join(f"'>= {level.text}': {pay.text}" for level, pay in reversed(brackets))
            return f"{{of: {written(of)}, bands: {{{falling}, else: 0元}}}}"
        case w.Ladder(fact, rungs):
            return f"{{of: {fact}, ladder: {{{_pairs(rungs)}}}, pays: highest}}"
        case w.Points(each, cap):
            return f"{{points: innovation, each: {each.text}, cap: {cap.text}}}"


def _pairs(pairs: Sequence[tuple[w.Level, w.Level]]) -> str:
    return ", ".join(f"{level.text}: {value.text}" for level, value in pairs)
