"""Builder of a database that years of use have filled: as many ended checks as wanted, and the same few open ones.

A few lives of checks are worked through by the product's own use cases. Copies of their rows, each under a key, ids and
a reference of its own, are sealed like the originals, so that the record verifies. Open cases, drafts and the newest
weeks do not depend on the number: what grows with it is history alone.

    python -m bench.grown 100000 sqlite:////tmp/grown.db --key KEY
"""

from __future__ import annotations

import argparse
import random
import secrets
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any

from cryptography.fernet import Fernet
from sqlalchemy import Connection, Table, func, insert, select

from flows.case import SYSTEM, Strand
from flows.events import EventKind
from flows.model import Answers
from flows.records.matching import Described
from storage import checks, outbox, person_index, tables
from storage.crypto.envelope import Keyring, Sealer
from storage.engine.database import Database
from storage.events import SALT_BYTES, commitment
from storage.proof import seal
from storage.proof.signed_note import SealKey
from tests.flows.builders import calm_but
from tests.storage.builders import DONE, LEAD_ONE, SAID, Office, not_done

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
"""When the builder's history ends: the moment as of which everything is measured."""
YEARS = timedelta(days=6 * 365)
"""How far back the oldest check lies."""
KEPT = timedelta(days=360)
"""What had no case is deleted after a year: older checks all had one."""
RECENT = timedelta(days=28)
"""The newest weeks, which hold as many checks whatever the number."""
RECENT_CHECKS, OPEN_CASES, DRAFTS = 60, 25, 12
STAFF = 400
"""People who raise checks, in turn."""
A_BATCH = 250
"""Checks in one transaction, and in one seal."""
SEAL_KEY = SealKey(bytes(range(32)))
_LETTERS = "abdefgiklmnoprstu"
_OF_CHECK = (tables.left_out, tables.cases, tables.asked, tables.strands, tables.breaches)
Rows = dict[Table, list[dict[str, Any]]]
Life = Callable[[Office], str]


def grow(database: Database, keys: Keyring, number: int, say: Callable[[str], None] = lambda _: None) -> Office:
    """Fill an empty, migrated database with `number` ended checks and the open ones. Return its office, at NOW.

    say: told of the progress, a line each.
    """
    office = Office(database)
    office.keys = keys
    chance = random.Random(1)  # noqa: S311 - the same lives every time
    lives = _lives(office)
    began = NOW - YEARS
    older, newest = max(number - RECENT_CHECKS, 0), min(number, RECENT_CHECKS)
    spans = ((began, NOW - RECENT, older), (NOW - RECENT, NOW - timedelta(days=1), newest))
    for since, until, count in spans:
        step = (until - since) / max(count, 1)
        for first in range(0, count, A_BATCH):
            some = min(A_BATCH, count - first)
            with database.begin() as tx:
                copier = _Copier(tx, keys, chance)
                for place in range(first, first + some):
                    at = since + step * place
                    copier.copy(lives[place % len(lives) if NOW - at < KEPT else 0], at, step)
                copier.insert()
                seal.seal_now(tx, SEAL_KEY, since + step * (first + some))
            say(f"{first + some} of {count}")
    _go_on_counting(database)
    office.now = NOW - timedelta(hours=20)
    _open(office)
    office.now = NOW
    _refresh(database)
    return office


@dataclass(frozen=True)
class _Lived:
    """One ended check with all its rows. began: when; lasted: until its last entry."""

    id: str
    sealer: Sealer
    rows: Rows
    began: datetime
    lasted: timedelta
    who: Described | None


def _lives(office: Office) -> list[_Lived]:
    """Work each kind of life through once, in a database of their own beside the one that grows."""
    with tempfile.TemporaryDirectory() as folder:
        beside = Database(f"sqlite:///{folder}/lives.db")
        beside.migrate()
        apart = Office(beside)
        apart.keys = office.keys
        found = [_lived(apart, life) for life in _KINDS]
        beside.close()
    return found


def _lived(office: Office, life: Life) -> _Lived:
    began = office.now
    check = life(office)
    _deliver(office)
    with office.database.read() as tx:
        rows = {table: _rows(tx, table, table.c.check_id == check) for table in (*_OF_CHECK, tables.events)}
        rows[tables.outbox] = _rows(tx, tables.outbox, tables.outbox.c.check_id == check)
        rows[tables.checks] = _rows(tx, tables.checks, tables.checks.c.id == check)
        sealer = checks.load(tx, office.keys, check).sealer
        has_details = any(row["what"] == EventKind.DETAILS for row in rows[tables.events])
    lasted = max(row["at"] for row in rows[tables.events]) - began
    office.forward(days=1)
    return _Lived(check, sealer, rows, began, lasted, Described() if has_details else None)


def _rows(tx: Connection, table: Table, which: Any) -> list[dict[str, Any]]:
    order = [column.asc() for column in table.primary_key]
    return [dict(row._mapping) for row in tx.execute(select(table).where(which).order_by(*order))]  # noqa: SLF001 - public


