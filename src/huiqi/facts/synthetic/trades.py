"""The trades of a district, and what a middling firm of each is like.

The figures are made up: round, of a plausible size, and such that trades differ in the ways that rules ask about.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np


@dataclass(frozen=True)
class Trade:
    """A trade by its code of GB/T 4754-2017."""

    code: str
    median: float  # revenue of a middling firm, 万元
    sigma: float  # spread of the log of revenue
    per_head: float  # revenue a head in a firm of 100 people, 万元
    technology: float  # share with a core technology in the supported fields
    research: float  # share that does R&D
    intensity: float  # R&D over revenue, in the middle of those that do
    margin: float  # profit before tax over revenue
    assets: float  # total assets over revenue
    added: float  # value added over revenue
    vat: float  # rate of the value-added tax
    export: float  # share that exports
    area: float  # floor area a head, m2
    power: float  # kWh for 万元 of revenue
    staff_large: int  # from so many people on, and
    revenue_large: float  # from so much revenue on (万元), a firm is large


#                    median sigma head  tech  R&D   int.  margin assets added vat  export area power   large from
_ROWS = (
    Trade("I651",     130, 2.05,   80, 0.82, 0.62, 0.130,  0.07, 1.3, 0.55, 0.06, 0.04, 11,   25,  300,  10_000),
    Trade("I65",      140, 2.05,   90, 0.66, 0.45, 0.090,  0.06, 1.1, 0.48, 0.06, 0.03, 11,   35,  300,  10_000),
    Trade("I652",     300, 2.10,  130, 0.93, 0.82, 0.190,  0.05, 2.1, 0.42, 0.06, 0.18, 14,   60,  300,  10_000),
    Trade("I64",      120, 2.20,  110, 0.45, 0.30, 0.080,  0.05, 1.1, 0.40, 0.06, 0.03, 10,   30, 2000, 100_000),
    Trade("I63",      220, 2.20,  120, 0.42, 0.28, 0.060,  0.06, 1.8, 0.45, 0.06, 0.02, 12,  110, 2000, 100_000),
    Trade("C39",      700, 2.10,   95, 0.80, 0.70, 0.070,  0.06, 1.3, 0.24, 0.13, 0.38, 32,  180, 1000,  40_000),
    Trade("C40",      620, 1.95,   85, 0.82, 0.72, 0.075,  0.09, 1.4, 0.34, 0.13, 0.30, 30,  110, 1000,  40_000),
    Trade("C35",      600, 1.95,   80, 0.68, 0.58, 0.058,  0.07, 1.4, 0.30, 0.13, 0.28, 38,  170, 1000,  40_000),
    Trade("C38",      650, 2.00,   90, 0.60, 0.52, 0.048,  0.06, 1.2, 0.24, 0.13, 0.32, 40,  210, 1000,  40_000),
    Trade("C34",      560, 1.90,   75, 0.48, 0.42, 0.045,  0.06, 1.2, 0.27, 0.13, 0.30, 45,  260, 1000,  40_000),
    Trade("C342",     600, 1.90,   78, 0.62, 0.52, 0.055,  0.06, 1.3, 0.28, 0.13, 0.28, 45,  260, 1000,  40_000),
    Trade("C27",      800, 2.10,   90, 0.72, 0.66, 0.090,  0.09, 2.0, 0.42, 0.13, 0.22, 50,  230, 1000,  40_000),
    Trade("C26",      900, 1.95,  120, 0.42, 0.40, 0.035,  0.07, 1.2, 0.25, 0.13, 0.25, 60,  620, 1000,  40_000),
    Trade("C29",      480, 1.80,   65, 0.22, 0.25, 0.035,  0.05, 1.0, 0.23, 0.13, 0.28, 50,  540, 1000,  40_000),
    Trade("C33",      460, 1.80,   65, 0.22, 0.25, 0.034,  0.05, 1.0, 0.23, 0.13, 0.30, 50,  420, 1000,  40_000),
    Trade("C36",      750, 2.00,   80, 0.42, 0.40, 0.040,  0.05, 1.2, 0.22, 0.13, 0.30, 48,  280, 1000,  40_000),
    Trade("C17",      520, 1.85,   55, 0.10, 0.18, 0.025,  0.04, 1.0, 0.21, 0.13, 0.42, 48,  700, 1000,  40_000),
    Trade("C18",      380, 1.80,   40, 0.04, 0.08, 0.020,  0.04, 0.8, 0.24, 0.13, 0.40, 22,  150, 1000,  40_000),
    Trade("C13",      560, 1.90,   90, 0.08, 0.12, 0.018,  0.04, 0.8, 0.18, 0.13, 0.12, 50,  260, 1000,  40_000),
    Trade("C30",      520, 1.85,   75, 0.18, 0.20, 0.030,  0.05, 1.2, 0.27, 0.13, 0.12, 70,  900, 1000,  40_000),
    Trade("D44",      900, 2.20,  260, 0.15, 0.15, 0.012,  0.09, 2.6, 0.35, 0.13, 0.00, 30,  900, 1000,  40_000),
    Trade("E48",      700, 2.10,  120, 0.06, 0.12, 0.025,  0.03, 1.1, 0.20, 0.09, 0.01,  8,   40,  300,  80_000),
    Trade("E50",      320, 1.95,   95, 0.04, 0.07, 0.025,  0.03, 0.9, 0.20, 0.09, 0.01,  8,   30,  300,  80_000),
    Trade("F51",      420, 2.15,  300, 0.06, 0.05, 0.012,  0.02, 0.6, 0.09, 0.13, 0.16, 12,    8,  200,  40_000),
    Trade("F52",      140, 2.00,  110, 0.05, 0.04, 0.015,  0.02, 0.6, 0.13, 0.13, 0.05, 15,   30,  300,  20_000),
    Trade("G54",      260, 1.90,   70, 0.03, 0.03, 0.012,  0.03, 1.1, 0.28, 0.09, 0.02, 14,  140, 1000,  30_000),
    Trade("G58",      300, 2.00,  130, 0.05, 0.05, 0.015,  0.03, 0.7, 0.16, 0.06, 0.08, 10,   12, 1000,  30_000),
    Trade("G592",     180, 1.90,   60, 0.05, 0.05, 0.015,  0.04, 2.2, 0.35, 0.06, 0.01, 90,   90,  200,  30_000),
    Trade("H61",      150, 1.70,   28, 0.00, 0.00, 0.010,  0.02, 2.0, 0.42, 0.06, 0.00, 60,  420,  300,  10_000),
    Trade("H62",      130, 1.60,   25, 0.00, 0.01, 0.010,  0.02, 0.7, 0.38, 0.06, 0.00, 14,  330,  300,  10_000),
    Trade("J69",      150, 2.30,  150, 0.10, 0.08, 0.050,  0.12, 4.0, 0.55, 0.06, 0.00, 14,   15,  300,  10_000),
    Trade("K701",     900, 2.40,  400, 0.00, 0.00, 0.010,  0.05, 4.5, 0.25, 0.09, 0.00, 20,   12,  300, 200_000),
    Trade("K702",     180, 1.80,   18, 0.03, 0.02, 0.015,  0.04, 0.8, 0.55, 0.06, 0.00,  5,   90, 1000,   5_000),
    Trade("K704",     110, 1.90,   90, 0.00, 0.00, 0.010,  0.10, 6.0, 0.50, 0.09, 0.00, 20,   60,  300,       0),
    Trade("L71",      120, 2.00,  110, 0.03, 0.03, 0.015,  0.05, 2.4, 0.40, 0.13, 0.01, 15,   20,  300,       0),
    Trade("L72",       95, 2.05,   75, 0.12, 0.09, 0.040,  0.05, 1.9, 0.42, 0.06, 0.02, 11,   15,  300,       0),
    Trade("M73",      110, 2.10,   60, 0.74, 0.68, 0.240,  0.00, 2.4, 0.50, 0.06, 0.04, 18,   60,  300,       0),
    Trade("M74",      130, 1.95,   55, 0.45, 0.32, 0.070,  0.07, 1.1, 0.52, 0.06, 0.02, 12,   25,  300,       0),
    Trade("M75",      100, 1.95,   65, 0.55, 0.40, 0.090,  0.05, 1.2, 0.45, 0.06, 0.03, 12,   25,  300,       0),
    Trade("N77",      200, 1.90,   70, 0.48, 0.36, 0.045,  0.06, 1.6, 0.36, 0.06, 0.01, 18,  120,  300,       0),
    Trade("O81",       90, 1.60,   30, 0.04, 0.03, 0.020,  0.03, 0.7, 0.40, 0.06, 0.00, 25,   50,  300,       0),
    Trade("P83",       80, 1.70,   25, 0.06, 0.05, 0.040,  0.04, 0.8, 0.60, 0.06, 0.00, 14,   40,  300,       0),
    Trade("Q84",      150, 1.80,   30, 0.10, 0.08, 0.030,  0.03, 1.2, 0.50, 0.06, 0.00, 20,   90,  300,       0),
    Trade("R87",      110, 2.10,   70, 0.10, 0.07, 0.050,  0.04, 1.6, 0.40, 0.06, 0.02, 13,   20,  300,       0),
    Trade("R88",       80, 1.80,   45, 0.08, 0.06, 0.040,  0.04, 1.1, 0.45, 0.06, 0.01, 13,   20,  300,       0),
)  # fmt: skip
TRADES: tuple[Trade, ...] = _ROWS

_HIGH_TECH = {
    "I651": 16, "I65": 10, "I652": 1.5, "I64": 6.5, "I63": 1.2, "C39": 5.0, "C40": 2.6, "C35": 1.9, "C38": 1.5, "C34": 0.9, "C342": 0.2,
    "C27": 0.8, "C26": 0.2, "C29": 0.2, "C33": 0.3, "C36": 0.3, "C18": 0.3, "D44": 0.1, "E48": 0.5, "E50": 1.6, "F51": 12, "F52": 4.0,
    "G54": 0.4, "G58": 0.8, "G592": 0.1, "H61": 0.3, "H62": 0.9, "J69": 1.0, "K701": 0.2, "K702": 0.5, "K704": 0.8, "L71": 0.5, "L72": 9.0,
    "M73": 4.0, "M74": 7.0, "M75": 9.0, "N77": 0.4, "O81": 0.3, "P83": 1.0, "Q84": 0.4, "R87": 1.2, "R88": 0.6,
}  # fmt: skip
_ORDINARY = {
    "I651": 2.0, "I65": 2.0, "I652": 0.1, "I64": 1.2, "I63": 0.3, "C39": 2.5, "C40": 0.8, "C35": 3.0, "C38": 3.5, "C34": 4.0, "C342": 0.4,
    "C27": 0.6, "C26": 1.5, "C29": 2.6, "C33": 4.0, "C36": 2.0, "C17": 4.0, "C18": 2.6, "C13": 1.0, "C30": 1.4, "D44": 0.3, "E48": 1.2,
    "E50": 4.0, "F51": 19, "F52": 9.0, "G54": 2.2, "G58": 1.2, "G592": 0.3, "H61": 0.8, "H62": 2.6, "J69": 0.6, "K701": 0.6, "K702": 1.0,
    "K704": 1.2, "L71": 1.0, "L72": 8.0, "M73": 0.6, "M74": 3.2, "M75": 2.2, "N77": 0.6, "O81": 1.2, "P83": 1.4, "Q84": 0.7, "R87": 0.6,
    "R88": 0.7,
}  # fmt: skip
#: How many firms of each trade there are, in a high-tech zone and elsewhere.
HIGH_TECH, ORDINARY = (tuple(weights.get(trade.code, 0.0) for trade in TRADES) for weights in (_HIGH_TECH, _ORDINARY))

_TRAITS = {field.name: np.array([getattr(trade, field.name) for trade in TRADES]) for field in fields(Trade)}
#: Manufacturing and utilities; trades whose whole product counts as high technology; trades without super-deduction of R&D (财税〔2015〕119号).
INDUSTRIAL = np.array([trade.code[0] in "CD" for trade in TRADES])
HIGH_TECH_TRADE = np.array([trade.code[:3] in {"C27", "C39", "C40", "I63", "I64", "I65", "M73"} for trade in TRADES])
WITHOUT_DEDUCTION = np.array([trade.code[0] in "FHKL" for trade in TRADES])


def trait(name: str, trade: np.ndarray) -> np.ndarray:
    """A trait of each firm's trade."""
    return _TRAITS[name][trade]


def is_in(trade: np.ndarray, *codes: str) -> np.ndarray:
    """Whether each firm's trade is one of these codes, or below one."""
    return np.array([trade_.code.startswith(codes) for trade_ in TRADES])[trade]
