"""A pack as a page: every rule in words beside the rule as written, in one file that needs nothing else."""

from __future__ import annotations

import datetime
import re
from html.parser import HTMLParser

import pytest

import arbitrary
from huiqi.publication.page import latest_day, render_page
from huiqi.rules.library import Library, packs_folder, read_library

SOURCE = "source: {kind: copy, note: {en: read in a copy, zh: 转载}}"
HEAD = f"""
policy: aid
edition: {{edition}}
title: {{{{en: "Aid {{edition}}", zh: "扶持{{edition}}"}}}}
document: 测试〔{{edition}}〕1号
issuer: {{{{en: Nobody, zh: 无}}}}
first_day: {{edition}}-01-01
{{rest}}
{SOURCE.replace("{", "{{").replace("}", "}}")}
"""
RULES = """
disputed:
  - {says: {en: The notice names another year., zh: 通知另载年份。}, source: {kind: memory, note: {en: a memory, zh: 记忆}}, why: {en: It is a draft., zh: 系草稿。}}
definitions:
  class_share: {values: {2020-01-01: 20%, 2024-01-01: 15%}, label: {en: Share of class A, zh: A类比例}, clause: 第一条}
  relief: {unpublished: [0%, 100%], label: {en: Relief, zh: 减免}}
  bar: {value: 5万元, label: {en: Bar, zh: 门槛}}
  intensity: {value: expense / revenue, label: {en: R&D intensity, zh: 研发强度}}
  steps: {of: growth(revenue), bands: {">= 35%": 10, 10% ..< 35%: 8, else: 0}, label: {en: Steps, zh: 分档}}
  kind: {choose: [{if: listed and revenue >= 1亿元, then: 2}, {else: 1}], label: {en: Kind, zh: 类型}}
  pay: {table: pay.csv, label: {en: Pay, zh: 标准}}
scorecards:
  card:
    title: {en: The card, zh: 评分}
    clause: 附件
    items:
      effort: {label: {en: Effort, zh: 投入}, of: intensity, bands: {">= 10%": 60, else: 0}, max: 60, part: effort}
      market: {label: {en: Market, zh: 市场}, points: count(listed) * 40, max: 40}
    passes_when: [total >= 60, part.effort > 0]
    classes: {A: ">= 80", B: else}
measures:
  star:
    kind: recognition
    title: {en: Star firm, zh: 明星企业}
    clause: 第二条
    gives: star
    valid_for: 3 years
    eligible:
      all:
        - 1000万元 <= revenue < 1亿元
        - any:
            - {test: growth(revenue) >= 20%, clause: 第二条（二）}
            - {test: listed, say: {en: "<script>alert(1)</script> & listed", zh: 上市}}
  rate: {kind: grant, title: {en: By rate, zh: 按比例}, clause: 第三条, eligible: star, amount: {rate: 10%, of: expense, cap: 50万元, round: {to: 1元, direction: down}}, pays: [50% on signing, 50% on acceptance], apply: {mode: application, office: {en: The window, zh: 窗口}, decide_within: 20 working days, documents: [{en: A form, zh: 申请表}]}}
  staff: {kind: grant, title: {en: By staff, zh: 按人数}, clause: 第四条, amount: {rate: 5000元/人, of: staff}}
  land: {kind: charge, title: {en: By land, zh: 按亩}, clause: 第四条, amount: {rate: 3万元/亩, of: area}}
  slices: {kind: grant, title: {en: By slices, zh: 分段}, clause: 第五条, amount: {of: loan, tiers: {0: 10%, 1000万元: 5%}}}
  ladder: {kind: grant, title: {en: By levels, zh: 台阶}, clause: 第六条, amount: {of: revenue, ladder: {1亿元: 20万元, 10亿元: 50万元}, pays: highest}}
  ceiling: {kind: grant, title: {en: Up to, zh: 最高}, clause: 第七条, amount: {up_to: 100万元}}
  unknown: {kind: grant, title: {en: Unknown, zh: 未知}, clause: 第八条, amount: unpublished}
  match: {kind: grant, title: {en: Matched, zh: 配套}, clause: 第九条, amount: {match: rate, rate: 30%}}
  points: {kind: grant, title: {en: By points, zh: 按分}, clause: 第十条, amount: {points: card, each: 1万元}}
  looked-up: {kind: grant, title: {en: By table, zh: 按表}, clause: 第十一条, amount: {table: pay.csv}}
"""
CORE = f"""
title: {{en: The one, zh: 总政策}}
document: 测试
issuer: {{en: Nobody, zh: 无}}
first_day: 2018-01-01
{SOURCE}
aims: [{{en: Growth, zh: 增长}}]
conditions:
  honest: {{test: honest, clause: 第三条, label: {{en: Honest firms only, zh: 守信}}}}
cumulation:
  - {{highest: [rate, staff], clause: 第九条, label: {{en: The higher, zh: 从高}}}}
  - {{cap: 500万元, over: all, per: year, clause: 第九条, label: {{en: A cap, zh: 封顶}}}}
funds:
  money: {{title: {{en: The fund, zh: 资金}}, clause: 第十条, at_least: {{share: 15%, of: {{en: spending, zh: 支出}}}},
    yearly: [1亿元, ""], appropriations: {{2024: 1.2亿元}}, totals: [{{first: 2025, last: 2028, money: [5亿元, 6亿元]}}],
    limits: [{{topics: [growth], at_most: 40%, clause: 第十条, label: {{en: Growth, zh: 成长}}}}, {{measures: [rate], at_least: 100万元, clause: 第十条, label: {{en: Rates, zh: 比例}}}}]}}
"""
CASES = """
- case: a firm that grows
  as_of: 2024-06-30
  facts: {place: bj, established: 2010-01-01, honest: true, revenue: {2023: 2000万元, 2022: 1000万元}}
  expect: {star: yes, rate: {status: depends, amount: [0元, 50万元]}}
  from: {en: "2,000 / 1,000", zh: "2000/1000"}
- case: under the first edition
  as_of: 2021-06-30
  facts: {honest: true, listed: false}
  expect: {star: depends}
  from: {en: nothing is known, zh: 未知}
"""
REGISTER = f"""
- {{document: 测试〔2020〕1号, title: {{en: Aid, zh: 扶持}}, role: special, state: encoded, policies: [aid-2020], {SOURCE}}}
- {{document: 测试〔2030〕1号, title: {{en: Lost, zh: 佚}}, role: plan, state: not_found, {SOURCE}}}
"""
INDICATORS = f"""
- indicator: output
  place: bj
  period: "2023"
  label: {{en: Output, zh: 产值}}
  values:
    - {{value: 1050亿元, {SOURCE}}}
    - {{value: 1088.9亿元, {SOURCE}}}
- {{indicator: area, place: zj, period: "2023", label: {{en: Area, zh: 面积}}, about: true, values: [{{value: 48平方公里, {SOURCE}}}]}}
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    packs = arbitrary.packs_folder(
        tmp_path_factory.mktemp("page"), "measures: {}", tables={"pay.csv": "trade,loan,-> pay\nmake|sell,>= 1000万元,5万元\n,,1万元\n"}, core=CORE
    )
    (packs / "p" / "special" / "a.yaml").write_text(
        HEAD.format(edition=2020, rest="last_day: 2023-12-31\nstated_last_day: 2025-12-31") + RULES, encoding="utf-8"
    )
    (packs / "p" / "special" / "b.yaml").write_text(HEAD.format(edition=2024, rest="replaces: aid-2020") + RULES, encoding="utf-8")
    for name, text in (("cases/c", CASES), ("register", REGISTER), ("indicators", INDICATORS)):
        (packs / "p" / f"{name}.yaml").parent.mkdir(exist_ok=True)
        (packs / "p" / f"{name}.yaml").write_text(text, encoding="utf-8")
    found, problems = read_library([packs / "p"])
    assert found is not None
    assert not problems, problems
    return found


@pytest.fixture(scope="module")
def page(library: Library) -> str:
    return flat(render_page(library, library.packs[0], datetime.date(2024, 6, 30), "en"))


@pytest.fixture(scope="module")
def chinese(library: Library) -> str:
    return flat(render_page(library, library.packs[0], datetime.date(2024, 6, 30), "zh"))


def flat(html: str) -> str:
    return re.sub(r"\s+", " ", html)


class Elements(HTMLParser):
    """The tags of a page, the ids and the targets of its links; fails on tags that are not closed in order."""

    OPEN = {"meta", "br", "link", "img"}

    def __init__(self, html: str):
        super().__init__()
        self.tags: set[str] = set()
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.waiting: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.ids += [value for name, value in attrs if name == "id" and value]
        self.targets += [value for name, value in attrs if name in ("href", "src") and value]
        if tag not in self.OPEN:
            self.waiting.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.waiting.pop() == tag


def visible(html: str) -> str:
    """The text of a page without tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html))


