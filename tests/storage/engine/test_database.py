"""Transactions: all or nothing, nothing lost under contention, and readers that wait for nobody."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import InternalError, StatementError

from flows.events import EventKind
from storage import checks, events
from storage.engine import database as module
from storage.engine.database import Database
from storage.errors import DatabaseNotReady
from storage.tables import checks as table
from storage.tables import metadata
from tests.storage.builders import START, Office

URLS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.needs_postgres)]


@pytest.fixture(params=URLS)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    """Return a database without tables."""
    on_file = request.param == "sqlite"
    return Database(f"sqlite:///{tmp_path / 'new.db'}" if on_file else request.getfixturevalue("empty_postgres_url"))


def test_an_empty_database_is_brought_up_to_date_and_down_again(empty: Database) -> None:
    """Both ways, twice, on both databases; afterwards the tables are what the code says they are."""
    for _ in range(2):
        assert empty.version()[0] is None
        empty.migrate()
        found, needed = empty.version()
        assert found == needed
        empty.migrate()
        with empty.begin() as tx:
            assert compare_metadata(MigrationContext.configure(tx), metadata) == []
        Office(empty).start()
        with empty.begin() as tx:
            command.downgrade(module._config(tx), "base")  # noqa: SLF001 - nobody but a test goes down
        assert set(inspect(empty.engine).get_table_names()) <= {"alembic_version"}
    empty.close()


def test_a_database_of_a_newer_version_is_refused_in_words(empty: Database) -> None:
    """An old program does not touch what a newer one wrote."""
    empty.migrate()
    with empty.begin() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseNotReady):
        empty.migrate()
    empty.close()


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////nowhere/at/all.db",
        "sqlite:////proc/share-check.db",
        "postgresql+psycopg://nobody@127.0.0.1:1/none",
    ],
)
def test_a_database_that_cannot_be_used_says_so(url: str) -> None:
    """One error of ours, whatever the driver calls it, and no secret in it."""
    database = Database(url)
    with pytest.raises(DatabaseNotReady) as caught:
        database.migrate()
    assert any(words in str(caught.value) for words in ("could not be opened", "server does not answer"))
    assert "nobody@" not in str(caught.value)
    assert not database.can_write()
    database.close()


def test_a_file_that_is_no_database_says_so(tmp_path: Path) -> None:
    """A path typed wrong does not overwrite somebody's letter."""
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear all, " * 200)
    database = Database(f"sqlite:///{letter}")
    with pytest.raises(DatabaseNotReady):
        database.migrate()
    database.close()
    assert letter.read_text().startswith("Dear all")


def test_an_error_keeps_nothing(database: Database) -> None:
    """Everything in a transaction is kept, or nothing is."""
    office = Office(database)
    check = office.start()

    def fail_midway() -> None:
        with office.reporting() as work:
            work.answer(check, "U0STAFF", "S1", ("no",))
            raise LookupError

    with pytest.raises(LookupError):
        fail_midway()
    assert office.check(check).answers == {}
    assert office.happened(check) == [EventKind.STARTED]
    assert database.can_write()


def test_many_threads_writing_at_once_lose_nothing(database: Database) -> None:
    """Forty people answer at the same moment: every answer is there, and nobody saw an error."""
    office = Office(database)
    drafts = [office.start(f"U{number}") for number in range(40)]
    together = threading.Barrier(8)

    def answer(check: str) -> None:
        if drafts.index(check) < 8:
            together.wait()
        for question, choice in (("S1", "no"), ("S2", "no"), ("S3", "none"), ("S4", "no")):
            office.answer(check, question, choice)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(answer, drafts))
    for check in drafts:
        assert list(office.check(check).answers) == ["S1", "S2", "S3", "S4"]
        assert office.happened(check) == [EventKind.STARTED, *[EventKind.ANSWERED] * 4]


def test_two_programs_on_one_file_lose_nothing(sqlite: Database) -> None:
    """BEGIN IMMEDIATE: a transaction that reads first and writes later never finds the file locked."""
    offices = [Office(sqlite), Office(Database(str(sqlite.engine.url)))]
    offices[1].keys = offices[0].keys
    drafts = [offices[0].start(f"U{number}") for number in range(20)]
    together = threading.Barrier(2)

    def answer(office: Office) -> None:
        together.wait()
        for check in drafts[offices.index(office) :: 2]:
            for question, choice in (("S1", "no"), ("S2", "no"), ("S3", "none")):
                office.answer(check, question, choice)

    with ThreadPoolExecutor(2) as programs:
        list(programs.map(answer, offices))
    offices[1].database.close()
    assert all(len(offices[0].check(check).answers) == 3 for check in drafts)


