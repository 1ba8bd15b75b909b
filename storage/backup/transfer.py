"""Move from SQLite to PostgreSQL or back: copy every row unchanged, verify, then commit.

The whole copy is one transaction at the target, so a failure leaves the target empty. The source is never written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Integer, Table, func, insert, inspect, make_url, select, text
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from storage.backup.make import source_of
from storage.crypto.envelope import Keyring
from storage.crypto.rotation import Tally, tally
from storage.engine.database import Database
from storage.engine.unusable import not_ready
from storage.errors import DatabaseNotReady, StorageError
from storage.proof.bundle import of_record
from storage.proof.verify import judge
from storage.tables import metadata

_AT_ONCE = 500
_VERSIONS = "alembic_version"
_FOUND = 3


class MoveRefused(StorageError):
    """Nothing was moved; both databases are unchanged."""


@dataclass(frozen=True, slots=True)
class Transferred:
    """What was copied and verified. rows: of each table. entries: of the record, checked against their commitments.

    findings: what was already wrong with the record at the source, in words.
    """

    rows: dict[str, int]
    entries: int
    seals: int
    keys: Tally
    findings: tuple[str, ...]


def move(source_url: str, target_url: str, keys: Sequence[str]) -> Transferred:
    """Copy everything. The bot must be stopped and the target empty.

    Raises MoveRefused, BackupRefused or DatabaseNotReady; a database error means that a server is unreachable.
    """
    _refuse_same(source_url, target_url)
    source, target = source_of(source_url), source_of(target_url)
    with ExitStack() as stack:
        stack.enter_context(source.quiet())
        with _naming_target():
            stack.enter_context(target.quiet())
        before = stack.enter_context(_opened(source_url))
        after = stack.enter_context(_opened(target_url))
        before.refuse_other_version()
        with _naming_target():
            _refuse_full(after)
        after.migrate()
        with after.begin() as there:
            with before.read() as here:
                moved = _copied(here, there, keys)
            before.close()
            if source.kind == "postgresql":  # SQLite's lock keeps a bot from starting meanwhile
                with source.quiet():
                    pass
    return moved


def _copied(here: Connection, there: Connection, keys: Sequence[str]) -> Transferred:
    _refuse_strangers(here)
    for table in metadata.sorted_tables:
        _copy(here, there, table)
        _count_on(there, table)
    return _proved(here, there, keys)


def _copy(here: Connection, there: Connection, table: Table) -> None:
    rows = here.execute(select(table).order_by(*table.primary_key), execution_options={"yield_per": _AT_ONCE})
    for portion in rows.mappings().partitions(_AT_ONCE):
        there.execute(insert(table), [dict(row) for row in portion])


def _count_on(tx: Connection, table: Table) -> None:
    """Set PostgreSQL's id sequence after the highest copied id. SQLite needs none."""
    column = table.autoincrement_column
    if tx.dialect.name != "postgresql" or column is None or not isinstance(column.type, Integer):
        return
    highest = tx.scalar(select(func.max(column)))
    sequence = tx.scalar(text("SELECT pg_get_serial_sequence(:of, :at)"), {"of": table.name, "at": column.name})
    if sequence is not None:
        next_one = {"sequence": sequence, "value": highest or 1, "used": highest is not None}
        tx.execute(text("SELECT setval(CAST(:sequence AS regclass), :value, :used)"), next_one)


def _proved(here: Connection, there: Connection, keys: Sequence[str]) -> Transferred:
    """Compare both sides: every table's rows, the keys and the verdict on the record. Raises MoveRefused."""
    rows = {}
    for table in metadata.sorted_tables:
        (count, digest), (arrived, same) = _fingerprint(here, table), _fingerprint(there, table)
        if (count, digest) != (arrived, same):
            message = f"The table {table.name} did not arrive as it was ({count} rows left, {arrived} arrived)."
            raise MoveRefused(message)
        rows[table.name] = count
    known, opens = tally(here, keys), tally(there, keys)
    old, new = (judge(of_record(tx, Keyring(keys)), open_all=True) for tx in (here, there))
    findings = tuple(str(finding) for finding in new.findings)
    if findings != tuple(str(finding) for finding in old.findings) or known != opens:
        message = f"The record did not arrive as it was: {'; '.join(findings[:_FOUND]) or 'other keys open it'}."
        raise MoveRefused(message)
    return Transferred(rows, new.entries, len(new.seals), opens, findings)


def _fingerprint(tx: Connection, table: Table) -> tuple[int, bytes]:
    """Return the number of rows and an order-independent digest: the two databases sort text differently."""
    rows = tx.execute(select(table), execution_options={"yield_per": _AT_ONCE})
    each = sorted(sha256(repr(tuple(map(_plain, row))).encode()).digest() for row in rows)
    return len(each), sha256(b"".join(each)).digest()


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def _refuse_same(source_url: str, target_url: str) -> None:
    try:
        source, target = make_url(source_url), make_url(target_url)
    except (ArgumentError, ValueError):  # their message contains the password
        message = "The address after --to cannot be understood. Write postgresql+psycopg://user:password@host/database."
        raise DatabaseNotReady(message) from None
    if source.set(password=None) == target.set(password=None):
        message = "That is the database that is in use now. Name another one after --to."
        raise MoveRefused(message)


@contextmanager
def _opened(url: str) -> Iterator[Database]:
    database = Database(url)
    try:
        yield database
    finally:
        database.close()


@contextmanager
def _naming_target() -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        raise not_ready(error, "--to") from error


def _refuse_full(target: Database) -> None:
    """Raise MoveRefused unless the target is empty or has only our own empty tables, as a failed attempt leaves."""
    with target.read() as tx:
        there = set(inspect(tx).get_table_names())
        full = sorted(there - set(metadata.tables) - {_VERSIONS})
        full += [name for name, table in metadata.tables.items() if name in there and _has_rows(tx, table)]
    if full:
        message = f"The database after --to is not empty: it has {full[0]}. Make a new one, and name that."
        raise MoveRefused(message)


def _has_rows(tx: Connection, table: Table) -> bool:
    return tx.execute(select(text("1")).select_from(table).limit(1)).first() is not None


def _refuse_strangers(tx: Connection) -> None:
    others = sorted(set(inspect(tx).get_table_names()) - set(metadata.tables) - {_VERSIONS})
    if others:
        message = f"The database has a table that is not of share-check: {others[0]}. It would be left behind."
        raise MoveRefused(message)
