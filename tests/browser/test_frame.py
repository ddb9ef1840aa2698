"""The frame of every page: skip link, menu, languages; by keyboard and without scripts."""

from __future__ import annotations

from playwright.sync_api import expect

from browsing import NARROW, WIDE


def test_the_first_tab_skips_to_the_content(visitor_of, language, size):
    visitor = visitor_of(None, language, size)
    visitor.open()
    visitor.page.keyboard.press("Tab")
    skip = visitor.page.locator(".skip-link")
    expect(skip).to_be_focused()
    assert skip.bounding_box()["x"] >= 0
    visitor.page.keyboard.press("Enter")
    expect(visitor.page.locator("#content")).to_be_focused()


def test_the_menu_opens_on_a_phone_without_scripts(visitor_of, language):
    visitor = visitor_of(None, language, NARROW, scripts=False)
    visitor.open()
    links = visitor.page.locator(".menu nav a").first
    expect(links).to_be_hidden()
    visitor.press(visitor.page.locator(".menu > summary"), "Space")
    expect(links).to_be_visible()
    visitor.check(axe=False)


def test_the_menu_is_a_row_on_a_desk(visitor_of, language):
    visitor = visitor_of(None, language, WIDE, scripts=False)
    visitor.open()
    expect(visitor.page.locator(".menu > summary")).to_be_hidden()
    expect(visitor.page.locator(".menu nav a").first).to_be_visible()


def test_the_other_language_keeps_the_page(visitor_of):
    visitor = visitor_of(None, "en", WIDE)
    visitor.open("sign-in/")
    visitor.press(visitor.page.locator("a[hreflang=zh-hans]"))
    visitor.page.wait_for_url("**/zh-hans/sign-in/")
    expect(visitor.page.locator("html")).to_have_attribute("lang", "zh-Hans")
