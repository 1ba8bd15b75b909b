"""Databases for tests: SQLite files copied from a migrated one, and either kind, one after the other."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from storage.engine.database import Database
from tests.storage.builders import Office


@cache
def _sqlite_template() -> bytes:
    """Migrate one file; tests copy it, which is far quicker than migrating again."""
    with tempfile.TemporaryDirectory(prefix="share-check-") as folder:
        file = Path(folder) / "template.db"
        database = Database(f"sqlite:///{file}")
        database.migrate()
        database.close()
        return file.read_bytes()


def sqlite_file(file: Path) -> str:
    """Write a migrated, empty SQLite database to `file`, unless it is there, and return its SQLAlchemy address."""
    if not file.exists():
        file.write_bytes(_sqlite_template())
    return f"sqlite:///{file}"


def sqlite_database(file: Path) -> Database:
    """Open a migrated SQLite database in `file`, empty unless it was there."""
    return Database(sqlite_file(file))


@contextmanager
def opened(url: str) -> Iterator[Database]:
    """Open the database at `url` and close it in the end."""
    database = Database(url)
    try:
        yield database
    finally:
        database.close()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """Return the address of a migrated SQLite file for this test alone."""
    return sqlite_file(tmp_path / "test.db")


@pytest.fixture
def sqlite(sqlite_url: str) -> Iterator[Database]:
    with opened(sqlite_url) as database:
        yield database


@pytest.fixture
def office(sqlite: Database) -> Office:
    return Office(sqlite)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.needs_postgres)])
def database(request: pytest.FixtureRequest) -> Database:
    """Run the test once on each kind of database."""
    found: Database = request.getfixturevalue(request.param)
    return found
