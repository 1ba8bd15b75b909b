"""Databases for tests: SQLite files copied from a migrated template, PostgreSQL databases cloned from one."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from storage.engine.database import Database
from tests.postgres import Server, find_programs, running_server
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


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """Run one PostgreSQL server for the whole session."""
    with running_server(Path(str(find_programs()))) as server:
        yield server


@pytest.fixture
def empty_postgres_url(postgres: Server) -> Iterator[str]:
    """Return the address of a database without tables for this test alone."""
    url = postgres.fresh_database()
    yield url
    postgres.drop(url)


@pytest.fixture(scope="session")
def postgres_template(postgres: Server) -> str:
    """Migrate one database and return its name; tests clone it."""
    url = postgres.fresh_database()
    with opened(url) as database:
        database.migrate()
    return url.rsplit("/", 1)[1]


@pytest.fixture
def postgres_url(postgres: Server, postgres_template: str) -> Iterator[str]:
    """Return the address of a migrated database for this test alone."""
    url = postgres.fresh_database(postgres_template)
    yield url
    postgres.drop(url)


@pytest.fixture
def postgresql(postgres_url: str) -> Iterator[Database]:
    with opened(postgres_url) as database:
        yield database


@pytest.fixture
def office(sqlite: Database) -> Office:
    return Office(sqlite)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.needs_postgres)])
def database(request: pytest.FixtureRequest) -> Database:
    """Run the test once on each kind of database."""
    found: Database = request.getfixturevalue(request.param)
    return found
