"""Compare what the tables say of a check with what its record says: the record judges, and the tables are put right."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from flows.case import Case, CaseStatus, Check, CheckStatus, Sent
from flows.checklist import CHECKLIST
from flows.engine.replay import fitting, replay
from flows.model import Answers, Level
from flows.paging.roster import Roster
from flows.records.recorded import Recorded, RecordedCase


class Differing(StrEnum):
    """What differs; each is named in the log, and says nothing of a person."""

    RECORD = "an entry is not what it committed to"
    REPORTER = "who raised it"
    ANSWERS = "the answers"
    LEFT_OUT = "who is left out"
    STATUS = "whether it is open"
    LEVEL = "its level"
    PRACTICE = "whether it is for practice"
    ASKED_LEAD = "whether a lead was asked for"
    CASE = "whether it is a case"
    CASE_STATUS = "how far the case is"
    LEADER = "who leads"
    URGENCY = "how urgent it is"
    CHANNEL = "whether the leads' channel may know"
    DECISION = "the decision"
    PLAN = "the plan and who agreed to it"
    SHARING = "what is known about sharing"
    QUESTION = "whether a question waits"
    TIMER = "when people are asked next"
    REMINDER = "when its lead is reminded"
    IDLE = "when it is told that nobody went on"
    HOLD = "the legal hold"
    KEPT_UNTIL = "until when it is kept"
    APPROVAL = "who approved its deletion"
    DELIVERED = "a page that was not sent"
    UNSENT = "a page that nobody tries to send"


@dataclass(frozen=True, slots=True)
class OutRow:
    """A person who is left out. slack: the Slack id they had then."""

    person: str
    slack: str | None
    stepped_aside: bool


@dataclass(frozen=True, slots=True)
class AskRow:
    """A row that asks somebody. is_sent: it says that it was sent. is_due: it is still to be sent."""

    id: int
    to: str
    ask: int
    via: str
    is_sent: bool
    is_due: bool


@dataclass(frozen=True, slots=True)
class Timers:
    """The due times of a check and its case, and what keeps its record. approved_by: a Slack id."""

    next_page_at: datetime | None
    remind_at: datetime | None
    wake_at: datetime | None
    held_at: datetime | None
    keep_until: datetime | None
    approved_by: str | None


@dataclass(frozen=True, slots=True)
class Tables:
    """What the tables say of a check."""

    check: Check
    case: Case | None
    left_out: Collection[OutRow]
    timers: Timers
    asks: Collection[AskRow]


def in_what_is_shown(said: Recorded, check: Check, case: Case | None, roster: Roster) -> frozenset[Differing]:
    """Return what differs of a check and its case: all that a message is made of."""
    if said.newest is None or said.is_about_nobody:
        return frozenset()
    wrong = {
        Differing.RECORD: not said.is_sound,
        Differing.REPORTER: said.reporter not in (None, check.reporter),
        Differing.ANSWERS: _fitting(said.answers) != _fitting(check.answers),
        Differing.STATUS: bool(said.statuses) and check.status not in said.statuses,
        Differing.LEVEL: replay(CHECKLIST, check.answers).level > check.level,
        Differing.PRACTICE: said.is_drill != check.is_drill,
        Differing.ASKED_LEAD: said.asked_lead != check.asked_lead,
        Differing.CASE: (said.case is None) != (case is None),
    }
    of_case = _in_case(said.case, case, roster) if said.case and case else {}
    return frozenset(each for each, is_so in {**wrong, **of_case}.items() if is_so)


def _fitting(answers: Answers) -> Answers:
    return {question: tuple(choices) for question, choices in fitting(CHECKLIST, answers).items()}


def _in_case(said: RecordedCase, case: Case, roster: Roster) -> Mapping[Differing, bool]:
    leader = roster.slack.get(case.led_by) if case.led_by else None
    is_off_the_list = case.led_by is not None and leader is None
    return {
        Differing.CASE_STATUS: said.status is not case.status or (said.closed_at is None) != (case.closed_at is None),
        Differing.LEADER: not is_off_the_list and leader != said.led_by and _is_listed(said.led_by, roster),
        Differing.URGENCY: said.urgency is not case.urgency,
        Differing.CHANNEL: said.dm_only and not case.dm_only,
        Differing.DECISION: said.decision != case.decision,
        Differing.PLAN: (said.plan_round, said.plan_stands, said.disagreed, said.agreed_at is None)
        != (case.plan_round, case.plan_stands, case.disagreed, case.reporter_agreed_at is None),
        Differing.SHARING: said.shared is not case.shared,
        Differing.QUESTION: said.waiting_for_answer != case.waiting_for_answer,
    }


def _is_listed(slack: str | None, roster: Roster) -> bool:
    """Return whether this is nobody, or somebody who is on the list still: of others the file has changed since."""
    return slack is None or roster.person_at(slack) is not None


def differences(said: Recorded, tables: Tables, roster: Roster, now: datetime) -> frozenset[Differing]:
    """Return all that differs."""
    found = set(in_what_is_shown(said, tables.check, tables.case, roster))
    if said.newest is None or said.is_about_nobody:
        return frozenset(found)
    timers = tables.timers
    wrong = {
        Differing.LEFT_OUT: not _is_left_out_as_recorded(said, tables.left_out),
        Differing.IDLE: _sleeps(tables, roster, now),
        Differing.HOLD: (said.held_at is None) != (timers.held_at is None),
        Differing.KEPT_UNTIL: said.keep_until != timers.keep_until,
        Differing.APPROVAL: timers.approved_by not in (None, said.approved_by),
        Differing.DELIVERED: any(_is_not_recorded(row, said.sent) for row in tables.asks),
    }
    if said.case is not None and tables.case is not None:
        wrong[Differing.TIMER] = is_too_late(said.case, timers.next_page_at, roster)
        wrong[Differing.REMINDER] = said.case.remind_at != timers.remind_at
        wrong[Differing.UNSENT] = bool(unsent(said, tables, roster))
    return frozenset(found | {each for each, is_so in wrong.items() if is_so})


def _is_left_out_as_recorded(said: Recorded, left_out: Collection[OutRow]) -> bool:
    named = {each.person for each in left_out if not each.stepped_aside}
    aside = {each.slack for each in left_out if each.stepped_aside}
    return said.out <= {each.person for each in left_out} and named <= said.out and aside == said.aside


def _sleeps(tables: Tables, roster: Roster, now: datetime) -> bool:
    """Return whether a draft that raised a concern has no timer, or one later than any: nobody would hear of it."""
    check, wakes = tables.check, tables.timers.wake_at
    if check.status is not CheckStatus.DRAFT or check.level is Level.NONE or tables.case is not None:
        return False
    return wakes is None or wakes > now + roster.idle


def is_too_late(said: RecordedCase, next_page_at: datetime | None, roster: Roster) -> bool:
    """Return whether nobody leads it and the next people are asked later than any step of the ladder waits."""
    if next_page_at is None or said.status is not CaseStatus.OPEN:
        return False
    return next_page_at > roster.latest_ask(said.urgency, said.ladder_at, said.needed_at)


def _is_not_recorded(row: AskRow, sent: Collection[Sent]) -> bool:
    return row.is_sent and Sent(row.to, row.ask, row.via) not in sent


def not_recorded(said: Recorded, tables: Tables) -> tuple[int, ...]:
    """Return the ids of the rows that say they were sent, where the record does not."""
    return tuple(row.id for row in tables.asks if _is_not_recorded(row, said.sent))


def unsent(said: Recorded, tables: Tables, roster: Roster) -> tuple[str, ...]:
    """Return whose page of the newest ask for a lead was neither sent nor is still to be, or is in no row: ids.

    While nobody leads; of those who may still know.
    """
    case, is_open = said.case, tables.case is not None and tables.case.status is CaseStatus.OPEN
    if case is None or case.status is not CaseStatus.OPEN or not is_open:
        return ()
    number, people = case.newest_ask
    may = roster.may_know(tables.check, said.left_out | {one.person for one in tables.left_out})
    there = {row.to for row in tables.asks if row.via == "slack" and row.ask >= number and (row.is_sent or row.is_due)}
    in_a_row = {row.to for row in tables.asks}
    there |= {sent.to for sent in said.sent if sent.ask >= number and sent.to in in_a_row}
    return tuple(one for one in people if one in may and roster.slack[one] not in there)
