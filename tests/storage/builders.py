"""Builds checks and cases in a real database, one transaction a step, through the services."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

from cryptography.fernet import Fernet
from sqlalchemy import Connection, select

from bot.config.organisation import example_organisation_path, load_organisation
from bot.config.roster import roster_of
from flows.case import Case, Check, Entry, Strand, StrandName, StrandStatus
from flows.closure import SHARED_WORDS, TO_SHARE, UNANSWERED
from flows.events import EventKind, OutboxKind
from flows.model import Answers
from services.case_steps import Result
from services.casework import Casework
from services.leavers import Leavers
from services.reporting import Reporting, Step
from storage import cases, checks, events, tables
from storage.crypto.envelope import Keyring
from storage.engine.database import Database

START = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
ROSTER = roster_of(load_organisation(example_organisation_path()))
REPORTER, LEAD_ONE, LEAD_TWO = "U0STAFF", "U0LEAD1", "U0LEAD2"
DONE = tuple(Strand(name, StrandStatus.DONE, f"{name} is told") for name in StrandName)
ANSWERED = {"agency": "children", "what": "What they said.", "state": "answered", "receipt": "At 10:20."}
"""A row of the list of professionals with nothing open."""
SAID: dict[str, object] = dict.fromkeys((*TO_SHARE, *SHARED_WORDS, UNANSWERED), "said so")
"""The boxes of a decision to share, and of what was shared, filled in."""


class Office:
    """A database, its keys and a clock; each method is one transaction."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.key = Fernet.generate_key().decode()
        self.keys = Keyring([self.key])
        self.roster = ROSTER
        self.now = START
        self._requests = count(1)

    def forward(self, **wait: float) -> None:
        self.now += timedelta(**wait)

    def request(self) -> str:
        """Return a request id that was not used before."""
        return f"request-{next(self._requests)}"

    @contextmanager
    def reporting(self) -> Iterator[Reporting]:
        with self.database.begin() as tx:
            yield Reporting(tx, self.keys, self.roster, self.now)

    @contextmanager
    def leading(self) -> Iterator[Casework]:
        with self.database.begin() as tx:
            yield Casework(tx, self.keys, self.roster, self.now)

    @contextmanager
    def leaving(self) -> Iterator[Leavers]:
        with self.database.begin() as tx:
            yield Leavers(tx, self.keys, self.roster, self.now)

    def start(self, reporter: str = REPORTER) -> str:
        with self.reporting() as work:
            return work.start(reporter, self.request()).check.id

    def answer(self, check: str, question: str, *choices: str, who: str | None = None) -> Step:
        with self.reporting() as work:
            return work.answer(check, who or self.check(check, work.tx).reporter, question, choices)

    def answers(self, check: str, sheet: Answers) -> None:
        """Answer all these questions in order."""
        for question, choices in sheet.items():
            self.answer(check, question, *choices)

    def raised(self, sheet: Answers, reporter: str = REPORTER) -> str:
        """Return a check that has become a case."""
        check = self.start(reporter)
        self.answers(check, sheet)
        assert self.case(check) is not None
        return check

    def led(self, sheet: Answers) -> str:
        check = self.raised(sheet)
        with self.leading() as work:
            work.lead(check, LEAD_ONE, "lead-1")
        return check

    def planned(self, sheet: Answers, decision: str = "share") -> str:
        check = self.led(sheet)
        self.decide(check, decision)
        self.plan(check)
        return check

    def decide(self, check: str, decision: str, request: str | None = None) -> Result:
        with self.leading() as work:
            content = {**SAID, "reason": "the reason"}
            return work.decide(check, LEAD_ONE, decision, content, request or self.request())

    def plan(self, check: str, strands: tuple[Strand, ...] = DONE, request: str | None = None) -> Result:
        with self.leading() as work:
            done = work.plan(check, LEAD_ONE, "lead-1", strands, request or self.request())
            work.note_agency(check, LEAD_ONE, 1, ANSWERED, self.request())
            return done

    def check(self, check: str, tx: Connection | None = None) -> Check:
        if tx is not None:
            return checks.load(tx, self.keys, check).check
        with self.database.read() as reading:
            return checks.load(reading, self.keys, check).check

    def case(self, check: str) -> Case | None:
        with self.database.read() as tx:
            return cases.find(tx, checks.load(tx, self.keys, check))

    def the_case(self, check: str) -> Case:
        """Return the case; fail if there is none."""
        found = self.case(check)
        assert found is not None
        return found

    def history(self, check: str) -> tuple[Entry, ...]:
        with self.database.read() as tx:
            return events.history(tx, check, checks.load(tx, self.keys, check).sealer)

    def happened(self, check: str) -> list[EventKind]:
        """Return the kinds of the check's events, oldest first."""
        return [entry.what for entry in self.history(check)]

    def rows(self, check: str, what: OutboxKind) -> list[Mapping[str, object]]:
        """Return the check's outbox rows of one kind."""
        box = tables.outbox
        wanted = select(box).where(box.c.check_id == check, box.c.what == what).order_by(box.c.id)
        with self.database.read() as tx:
            return [dict(row._mapping) for row in tx.execute(wanted)]  # noqa: SLF001 - SQLAlchemy's public name

    def paged(self, check: str) -> list[str]:
        """Return the targets of the check's pages, in the order in which they were queued."""
        return [str(row["target"]) for row in self.rows(check, OutboxKind.PAGE)]

    def wake_at(self, check: str) -> datetime | None:
        with self.database.read() as tx:
            found: datetime | None = tx.scalar(select(tables.checks.c.wake_at).where(tables.checks.c.id == check))
        return found

    def next_page_at(self, check: str) -> datetime | None:
        with self.database.read() as tx:
            found: datetime | None = tx.scalar(
                select(tables.cases.c.next_page_at).where(tables.cases.c.check_id == check)
            )
        return found


def not_done() -> tuple[Strand, ...]:
    """Return a plan whose strands are all still to do."""
    return tuple(replace(strand, status=StrandStatus.TO_DO) for strand in DONE)