def _details(office: Office, check: str) -> None:
    said = {"person": "Abc Def", "born": "2 March 2015", "facts": "What was seen, in two or three sentences. " * 4}
    with office.reporting() as work:
        work.write(check, office.check(check, work.tx).reporter, EventKind.DETAILS, said, office.request())


def _checked(office: Office, sheet: Answers, *, details: bool) -> str:
    check = office.start()
    for question, choices in sheet.items():
        office.forward(seconds=15)
        office.answer(check, question, *choices)
        _deliver(office)
    if details:
        _details(office, check)
    with office.reporting() as work:
        work.send(check, office.check(check, work.tx).reporter)
    _deliver(office)
    return check


def _led(office: Office, sheet: Answers) -> str:
    check = _checked(office, sheet, details=True)
    office.forward(minutes=4)
    with office.leading() as work:
        work.lead(check, LEAD_ONE, "lead-1")
    _deliver(office)
    return check


def _planned(office: Office, sheet: Answers, strands: tuple[Strand, ...]) -> str:
    check = _led(office, sheet)
    office.forward(minutes=6)
    office.decide(check, "share")
    office.plan(check, strands)
    _deliver(office)
    return check


def _closed(office: Office) -> str:
    check = _planned(office, calm_but(S4="yes"), DONE)
    office.forward(minutes=5)
    reporter = office.check(check).reporter
    with office.leading() as work:
        work.agree(check, reporter, 1)
        answers = {"3.4.1": ("yes_told",), "3.4.2": ("yes",)}
        work.shared(check, reporter, answers, SAID, office.request())
        work.close(check, LEAD_ONE, {"outcome": "safe"}, office.request())
    return check


_KINDS: tuple[Life, ...] = (
    _closed,
    lambda office: _checked(office, calm_but(), details=False),
    _closed,
    lambda office: _checked(office, calm_but(), details=True),
)
"""Of four checks two became cases; of those without one, half have details."""


def _deliver(office: Office) -> None:
    """Stamp everything that is due as shown, as the senders do, with the entry that a page was sent."""
    with office.leading() as work:
        rows = outbox.claim(work.tx, office.now, 500)
        for row in rows:
            outbox.stamp(work.tx, row, office.now, f"D{row.target}", f"{row.id}.{row.wanted}", "0" * 64)
            if row.check and row.what.properties.asks and not row.ts:
                sent = {"to": row.target, "ask": row.ask, "via": row.via}
                work.record(work.load(row.check), SYSTEM, EventKind.PAGE_SENT, sent)


class _Copier:
    """Copies of lives, collected for one insert a table."""

    def __init__(self, tx: Connection, keys: Keyring, chance: random.Random) -> None:
        self._tx = tx
        self._keys = keys
        self._chance = chance
        self._event = int(tx.scalar(select(func.max(tables.events.c.id))) or 0)
        self._row = int(tx.scalar(select(func.max(tables.outbox.c.id))) or 0)
        self._rows: Rows = {}
        self._about: list[tuple[str, Described, date]] = []

    def copy(self, life: _Lived, began: datetime, room: timedelta) -> None:
        """Add a copy that begins then, and takes less than `room`, so that the entries stand in the order of time."""
        check, wrapped = secrets.token_hex(16), self._keys.new_key()
        scale = min(1.0, room / life.lasted / 2)
        again = _Again(life, check, self._keys.sealer(wrapped), lambda at: began + (at - life.began) * scale)
        reporter = f"U0STAFF{self._chance.randrange(STAFF)}"
        [row] = life.rows[tables.checks]
        self._add(tables.checks, again.check(row, reporter, wrapped, self._reference()))
        for table in _OF_CHECK:
            for row in life.rows[table]:
                self._add(table, again.row(table, row))
        events: dict[int, int] = {}
        for row in life.rows[tables.events]:
            self._event += 1
            events[row["id"]] = self._event
            self._add(tables.events, again.event(row, self._event, reporter))
        for row in life.rows[tables.outbox]:
            self._row += 1
            self._add(tables.outbox, again.message(row, self._row, events))
        if life.who is not None:
            self._about.append((check, self._somebody(began), began.date()))

    def _reference(self) -> str:
        return "SC-" + "".join(self._chance.choice("23456789ABCDEFGHJKMNPQRSTVWXYZ") for _ in range(8))

    def _somebody(self, at: datetime) -> Described:
        first, last = ("".join(self._chance.choice(_LETTERS) for _ in range(size)) for size in (6, 8))
        born = at.date() - timedelta(days=self._chance.randrange(4 * 365, 17 * 365))
        return Described(f"{first} {last}", f"{born.day} {born:%B %Y}")

    def _add(self, table: Table, row: dict[str, Any]) -> None:
        self._rows.setdefault(table, []).append(row)

    def insert(self) -> None:
        for table in (tables.checks, *_OF_CHECK, tables.events, tables.outbox):
            if rows := self._rows.get(table):
                self._tx.execute(insert(table), rows)
        index = person_index.index(self._tx, self._keys, NOW.date()) if self._about else None
        for check, who, today in self._about:
            assert index is not None
            index.add(check, who, today)


