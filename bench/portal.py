"""The portal under load: a made-up library of 300 measures, 100,000 made-up enterprises, 20 users at a time.

    python bench/portal.py --folder FOLDER

The folder is filled the first time and used again. The portal runs as `huiqi serve` runs it, in processes of its own; the users are threads of this
one, each with its cookies, and walk through the catalogue, a search, a measure and an interview, over and over. First with a second of thought
between two pages, then without.
"""

from __future__ import annotations

import argparse
import gzip
import http.client
import json
import os
import random
import re
import secrets
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import quote, urlencode, urljoin

import machine
import workload

LANGUAGE = "zh-hans"


def free_port() -> int:
    """A port that nobody listens on, so that what is measured is this portal and no other."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


PORT = free_port()
SEARCHES = ("研发", "补助", "policy_03", "设备", "人才 奖励", "税")
PREPARE = """
import datetime, json, sys, time
from pathlib import Path
import django
from django.core.management import call_command
django.setup()
call_command("migrate", verbosity=0)
from django.conf import settings
from django.utils import timezone
import enterprises, pack_text, workload, huiqi
from huiqi_portal.registries.lookup import keep_firms
from huiqi_portal.registries.models import Registry
from huiqi_portal.texts.models import Publication
from huiqi_portal.texts.shelf import law
measures, count = int(sys.argv[1]), int(sys.argv[2])
folder = Path(settings.HUIQI_DATA, "texts", "bench")
pack_text.write_packs(folder, workload.make_policy(measures))
packs = next(path.parent.parent for path in folder.rglob("pack.yaml"))
Publication.objects.create(folder=str(packs.relative_to(Path(settings.HUIQI_DATA, "texts"))), packs=[pack_text.PACK], published_at=timezone.now())
on = law()
schema = on.rules.schemas["enterprise"]
target = Path(settings.HUIQI_DATA, "registries", "bench")
enterprises.write_enterprises(target, count, schema, on.rules.places, unknown=0.08)
registry, problems = huiqi.open_registry(target, schema, on.rules.places)
row = Registry.objects.create(title_en="Bench", title_zh="测试", folder="bench", made_up=True, subjects=count)
start, processor = time.perf_counter(), time.process_time()
keep_firms(row, registry)
kept = time.perf_counter() - start
row.current_since = timezone.now()
row.save()
print(json.dumps({"keep_seconds": kept, "keep_processor": time.process_time() - processor}))
"""
ALONE = """
import json, statistics, time
import django
django.setup()
import huiqi
from django.test import Client
from huiqi_portal.accounts.models import User
from huiqi_portal.accounts.roles import Role
from huiqi_portal.accounts.api_token import Scope
from huiqi_portal.accounts.tokens import make_token
from huiqi_portal.api.assessed import evaluation
from huiqi_portal.registries.lookup import firm
from huiqi_portal.texts.shelf import law
def taken(what, times=100):
    found = []
    for number in range(times):
        start = time.process_time()
        what(number)
        found.append(1000 * (time.process_time() - start))
    return [statistics.median(found), sorted(found)[-2]]
on = law()
def told(run, known):
    return evaluation(on.explainer, run, huiqi.assess(on.explainer, known), huiqi.combine(on.explainer, run), huiqi.ask(on.explainer, run))
def asked(subject):
    answer = client.get(f"/api/v1/firms/{subject}/evaluation", headers=bearer)
    assert answer.status_code == 200, answer.content
