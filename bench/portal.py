"""The portal under load: a made-up law of 300 measures, 100,000 made-up enterprises, 20 people at once.

    python bench/portal.py [--measures N] [--enterprises N] [--users N] [--seconds N] [--think SECONDS] [--workers N]        says what it found, as JSON

Each user looks at the catalogue (lists, searches, filters, measures) and answers an interview, in turn, and waits `--think` seconds after each page
as people do at the least; with 0 nobody waits, which shows how many pages there are a second. The users run on the same machine as the service, and
take processor time from it. A step of an interview is an answer and the page that follows it, and is measured as both together.
"""

from __future__ import annotations

import argparse
import gzip
import http.client
import os
import random
import re
import secrets
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import engine
import enterprises
import machine
import pack_text
import workload

SEARCHES = ("measure_01", "measure_2", "测速", "bench", "nobody", "policy_03")
FIELD = re.compile(r'<(?:input|select|textarea)[^>]*\bname="([^"]+)"[^>]*>')
VALUE = re.compile(r'\bvalue="([^"]*)"')
LINK = re.compile(r'href="(/en/measures/[^"?]+/)"')


def prepare(data: Path, measures: int, count: int) -> dict[str, Any]:
    """The database and files of a portal in a folder: the law published, the registry kept firm by firm; says what that took."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    import huiqi
    from huiqi_portal.registries.lookup import keep_firms
    from huiqi_portal.registries.models import Registry
    from huiqi_portal.texts.models import Publication
    from huiqi_portal.texts.shelf import law

    call_command("migrate", verbosity=0)
    pack_text.write_packs(data / "texts" / "1", workload.make_policy(measures))
    Publication.objects.create(folder="1/packs", packs=[], published_at=timezone.now())
    schema, places = law().rules.schemas["enterprise"], law().rules.places
    enterprises.write_enterprises(data / "registries" / "1", count, schema, places, unknown=0.08)
    columns, problems = huiqi.open_registry(data / "registries" / "1", schema, places)
    assert columns is not None, problems
    row = Registry.objects.create(title="Bench", folder="1", made_up=True, subjects=count)
    start = time.perf_counter()
    keep_firms(row, columns)
    kept = time.perf_counter() - start
    row.current_since = timezone.now()
    row.save()
    return {"firms kept, seconds": kept, "database, MB": sum(path.stat().st_size for path in data.glob("db.sqlite3*")) / 1e6}


def inside(repeats: int) -> dict[str, Any]:
    """What one firm of the registry takes inside a request: looked up, and evaluated against all measures; medians in milliseconds."""
    import django

    django.setup()
    import huiqi
    from huiqi_portal.registries.lookup import firm
    from huiqi_portal.registries.models import KeptFirm
    from huiqi_portal.texts.shelf import law

    explainer, subjects = law().explainer, list(KeptFirm.objects.values_list("subject", flat=True)[: repeats + 1])
    taken: dict[str, list[float]] = defaultdict(list)
    for subject in subjects:
        start = time.perf_counter()
        found = firm(subject)
        looked = time.perf_counter()
        assert found is not None
        huiqi.assess(explainer, found.known)
        assessed = time.perf_counter()
        huiqi.ask(explainer, explainer.known(found.known))
        asked = time.perf_counter()
        for name, seconds in (("looked up", looked - start), ("assessed", assessed - looked), ("asked", asked - assessed)):
            taken[name].append(seconds * 1e3)
    return {f"one firm {name}, ms": statistics.median(ms[1:]) for name, ms in taken.items()}


class User:
    """Somebody with a browser: keeps the cookies, follows redirections, and notes how long each page took."""

    def __init__(self, port: int, seed: int, note: Callable[[str, float], None]):
        self.port, self.note, self.random = port, note, random.Random(seed)
        self.cookies: dict[str, str] = {}
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def open(self, address: str, form: dict[str, str] | None = None) -> tuple[str, str]:
        """A page, as (address, text); with a form, what follows it."""
        headers = {"Host": f"127.0.0.1:{self.port}", "Accept-Encoding": "gzip", "Accept-Language": "en"}
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        body = None
        if form is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Referer": f"http://127.0.0.1:{self.port}/"}
            body = urllib.parse.urlencode(form)
        self.connection.request("GET" if form is None else "POST", address, body, headers)
        answer = self.connection.getresponse()
        sent = answer.read()
        for value in answer.headers.get_all("Set-Cookie") or ():
            name, _, rest = value.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        if answer.status in (301, 302, 303):
            return self.open(answer.headers["Location"])
        if answer.status != 200:
            raise RuntimeError(f"{address}: {answer.status}")
        return address, (gzip.decompress(sent) if answer.headers["Content-Encoding"] == "gzip" else sent).decode()

    def timed(self, kind: str, address: str, form: dict[str, str] | None = None) -> tuple[str, str]:
        start = time.perf_counter()
        found = self.open(address, form)
        self.note(kind, time.perf_counter() - start)
        return found

    def catalogue(self) -> Iterator[None]:
        """A list, a search, a filter and a measure."""
        _, page = self.timed("catalogue: list", "/en/measures/")
        yield
        self.timed("catalogue: search", f"/en/measures/?q={urllib.parse.quote(self.random.choice(SEARCHES))}")
        yield
        if links := LINK.findall(page):
            self.timed("catalogue: measure", self.random.choice(links))
        yield
        self.timed("catalogue: filter", f"/en/measures/?staff={self.random.choice((5, 50, 500, 5000))}")
        yield

    def interview(self) -> Iterator[None]:
        """Begun with a place, then steps: mostly said not to be known, which is the dearest, since all stays open."""
        _, page = self.timed("interview: start", "/en/interview/")
        yield
        address, page = self.open("/en/interview/", self.filled(page, {"place": workload.DISTRICT}))
        for _ in range(8):
            yield
            form = self.filled(page, {})
            if "ask" not in form:
                return
            address, page = self.timed("interview: step", address.partition("?")[0], form | {"say": "unknown"})
        yield

    def filled(self, page: str, answers: dict[str, str]) -> dict[str, str]:
        """The main form of a page with what its fields hold."""
        main = page[page.index('id="content"') :]
        form = main[main.index('<form method="post"') :]
        form = form[: form.index("</form>")]
        fields = {}
        for field in FIELD.finditer(form):
            if 'type="hidden"' in field.group(0) and (value := VALUE.search(field.group(0))):
                fields[field.group(1)] = value.group(1)
        return fields | answers


def load(port: int, users: int, seconds: float, think: float) -> dict[str, list[float]]:
    """How long each page took, in milliseconds by kind; a fault of the service ends the run."""
    taken: dict[str, list[float]] = defaultdict(list)
    until, faults = time.perf_counter() + seconds, list[BaseException]()

    def go(number: int) -> None:
        try:
            visits = 0
            while time.perf_counter() < until and not faults:
                user = User(port, number * 1000 + visits, lambda kind, s: taken[kind].append(s * 1e3))
                for _ in user.interview() if (number + visits) % 2 else user.catalogue():
                    time.sleep(think)
                    if time.perf_counter() > until:
                        break
                visits += 1
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=go, args=(number,)) for number in range(users)]
    for thread in threads:
        thread.start()
        time.sleep(think / users)
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    return taken


def first_page(port: int) -> int:
    """Bytes of the first page as they are sent, with all that it loads, compressed."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def size(address: str) -> tuple[int, str]:
        connection.request("GET", address, headers={"Accept-Encoding": "gzip, br"})
        answer = connection.getresponse()
        body = answer.read()
        text = gzip.decompress(body).decode() if answer.headers["Content-Encoding"] == "gzip" and address.endswith("/") else ""
        return len(body), text

    bytes_sent, page = size("/en/")
    return bytes_sent + sum(size(address)[0] for address in re.findall(r'(?:src|href)="(/static/[^"]+)"', page))


