"""Backup and restore as an administrator does them: by the commands, each in a process of its own."""

import gzip
import io
import json
import os
import sqlite3
import subprocess
import sys
import tarfile

import pytest

from huiqi_portal.service.archive import is_safe
from postgres import new_database

HUIQI = [sys.executable, "-c", "import huiqi.cli; huiqi.cli.main()"]
SECRET = "of the tests only, and of no use to anybody: 0123456789 abcdefghij"


@pytest.fixture(params=["sqlite", "postgresql"])
def portal(request, tmp_path):
    """Runs `huiqi portal` on a data folder, each folder with a database of its own in the store."""
    places = {}

    def run(*words, data):
        env = {name: value for name, value in os.environ.items() if not name.startswith(("HUIQI_", "DJANGO_"))}
        env["HUIQI_SECRET_KEY"] = SECRET
        if request.param == "postgresql":
            if data not in places:
                places[data] = new_database(request.getfixturevalue("cluster"), f"p{os.urandom(6).hex()}")
            env["HUIQI_DATABASE"] = places[data]
        command = [*HUIQI, "portal", *map(str, words), "--data", str(data)]
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


@pytest.fixture
def filled(portal, tmp_path):
    """A portal with an administrator and files of every kind."""
    data = tmp_path / "here"
    portal("user", "root", data=data)
    for name, content in {
        "texts/1/p/pack.yaml": "id: p",
        "registries/1/enterprise.csv": "id\nfirm-1\n",
        "runs/7/report.html": "<p>惠企</p>",
        "uploads/2026/证明.pdf": "%PDF",
        "static/site.css": "made anew",
    }.items():
        path = data / name
        path.parent.mkdir(parents=True)
        path.write_text(content, encoding="utf-8")
    return data


def test_what_was_backed_up_is_restored_into_an_empty_place(portal, filled, tmp_path):
    file, there = tmp_path / "backup.tar.gz", tmp_path / "there"
    assert "5 files" in portal("backup", file, data=filled)
    assert file.stat().st_mode & 0o777 == 0o600
    portal("restore", file, data=there)
    found = {path.relative_to(there).as_posix() for path in there.rglob("*") if path.is_file()} - {"db.sqlite3", "db.sqlite3-wal", "db.sqlite3-shm"}
    assert found == {"texts/1/p/pack.yaml", "registries/1/enterprise.csv", "runs/7/report.html", "uploads/2026/证明.pdf"}
    assert (there / "runs/7/report.html").read_text(encoding="utf-8") == "<p>惠企</p>"
    assert "as they should be" in portal("check", data=there), "there is an administrator, and the trail refuses changes"


# ------------------------------------------------------------ without a process of its own


@pytest.mark.parametrize(
    "name",
    ["../db.sqlite3", "/etc/passwd", "texts/../../x", "texts//x", "./texts/x", "texts", "static/x", "x", "texts\\x", "texts/x\0y", "texts/./x", ""],
)
def test_names_that_lead_elsewhere_are_no_names_of_a_backup(name):
    assert not is_safe(name)


def test_names_of_a_backup_are():
    assert all(map(is_safe, ("db.sqlite3", "database.pgdump", "manifest.json", "texts/1/p/pack.yaml", "uploads/证明.pdf")))


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["outside", "link", "hard link", "device", "twice", "no manifest", "no archive"])
def test_an_archive_that_is_not_ours_is_refused(tmp_path, kind):
    import huiqi
    from huiqi_portal.service.restore import _verified

    file, room = tmp_path / "x.tar.gz", tmp_path / "room"
    room.mkdir()
    with tarfile.open(file, "w:gz") as tar:
        if kind == "outside":
            _put(tar, "../escaped")
        elif kind in ("link", "hard link", "device"):
            entry = tarfile.TarInfo("texts/x")
            entry.type = {"link": tarfile.SYMTYPE, "hard link": tarfile.LNKTYPE, "device": tarfile.CHRTYPE}[kind]
            entry.linkname = "/etc/passwd"
            tar.addfile(entry)
        elif kind == "twice":
            _put(tar, "texts/x")
            _put(tar, "texts/x")
        else:
            _put(tar, "texts/x")
    if kind == "no archive":
        file.write_bytes(b"not an archive")
    with pytest.raises(huiqi.FaultyInput):
        _verified(file, room)
    assert not (tmp_path / "escaped").exists()


def _put(tar, name):
    entry = tarfile.TarInfo(name)
    entry.size = 1
    tar.addfile(entry, io.BytesIO(b"x"))


@pytest.fixture
def backed_up(transactional_db, tmp_path):
    """A backup of a portal with one file."""
    from huiqi_portal.service.backup import write_backup

    file = tmp_path / "here" / "registries" / "1" / "enterprise.csv"
    file.parent.mkdir(parents=True)
    file.write_text("id\nfirm-1\n")
    write_backup(tmp_path / "here", tmp_path / "backup.tar.gz")
    return tmp_path / "backup.tar.gz"


