"""The machine the bot runs on: it starts, stops, is killed, its clock jumps, its disk is full."""

from __future__ import annotations

from datetime import datetime, timedelta
from http.client import HTTPException

from slack_bolt.error import BoltError
from slack_sdk.errors import SlackClientError
from sqlalchemy.exc import SQLAlchemyError

from simulation.machine import Disk, Json, Parts, SimulatedProcess, SimulatedReply
from simulation.scene import Scene
from simulation.weather import Spell, Weather
from simulation.world import Killed
from storage.errors import StorageError

TICK = timedelta(seconds=1)
"""How often the bot looks what is due."""
_PULSE = timedelta(minutes=15)
_AUDIT = timedelta(minutes=40)
_MOST_BATCHES = 200
_MOST_KILLS = 8
"""In a run: a process that is killed again and again does nothing else."""
_ANOTHER_TRY = 30.0
_BACK_IN = (2.0, 5.0, 20.0, 60.0, 600.0)


class Host:
    """One bot at a time. weather: as it is by now. is_deaf: presses do not arrive."""

    def __init__(self, scene: Scene, weather: Weather, disk: Disk) -> None:
        self.weather = weather
        self.process: SimulatedProcess | None = None
        self._scene = scene
        self._world = scene.world
        self._disk = disk
        self._disk.is_in(self.strike, self._is_full)
        self._parts: Parts | None = None
        self._turned = self._audited = scene.world.now
        self._is_waiting = False
        self._deaf = 0

    def is_for(self, parts: Parts) -> None:
        """What every bot that starts here is made of."""
        self._parts = parts

    def take(self, payload: Json) -> SimulatedReply | None:
        """Somebody did something; None where nobody is there to take it."""
        return None if self.process is None or self._deaf else self.process.take(payload)

    # It comes and goes

    def start(self) -> None:
        """As `serve` does: it waits until Slack answers."""
        if self.process is not None or self._parts is None or self._is_waiting:
            return
        try:
            process = SimulatedProcess(self._parts, self._disk)
        except (OSError, HTTPException, SlackClientError, BoltError):
            self._try_again()
            return
        self._wake(process)

    def _try_again(self) -> None:
        """A while later; once, however often it was to start."""

        def start() -> None:
            self._is_waiting = False
            self.start()

        self._is_waiting = True
        self._world.after(_ANOTHER_TRY, start)

    def _wake(self, process: SimulatedProcess) -> None:
        self.process, self._world.is_up, self._turned = process, True, self._world.now
        self._world.say("the bot starts")
        try:
            process.wake_up()
        except (StorageError, SQLAlchemyError):
            self.stop()
            self._try_again()

    def stop(self) -> None:
        """It is not there any more."""
        self._disk.close()
        self._disk.open = 0
        self.process, self._world.is_up = None, False

    def restart(self, spell: Spell) -> None:
        """It stops, or is killed, and is back when the spell is over. Raises Killed."""
        if self.process is None:
            return
        if self._world.depth and spell.what == "stopped":  # it finishes what it has begun
            self._world.after(1, lambda: self.restart(spell))
            return
        self._scene.figures.restarts += 1
        self._world.at(spell.ends, self.start)
        if spell.what == "killed":
            raise self._killed(f"at any moment, back at {spell.ends:%H:%M:%S}")
        self._turn(self.process)
        self._world.say(f"the bot is stopped, back at {spell.ends:%H:%M:%S}")
        self.stop()

    def strike(self, where: str) -> None:
        """A place where a kill may come. Raises Killed."""
        if self._scene.figures.kills < _MOST_KILLS and self._world.is_so(self.weather.kills):
            self._world.after(self._world.chance.choice(_BACK_IN), self.start)
            raise self._killed(where)

    def _killed(self, where: str) -> Killed:
        self._scene.figures.kills += 1
        self._scene.mishaps += 1
        self._world.say(f"the bot is killed: {where}")
        return Killed(where)

    def _is_full(self) -> bool:
        """Whether a commit fails."""
        is_full = self._world.is_so(self.weather.full_disk)
        if is_full:
            self._scene.mishaps += 1
            self._world.say("a commit fails: the disk is full")
        return is_full

    def go_deaf(self, more: int) -> None:
        """One reason more, or one fewer, for which presses do not arrive."""
        self._deaf += more
        self._world.say("presses do not arrive" if self._deaf else "presses arrive again")

    def step_clock(self, step: timedelta) -> None:
        """Its clock jumps."""
        self._world.off += step
        self._world.say(f"the clock of the bot's machine jumps by {step.total_seconds():.0f} s")

    # What it does by itself

    def next_at(self) -> datetime | None:
        """When it has something to do, as far as it knows: it looks every second, so nothing due waits longer."""
        if self.process is None:
            return None
        timer, soon = self._scene.kept.timer_due(), self._world.now + TICK
        due = [*self._scene.kept.lanes_due().values(), *([timer] if timer else [])]
        return min((max(at - self._world.off, soon) for at in due), default=None)

    def keep_pulse(self, at: datetime) -> None:
        """It turns every second; here where something is due, and often enough to know how long it was away."""
        if self.process is not None and at - self._turned > _PULSE:
            self._world.move_to(max(at - TICK, self._world.now))
            self._turn(self.process)
            self._audit(self.process)

    def _audit(self, process: SimulatedProcess) -> None:
        if self._world.now - self._audited > _AUDIT:
            self._audited = self._world.now
            process.audit()

    def settle(self) -> None:
        """Do what is due, until nothing is."""
        self.tick()
        for _ in range(_MOST_BATCHES):
            if not self.send():
                return
        self._scene.broken("the bot comes to rest", "it sends and sends")

    def tick(self) -> None:
        """Let the clockwork turn where a timer is due."""
        due = self._scene.kept.timer_due()
        if self.process is not None and due is not None and due <= self._world.now + self._world.off:
            self._turn(self.process)

    def _turn(self, process: SimulatedProcess) -> None:
        process.turn()
        self._turned = self._world.now

    def send(self) -> bool:
        """Let every sender that is free send what is due; whether anything was."""
        now = self._world.now + self._world.off
        due = frozenset(lane for lane, at in self._scene.kept.lanes_due().items() if at <= now)
        if self.process is None or not due:
            return False
        self.process.send(due)
        return True