def test_the_page_needs_nothing_else(page: str) -> None:
    found = Elements(page)
    assert found.waiting == []
    assert not found.tags & {"script", "link", "img", "iframe", "object"}
    assert "url(" not in page
    assert "@import" not in page
    assert all(target.startswith("#") for target in found.targets)


def test_every_link_leads_to_one_place(page: str) -> None:
    found = Elements(page)
    assert len(set(found.ids)) == len(found.ids)
    assert {target.removeprefix("#") for target in found.targets} <= set(found.ids)
    assert "aid-2024--star" in found.ids


def test_a_text_of_a_pack_is_never_markup(page: str) -> None:
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; listed" in page
    assert "<script" not in page


@pytest.mark.parametrize(
    "said",
    [
        "Revenue is at least ¥10,000,000 and less than ¥100,000,000",
        "10% of Expense",
        "at least 15% of spending; at least ¥100,000,000 a year; ¥120,000,000 in 2024; ¥500,000,000 to ¥600,000,000 in all from 2025 to 2028",
        "Growth: at most 40% (growth); Rates: at least ¥1,000,000 (By rate)",
        "at most ¥500,000",
        "rounded down to ¥1",
        "¥5,000 per person, by: Staff",
        "¥30,000 per mu, by: Area",
        "the slice from ¥0 to ¥10,000,000",
        "when this is first reached: Revenue",
        "over several levels at once, the highest is paid",
        "up to ¥1,000,000; the text sets a ceiling and not the figure",
        "the text gives a benefit whose figure is not public",
        "30% of what is given by: By rate",
        "¥10,000 for each point of: The card",
        "not public; between 0% and 100%",
        "10% to below 35%",
        "Listed and Revenue is at least ¥100,000,000",
        "Making or Selling",
        "It passes when: total is at least 60; effort is more than 0",
        "the text itself says until 2025-12-31",
        "The notice names another year.",
        "Why it is not followed: It is a draft.",
        "Of these only the highest is paid: By rate; By staff",
        "Together at most ¥5,000,000 a year: all measures",
        "at least 15% of spending",
        "50% on signing; 50% on acceptance",
        "on application; The window; promised within 20 working days",
        "the sources differ",
        "¥108,890,000,000",
        "about 48 km²",
        "looked for, not found",
    ],
)
def test_a_rule_in_words(page: str, said: str) -> None:
    assert said in visible(page)


