"""When a record may be deleted, and what keeps it although the calendar would not."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from flows.case import CaseStatus, CheckStatus, Entry
from flows.events import EventKind
from flows.model import Level
from flows.records.access_requests import RequestStatus
from flows.records.retention import (
    QUIET,
    Keeping,
    Kind,
    ReasonKept,
    Schedule,
    born,
    hold_of,
    is_unread,
    last_change,
    years_after,
)

MADE = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
SCHEDULE = Schedule(no_risk=timedelta(days=366), years=25, requests=timedelta(days=731))
HOLD = Keeping(CheckStatus.SENT, None, Level.NONE, MADE, MADE)
CASE = Keeping(CheckStatus.CLOSED, CaseStatus.CLOSED, Level.CONSULT, MADE, MADE)
CENTURY = MADE + timedelta(days=36525)


def _days(number: float) -> timedelta:
    return timedelta(days=number)


@pytest.mark.parametrize("status", [CheckStatus.SENT, CheckStatus.SHELVED])
def test_what_raised_no_risk_is_kept_for_twelve_months_from_its_last_change(status: CheckStatus) -> None:
    """HOLD, FIX_FIRST, and checks that were never finished; not a second less."""
    kept = replace(HOLD, status=status, last_change=MADE + _days(30))
    ends = MADE + _days(30 + 366)
    assert kept.kind is Kind.NO_RISK
    assert kept.due(SCHEDULE) == ends
    assert kept.stays(SCHEDULE, ends - timedelta(seconds=1)) is ReasonKept.NOT_YET
    assert kept.stays(SCHEDULE, ends) is None


def test_a_childs_record_is_kept_until_twenty_five_years_after_their_birth() -> None:
    """The day of birth counts, not the day of the check."""
    kept = replace(CASE, born=date(2012, 3, 4))
    assert kept.kind is Kind.CHILD
    assert kept.due(SCHEDULE) == datetime(2037, 3, 4, tzinfo=UTC)


@pytest.mark.parametrize("birth", [None, date(1980, 5, 6), date(2030, 1, 1)])
def test_without_a_childs_date_of_birth_the_longest_time_holds(birth: date | None) -> None:
    """Nobody's, an adult's, or one that cannot be: as if they were born when the check was made."""
    kept = replace(CASE, born=birth)
    assert kept.kind is Kind.LONGEST
    assert kept.due(SCHEDULE) == datetime(2051, 11, 23, tzinfo=UTC)


def test_on_the_eighteenth_birthday_somebody_is_no_child_any_more() -> None:
    """The day before they are."""
    assert replace(CASE, born=date(2008, 11, 24)).kind is Kind.CHILD
    assert replace(CASE, born=date(2008, 11, 23)).kind is Kind.LONGEST


@pytest.mark.parametrize(
    ("kept", "why"),
    [
        (replace(HOLD, status=CheckStatus.DRAFT), ReasonKept.OPEN),
        (replace(HOLD, level=Level.CONSULT), ReasonKept.OPEN),
        *[(replace(CASE, case=status), ReasonKept.OPEN) for status in CaseStatus if status is not CaseStatus.CLOSED],
        (replace(CASE, is_unread=True), ReasonKept.UNREAD),
        (replace(CASE, is_held=True), ReasonKept.HELD),
        (replace(HOLD, is_held=True), ReasonKept.HELD),
        (replace(HOLD, keep_until=CENTURY + _days(1)), ReasonKept.WANTED),
        (replace(CASE, last_change=CENTURY - QUIET + _days(1)), ReasonKept.RECENT),
    ],
)
def test_what_is_open_unread_held_wanted_or_changed_lately_is_never_due(kept: Keeping, why: ReasonKept) -> None:
    """Not after a hundred years."""
    assert kept.stays(SCHEDULE, CENTURY) is why
    assert why in (ReasonKept.WANTED, ReasonKept.RECENT) or not kept.can_end


def test_a_request_is_kept_for_a_time_after_it_was_closed_and_never_while_it_is_open() -> None:
    """By its own part of the schedule, whatever it says of checks."""
    kept = Keeping(CheckStatus.REQUEST, None, Level.NONE, MADE, MADE + _days(10), request=RequestStatus.CLOSED)
    ends = MADE + _days(10 + 731)
    assert kept.kind is Kind.REQUEST
    assert kept.due(SCHEDULE) == ends
    assert kept.stays(SCHEDULE, ends - timedelta(seconds=1)) is ReasonKept.NOT_YET
    assert kept.stays(SCHEDULE, ends) is None
    for status in (RequestStatus.OPEN, RequestStatus.RELEASED):
        waiting = replace(kept, request=status)
        assert waiting.stays(SCHEDULE, CENTURY) is ReasonKept.OPEN
        assert not waiting.can_end


def test_a_change_near_the_end_keeps_it_a_while_longer() -> None:
    """Ninety quiet days, also where the calendar ran out before."""
    late = datetime(2037, 3, 1, tzinfo=UTC)
    kept = replace(CASE, born=date(2012, 3, 4), last_change=late)
    assert kept.due(SCHEDULE) == late + QUIET


def test_a_birthday_on_the_29th_of_february_comes_in_every_year() -> None:
    """A day later, never a day sooner."""
    assert years_after(date(2012, 2, 29), 25) == date(2037, 3, 1)
    assert years_after(date(2012, 2, 29), 24) == date(2036, 2, 29)


def _entries(*happened: tuple[str, EventKind]) -> list[Entry]:
    return [Entry(number, MADE + _days(number), who, what) for number, (who, what) in enumerate(happened)]


def test_looking_at_a_record_and_deciding_how_long_it_stays_are_no_changes() -> None:
    """Otherwise whoever looks at what is due would put it off."""
    looked = (
        *(
            EventKind.OPENED_OPEN_CASE,
            EventKind.OPENED_CHECK,
            EventKind.OPENED_RECORD,
            EventKind.FOUND,
            EventKind.REQUEST_VIEWED,
        ),
        *(
            EventKind.EXPORTED,
            EventKind.RELEASED,
            EventKind.LISTED,
            EventKind.DELETION_APPROVED,
            EventKind.HOLD_SET,
            EventKind.HOLD_LIFTED,
        ),
    )
    assert not any(what.properties.is_change for what in looked)
    assert EventKind.FOUND_FORGOTTEN.properties.is_change
    entries = _entries(("U0STAFF", EventKind.ANSWERED), *[("U0LEAD1", what) for what in looked])
    assert last_change(MADE - _days(3), entries) == MADE
    assert last_change(MADE, [*entries, Entry(99, MADE + _days(99), "U0LEAD1", EventKind.NOTE)]) == MADE + _days(99)


def test_what_the_reporter_wrote_is_unread_until_somebody_else_opens_it() -> None:
    """The reporter's own looking does not count; nor does a list it stands on."""
    wrote = (("U0STAFF", EventKind.ANSWERED), ("U0STAFF", EventKind.DETAILS))
    assert is_unread(_entries(*wrote), "U0STAFF")
    assert is_unread(_entries(*wrote, ("U0LEAD1", EventKind.LISTED), ("U0STAFF", EventKind.OPENED_SEE_PLAN)), "U0STAFF")
    assert not is_unread(_entries(*wrote, ("U0LEAD1", EventKind.OPENED_OPEN_CASE)), "U0STAFF")
    assert is_unread(_entries(*wrote, ("U0LEAD1", EventKind.CLOSED), ("U0STAFF", EventKind.NOTE)), "U0STAFF")
    assert not is_unread(_entries(("U0STAFF", EventKind.ANSWERED), ("U0LEAD1", EventKind.NOTE)), "U0STAFF")


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ((), None),
        (("14, nearly 15",), None),
        (("4 March 2012",), date(2012, 3, 4)),
        (("2012-03-04",), date(2012, 3, 4)),
        (("4/3/2012", "no, 5/3/2013"), date(2013, 3, 5)),
    ],
)
def test_the_latest_date_of_birth_that_was_written_counts(written: tuple[str, ...], found: date | None) -> None:
    """The later it is, the longer the record is kept."""
    entries = [Entry(number, MADE, "U0STAFF", EventKind.DETAILS, {"born": text}) for number, text in enumerate(written)]
    assert born(entries, MADE.date()) == found


def test_the_newest_of_holds_and_their_ends_counts() -> None:
    """Set, lifted, set again."""
    at = datetime(2028, 3, 4, 10, 0, tzinfo=UTC)
    held = [Entry(1, at, "U0LEAD1", EventKind.HOLD_SET), Entry(2, at, "U0LEAD1", EventKind.NOTE)]
    lifted = [*held, Entry(3, at, "U0LEAD1", EventKind.HOLD_LIFTED)]
    assert hold_of([]) is None
    assert hold_of(held) is held[0]
    assert hold_of(lifted) is None
    assert hold_of([*lifted, again := Entry(4, at, "U0LEAD2", EventKind.HOLD_SET)]) is again
