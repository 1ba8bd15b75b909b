"""A database of each kind for the tests that ask for one, with its tables made."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.engine.database import Database
from tests.storage.builders import Office


@pytest.fixture(scope="session")
def _template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrated once; each test gets a copy."""
    file = tmp_path_factory.mktemp("template") / "template.db"
    database = Database(f"sqlite:///{file}")
    database.migrate()
    database.close()
    return file


@pytest.fixture
def sqlite(_template: Path, tmp_path: Path) -> Iterator[Database]:
    file = tmp_path / "test.db"
    shutil.copy(_template, file)
    database = Database(f"sqlite:///{file}")
    yield database
    database.close()


@pytest.fixture
def postgresql(postgres_url: str) -> Iterator[Database]:
    database = Database(postgres_url)
    database.migrate()
    yield database
    database.close()


@pytest.fixture
def office(sqlite: Database) -> Office:
    return Office(sqlite)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.needs_postgres)])
def database(request: pytest.FixtureRequest) -> Database:
    """The same promise on both."""
    found: Database = request.getfixturevalue(request.param)
    return found
