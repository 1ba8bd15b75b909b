"""Simulated time, and the queue of what is to happen in the order of its time."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from random import Random

from bot.clock import Clock

Happening = Callable[[], None]


class Killed(BaseException):
    """The process was killed. Not an Exception, as the bot's own loops outlive those."""


class Timeline:
    """Time as it passes for people and for Slack. chance: the only source of randomness.

    up: how long the bot was there so far. good: how long it was there while Slack took messages. off: how far the
    clock of the bot's machine is ahead. stepped_up: `up` when that last changed. depth: how many calls are under way,
    each begun during another.
    """

    def __init__(self, chance: Random, begins: datetime, listen: Callable[[str], None] | None = None) -> None:
        self.chance = chance
        self.now = begins
        self.off = timedelta()
        self.up = timedelta()
        self.good = timedelta()
        self.is_up = False
        self.stepped_up = timedelta(days=-1)
        self.is_slack_there = True
        self.depth = 0
        self.trace: list[str] = []
        self._listen = listen
        self._order = count()
        self._coming: list[tuple[datetime, int, Happening]] = []

    def say(self, words: str) -> None:
        """Add one line to the trace; never with an id, which another run of the seed would not have."""
        one_line = " / ".join(words.splitlines())
        line = f"{self.now:%a %d %b %Y %H:%M:%S}  {'  ' * self.depth}{one_line}"
        self.trace.append(line)
        if self._listen is not None:
            self._listen(line)

    def at(self, when: datetime, happens: Happening) -> None:
        """Schedule something for this moment, or for now where it is past."""
        heapq.heappush(self._coming, (max(when, self.now), next(self._order), happens))

    def after(self, seconds: float, happens: Happening) -> None:
        """Schedule something for so many seconds from now."""
        self.at(self.now + timedelta(seconds=seconds), happens)

    @property
    def next_at(self) -> datetime | None:
        """Return when the next scheduled thing happens; None where nothing is scheduled."""
        return self._coming[0][0] if self._coming else None

    def move_to(self, when: datetime) -> None:
        """Move time forward; it never goes back, whatever the bot's clock says."""
        passed = max(when - self.now, timedelta())
        self.now += passed
        if self.is_up:
            self.up += passed
            self.good += passed if self.is_slack_there else timedelta()

    def take_next(self) -> Happening:
        """Take the next scheduled thing from the queue, and move time there."""
        when, _, happens = heapq.heappop(self._coming)
        self.move_to(when)
        return happens

    def is_so(self, chance: float) -> bool:
        """Return True with this probability."""
        return self.chance.random() < chance


class MachineClock(Clock):
    """The clock of the bot's machine. meanwhile: lets so many seconds pass, with all that happens in them."""

    def __init__(self, timeline: Timeline, meanwhile: Callable[[float], None]) -> None:
        self._timeline = timeline
        self._meanwhile = meanwhile
        self._begins = timeline.now

    def now(self) -> datetime:
        """Return the machine's time, aware and in UTC."""
        return self._timeline.now + self._timeline.off

    def monotonic(self) -> float:
        """Return the seconds since the run began."""
        return (self._timeline.now - self._begins).total_seconds()

    def sleep(self, seconds: float) -> None:
        """Let time pass, and others act, while the bot waits."""
        self._meanwhile(seconds)
