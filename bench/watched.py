"""Everything that runs by the clock, is drawn on a screen or is run each week: what must not grow with history.

`bench/growth.py` times each on databases of different sizes; `tests/storage/test_flat.py` asks both databases for the
plan of every statement it makes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from slack_sdk import WebClient
from slack_sdk.webhook import WebhookClient
from sqlalchemy import select

from bot.access_requests.listeners import Answering
from bot.alarms.heartbeat import Heartbeat
from bot.app import Bot, Edges, assemble
from bot.breaches.listeners import BreachWork
from bot.clock import Clock
from bot.config.organisation import Organisation, example_organisation_path, load_organisation
from bot.context import Services
from bot.delivery.other_channels import Via
from bot.digest.content import counting_of
from bot.doctor import records
from bot.home.tab import draw, draw_list
from bot.records.over_time import OverTime
from bot.retention import due
from bot.slack.payloads import Press
from bot.words import Words
from flows.events import EventKind
from flows.records.matching import Described
from flows.reports.figures import Week
from services.restricted_cases import restricted_in
from storage import checks, erasure, events, outbox, person_index, tables
from storage.crypto.envelope import Keyring
from storage.engine.database import Database
from storage.health import figures
from tests.storage.builders import LEAD_ONE, LEAD_TWO, ROSTER

NOWHERE = "http://127.0.0.1:9/"
REPORTER = "U0STAFF1"


class Kind(StrEnum):
    TIMER = "timer"
    SCREEN = "screen"
    WEEKLY = "weekly"


class StandingClock(Clock):
    """Stands where it is put."""

    def __init__(self, now: datetime) -> None:
        self.moment = now

    def now(self) -> datetime:
        return self.moment


class Here(Executor):
    """Runs at once, in the thread that asks."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(fn(*args, **kwargs))
        return done


class Watch:
    """A bot on a database, with no Slack behind it, whose clock stands still unless moved."""

    def __init__(self, database: Database, keys: Keyring, key: str, now: datetime) -> None:
        self.clock = StandingClock(now)
        self.organisation: Organisation = load_organisation(example_organisation_path())
        self.services = Services(self.organisation, ROSTER, database, keys, self.clock)
        self.key = key
        self.bot = self._assembled()
        self.scheduler = self.bot.scheduler
        self.led = self._a_case()

    def _assembled(self) -> Bot:
        client = WebClient("xoxb-bench", base_url=NOWHERE, timeout=1, retry_handlers=[])
        edges = Edges(
            slack=client,
            sending=client,
            probe=client,
            webhook=lambda url: WebhookClient(url, retry_handlers=[]),
            signing_secret="unused",  # noqa: S106 - nothing is signed here
            other_ways=_NoOtherWays(),
            ways_to_administrators=(),
            heartbeat=Heartbeat(None),
            listeners=Here(),
            replies=Here(),
            senders=[Here()] * 3,
            conditions=frozenset,
        )
        return assemble(self.services, edges)

    def _a_case(self) -> str:
        """Return the newest case that has details of a person."""
        box = tables.events
        wanted = select(box.c.check_id).where(box.c.what == EventKind.LED).order_by(box.c.id.desc()).limit(1)
        with self.services.database.read() as tx:
            return str(tx.execute(wanted).scalar_one())

    def press(self, value: str, who: str = LEAD_ONE) -> Press:
        return Press.model_validate({"user": {"id": who}, "actions": [{"action_id": "bench", "value": value}]})

    def forward(self, wait: timedelta) -> None:
        self.clock.moment += wait

    # What runs by the clock.

    def turn(self) -> None:
        """Turn the scheduler once, with its heartbeat."""
        self.forward(timedelta(seconds=3))
        self.scheduler.turn()

    def refresh(self) -> None:
        """Turn it after a new entry, so that the Home tabs which are looked at are drawn anew."""
        self.forward(timedelta(seconds=15))
        with self.services.database.begin() as tx:
            self.services.casework(tx).viewed(self.led, LEAD_TWO, EventKind.OPENED_CHECK)
        self.scheduler.turn()

    def hourly(self) -> None:
        """Turn it an hour later: retention and digests as well."""
        self.forward(timedelta(hours=1, minutes=1))
        self.scheduler.turn()

    def audit(self) -> None:
        self.bot.auditor.turn()

    def claim(self) -> None:
        for lanes in ((outbox.PAGE,), (outbox.CARD, outbox.LATER), (outbox.ELSEWHERE,)):
            with self.services.database.begin() as tx:
                rows = outbox.claim(tx, self.clock.now(), 20, lanes)
                for row in rows:
                    outbox.stamp(tx, row, self.clock.now(), "D1", row.ts or "1.1", "0" * 64)

    def figures(self) -> None:
        with self.services.database.read() as tx:
            figures.of(tx, self.clock.now())

    # What is drawn.

    def home(self, who: str) -> None:
        with self.services.database.read() as tx:
            draw(self.services, tx, who, 0)

    def open_list(self) -> None:
        with self.services.database.read() as tx:
            assert draw_list(self.services, tx, LEAD_ONE) is not None

    def register(self) -> None:
        assert OverTime(self.services).register(self.press("0")) is not None

    def search(self) -> None:
        with self.services.database.read() as tx:
            day = self.services.roster.week.day_of(self.clock.now())
            person_index.index(tx, self.services.keys, day).find(Described("Abc Def", "2 March 2015"), day)

    def chronology(self) -> None:
        assert not isinstance(OverTime(self.services).chronology(self.press(self.led)), str)

    def card(self) -> None:
        with self.services.database.read() as tx:
            self.services.look(tx, self.led, history=True)

    def drafts(self) -> None:
        with self.services.database.read() as tx:
            checks.drafts(tx, self.services.keys, "U0DRAFT5")
            checks.of_reporter(tx, self.services.keys, REPORTER, 5)

    def requests(self) -> None:
        assert Answering(self.services).list(self.press("")) is not None

    def breaches(self) -> None:
        assert BreachWork(self.services).log(self.press("")) is not None

    def deletions(self) -> None:
        with self.services.database.read() as tx:
            due.items_for(self.services, tx, LEAD_ONE)
            due.copies_left(self.services, tx, self.services.roster.channel)

    # What is run each week.

    def digest(self) -> None:
        week = Week.of(self.services.roster.week.day_of(self.clock.now())).before
        with self.services.database.read() as tx:
            counting = counting_of(self.services, tx, week)
            counting.figures()
            restricted_in(counting)

    def retention(self) -> None:
        with self.services.database.read() as tx:
            due.keeper(self.services, tx).items(self.clock.now() + due.AHEAD)

    def erased(self) -> None:
        with self.services.database.read() as tx:
            erasure.was_erased_since(tx, self.clock.now() - timedelta(days=1))

    def start(self) -> None:
        """Ask of the database what a start asks before it connects."""
        records.keys(self.services.database, [self.key], is_starting=True)
        self._assembled().scheduler.wake_up()

    def doctor(self) -> None:
        records.keys(self.services.database, [self.key])

    def newest(self) -> None:
        with self.services.database.read() as tx:
            events.newest(tx)


