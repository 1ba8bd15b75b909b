"""Reports about cover: once a day, on time, true when they are sent; and closed accounts, found and said once."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from slack_sdk import WebClient

from bot.app import renderers
from bot.clock import Clock
from bot.config.organisation import Organisation
from bot.context import Services
from bot.cover.schedule import AccountWatch, plan_gap_report
from bot.slack.block_kit import Message
from flows.events import OutboxKind
from sandbox import Workspace
from storage import cover, outbox
from storage.crypto.envelope import Keyring
from storage.engine.database import Database
from storage.outbox import Claimed
from tests.bot.builders import ORGANISATION, ROSTER
from tests.bot.slack.limits import words
from tests.databases import sqlite_database
from tests.harness import MANIFEST

MONDAY = date(2026, 12, 14)
READERS = ["C0LEADS", "U0ADMIN"]
COVERING = ("lead-1", "lead-2", "deputy-1")


class HandClock(Clock):
    """Stands where it is put."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 12, 14, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment


class Watch:
    """A services whose time is set by hand, and what it would send."""

    def __init__(self, database: Database, organisation: Organisation = ORGANISATION) -> None:
        self.clock = HandClock()
        self.services = Services(organisation, ROSTER, database, Keyring([Fernet.generate_key().decode()]), self.clock)
        self._requests = 0

    def at(self, day: int, hour: int = 9, minute: int = 0) -> None:
        """A day of December, in the winter time of London."""
        self.clock.moment = datetime(2026, 12, day, hour, minute, tzinfo=UTC)

    def away(self, *people: str, first: date = MONDAY, days: int = 1) -> None:
        last = first + timedelta(days=days - 1)
        for person in people:
            self._requests += 1
            with self.services.write() as tx:
                cover.set_away(
                    tx, person, first, last, by="U0LEAD1", now=self.clock.now(), request=f"r{self._requests}"
                )

    def back(self, person: str) -> None:
        with self.services.write() as tx:
            for entry in cover.from_day(tx, MONDAY):
                if entry.person == person:
                    cover.end(tx, entry.id, MONDAY, by="U0LEAD1", now=self.clock.now())

    def plan(self) -> None:
        with self.services.write() as tx:
            plan_gap_report(self.services, tx, self.clock.now())

    def due(self) -> list[Claimed]:
        """What is to be sent now; taken, as by whoever sends it."""
        with self.services.write() as tx:
            rows = list(outbox.claim(tx, self.clock.now(), 20))
            for row in rows:
                outbox.stamp(tx, row, self.clock.now(), row.target, "1.1")
        return rows

    def planned(self) -> list[str]:
        """Plan, and see to whom that sends something."""
        self.plan()
        return [row.target for row in self.due()]

    def report(self, row: Claimed) -> Message | None:
        with self.services.database.read() as tx:
            return renderers().render(self.services, tx, row).message

    def alarm(self, row: Claimed) -> Message | None:
        with self.services.database.read() as tx:
            return renderers().render(self.services, tx, row).message

    def closed(self) -> frozenset[str]:
        with self.services.database.read() as tx:
            return cover.unreachable(tx)


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    database = sqlite_database(tmp_path / "test.db")
    yield Watch(database)
    database.close()


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    with Workspace(manifest=MANIFEST) as workspace:
        yield workspace
        assert workspace.complaints == []


@pytest.fixture
def client(workspace: Workspace) -> WebClient:
    return WebClient(workspace.bot_token, base_url=workspace.api_url, timeout=1, retry_handlers=[])


def test_while_somebody_is_there_nothing_is_reported(watch: Watch) -> None:
    """An empty report every morning is soon not read any more."""
    watch.away("lead-1", "lead-2", days=30)
    assert watch.planned() == []


def test_a_gap_within_fourteen_days_is_reported_each_working_morning_until_it_is_filled(watch: Watch) -> None:
    """To the leads' channel and to whoever runs the bot; at the weekend nobody is asked to plan."""
    watch.away(*COVERING, first=date(2026, 12, 28))
    assert watch.planned() == []  # fourteen days from the 14th end on the 27th
    for day, readers in ((15, READERS), (16, READERS), (18, READERS), (19, []), (20, []), (21, READERS)):
        watch.at(day)
        assert watch.planned() == readers, day
    watch.back("deputy-1")
    watch.at(22)
    assert watch.planned() == []


