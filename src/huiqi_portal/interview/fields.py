"""The questions of a page as fields of a form, and what comes back of them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from huiqi.facts.schema import Fact
from huiqi.rules.compile import Rules
from huiqi.rules.render import recorded
from huiqi.vocabulary.speech import Both, both, of_words
from huiqi_portal.interview.conduct import Asking, address_of, label_of
from huiqi_portal.interview.facts import PLACE, Facts
from huiqi_portal.interview.keeping import Key, NewAnswer
from huiqi_portal.interview.models import Said
from huiqi_portal.registries.fact_input import FactInput, Option, fact_input, name_of, read_input

LONG_LIST = 30  # from so many choices on a list can be searched
AGAIN = Both("answer, or choose “I don't know” or “Skip for later”", "请作答，或选择“不清楚”或“以后再答”")


@dataclass(frozen=True)
class Field:
    """A question in a form: `searched` is what is looked for in a long list, `seen` how often the fact was answered before."""

    asked: FactInput
    key: Key
    why: Both | None = None
    waiting: tuple[Both, ...] = ()
    searchable: bool = False
    searched: str = ""
    seen: int = 0
    source: Both | None = None
    answered: bool = False
    reads: Both | None = None  # what stands in it already, as people say it

    @property
    def address(self) -> str:
        return address_of(self.key)


@dataclass(frozen=True)
class Read:
    """What came back of a form: answers to keep, or what was wrong with some of them; `searching` where a list is only being searched."""

    answers: Mapping[Key, NewAnswer]
    problems: Mapping[Key, Both]
    searching: bool = False


def field(rules: Rules, asking: Asking, facts: Facts | None = None, typed: Mapping[str, str] | None = None, problem: Both | None = None) -> Field:
    """A question as a field, with what is known of it already, or with what somebody typed."""
    key, fact = asking.key, asking.fact
    given = None if facts is None else facts.known.values.get(key)
    asked = fact_input(fact, key[1], rules, given, typed, problem)
    searched = (typed or {}).get(f"find.{asked.name}", "").strip()
    searchable = len(asked.options) > LONG_LIST
    if searchable and searched:
        found = matching(asked.options, searched)
        chosen = asked.value or (next((o.value for o in found if o.value), "") if len(found) == 1 else "")
        asked = replace(asked, options=found, value=chosen)
        if not found and problem is None:
            asked = replace(asked, problem=both(("nothing in the list has “{0}”; try fewer or other words", "列表中没有“{0}”，请换一个词"), searched))
    one = None if facts is None else facts.stated.get(key)
    return Field(
        asked,
        key,
        asking.why,
        asking.titles,
        searchable,
        searched,
        one.count if one is not None else 0,
        None if facts is None else source_of(facts, key),
        one is not None and one.said == Said.VALUE,
        in_both(recorded(fact, given, rules.places)) if fact.kind == "money" and given is not None and typed is None else None,
    )


def in_both(words: Both) -> Both:
    """A sum as both languages say it, since many read it in 万元."""
    return Both(f"= {words.en} · {words.zh}", f"= {words.zh} · {words.en}")


def asking_of(fact: Fact, key: Key) -> Asking:
    """A fact that is asked because somebody came back to it."""
    return Asking(key, fact, (), 0.0, 0)


def matching(options: Sequence[Option], searched: str) -> tuple[Option, ...]:
    """The choices in which all words that somebody types appear, in either language or by their code."""
    wanted = _folded(searched).split()

    def fits(option: Option) -> bool:
        text = _folded(" ".join((option.value, option.label.en, option.label.zh)))
        return all(word in text for word in wanted)

    return tuple(replace(option, depth=0) for option in options if fits(option))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def source_of(facts: Facts, key: Key) -> Both | None:
    """Where the value of a fact is from, as of when, and whether it is verified."""
    if key not in facts.known.values:
        return None
    found = facts.provenance(*key)
    if found is None:
        return None
    verified = Both("verified", "已核实") if found.verified else Both("not verified", "未核实")
    return both(("{0}, {1}, {2}", "{0}，{1}，{2}"), of_words(found.source), found.observed_on.isoformat(), verified)


def read_fields(rules: Rules, asked: Iterable[tuple[Key, Fact]], typed: Mapping[str, str]) -> Read:
    """What a form says of the facts that it asks; `say` is the button that was pressed.

    "I don't know" counts for the question of the page, on a page with several for those that were left empty; so does "Skip for later".
    An empty field among several is one to come back to. The place is never left open, since it decides which measures there are.
    """
    asked = list(asked)
    say = typed.get("say", "")
    several = len(asked) > 1
    answers: dict[Key, NewAnswer] = {}
    problems: dict[Key, Both] = {}
    searching = say == "find"
    for key, fact in asked:
        name = name_of(fact, key[1])
        seen = typed.get(f"seen.{name}", "")
        times = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 9 else None
        raw, wrong = read_input(fact, typed, name, rules.places)
        left = {"unknown": Said.UNKNOWN, "later": Said.LATER}.get(say)
        if left is not None and key != PLACE and (not several or (raw is None and wrong is None)):
            answers[key] = NewAnswer(left, None, times)
        elif wrong is not None:
            problems[key] = wrong
        elif raw is not None:
            answers[key] = NewAnswer(Said.VALUE, raw, times)
        elif typed.get(f"find.{name}", "").strip():
            searching = True
        elif several:
            answers[key] = NewAnswer(Said.LATER, None, times)
        else:
            problems[key] = AGAIN
    return Read(answers, problems if not searching else {}, searching)


@dataclass(frozen=True)
class Told:
    """A fact as it is shown among the answers, or among what the registry knows."""

    address: str
    label: Both
    value: Both
    source: Both | None
    count: int = 0


def told(rules: Rules, facts: Facts, read: Mapping[Key, Fact]) -> tuple[tuple[Told, ...], tuple[Told, ...], tuple[Told, ...]]:
    """What was stated, what is not known or put off, and what else the registry knows of the facts that are read."""
    schema = rules.schemas["enterprise"].facts
    stated, left, registered = [], [], []
    for key, one in facts.stated.items():
        fact = read.get(key) or schema.get(key[0])
        if fact is None:
            continue  # no text reads it any more
        label = label_of(fact, key[1])
        if one.said == Said.VALUE and one.value is not None:
            stated.append(Told(address_of(key), label, recorded(fact, one.value, rules.places), source_of(facts, key), one.count))
        elif one.said in _LEFT and key not in facts.known.values:
            left.append(Told(address_of(key), label, _LEFT[one.said], None, one.count))
    if facts.firm is not None:
        for key, raw in facts.firm.known.values.items():
            fact = read.get(key) or (schema[key[0]] if key == PLACE else None)
            if fact is not None and (key not in facts.stated or facts.stated[key].said != Said.VALUE):
                registered.append(Told(address_of(key), label_of(fact, key[1]), recorded(fact, raw, rules.places), source_of(facts, key)))
    return tuple(stated), tuple(left), tuple(registered)


_LEFT = {"unknown": Both("I don't know", "不清楚"), "later": Both("skipped for later", "以后再答")}
