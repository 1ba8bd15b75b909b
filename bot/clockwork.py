"""The one loop that watches the clock: pages what is due. Every timer is a column, so any instance may do it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from sqlalchemy import Connection

from bot.deliver import Deliverer
from bot.views import Desk
from storage import cases, checks

log = logging.getLogger(__name__)


class Clockwork:
    """Climbs the ladder of unanswered cases and tells the leads of abandoned checks."""

    def __init__(self, desk: Desk, deliverer: Deliverer) -> None:
        self._desk = desk
        self._deliverer = deliverer

    def run(self, stopping: threading.Event, tick: float) -> None:
        """Look every `tick` seconds until told to stop."""
        while not stopping.wait(tick):
            try:
                self.turn()
            except Exception as error:  # noqa: BLE001 - the loop outlives a database that is away
                log.error("the clockwork could not turn: %s", type(error).__name__)  # noqa: TRY400 - no words of it

    def turn(self) -> int:
        """Do all that is due now; how much that was. Each in a transaction of its own."""
        with self._desk.database.read() as tx:
            now = self._desk.clock.now()
            abandoned = checks.waking(tx, now)
            unanswered = cases.unanswered(tx, now)
        self._each(abandoned, lambda tx, check: self._desk.conversation(tx).wake(check))
        self._each(unanswered, lambda tx, check: self._desk.casework(tx).climb(check))
        return len(abandoned) + len(unanswered)

    def _each(self, due: Sequence[str], do: Callable[[Connection, str], None]) -> None:
        for check in due:
            try:
                with self._desk.database.begin() as tx:
                    do(tx, check)
            except Exception as error:  # noqa: BLE001 - one bad case never holds up the others
                log.error("check %s: %s", check, type(error).__name__)  # noqa: TRY400 - no words of it
            self._deliverer.wake()
