"""A visitor searches the catalogue, narrows it, opens a measure and reads how it came about."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from browsing import NARROW, WIDE

LEADS_TO_A_MEASURE = re.compile(r"/measures/.+/")


def found(visitor) -> int:
    """How many measures the list says it has."""
    return int("".join(re.findall(r"\d", visitor.page.locator("#total").inner_text())))


def test_a_visitor_searches_filters_and_reads_a_measure(visitor_of, language, size):
    visitor = visitor_of(None, language, size)
    page = visitor.page
    visitor.open()
    visitor.tab_to(page.locator("main input[type=search]"))
    page.keyboard.type("研发")
    page.keyboard.press("Enter")
    page.wait_for_url("**/measures/?q=*")
    all_found = found(visitor)
    assert all_found > 0
    if not page.locator(".facet").first.is_visible():
        page.locator(".filters > summary").click()
    page.locator(".facet a").first.click()
    expect(page.locator(".chips")).to_be_visible()
    assert 0 < found(visitor) <= all_found
    visitor.check(axe=False)
    visitor.press(page.locator(".measure-row h3 a").first)
    page.wait_for_url(LEADS_TO_A_MEASURE)
    expect(page.get_by_role("heading", name=visitor.word("Editions", "版本沿革"))).to_be_visible()
    expect(page.get_by_role("heading", name=visitor.word("Who may have it", "申报条件"))).to_be_visible()
    visitor.check(axe=False)
    page.go_back()
    expect(page.locator(".chips")).to_be_visible()


def test_the_list_follows_what_is_typed(visitor_of):
    visitor = visitor_of(None, "zh-hans", WIDE)
    visitor.open("measures/")
    before = found(visitor)
    visitor.page.locator("#q").press_sequentially("租金")
    visitor.page.wait_for_url("**q=*")
    assert 0 < found(visitor) < before
    expect(visitor.page.locator("#q")).to_be_focused()


def test_nothing_found_leads_on(visitor_of, language):
    visitor = visitor_of(None, language, NARROW)
    visitor.open("measures/?q=qwertyuiop")
    assert found(visitor) == 0
    visitor.page.locator(".nothing a").first.click()
    expect(visitor.page.locator(".measure-row").first).to_be_visible()


def test_searching_and_filtering_need_no_scripts(visitor_of, language):
    visitor = visitor_of(None, language, NARROW, scripts=False)
    page = visitor.page
    visitor.open("measures/")
    page.locator("#q").fill("人才")
    page.locator(".searchbar button").click()
    all_found = found(visitor)
    assert all_found > 0
    page.locator(".filters > summary").click()
    page.locator("#place").select_option(index=1)
    page.locator(".filters button[type=submit]").click()
    assert found(visitor) <= all_found
    visitor.check(axe=False)
