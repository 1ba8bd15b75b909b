"""Backups: whole although others write, read again before they count, and made for nobody else to read."""

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from flows.events import EventKind
from storage.backup import archive
from storage.backup.make import make, source_of
from storage.backup.source import BackupRefused, workshop
from storage.engine.database import Database
from storage.errors import DatabaseNotReady
from storage.tables import events
from tests.harness import ROOT
from tests.storage.backup.backups import backed_up, history, manifest_in, restored, verified
from tests.storage.builders import START
from tests.storage.records_with_secrets import MARKS, OLD, filled, url_of

HAMMER = """
import sys
import time
from storage.engine.database import Database
from tests.storage.records_with_secrets import URGENT, KeyedOffice
url, key, who = sys.argv[1:]
office = KeyedOffice(Database(url), key)
print("writing", flush=True)
while True:
    office.answers(office.start(who), URGENT)
    time.sleep(0.02)
"""
AGAIN_AND_AGAIN = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from storage.backup.make import make, source_of
url, key, folder = sys.argv[1:]
print("making", flush=True)
while True:
    make(source_of(url), [key], Path(folder), datetime.now(UTC))
"""
PAGE = 4096


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return an empty folder for backups."""
    place = tmp_path / "backups"
    place.mkdir()
    return place


@pytest.fixture
def url(database: Database) -> str:
    return url_of(database)


@pytest.fixture
def running() -> Iterator[ExitStack]:
    """Yield a stack of programs that end with the test."""
    with ExitStack() as stack:
        yield stack


def started_programs(running: ExitStack, source: str, *given: list[str]) -> list[subprocess.Popen[str]]:
    """Start one program for each argument list; return once all are at work."""
    programs = []
    for words in given:
        command = [sys.executable, "-c", source, *words]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own words
        running.enter_context(process)
        running.callback(process.kill)
        programs.append(process)
    for process in programs:
        assert process.stdout
        assert process.stdout.readline()
    return programs


def test_a_backup_made_while_others_write_is_of_one_moment(
    database: Database, url: str, folder: Path, running: ExitStack
) -> None:
    """Steps come whole or not at all: every check has its beginning, and every answer its line in the record."""
    filled(database)
    started_programs(running, HAMMER, [url, OLD, "U0ONE"], [url, OLD, "U0TWO"])
    made = [backed_up(database, folder, later=number) for number in range(2)]
    running.close()
    counts = [one.manifest.counts["events"] for one in made]
    assert counts == sorted(set(counts))
    proofs = [verified(url, one.file) for one in made]
    assert [proof.lines for proof in proofs] == counts
    database.close()
    with restored(url, made[-1].file) as again:
        with again.read() as tx:
            begun, answered = (
                tx.scalar(select(func.count()).where(events.c.what == what))
                for what in (EventKind.STARTED, EventKind.ANSWERED)
            )
        assert begun == made[-1].manifest.counts["checks"]
        assert sum(len(check.answers) for check, _ in history(again)) == answered


def test_the_manifest_says_what_is_in_it_and_nothing_secret(database: Database, url: str, folder: Path) -> None:
    """Version, tables, kind, moment, rows, keys and checksum; it can be read without any key."""
    filled(database)
    made = backed_up(database, folder)
    assert made.file.name == "share-check-20261123T100000.000Z.backup"
    manifest = archive.read(made.file, [OLD])
    assert manifest == made.manifest
    assert (manifest.made_at, manifest.database) == (START, database.engine.dialect.name)
    assert (manifest.counts["checks"], manifest.wrapped_keys, manifest.shut_keys) == (2, 2, 0)
    assert manifest.schema == database.version()[1]
    said = manifest_in(made.file).decode()
    assert OLD not in said
    assert url not in said


def test_killed_at_any_moment_it_leaves_no_file_that_looks_complete(
    database: Database, url: str, folder: Path, tmp_path: Path, running: ExitStack
) -> None:
    """Kill -9 as it writes: what has a backup's name is whole; the next one takes the rest away."""
    filled(database)
    for end in (".backup", ".backup"):
        known = _files(folder, end)
        (process,) = started_programs(running, AGAIN_AND_AGAIN, [url, OLD, str(folder)])
        while known.issuperset(_files(folder, end)):
            assert process.poll() is None
        process.kill()
        process.wait()
    _wait_for_the_last_child(folder)
    for file in folder.glob("*.backup"):
        archive.unpack(file, archive.read(file, [OLD]), tmp_path / file.name)
    made = backed_up(database, folder)
    assert all(file.suffix == ".backup" for file in folder.iterdir())
    assert verified(url, made.file).closed == 0


def _files(folder: Path, end: str) -> set[str]:
    """Return the files below a folder with this suffix; folders may appear and vanish meanwhile."""
    return {f"{inside}/{name}" for inside, _, names in os.walk(folder) for name in names if name.endswith(end)}


def _wait_for_the_last_child(folder: Path) -> None:
    """Wait for pg_dump, which goes on for a moment after its parent was killed."""
    until = time.monotonic() + 5
    sizes: object = None
    while time.monotonic() < until:
        now = [(file, file.stat().st_size) for file in sorted(folder.rglob("*")) if file.exists()]
        if now == sizes:
            return
        sizes = now
        time.sleep(0.1)


