"""What the registry does not know of the made-up firms: not evenly spread, as it never is.

Firms leave out whole forms rather than single cells, so facts that stand on one form are unknown together, and each of them now and then by itself.
Small firms leave out more (a factor that falls with the hidden size), above-scale ones less, listed ones publish their accounts. R&D and
intellectual property are unknown more often than revenue and staff; who is listed or was recognised stands on lists and is seldom unknown. A
day of recognition is unknown where the recognition is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from huiqi.facts.cells import UNKNOWN, is_known
from huiqi.facts.synthetic.scene import Columns


@dataclass(frozen=True)
class Form:
    """Facts that are asked together: the share of firms that leave out the form, and that leave out one of its facts."""

    whole: float
    each: float
    facts: tuple[str, ...]


def _form(whole: float, each: float, facts: str) -> Form:
    return Form(whole, each, tuple(facts.split()))


#: Every year a firm may also report nothing at all.
SILENT = 0.07
YEAR_FORMS = (
    _form(0.0, 0.025, "revenue total_income employees total_assets liabilities net_profit tax_paid"),
    _form(0.02, 0.04, "main_revenue total_cost net_assets employees_average total_assets_average taxable_income insured_staff"),
    _form(0.08, 0.03, "losses_brought_forward creditable_input_vat land_use_tax regional_contribution"),
    _form(0.06, 0.03, "exports output value_added"),
    _form(0.05, 0.06, "new_equity"),
    _form(0.13, 0.05, "rd_expense science_staff rd_staff"),
    _form(0.16, 0.08, "rd_expense_domestic rd_expense_deductible high_tech_product_revenue"),
    _form(0.18, 0.08, "rd_amortisation_deductible rd_expense_commissioned_abroad technology_conversions"),
    _form(0.15, 0.05, "rent_paid interest_paid land_area"),
    _form(0.10, 0.05, "energy_use electricity_use pollutant_emissions"),
)
DAY_FORMS = (
    _form(0.0, 0.006, "place registered_place established registered_capital"),
    _form(0.0, 0.015, "industry ownership resident_enterprise fiscal_level_in_zone moved_in_on"),
    _form(0.0, 0.09, "paid_in_capital"),
    _form(0.09, 0.04, "high_tech_field high_tech_industry strategic_emerging_industry restricted_sector"),
    _form(0.0, 0.01, "ic_enterprise industrial_machine_enterprise"),
    _form(0.35, 0.10, "niche_since own_brand core_process_on_information_system certified_management"),
    _form(0.0, 0.55, "fills_chain_gap"),
    _form(0.10, 0.04, "rd_body province_rd_body"),
    _form(0.08, 0.02, "national_prize_on provincial_prize_on maker_china_on led_standard_on"),
    _form(0.16, 0.04, "class1_ip class2_ip"),
    _form(0.25, 0.08, "class1_ip_self_developed class1_ip_high_value class1_ip_in_use high_value_invention_patents core_ip ip_only_bought"),
    _form(0.0, 0.012, "above_scale hnte technology_sme innovative_sme specialised_sme little_giant"),
    _form(0.0, 0.012, "single_champion hidden_champion young_eagle gazelle ipo_reserve niche_leader leading_enterprise"),
    _form(0.0, 0.012, "technology_innovation_demonstration ip_demonstration rd_headquarters municipal_incubator"),
    _form(0.0, 0.04, "recognised_hnte_on first_recognised_hnte_on recognised_specialised_sme_on recognised_little_giant_on recognised_gazelle_on"),
    _form(0.0, 0.004, "plan5050_selected_on youth_chain_selected_on"),
    _form(0.004, 0.02, "think_tank_nominated top_talent_training student_contest_medal"),
    _form(0.0, 0.001, "listed"),
    _form(0.0, 0.002, "listed_on listing_market red_chip"),
    _form(0.0, 0.02, "ipo_tutoring_on ipo_accepted_on neeq_listed_on"),
    _form(0.15, 0.06, "rented_area purchased_area purchase_price own_premises"),
    _form(0.0, 0.22, "loan_amount"),
    _form(0.0, 0.012, "serious_violation on_dishonesty_list on_abnormal_list"),
    _form(0.0, 0.03, "major_safety_accident major_quality_accident serious_environmental_violation subsidy_fraud"),
    _form(0.0, 0.25, "research_misconduct"),
)
#: Unknown where the other is unknown: it would give it away.
FOLLOWS = {
    "recognised_hnte_on": "hnte",
    "first_recognised_hnte_on": "hnte",
    "recognised_specialised_sme_on": "specialised_sme",
    "recognised_little_giant_on": "little_giant",
    "recognised_gazelle_on": "gazelle",
    "listed_on": "listed",
    "listing_market": "listed",
    "ipo_proceeds_invested_back": "listed",
    "province_rd_body": "rd_body",
    "national_prize_rank": "national_prize_on",
    "provincial_prize_rank": "provincial_prize_on",
    "maker_china_rank": "maker_china_on",
}


def reticence(size: np.ndarray, above_scale: np.ndarray, listed: np.ndarray) -> np.ndarray:
    """How much more, or less, than the middle a firm leaves out: 0 for listed firms, about 1 on average."""
    factor = np.exp(-0.5 * size - 0.02)
    return np.where(listed, 0.0, np.where(above_scale, 0.35, 1.0) * factor)


def leave_out(rng: np.random.Generator, columns: Columns, forms: tuple[Form, ...], factor: np.ndarray, silent: np.ndarray | None = None) -> Columns:
    """The columns with their gaps; `factor` is the firm's reticence (rows as in the columns), `silent` are rows that nobody reported."""
    out = dict(columns)
    for form in forms:
        away = rng.random(len(factor), dtype=np.float32) < form.whole * factor if form.whole else np.zeros(len(factor), bool)
        if silent is not None:
            away = away | silent
        for fact in form.facts:
            if fact in out:
                out[fact] = without(out[fact], away | (rng.random(len(factor), dtype=np.float32) < form.each * factor))
    for fact, other in FOLLOWS.items():
        if fact in out:
            out[fact] = without(out[fact], ~is_known(out[other]))
    return out


def without(values: np.ndarray, away: np.ndarray) -> np.ndarray:
    """The values with some made unknown."""
    return np.where(away, np.nan if values.dtype == np.float64 else np.array(UNKNOWN, values.dtype), values)