officer, _ = User.objects.get_or_create(username="bench", role=Role.OFFICER)
_, secret = make_token(officer, "bench", [Scope.FIRM_READ], [], 30, None)
client, bearer = Client(SERVER_NAME="127.0.0.1"), {"Authorization": f"Bearer {secret}"}
known = [firm(f"firm{number * 997:09}").known for number in range(100)]
run = on.explainer.known
start = time.process_time()
huiqi.assess(on.explainer, known[0])
first = 1000 * (time.process_time() - start)
huiqi.ask(on.explainer, run(known[0]))
print(json.dumps({
    "measures": len(on.explainer.measures),
    "first assess": first,
    "look up a firm": taken(lambda n: firm(f"firm{n * 991:09}")),
    "assess": taken(lambda n: huiqi.assess(on.explainer, known[n])),
    "ask": taken(lambda n: huiqi.ask(on.explainer, run(known[n]))),
    "all that the API tells of a firm": taken(lambda n: told(run(known[n]), known[n])),
    "the same as a whole request": taken(lambda n: asked(f"firm{n * 997:09}")),
}))
"""


class Visitor:
    """A browser without a screen: cookies, one connection, how long each page took by kind."""

    def __init__(self, port: int):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookies: dict[str, str] = {}
        self.took: dict[str, list[float]] = defaultdict(list)
        self.faults: list[str] = []

    def get(self, kind: str, path: str) -> tuple[str, str]:
        """A page and its address; redirects are followed and count with it."""
        return self._page(kind, "GET", path, None)

    def post(self, kind: str, path: str, fields: list[tuple[str, str]]) -> tuple[str, str]:
        return self._page(kind, "POST", path, urlencode(fields))

    def _page(self, kind: str, method: str, path: str, body: str | None) -> tuple[str, str]:
        start = time.perf_counter()
        status, text, to = self._ask(method, path, body)
        while status in (301, 302, 303):
            path = urljoin(path, to)
            status, text, to = self._ask("GET", path, None)
        self.took[kind].append(time.perf_counter() - start)
        if status != 200:
            self.faults.append(f"{status} {method} {path}")
        return text, path

    def _ask(self, method: str, path: str, body: str | None) -> tuple[int, str, str]:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), "Accept-Encoding": "gzip"}
        if body is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Referer": f"http://127.0.0.1{path}"}
        try:
            self.connection.request(method, path, body, headers)
            response = self.connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):  # a kept connection that the server had closed
            self.connection.close()
            self.connection.request(method, path, body, headers)
            response = self.connection.getresponse()
        data = response.read()
        for cookie in response.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        if response.headers.get("Content-Encoding") == "gzip":
            data = gzip.decompress(data)
        return response.status, data.decode(errors="replace"), response.headers.get("Location", "")


def walk(visitor: Visitor, seed: int) -> Iterator[None]:
    """Pages one after the other for ever; yields after each."""
    chance = random.Random(seed)
    while True:
        page, _ = visitor.get("catalogue", f"/{LANGUAGE}/measures/")
        yield
        found = [unescape(one) for one in re.findall(rf'href="(/{LANGUAGE}/measures/[^"?]+/)"', page)]
        visitor.get("search", f"/{LANGUAGE}/measures/?q={quote(chance.choice(SEARCHES))}")
        yield
        if found:
            visitor.get("measure", chance.choice(found))
            yield
        page, at = visitor.get("interview, first page", f"/{LANGUAGE}/interview/")
        yield
        page, at = visitor.post("interview, first page", at, [*hidden(page), ("fact.place", workload.DISTRICT)])
        yield
        for _ in range(6):
            fields = answers(page, chance)
            if not fields:
                break
            page, at = visitor.post("interview step", at, fields)
            yield


def hidden(page: str) -> list[tuple[str, str]]:
    """The hidden fields of the page's main form."""
    form = page[page.find("<main") :]
    found = []
    for tag in re.findall(r"<input[^>]*type=\"hidden\"[^>]*>", form):
        name, value = (re.search(rf'{what}="([^"]*)"', tag) for what in ("name", "value"))
        if name:
            found.append((unescape(name[1]), unescape(value[1]) if value else ""))
    return found


def answers(page: str, chance: random.Random) -> list[tuple[str, str]]:
    """Something said to each question of a step; nothing where it asks nothing more."""
    given = hidden(page)
    asked = [value for name, value in given if name == "ask"]
    for key in asked:
        choices = re.findall(rf'<(?:input[^>]*type="radio"|button)[^>]*name="fact\.{re.escape(key)}"[^>]*value="([^"]*)"', page)
        options = re.findall(rf'<select[^>]*name="fact\.{re.escape(key)}".*?</select>', page, re.DOTALL)
        if options:
            choices = [value for value in re.findall(r'<option[^>]*value="([^"]+)"', options[0]) if value]
        date = re.search(rf'<input[^>]*type="date"[^>]*name="fact\.{re.escape(key)}"|<input[^>]*name="fact\.{re.escape(key)}"[^>]*type="date"', page)
        given.append((f"fact.{key}", chance.choice(choices) if choices else "2018-05-06" if date else str(chance.randint(1, 90))))
    return given if asked else []


def load(port: int, users: int, seconds: float, thought: float) -> tuple[dict[str, list[float]], list[str], float]:
    """So many users for a while: seconds by kind of page, what was not answered well, pages a second."""
    visitors = [Visitor(port) for _ in range(users)]
    until = time.monotonic() + seconds

    def one(number: int) -> None:
        time.sleep(thought * number / users)
        for _ in walk(visitors[number], number):
            if time.monotonic() > until:
                return
            time.sleep(thought)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(users)]
    start = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took: dict[str, list[float]] = defaultdict(list)
    for visitor in visitors:
        for kind, every in visitor.took.items():
            took[kind] += every
    faults = [fault for visitor in visitors for fault in visitor.faults]
    return took, faults, sum(map(len, took.values())) / (time.monotonic() - start)