def test_the_same_answer_pressed_by_many_fingers_counts_once(database: Database) -> None:
    """I24: ten at once, one is DONE, nine are told that it was done already."""
    office = Office(database)
    check = office.start()
    with ThreadPoolExecutor(10) as threads:
        steps = list(threads.map(lambda _: office.answer(check, "S1", "no", who="U0STAFF"), range(10)))
    assert sorted(step.did for step in steps) == ["already"] * 9 + ["done"]
    assert office.happened(check) == [EventKind.STARTED, EventKind.ANSWERED]


def test_a_reader_waits_for_no_writer(database: Database) -> None:
    """A card can be drawn while somebody else is saving; it shows what was kept before."""
    office = Office(database)
    check = office.start()
    with office.reporting() as work:
        work.answer(check, "U0STAFF", "S1", ("no",))
        with ThreadPoolExecutor(1) as other:
            seen = other.submit(office.check, check).result(timeout=2)
        assert seen.answers == {}
    assert office.check(check).answers == {"S1": ("no",)}


def test_a_writer_waits_for_the_one_before(sqlite: Database) -> None:
    """BEGIN IMMEDIATE: the second begins after the first has ended, and sees what it wrote."""
    office = Office(sqlite)
    check = office.start()
    begun = threading.Event()

    def second() -> tuple[str, ...]:
        begun.set()
        with office.reporting() as work:
            return tuple(work.load(check).check.answers)

    with ThreadPoolExecutor(1) as other:
        with office.reporting() as work:
            waiting = other.submit(second)
            assert begun.wait(2)
            work.answer(check, "U0STAFF", "S1", ("no",))
            assert not waiting.done()
        assert waiting.result(timeout=4) == ("S1",)


def test_every_commit_is_on_disk_and_what_is_deleted_is_gone(sqlite: Database) -> None:
    """The settings that make a saved step safe, and a destroyed key destroyed."""
    expected = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1, "busy_timeout": 5000}
    with sqlite.read() as tx:
        found = {name: tx.exec_driver_sql(f"PRAGMA {name}").scalar() for name in expected}
    assert found == expected


def test_times_come_back_as_they_went_in_and_a_naive_one_is_refused(database: Database) -> None:
    """Aware, in UTC, to the microsecond, on both databases."""
    office = Office(database)
    office.now = START.replace(microsecond=987654)
    check = office.start()
    assert office.check(check).touched_at == office.now
    assert str(office.check(check).touched_at.tzinfo) == "UTC"
    with pytest.raises(StatementError, match="naive"), database.begin() as tx:
        checks.save(tx, checks.load(tx, office.keys, check), office.now.replace(tzinfo=None))


def test_nothing_typed_or_answered_is_readable_in_the_tables(database: Database) -> None:
    """Whoever copies the database file reads references and times, no answer and no words."""
    office = Office(database)
    check = office.start()
    office.answer(check, "S1", "not_sure")
    with office.reporting() as work:
        work.write(check, "U0STAFF", EventKind.DETAILS, {"facts": "a name nobody may read"}, office.request())
    with database.read() as tx:
        dump = [str(dict(row._mapping)) for one in metadata.tables.values() for row in tx.execute(select(one))]  # noqa: SLF001 - SQLAlchemy's public name
    assert len(dump) >= 4
    for secret in ("a name nobody may read", "not_sure", "options", "facts"):
        assert secret not in "\n".join(dump)
    with database.read() as tx:
        assert tx.scalar(select(table.c.ref))


def test_what_is_read_is_all_from_one_moment(database: Database) -> None:
    """What somebody saves meanwhile is not half of what is shown."""
    office = Office(database)
    check = office.start()
    with database.read() as tx:
        before = office.check(check, tx)
        office.answer(check, "S1", "no")
        assert office.check(check, tx) == before
        assert [entry.what for entry in events.history(tx, check, checks.load(tx, office.keys, check).sealer)] == [
            EventKind.STARTED
        ]
    assert office.check(check).answers == {"S1": ("no",)}


def test_a_reader_on_postgresql_cannot_write(postgresql: Database) -> None:
    """And the connection can, once somebody else has it."""
    with pytest.raises(InternalError), postgresql.read() as tx:
        tx.execute(text("UPDATE checks SET revision = 7"))
    assert postgresql.can_write()
