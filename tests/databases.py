"""Databases for tests: SQLite files copied from a migrated template, PostgreSQL databases cloned from one."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.engine.database import Database
from tests.postgres import Server, find_programs, running_server
from tests.storage.builders import Office


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrate one file; tests copy it, which is far quicker than migrating again."""
    file = tmp_path_factory.mktemp("template") / "template.db"
    database = Database(f"sqlite:///{file}")
    database.migrate()
    database.close()
    return file


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """Return the address of a migrated SQLite file for this test alone."""
    file = tmp_path / "test.db"
    shutil.copy(sqlite_template, file)
    return f"sqlite:///{file}"


@pytest.fixture
def sqlite(sqlite_url: str) -> Iterator[Database]:
    database = Database(sqlite_url)
    yield database
    database.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """Run one PostgreSQL server for the whole session."""
    with running_server(Path(str(find_programs()))) as server:
        yield server


@pytest.fixture
def postgres_url(postgres: Server) -> Iterator[str]:
    """Return the address of an empty database for this test alone."""
    url = postgres.fresh_database()
    yield url
    postgres.drop(url)


@pytest.fixture(scope="session")
def postgres_template(postgres: Server) -> str:
    """Migrate one database and return its name; tests clone it."""
    url = postgres.fresh_database()
    database = Database(url)
    database.migrate()
    database.close()
    return url.rsplit("/", 1)[1]


@pytest.fixture
def migrated_postgres_url(postgres: Server, postgres_template: str) -> Iterator[str]:
    """Return the address of a migrated database for this test alone."""
    url = postgres.fresh_database(postgres_template)
    yield url
    postgres.drop(url)


@pytest.fixture
def postgresql(migrated_postgres_url: str) -> Iterator[Database]:
    database = Database(migrated_postgres_url)
    yield database
    database.close()


@pytest.fixture
def office(sqlite: Database) -> Office:
    return Office(sqlite)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.needs_postgres)])
def database(request: pytest.FixtureRequest) -> Database:
    """Run the test once on each kind of database."""
    found: Database = request.getfixturevalue(request.param)
    return found
