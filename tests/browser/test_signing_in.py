"""Signing in and out, by keyboard and without scripts; an auditor sees who read a firm's data."""

from __future__ import annotations

from playwright.sync_api import expect

from browsing import NARROW, PASSWORD, WIDE


def test_somebody_signs_in_by_keyboard_and_out_again(visitor_of, language, size):
    visitor = visitor_of(None, language, size)
    page = visitor.page
    visitor.open("sign-in/")
    visitor.tab_to(page.locator("[name=username]"))
    page.keyboard.type("demo-enterprise")
    visitor.tab_to(page.locator("[name=password]"))
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "sign-in" not in address)
    if size is NARROW:
        visitor.press(page.locator(".menu > summary"))
    visitor.press(page.get_by_role("button", name=visitor.word("Sign out", "退出")))
    expect(page.locator("header a[href*='sign-in']")).to_be_attached()
    assert visitor.open("me/").url.count("sign-in")


def test_a_wrong_password_is_said_and_nothing_else(visitor_of, language):
    visitor = visitor_of(None, language, NARROW, scripts=False)
    visitor.open("sign-in/")
    visitor.page.locator("[name=username]").fill("demo-nobody")
    visitor.page.locator("[name=password]").fill("not the password")
    visitor.page.locator("main form button[type=submit]").click()
    expect(visitor.page.get_by_role("alert")).to_be_visible()
    assert "sign-in" in visitor.page.url
    visitor.check(axe=False)


def test_a_page_that_asks_for_a_sign_in_is_reached_by_it(visitor_of):
    visitor = visitor_of(None, "en", WIDE, scripts=False)
    visitor.open("firms/MADEUP-000008/")
    assert "sign-in" in visitor.page.url
    visitor.page.locator("[name=username]").fill("demo-enterprise")
    visitor.page.locator("[name=password]").fill(PASSWORD)
    visitor.page.locator("main form button[type=submit]").click()
    visitor.page.wait_for_url("**/firms/MADEUP-000008/")


def test_an_auditor_sees_what_an_officer_read(visitor_of, language):
    officer = visitor_of("officer", language, WIDE)
    officer.open("firms/MADEUP-000007/")
    auditor = visitor_of("auditor", language, NARROW)
    auditor.open("readings/")
    auditor.see("MADEUP-000007")
    auditor.see("demo-officer")
    auditor.check()


def test_a_page_that_is_not_there_says_where_to_go(visitor_of, language):
    visitor = visitor_of(None, language, NARROW)
    assert visitor.open("nowhere/").status == 404
    visitor.check()
    visitor.press(visitor.page.locator("main a").first)
    visitor.page.wait_for_url(lambda address: address.endswith(f"/{language}/"))
