"""The default ladders against the response targets of docs/rules.md, each time worked out minute by minute here."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest

from bot.config.organisation import Break, Hours, Organisation, example_organisation_path, load_organisation
from bot.config.roster import roster_of
from flows.model import Urgency
from flows.paging.roster import Roster

LONDON = ZoneInfo("Europe/London")
HALF_TERM = (date(2027, 2, 13), date(2027, 2, 21))
LEADS, DEPUTIES, INDEPENDENT = ("lead-1", "lead-2"), ("deputy-1",), ("independent",)
EVERYBODY = (*LEADS, *DEPUTIES, *INDEPENDENT)
MINUTE = timedelta(minutes=1)
STARTS = (
    "2026-11-25 10:00",  # Wednesday morning
    "2026-11-25 21:40",
    "2026-11-25 23:30",
    "2026-11-26 03:10",
    "2026-11-27 16:45",  # Friday afternoon
    "2026-11-28 12:00",  # Saturday
    "2026-12-24 15:00",  # then Christmas Day, Boxing Day's substitute and a weekend
    "2027-02-12 17:30",  # Friday, half-term from Saturday
    "2027-03-27 21:30",  # the clocks go forward in the night
    "2026-10-24 21:30",  # the clocks go back in the night
    "2027-05-02 13:00",  # Sunday before a bank holiday
)


def _organisation() -> Organisation:
    found = load_organisation(example_organisation_path())
    hours = found.hours.model_dump() | {"breaks": [Break(first=HALF_TERM[0], last=HALF_TERM[1])]}
    return found.model_copy(update={"hours": Hours.model_validate(hours)})


ORGANISATION = _organisation()
ROSTER = roster_of(ORGANISATION)
BANK_HOLIDAYS = {
    *(date(2026, 12, 25), date(2026, 12, 28)),  # Boxing Day is a Saturday: its Monday instead.
    *(date(2027, 1, 1), date(2027, 3, 26), date(2027, 3, 29), date(2027, 5, 3), date(2027, 5, 31)),
}
"""England's, from the government's list and not from the code that is judged."""
CLOSED = BANK_HOLIDAYS | {HALF_TERM[0] + timedelta(days=ahead) for ahead in range(9)}
Asked = tuple[tuple[str, ...], datetime]


def _asks(roster: Roster, urgency: Urgency, raised: datetime) -> Iterator[Asked]:
    """Every ask of a case that nobody answers, without end: who, and when."""
    yield roster.ladders[urgency][0].who, raised
    at, asks = roster.answer_by(urgency, raised), 1
    while True:
        people, following = roster.next_ask(urgency, asks, EVERYBODY, at, needed_at=raised)
        yield people, at
        at, asks = following, asks + 1


def _start(words: str) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=LONDON).astimezone(UTC)


def _is_day(moment: datetime) -> bool:
    return time(8) <= moment.astimezone(LONDON).time() < time(22)


def _is_work(moment: datetime) -> bool:
    there = moment.astimezone(LONDON)
    return there.weekday() < 5 and there.date() not in CLOSED and time(8, 30) <= there.time() < time(17)


def _walk(start: datetime, minutes: int, counts: Callable[[datetime], bool]) -> datetime:
    """Count so many minutes one by one, of those that count."""
    at = start
    while minutes:
        minutes -= counts(at)
        at += MINUTE
    return at


def _morning_after(moment: datetime, at: time, works: Callable[[date], bool]) -> datetime:
    """This hour of the first day after that one that counts."""
    day = moment.astimezone(LONDON).date() + timedelta(days=1)
    while not works(day):
        day += timedelta(days=1)
    return datetime.combine(day, at, LONDON).astimezone(UTC)


def _works(day: date) -> bool:
    return day.weekday() < 5 and day not in CLOSED


def _worry(start: datetime) -> Iterator[datetime]:
    """P2: now, 60 and 120 minutes of 08:00 to 22:00; then after two hours of those, and at 08:00, without end."""
    yield start
    yield _walk(start, 60, _is_day)
    at = _walk(start, 120, _is_day)
    while True:
        yield at
        at = min(_walk(at, 120, _is_day), _morning_after(at - timedelta(hours=8), time(8), lambda _: True))


def _within(before: datetime, usual: datetime) -> datetime:
    """The 72 hours: then the last 09:00 of any day that is within them."""
    latest = (before + timedelta(hours=72)).astimezone(LONDON)
    morning = datetime.combine(latest.date(), time(9), LONDON)
    morning -= timedelta(days=morning > latest)
    return min(usual, morning.astimezone(UTC))


def _two_days_on(start: datetime) -> datetime:
    """Two working days after it was raised, or after work began next."""
    begins = _walk(start, 1, _is_work) - MINUTE
    morning = _morning_after(begins, time(9), _works)
    second = _morning_after(morning, time(9), _works).astimezone(LONDON).date()
    return datetime.combine(second, begins.astimezone(LONDON).time(), LONDON).astimezone(UTC)


def _routine(start: datetime) -> Iterator[datetime]:
    """P3: now, four working hours, the next working morning, two working days; then each working morning."""
    yield start
    at = _within(start, _walk(start, 240, _is_work))
    yield at
    at = _within(at, _morning_after(at, time(9), _works))
    yield at
    last = _two_days_on(start)
    at = _within(at, last if last > at else _morning_after(at, time(9), _works))
    while True:
        yield at
        at = _within(at, _morning_after(at, time(9), _works))


@pytest.mark.parametrize(("urgency", "wait"), [(Urgency.P0, 5), (Urgency.P1, 15)])
def test_urgent_asks_go_out_at_any_hour_and_never_end(urgency: Urgency, wait: int) -> None:
    """Deputies at the second ask, the independent contact at the third; by the second channel from the first."""
    for start in map(_start, STARTS):
        asked = list(islice(_asks(ROSTER, urgency, start), 50))
        assert [at for _, at in asked] == [start + wait * number * MINUTE for number in range(50)]
        assert [people for people, _ in asked[:2]] == [LEADS, (*LEADS, *DEPUTIES)]
        assert {people for people, _ in asked[2:]} == {EVERYBODY}
    assert all(rung.second_channel for rung in ROSTER.ladders[urgency])


@pytest.mark.parametrize("words", STARTS)
def test_a_worry_is_asked_about_again_in_the_daytime_of_any_day(words: str) -> None:
    """At 60 and 120 minutes of daytime; then every two hours of it, and at 08:00 every morning."""
    start = _start(words)
    asked = list(islice(_asks(ROSTER, Urgency.P2, start), 60))
    assert [at for _, at in asked] == list(islice(_worry(start), 60))
    assert [people for people, _ in asked[:4]] == [LEADS, (*LEADS, *DEPUTIES), EVERYBODY, EVERYBODY]
    assert asked[1][1] == _walk(start, 60, _is_day)
    assert asked[2][1] == _walk(start, 120, _is_day)
    times = [at for _, at in asked]
    for before, after in pairwise(times):
        assert after <= _walk(before, 120, _is_day)
    mornings = {at.astimezone(LONDON).date() for at in times if at.astimezone(LONDON).time() == time(8)}
    days = {at.astimezone(LONDON).date() for at in times[3:-1]} - {times[2].astimezone(LONDON).date()}
    assert days <= mornings
    assert all(after - before <= timedelta(hours=12) for before, after in pairwise(times))  # I29


@pytest.mark.parametrize("words", STARTS)
def test_a_routine_check_waits_for_working_hours_and_never_longer_than_72_hours(words: str) -> None:
    """Four working hours, the next working morning, two working days; through weekends and breaks the ceiling holds."""
    start = _start(words)
    asked = list(islice(_asks(ROSTER, Urgency.P3, start), 12))
    assert [people for people, _ in asked[:4]] == [LEADS, (*LEADS, *DEPUTIES), (*LEADS, *DEPUTIES), EVERYBODY]
    times = [at for _, at in asked]
    gaps = [after - before for before, after in pairwise(times)]
    assert all(timedelta(0) < gap <= timedelta(hours=72) for gap in gaps)
    assert times == list(islice(_routine(start), 12))


def test_the_routine_ladder_on_an_ordinary_tuesday() -> None:
    """14:00 the same day, 09:00 on Wednesday, Thursday at the hour it was raised, then each working morning."""
    asked = islice(_asks(ROSTER, Urgency.P3, _start("2026-11-24 10:00")), 6)
    there = [f"{at.astimezone(LONDON):%a %H:%M}" for _, at in asked]
    assert there == ["Tue 10:00", "Tue 14:00", "Wed 09:00", "Thu 10:00", "Fri 09:00", "Mon 09:00"]


def test_a_worry_on_the_friday_before_half_term_is_asked_about_that_evening() -> None:
    """The first edition waited nine days and nineteen hours, and never asked the independent contact."""
    asked = islice(_asks(ROSTER, Urgency.P2, _start("2027-02-12 17:30")), 6)
    there = [f"{at.astimezone(LONDON):%a %H:%M}" for _, at in asked]
    assert there == ["Fri 17:30", "Fri 18:30", "Fri 19:30", "Fri 21:30", "Sat 08:00", "Sat 10:00"]