@pytest.mark.parametrize(
    "said",
    [
        "营业收入不低于1,000万元且低于1亿元",
        "研发费用的10%",
        "签约后50%；验收后50%",
        "每年不低于1亿元；2024年1.2亿元；2025年至2028年共5亿元至6亿元；成长：不超过40%（growth）；比例：不低于100万元（按比例）",
        "封顶50万元",
        "按从业人员计，5,000元/人",
        "按用地面积计，3万元/亩",
        "最高100万元；文件只规定上限，未规定具体金额",
        "文件给予支持，但金额未公布",
        "达标条件：总分不低于60",
        "1,088.9亿元",
        "约48平方公里",
        "资质认定",
        "未查到",
    ],
)
def test_a_rule_in_chinese(chinese: str, said: str) -> None:
    assert said in visible(chinese)


def test_parameters_stand_with_their_days(page: str) -> None:
    assert re.search(r"<td>2020-01-01</td>\s*<td>20%</td>.*<td>2024-01-01</td>\s*<td>15%</td>", page)
    assert page.index("Parameters") < page.index("Definitions")
    assert re.search(r"Bar .*¥50,000.*Definitions", page)


def test_the_rule_stands_as_written_beside_its_words(library: Library) -> None:
    html = render_page(library, library.packs[0], datetime.date(2024, 6, 30), "en")
    assert "<pre>eligible:\n  all:\n    - 1000万元 &lt;= revenue &lt; 1亿元\n    - any:" in html
    assert "<pre>rate: {kind: grant" in html  # written in one line, it is shown whole


def test_worked_cases_stand_under_the_edition_of_their_day(page: str) -> None:
    new = page[page.index('id="aid-2024--star"') : page.index('id="aid-2024--rate"')]
    old = page[page.index('id="aid-2020--star"') : page.index('id="aid-2020--rate"')]
    assert "a firm that grows" in new
    assert "2023: ¥20,000,000; 2022: ¥10,000,000" in new
    assert "under the first edition" in old
    assert "a firm that grows" not in old
    rate = page[page.index('id="aid-2024--rate"') : page.index('id="aid-2024--staff"')]
    assert "<strong>depends</strong> ¥0 to ¥500,000" in rate


def test_what_is_in_force_stands_first(library: Library) -> None:
    new = Elements(render_page(library, library.packs[0], datetime.date(2024, 6, 30), "en")).ids
    old = Elements(render_page(library, library.packs[0], datetime.date(2021, 6, 30), "en")).ids
    assert new.index("aid-2024") < new.index("aid-2020")
    assert old.index("aid-2020") < old.index("aid-2024")
    assert new[0] == old[0] == "core"


def test_the_core_condition_is_told_once(page: str) -> None:
    assert page.count("Honest firms only") == 1


def test_the_page_says_how_sure_we_are(page: str) -> None:
    assert '<span class="chip copy">copy of the text on another page</span> read in a copy' in page


def test_the_same_pack_gives_the_same_page(library: Library) -> None:
    pack = library.packs[0]
    assert latest_day(pack) == datetime.date(2024, 1, 1)
    pages = {render_page(library, pack, latest_day(pack), "zh") for _ in range(2)}
    assert len(pages) == 1


PACKS = sorted(path.parent.name for path in packs_folder().glob("*/pack.yaml"))


@pytest.mark.parametrize(("number", "name"), list(enumerate(PACKS)), ids=PACKS)
def test_every_pack_has_a_page(number: int, name: str) -> None:
    library, _ = read_library([name])
    assert library is not None
    found = Elements(render_page(library, library.packs[0], latest_day(library.packs[0]), "zh" if number % 2 else "en"))
    assert found.waiting == []
    assert len(set(found.ids)) == len(found.ids)
    assert {target.removeprefix("#") for target in found.targets} <= set(found.ids)
