"""Which editions are run on the facts of a year: those in force then, and beside them their successors or the ones that are named."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from huiqi.publication.editions import holding_day
from huiqi.rules.compile import Measure, Rules
from huiqi.rules.context import Document
from huiqi.rules.library import Library
from huiqi.rules.register import policy_name
from huiqi.vocabulary.problem import NOWHERE, FaultyInput, Problem, did_you_mean


@dataclass(frozen=True)
class Law:
    """The rules of a day, and the editions of the tested measures that are in force on it."""

    rules: Rules
    then: bool  # in force on the day whose facts are taken

    def measures(self, name: str) -> list[Measure]:
        """The editions of a measure: none where the law does not have it, several for different cohorts."""
        return [measure for measure in self.rules.measures if measure.name == name]

    def edition(self, name: str) -> str:
        """In which editions it has a measure."""
        return " + ".join(dict.fromkeys(measure.edition for measure in self.measures(name)))


def laws_on(
    library: Library, as_of: datetime.date, names: Sequence[str], *, editions: Sequence[str] = (), days: Sequence[datetime.date] = ()
) -> list[Law]:
    """The law of a day, and beside it those of the `editions` (`<policy>-<edition>`) and `days`, or where none are named that of the first day on
    which one of the measures has a later text. Raises FaultyInput for an edition that there is not."""
    documents = {name: _texts(library, name) for name in names}
    if editions or days:
        others = [*(_day_of(library, one, as_of) for one in editions), *days]
    else:
        later = [
            document.record.first_day for some in documents.values() for document in some if document.record.first_day > as_of
        ]  # fmt: skip
        others = [min(later)] if later else []
    found = [Law(library.rules(as_of), True)]
    seen = [_ids(found[0], names)]
    for day in dict.fromkeys(others):
        law = Law(library.rules(day), False)
        if _ids(law, names) not in seen:  # the same editions again would say the same
            seen.append(_ids(law, names))
            found.append(law)
    return found


def _ids(law: Law, names: Iterable[str]) -> list[list[str]]:
    return [[measure.id for measure in law.measures(name)] for name in names]


def _texts(library: Library, name: str) -> list[Document]:
    pack, policy, key = name.split("/")
    return [one for one in library.documents if (one.pack, one.policy) == (pack, policy) and key in one.measures]


def _day_of(library: Library, name: str, as_of: datetime.date) -> datetime.date:
    pack, slash, text = name.rpartition("/")
    found = [one for one in library.documents if policy_name(one) == text and (not slash or one.pack == pack)]
    if len(found) != 1:
        names = sorted(policy_name(one) for one in library.documents)
        some = [f"{one.pack}/{text}" for one in found]
        hint = f"write one of {', '.join(some)}" if some else did_you_mean(name, names) or "editions are named <policy>-<edition>; see huiqi diff"
        said = f"{name} is the name of several editions" if some else f"{name} is no edition of these packs"
        raise FaultyInput([Problem("backtest.edition", said, NOWHERE, hint)])
    return holding_day(found[0], as_of)
