"""Time is read in one place, in UTC, and a rehearsal may move it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.clock import Clock, ShiftedClock, SystemClock

CLOSE = timedelta(seconds=5)


def _shift(clock: Clock) -> timedelta:
    return clock.now() - datetime.now(UTC)


def test_the_system_clock_is_aware_and_in_utc() -> None:
    """Every time in the record can be compared with every other."""
    assert SystemClock().now().tzinfo is UTC
    assert abs(_shift(SystemClock())) < CLOSE


def test_a_shifted_clock_follows_its_file(tmp_path: Path) -> None:
    """Moving the slider moves the bot, at once and in both directions."""
    file = tmp_path / "shift"
    clock = ShiftedClock(file)
    for seconds in ("900", "86400.5", "-60"):
        file.write_text(seconds)
        assert abs(_shift(clock) - timedelta(seconds=float(seconds))) < CLOSE


def test_a_missing_file_shifts_nothing(tmp_path: Path) -> None:
    """A rehearsal starts at the present."""
    assert abs(_shift(ShiftedClock(tmp_path / "none"))) < CLOSE


@pytest.mark.parametrize("garbled", ["", "soon", "nan", "inf", "1e300", "9e12"])
def test_a_garbled_file_keeps_the_last_good_shift(tmp_path: Path, garbled: str) -> None:
    """Time does not jump because someone was saving the file."""
    file = tmp_path / "shift"
    clock = ShiftedClock(file)
    file.write_text("3600")
    clock.now()
    file.write_text(garbled)
    assert abs(_shift(clock) - timedelta(hours=1)) < CLOSE
    file.unlink()
    assert abs(_shift(clock) - timedelta(hours=1)) < CLOSE
