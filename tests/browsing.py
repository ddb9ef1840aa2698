"""People at the portal in a real browser: the portal served, Chromium started, and what must hold on every page they open."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request, Response, expect, sync_playwright

CHROMIUM = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
LANGUAGES = ("zh-hans", "en")
TODAY = "2026-06-30"
PASSWORD = "try-huiqi-2026"
STARTING_SECONDS, WORK_SECONDS = 120, 240
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}, "resultTypes": ["violations"]}

# What a page must not show anybody: the inside of a template, of Python or of a record.
RAW = re.compile(r"\{\{|\{%|%\}|\bNone\b(?! (?:of|is|so)\b)|\bBoth\(|<huiqi|Traceback|&lt;|\bnan\b|\bTrue\b|\bFalse\b")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True)
class Portal:
    """A portal that answers: where, and the folder of its data."""

    address: str
    data: Path

    def at(self, path: str) -> str:
        """The address of a path."""
        return urljoin(self.address, path)


@contextmanager
def serve(data: Path) -> Iterator[Portal]:
    """`huiqi serve --demo` on a free port until it is left; what it printed is in the error if it does not answer."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data.mkdir(parents=True, exist_ok=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("HUIQI_", "DJANGO_"))}
    environment |= {"HUIQI_TODAY": TODAY, "HUIQI_CACHE": "off"}
    command = [
        sys.executable,
        "-c",
        "from huiqi.cli import main; main()",
        "serve",
        "--demo",
        "--data",
        str(data / "portal"),
        "--port",
        str(port),
        "--workers",
        "1",
    ]
    with (data / "log").open("w") as log:
        server = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=environment)
    try:
        portal = Portal(f"http://127.0.0.1:{port}/", data / "portal")
        if not _answers(portal, server):
            raise RuntimeError(f"the portal did not start:\n{(data / 'log').read_text()}")
        yield portal
    finally:
        server.terminate()
        server.wait(timeout=30)


def _answers(portal: Portal, server: subprocess.Popen[bytes]) -> bool:
    for _ in range(STARTING_SECONDS * 5):
        if server.poll() is not None:
            return False
        try:
            with urllib.request.urlopen(portal.at("en/"), timeout=30):
                return True
        except urllib.error.HTTPError as error:
            error.close()
            return True
        except OSError:
            time.sleep(0.2)
    return False


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, which finds no host but this one."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--no-sandbox",
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
                "--disable-dev-shm-usage",
                "--force-color-profile=srgb",
            ],
        )
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Visitor:
    """Somebody at a browser: what they opened, and every fault that showed while they did."""

    portal: Portal
    context: BrowserContext
    page: Page
    language: str
    faults: list[str] = field(default_factory=list)

    def open(self, path: str = "") -> Response | None:
        """Open a page by its path without the language."""
        return self.page.goto(self.portal.at(f"{self.language}/{path}"))

    def word(self, en: str, zh: str) -> str:
        """Of two words the one that the page says."""
        return en if self.language == "en" else zh

    def sign_in(self, role: str) -> None:
        """Sign in as the demonstration's user of a role, by the form."""
        self.open("sign-in/")
        self.page.locator("[name=username]").fill(f"demo-{role}")
        self.page.locator("[name=password]").fill(PASSWORD)
        self.page.locator("main form button[type=submit]").click()

    def see(self, words: str) -> None:
        """Words that stand in the content."""
        expect(self.page.locator("main")).to_contain_text(words)

    def heading(self) -> str:
        """The page's heading."""
        return self.page.locator("h1").inner_text()

    def wait_for_work(self, sign: str) -> None:
        """Until what runs in the background shows its result; the page asks for it by itself."""
        self.page.locator(sign).first.wait_for(state="attached", timeout=WORK_SECONDS * 1_000)

    # ------------------------------------------------------------ by keyboard

    def tab_to(self, target: Locator, at_most: int = 200) -> None:
        """Press Tab until an element has the focus; each on the way shows that it has it."""
        expect(target).to_be_visible()
        for _ in range(at_most):
            self.page.keyboard.press("Tab")
            if fault := self.page.evaluate(_FOCUS_IS_SHOWN):
                self.faults.append(f"{self.page.url}: {fault}")
            if target.evaluate("element => element === document.activeElement"):
                return
        raise AssertionError(f"{target} is not reached by {at_most} Tabs on {self.page.url}")

    def press(self, target: Locator, key: str = "Enter") -> None:
        """Go to an element by keyboard and press it."""
        self.tab_to(target)
        self.page.keyboard.press(key)

    # ------------------------------------------------------------ what must hold

    def check(self, axe: bool = True, *, alone: bool = False) -> None:
        """What must hold on every page: nothing wider than the window, nothing raw, one heading, and (with scripts) axe content.

        A page that is a document `alone`, such as a report, holds its styles and scripts itself, under a policy that names them.
        """
        where = f"{urlsplit(self.page.url).path} at {self.page.viewport_size['width'] if self.page.viewport_size else '?'}"
        self.faults += [f"{where}: {fault}" for fault in self.page.evaluate(_LAYOUT) if not (alone and fault.startswith("inline: "))]
        words = self.page.locator("body").inner_text()
        if raw := RAW.search(words):
            self.faults.append(f"{where}: raw text {words[max(0, raw.start() - 40) : raw.end() + 40]!r}")
        if self.language == "zh-hans" and not CHINESE.search(self.heading()):
            self.faults.append(f"{where}: the heading {self.heading()!r} is not Chinese")
        if axe:
            self.faults += [f"{where}: {fault}" for fault in accessibility(self.page)]


