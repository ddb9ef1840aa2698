"""Search by words and pairs of characters: an index of one law's measures, in memory, for Chinese and English alike.

A run of Chinese characters is found by its pairs, so that a word of two characters is found wherever it stands; an English word by itself or
by its beginning. Every word of the question has to be found; what stands in a title counts more than what stands in a condition.
"""

from __future__ import annotations

import bisect
import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

LONGEST = 200  # characters of a question that are looked at
SHORTEST_BEGINNING = 3  # letters from which on a word is found by its beginning
ENOUGH = 0.6  # of the pairs of a longer run, those that have to be found
_TOKEN = re.compile(r"[\u3400-\u9fff]+|[^\W_\u3400-\u9fff]+(?:[&'.][^\W_\u3400-\u9fff]+)*")


@dataclass(frozen=True)
class Index:
    """For each pair or word, in which texts it stands and with what weight."""

    weights: Mapping[str, Mapping[int, float]]
    words: tuple[str, ...]  # in order, for beginnings
    size: int

    def find(self, question: str) -> dict[int, float] | None:
        """The texts that a question means, with how well they fit; None where the question asks for nothing."""
        runs = [_pieces(run) for run in runs_of(question[:LONGEST])]
        if not runs:
            return None
        found = self._run(runs[0])
        for run in runs[1:]:
            more = self._run(run)
            found = {number: score + more[number] for number, score in found.items() if number in more}
        return found

    def _run(self, pieces: list[str]) -> dict[int, float]:
        """The texts that have a word, a character, or enough of the pairs of a run."""
        scores: defaultdict[int, float] = defaultdict(float)
        counts: defaultdict[int, int] = defaultdict(int)
        for piece in pieces:
            for number, weight in self._piece(piece).items():
                scores[number] += weight
                counts[number] += 1
        needed = len(pieces) if len(pieces) <= 2 else math.ceil(ENOUGH * len(pieces))
        return {number: score * (counts[number] / len(pieces)) for number, score in scores.items() if counts[number] >= needed}

    def _piece(self, piece: str) -> dict[int, float]:
        best: dict[int, float] = {}
        for word in self._meant(piece):
            stands = self.weights[word]
            rarity = math.log(1 + self.size / len(stands))
            share = 1.0 if word == piece else len(piece) / (2 * len(word))
            for number, weight in stands.items():
                best[number] = max(best.get(number, 0.0), rarity * weight * share)
        return best

    def _meant(self, piece: str) -> Iterator[str]:
        """The word itself, and those that begin with it."""
        if piece in self.weights:
            yield piece
        if piece.isascii() and piece.isalpha() and len(piece) >= SHORTEST_BEGINNING:
            at = bisect.bisect_right(self.words, piece)
            while at < len(self.words) and self.words[at].startswith(piece):
                yield self.words[at]
                at += 1


def index_of(texts: Iterable[Iterable[tuple[int, str]]]) -> Index:
    """An index of so many texts, each in parts with their weights; a piece counts with the heaviest part in which it stands."""
    weights: defaultdict[str, dict[int, float]] = defaultdict(dict)
    size = 0
    for number, parts in enumerate(texts):
        size += 1
        for weight, text in parts:
            for run in runs_of(text):
                for piece in {*_pieces(run), *(run if is_chinese(run) else ())}:
                    weights[piece][number] = max(weights[piece].get(number, 0.0), weight)
    return Index(dict(weights), tuple(sorted(word for word in weights if word.isascii())), size)


def runs_of(text: str) -> list[str]:
    """The words and the runs of Chinese characters of a text, in one form of letters and width."""
    return _TOKEN.findall(unicodedata.normalize("NFKC", text).casefold())


def is_chinese(run: str) -> bool:
    return "\u3400" <= run[0] <= "\u9fff"


def _pieces(run: str) -> list[str]:
    """A run of Chinese characters in pairs; a word without the mark of its plural."""
    if not is_chinese(run):
        return [_singular(run)]
    return [run] if len(run) == 1 else [run[at : at + 2] for at in range(len(run) - 1)]


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
