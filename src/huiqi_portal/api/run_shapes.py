"""The forms of what is sent and answered about runs."""

from __future__ import annotations

import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from huiqi_portal.api.shapes import Words, told

Kind = Literal["evaluation", "simulation", "review"]


class NewRun(BaseModel):
    """A run to start: the law in force over the current registry."""

    model_config = ConfigDict(extra="forbid")

    what: Kind = told("What is reckoned", "类型", example="evaluation")
    as_of: datetime.date | None = told("The day of the facts; left out: today", "信息基准日；不填则为今天", default=None)
    law_on: datetime.date | None = told("The day of the law; left out: that of the facts", "政策基准日；不填则同信息基准日", default=None)
    title: str = told("A title", "标题", default="", max_length=200)
    reform: str = told("The YAML of a reform, for a simulation", "调整方案（YAML），用于模拟", default="", max_length=200_000)


class RunListed(BaseModel):
    """A run: of which law over which registry, and how far it is."""

    run: int
    what: Kind
    title: str
    as_of: datetime.date
    law_on: datetime.date
    version: int = told("The version of the texts; 0: those that come with huiqi", "政策文本版本；0为随软件提供的文本")
    registry: Words
    made_up: bool = told("The registry is made up", "企业库为虚构")
    asked_at: datetime.datetime
    state: str = told("waiting, running, done, failed or cancelled", "waiting、running、done、failed或cancelled")
    done: int
    total: int
    problems: list[dict[str, Any]]
    headline: dict[str, Any] = told("Its main figures, once it is done", "主要结果（完成后）")
    tables: list[str] = told("The tables that can be had as CSV", "可下载的CSV表格")


class RunsListed(BaseModel):
    """The last runs, the newest first."""

    total: int
    page: int
    pages: int
    runs: list[RunListed]


class Figures(BaseModel):
    """The figures of an evaluation as its dashboard shows them, in whole fen."""

    run: int
    figures: dict[str, Any]
