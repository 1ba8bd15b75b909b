"""When a record may be deleted (docs/rules.md, "Record keeping"). Nothing here deletes: a lead approves each one.

What is open, unread or changed not long ago is never due, whatever the calendar says.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from flows.case import Case, CaseStatus, Check, CheckStatus, Entry
from flows.events import EventKind
from flows.model import Level
from flows.records.access_requests import RequestStatus
from flows.records.matching import days, described

QUIET = timedelta(days=90)
"""A record that changed within this is never due."""
ADULT = 18
"""Years. The schedule of child protection says nothing of somebody who was older when the check was made."""


class Kind(StrEnum):
    """Which part of the schedule a record falls under. LONGEST: the age is not known, or it is not about a child."""

    NO_RISK = "no risk"
    CHILD = "child protection"
    LONGEST = "kept the longest"
    REQUEST = "request for a copy"


class ReasonKept(StrEnum):
    """Why a record stays although its time may be over."""

    OPEN = "open"
    UNREAD = "unread"
    HELD = "on legal hold"
    RECENT = "changed not long ago"
    WANTED = "a lead wants it kept"
    UNSENT = "a message about it is still being sent"
    NOT_YET = "its time is not over"
    NOT_APPROVED = "nobody approved it"


@dataclass(frozen=True, slots=True)
class Schedule:
    """What the organisation's file says. no_risk and requests count from the last change, years from birth."""

    no_risk: timedelta
    years: int
    requests: timedelta


@dataclass(frozen=True, slots=True)
class Keeping:
    """What the schedule asks of one record. case: None where nobody was paged.

    born: the latest date of birth that was written, None where there is none. is_unread: somebody wrote something that
    nobody has opened since. keep_until: a lead wants it kept until then. request: how a request for a copy stands, None
    for a check.
    """

    status: CheckStatus
    case: CaseStatus | None
    level: Level
    started_at: datetime
    last_change: datetime
    born: date | None = None
    is_unread: bool = False
    is_held: bool = False
    keep_until: datetime | None = None
    request: RequestStatus | None = None

    @property
    def is_open(self) -> bool:
        """Whether anybody may still have to do something."""
        if self.request is not None:
            return self.request is not RequestStatus.CLOSED
        if self.case is not None:
            return self.case is not CaseStatus.CLOSED
        ended = self.status in (CheckStatus.SENT, CheckStatus.SHELVED, CheckStatus.CLOSED)
        return not ended or self.level is not Level.NONE

    @property
    def kind(self) -> Kind:
        """The part of the schedule."""
        if self.request is not None:
            return Kind.REQUEST
        if self.case is None:
            return Kind.NO_RISK
        return Kind.CHILD if self._was_child else Kind.LONGEST

    @property
    def _was_child(self) -> bool:
        if self.born is None:
            return False
        made = self.started_at.date()
        return self.born <= made < years_after(self.born, ADULT)

    def ends(self, schedule: Schedule) -> datetime:
        """When its time is over, whatever else keeps it."""
        match self.kind:
            case Kind.NO_RISK:
                return self.last_change + schedule.no_risk
            case Kind.REQUEST:
                return self.last_change + schedule.requests
            case Kind.CHILD if self.born is not None:
                return _morning(years_after(self.born, schedule.years))
            case _:
                return _morning(years_after(self.started_at.date(), schedule.years))

    def due(self, schedule: Schedule) -> datetime:
        """When it may be put on the list: its time is over, it has been quiet, and no lead wants it kept."""
        times = [self.ends(schedule), self.last_change + QUIET]
        return max([*times, self.keep_until] if self.keep_until else times)

    def stays(self, schedule: Schedule, now: datetime) -> ReasonKept | None:
        """Why it may not be deleted now; None where it may."""
        reasons = {
            ReasonKept.OPEN: self.is_open,
            ReasonKept.HELD: self.is_held,
            ReasonKept.UNREAD: self.is_unread,
            ReasonKept.NOT_YET: self.ends(schedule) > now,
            ReasonKept.RECENT: self.last_change + QUIET > now,
            ReasonKept.WANTED: self.keep_until is not None and self.keep_until > now,
        }
        return next((why for why, holds in reasons.items() if holds), None)

    @property
    def can_end(self) -> bool:
        """Whether the calendar alone decides when it is due."""
        return not (self.is_open or self.is_held or self.is_unread)


def years_after(day: date, years: int) -> date:
    """Return the same day so many years later; for 29 February, where there is none, 1 March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def last_change(touched_at: datetime, entries: Iterable[Entry]) -> datetime:
    """When a record was last changed."""
    return max([touched_at, *(entry.at for entry in entries if entry.what.properties.is_change)])


def is_unread(entries: Iterable[Entry], reporter: str) -> bool:
    """Whether the reporter wrote something that nobody else has opened, answered or closed since."""
    unread = False
    for entry in entries:
        if entry.who == reporter and entry.what.properties.awaits_reader:
            unread = True
        elif entry.who != reporter and entry.what.properties.shows_reading:
            unread = False
    return unread


def born(entries: Iterable[Entry], made: date) -> date | None:
    """Return the latest date of birth that was ever written about whom a check is; None where there is none."""
    written = (described(entry.content).born for entry in entries if entry.what is EventKind.DETAILS)
    return max((day for text in written for day in days(text, made)), default=None)


def hold_of(entries: Iterable[Entry]) -> Entry | None:
    """Return the legal hold a record is on now, as it was set; None where there is none."""
    newest = None
    for entry in entries:
        if entry.what in (EventKind.HOLD_SET, EventKind.HOLD_LIFTED):
            newest = entry
    return newest if newest is not None and newest.what is EventKind.HOLD_SET else None


@dataclass(frozen=True, slots=True)
class DueRecord:
    """A record that is due for deletion or soon will be. due: when. approved_by: Slack id of who approved it."""

    check: Check
    case: Case | None
    left_out: frozenset[str]
    keeping: Keeping
    due: datetime
    approved_by: str | None = None
