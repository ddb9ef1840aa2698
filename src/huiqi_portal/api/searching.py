"""What can be asked of the list of measures, as the description tells it; the catalogue reads it (catalogue/asked.py)."""

from __future__ import annotations

from typing import Literal

from django.http import HttpRequest
from pydantic import BaseModel

from huiqi_portal.api.faults import Problem, problem
from huiqi_portal.api.shapes import told
from huiqi_portal.catalogue.asked import LONGEST_QUESTION, MOST_REVENUE, MOST_STAFF

State = Literal["", "open", "call", "later", "cohort", "over", "soon"]


def unknown_parameters(request: HttpRequest, form: type[BaseModel]) -> list[Problem]:
    """The parameters of an address that its operation does not have: a misspelt filter would otherwise leave everything."""
    return [problem("part.unknown", f"query.{name[:50]}") for name in request.GET if name not in form.model_fields]


class Search(BaseModel):
    """Words and filters; what is left out is not asked."""

    q: str = told("Words, in Chinese or English", "搜索词（中文或英文）", default="", max_length=LONGEST_QUESTION, example="瞪羚")
    place: str = told("Only what applies in this place", "只看适用于该地区的措施", default="", example="cn-zj-hangzhou-binjiang")
    topic: str = told("A topic, from the filters of an answer", "主题，见返回的filters", default="")
    kind: str = told("A kind of measure, from the filters of an answer", "措施类型，见返回的filters", default="")
    state: State = told("How it stands; left out: all but over", "状态；不填则不含已失效", default="")
    industry: str = told("The firm's industry code", "企业行业代码", default="")
    staff: int | None = told("The firm's employees", "企业从业人数", default=None, ge=0, le=MOST_STAFF)
    revenue: int | None = told(
        "The firm's revenue of the last year, in 10,000 yuan", "企业上一年度营业收入（万元）", default=None, ge=0, le=MOST_REVENUE
    )
    sort: Literal["fit", "deadline", "amount"] = told("The order", "排序", default="fit")
    page: int = told("The page, from 1", "页码，从1起", default=1, ge=1, le=10_000)