def first_page(port: int) -> dict[str, int]:
    """The bytes of the first page as sent, and of what it needs: styles, scripts, pictures."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def sent(path: str) -> tuple[int, bytes]:
        connection.request("GET", path, headers={"Accept-Encoding": "br, gzip"})
        response = connection.getresponse()
        data = response.read()
        assert response.status == 200, (path, response.status)
        return len(data), gzip.decompress(data) if response.headers.get("Content-Encoding") == "gzip" else data

    page, text = sent(f"/{LANGUAGE}/")
    needed = {unescape(one) for one in re.findall(r'(?:<link[^>]*rel="stylesheet"[^>]*href|<script[^>]*src|<img[^>]*src)="([^"]+)"', text.decode())}
    return {"the page": page} | {path.rpartition("/")[2]: sent(path)[0] for path in sorted(needed)}


def memory(process: int) -> list[dict[str, int]]:
    """MiB of each process below one: what it holds, and its part of what several share."""
    found = []
    for child in Path(f"/proc/{process}/task/{process}/children").read_text().split():
        said = Path(f"/proc/{child}/smaps_rollup").read_text()
        name = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
        what = "jobs" if b"db_worker" in name else "worker"
        found.append({"what": what} | {key: int(re.search(rf"^{key}:\s+(\d+)", said, re.MULTILINE)[1]) // 1024 for key in ("Rss", "Pss")})  # type: ignore[index,dict-item]
    return found


def serve(environment: dict[str, str], data: Path, workers: int, threads: int) -> tuple[subprocess.Popen[bytes], float, float]:
    """The portal begun: the process, seconds until its first page came, seconds of the page after."""
    start = time.perf_counter()
    command = [
        str(Path(sys.executable).with_name("huiqi")),
        "serve",
        "--data",
        str(data),
        "--port",
        str(PORT),
        "--workers",
        str(workers),
        "--threads",
        str(threads),
    ]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    while True:
        try:
            answered = Visitor(PORT).get("start", f"/{LANGUAGE}/")
            break
        except ConnectionRefusedError:
            if process.poll() is not None:
                raise SystemExit("the portal did not start") from None
            time.sleep(0.02)
    assert answered[0]
    first = time.perf_counter() - start
    start = time.perf_counter()
    Visitor(PORT).get("start", f"/{LANGUAGE}/measures/")
    return process, first, time.perf_counter() - start


def milliseconds(seconds: list[float]) -> str:
    every = sorted(seconds)
    return (
        f"{len(every):6,} pages, median {1000 * statistics.median(every):6.0f} ms, 99 % within {1000 * every[int(0.99 * (len(every) - 1))]:6.0f} ms"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--measures", type=int, default=300)
    parser.add_argument("--enterprises", type=int, default=100_000)
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--threads", type=int, default=4)
    args = parser.parse_args()
    data = args.folder / f"portal-{args.measures}-{args.enterprises}"
    environment = os.environ | {
        "HUIQI_DATA": str(data.absolute()), "HUIQI_SECRET_KEY": secrets.token_urlsafe(50), "HUIQI_HTTPS": "off", "HUIQI_HOSTS": "127.0.0.1",
        "HUIQI_TODAY": workload.AS_OF.isoformat(), "DJANGO_SETTINGS_MODULE": "huiqi_portal.service.settings", "PYTHONPATH": str(Path(__file__).parent),
    }  # fmt: skip
    machine.say(machine.description())

    def child(script: str, *given: object) -> dict[str, object]:
        done = subprocess.run([sys.executable, "-c", script, *map(str, given)], env=environment, stdout=subprocess.PIPE, check=True)
        found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
        return found

    if not data.exists():
        data.mkdir(parents=True)
        print("kept:", child(PREPARE, args.measures, args.enterprises))
    print("alone, ms of the processor (median, worst but one):", child(ALONE))
    process, first, second = serve(environment, data, args.workers, args.threads)
    try:
        print(f"first page {first:.1f} s after the start, then the catalogue {second:.2f} s")
        sizes = first_page(PORT)
        print(f"first page: {sum(sizes.values()):,} bytes", sizes)
        load(PORT, args.users, 5, 0)  # every worker has read the law
        for thought in (1.0, 0.0):
            took, faults, rate = load(PORT, args.users, args.seconds, thought)
            print(f"{args.users} users, {thought:.0f} s of thought between pages: {rate:.1f} pages a second; load {os.getloadavg()[0]:.1f}")
            for kind, every in took.items():
                print(f"  {kind:22} {milliseconds(every)}")
            print(f"  {'all':22} {milliseconds([one for every in took.values() for one in every])}")
            if faults:
                print(f"  {len(faults)} not answered with 200, such as {faults[:3]}")
        for one in memory(process.pid):
            print("  memory, MiB:", one)
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main()
