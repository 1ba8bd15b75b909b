"""What the record says of a check: one replay of its entries, without a look at any table beside them.

The tables say the same, as long as nobody but share-check writes to them (docs/design-decisions.md, 11).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime

from flows.case import SHARING_DECISIONS, Case, CaseStatus, CheckStatus, Entry, Sent, Shared
from flows.closure import open_answers, was_shared
from flows.engine.outcome import left_out
from flows.events import EventKind
from flows.model import Urgency

_WHO_TO_LEAVE_OUT = "S2"
_SHARING_IS_KNOWN = (Shared.RECORDED, Shared.ANSWERS_OPEN)
_ASKS = frozenset(
    {
        *(EventKind.RAISED, EventKind.ASKED_AGAIN, EventKind.REVIEW_ASKED),
        *(EventKind.PLAN_REMINDED, EventKind.REMINDED_LEADER, EventKind.SHARING_CHASED),
        *(EventKind.AGENCY_CHASED,),
    }
)
"""Kinds of an ask: their content says who was asked."""


@dataclass(slots=True)
class RecordedCase:
    """What the record says of a case; see `Case`. led_by: a Slack id. ladder_at: when people were asked last."""

    urgency: Urgency
    raised_at: datetime
    dm_only: bool
    content_free: bool
    ladder_at: datetime
    needed_at: datetime
    status: CaseStatus = CaseStatus.OPEN
    led_by: str | None = None
    decision: str | None = None
    plan_round: int = 0
    plan_stands: bool = False
    led_at: datetime | None = None
    agreed_at: datetime | None = None
    closed_at: datetime | None = None
    disagreed: bool = False
    shared: Shared | None = None
    waiting_for_answer: bool = False
    remind_at: datetime | None = None
    newest_ask: tuple[int, tuple[str, ...]] = (1, ())
    """The number of the newest ask for a lead, and the organisation ids of those asked."""

    def needs_a_lead(self, at: datetime) -> None:
        self.status, self.led_by, self.needed_at, self.remind_at = CaseStatus.OPEN, None, at, None
        self.led_at = self.closed_at = None

    def needs_another_plan(self) -> None:
        self.plan_stands = self.disagreed = False
        self.agreed_at = None


@dataclass(slots=True)
class Recorded:
    """What the record says of a check.

    statuses: those it may have, empty where nothing is known. reporter: a Slack id. out: organisation ids of those whom
    the reporter left out, aside: Slack ids of those who stepped aside. out_slack: Slack ids, of then, of both.
    asked: organisation ids of everybody who was ever asked, asked_slack: their Slack ids of then. was_in_channel: the
    case could be told in the leads' channel once. breach_told: Slack ids of those asked about a breach.
    approved_by: Slack id of who approved its deletion. newest: its newest entry. is_sound: every entry is.
    """

    statuses: frozenset[CheckStatus] = frozenset()
    reporter: str | None = None
    is_drill: bool = False
    is_about_nobody: bool = False
    asked_lead: bool = False
    answers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    out: set[str] = field(default_factory=set)
    aside: set[str] = field(default_factory=set)
    out_slack: set[str] = field(default_factory=set)
    case: RecordedCase | None = None
    asked: set[str] = field(default_factory=set)
    asked_slack: set[str] = field(default_factory=set)
    was_in_channel: bool = False
    breach_told: set[str] = field(default_factory=set)
    sent: set[Sent] = field(default_factory=set)
    held_at: datetime | None = None
    keep_until: datetime | None = None
    approved_by: str | None = None
    started_at: datetime | None = None
    newest: Entry | None = None
    is_sound: bool = True

    @property
    def left_out(self) -> frozenset[str]:
        """Everybody left out: organisation ids, and the Slack ids they had then."""
        return frozenset(self.out | self.aside | self.out_slack)

    def kept_apart(self, case: Case | None, left_out: frozenset[str]) -> Case | None:
        """Return the case with these people left out, and out of the leads' channel where the record says so."""
        if case is None or self.case is None:
            return case
        return replace(case, dm_only=case.dm_only or self.case.dm_only, left_out=left_out)

    @property
    def is_conflict(self) -> bool:
        """Whether anybody is, or may have to be, left out."""
        return bool(self.out or self.aside) or self.answers.get(_WHO_TO_LEAVE_OUT) != ("no",)


