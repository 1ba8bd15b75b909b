"""Cover: a day with nobody there is a gap, whether it is worked or not."""

from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from flows.paging.cover import AHEAD, Away, Gap, absent_on, gaps, on_cover
from flows.paging.recipients import People
from flows.paging.worktime import WorkingWeek

PEOPLE = People(("lead-1", "lead-2"), ("deputy-1",), "independent")
COVERING = ("lead-1", "lead-2", "deputy-1")
FRIDAY = date(2026, 12, 18)
CHRISTMAS_EVE = date(2026, 12, 24)
DAY = (time(8, 30), time(17))
WEEK = WorkingWeek(ZoneInfo("Europe/London"), (DAY,) * 5 + (None, None), frozenset({CHRISTMAS_EVE}))
NOBODY: frozenset[str] = frozenset()


def _away(person: str, first: date, days: int = 1) -> Away:
    return Away(1, person, first, first + timedelta(days=days - 1), "U0LEAD1")


def _all_away(first: date, days: int = 1) -> tuple[Away, ...]:
    return tuple(_away(person, first, days) for person in COVERING)


def _gaps(*away: Away, unreachable: frozenset[str] = NOBODY, first: date = FRIDAY) -> tuple[Gap, ...]:
    return gaps(PEOPLE, away, unreachable, WEEK, first)


def test_while_everybody_is_there_no_day_is_a_gap() -> None:
    """Fourteen days, and nothing to say."""
    assert _gaps() == ()


@pytest.mark.parametrize("there", COVERING)
def test_one_lead_or_deputy_is_cover(there: str) -> None:
    """Whoever it is."""
    away = [each for each in _all_away(FRIDAY, 30) if each.person != there]
    assert _gaps(*away) == ()


def test_the_independent_contact_is_nobodys_cover() -> None:
    """They stand in where a lead may be part of it, and are asked last."""
    assert [gap.day for gap in _gaps(*_all_away(FRIDAY))] == [FRIDAY]
    assert on_cover(PEOPLE, frozenset(COVERING)) == ()


def test_the_first_and_the_last_day_away_both_count() -> None:
    """The day before and the day after are covered."""
    days = [gap.day for gap in _gaps(*_all_away(FRIDAY + timedelta(days=2), 3))]
    assert days == [FRIDAY + timedelta(days=number) for number in (2, 3, 4)]


def test_days_off_are_days_as_well_and_are_marked() -> None:
    """Urgent pages go out at any hour: a Saturday without anybody is a gap, and so is Christmas Eve."""
    found = {gap.day: gap.works for gap in _gaps(*_all_away(FRIDAY, 7))}
    assert found == {
        FRIDAY: True,
        FRIDAY + timedelta(days=1): False,
        FRIDAY + timedelta(days=2): False,
        FRIDAY + timedelta(days=3): True,
        FRIDAY + timedelta(days=4): True,
        FRIDAY + timedelta(days=5): True,
        CHRISTMAS_EVE: False,
    }


def test_fourteen_days_are_looked_at_and_no_more() -> None:
    """Today is the first of them."""
    found = _gaps(*_all_away(FRIDAY, 60))
    assert [found[0].day, found[-1].day] == [FRIDAY, FRIDAY + timedelta(days=13)]
    assert len(found) == AHEAD
    assert len(gaps(PEOPLE, _all_away(FRIDAY, 60), NOBODY, WEEK, FRIDAY, 60)) == 60


def test_a_closed_account_covers_no_day() -> None:
    """Nobody can be reached through it, whatever days away say."""
    away = [each for each in _all_away(FRIDAY) if each.person != "deputy-1"]
    assert _gaps(*away) == ()
    assert [gap.day for gap in _gaps(*away, unreachable=frozenset({"deputy-1"}))] == [FRIDAY]
    assert len(_gaps(unreachable=frozenset(COVERING))) == AHEAD


def test_two_that_overlap_are_one_absence() -> None:
    """Days set twice are away once, and nobody else is."""
    away = (_away("lead-1", FRIDAY, 3), _away("lead-1", FRIDAY + timedelta(days=1), 4))
    assert absent_on(FRIDAY + timedelta(days=4), away, frozenset({"independent"})) == {"lead-1", "independent"}
    assert absent_on(FRIDAY + timedelta(days=5), away, NOBODY) == NOBODY
    assert on_cover(PEOPLE, absent_on(FRIDAY, away, NOBODY)) == ("lead-2", "deputy-1")
