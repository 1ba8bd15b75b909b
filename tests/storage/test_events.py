"""The record: append-only at the database itself, and committed to its content."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from flows.events import EventKind
from storage import checks
from storage import events as record
from storage.engine.database import Database
from storage.tables import events
from tests.storage.builders import START, Office


def _started(database: Database) -> tuple[Office, str]:
    office = Office(database)
    return office, office.start()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET who = 'somebody else'",
        "UPDATE events SET at = at WHERE 1 = 1",
        "DELETE FROM events",
        "DELETE FROM events WHERE what = 'started'",
    ],
)
def test_nobody_changes_or_deletes_what_was_recorded(database: Database, statement: str) -> None:
    """I21: the database refuses it, whoever asks, and the record is as it was."""
    office, check = _started(database)
    with pytest.raises(DBAPIError, match="append-only"), database.begin() as tx:
        tx.execute(text(statement))
    assert office.happened(check) == [EventKind.STARTED]


def test_nobody_empties_the_record_on_postgresql(postgresql: Database) -> None:
    """TRUNCATE needs no row to be touched, and is refused all the same."""
    office, check = _started(postgresql)
    for statement in ("TRUNCATE events", "TRUNCATE events CASCADE", "TRUNCATE checks CASCADE"):
        with pytest.raises(DBAPIError, match="append-only"), postgresql.begin() as tx:
            tx.execute(text(statement))
    assert office.happened(check) == [EventKind.STARTED]


COLUMNS = "check_id, at, who, what, commitment, sealed, request"


@pytest.mark.parametrize("how", ["REPLACE", "INSERT OR REPLACE"])
def test_nobody_replaces_a_line_of_the_record_on_sqlite(sqlite: Database, how: str) -> None:
    """SQLite's REPLACE deletes without asking the delete trigger, so it is refused at the insert."""
    office, check = _started(sqlite)
    with office.leading() as work:
        work.record(work.load(check), "U1", EventKind.NOTE, {}, "the-request")
    by_id = f"{how} INTO events (id, {COLUMNS}) SELECT id, check_id, at, 'U9', {COLUMNS[19:]} FROM events"  # noqa: S608 - ours
    by_request = f"{how} INTO events ({COLUMNS}) SELECT check_id, at, 'U9', {COLUMNS[19:]} FROM events"  # noqa: S608 - ours
    for statement in (by_id, by_request + " WHERE request IS NOT NULL"):
        with pytest.raises(DBAPIError, match="append-only"), sqlite.begin() as tx:
            tx.execute(text(statement))
    assert [entry.who for entry in office.history(check)] == ["U0STAFF", "U1"]


def test_an_upsert_changes_nothing_either(database: Database) -> None:
    """ON CONFLICT DO UPDATE is an update like any other."""
    office, check = _started(database)
    statement = (
        f"INSERT INTO events (id, {COLUMNS}) SELECT id, {COLUMNS} FROM events WHERE 1 = 1 "  # noqa: S608 - our own words
        "ON CONFLICT (id) DO UPDATE SET who = 'somebody else'"
    )
    with pytest.raises(DBAPIError, match="append-only"), database.begin() as tx:
        tx.execute(text(statement))
    assert office.happened(check) == [EventKind.STARTED]


def test_the_commitment_can_be_worked_out_again_from_what_was_sealed(database: Database) -> None:
    """Whoever has the key can prove that a line says what it said when it was written."""
    office, check = _started(database)
    with office.leading() as work:
        work.record(work.load(check), "U1", EventKind.NOTE, {"text": "a <note>", "number": 7}, "the-request")
    with database.read() as tx:
        box = checks.load(tx, office.keys, check).sealer
        for row in tx.execute(select(events)):
            opened = box.open(row.sealed, f"event:{check}")
            salt, body = opened[:16], opened[16:]
            assert record.commitment(salt, check, row.at, row.who, row.what, body) == row.commitment
            for other in (
                (check, row.at + timedelta(microseconds=1), row.who, row.what, body),
                ("x" * 32, row.at, row.who, row.what, body),
                (check, row.at, "U9", row.what, body),
                (check, row.at, row.who, "closed", body),
                (check, row.at, row.who, row.what, body + b" "),
            ):
                assert record.commitment(salt, *other) != row.commitment


def test_the_same_words_are_committed_to_differently_each_time(database: Database) -> None:
    """Nobody without the key can tell that two lines say the same, nor guess a short one."""
    office, check = _started(database)
    with office.leading() as work:
        for _ in range(2):
            work.record(work.load(check), "U1", EventKind.NOTE, {"text": "yes"})
    with database.read() as tx:
        rows = tx.execute(select(events.c.commitment, events.c.sealed).where(events.c.what == EventKind.NOTE)).all()
    assert rows[0].commitment != rows[1].commitment
    assert rows[0].sealed != rows[1].sealed
    assert not any(b"yes" in bytes(row.sealed) for row in rows)


def test_history_comes_oldest_first_with_its_content(database: Database) -> None:
    """What happened, in the order in which it happened, to the microsecond and in UTC."""
    office, check = _started(database)
    office.now = START + timedelta(microseconds=123456)
    with office.leading() as work:
        work.record(work.load(check), "U1", EventKind.NOTE, {"text": "first", "options": ("a", "b")})
        work.record(work.load(check), "U2", EventKind.NOTE, {"text": "second"})
    _, first, second = office.history(check)
    assert (first.who, first.at, first.content) == ("U1", office.now, {"text": "first", "options": ["a", "b"]})
    assert second.content == {"text": "second"}


def test_a_request_is_recognised_once_it_was_carried_out(database: Database) -> None:
    """I24: and not before."""
    office, check = _started(database)
    with office.leading() as work:
        assert not work.is_repeat("the-request")
        assert not work.is_repeat(None)
        work.record(work.load(check), "U1", EventKind.NOTE, {}, "the-request")
        assert work.is_repeat("the-request")


def test_a_line_whose_key_is_gone_says_that_it_happened_and_no_more(database: Database) -> None:
    """Erasing a check destroys its key: who, what and when stay, the content does not."""
    office, check = _started(database)
    with database.read() as tx:
        other = office.keys.sealer(office.keys.new_key())
        (entry,) = record.history(tx, check, other)
    assert (entry.what, entry.who, entry.content) == (EventKind.STARTED, "U0STAFF", {})


def test_what_another_version_recorded_is_read_by_its_name(database: Database) -> None:
    """After a step back to an older version nothing of the record is lost, and nothing stops."""
    office, check = _started(database)
    with office.leading() as work:
        work.record(work.load(check), "U1", EventKind.stored("from_the_future"), {"text": "words"})
    started, later = office.history(check)
    assert started.what is EventKind.STARTED
    assert (later.what, later.what.properties.is_change, later.content) == ("from_the_future", True, {"text": "words"})
