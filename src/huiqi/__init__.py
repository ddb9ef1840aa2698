"""huiqi (惠企): a district's "1+X" industry-support policy system as code.

    library, problems = huiqi.read_library(["cn-zj-hangzhou-binjiang"])
    huiqi.check_library(library)                      every problem of the texts
    huiqi.render_page(library, pack, law_on, "en")    a pack as a page to read; huiqi.coverage_page of several
    huiqi.compare(before, after)                      what changes between two editions: huiqi.edition(document, library)
    rules = library.rules(law_on)                     the measures in force on a day
    registry, problems = huiqi.open_registry(folder, rules.schemas["enterprise"], rules.places)
    huiqi.evaluate(rules, registry, as_of, out=...)   every measure for every enterprise
    explainer = huiqi.Explainer.of_registry(huiqi.Population(registry, rules, as_of))
    explainer.explain(explainer.subject(id))          why, for one enterprise
    huiqi.assess(explainer, known)                    every measure for facts at hand (huiqi.Known), without the reasons
    huiqi.ask(explainer, explainer.subject(id))       what to ask it next
    huiqi.combine(explainer, explainer.subject(id))   what it may have together, and the best choice of what to apply for
    huiqi.simulate(rules, other, registry, as_of)     two laws on the same facts: huiqi.read_reform(path), huiqi.reformed(library, reform)
    huiqi.backtest(library, registry, days, recognised=...)    editions held against who was recognised or paid
    huiqi.calibrate(library, figure, grid, goal, registry, as_of)    the figure that meets a budget: huiqi.find_figure, huiqi.grid_of, huiqi.Goal
    huiqi.allocate_budget(rules, registry, as_of, Path("round.yaml"), out=...)    give out a round of a fund
    huiqi.review(rules, registry, as_of).findings     what is wrong with a portfolio, ranked by money and by firms
    huiqi.open_ledger(place).post([huiqi.Event(...)]) what a fund commits, pays and recovers; create_ledger, verify_ledger

Every value is a range; a fact that nobody knows is the whole range of what it could be.
"""

import importlib
from typing import TYPE_CHECKING, Any

from huiqi.vocabulary.version import VERSION

if TYPE_CHECKING:
    from huiqi.allocation.budget.allocate import allocate_budget
    from huiqi.delivery.ledger.events import Event
    from huiqi.delivery.ledger.ledger import create_ledger, open_ledger
    from huiqi.delivery.ledger.verify import verify_ledger
    from huiqi.entitlements.ask import ask
    from huiqi.entitlements.assess import assess
    from huiqi.entitlements.combine import combine
    from huiqi.entitlements.evaluate import evaluate
    from huiqi.entitlements.explain import Explainer
    from huiqi.entitlements.population import Population
    from huiqi.facts.known import Known
    from huiqi.facts.registry import open_registry
    from huiqi.publication.coverage import coverage_page
    from huiqi.publication.differences import compare
    from huiqi.publication.editions import edition
    from huiqi.publication.page import render_page
    from huiqi.revision.backtest.backtest import backtest
    from huiqi.revision.calibrate.figure import find_figure, grid_of
    from huiqi.revision.calibrate.search import Goal, calibrate
    from huiqi.revision.reform import read_reform, reformed
    from huiqi.revision.review.review import review
    from huiqi.revision.simulate import simulate
    from huiqi.rules.cases import run_cases
    from huiqi.rules.check import check_library
    from huiqi.rules.library import packs_folder, read_library
    from huiqi.vocabulary.problem import FaultyInput, Problem

__version__ = VERSION

__all__ = [
    "Event",
    "Explainer",
    "FaultyInput",
    "Goal",
    "Known",
    "Population",
    "Problem",
    "allocate_budget",
    "ask",
    "assess",
    "backtest",
    "calibrate",
    "check_library",
    "combine",
    "compare",
    "coverage_page",
    "create_ledger",
    "edition",
    "evaluate",
    "find_figure",
    "grid_of",
    "open_ledger",
    "open_registry",
    "packs_folder",
    "read_library",
    "read_reform",
    "reformed",
    "render_page",
    "review",
    "run_cases",
    "simulate",
    "verify_ledger",
]

_ROOMS: dict[str, tuple[str, ...]] = {
    "Event": ("delivery", "ledger", "events"),
    "Explainer": ("entitlements", "explain"),
    "FaultyInput": ("vocabulary", "problem"),
    "Goal": ("revision", "calibrate", "search"),
    "Known": ("facts", "known"),
    "Population": ("entitlements", "population"),
    "Problem": ("vocabulary", "problem"),
    "allocate_budget": ("allocation", "budget", "allocate"),
    "ask": ("entitlements", "ask"),
    "assess": ("entitlements", "assess"),
    "backtest": ("revision", "backtest", "backtest"),
    "calibrate": ("revision", "calibrate", "search"),
    "check_library": ("rules", "check"),
    "combine": ("entitlements", "combine"),
    "compare": ("publication", "differences"),
    "coverage_page": ("publication", "coverage"),
    "create_ledger": ("delivery", "ledger", "ledger"),
    "edition": ("publication", "editions"),
    "evaluate": ("entitlements", "evaluate"),
    "find_figure": ("revision", "calibrate", "figure"),
    "grid_of": ("revision", "calibrate", "figure"),
    "open_ledger": ("delivery", "ledger", "ledger"),
    "open_registry": ("facts", "registry"),
    "packs_folder": ("rules", "library"),
    "read_library": ("rules", "library"),
    "read_reform": ("revision", "reform"),
    "reformed": ("revision", "reform"),
    "render_page": ("publication", "page"),
    "review": ("revision", "review", "review"),
    "run_cases": ("rules", "cases"),
    "simulate": ("revision", "simulate"),
    "verify_ledger": ("delivery", "ledger", "verify"),
}


def __getattr__(name: str) -> Any:
    """A part of the facade when it is first asked for: who only reads packs waits for nothing else."""
    if name not in _ROOMS:
        raise AttributeError(f"huiqi has no {name}")
    return getattr(importlib.import_module(".".join(("huiqi", *_ROOMS[name]))), name)
