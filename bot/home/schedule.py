"""Refresh the Home tabs that somebody may be looking at."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.context import Services
from bot.delivery.scheduler import Scheduler
from flows.events import OutboxKind
from storage import events, outbox

LOOKED_AT_FOR = timedelta(minutes=30)
"""How long after its opening a tab is refreshed: Slack does not say when it is left, and draws it anew when opened."""
REFRESH_EVERY = timedelta(seconds=10)


class Refresh:
    """Refresh of the Home tabs opened lately, after each new entry of the record."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._seen = -1
        self._next: datetime | None = None

    def turn(self) -> None:
        """Queue the recently opened tabs where the record has new entries, at most every `REFRESH_EVERY`."""
        now = self._services.clock.now()
        if self._next is not None and now < self._next <= now + REFRESH_EVERY:
            return
        self._next = now + REFRESH_EVERY
        with self._services.database.read() as tx:
            newest = events.newest(tx)
        if newest == self._seen:
            return
        is_first, self._seen = self._seen == -1, newest
        if not is_first:
            with self._services.write() as tx:
                outbox.mark_recent_due(tx, OutboxKind.HOME, now - LOOKED_AT_FOR, now)


def register(scheduler: Scheduler, services: Services) -> None:
    scheduler.each_turn(Refresh(services).turn)
