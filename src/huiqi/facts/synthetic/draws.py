"""The few distributions that a made-up district is drawn from.

Sizes are log-normal, chances are logistic in what drives them, growth has fat tails, and days are evenly spread between two ends.
"""

from __future__ import annotations

import numpy as np

YUAN = 100.0  #: fen
WAN = 1e6  #: fen in 万元


def happens(rng: np.random.Generator, chance: np.ndarray) -> np.ndarray:
    """Whether something with the given chances happens."""
    return rng.random(chance.shape) < chance


def odds(chance: np.ndarray | float, shift: np.ndarray) -> np.ndarray:
    """A chance whose odds are multiplied by e to the power of `shift`.

    >>> odds(0.5, np.log([1.0, 3.0]))
    array([0.5 , 0.75])
    """
    chance = np.clip(chance, 1e-9, 1 - 1e-9)
    return 1 / (1 + (1 - chance) / chance * np.exp(-shift))


def some(rng: np.random.Generator, of: np.ndarray, chance: float, shift: np.ndarray | float = 0.0) -> np.ndarray:
    """Some of these, each with a chance whose odds the shift moves."""
    return of & happens(rng, odds(chance, np.broadcast_to(shift, of.shape)))


def spread(rng: np.random.Generator, like: np.ndarray, sigma: float) -> np.ndarray:
    """Log-normal factors around 1."""
    return np.exp(sigma * rng.standard_normal(like.shape))


def low_share(rng: np.random.Generator, count: int, lean: float) -> np.ndarray:
    """Shares that lean to 0: beta with 1 and `lean`, mean 1 / (1 + lean)."""
    return 1 - rng.random(count) ** (1 / lean)


def high_share(rng: np.random.Generator, count: int, lean: float) -> np.ndarray:
    """Shares that lean to 1: beta with `lean` and 1."""
    return rng.random(count) ** (1 / lean)


def between(rng: np.random.Generator, first: np.ndarray | float, last: np.ndarray | float) -> np.ndarray:
    """Days from `first` to `last`, both included, evenly spread; `first` where the two are the wrong way round."""
    first, last = np.broadcast_arrays(np.asarray(first, float), np.asarray(last, float))
    return first + np.floor(rng.random(first.shape) * np.maximum(last - first + 1, 1))


def days_where(held: np.ndarray, days: np.ndarray) -> np.ndarray:
    """The days of those who have one, `none` (-inf) for the others.

    >>> days_where(np.array([True, False]), np.array([738_000.0, 738_001.0]))
    array([738000.,    -inf])
    """
    return np.where(held, days, -np.inf)


def flags(held: np.ndarray) -> np.ndarray:
    """True and false as a registry's columns hold them."""
    return held.astype(np.int8)
