"""Helpers that make, verify and restore backups, and read a database's content to compare it before and after."""

import re
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import psycopg
from sqlalchemy import make_url, select

from flows.case import Check, Entry
from storage.backup.make import Made, make, source_of
from storage.backup.restore import Expected, RestoreProof, verify
from storage.backup.restore import replace as put_back
from storage.engine.database import Database
from storage.erasure import Erasure
from storage.tables import checks, events
from tests.storage.builders import START
from tests.storage.records_with_secrets import OLD, KeyedOffice, url_of


def backed_up(database: Database, folder: Path, *keys: str, later: float = 0, keep: int | None = None) -> Made:
    return make(source_of(url_of(database)), keys or (OLD,), folder, START + timedelta(seconds=later), keep)


def verified(url: str, file: Path, *keys: str, expected: Expected | None = None) -> RestoreProof:
    return verify(source_of(url), keys or (OLD,), file, expected or Expected())


@contextmanager
def restored(url: str, file: Path, *keys: str, erased: Iterable[Erasure] = ()) -> Iterator[Database]:
    """Restore a backup and yield the database; on PostgreSQL it has a new name and is dropped afterwards."""
    _, said = put_back(source_of(url), keys or (OLD,), file, START, erased)
    found = re.search(r"new database (\S+)\. ", said)
    database = Database(named(url, found[1]) if found else url)
    yield database
    database.close()
    if found:
        with server_of(url) as server:
            server.execute(f"DROP DATABASE {found[1]}".encode())


def named(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(hide_password=False)


@contextmanager
def server_of(url: str) -> Iterator[psycopg.Connection]:
    known = make_url(url).set(database="postgres").translate_connect_args(username="user", database="dbname")
    with psycopg.connect(**known, autocommit=True) as server:
        yield server


def history(database: Database, *keys: str) -> list[tuple[Check, tuple[Entry, ...]]]:
    """Return every check with its events, opened."""
    office = KeyedOffice(database, *(keys or (OLD,)))
    with database.read() as tx:
        ids = sorted(tx.scalars(select(checks.c.id)))
    return [(office.check(check), office.history(check)) for check in ids]


def content(url: str) -> object:
    """Return all events in the database and the names of the databases there, to show that nothing was touched."""
    known = make_url(url)
    if known.get_backend_name() == "sqlite":
        place = Path(str(known.database)).parent
        beside = sorted(file.name for file in place.iterdir() if not file.name.endswith((".lock", "-shm", "-wal")))
        return beside, _rows(url)
    with server_of(url) as server:
        there = server.execute("SELECT datname FROM pg_database ORDER BY datname").fetchall()
    return there, _rows(url)


def _rows(url: str) -> list[object]:
    database = Database(url)
    with database.read() as tx:
        found: list[object] = [tuple(row) for row in tx.execute(select(events).order_by(events.c.id))]
    database.close()
    return found


def manifest_in(file: Path) -> bytes:
    """Return the bytes of the manifest in a backup file."""
    with tarfile.open(file) as tar:
        words = tar.extractfile("manifest.json")
        assert words
        return words.read()
