"""A firm's user sees what the firm may have and why, contests a fact, and keeps a draft of an application."""

from __future__ import annotations

from playwright.sync_api import expect

from browsing import NARROW, WIDE

FIRM = "firms/MADEUP-000008/"


def test_a_firm_sees_why(visitor_of, language, size):
    visitor = visitor_of("enterprise", language, size)
    page = visitor.page
    visitor.open(FIRM)
    visitor.press(page.locator(".firm-lines a").first)
    expect(page.get_by_role("heading", name=visitor.word("Why", "理由"), exact=True)).to_be_visible()
    expect(page.locator("main [class^=status-]").first).to_be_visible()
    visitor.check(axe=False)
    page.go_back()
    visitor.press(page.get_by_role("link", name=visitor.word("Together", "组合享受"), exact=True))
    expect(page.locator("h1")).to_have_text(visitor.word("What may be had together", "组合享受"))


def test_a_firm_contests_a_fact_and_an_officer_answers(visitor_of):
    firm = visitor_of("enterprise", "zh-hans", WIDE)
    page = firm.page
    firm.open(FIRM + "facts/")
    page.locator("a[href*='/contest/']").first.click()
    address = page.url
    page.locator("button[name=send]").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    firm.check()
    page.locator("form.card textarea[name=reason]").fill("登记信息已变更，见附件。")
    _say_otherwise(page)
    page.locator("button[name=try]").click()
    expect(page.locator("#changes")).to_be_visible()
    page.locator("button[name=send]").click()
    page.wait_for_url("**/contests/*/")
    firm.check()
    firms_page = page.url
    assert address != firms_page
    officer = visitor_of("officer", "en", NARROW)
    officer.open("contests/")
    officer.page.locator("main td a").first.click()
    officer.check()
    officer.page.locator("#words").fill("The register of the market office says so too.")
    officer.page.locator("button[value=accept]").click()
    page.goto(firms_page)
    firm.see("The register of the market office says so too.")
    firm.check()


def _say_otherwise(page) -> None:
    """Give the first field of the fact another value than it has."""
    field = page.locator(".fact-input input, .fact-input select").first
    if field.get_attribute("type") == "radio":
        page.locator(".fact-input input[type=radio]:not(:checked)").first.check()
    elif field.evaluate("e => e.tagName") == "SELECT":
        field.select_option(index=2)
    elif field.get_attribute("type") == "date":
        field.fill("2020-02-29")
    else:
        field.fill("7")


def test_a_draft_is_begun_kept_and_found_again(visitor_of, language):
    visitor = visitor_of("enterprise", language, NARROW)
    page = visitor.page
    visitor.open(FIRM + "applications/start/")
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/applications/*/")
    visitor.check(axe=False)
    title, draft = visitor.heading(), page.url
    save = page.locator("button[name=save]")
    if save.count():
        save.click()
        expect(page.locator("[role=status]").first).to_be_visible()
    visitor.open(FIRM + "applications/")
    page.locator(f"main a[href='{draft.removeprefix(visitor.portal.address.rstrip('/'))}']").first.click()
    assert visitor.heading() == title
    visitor.page.get_by_role("button", name=visitor.word("Delete", "删除")).click()
    page.wait_for_url("**/applications/")


def test_another_firm_is_out_of_reach(visitor_of, language):
    visitor = visitor_of("enterprise", language, WIDE)
    answer = visitor.open("firms/MADEUP-000002/")
    assert answer.status == 403
    visitor.check()


def test_a_firm_reads_its_pages_without_scripts(visitor_of, language):
    visitor = visitor_of("enterprise", language, NARROW, scripts=False)
    for path in ("", "combination/", "facts/", "applications/", "no-application/"):
        answer = visitor.open(FIRM + path)
        assert answer.ok, path
        visitor.check(axe=False)
