"""The scheduler: one loop that runs every feature's timers. Every timer is a column, so any instance may run it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from bot.context import Services
from bot.delivery.instances import Instances
from bot.supervised_loop import SupervisedLoop
from storage import outbox
from storage.health import liveness

BEAT = timedelta(seconds=2)

log = logging.getLogger(__name__)


class Scheduler:
    """The scheduler of the features' jobs; it stamps this instance as alive and takes over from those gone."""

    def __init__(self, services: Services, instance: str = "") -> None:
        self._services = services
        self._instance = instance
        self._instances = Instances()
        self._at_start: list[Callable[[datetime | None], None]] = []
        self._each_turn: list[Callable[[], None]] = []
        self._beaten = datetime.min.replace(tzinfo=UTC)
        self._turning = threading.Lock()

    def at_start(self, do: Callable[[datetime | None], None]) -> None:
        """Register a job for the start-up. It is given when the bot was last alive, None where it never was."""
        self._at_start.append(do)

    def each_turn(self, do: Callable[[], None]) -> None:
        """Register a job for every tick, once a second by default. Jobs run in the order of registration."""
        self._each_turn.append(do)

    def wake_up(self) -> None:
        """Run the start-up jobs. A lone process first releases the outbox rows that its predecessor had claimed."""
        now = self._services.clock.now()
        with self._services.database.begin() as tx:
            if self._services.database.is_lone:
                outbox.release(tx, now)
            last_seen = liveness.beat(tx, now)
            liveness.beat_as(tx, self._instance, now)
        for do in self._at_start:
            do(last_seen)

    def loop(self, tick: float) -> SupervisedLoop:
        """Return the loop that ticks every `tick` seconds."""
        meter = self._services.meters.turned
        return SupervisedLoop("scheduler", self.turn, every=tick, failure="the scheduler could not turn", meter=meter)

    def turn(self) -> None:
        """Run all jobs once. Calls from several threads run one after the other."""
        with self._turning:
            self._turn()

    def _turn(self) -> None:
        now = self._services.clock.now()
        if abs(now - self._beaten) > BEAT:
            self._beat(now)
        for do in self._each_turn:
            do()

    def _beat(self, now: datetime) -> None:
        """Stamp this instance as alive; release the outbox rows claimed by instances that are gone."""
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
