"""The scheduler: one loop that runs every feature's timers. Every timer is a column, so any instance may run it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from bot.clock_watch import ClockWatch
from bot.context import Services
from bot.delivery.instances import Instances
from bot.supervised_loop import SupervisedLoop
from storage import outbox, outbox_times
from storage.health import liveness

BEAT = timedelta(seconds=2)
LOOK_EVERY = 60.0
"""Seconds between two looks at whether anything is due later than it may be."""
WORTH_SAYING = timedelta(seconds=60)
"""A clock that went back by this much is an alarm."""
WEEKS, DOUBTED_FOR = timedelta(days=8), 150.0
"""A clock that went forward by this much is doubted until Slack's agrees, or for so many seconds where it is silent."""
PutRight = Callable[[timedelta], int]
"""Is given by how much the clock has jumped, zero where it has not; returns how many due times it brought forward."""

log = logging.getLogger(__name__)


class Scheduler:
    """The scheduler of the features' jobs; it stamps this instance as alive and takes over from those gone."""

    def __init__(self, services: Services, instance: str = "") -> None:
        self._services = services
        self._instance = instance
        self._instances = Instances()
        self._at_start: list[Callable[[datetime | None], None]] = []
        self._each_turn: list[Callable[[], None]] = []
        self._put_right: list[PutRight] = []
        self._clock_watch = ClockWatch(services.clock)
        self._looked: float | None = None
        self._beaten = datetime.min.replace(tzinfo=UTC)
        self._turning = threading.Lock()

    def at_start(self, do: Callable[[datetime | None], None]) -> None:
        """Register a job for the start-up. It is given when the bot was last alive, None where it never was."""
        self._at_start.append(do)

    def each_turn(self, do: Callable[[], None]) -> None:
        """Register a job for every tick, once a second by default. Jobs run in the order of registration."""
        self._each_turn.append(do)

    def put_right(self, do: PutRight) -> None:
        """Register a job that brings due times forward which are further away than they may be."""
        self._put_right.append(do)

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
        step = self._clock_watch.step()
        if step or self._is_time_to_look():
            self.look_at_due_times(step)
        for do in self._each_turn:
            do()

    def _is_time_to_look(self) -> bool:
        return self._looked is None or self._services.clock.monotonic() - self._looked >= LOOK_EVERY

    def look_at_due_times(self, step: timedelta = timedelta()) -> None:
        """Put due times right, which is done once a minute and where the clock has jumped; note a wrong clock.

        step: by how much it has jumped.

        A clock that went forward needs no alarm of its own: a machine that slept does that. Slack's clock says whether
        it is wrong.
        """
        self._looked = monotonic = self._services.clock.monotonic()
        changed = sum(self._safely(do, step) for do in (*self._put_right, self._put_outbox_right))
        if step:
            log.warning("the clock jumped by %.0f s; %s due times were planned anew", step.total_seconds(), changed)
        elif changed:
            log.error("%s due times lay further ahead than they may, and were planned anew", changed)
        if step >= WEEKS:
            self._services.conditions.doubt_clock(monotonic + DOUBTED_FOR)
        if step <= -WORTH_SAYING or (changed and not step):
            self._services.conditions.note_clock_jump(monotonic)
        if changed:
            self._services.unsent.wake()

    @staticmethod
    def _safely(do: PutRight, step: timedelta) -> int:
        """Do one job; log a failure, which holds up neither the others nor what is due."""
        try:
            return do(step)
        except Exception as error:  # noqa: BLE001 - tried again within a minute
            log.error("due times could not be looked at: %s", type(error).__name__)  # noqa: TRY400 - its text may hold personal data
            return 0

    def _put_outbox_right(self, step: timedelta) -> int:
        tolerated = timedelta() if step else WORTH_SAYING
        with self._services.database.begin() as tx:
            return outbox_times.bring_forward(tx, self._services.clock.now(), tolerated, is_jump=step < timedelta())

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
