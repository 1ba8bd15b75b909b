"""Escalate cases that nobody answered, and remind people of what they still have to do."""

from __future__ import annotations

from datetime import timedelta

from bot.context import Services
from bot.delivery.scheduler import Scheduler
from bot.each import each
from services import due_times
from storage import cases


class OpenCases:
    """Escalations and reminders of open cases, each case in its own transaction."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def fit_the_file(self) -> None:
        """Apply a changed organisation.toml to open cases.

        People who are off the list are replaced, whether asked or leading, and the next page is brought forward where
        the ladder became faster.
        """
        with self._services.database.read() as tx:
            found = cases.open_ids(tx)
        each(self._services, found, lambda tx, check: self._services.casework(tx).check_asked(check))
        each(self._services, found, lambda tx, check: self._services.casework(tx).check_leader(check))
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

    def turn(self) -> None:
        now = self._services.clock.now()
        with self._services.database.read() as tx:
            unanswered = cases.unanswered(tx, now)
            reminding = cases.reminding(tx, now)
        each(self._services, unanswered, lambda tx, check: self._services.casework(tx).escalate_due(check))
        each(self._services, reminding, lambda tx, check: self._services.casework(tx).remind(check))


def register(scheduler: Scheduler, services: Services) -> None:
    found = OpenCases(services)
    scheduler.at_start(lambda _last_seen: found.fit_the_file())
    scheduler.put_right(found.put_right)
    scheduler.each_turn(found.turn)
