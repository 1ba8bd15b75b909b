"""One clock for everything simulated, and whatever is to happen in the order of its time."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from random import Random

from bot.clock import Clock

Happening = Callable[[], None]
SAID_AT_LEAST = 40
"""So many of the last events are told where a promise was broken."""


class Killed(BaseException):
    """The process is gone, here and now. No Exception: the bot's own loops outlive each of those."""


class World:
    """Time as it passes for people and for Slack. chance: the only dice there are.

    up: how long the bot was there so far. good: how long it was there while Slack took messages. off: what the
    bot's machine adds to the time. depth: how many things are going on inside each other.
    """

    def __init__(self, chance: Random, begins: datetime, listen: Callable[[str], None] | None = None) -> None:
        self.chance = chance
        self.now = begins
        self.off = timedelta()
        self.up = timedelta()
        self.good = timedelta()
        self.is_up = False
        self.is_slack_there = True
        self.depth = 0
        self.trace: list[str] = []
        self._listen = listen
        self._order = count()
        self._coming: list[tuple[datetime, int, Happening]] = []

    def say(self, words: str) -> None:
        """Note an event, in words; never an id that another run would not have."""
        line = f"{self.now:%a %d %b %Y %H:%M:%S}  {'  ' * self.depth}{words}"
        self.trace.append(line)
        if self._listen is not None:
            self._listen(line)

    def at(self, when: datetime, happens: Happening) -> None:
        """Let something happen then, or now where that is past."""
        heapq.heappush(self._coming, (max(when, self.now), next(self._order), happens))

    def after(self, seconds: float, happens: Happening) -> None:
        """Let something happen so many seconds from now."""
        self.at(self.now + timedelta(seconds=seconds), happens)

    @property
    def next_at(self) -> datetime | None:
        """When the next thing happens."""
        return self._coming[0][0] if self._coming else None

    def move_to(self, when: datetime) -> None:
        """Let time pass; it never goes back, whatever the bot's clock says."""
        passed = max(when - self.now, timedelta())
        self.now += passed
        if self.is_up:
            self.up += passed
            self.good += passed if self.is_slack_there else timedelta()

    def take_next(self) -> Happening:
        """The next thing that happens, with the time moved there."""
        when, _, happens = heapq.heappop(self._coming)
        self.move_to(when)
        return happens

    def is_so(self, chance: float) -> bool:
        """Throw the dice."""
        return self.chance.random() < chance


class WallClock(Clock):
    """The clock of the machine that the bot runs on. meanwhile: lets so many seconds pass, with all they bring."""

    def __init__(self, world: World, meanwhile: Callable[[float], None]) -> None:
        self._world = world
        self._meanwhile = meanwhile
        self._begins = world.now

    def now(self) -> datetime:
        """The time, aware and in UTC, off by as much as the machine's clock is."""
        return self._world.now + self._world.off

    def monotonic(self) -> float:
        """Seconds since the run began; nothing sets them."""
        return (self._world.now - self._begins).total_seconds()

    def sleep(self, seconds: float) -> None:
        """Let others act while the bot waits."""
        self._meanwhile(seconds)
