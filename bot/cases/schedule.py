"""Escalate cases that nobody answered, and remind people of what they still have to do."""

from __future__ import annotations

from datetime import timedelta

from bot.context import Services
from bot.delivery.scheduler import Scheduler
from bot.each import each
from services import due_times
from storage import cases, cover
from storage.health import standing_pages

PAGES_AT_ONCE = 20
"""Slack allows about fifty edits a minute."""


class OpenCases:
    """Escalations and reminders of open cases, each case in its own transaction."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._not_there: tuple[frozenset[str], frozenset[str]] | None = None

    def fit_the_file(self) -> None:
        """Apply a changed organisation.toml to open cases.

        People who are off the list are replaced, whether asked or leading, and the next page is brought forward where
        the ladder became faster.
        """
        self.look_after_all()
        self.put_right(timedelta(), tolerated=timedelta())

    def put_right(self, step: timedelta, tolerated: timedelta = due_times.TOLERATED) -> int:
        """Bring forward what is due later than it may be. Return of how many checks.

        step: by how much the clock has jumped. Where it went back, every open case is planned anew.
        """
        services, now = self._services, self._services.clock.now()
        tolerated = timedelta() if step else tolerated
        with services.database.read() as tx:
            found = set(due_times.suspects(tx, services.roster, now, tolerated))
            found |= set(cases.open_ids(tx)) if step < timedelta() else set()
        changed: list[bool] = []
        each(
            services, found, lambda tx, check: changed.append(services.due_times(tx).put_right(check, step, tolerated))
        )
        return sum(changed)

    def look_after_all(self) -> None:
        """Where somebody on the list came or went, ask others in place of those who can answer no more, at once.

        Whatever the reason: a closed account, days away that were set or begin, a changed file.
        """
        with self._services.database.read() as tx:
            today = self._services.roster.week.day_of(self._services.clock.now())
            not_there = (cover.absent(tx, today), cover.unreachable(tx))
            found = cases.open_ids(tx) if not_there != self._not_there else ()
        each(self._services, found, lambda tx, check: self._services.leavers(tx).look_after(check))
        self._not_there = not_there

    def turn(self) -> None:
        self.look_after_all()
        now = self._services.clock.now()
        with self._services.database.read() as tx:
            unanswered = cases.unanswered(tx, now)
            reminding = cases.reminding(tx, now)
        each(self._services, unanswered, lambda tx, check: self._services.casework(tx).escalate_due(check))
        each(self._services, reminding, lambda tx, check: self._services.casework(tx).remind(check))


class PageWatch:
    """Looks whether the pages of cases that nobody leads still stand: one that somebody has deleted asks nobody."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._last = 0

    def turn(self) -> None:
        """Have the next of them edited as they are. The sender posts anew what Slack has no more."""
        with self._services.write() as tx:
            self._last = standing_pages.look_again(tx, self._services.clock.now(), self._last, PAGES_AT_ONCE)


def register(scheduler: Scheduler, services: Services) -> None:
    found = OpenCases(services)
    scheduler.at_start(lambda _last_seen: found.fit_the_file())
    scheduler.put_right(found.put_right)
    scheduler.each_turn(found.turn)