def recorded(entries: Iterable[Entry], before: Recorded | None = None) -> Recorded:
    """Replay a check's entries, oldest first, after what the entries before them said, which stays as it is.

    One whose commitment does not fit counts for nothing.
    """
    said = deepcopy(before) if before else Recorded()
    for entry in entries:
        said.is_sound = said.is_sound and entry.is_sound
        if entry.is_sound:
            said.started_at = said.started_at or entry.at
            _take(said, entry, said.newest)
            said.newest = entry
    return said


def _take(said: Recorded, entry: Entry, before: Entry | None) -> None:
    if entry.what in _OF_CHECK:
        _OF_CHECK[entry.what](said, entry)
    if entry.what in _ASKS:
        _ask(said, entry)
    if said.case is None:
        return
    if entry.what is EventKind.ASKED_AGAIN and _lost_its_lead(said.case, entry, before):
        said.case.needs_a_lead(entry.at)
    if entry.what in _OF_CASE:
        _OF_CASE[entry.what](said, said.case, entry)


def _lost_its_lead(case: RecordedCase, entry: Entry, before: Entry | None) -> bool:
    """Return whether S2, answered in the same transaction, left out whoever led: no entry of its own says so."""
    is_s2 = before is not None and before.content.get("question") == _WHO_TO_LEAVE_OUT and before.at == entry.at
    return is_s2 and case.led_by is not None


def _started(said: Recorded, entry: Entry) -> None:
    said.reporter, said.statuses = entry.who, frozenset({CheckStatus.DRAFT})


def _drill(said: Recorded, entry: Entry) -> None:
    said.reporter, said.is_drill, said.answers = entry.who, True, {_WHO_TO_LEAVE_OUT: ("no",)}
    said.statuses = frozenset({CheckStatus.SENT})


def _about_nobody(said: Recorded, _entry: Entry) -> None:
    said.is_drill = said.is_about_nobody = True
    said.statuses = frozenset({CheckStatus.CLOSED})


def _request(said: Recorded, _entry: Entry) -> None:
    said.is_about_nobody, said.statuses = True, frozenset({CheckStatus.REQUEST})


def _answered(said: Recorded, entry: Entry) -> None:
    question, options = str(entry.content.get("question")), entry.content.get("options")
    said.answers[question] = tuple(map(str, options)) if isinstance(options, list) else ()
    if question == _WHO_TO_LEAVE_OUT:
        said.out |= set(left_out(said.answers))
        said.out_slack |= _accounts(entry, left_out(said.answers))
        if said.case is not None and said.case.status is not CaseStatus.CLOSED:
            said.case.dm_only, said.case.content_free = said.case.dm_only or said.is_conflict, False


def _shared_answers(said: Recorded, entry: Entry) -> None:
    given = entry.content.get("answers")
    if isinstance(given, Mapping):
        said.answers |= {str(question): tuple(map(str, choices)) for question, choices in given.items()}


def _accounts(entry: Entry, people: Iterable[str]) -> set[str]:
    """Return the Slack ids that an entry has of the people it names: it keeps each name by both."""
    return set(entry.signed.people) - set(people) if entry.signed else set()


def _becomes(*statuses: CheckStatus) -> Callable[[Recorded, Entry], None]:
    def take(said: Recorded, _entry: Entry) -> None:
        said.statuses = frozenset(statuses)

    return take


def _asked_lead(said: Recorded, _entry: Entry) -> None:
    said.asked_lead = True
    if CheckStatus.SHELVED in said.statuses:
        said.statuses = frozenset({CheckStatus.DRAFT})


def _aside(said: Recorded, entry: Entry) -> None:
    said.aside.add(entry.who)


def _page_sent(said: Recorded, entry: Entry) -> None:
    number = entry.content.get("ask")
    via = str(entry.content.get("via", "slack"))
    said.sent.add(Sent(str(entry.content.get("to")), number if isinstance(number, int) else 0, via))


def _breach_asked(said: Recorded, entry: Entry) -> None:
    said.breach_told |= set(_people(entry, "to"))


