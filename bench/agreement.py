"""All results of huiqi, OpenFisca and polars compared, measure by measure.

What a peer says is right for one completion of the unknown facts, the one with 0: so where huiqi is sure they have to agree, and every amount has to
lie in huiqi's range. Where a peer contradicts huiqi, the exact evaluator is asked who is right. The two peers have to agree with each other.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import engine
import numpy as np
from peer_openfisca import Peer as OpenFisca
from peer_openfisca import Simulation
from peer_polars import Peer as Polars
from peer_polars import pl

STACKED = 300  # enterprises whose stacking is checked
ASKED = 200  # contradictions that the exact evaluator is asked about
NEARLY = 1e-6  # of an amount in float32


@dataclass
class Peer:
    """What came of comparing huiqi with one peer."""

    contradictions: int = 0
    wrong: int = 0  # contradictions in which the exact evaluator finds huiqi wrong; of ASKED at most
    amounts: int = 0  # that lie outside huiqi's range


@dataclass
class Agreement:
    """What came of comparing all results."""

    results: int = 0
    yes: int = 0  # that the peers say
    unsettled: int = 0  # of these, so many rest on a fact that nobody knows
    openfisca: Peer = field(default_factory=Peer)
    polars: Peer = field(default_factory=Peer)
    cut: int = 0  # measures that stacking takes something from, with STACKED enterprises
    apart: int = 0  # results that differ between the peers, float32 allowed for

    @property
    def holds(self) -> bool:
        """huiqi is nowhere wrong; the peers differ in a result of a million at most, where float32 turned a test."""
        return not (self.openfisca.wrong or self.polars.wrong or self.openfisca.amounts or self.polars.amounts) and self.apart <= self.results / 1e6


def compare(evaluation: engine.Evaluation, blocks: list[engine.Block], fisca: OpenFisca, simulation: Simulation, polars: pl.DataFrame) -> Agreement:
    """The kernel's results are compared with numpy's on the way, and what some enterprises are paid with what the exact stacking rules leave."""
    found, at = Agreement(cut=evaluation.check_stacking(blocks[0], STACKED)), 0
    for block in blocks:
        rows = slice(at, at + block.size)
        mine = evaluation.with_numpy(block)
        evaluation.check_kernel(block, mine)
        for planned, due in zip(evaluation.plan.measures, mine, strict=True):
            key = planned.measure.key
            one = tuple(result[rows] for result in fisca.result(simulation, key))
            other = Polars.result(polars, key, at, block.size)
            must, may = np.zeros(block.size, bool), np.zeros(block.size, bool)
            must[due.rows], may[due.rows] = due.must, True
            for peer, (theirs, amounts) in ((found.openfisca, one), (found.polars, other)):
                contradicted = np.flatnonzero((must & ~theirs) | (~may & theirs)).tolist()
                asked = contradicted[: max(ASKED - peer.contradictions, 0)]
                peer.contradictions += len(contradicted)
                peer.wrong += sum(bool(block.exactly(row).truth(planned.measure.truth).must != must[row]) for row in asked)
                given = amounts[due.rows].astype(float)
                allowed = np.maximum(NEARLY * given, 0.01)
                outside = (given < due.low / 100 - allowed) | (given > due.high / 100 + allowed)
                peer.amounts += int(np.count_nonzero(outside & theirs[due.rows]))
            found.results += block.size
            found.yes += int(np.count_nonzero(other[0]))
            found.unsettled += int(np.count_nonzero(other[0] & may & ~must))
            apart = (one[0] != other[0]) | (np.abs(one[1] - other[1]) > np.maximum(2 * NEARLY * other[1], 0.01))
            found.apart += int(np.count_nonzero(apart))
        at += block.size
    return found