def memory(pid: int) -> list[float]:
    """Proportional memory of each process that answers, in MB."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    found = []
    for child in [pid, *map(int, children)]:
        for grandchild in [child, *map(int, Path(f"/proc/{child}/task/{child}/children").read_text().split())]:
            rollup = Path(f"/proc/{grandchild}/smaps_rollup").read_text()
            found.append(int(re.search(r"^Pss:\s+(\d+)", rollup, re.M).group(1)) / 1e3)  # type: ignore[union-attr]
    return found


def served(data: Path, workers: int) -> tuple[subprocess.Popen[bytes], int, float]:
    """The service, its port, and the seconds until it answered first."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    start = time.perf_counter()
    command = [Path(sys.executable).with_name("huiqi"), "serve", "--data", data, "--port", port, "--workers", workers]
    service = subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while service.poll() is None:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            connection.request("GET", "/en/")
            if connection.getresponse().status == 200:
                return service, port, time.perf_counter() - start
        except OSError:
            time.sleep(0.02)
    raise RuntimeError(f"huiqi serve ended with {service.returncode}")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--measures", type=int, default=300)
    options.add_argument("--enterprises", type=int, default=100_000)
    options.add_argument("--users", type=int, default=20)
    options.add_argument("--seconds", type=float, default=60)
    options.add_argument("--think", type=float, default=1.0)
    options.add_argument("--workers", type=int, default=2)
    given = options.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        data = Path(folder)
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "huiqi_portal.service.settings", "HUIQI_DATA": str(data), "HUIQI_SECRET_KEY": secrets.token_urlsafe(50),
            "HUIQI_HTTPS": "off", "HUIQI_TODAY": engine.AS_OF.isoformat(),
        }  # fmt: skip
        found = prepare(data, given.measures, given.enterprises)
        print(found, file=sys.stderr)
        found |= inside(30)
        print(found, file=sys.stderr)
        again = served(data, given.workers)[0]  # once, so that the files of pages are there
        again.terminate()
        again.wait()
        service, port, begun = served(data, given.workers)
        try:
            found |= {"start-up, seconds": begun, "first page, kB": first_page(port) / 1e3}
            load(port, 4, 5, 0)  # each worker has read the law
            for kind, ms in sorted(load(port, given.users, given.seconds, given.think).items()):
                ms.sort()
                found[kind] = {"median, ms": statistics.median(ms), "99th, ms": ms[min(len(ms) - 1, int(len(ms) * 0.99))], "pages": len(ms)}
            found["memory of the processes, MB"] = memory(service.pid)
        finally:
            service.terminate()
            service.wait()
            shutil.rmtree(data, ignore_errors=True)
        machine.say(found)


if __name__ == "__main__":
    main()
