"""A clock that jumps is told from one that runs, however long it is between two looks."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import Clock
from bot.clock_watch import ClockWatch

START = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


class TwoClocks(Clock):
    """A wall clock and a monotonic clock; `run` moves both, `jump` the first alone."""

    def __init__(self) -> None:
        self._now, self._seconds = START, 100.0

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._seconds

    def run(self, seconds: float) -> None:
        self._seconds += seconds
        self.jump(seconds)

    def jump(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)


@pytest.mark.parametrize("seconds", [8 * 3600, -3600, 366 * 24 * 3600, 2])
def test_a_jump_is_told_once_and_by_how_much(seconds: float) -> None:
    """Then the clock runs on from there."""
    clock = TwoClocks()
    watch = ClockWatch(clock)
    assert watch.step() == timedelta()
    clock.run(600)
    assert watch.step() == timedelta()
    clock.run(1)
    clock.jump(seconds)
    assert watch.step() == timedelta(seconds=seconds)
    clock.run(1)
    assert watch.step() == timedelta()


def test_a_clock_that_is_slewed_does_not_jump() -> None:
    """A time service corrects by at most half a millisecond a second."""
    clock = TwoClocks()
    watch = ClockWatch(clock)
    for _ in range(1000):
        clock.run(1)
        clock.jump(0.0005)
        assert watch.step() == timedelta()
