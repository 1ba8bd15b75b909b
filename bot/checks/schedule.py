"""See to checks that were left part done, and say sorry to people whom the bot kept waiting."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.context import Services
from bot.delivery.scheduler import Scheduler
from bot.each import each
from storage import checks

WORTH_SAYING = timedelta(seconds=30)
ANSWERING = timedelta(minutes=30)
"""How long before the gap somebody must have pressed something to count as being in the middle of it."""


class AbandonedChecks:
    """Each check in a transaction of its own."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def say_sorry(self, last_seen: datetime | None) -> None:
        """Whoever was answering while the bot was not there is told that their answers are safe."""
        now = self._services.clock.now()
        if last_seen is None or now - last_seen < WORTH_SAYING:
            return
        with self._services.database.read() as tx:
            waiting = checks.touched_since(tx, last_seen - ANSWERING)
        each(
            self._services,
            waiting,
            lambda tx, check: self._services.reporting(tx).come_back(check, now - last_seen),
        )

    def turn(self) -> None:
        """Leads are told of what was left at a risk; whoever left anything else is reminded."""
        with self._services.database.read() as tx:
            abandoned = checks.waking(tx, self._services.clock.now())
        each(self._services, abandoned, lambda tx, check: self._services.reporting(tx).wake(check))


def register(scheduler: Scheduler, services: Services) -> None:
    found = AbandonedChecks(services)
    scheduler.at_start(found.say_sorry)
    scheduler.each_turn(found.turn)
