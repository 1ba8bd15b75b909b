"""Retention's hourly job: announce what is due and finish what was begun. It erases no record itself."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

from bot.context import Services
from bot.delivery.scheduler import Scheduler
from bot.retention.due import due_for
from flows.events import OutboxKind
from storage import induction, old_messages, outbox
from storage.erasure import was_erased_since

EVERY = timedelta(hours=1)
MOST_SHRUNK = 20
"""Checks whose messages are shortened in one turn, so that Slack's rate limit is left for what somebody waits for."""
_SOON = timedelta(minutes=1)
"""How long until unfinished work is tried again."""
_DAY = timedelta(days=1)

log = logging.getLogger(__name__)


class RetentionClock:
    """Retention's hourly job. Its state only saves work: every message has a key of its own and is queued once."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._turned = datetime.min.replace(tzinfo=UTC)
        self._announced = ""

    def turn(self) -> None:
        """Run the job's parts once an hour.

        Log a failure and go on, so that it holds up neither a page nor another part.
        """
        now = self._services.clock.now()
        if abs(now - self._turned) < EVERY:
            return
        self._turned = now
        for part in (self._announce, self._shrink, self._finish, self._forget_practice):
            try:
                part(now)
            except Exception as error:  # noqa: BLE001 - a page must never wait for this, nor one part for another
                log.error("retention: %s", type(error).__name__)  # noqa: TRY400 - its text may hold personal data

    def _shrink(self, now: datetime) -> None:
        """Shorten the messages of old checks to the reference."""
        with self._services.write() as tx:
            old_messages.shrink_old(tx, self._services.organisation.slack.keep_messages, now, MOST_SHRUNK)

    def _forget_practice(self, now: datetime) -> None:
        """Delete who finished a practice situation, once its time is over. It is about no check."""
        with self._services.write() as tx:
            induction.forget(tx, now - self._services.organisation.retention.practice)

    def _finish(self, now: datetime) -> None:
        """Delete the outbox rows of erased checks whose messages are gone from Slack, and empty the WAL."""
        with self._services.database.begin() as tx:
            outbox.forget_taken_away(tx)
            just_erased = was_erased_since(tx, now - _DAY)
        if just_erased and not self._services.database.empty_log():
            self._turned = now - EVERY + _SOON

    def _announce(self, now: datetime) -> None:
        """Queue the monthly messages, from the first working morning of the month on.

        A missed one is sent later that month.
        """
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


def register(scheduler: Scheduler, services: Services) -> None:
    def put_right(step: timedelta) -> int:
        if step > -_DAY:
            return 0
        with services.write() as tx:
            return old_messages.put_right(tx, services.clock.now())

    scheduler.put_right(put_right)
    scheduler.each_turn(RetentionClock(services).turn)