def accessibility(page: Page) -> list[str]:
    """What axe finds against WCAG 2.1 A and AA, with the elements."""
    found: list[dict[str, Any]] = Axe().run(page, options=RULES).response["violations"]
    return [f"{rule['id']}: {rule['help']}: {[node['html'][:160] for node in rule['nodes'][:3]]}" for rule in found]


@contextmanager
def visit(
    portal: Portal, browser: Browser, language: str, size: dict[str, int], scripts: bool = True, signed_in: Any = None, scale: float = 1
) -> Iterator[Visitor]:
    """Somebody's browser; the faults that it shows are an assertion when it is left."""
    context = browser.new_context(
        viewport=size,
        java_script_enabled=scripts,
        locale="zh-CN" if language == "zh-hans" else "en-GB",
        timezone_id="Asia/Shanghai",
        storage_state=signed_in,
        device_scale_factor=scale,
        reduced_motion="reduce",
        accept_downloads=True,
    )
    context.set_default_timeout(30_000)
    visitor = Visitor(portal, context, context.new_page(), language)
    _guard(visitor)
    try:
        yield visitor
    finally:
        context.close()
    assert not visitor.faults, "\n".join(dict.fromkeys(visitor.faults))


def _guard(visitor: Visitor) -> None:
    """Note a request to another host, an error of the console or of the page's policy, and an answer of a fault."""
    host = urlsplit(visitor.portal.address).netloc

    def asked(request: Request) -> None:
        if urlsplit(request.url).scheme in ("http", "https", "ws", "wss") and urlsplit(request.url).netloc != host:
            visitor.faults.append(f"{visitor.page.url}: asks another host: {request.url}")

    def answered(response: Response) -> None:
        document = response.request.is_navigation_request()
        if response.status >= (500 if document else 400) and not response.request.headers.get("hx-request"):
            visitor.faults.append(f"{response.url}: status {response.status}")

    def said(message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:  # told by `answered`, with its status
            visitor.faults.append(f"{visitor.page.url}: console: {message.text}")

    visitor.context.on("request", asked)
    visitor.context.on("response", answered)
    visitor.context.on("console", said)
    visitor.context.on("weberror", lambda error: visitor.faults.append(f"{visitor.page.url}: script: {error.error}"))


# ------------------------------------------------------------ asked of the page itself

_LAYOUT = """() => {
  const faults = [];
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > width) {
    const inScroller = e => { for (let p = e.parentElement; p && p !== document.body; p = p.parentElement)
      if (['auto', 'scroll', 'hidden'].includes(getComputedStyle(p).overflowX)) return true; return false; };
    const wide = [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > width + 1 && (!inScroller(e) || getComputedStyle(e).position === 'absolute'));
    faults.push(`wider than the window by ${document.documentElement.scrollWidth - width} px: ` + wide.slice(0, 3).map(e => e.outerHTML.slice(0, 120)).join(' | '));
  }
  const headings = document.querySelectorAll('h1').length;
  if (headings !== 1) faults.push(`${headings} headings of the first order`);
  for (const e of document.querySelectorAll('h1, h2, h3, th, a, button, label, summary, option, legend'))
    if (!e.textContent.trim() && !e.getAttribute('aria-label') && !e.querySelector('img[alt], svg, input') && !(e.matches('th, option') )) faults.push('empty: ' + e.outerHTML.slice(0, 160));
  for (const e of document.querySelectorAll('img')) if (e.complete && !e.naturalWidth) faults.push('a picture that does not show: ' + e.outerHTML.slice(0, 160));
  for (const e of document.querySelectorAll('[style]:not([style=""]), script:not([src]), style')) faults.push('inline: ' + e.outerHTML.slice(0, 160));
  const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
  for (const id of new Set(ids.filter((id, n) => ids.indexOf(id) !== n))) faults.push('an id twice: ' + id);
  return faults;
}"""

_FOCUS_IS_SHOWN = """() => {
  const e = document.activeElement;
  if (!e || e === document.body || e === document.documentElement) return '';
  const style = getComputedStyle(e), box = e.getBoundingClientRect();
  const shown = (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none';
  if (!shown) return 'focus is not shown on ' + e.outerHTML.slice(0, 160);
  if (!box.width || !box.height) return 'focus on what has no size: ' + e.outerHTML.slice(0, 160);
  return '';
}"""
