"""The scheduler: every job each turn, in order, and at a start what was missed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.clock import Clock
from bot.context import Services
from bot.delivery.scheduler import Scheduler
from storage.crypto.envelope import Keyring
from tests.bot.builders import ORGANISATION, ROSTER
from tests.databases import sqlite_database


class HandClock(Clock):
    """Stands where it is put."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    database = sqlite_database(tmp_path / "test.db")
    yield Services(ORGANISATION, ROSTER, database, Keyring([Fernet.generate_key().decode()]), HandClock())
    database.close()


def test_each_job_is_turned_in_the_order_in_which_it_was_registered(services: Services) -> None:
    """Pages come before everything that can wait."""
    done: list[str] = []
    scheduler = Scheduler(services)
    scheduler.each_turn(lambda: done.append("pages"))
    scheduler.each_turn(lambda: done.append("digests"))
    scheduler.turn()
    scheduler.turn()
    assert done == ["pages", "digests", "pages", "digests"]


def test_a_start_tells_each_feature_when_the_bot_was_last_there(services: Services) -> None:
    """None at the very first; a start does nothing of what a turn does."""
    found: list[datetime | None] = []
    for _ in range(2):
        scheduler = Scheduler(services)
        scheduler.at_start(found.append)
        scheduler.each_turn(lambda: pytest.fail("a start is no turn"))
        scheduler.wake_up()
        services.clock.moment += timedelta(minutes=5)  # type: ignore[attr-defined] # it is our own clock
    assert found == [None, datetime(2026, 11, 23, 10, 0, tzinfo=UTC)]
