"""The clock: the only module that reads the time, so that a rehearsal can shift it for the whole bot."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """Return the current time, aware and in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds of a monotonic clock, to measure how long something takes."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait in the calling thread."""
        time.sleep(seconds)


class SystemClock(Clock):
    def now(self) -> datetime:
        return datetime.now(UTC)


def clock_of(shift_file: Path | None) -> Clock:
    """Return the system clock, or in a rehearsal a clock that `shift_file` shifts."""
    return ShiftedClock(shift_file) if shift_file else SystemClock()


class ShiftedClock(Clock):
    """The system's time plus the seconds written in a file, which may change at any moment.

    While the file is missing or half written the last valid shift applies: a rehearsal must not jump back in time
    because somebody is saving the file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._shift = timedelta(0)

    def now(self) -> datetime:
        actual = SystemClock().now()
        try:
            shift = timedelta(seconds=float(self._path.read_text(encoding="utf-8")))
            shifted = actual + shift
        except (OSError, ValueError, OverflowError):
            return actual + self._shift
        self._shift = shift
        return shifted