def _raised(said: Recorded, entry: Entry) -> None:
    is_free = _WHO_TO_LEAVE_OUT not in said.answers
    said.was_in_channel = not said.is_conflict
    urgency = Urgency(str(entry.content.get("urgency")))
    at = entry.at
    said.case = RecordedCase(urgency, at, said.is_conflict, is_free, ladder_at=at, needed_at=at)


def _hold(said: Recorded, entry: Entry) -> None:
    said.held_at, said.approved_by = entry.at if entry.what is EventKind.HOLD_SET else None, None


def _kept_longer(said: Recorded, entry: Entry) -> None:
    said.keep_until, said.approved_by = _moment(entry, "until"), None


def _approved(said: Recorded, entry: Entry) -> None:
    said.approved_by = entry.who


def _ask(said: Recorded, entry: Entry) -> None:
    """Take up who was asked: by this entry or, of the first ask, by the case that it raised."""
    people = _people(entry, "asked")
    said.asked |= set(people)
    said.asked_slack |= _accounts(entry, people)
    if said.case is None:
        return
    said.case.ladder_at = entry.at
    if entry.what in (EventKind.RAISED, EventKind.ASKED_AGAIN):
        number = entry.content.get("ask", 1)
        said.case.newest_ask = (number if isinstance(number, int) else 1, people)


def _led(_said: Recorded, case: RecordedCase, entry: Entry) -> None:
    case.led_by, case.led_at = entry.who, entry.at
    if "instead_of" not in entry.content:
        stands = CaseStatus.AGREED if case.agreed_at else CaseStatus.PLANNED
        case.status = stands if case.plan_stands else CaseStatus.LED


def _without_lead(_said: Recorded, case: RecordedCase, entry: Entry) -> None:
    case.needs_a_lead(entry.at)


def _escalated(_said: Recorded, case: RecordedCase, entry: Entry) -> None:
    case.urgency = Urgency(str(entry.content.get("urgency")))
    if entry.content.get("lead_stays"):
        return
    case.needs_a_lead(entry.at)
    if case.plan_round:
        case.needs_another_plan()


def _left(_said: Recorded, case: RecordedCase, entry: Entry) -> None:
    case.dm_only = True
    if case.led_by == entry.who:
        case.needs_a_lead(entry.at)


def _waits(waiting: bool) -> Callable[[Recorded, RecordedCase, Entry], None]:  # noqa: FBT001 - the value itself
    def take(_said: Recorded, case: RecordedCase, _entry: Entry) -> None:
        case.waiting_for_answer = waiting

    return take


def _decided(said: Recorded, case: RecordedCase, entry: Entry) -> None:
    case.decision = str(entry.content.get("decision"))
    if case.shared not in _SHARING_IS_KNOWN:
        may_be_shared = case.decision in SHARING_DECISIONS or was_shared(said.answers) is not False
        case.shared = None if may_be_shared else Shared.CHOSE_NOT_TO
    if case.plan_round:
        case.needs_another_plan()
        case.plan_round += 1
    if case.status in (CaseStatus.PLANNED, CaseStatus.AGREED):
        case.status = CaseStatus.LED


def _planned(_said: Recorded, case: RecordedCase, entry: Entry) -> None:
    case.needs_another_plan()
    case.status, case.plan_stands, case.plan_round = CaseStatus.PLANNED, True, case.plan_round + 1
    if case.led_by is None:
        case.led_by, case.led_at = entry.who, entry.at


def _agreed(_said: Recorded, case: RecordedCase, entry: Entry) -> None:
    case.agreed_at, case.disagreed = entry.at, False
    if case.status is CaseStatus.PLANNED:
        case.status = CaseStatus.AGREED


def _disagreed(_said: Recorded, case: RecordedCase, _entry: Entry) -> None:
    case.disagreed, case.agreed_at = True, None
    if case.status is CaseStatus.AGREED:
        case.status = CaseStatus.PLANNED


