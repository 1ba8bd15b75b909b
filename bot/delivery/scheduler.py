"""The one loop that watches the clock: does what is due. Every timer is a column, so any instance may do it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from bot.context import Services
from bot.delivery.instances import Instances
from bot.digest.content import Digests
from bot.each import each
from bot.home.tab import Refresh
from bot.retention.schedule import RetentionClock
from bot.supervised_loop import SupervisedLoop
from storage import cases, checks, outbox
from storage.health import liveness

BEAT = timedelta(seconds=2)
WORTH_SAYING = timedelta(seconds=30)
ANSWERING = timedelta(minutes=30)
"""How long before the gap somebody must have pressed something to count as being in the middle of it."""

log = logging.getLogger(__name__)


class Clockwork:
    """Climbs the ladder of unanswered cases and tells the leads of abandoned checks."""

    def __init__(self, services: Services, instance: str = "") -> None:
        self._services = services
        self._instance = instance
        self._instances = Instances()
        self._digests = Digests(services)
        self._beaten = datetime.min.replace(tzinfo=UTC)
        self._retention = RetentionClock(services)
        self._homes = Refresh(services)
        self._turning = threading.Lock()

    def wake_up(self) -> None:
        """At a start: whoever was answering while nobody was there is told that their answers are safe."""
        self._let_go()
        self._digests.plan()
        now = self._services.clock.now()
        with self._services.database.begin() as tx:
            before = liveness.beat(tx, now)
            liveness.beat_as(tx, self._instance, now)
            if before is None or now - before < WORTH_SAYING:
                return
            waiting = checks.touched_since(tx, before - ANSWERING)
        self._each(waiting, lambda tx, check: self._services.reporting(tx).come_back(check, now - before))

    def _let_go(self) -> None:
        """Release what a lone predecessor claimed, replace leaders who are gone, and keep asks within the ladder."""
        with self._services.database.begin() as tx:
            if self._services.database.is_lone:
                outbox.release(tx, self._services.clock.now())
            open_cases = cases.open_ids(tx)
        self._each(open_cases, lambda tx, check: self._services.casework(tx).check_leader(check))
        self._each(open_cases, lambda tx, check: self._services.casework(tx).keep_within_ladder(check))

    def loop(self, tick: float) -> SupervisedLoop:
        """Look every `tick` seconds."""
        meter = self._services.meters.turned
        return SupervisedLoop("clockwork", self.turn, every=tick, failure="the clockwork could not turn", meter=meter)

    def turn(self) -> int:
        """Do all that is due now, one turn at a time; how much that was. Each in a transaction of its own."""
        with self._turning:
            return self._turn()

    def _turn(self) -> int:
        now = self._services.clock.now()
        if abs(now - self._beaten) > BEAT:
            self._beat(now)
        with self._services.database.read() as tx:
            abandoned = checks.waking(tx, now)
            unanswered = cases.unanswered(tx, now)
            reminding = cases.reminding(tx, now)
        self._each(abandoned, lambda tx, check: self._services.reporting(tx).wake(check))
        self._each(unanswered, lambda tx, check: self._services.casework(tx).escalate_due(check))
        self._each(reminding, lambda tx, check: self._services.casework(tx).remind(check))
        self._digests.turn()
        self._retention.turn()
        self._homes.turn()
        return len(abandoned) + len(unanswered) + len(reminding)

    def _beat(self, now: datetime) -> None:
        """Say that somebody is here; take over what an instance was sending that is not."""
        with self._services.database.begin() as tx:
            liveness.beat(tx, now)
            liveness.beat_as(tx, self._instance, now)
            unknown = dict.fromkeys(outbox.holders(tx))
            gone = self._instances.gone({**unknown, **liveness.stamps(tx)}) - {self._instance}
            taken_over = outbox.release_of(tx, gone, now)
            liveness.forget(tx, gone)
        self._beaten = now
        if taken_over:
            log.warning("another instance is gone: %s messages it was sending are sent again", taken_over)
            self._services.unsent.wake()

    def _each(self, due: Sequence[str], do: Callable[[Connection, str], None]) -> None:
        each(self._services, due, do)