def test_a_report_is_planned_once_a_day_from_the_morning_on(watch: Watch) -> None:
    """However often it is looked at, and by however many instances; where it was missed, later that day."""
    watch.away(*COVERING)
    watch.at(14, 8, 59)
    assert watch.planned() == []
    watch.at(14, 11, 30)
    assert watch.planned() == READERS
    another = Watch(watch.services.database)
    another.at(14, 16)
    assert watch.planned() == another.planned() == []


def test_the_morning_is_the_organisations_own(watch: Watch) -> None:
    """In summer nine o'clock in London is eight in UTC."""
    watch.clock.moment = datetime(2026, 7, 1, 8, 0, tzinfo=UTC)
    watch.away(*COVERING, first=date(2026, 7, 2))
    assert watch.planned() == READERS


def test_what_is_sent_is_what_is_true_then(watch: Watch) -> None:
    """Filled meanwhile: nothing is sent. Another day meanwhile: that is in it."""
    watch.away(*COVERING)
    watch.plan()
    row, _ = watch.due()
    watch.away(*COVERING, first=date(2026, 12, 19))
    shown = watch.report(row)
    assert shown is not None
    assert "• Monday 14 December\n• Saturday 19 December (not a working day)" in words(shown.blocks)
    watch.back("lead-2")
    assert watch.report(row) is None


def test_a_report_that_was_not_sent_on_its_day_is_never_sent(watch: Watch) -> None:
    """Slack was down all day: the next morning has its own."""
    watch.away(*COVERING, days=3)
    watch.plan()
    row, _ = watch.due()
    watch.at(15, 0, 5)
    assert watch.report(row) is None
    watch.at(15, 9)
    assert watch.planned() == READERS


def test_without_administrators_the_leads_channel_hears_of_it(watch: Watch) -> None:
    """Nobody is invented."""
    alone = Watch(watch.services.database, ORGANISATION.model_copy(update={"administrators": ()}))
    alone.away(*COVERING)
    assert alone.planned() == ["C0LEADS"]


def test_a_closed_account_is_found_and_said_once(watch: Watch, workspace: Workspace, client: WebClient) -> None:
    """Everybody on the list is looked at; who is there stays as they are."""
    AccountWatch(watch.services, client).turn()
    assert (watch.closed(), watch.due()) == (frozenset(), [])
    assert {call.args["user"] for call in workspace.calls("users.info")} == set(ROSTER.accounts.values())
    workspace.change_person("U0LEAD2", deactivated=True)
    AccountWatch(watch.services, client).turn()
    assert watch.closed() == {"lead-2"}
    rows = watch.due()
    assert [(row.what, row.target) for row in rows] == [(OutboxKind.CLOSED_ACCOUNT, reader) for reader in READERS]
    assert watch.alarm(rows[0]) is not None
    AccountWatch(watch.services, client).turn()
    assert watch.due() == []


def test_an_account_that_is_back_is_asked_again(watch: Watch, workspace: Workspace, client: WebClient) -> None:
    """And an alarm that was not sent yet is not needed any more."""
    workspace.change_person("U0LEAD2", deactivated=True)
    AccountWatch(watch.services, client).turn()
    row, _ = watch.due()
    workspace.change_person("U0LEAD2", deactivated=False)
    AccountWatch(watch.services, client).turn()
    assert watch.closed() == frozenset()
    assert watch.alarm(row) is None


def test_an_account_slack_does_not_know_is_closed(watch: Watch, workspace: Workspace, client: WebClient) -> None:
    """A wrong id in organisation.toml is nobody who could answer."""
    del workspace.slack.world.people["U0DEPUTY"]
    AccountWatch(watch.services, client).turn()
    assert watch.closed() == {"deputy-1"}


def test_when_slack_does_not_answer_nothing_is_concluded(watch: Watch, workspace: Workspace, client: WebClient) -> None:
    """Neither that an account is closed nor that it is back."""
    workspace.change_person("U0LEAD1", deactivated=True)
    workspace.change_person("U0LEAD2", deactivated=True)
    AccountWatch(watch.services, client).turn()
    watch.due()
    workspace.change_person("U0LEAD1", deactivated=False)
    workspace.faults.ratelimit("users.info", times=2)
    workspace.faults.refuse("users.info", times=1)
    workspace.faults.server_error("users.info", times=1)
    AccountWatch(watch.services, client).turn()
    assert watch.closed() == {"lead-1", "lead-2"}
    assert watch.due() == []