def _shares(as_: Shared | None) -> Callable[[Recorded, RecordedCase, Entry], None]:
    def take(said: Recorded, case: RecordedCase, entry: Entry) -> None:
        if as_ is None:
            given = entry.content.get("answers")
            mine = {key: said.answers.get(key, ()) for key in given} if isinstance(given, Mapping) else {}
            case.shared = Shared.ANSWERS_OPEN if open_answers(mine) else Shared.RECORDED
        else:
            case.shared = as_

    return take


def _remind_me(_said: Recorded, case: RecordedCase, entry: Entry) -> None:
    case.remind_at = _moment(entry, "at")


def _reminded(_said: Recorded, case: RecordedCase, _entry: Entry) -> None:
    case.remind_at = None


def _closed(said: Recorded, case: RecordedCase, entry: Entry) -> None:
    case.status, case.remind_at, case.closed_at = CaseStatus.CLOSED, None, entry.at
    said.statuses = frozenset({CheckStatus.CLOSED})
    if entry.what is EventKind.DRILL_ANSWERED:
        case.led_by, case.led_at = entry.who, entry.at


def _reopened(said: Recorded, case: RecordedCase, entry: Entry) -> None:
    said.statuses, case.plan_stands = frozenset({CheckStatus.SENT}), False
    case.needs_a_lead(entry.at)
    if entry.who != said.reporter:
        case.status, case.led_by, case.led_at = CaseStatus.LED, entry.who, entry.at


def _people(entry: Entry, key: str) -> tuple[str, ...]:
    found = entry.content.get(key)
    return tuple(map(str, found)) if isinstance(found, list) else ()


def _moment(entry: Entry, key: str) -> datetime | None:
    try:
        return datetime.fromisoformat(str(entry.content.get(key)))
    except ValueError:
        return None


_OF_CHECK: Mapping[EventKind, Callable[[Recorded, Entry], None]] = {
    EventKind.STARTED: _started,
    EventKind.DRILL_STARTED: _drill,
    **dict.fromkeys((EventKind.DIGEST_MADE, EventKind.CHECK_ERASED), _about_nobody),
    EventKind.REQUEST_OPENED: _request,
    **dict.fromkeys((EventKind.ANSWERED, EventKind.CHANGED), _answered),
    EventKind.SHARED: _shared_answers,
    EventKind.SENT: _becomes(CheckStatus.SENT),
    EventKind.CHECK_REOPENED: _becomes(CheckStatus.DRAFT),
    EventKind.SHELVED: _becomes(CheckStatus.SHELVED, CheckStatus.DRAFT),
    EventKind.ASKED_LEAD: _asked_lead,
    EventKind.STEPPED_ASIDE: _aside,
    EventKind.RAISED: _raised,
    EventKind.PAGE_SENT: _page_sent,
    EventKind.BREACH_ASKED: _breach_asked,
    **dict.fromkeys((EventKind.HOLD_SET, EventKind.HOLD_LIFTED), _hold),
    EventKind.KEPT_LONGER: _kept_longer,
    EventKind.DELETION_APPROVED: _approved,
}
_OF_CASE: Mapping[EventKind, Callable[[Recorded, RecordedCase, Entry], None]] = {
    EventKind.LED: _led,
    **dict.fromkeys((EventKind.HANDED_ON, EventKind.LEADER_GONE), _without_lead),
    EventKind.ESCALATED: _escalated,
    EventKind.STEPPED_ASIDE: _left,
    EventKind.QUESTION: _waits(waiting=True),
    EventKind.REPLY: _waits(waiting=False),
    EventKind.DECIDED: _decided,
    EventKind.PLANNED: _planned,
    **dict.fromkeys((EventKind.AGREED, EventKind.AGREED_OTHERWISE), _agreed),
    EventKind.DISAGREED: _disagreed,
    EventKind.SHARED: _shares(None),
    EventKind.NOT_SHARED_YET: _shares(Shared.NOT_YET),
    EventKind.CHOSE_NOT_TO_SHARE: _shares(Shared.CHOSE_NOT_TO),
    EventKind.REMIND_ME: _remind_me,
    EventKind.REMINDED_LEADER: _reminded,
    **dict.fromkeys((EventKind.CLOSED, EventKind.DRILL_ANSWERED, EventKind.DRILL_UNANSWERED), _closed),
    EventKind.REOPENED: _reopened,
}
