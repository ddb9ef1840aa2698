"""The guided interview: by keyboard from the start to the summary, with "I don't know", a wrong value, and coming back by the link."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from browsing import NARROW, WIDE

BINJIANG = "cn-zj-hangzhou-binjiang"
A_STEP = re.compile(r"/interview/[^/]{12,}/")


def begin(visitor) -> None:
    """Choose the place and begin."""
    visitor.open("interview/")
    visitor.page.locator("main select").first.select_option(BINJIANG)
    visitor.page.locator("main button[name=say][value=next]:not(.visually-hidden)").click()
    visitor.page.wait_for_url(A_STEP)


def question(visitor) -> str:
    """The question that is asked."""
    return visitor.page.locator("#question").inner_text()


def wait_for_another(visitor, than: str) -> None:
    """Until another question stands there."""
    expect(visitor.page.locator("#question")).not_to_have_text(than)


def test_a_firm_answers_to_the_summary_and_comes_back_by_the_link(visitor_of, language, size):
    visitor = visitor_of(None, language, size)
    page = visitor.page
    begin(visitor)
    if size is NARROW:
        visitor.check(axe=False)
    for _ in range(4):
        asked = question(visitor)
        answer = page.locator("fieldset.interview-field button.btn-lg").first
        visitor.press(answer if answer.count() else page.locator("button[value=unknown]"))
        wait_for_another(visitor, asked)
    visitor.check(axe=False)
    link = page.url.split("?")[0]
    page.locator("a[href*='/summary/']").first.click()
    page.wait_for_url("**/summary/")
    visitor.check()
    other = visitor_of(None, language, WIDE)
    other.page.goto(link)
    expect(other.page.locator("#answers")).to_be_visible()
    other.check(axe=False)


def test_a_wrong_value_is_said_where_it_stands_and_kept(visitor_of, language):
    visitor = visitor_of(None, language, NARROW)
    page = visitor.page
    begin(visitor)
    for _ in range(30):
        figure = page.locator(".interview-figure input[type=text]").first
        if figure.count():
            break
        asked = question(visitor)
        page.locator("button[value=unknown]").click()
        wait_for_another(visitor, asked)
    figure.fill("many")
    page.locator("button[name=say][value=next]:not(.visually-hidden)").click()
    expect(page.locator("fieldset [role=alert]").first).to_be_visible()
    expect(page.locator(".interview-figure input[type=text]").first).to_have_value("many")
    visitor.check()


def test_the_interview_needs_no_scripts(visitor_of, language):
    visitor = visitor_of(None, language, NARROW, scripts=False)
    page = visitor.page
    begin(visitor)
    for _ in range(3):
        asked = question(visitor)
        page.locator("button[value=unknown]").click()
        assert question(visitor) != asked
    visitor.check(axe=False)
    page.locator("a[href*='/summary/']").first.click()
    visitor.check(axe=False)


def test_a_firm_begins_with_what_the_registry_knows(visitor_of):
    visitor = visitor_of("enterprise", "zh-hans", WIDE)
    visitor.open("interview/")
    visitor.page.locator("main button[name=say][value=next]:not(.visually-hidden)").click()
    visitor.page.wait_for_url(A_STEP)
    expect(visitor.page.locator("#registered")).to_be_visible()
    visitor.check()
