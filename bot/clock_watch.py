"""Notice a clock that jumps: it was set, or a virtual machine resumed (docs/design-decisions.md, 17)."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.clock import Clock

SMALLEST = timedelta(seconds=1)
"""Less is the slewing of a time service, and what two readings one after the other differ by."""
_INTERRUPTED = 0.5
"""Seconds between two readings of the monotonic clock within which the wall clock was read at no certain moment."""


class ClockWatch:
    """Comparison of the clock with the monotonic clock, from one look to the next."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._before: tuple[datetime, float] | None = None

    def step(self) -> timedelta:
        """Return by how much the clock has jumped since the last look, negative where it went back; zero if it ran."""
        began = self._clock.monotonic()
        now = self._clock.now()
        ended = self._clock.monotonic()
        if ended - began > _INTERRUPTED:
            return timedelta()
        before, self._before = self._before, (now, ended)
        if before is None:
            return timedelta()
        step = now - before[0] - timedelta(seconds=ended - before[1])
        return step if abs(step) >= SMALLEST else timedelta()
