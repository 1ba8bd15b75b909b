"""Retention by the clock: once an hour, announce what is due and finish what was begun. It deletes nothing itself."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

from bot.context import Services
from bot.delivery.scheduler import Clockwork
from bot.retention.due import due_for
from flows.events import OutboxKind
from storage import old_messages, outbox
from storage.erasure import was_erased_since

EVERY = timedelta(hours=1)
MOST_SHRUNK = 20
"""Checks in one turn: all that Slack takes is not spent on what nobody waits for."""
_SOON = timedelta(minutes=1)
"""When what could not be finished is tried again."""
_DAY = timedelta(days=1)

log = logging.getLogger(__name__)


class RetentionClock:
    """One for each clockwork. What it remembers only spares work: whatever is put is put once, whoever puts it."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._turned = datetime.min.replace(tzinfo=UTC)
        self._announced = ""

    def turn(self) -> None:
        """Whatever fails here holds nobody up, and is tried again within the hour."""
        now = self._services.clock.now()
        if abs(now - self._turned) < EVERY:
            return
        self._turned = now
        for part in (self._announce, self._shrink, self._finish):
            try:
                part(now)
            except Exception as error:  # noqa: BLE001 - a page must never wait for this, nor one part for another
                log.error("retention: %s", type(error).__name__)  # noqa: TRY400 - no words of it

    def _shrink(self, now: datetime) -> None:
        """Cut old messages to the reference."""
        with self._services.write() as tx:
            old_messages.shrink_old(tx, self._services.organisation.slack.keep_messages, now, MOST_SHRUNK)

    def _finish(self, now: datetime) -> None:
        """Forget what Slack has taken away, and empty the log of what was erased."""
        with self._services.database.begin() as tx:
            outbox.forget_taken_away(tx)
            just_erased = was_erased_since(tx, now - _DAY)
        if just_erased and not self._services.database.empty_log():
            self._turned = now - EVERY + _SOON

    def _announce(self, now: datetime) -> None:
        """Once a month, from the first working morning on, or whenever somebody is there: a missed one is caught up."""
        week, morning = self._services.roster.week, self._services.roster.morning
        here = now.astimezone(week.zone)
        month = f"{here:%Y-%m}"
        if month == self._announced or not week.works(here.date()) or here.time() < morning:
            return
        with self._services.database.read() as tx:
            targets = due_for(self._services, tx)
        with self._services.write() as tx:
            for target in targets:
                outbox.put_once(tx, f"retention:{month}:{target}", OutboxKind.DELETIONS_DUE, target, now)
        self._announced = month


def register(clockwork: Clockwork, services: Services) -> None:
    clockwork.each_turn(RetentionClock(services).turn)
