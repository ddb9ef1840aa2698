"""An officer imports a registry, evaluates, simulates and reviews; editors publish a version of the texts."""

from __future__ import annotations

from playwright.sync_api import expect

from browsing import NARROW, WIDE

MAP = """title: {en: Firms of a made-up park, zh: 虚构园区企业}
made_up: true
source: {en: made up, zh: 虚构}
observed_on: 2026-03-31
recorded_on: 2026-04-15
verified: false
tables:
  - files: firms.csv
    id: {column: code}
    columns:
      name: {fact: name}
      founded: {fact: established}
"""
FIRMS = "code,name,founded\nPARK-1,园区一号,2019-05-01\nPARK-2,园区二号,never\nPARK-3,园区三号,2021-07-15\n"


def test_an_officer_imports_a_registry_with_a_bad_row(visitor_of, language, size, tmp_path):
    (tmp_path / "firms.csv").write_text(FIRMS, encoding="utf-8")
    (tmp_path / "map.yaml").write_text(MAP, encoding="utf-8")
    visitor = visitor_of("officer", language, size)
    page = visitor.page
    visitor.open("registries/import/")
    page.locator("#tables").set_input_files(tmp_path / "firms.csv")
    page.locator("#map").set_input_files(tmp_path / "map.yaml")
    page.locator("main form").first.locator("button").click()
    page.wait_for_url("**/registries/*/")
    visitor.wait_for_work("a[href$='rejected.csv']")
    visitor.see("never")
    with page.expect_download() as download:
        page.locator("a[href$='rejected.csv']").click()
    assert "PARK-2" in download.value.path().read_text(encoding="utf-8-sig")
    visitor.check(axe=False)


def test_a_folder_that_is_no_zip_is_refused_with_words(visitor_of, language, tmp_path):
    (tmp_path / "no.zip").write_text("not a zip")
    visitor = visitor_of("officer", language, NARROW)
    visitor.open("registries/import/")
    visitor.page.locator("#zip").set_input_files(tmp_path / "no.zip")
    visitor.page.locator("main form").nth(1).locator("button").click()
    expect(visitor.page.get_by_role("alert").first).to_be_visible()
    visitor.check()


def test_an_officer_runs_the_law_and_reads_the_dashboard(visitor_of):
    visitor = visitor_of("officer", "zh-hans", WIDE)
    page = visitor.page
    visitor.open("office/evaluate/")
    visitor.press(page.locator("main form button[type=submit]"))
    page.wait_for_url("**/office/runs/*/")
    visitor.wait_for_work(".chart img, a[href$='/report/']")
    visitor.open("office/")
    expect(page.locator("#measures")).to_be_visible()
    for chart in page.locator(".chart img").all():
        chart.scroll_into_view_if_needed()
        expect(chart).to_have_js_property("complete", True)
        assert chart.evaluate("picture => picture.naturalWidth") > 0
    visitor.check()
    phone = visitor_of("officer", "en", NARROW)
    phone.open("office/")
    phone.check()


def test_an_officer_reviews_and_gets_a_visiting_list(visitor_of):
    visitor = visitor_of("officer", "en", WIDE)
    visitor.open("office/review/")
    visitor.page.locator("main form button[type=submit]").click()
    visitor.wait_for_work("a[href$='/report/']")
    visitor.check()
    visitor.page.locator("main a[href*='/visits/']").first.click()
    visitor.page.wait_for_url("**/visits/**")
    visitor.check()


def test_an_officer_simulates_a_reform_and_opens_its_report(visitor_of):
    visitor = visitor_of("officer", "zh-hans", NARROW)
    page = visitor.page
    visitor.open("office/simulate/")
    page.locator("#reform").fill("nonsense: [")
    page.locator("main form button[type=submit]").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    visitor.check()
    visitor.open("office/simulate/")
    page.locator("main details summary").first.click()
    page.locator("main details a").first.click()
    page.locator("main form button[type=submit]").click()
    visitor.wait_for_work("a[href$='/report/']")
    visitor.check()
    page.locator("a[href$='/report/']").click()
    expect(page.locator("h1").first).to_be_visible()


def test_an_editor_proposes_a_version_and_an_administrator_publishes_it(visitor_of):
    editor = visitor_of("editor", "zh-hans", WIDE)
    page = editor.page
    editor.open("texts/upload/")
    page.locator("input[name=packs][value=cn-zj-hangzhou-binjiang]").check()
    page.locator("#note-shipped").fill("首次发布")
    page.locator("main form").nth(1).locator("button").click()
    page.wait_for_url("**/texts/*/")
    editor.wait_for_work("#publish")
    editor.check()
    version = page.url
    page.locator("#publish button").first.click()
    administrator = visitor_of("administrator", "en", NARROW)
    administrator.page.goto(version.replace("/zh-hans/", "/en/"))
    administrator.check()
    administrator.page.locator("#publish button.btn-primary").click()
    expect(administrator.page.locator("main .status-yes").first).to_be_visible()
    visitor = visitor_of(None, "en", NARROW)
    visitor.open("measures/")
    expect(visitor.page.locator(".measure-row").first).to_be_visible()
