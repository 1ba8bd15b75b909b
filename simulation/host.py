"""The machine that the bot runs on: starts, stops and kills it; its clock jumps, its disk is full."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from http.client import HTTPException

from slack_bolt.error import BoltError
from slack_sdk.errors import SlackClientError
from sqlalchemy.exc import SQLAlchemyError

from simulation.faults import FaultPeriod, FaultPlan
from simulation.observed import Observed
from simulation.process import FaultyDatabase, Json, ProcessParts, SimulatedProcess, SimulatedReply
from simulation.timeline import Killed
from storage.errors import StorageError

TICK = timedelta(seconds=1)
"""How often the bot checks what is due."""
_PULSE = timedelta(minutes=15)
_AUDIT = timedelta(minutes=40)
_PROBE = timedelta(seconds=5)
_MOST_BATCHES = 200
_MOST_KILLS = 8
"""In a run: a process that is killed again and again does nothing else."""
_ANOTHER_TRY = 30.0
_BACK_IN = (2.0, 5.0, 20.0, 60.0, 600.0)


class SimulatedHost:
    """A machine that runs one process at a time. fault_plan: as it is by now. process: None while nothing runs."""

    def __init__(self, observed: Observed, fault_plan: FaultPlan, database: FaultyDatabase) -> None:
        self.fault_plan = fault_plan
        self.process: SimulatedProcess | None = None
        self._observed = observed
        self._timeline = observed.timeline
        self._database = database
        self._database.set_faults(self.kill_point, self._is_full)
        self._parts: ProcessParts | None = None
        self._turned = self._audited = observed.timeline.now
        self._is_waiting = False
        self._deaf = 0
        self._other: SimulatedProcess | None = None
        self.woke: Callable[[], None] = lambda: None
        self._asked_slack = observed.timeline.now

    def set_parts(self, parts: ProcessParts) -> None:
        """Set what every process that starts here is made of."""
        self._parts = parts

    def take(self, payload: Json) -> SimulatedReply | None:
        """Bring a payload to the bot; None where it does not arrive."""
        return None if self.process is None or self._deaf else self.process.take(payload)

    # It comes and goes

    def start(self) -> None:
        """Start a process; try again later where Slack does not answer, as `serve` does."""
        if self.process is not None or self._parts is None or self._is_waiting:
            return
        try:
            process = SimulatedProcess(self._parts, self._database)
        except (OSError, HTTPException, SlackClientError, BoltError):
            self._try_again()
            return
        self._wake(process)

    def _try_again(self) -> None:
        """Start again a while later; only once, however often this is asked."""

        def start() -> None:
            self._is_waiting = False
            self.start()

        self._is_waiting = True
        self._timeline.after(_ANOTHER_TRY, start)

    def _wake(self, process: SimulatedProcess) -> None:
        self.process, self._timeline.is_up, self._turned = process, True, self._timeline.now
        self._timeline.say("the bot starts")
        self._database.is_lone = True  # whichever instance lives on releases what the others held
        try:
            process.wake_up()
            self._start_another()
            self.woke()
        except (StorageError, SQLAlchemyError):
            self.stop()
            self._try_again()

    def _start_another(self) -> None:
        """Start a second instance beside the first, where the run has two: it sends, and takes presses."""
        if self.fault_plan.is_double and self._parts is not None:
            self._database.is_lone = False
            self._other = SimulatedProcess(self._parts, self._database)

    def stop(self) -> None:
        """Let go of the processes and their connections."""
        self._database.close()
        self._database.open = 0
        self.process, self._other, self._timeline.is_up = None, None, False

    def restart(self, period: FaultPeriod) -> None:
        """Stop or kill the process, and start it again when the period is over. Raises Killed."""
        if self.process is None:
            return
        if self._timeline.depth and period.what == "stopped":  # it finishes what it has begun
            self._timeline.after(1, lambda: self.restart(period))
            return
        self._observed.figures.restarts += 1
        self._timeline.at(period.ends, self.start)
        if period.what == "killed":
            raise self._killed(f"at any moment, back at {period.ends:%H:%M:%S}")
        self._turn(self.process)
        self._timeline.say(f"the bot is stopped, back at {period.ends:%H:%M:%S}")
        self.stop()

    def kill_point(self, where: str) -> None:
        """Maybe kill the process at this place. Raises Killed."""
        if self._observed.figures.kills < _MOST_KILLS and self._timeline.is_so(self.fault_plan.kills):
            self._timeline.after(self._timeline.chance.choice(_BACK_IN), self.start)
            raise self._killed(where)

    def _killed(self, where: str) -> Killed:
        self._observed.figures.kills += 1
        self._observed.interruptions += 1
        self._timeline.say(f"the bot is killed: {where}")
        return Killed(where)

    def _is_full(self) -> bool:
        """Return whether this commit fails."""
        is_full = self._timeline.is_so(self.fault_plan.full_disk)
        if is_full:
            self._observed.interruptions += 1
            self._timeline.say("a commit fails: the disk is full")
        return is_full

    def go_deaf(self, more: int) -> None:
        """Add a reason, or take one away, for which presses do not arrive."""
        self._deaf += more
        self._timeline.say("presses do not arrive" if self._deaf else "presses arrive again")

    def step_clock(self, step: timedelta) -> None:
        """Move the machine's clock; the scheduler's next tick sees it."""
        self._timeline.off += step
        self._timeline.stepped_up = self._timeline.up
        self._timeline.say(f"the clock of the bot's machine jumps by {step.total_seconds():.0f} s")
        self._observed.replanned |= self.process is None
        self._timeline.after(1, self._tick_once)

    def _tick_once(self) -> None:
        if self.process is not None:
            self._turn(self.process)

    # What it does by itself

    def next_at(self) -> datetime | None:
        """Return when the next timer or message is due; no sooner than the tick at which the bot checks."""
        if self.process is None:
            return None
        timer, soon = self._observed.stored.timer_due(), self._timeline.now + TICK
        due = [*self._observed.stored.lanes_due().values(), *([timer] if timer else [])]
        return min((max(at - self._timeline.off, soon) for at in due), default=None)

    def turn_until(self, at: datetime) -> None:
        """After a long pause run the scheduler just before `at`: no timer was due, but the liveness stamp was."""
        if self.process is not None and at - self._turned > _PULSE:
            self._timeline.move_to(max(at - TICK, self._timeline.now))
            self._turn(self.process)
            self._audit(self.process)

    def _audit(self, process: SimulatedProcess) -> None:
        if self._timeline.now - self._audited > _AUDIT:
            self._audited = self._timeline.now
            process.audit()

    def settle(self) -> None:
        """Do what is due, until nothing is."""
        self.tick()
        self._probe()
        for _ in range(_MOST_BATCHES):
            if not self.send():
                return
        self._observed.broken("the bot comes to rest", "it sends and sends")

    def _probe(self) -> None:
        """Let the bot ask whether Slack is back, as its own loop does every few seconds."""
        if self.process is not None and self._timeline.now - self._asked_slack >= _PROBE:
            self._asked_slack = self._timeline.now
            self.process.ask_whether_slack_is_back()

    def tick(self) -> None:
        """Run the scheduler if a timer is due."""
        due = self._observed.stored.timer_due()
        if self.process is not None and due is not None and due <= self._timeline.now + self._timeline.off:
            self._turn(self.process)

    def _turn(self, process: SimulatedProcess) -> None:
        process.turn()
        self._turned = self._timeline.now

    def send(self) -> bool:
        """Let every free sender send what is due. Return whether anything was."""
        now = self._timeline.now + self._timeline.off
        due = frozenset(lane for lane, at in self._observed.stored.lanes_due().items() if at <= now)
        if self.process is None or not due:
            return False
        self.process.send(due)
        if self._other is not None:
            self._other.send(due)
        return True
