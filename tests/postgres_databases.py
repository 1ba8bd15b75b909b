"""PostgreSQL databases for tests, cloned from a migrated one. One server for all tests of a process."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.engine.database import Database
from tests.databases import opened
from tests.postgres import Server, find_programs, running_server


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
