"""Every version there ever was is brought up to date, and taken back again, with rows in all of its tables."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Boolean, Connection, Date, DateTime, Integer, LargeBinary, MetaData, Table, insert, select, text
from sqlalchemy.exc import DatabaseError

import storage
from storage.engine import database as module
from storage.engine.database import Database
from storage.tables import metadata

SCRIPTS = ScriptDirectory(str(Path(storage.__file__).parent / "migrations"))
REVISIONS = [script.revision for script in reversed(list(SCRIPTS.walk_revisions()))]
APPEND_ONLY = ("events", "seals")
SQLITES_OWN = "sqlite_sequence"

Rows = dict[str, list[dict[str, object]]]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.needs_postgres)])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """Yield a database without tables."""
    on_file = request.param == "sqlite"
    database = Database(
        f"sqlite:///{tmp_path / 'old.db'}" if on_file else request.getfixturevalue("empty_postgres_url")
    )
    yield database
    database.close()


def test_the_chain_is_unbroken() -> None:
    """Each follows the one before; the newest is what the code needs."""
    assert sorted(set(REVISIONS)) == REVISIONS
    assert all(len(each) == len("0001") and each.isdecimal() for each in REVISIONS)
    assert SCRIPTS.get_current_head() == REVISIONS[-1] == module.newest_revision()
    assert module.known_revisions() == set(REVISIONS)


@pytest.mark.parametrize("revision", REVISIONS)
def test_rows_of_every_version_are_there_after_the_way_up_and_the_way_down(empty: Database, revision: str) -> None:
    """Nothing that stood in a column changes; in the end the tables are what the code says, and refuse changes."""
    with empty.begin() as tx:
        command.upgrade(module._config(tx), revision)  # noqa: SLF001 - nobody but a test stops half-way
        tables = _tables(tx)
        for table in tables.sorted_tables:
            tx.execute(insert(table).values(_row(tx, table)))
        before = _rows(tx, tables)
    assert all(len(rows) == 1 for rows in before.values())
    for _ in range(2):
        empty.migrate()
        with empty.begin() as tx:
            assert compare_metadata(MigrationContext.configure(tx), metadata) == []
            assert _rows(tx, tables) == before
        _refuse_changes(empty, tables)
        with empty.begin() as tx:
            command.downgrade(module._config(tx), revision)  # noqa: SLF001 - nobody but a test goes down
            assert set(_tables(tx).tables) == set(tables.tables)
            assert _rows(tx, tables) == before


def _tables(tx: Connection) -> MetaData:
    """Return the tables that exist at this version."""
    found = MetaData()
    found.reflect(tx)
    for name in ("alembic_version", SQLITES_OWN):
        if name in found.tables:
            found.remove(found.tables[name])
    return found


def _rows(tx: Connection, tables: MetaData) -> Rows:
    """Return the rows with the columns of this version."""
    return {
        table.name: [dict(row._mapping) for row in tx.execute(select(table))]  # noqa: SLF001 - SQLAlchemy's public name
        for table in tables.sorted_tables
    }


def _row(tx: Connection, table: Table) -> dict[str, object]:
    """Return a row with a value in every column."""
    row: dict[str, object] = {}
    for column in table.columns:
        if column.foreign_keys:
            row[column.name] = tx.scalar(select(next(iter(column.foreign_keys)).column).limit(1))
        else:
            row[column.name] = _value(column.type, tx)
    return row


def _value(kind: Any, tx: Connection) -> object:
    if isinstance(kind, Boolean):
        return True
    if isinstance(kind, DateTime):
        at = datetime(2026, 11, 23, 10, 0, 0, 123456, tzinfo=UTC)
        return at.replace(tzinfo=None) if tx.dialect.name == "sqlite" else at
    if isinstance(kind, Date):
        return date(2026, 11, 23)
    if isinstance(kind, Integer):
        return 7
    return b"\x00\xff7" if isinstance(kind, LargeBinary) else "7"


def _refuse_changes(database: Database, tables: MetaData) -> None:
    for name in APPEND_ONLY:
        if name in tables.tables:
            for words in (f"DELETE FROM {name}", f"UPDATE {name} SET {_first(tables.tables[name])} = 8"):  # noqa: S608 - ours
                with pytest.raises(DatabaseError, match="append-only"), database.begin() as tx:
                    tx.execute(text(words))


def _first(table: Table) -> str:
    return next(iter(table.primary_key)).name
