"""The weekly digests: planned every hour, and each made once.

The figures are counted once, when a digest is made, and stored. If a check gets somebody left out of it later, printed
figures do not change, so comparing two digests cannot reveal it.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from bot.context import Services
from bot.delivery.scheduler import Scheduler
from bot.digest.content import counting_of, own_lines
from flows.events import OutboxKind
from flows.reports.figures import Week
from services.restricted_cases import restricted_in
from storage import digests, outbox
from storage.digests import Audience, Planned

log = logging.getLogger(__name__)
PLAN_EVERY = timedelta(hours=1)
TRY_AGAIN = timedelta(minutes=1)


class Digests:
    """Planning of the digests, at start-up and every hour, and making of those due. Any instance may do either."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._planned = datetime.min.replace(tzinfo=UTC)
        self._not_before = datetime.min.replace(tzinfo=UTC)

    def turn(self) -> None:
        """Make the digests that are due. Log a failure and try again after `TRY_AGAIN`, so that no page is held up."""
        now, clock = self._services.clock.now(), self._services.clock
        is_doubted = self._services.conditions.is_clock_doubted(clock.monotonic())
        if is_doubted or now < self._not_before <= now + TRY_AGAIN:
            return
        try:
            self._turn(now)
        except Exception as error:  # noqa: BLE001 - a digest never holds up a page
            log.error("the digest could not be made: %s", type(error).__name__)  # noqa: TRY400 - its text may hold personal data
            self._not_before = now + TRY_AGAIN

    def _turn(self, now: datetime) -> None:
        if abs(now - self._planned) >= PLAN_EVERY:
            self.plan()
        with self._services.database.read() as tx:
            due = digests.due(tx, now)
            is_sealed = digests.is_sealed(tx)
        for planned in due:
            self._make(planned, is_newest=planned.week == max(each.week for each in due))
        if not is_sealed and not self._services.chain.is_broken:
            with self._services.write() as tx:
                digests.seal_made(tx, self._services.seal_key, now)

    def plan(self) -> None:
        """Insert digest rows for this week and any missed weeks, so that a missed digest is made later. Idempotent."""
        now, organisation = self._services.clock.now(), self._services.organisation
        week = Week.of(self._services.roster.week.day_of(now))
        with self._services.database.begin() as tx:
            for audience in Audience:
                if audience is Audience.LEADS or organisation.staff_channel:
                    digests.plan(tx, audience, week, self._due)
        self._planned = now

    def put_right(self, step: timedelta) -> int:
        """Plan anew the weeks that a wrong clock has gone ahead to."""
        if step >= timedelta():
            return 0
        week = Week.of(self._services.roster.week.day_of(self._services.clock.now()))
        with self._services.database.begin() as tx:
            count = digests.forget_ahead(tx, week)
        self.plan()
        return count

    def _due(self, week: Week) -> datetime:
        when = self._services.organisation.digest
        return week.due(when.weekday, when.at, self._services.organisation.zone)

    def _make(self, planned: Planned, *, is_newest: bool) -> None:
        """Count in a read transaction first, so that no writer waits for it; then store, seal and queue the digest."""
        services, now = self._services, self._services.clock.now()
        if planned.audience is Audience.STAFF:
            self._make_staff(planned, now, is_newest=is_newest)
            return
        with services.database.read() as tx:
            counting = counting_of(services, tx, planned.week)
            figures, own = counting.figures(), own_lines(services, restricted_in(counting), planned.week)
        with services.write() as tx:
            if not digests.take(tx, planned, now):
                return
            digests.keep(tx, services.keys, planned, figures, now)
            if not services.chain.is_broken:
                digests.seal_made(tx, services.seal_key, now)
            self._put(tx, planned, OutboxKind.DIGEST, services.organisation.leads_channel, now)
            for person in own:
                self._put(tx, planned, OutboxKind.DIGEST_LINE, services.roster.slack[person], now)

    def _make_staff(self, planned: Planned, now: datetime, *, is_newest: bool) -> None:
        """Queue the tip for the staff's channel.

        Of several missed weeks only the newest is sent: an old tip helps nobody.
        """
        channel = self._services.organisation.staff_channel
        with self._services.write() as tx:
            if digests.take(tx, planned, now) and is_newest and channel:
                self._put(tx, planned, OutboxKind.STAFF_DIGEST, channel, now)

    @staticmethod
    def _put(tx: Connection, planned: Planned, what: OutboxKind, target: str, now: datetime) -> None:
        key = f"{what}:{planned.week}:{target}"
        outbox.put(tx, key, what, target, now, ask=planned.week.key)


def register(scheduler: Scheduler, services: Services) -> None:
    digests_due = Digests(services)
    scheduler.at_start(lambda _last_seen: digests_due.plan())
    scheduler.put_right(digests_due.put_right)
    scheduler.each_turn(digests_due.turn)
