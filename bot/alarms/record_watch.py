"""The record judges the tables: open checks each hour, all others and the seals in turn, at a cost that stays the same.

What differs is put right where the record says how, and those who may know of the check are alarmed.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from bot.context import Services
from bot.delivery import differences
from bot.each import each
from storage import cases, checks, events
from storage.errors import CannotOpen, NoSuchCheck
from storage.proof import window
from storage.proof.erasure_evidence import Erasures

log = logging.getLogger(__name__)
EVERY = timedelta(minutes=30)
"""How often every check is judged that is open, or in which something was recorded lately."""
LATELY = timedelta(hours=26)
AT_ONCE = 25
"""How many other checks are judged a minute: of 1,500 checks each is judged within the hour, of 36,000 within a day."""
SEALS_AT_ONCE = 5


class RecordWatch:
    """Judges checks and seals in turn. It remembers which checks were open: one that no longer is is judged again."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._looked = datetime.min.replace(tzinfo=UTC)
        self._open: frozenset[str] = frozenset()
        self._next_check = ""
        self._next_seal = 1
        self._erased: set[str] = set()

    def turn(self) -> None:
        """Judge what it is time for. Call it once a minute, outside of every transaction."""
        now = self._services.clock.now()
        is_time = abs(now - self._looked) >= EVERY
        with self._services.database.read() as tx:
            due = self._due(tx, now) if is_time else ()
            others = checks.after(tx, self._next_check, AT_ONCE)
        if is_time:
            self._looked = now
        self._next_check = others[-1] if len(others) == AT_ONCE else ""
        each(self._services, [one for one in dict.fromkeys((*due, *others)) if self._may_differ(one)], self.judge)
        self._seals()

    def _may_differ(self, check: str) -> bool:
        """Look without a lock, so that nobody waits; what differs then is judged again with the check's row locked."""
        with self._services.database.read() as tx:
            try:
                return bool(self._services.judge(tx).look(check))
            except NoSuchCheck:
                return not self._was_erased(tx, check)
            except CannotOpen:
                return True

    def _due(self, tx: Connection, now: datetime) -> tuple[str, ...]:
        """Return the checks that are open by the tables, those that were, and those with entries of lately."""
        before, self._open = self._open, frozenset(cases.open_ids(tx))
        return (*sorted(self._open), *sorted(before - self._open), *events.checks_since(tx, now - LATELY))

    def judge(self, tx: Connection, check: str) -> None:
        """Judge one check; where it differs, put it right and alarm."""
        services = self._services
        try:
            differences.put_right(services, tx, check)
        except NoSuchCheck:
            if not self._was_erased(tx, check):
                what = "a check or its key is gone, and nobody erased it"
                differences.tell(services, tx, None, what, everybody=False)
        except CannotOpen:
            differences.tell(services, tx, check, "a check's answers are not its own")

    def _was_erased(self, tx: Connection, check: str) -> bool:
        """Return whether the record of erasures has it."""
        if check not in self._erased:
            recorded = Erasures(tx, self._services.keys).recorded
            self._erased |= set(recorded or ())
        return check in self._erased

    def _seals(self) -> None:
        """Compare some seals with what they list. Of an entry that is gone nobody knows of which check it was."""
        services = self._services
        with services.write() as tx:
            looked = window.look(tx, self._next_seal, SEALS_AT_ONCE)
            self._next_seal = looked.following
            for check in sorted(looked.checks):
                differences.tell(services, tx, check, "an entry is not what its seal lists")
            if looked.findings and not looked.checks:
                what = ", ".join(str(one) for one in looked.findings[:3])
                differences.tell(services, tx, None, what, everybody=False)
