"""The one loop that watches the clock: does what is due. Every timer is a column, so any instance may do it."""

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


class Clockwork:
    """Turns the features' jobs, says that this instance is there, and takes over from those that are gone."""

    def __init__(self, services: Services, instance: str = "") -> None:
        self._services = services
        self._instance = instance
        self._instances = Instances()
        self._at_start: list[Callable[[datetime | None], None]] = []
        self._each_turn: list[Callable[[], None]] = []
        self._beaten = datetime.min.replace(tzinfo=UTC)
        self._turning = threading.Lock()

    def at_start(self, do: Callable[[datetime | None], None]) -> None:
        """Register what a start asks for. It is given when the bot was last there, None where it never was."""
        self._at_start.append(do)

    def each_turn(self, do: Callable[[], None]) -> None:
        """Register what does what is due. It is called every second, in the order in which it was registered."""
        self._each_turn.append(do)

    def wake_up(self) -> None:
        """At a start: a lone process takes back what its predecessor had claimed, and every feature catches up."""
        now = self._services.clock.now()
        with self._services.database.begin() as tx:
            if self._services.database.is_lone:
                outbox.release(tx, now)
            last_seen = liveness.beat(tx, now)
            liveness.beat_as(tx, self._instance, now)
        for do in self._at_start:
            do(last_seen)

    def loop(self, tick: float) -> SupervisedLoop:
        """Look every `tick` seconds."""
        meter = self._services.meters.turned
        return SupervisedLoop("clockwork", self.turn, every=tick, failure="the clockwork could not turn", meter=meter)

    def turn(self) -> None:
        """Do all that is due now, one turn at a time."""
        with self._turning:
            self._turn()

    def _turn(self) -> None:
        now = self._services.clock.now()
        if abs(now - self._beaten) > BEAT:
            self._beat(now)
        for do in self._each_turn:
            do()

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