@pytest.mark.parametrize("what", ["a changed file", "cut short", "a file more"])
def test_a_backup_that_was_altered_is_noticed(backed_up, tmp_path, what):
    import huiqi
    from huiqi_portal.service.restore import _verified

    plain = gzip.decompress(backed_up.read_bytes())
    match what:
        case "a changed file":
            plain = plain.replace(b"firm-1", b"firm-2")
        case "cut short":
            plain = plain[: len(plain) // 2 // 512 * 512]
        case "a file more":
            more = io.BytesIO()
            with tarfile.open(fileobj=more, mode="w") as tar:
                _put(tar, "runs/1/more.html")
            plain = more.getvalue()[:1024] + plain
    backed_up.write_bytes(gzip.compress(plain))
    (tmp_path / "room").mkdir()
    with pytest.raises(huiqi.FaultyInput, match=r"altered|broken"):
        _verified(backed_up, tmp_path / "room")


def test_nothing_is_written_over_and_a_failed_restore_leaves_nothing_behind(backed_up, tmp_path, monkeypatch):
    from django.db import connection

    import huiqi
    from huiqi_portal.service.backup import write_backup
    from huiqi_portal.service.restore import read_backup

    with pytest.raises(huiqi.FaultyInput, match="already there"):
        write_backup(tmp_path / "here", backed_up)
    with pytest.raises(huiqi.FaultyInput, match="inside the data folder"):
        write_backup(tmp_path / "here", tmp_path / "here" / "b.tar.gz")
    with pytest.raises(huiqi.FaultyInput, match="not an empty"):
        read_backup(backed_up, tmp_path / "here")
    backed_up.write_bytes(backed_up.read_bytes()[:500])
    before = sorted(tmp_path.iterdir())
    with monkeypatch.context() as patched, pytest.raises(huiqi.FaultyInput):
        patched.setattr(type(connection.introspection), "table_names", lambda *_, **__: [])
        read_backup(backed_up, tmp_path / "there")
    assert sorted(tmp_path.iterdir()) == before


def test_a_link_among_the_files_is_not_followed(backed_up, tmp_path):
    import huiqi
    from huiqi_portal.service.backup import write_backup

    (tmp_path / "here" / "registries" / "passwords").symlink_to("/etc/passwd")
    with pytest.raises(huiqi.FaultyInput, match="is a link"):
        write_backup(tmp_path / "here", tmp_path / "another.tar.gz")
    assert not list(tmp_path.glob("*another*"))


@pytest.mark.django_db
def test_a_backup_of_a_newer_version_and_of_another_database_is_refused(tmp_path):
    from django.db import connection

    import huiqi
    from huiqi_portal.service.archive import DATABASES, FORMAT, Kept, Manifest
    from huiqi_portal.service.restore import _fits

    kind = connection.vendor
    other = "sqlite" if kind == "postgresql" else "postgresql"
    fits = Manifest(format=FORMAT, huiqi="9", made_at="", database=kind, migrations=(), files={DATABASES[kind]: Kept(size=0, sha256="")})
    _fits(fits, tmp_path)
    for change in ({"format": 99}, {"database": other}, {"migrations": ("accounts.9999_of_next_year",)}):
        with pytest.raises(huiqi.FaultyInput):
            _fits(fits.model_copy(update=change), tmp_path)


def test_a_backup_while_the_database_is_written_to_has_whole_transactions(tmp_path):
    data, file = tmp_path / "here", tmp_path / "b.tar.gz"
    env = os.environ | {"HUIQI_SECRET_KEY": SECRET, "HUIQI_DATABASE": "", "DJANGO_SETTINGS_MODULE": "huiqi_portal.service.settings"}
    command = [*HUIQI, "portal"]
    subprocess.run([*command, "user", "root", "--data", str(data)], env=env, check=True, capture_output=True)
    with sqlite3.connect(data / "db.sqlite3") as connection:
        connection.executescript("CREATE TABLE a (x); CREATE TABLE b (x);")
    writing = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"import sqlite3; c = sqlite3.connect({str(data / 'db.sqlite3')!r}, timeout=30)\n"
            "while True:\n"
            "    with c:\n"
            "        c.execute('INSERT INTO a VALUES (randomblob(2000))'); c.execute('INSERT INTO b VALUES (1)')",
        ]
    )
    try:
        subprocess.run([*command, "backup", str(file), "--data", str(data)], env=env, check=True, capture_output=True)
    finally:
        writing.kill()
        writing.wait()
    with tarfile.open(file) as tar:
        tar.extract("db.sqlite3", tmp_path / "out", filter="data")
        manifest = json.loads(tar.extractfile("manifest.json").read())
    assert set(manifest["files"]) == {"db.sqlite3"}
    connection = sqlite3.connect(tmp_path / "out" / "db.sqlite3")
    count = connection.execute("SELECT (SELECT count(*) FROM a), (SELECT count(*) FROM b)").fetchone()
    connection.close()
    assert count[0] == count[1] > 0
