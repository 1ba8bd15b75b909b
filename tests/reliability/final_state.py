"""What the database and Slack hold at the end of a campaign, each read from outside the bot."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import func, select

from flows.case import Case, Check, Entry
from flows.events import EventKind, OutboxKind
from flows.model import Level
from sandbox.state.models import ApiRequest
from simulation import promises
from storage import cases, checks, events
from storage.crypto.envelope import Keyring
from storage.engine.database import Database
from storage.outbox import PAGES
from storage.tables import checks as check_table
from storage.tables import outbox

POST = "chat.postMessage"
_REF = re.compile(r"SC-[0-9A-Z]{4,}")


@dataclass(frozen=True)
class Story:
    """One check as the database has it. undelivered: targets of pages that were never posted."""

    check: Check
    case: Case | None
    entries: tuple[Entry, ...]
    undelivered: frozenset[str]

    @property
    def asked(self) -> tuple[str, ...]:
        """Organisation ids of those the record says were asked first."""
        raised = next((entry for entry in self.entries if entry.what == EventKind.RAISED), None)
        people = raised.content.get("asked", ()) if raised else ()
        assert isinstance(people, list | tuple)
        return tuple(people)


class Books:
    """The database, read while others work with it."""

    def __init__(self, database_url: str, key: str) -> None:
        self._database = Database(database_url)
        self._keys = Keyring([key])

    def is_quiet(self) -> bool:
        """Whether nothing waits to be sent, now or later."""
        return not self._count(outbox.c.due_at.is_not(None))

    def undecided(self) -> int:
        """How many people in danger have not said who may be told, and not been heard without it yet."""
        waiting = select(func.count()).where(check_table.c.level >= Level.EMERGENCY, check_table.c.wake_at.is_not(None))
        with self._database.read() as tx:
            return int(tx.scalar(waiting) or 0)

    def claimed_pages(self) -> int:
        """How many pages somebody is sending right now."""
        return self._count(outbox.c.what == OutboxKind.PAGE, outbox.c.token.is_not(None))

    def delivered(self) -> int:
        """How many messages the outbox says that Slack took."""
        return self._count(outbox.c.delivered_at.is_not(None))

    def _count(self, *where: object) -> int:
        with self._database.read() as tx:
            return int(tx.scalar(select(func.count()).select_from(outbox).where(*where)) or 0)  # type: ignore[arg-type] # columns compared

    def stories(self) -> list[Story]:
        """Every check, with all that is recorded of it."""
        undelivered = select(outbox.c.check_id, outbox.c.target).where(
            outbox.c.what.in_(PAGES), outbox.c.delivered_at.is_(None)
        )
        with self._database.read() as tx:
            missing = [tuple(row) for row in tx.execute(undelivered)]
            found = []
            for one in tx.scalars(select(check_table.c.id)).all():
                opened = checks.load(tx, self._keys, one)
                never = frozenset(target for check, target in missing if check == one)
                entries = events.history(tx, one, opened.sealer)
                found.append(Story(opened.check, cases.find(tx, opened), entries, never))
            return found

    def close(self) -> None:
        """Let go of it."""
        self._database.close()


@contextmanager
def books_of(database_url: str, key: str) -> Iterator[Books]:
    """The books, until nobody looks at them any more."""
    books = Books(database_url, key)
    try:
        yield books
    finally:
        books.close()


@dataclass(frozen=True)
class Sent:
    """One call of Slack's: where to, all that it carried, and the references in it."""

    method: str
    where: str
    carried: str
    refs: frozenset[str]


def sent(requests: Iterable[ApiRequest]) -> list[Sent]:
    """Every call, taken or not: what is refused has left the house too."""
    found = []
    for each in requests:
        carried = repr(each.args)
        found.append(Sent(each.method, str(each.args.get("channel", "")), carried, frozenset(_REF.findall(carried))))
    return found


def posts(requests: Iterable[ApiRequest]) -> list[ApiRequest]:
    """The new messages that Slack took."""
    return [each for each in requests if each.method == POST and each.response.get("ok")]


@dataclass
class Page:
    """One page, and when Slack took it: more than once where it was sent more than once. In seconds."""

    ref: str
    target: str
    ask: int
    at: list[float] = field(default_factory=list)


def pages(requests: Iterable[ApiRequest]) -> list[Page]:
    """Every page that Slack took, by reference, place and number."""
    found: dict[tuple[str, str, int], Page] = {}
    for each in posts(requests):
        text = str(each.args["text"])
        if promises.is_page(text):
            key = (_REF.findall(text)[0], str(each.args["channel"]), promises.number_of_ask(text) or 1)
            found.setdefault(key, Page(*key)).at.append(each.at)
    return list(found.values())
