"""What a firm was recognised as, and when: mostly those whose figures would bear it, since an office looked at them.

A recognition is drawn among the firms that meet the head conditions of its rule (policy texts say them; here only the figures that decide most
are looked at), with a chance that rises with drive or size: not everybody who could applies. A few hold one although their figures fell
since. So a rule run over the registry agrees with what is held for most, and not for all. Nobody is recognised before being founded; who is not
recognised has `none` for the day.
"""

from __future__ import annotations

import datetime

import numpy as np

from huiqi.facts.synthetic.draws import YUAN, between, days_where, flags, happens, low_share, odds, some
from huiqi.facts.synthetic.firms import Firms
from huiqi.facts.synthetic.sales import Sales
from huiqi.facts.synthetic.scene import Columns, Scene, day
from huiqi.facts.synthetic.trades import INDUSTRIAL, is_in

_THREE_YEARS = 1096
#: The days on either side of which another edition of the 5050 plan, or of the gazelle opinion, applies.
_PLAN_TURNS = (day(2022, 12, 31), day(2023, 1, 1), day(2023, 12, 31), day(2024, 1, 1))
_GAZELLE_TURNS = (day(2019, 12, 31), day(2020, 1, 1))


def ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Part of a whole, 0 where there is no whole."""
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1), 0.0)


def is_large(firms: Firms, sales: Sales) -> np.ndarray:
    """Above the staff and the revenue from which a firm of its trade is large."""
    return (sales.employees[:, -1] >= firms.trait("staff_large")) & (sales.last >= firms.trait("revenue_large") * 1e4)


def high_tech_certificates(rng: np.random.Generator, scene: Scene, firms: Firms, sales: Sales, day_facts: Columns, years: Columns) -> Columns:
    """High-tech enterprises: by the tests of Article 11 (国科发火〔2016〕32号), certified in one of the last rounds before the day.

    Some of those who meet the tests never applied; a few who hold a certificate miss one of the tests by now.
    """
    spent, earned = years["rd_expense"][:, -3:].sum(axis=1), sales.revenue[:, -3:].sum(axis=1)
    wanted = np.where(sales.last <= 50e6, 0.05, np.where(sales.last <= 200e6, 0.04, 0.03))
    research, product = ratio(spent, earned), ratio(years["high_tech_product_revenue"][:, -1], years["total_income"][:, -1])
    staff = ratio(years["science_staff"][:, -1], sales.employees[:, -1])
    core = firms.field & (day_facts["core_ip"] > 0) & (ratio(years["rd_expense_domestic"][:, -1], years["rd_expense"][:, -1]) >= 0.6)
    now = core & (research >= wanted) & (product >= 0.6) & (staff >= 0.1)
    once = core & (research >= 0.6 * wanted) & (product >= 0.4) & (staff >= 0.06)
    chance = np.where(now, odds(0.72, 0.5 * firms.drive + 0.7 * firms.size), np.where(once, 0.12, 0.0))
    certified = _certified_on(rng, scene, firms)
    held = happens(rng, chance) & np.isfinite(certified)
    earliest = firms.established + 365
    terms = np.floor(rng.random(len(held)) * (np.maximum(certified - earliest, 0) // _THREE_YEARS + 1))
    first = np.where(terms > 0, np.maximum(certified - terms * _THREE_YEARS - between(rng, np.zeros(len(held)), 20), earliest), certified)
    lapsed = ~held & (day_facts["core_ip"] > 0) & (earliest < scene.today - _THREE_YEARS) & happens(rng, np.where(firms.field, 0.1, 0.02))
    first = np.where(lapsed, between(rng, np.maximum(earliest, day(2008, 4, 14)), scene.today - _THREE_YEARS), first)
    lapsed &= first < scene.today - _THREE_YEARS
    return {
        "hnte": flags(held),
        "recognised_hnte_on": days_where(held, certified),
        "first_recognised_hnte_on": days_where(held | lapsed, first),
    }


def _certified_on(rng: np.random.Generator, scene: Scene, firms: Firms) -> np.ndarray:
    """A day of one of the last rounds (November and December) whose term still runs; NaN for firms too young for each of them."""
    year = scene.as_of.year
    rounds = np.array([datetime.date(y, 11, 15).toordinal() for y in range(year - 3, year + 1)], float)
    days = rounds + np.floor(rng.random((len(firms.size), 4)) * 40)
    fits = (days > scene.today - _THREE_YEARS + 1) & (days <= scene.today) & (days >= firms.established[:, None] + 365)
    chosen = np.argmax(np.where(fits, rng.random(days.shape), -1.0), axis=1)[:, None]
    return np.where(fits.any(axis=1), np.take_along_axis(days, chosen, axis=1)[:, 0], np.nan)


def recognitions(rng: np.random.Generator, scene: Scene, firms: Firms, sales: Sales, day_facts: Columns, years: Columns) -> Columns:
    """All others: the gradient of quality SMEs, gazelles, champions, leaders, demonstration enterprises."""
    revenue, growth = sales.last, sales.growth(1)
    drive, size, count = firms.drive, firms.size, len(firms.size)
    high_tech, large = day_facts["hnte"] > 0, is_large(firms, sales)
    spent = years["rd_expense"][:, -1] / YUAN
    intensity = ratio(years["rd_expense"][:, -1], sales.revenue[:, -1])
    inventive = day_facts["class1_ip"] + day_facts["class2_ip"] > 0

    above_scale = some(rng, revenue >= 20e6, 0.965) | some(rng, (revenue < 20e6) & (sales.revenue[:, -2] >= 20e6 * YUAN), 0.3)
    staff, assets = sales.employees[:, -1], years["total_assets"][:, -1] / YUAN
    small = (staff <= 500) & (revenue <= 200e6) & (assets <= 200e6)
    scientific = inventive & (years["science_staff"][:, -1] >= 0.1 * staff) & (staff > 0)
    technology_sme = some(rng, small & scientific & (intensity >= 0.04), 0.5, 0.4 * drive)
    growing = inventive & (intensity >= 0.03) & (growth >= 0.05)
    innovative = some(rng, ~large & (high_tech | growing) & (revenue >= 2e6), 0.28, 0.7 * drive + 0.4 * size)
    since = np.where(np.isfinite(day_facts["niche_since"]), day_facts["niche_since"], np.inf)
    refined = ~large & (firms.age >= 3) & (scene.today - since >= 730) & (spent >= 1e6) & (intensity >= 0.03) & (revenue >= 10e6)
    specialised = some(rng, refined, 0.55, 0.8 * drive)
    kept = np.maximum(np.where(specialised, since + 730, scene.today), scene.today - _THREE_YEARS + 2)
    specialised_on = between(rng, kept, scene.today)
    strong = specialised & (scene.today - since >= 1095) & (growth > -0.2) & (day_facts["class1_ip"] >= 2) & (revenue >= 40e6)
    giant = some(rng, strong, 0.45, 1.2 * (drive - 0.5))
    manufacturing, known = INDUSTRIAL[firms.trade], revenue >= 100e6
    single = some(rng, manufacturing & (revenue >= 400e6) & (drive > 0.5), 0.15, drive)
    hidden = some(rng, (manufacturing | firms.field) & ~single & (revenue >= 50e6) & (drive > 0.5), 0.05, 0.6 * drive)
    leading = some(rng, revenue >= 1e9, 0.7, 0.3 * drive) | some(rng, (revenue >= 500e6) & (growth > 0), 0.3, 0.5 * drive)
    gazelle = _gazelles(rng, firms, sales) & ~leading
    champion = giant | single | hidden
    share = np.where(single, 0.3, np.where(champion, 0.1, 0.0)) + np.where(champion, 0.5, 0.25) * low_share(rng, count, 3)
    held = {
        "above_scale": above_scale,
        "technology_sme": technology_sme,
        "innovative_sme": innovative | specialised,
        "specialised_sme": specialised,
        "little_giant": giant,
        "single_champion": single,
        "hidden_champion": hidden,
        "young_eagle": some(rng, (firms.age < 7) & firms.field & (growth >= 0.3) & (revenue >= 3e6), 0.16, 0.6 * drive),
        "gazelle": gazelle,
        "niche_leader": some(rng, known & (firms.age >= 5), 0.06, 0.8 * drive) | single,
        "leading_enterprise": leading,
        "technology_innovation_demonstration": some(rng, firms.field & (revenue >= 300e6) & (drive > 0.5), 0.1, 0.5 * drive),
        "ip_demonstration": some(rng, (day_facts["class1_ip"] >= 12) & (firms.age >= 4), 0.05, 0.5 * drive),
        "rd_headquarters": some(rng, spent >= 40e6, 0.12, 0.4 * drive),
        "municipal_incubator": some(rng, is_in(firms.trade, "L72", "M75", "K704") & (firms.age >= 2), 0.007, 0.6 * size),
    }
    return {
        **{fact: flags(mask) for fact, mask in held.items()},
        "recognised_specialised_sme_on": days_where(specialised, specialised_on),
        "recognised_little_giant_on": days_where(giant, between(rng, specialised_on, scene.today)),
        "recognised_gazelle_on": days_where(gazelle, _gazelle_days(rng, scene, firms)),
        "niche_market_share": np.where(np.isfinite(since) & (specialised | champion | (rng.random(count) < 0.02)), share, np.nan),
    }


def _gazelles(rng: np.random.Generator, firms: Firms, sales: Sales) -> np.ndarray:
    """Firms whose growth would bear it now, and some that grew in an earlier round and no longer do."""
    revenue, three = sales.last, sales.growth(3)
    fast = np.where(revenue <= 100e6, (revenue >= 10e6) & (three >= 0.25), three >= 0.15) & (firms.age >= 3) & (sales.growth(1) > 0)
    young = (firms.age < 3) & (firms.age > 1) & (revenue > 50e6)
    former = (revenue >= 20e6) & (firms.age >= 5) & firms.field & (firms.drive > 0.3)
    fast &= firms.field | firms.researches
    return some(rng, fast, 0.5, 0.5 * firms.drive) | some(rng, young, 0.4) | some(rng, former, 0.025, 0.4 * firms.drive)


def _gazelle_days(rng: np.random.Generator, scene: Scene, firms: Firms) -> np.ndarray:
    """Three in four of the last three years, the others of the three before; a few on the day where one edition ends and the next begins."""
    count = len(firms.size)
    recent = rng.random(count) < 0.75
    last = np.where(recent, scene.today, scene.today - 1095)
    day_ = np.maximum(between(rng, last - 1094, last), np.minimum(firms.established + 366, scene.today))
    return _on_a_turn(rng, day_, firms.established + 366, np.full(count, scene.today), _GAZELLE_TURNS)


def _on_a_turn(rng: np.random.Generator, days: np.ndarray, earliest: np.ndarray, latest: np.ndarray, turns: tuple[float, ...]) -> np.ndarray:
    """One day in ten moved to a turn, where that is between the earliest and the latest it could be."""
    turn = rng.choice(np.array(turns), len(days))
    return np.where((rng.random(len(days)) < 0.1) & (turn >= earliest) & (turn <= latest), turn, days)


def plan_5050(rng: np.random.Generator, scene: Scene, firms: Firms) -> Columns:
    """Projects selected since 2012, within about three years after the firm was founded; a few on the turn of an edition."""
    count, first = len(firms.size), day(2012, 3, 1)
    start = np.maximum(firms.established + 20, first)
    could = firms.field & (firms.established >= day(2010, 1, 1)) & (start <= scene.today)
    selected = some(rng, could, 0.03, 0.5 * firms.drive)
    last = np.maximum(np.minimum(firms.established + 1100, scene.today), start)
    days = _on_a_turn(rng, between(rng, start, last), start, np.minimum(firms.established + 1800, scene.today), _PLAN_TURNS)
    late = some(rng, could & ~selected & (firms.age < 4) & (scene.today >= day(2024, 1, 1)), 0.008)
    return {
        "plan5050_selected_on": days_where(selected, days),
        "youth_chain_selected_on": days_where(late, between(rng, np.maximum(start, day(2024, 1, 1)), scene.today)),
        "think_tank_nominated": flags(selected & (rng.random(count) < 0.1)),
        "top_talent_training": flags(selected & (rng.random(count) < 0.04)),
        "student_contest_medal": flags((selected | late) & (rng.random(count) < 0.08)),
    }
