"""Working time: nights, weekends, closed days and changed clocks neither lose nor add a minute."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.paging.worktime import WorkingWeek

LONDON = ZoneInfo("Europe/London")
DAY = (time(8, 30), time(17))
OFFICE = WorkingWeek(LONDON, (DAY, DAY, DAY, DAY, DAY, None, None))
NEVER = WorkingWeek(LONDON, (None,) * 7)
ALWAYS_OPEN = WorkingWeek(LONDON, ((time(0), time(23, 59)),) * 7)
MOMENTS = st.integers(0, 2 * 365 * 24 * 3600).map(lambda s: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=s))
"""Any second of two years."""


def at(text: str, zone: ZoneInfo = LONDON) -> datetime:
    """A moment, as the clock on the wall showed it."""
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def four_hours_after(text: str, week: WorkingWeek = OFFICE) -> datetime:
    return week.after(at(text), timedelta(hours=4))


@pytest.mark.parametrize(
    ("start", "over"),
    [
        ("2026-11-23 09:00", "2026-11-23 13:00"),
        ("2026-11-23 13:00", "2026-11-23 17:00"),
        ("2026-11-23 13:01", "2026-11-24 08:31"),
        ("2026-11-23 03:00", "2026-11-23 12:30"),
        ("2026-11-23 17:00", "2026-11-24 12:30"),
        ("2026-11-23 23:59", "2026-11-24 12:30"),
        ("2026-11-27 16:00", "2026-11-30 11:30"),
        ("2026-11-28 12:00", "2026-11-30 12:30"),
    ],
    ids=[
        "in the day",
        "to the minute",
        "over night",
        "before dawn",
        "at closing",
        "at night",
        "over the weekend",
        "Saturday",
    ],
)
def test_only_working_hours_count(start: str, over: str) -> None:
    """Four hours from Friday afternoon end on Monday morning."""
    assert four_hours_after(start) == at(over)


def test_closed_days_do_not_count() -> None:
    """Nobody is expected to answer on a bank holiday, nor on the days around it."""
    christmas = frozenset({date(2026, 12, 24), date(2026, 12, 25), date(2026, 12, 28)})
    week = WorkingWeek(LONDON, OFFICE.days, christmas)
    assert four_hours_after("2026-12-23 16:00", week) == at("2026-12-29 11:30")


@pytest.mark.parametrize(
    ("start", "over"),
    [("2026-03-27 16:00", "2026-03-30 11:30"), ("2026-10-23 16:00", "2026-10-26 11:30")],
    ids=["spring", "autumn"],
)
def test_a_change_of_the_clocks_over_the_weekend_changes_nothing_on_the_wall(start: str, over: str) -> None:
    """Half past eleven is half past eleven, in summer time as in winter time."""
    assert four_hours_after(start) == at(over)


def test_a_night_shift_through_a_change_of_the_clocks_counts_real_hours() -> None:
    """An hour that was skipped is not worked, one that came twice is worked twice."""
    nights = WorkingWeek(LONDON, ((time(0), time(6)),) * 7)
    spring, autumn = at("2026-03-29 00:00"), at("2026-10-25 00:00")
    assert nights.after(spring, timedelta(hours=4)) == at("2026-03-29 05:00")
    assert nights.after(autumn, timedelta(hours=4)) == at("2026-10-25 03:00")
    assert nights.after(spring, timedelta(hours=5, minutes=1)) == at("2026-03-30 00:01")
    assert nights.after(autumn, timedelta(hours=6, minutes=30)) == at("2026-10-25 05:30")


def test_without_any_working_hours_the_clock_counts() -> None:
    """Nobody waits for ever because a file says that nobody works."""
    assert four_hours_after("2026-11-23 09:00", NEVER) == at("2026-11-23 13:00")
    shut = WorkingWeek(LONDON, OFFICE.days, frozenset(date(2026, 1, 1) + timedelta(days) for days in range(800)))
    assert four_hours_after("2026-11-23 09:00", shut) == at("2026-11-23 13:00")


def test_the_answer_is_in_utc_whatever_zone_the_question_was_in() -> None:
    """The same moment gives the same answer, written in any zone, also over a change of the clocks."""
    nights = WorkingWeek(LONDON, ((time(0), time(6)),) * 7)
    for week, moment in (
        (OFFICE, at("2026-11-23 09:00")),
        (nights, at("2026-03-29 00:30")),
        (NEVER, at("2026-03-29 00:30")),
    ):
        expected = week.after(moment, timedelta(hours=2))
        for zone in (LONDON, ZoneInfo("Asia/Tokyo"), timezone(timedelta(hours=-3))):
            found = week.after(moment.astimezone(zone), timedelta(hours=2))
            assert (found, found.tzinfo) == (expected, UTC)


def test_the_shift_is_in_the_organisations_own_zone() -> None:
    """Half past eight in Tokyo is not half past eight in London."""
    week = WorkingWeek(ZoneInfo("Asia/Tokyo"), OFFICE.days)
    assert week.after(at("2026-11-23 00:00"), timedelta(hours=1)) == at("2026-11-23 01:00")


@given(
    MOMENTS,
    st.integers(1, 60 * 60),
    st.integers(0, 60 * 60),
)
def test_waiting_longer_is_over_later_and_never_before_it_began(start: datetime, minutes: int, more: int) -> None:
    """Working time only ever stretches a wait; in two steps it is as long as in one."""
    wait, rest = timedelta(minutes=minutes), timedelta(minutes=more)
    over = OFFICE.after(start, wait)
    assert over >= start + wait
    assert OFFICE.after(start, wait + rest) >= over
    assert OFFICE.after(over, rest) == OFFICE.after(start, wait + rest) or not more
    local = over.astimezone(LONDON)
    assert local.weekday() < 5
    assert time(8, 30) < local.time() <= time(17)


@given(MOMENTS)
def test_no_wait_in_a_week_that_is_always_open_is_stretched_by_more_than_its_pauses(start: datetime) -> None:
    """One minute a night is all that such a week takes off."""
    over = ALWAYS_OPEN.after(start, timedelta(hours=4))
    assert timedelta(hours=4) <= over - start <= timedelta(hours=4, minutes=1)