@dataclass(frozen=True)
class _Again:
    """The rows of one life, as they are for its copy."""

    life: _Lived
    id: str
    sealer: Sealer
    when: Callable[[datetime], datetime]

    def check(self, row: dict[str, Any], reporter: str, wrapped: bytes, ref: str) -> dict[str, Any]:
        answers = self.life.sealer.open(row["sealed_answers"], checks.about_answers(self.life.id, row["reporter"]))
        return self._moved(row) | {
            "id": self.id,
            "ref": ref,
            "reporter": reporter,
            "wrapped_key": wrapped,
            "sealed_answers": self.sealer.seal(answers, checks.about_answers(self.id, reporter)),
            "request": sha256(self.id.encode()).hexdigest(),
        }

    def row(self, table: Table, row: dict[str, Any]) -> dict[str, Any]:
        copied = self._moved(row) | {"check_id": self.id}
        if table is tables.breaches:
            copied["next_ask_at"] = None  # asked about once more after its case was closed, as the bot does
        if table is tables.strands:
            said = self.life.sealer.open(row["sealed"], f"strand:{self.life.id}:{row['name']}")
            copied["sealed"] = self.sealer.seal(said, f"strand:{self.id}:{row['name']}")
        return copied

    def event(self, row: dict[str, Any], number: int, reporter: str) -> dict[str, Any]:
        copied = self._moved(row) | {"id": number, "check_id": self.id}
        said = self.life.sealer.open(row["sealed"], f"event:{self.life.id}")
        salt, body = said[:SALT_BYTES], said[SALT_BYTES:]
        who = reporter if row["who"] == self.life.rows[tables.checks][0]["reporter"] else row["who"]
        committed = commitment(salt, self.id, copied["at"], who, row["what"], body)
        request = sha256(f"{self.id}{row['request']}".encode()).hexdigest() if row["request"] else None
        sealed = self.sealer.seal(said, f"event:{self.id}")
        return copied | {"who": who, "commitment": committed, "sealed": sealed, "request": request}

    def message(self, row: dict[str, Any], number: int, events: dict[int, int]) -> dict[str, Any]:
        key = str(row["key"]).replace(self.life.id, self.id)
        if row["event_id"]:
            key = key.replace(f":{row['event_id']}", f":{events[row['event_id']]}")
        event = events.get(row["event_id"])
        return self._moved(row) | {"id": number, "key": key, "check_id": self.id, "event_id": event, "due_at": None}

    def _moved(self, row: dict[str, Any]) -> dict[str, Any]:
        return {name: self.when(value) if isinstance(value, datetime) else value for name, value in row.items()}


def _open(office: Office) -> None:
    """Work through the open cases and the drafts, each as far as it gets, in the last hours before NOW."""
    for number in range(OPEN_CASES):
        stage: Life = (
            lambda one: _led(one, calm_but(S4="yes")),
            lambda one: _planned(one, calm_but(S3="low_level"), not_done()),
        )[number % 2]
        stage(office)
        office.forward(minutes=5)
    for number in range(DRAFTS):
        check = office.start(f"U0DRAFT{number}")
        for question, choices in list(calm_but().items())[: number % 8]:
            office.answer(check, question, *choices)
    _deliver(office)
    with office.database.begin() as tx:
        for user in range(STAFF // 2):
            outbox.put_home(tx, f"U0STAFF{user}", NOW - timedelta(hours=5))
    _deliver(office)


def _go_on_counting(database: Database) -> None:
    """Set a server's sequences behind the ids that the copies have."""
    if database.is_lone:
        return
    with database.begin() as tx:
        for table in ("events", "outbox"):
            newest = f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"  # noqa: S608 - ours
            tx.exec_driver_sql(newest)


def _refresh(database: Database) -> None:
    """Let a server count its rows, as its autovacuum does. SQLite counts them only when told to, which nobody does."""
    if database.is_lone:
        return
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


def main() -> None:
    """Build a database and say how long it took."""
    asked = argparse.ArgumentParser(description="Build a database of so many checks.")
    asked.add_argument("number", type=int)
    asked.add_argument("url", help="of an empty database, such as sqlite:////tmp/grown.db")
    asked.add_argument("--key", default="", help="for SHARE_CHECK_KEYS; a new one is printed where none is given")
    given = asked.parse_args()
    key = given.key or Fernet.generate_key().decode()
    database = Database(given.url)
    database.migrate()
    began = time.perf_counter()
    grow(database, Keyring([key]), given.number, lambda line: print(f"\r{line}", end="", file=sys.stderr))
    print(f"\n{given.number} checks in {time.perf_counter() - began:.0f} s, under the key {key}")
    database.close()


if __name__ == "__main__":
    main()