class _NoOtherWays:
    def send(self, via: Via, person: str, words: Words, key: str = "") -> None:
        """Send nothing: the bench has no mail server."""


@dataclass(frozen=True)
class Watched:
    kind: Kind
    do: Callable[[Watch], None]


WATCHED: Mapping[str, Watched] = {
    "scheduler's turn with its heartbeat": Watched(Kind.TIMER, Watch.turn),
    "refresh of Home tabs": Watched(Kind.TIMER, Watch.refresh),
    "hourly turn: retention, digests": Watched(Kind.TIMER, Watch.hourly),
    "auditor": Watched(Kind.TIMER, Watch.audit),
    "claim of what is due": Watched(Kind.TIMER, Watch.claim),
    "health and metrics": Watched(Kind.TIMER, Watch.figures),
    "Home, staff": Watched(Kind.SCREEN, lambda on: on.home(REPORTER)),
    "Home, lead": Watched(Kind.SCREEN, lambda on: on.home(LEAD_ONE)),
    "list of open checks": Watched(Kind.SCREEN, Watch.open_list),
    "register": Watched(Kind.SCREEN, Watch.register),
    "search for a person": Watched(Kind.SCREEN, Watch.search),
    "chronology": Watched(Kind.SCREEN, Watch.chronology),
    "a lead's view of a check": Watched(Kind.SCREEN, Watch.card),
    "a person's drafts and checks": Watched(Kind.SCREEN, Watch.drafts),
    "requests for copies": Watched(Kind.SCREEN, Watch.requests),
    "log of breaches": Watched(Kind.SCREEN, Watch.breaches),
    "due for deletion": Watched(Kind.SCREEN, Watch.deletions),
    "digest": Watched(Kind.WEEKLY, Watch.digest),
    "retention --dry-run": Watched(Kind.WEEKLY, Watch.retention),
    "doctor": Watched(Kind.WEEKLY, Watch.doctor),
    "start": Watched(Kind.WEEKLY, Watch.start),
}
