"""The database file, read without the bot, so that its word is not needed."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from flows.case import Entry
from flows.events import EventKind, OutboxKind
from flows.model import Answers, Level
from storage import checks
from storage import events as record
from storage.crypto.envelope import Keyring
from storage.engine.database import Database

_REF = re.compile(r"SC-[0-9A-Z]{4}")
_ERROR = re.compile(r"Error [0-9a-f]{6}")
_TIMERS = (
    "SELECT min(at) FROM (SELECT min(wake_at) AS at FROM checks UNION ALL SELECT min(next_page_at) FROM cases "
    "UNION ALL SELECT min(remind_at) FROM cases)"
)
_LANES = "SELECT lane, min(due_at) FROM outbox WHERE due_at IS NOT NULL GROUP BY lane"
_CHECKS = "SELECT id, ref, reporter, status, level, asked_lead, revision, is_drill FROM checks ORDER BY rowid"
_CASES = (
    "SELECT check_id, status, urgency, asks, asked_at, next_page_at, led_by, dm_only, (SELECT count(*) FROM asked "
    "WHERE asked.check_id = cases.check_id) AS people FROM cases ORDER BY rowid"
)
_EVENTS = "SELECT id, check_id, who, what FROM events WHERE id > ? AND check_id IS NOT NULL ORDER BY id"
_ROWS = "SELECT id, check_id, what, target, ask FROM outbox WHERE id > ? ORDER BY id"


@dataclass(frozen=True, slots=True)
class StoredCheck:
    """A row of `checks`. number: its place in the table, for a name without an id."""

    id: str
    ref: str
    reporter: str
    status: str
    level: Level
    asked_lead: bool
    revision: int
    is_drill: bool
    number: int


@dataclass(frozen=True, slots=True)
class StoredCase:
    """A row of `cases`. people: how many were ever asked."""

    check: str
    status: str
    urgency: str
    asks: int
    asked_at: datetime
    next_page_at: datetime | None
    led_by: str | None
    dm_only: bool
    people: int


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """A row of `events`, without its content."""

    id: int
    check: str
    who: str
    what: EventKind


@dataclass(frozen=True, slots=True)
class StoredRow:
    """A row of `outbox`."""

    id: int
    check: str | None
    what: OutboxKind
    target: str
    ask: int


class StoredState:
    """The file as it was when `look` last read it."""

    def __init__(self, file: Path, database: Database, keys: Keyring) -> None:
        self._file = sqlite3.connect(file, isolation_level=None)
        self._database = database
        self._keys = keys
        self._version = -1
        self._answers: dict[str, tuple[int, Answers]] = {}
        self.checks: dict[str, StoredCheck] = {}
        self.cases: dict[str, StoredCase] = {}
        self.left_out: dict[str, frozenset[str]] = {}
        self.events: list[StoredEvent] = []
        self.rows: list[StoredRow] = []

    def close(self) -> None:
        self._file.close()

    def look(self) -> bool:
        """Read what is new in the file. Return whether anything is."""
        (version,) = self._file.execute("PRAGMA data_version").fetchone()
        if version == self._version:
            return False
        self._version = version
        self.checks = {check.id: check for check in self._checks()}
        self.cases = {case.check: case for case in self._cases()}
        self.left_out = self._left_out()
        events = self._file.execute(_EVENTS, (self._newest(self.events),))
        self.events += [StoredEvent(row, check, who, EventKind.stored(what)) for row, check, who, what in events]
        rows = self._file.execute(_ROWS, (self._newest(self.rows),))
        self.rows += [StoredRow(row, check, OutboxKind.stored(what), *to) for row, check, what, *to in rows]
        return True

    @staticmethod
    def _newest(known: list[StoredEvent] | list[StoredRow]) -> int:
        return known[-1].id if known else 0

    def _checks(self) -> Iterator[StoredCheck]:
        rows = self._file.execute(_CHECKS)
        for number, (check, ref, reporter, status, level, asked_lead, revision, is_drill) in enumerate(rows, 1):
            yield StoredCheck(
                check, ref, reporter, status, Level(level), bool(asked_lead), revision, bool(is_drill), number
            )

    def _cases(self) -> Iterator[StoredCase]:
        for check, status, urgency, asks, asked_at, next_at, led_by, dm_only, people in self._file.execute(_CASES):
            due = _moment(next_at) if next_at else None
            yield StoredCase(check, status, urgency, asks, _moment(asked_at), due, led_by, bool(dm_only), people)

    def _left_out(self) -> dict[str, frozenset[str]]:
        found: dict[str, frozenset[str]] = {}
        for check, person in self._file.execute("SELECT check_id, person FROM left_out"):
            found[check] = found.get(check, frozenset()) | {person}
        return found

    def answers(self, check: str) -> Answers:
        """Return a check's answers, opened."""
        revision = self.checks[check].revision
        known = self._answers.get(check)
        if known is None or known[0] != revision:
            with self._database.read() as tx:
                known = self._answers[check] = revision, checks.load(tx, self._keys, check).check.answers
        return known[1]

    def record(self, check: str) -> tuple[Entry, ...]:
        """Return a check's record, opened."""
        with self._database.read() as tx:
            opened = checks.load(tx, self._keys, check)
            return tuple(record.history(tx, check, opened.sealer))

    def timer_due(self) -> datetime | None:
        """Return when the next timer is due, by the bot's clock."""
        (at,) = self._file.execute(_TIMERS).fetchone()
        return _moment(at) if at else None

    def lanes_due(self) -> dict[int, datetime]:
        """Return when each lane of the outbox has something to send, by the bot's clock."""
        return {lane: _moment(at) for lane, at in self._file.execute(_LANES)}

    def unsent(self) -> frozenset[int]:
        """Return the ids of rows that were never sent and are still due."""
        rows = self._file.execute("SELECT id FROM outbox WHERE ts IS NULL AND due_at IS NOT NULL")
        return frozenset(row for (row,) in rows)

    def stamps(self) -> frozenset[str]:
        """Return the ts of all messages that the outbox has as delivered."""
        return frozenset(ts for (ts,) in self._file.execute("SELECT ts FROM outbox WHERE ts IS NOT NULL"))

    def newest_cards(self) -> dict[str, str]:
        """Return the ts of the newest card of each check."""
        rows = "SELECT check_id, ts FROM outbox WHERE what = ? AND ts IS NOT NULL ORDER BY id"
        return dict(self._file.execute(rows, (OutboxKind.CARD,)).fetchall())

    def nameless(self, words: str) -> str:
        """Replace references, which differ from run to run, by names."""
        names = {check.ref: self.name(check.id) for check in self.checks.values()}
        return _ERROR.sub("Error", _REF.sub(lambda found: names.get(found[0], "a check"), words))

    def about(self, words: str) -> str | None:
        """Return the check that a text or its buttons name; None where they name none."""
        refs = set(_REF.findall(words))
        return next((check.id for check in self.checks.values() if check.ref in refs or check.id in words), None)

    def name(self, check: str) -> str:
        """Return a name without an id: "check 3"."""
        return f"check {self.checks[check].number}" if check in self.checks else "no check"


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
