"""Make docs/pictures anew: the main pages of the demonstration on a desk in English and on a phone in Chinese (`make pictures`)."""

from __future__ import annotations

import base64
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser

from browsing import NARROW, WIDE, Portal, Visitor, chromium, serve, visit

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
FIRM = "firms/MADEUP-000008/"
BINJIANG = "cn-zj-hangzhou-binjiang"
REFORM = "rd-super-deduction"

# name -> who looks, and how they get there
PICTURES: dict[str, tuple[str | None, Callable[[Visitor], object]]] = {
    "home": (None, lambda visitor: visitor.open()),
    "catalogue": (None, lambda visitor: visitor.open("measures/?q=研发")),
    "measure": (None, lambda visitor: (visitor.open("measures/?q=研发&place=" + BINJIANG), visitor.page.locator(".measure-row h3 a").first.click())),
    "interview": (None, lambda visitor: _interview(visitor)),
    "interview-summary": (None, lambda visitor: (_interview(visitor), visitor.page.locator("a[href*='/summary/']").first.click())),
    "firm": ("enterprise", lambda visitor: visitor.open(FIRM)),
    "why": ("enterprise", lambda visitor: (visitor.open(FIRM), visitor.page.locator(".firm-lines a").first.click())),
    "together": ("enterprise", lambda visitor: visitor.open(FIRM + "combination/")),
    "facts": ("enterprise", lambda visitor: visitor.open(FIRM + "facts/")),
    "dashboard": ("officer", lambda visitor: visitor.open("office/")),
    "simulation": ("officer", lambda visitor: visitor.open("office/runs/2/")),
    "visiting-list": ("officer", lambda visitor: visitor.open("office/visits/?run=3")),
    "registries": ("officer", lambda visitor: visitor.open("registries/1/")),
    "texts": ("editor", lambda visitor: visitor.open("texts/upload/")),
    "readings": ("auditor", lambda visitor: visitor.open("readings/")),
}


def _interview(visitor: Visitor) -> None:
    visitor.open("interview/")
    visitor.page.locator("main select").first.select_option(BINJIANG)
    visitor.page.locator("main button[name=say][value=next]:not(.visually-hidden)").click()
    for _ in range(5):
        asked = visitor.page.locator("#question").inner_text()
        yes = visitor.page.locator("fieldset.interview-field button.btn-lg").first
        (yes if yes.count() else visitor.page.locator("button[value=unknown]")).click()
        visitor.page.wait_for_function("asked => document.querySelector('#question').innerText !== asked", arg=asked)


def fill(officer: Visitor) -> None:
    """An evaluation, a simulation and a review, so that the office has something to show."""
    for path in ("office/evaluate/", f"office/simulate/?from={REFORM}", "office/review/"):
        officer.open(path)
        officer.page.locator("main form button[type=submit]").click()
        officer.wait_for_work("a[href$='/report/'], #measures")


def webp(browser: Browser, png: bytes) -> bytes:
    """A picture in a third of the bytes; the browser itself has the means."""
    page = browser.new_page()
    try:
        said = page.evaluate(_TO_WEBP, "data:image/png;base64," + base64.b64encode(png).decode())
    finally:
        page.close()
    return base64.b64decode(said.split(",", 1)[1])


_TO_WEBP = """async address => {
  const picture = new Image();
  picture.src = address;
  await picture.decode();
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [picture.naturalWidth, picture.naturalHeight];
  canvas.getContext('2d').drawImage(picture, 0, 0);
  return canvas.toDataURL('image/webp', 0.85);
}"""


def draw(portal: Portal, folder: Path) -> None:
    """All pictures."""
    with chromium() as browser:
        cookies = {}
        for role in ("enterprise", "officer", "editor", "auditor"):
            with visit(portal, browser, "en", WIDE) as visitor:
                visitor.sign_in(role)
                cookies[role] = visitor.context.storage_state()
                if role == "officer":
                    fill(visitor)
        for language, size, end in (("en", WIDE, "desk-en"), ("zh-hans", NARROW, "phone-zh")):
            for name, (role, reach) in PICTURES.items():
                with visit(portal, browser, language, size, signed_in=cookies.get(role or "")) as visitor:
                    reach(visitor)
                    visitor.page.wait_for_load_state("networkidle")
                    (folder / f"{name}-{end}.webp").write_bytes(webp(browser, visitor.page.screenshot()))
                    print(f"{name}-{end}.webp")


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as data, serve(Path(data)) as portal:
        draw(portal, Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
