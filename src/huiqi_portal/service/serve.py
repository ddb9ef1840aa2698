"""huiqi serve: the portal on a port."""

from __future__ import annotations

import gc
import os
import secrets
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from huiqi_portal.service.begin import Data, begin


def serve(
    data: Data = Path("portal"),
    host: Annotated[str, typer.Option("--host", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="The port to listen on.", min=1, max=65_535)] = 8000,
    workers: Annotated[int, typer.Option("--workers", help="Processes that answer.", min=1)] = 2,
    threads: Annotated[int, typer.Option("--threads", help="Threads of each.", min=1)] = 4,
    demo: Annotated[bool, typer.Option("--demo", help="Try it: a made-up registry, a firm and an officer to sign in as.")] = False,
) -> None:
    """Run the portal: pages and API on a port, and a worker for what takes long."""
    if demo:
        os.environ.update(HUIQI_DEMO="on", HUIQI_HTTPS="off")
        if "HUIQI_SECRET_KEY" not in os.environ:
            os.environ["HUIQI_SECRET_KEY"] = secrets.token_urlsafe(50)
            typer.echo("HUIQI_SECRET_KEY is not set: a key made now holds while this runs; then everybody is signed out.")
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    begin(data)
    _prepare(demo)
    workers_of_jobs: list[subprocess.Popen[bytes]] = []

    def begin_jobs(_: object) -> None:
        workers_of_jobs.append(subprocess.Popen([sys.executable, "-m", "django", "db_worker"]))

    try:
        from gunicorn.app.base import BaseApplication

        class Server(BaseApplication):
            """gunicorn with what was said on the command line."""

            def load_config(self) -> None:
                for name, value in {
                    "bind": f"{host}:{port}",
                    "workers": workers,
                    "threads": threads,
                    "preload_app": True,  # read once for all workers, who share its memory
                    "forwarded_allow_ips": "",
                    "control_socket_disable": True,
                    "when_ready": begin_jobs,
                }.items():
                    self.cfg.set(name, value)

            def load(self) -> object:
                from huiqi_portal.service.wsgi import application

                _warm()
                return application

        typer.echo(f"The portal is at http://{host}:{port}/  (stop it with Ctrl-C)")
        Server().run()
    finally:
        for worker in workers_of_jobs:
            worker.terminate()
            worker.wait()


def _warm() -> None:
    """Read the law and put the catalogue together before anybody asks; each worker opens its own connections to the database.

    The collector of garbage leaves out what is read: it would walk through all of it in the middle of an answer, and in each worker make a copy of
    the memory that they share. It takes it in again when other texts are read.
    """
    from django.db import connections

    from huiqi_portal.catalogue.collection import collection_of
    from huiqi_portal.texts.shelf import law

    gc.disable()
    try:
        collection_of(law())
        connections.close_all()
        gc.freeze()
    finally:
        gc.enable()


def _prepare(demo: bool) -> None:
    """Tables and files as this version wants them; with `demo` a made-up district the first time."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    if demo:
        from huiqi_portal.service.demo import fill

        for words in fill():
            typer.echo(words)