def test_nobody_else_can_read_a_backup(database: Database, folder: Path) -> None:
    """Whatever the umask: the file, and the folder in which it is made."""
    filled(database)
    before = os.umask(0)
    try:
        made = backed_up(database, folder)
        with workshop(folder) as place:
            assert stat.S_IMODE(place.stat().st_mode) == 0o700
    finally:
        os.umask(before)
    assert stat.S_IMODE(made.file.stat().st_mode) == 0o600


def test_only_the_newest_of_ours_are_kept(sqlite: Database, folder: Path) -> None:
    """Only files that are called what backups are called; and never the one just made."""
    filled(sqlite)
    others = ["share-check.backup", "notes.txt", "share-check-20200101T000000.000Z.backup.old"]
    for name in others:
        (folder / name).write_text("somebody's")
    made = [backed_up(sqlite, folder, later=number, keep=3) for number in range(5)]
    assert [one.removed for one in made] == [0, 0, 0, 1, 1]
    assert sorted(file.name for file in folder.iterdir()) == sorted([*others, *(one.file.name for one in made[2:])])
    earlier = backed_up(sqlite, folder, later=-3600, keep=1)
    assert earlier.removed == 3
    assert earlier.file.exists()


def test_a_backup_that_fails_takes_no_older_one_away(sqlite: Database, folder: Path) -> None:
    """A damaged database is noticed when it is backed up, not when it is needed."""
    filled(sqlite)
    good, file = backed_up(sqlite, folder), Path(str(sqlite.engine.url.database))
    sqlite.close()
    with file.open("r+b") as opened:
        opened.seek(3 * PAGE)
        opened.write(b"\xff" * (file.stat().st_size - 5 * PAGE))
    with pytest.raises(DatabaseNotReady, match="the file is damaged"):
        make(source_of(f"sqlite:///{file}"), [OLD], folder, START + timedelta(1), keep=1)
    assert [left.name for left in folder.iterdir()] == [good.file.name]


def test_two_backups_into_one_folder_do_not_meet(sqlite: Database, folder: Path) -> None:
    """The second is told to wait, and takes nothing away from under the first."""
    filled(sqlite)
    with workshop(folder) as place:
        with pytest.raises(BackupRefused, match="Another backup or restore is at work"):
            backed_up(sqlite, folder)
        assert place.exists()
    assert backed_up(sqlite, folder).file.exists()
    with pytest.raises(BackupRefused, match="is there already"):
        backed_up(sqlite, folder)


@pytest.mark.parametrize("where", ["nowhere", "a-file"])
def test_a_folder_that_is_not_there_is_not_made(sqlite: Database, tmp_path: Path, where: str) -> None:
    """A disk that was not connected must not be backed up onto the one that is."""
    filled(sqlite)
    (tmp_path / "a-file").touch()
    with pytest.raises(BackupRefused, match="connect its disk"):
        backed_up(sqlite, tmp_path / where)
    assert not (tmp_path / "nowhere").exists()


def test_a_database_that_is_not_there_is_not_made(tmp_path: Path, folder: Path) -> None:
    """Nor is an empty one backed up as if it were ours."""
    with pytest.raises(BackupRefused, match="Start share-check serve once"):
        make(source_of(f"sqlite:///{tmp_path / 'none.db'}"), [OLD], folder, START)
    assert not (tmp_path / "none.db").exists()
    sqlite3.connect(tmp_path / "empty.db").close()
    (tmp_path / "empty.db").touch()
    with pytest.raises(BackupRefused, match="nothing of share-check"):
        make(source_of(f"sqlite:///{tmp_path / 'empty.db'}"), [OLD], folder, START)
    assert list(folder.iterdir()) == []


def test_nothing_that_was_typed_is_in_the_file(database: Database, folder: Path, tmp_path: Path) -> None:
    """Notes, details, reasons and plans are sealed in it; also in what pg_restore makes of it."""
    filled(database)
    made = backed_up(database, folder)
    found = made.file.read_bytes()
    if made.manifest.database == "postgresql":
        copy = tmp_path / "copy"
        archive.unpack(made.file, made.manifest, copy)
        command = [shutil.which("pg_restore") or "", "--file=-", str(copy)]
        found += subprocess.run(command, capture_output=True, check=True).stdout  # noqa: S603 - our own words
        assert b"U0OTHER" in found  # so what is in it can be seen there
    for mark in MARKS:
        assert mark.encode() not in found
        assert mark.encode().hex().encode() not in found


def test_without_postgresqls_programs_it_says_how_to_get_them(
    postgresql: Database, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One sentence with the command, and no file."""
    filled(postgresql)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BackupRefused, match="apt install postgresql-client"):
        backed_up(postgresql, folder)
    assert list(folder.iterdir()) == []


def test_what_postgresqls_programs_say_is_not_repeated(
    postgresql: Database, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may quote a row; a version that does not fit is recognised."""
    filled(postgresql)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    for said, words in (("Key (ref)=(SC-7K2M)", "Is there room"), ("server version mismatch", "server's version")):
        (tmp_path / "pg_dump").write_text(f"#!/bin/sh\necho '{said}' >&2\nexit 1\n")
        (tmp_path / "pg_dump").chmod(0o755)
        with pytest.raises(BackupRefused, match=words) as refusal:
            backed_up(postgresql, folder)
        assert "SC-7K2M" not in str(refusal.value)
    assert list(folder.iterdir()) == []
