"""The one gate: who may see or do what. Left-out people first, then everybody else.

Every read and every action on a check asks here. Somebody who may not learn that a check exists is answered
exactly as if it did not: NOT_FOUND. docs/who-may-do-what.md is printed from MATRIX.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from flows.case import Case, Check, CheckStatus
from flows.paging.roster import Roster
from storage.unreadable import Unreadable


class Act(StrEnum):
    """What can be asked of a check."""

    KNOW = "see that it exists"
    COUNT = "have it counted in figures"
    OPEN = "open"
    SEE = "say that one has seen it"
    LEAD = "lead"
    TAKE_OVER = "take over"
    STEP_ASIDE = "step aside"
    ASK = "ask the reporter"
    NOTE = "add a note"
    PLAN = "decide and plan"
    HAND_ON = "hand on"
    PAGE_AGAIN = "page again"
    REMIND = "be reminded"
    RECORD_SHARING = "record what was shared"
    CLOSE = "close"
    REOPEN = "reopen"
    REPLY = "answer a lead's question"
    READ_PLAN = "read the plan"
    AGREE = "agree or disagree with the plan"
    CORRECT = "correct or dispute"
    EXPORT = "export, and answer a request about it"
    HOLD = "put on legal hold"
    ERASE = "approve its erasure"


class Role(StrEnum):
    """What somebody is to one check. The first that fits is the one."""

    REPORTER = "reporter"
    LEFT_OUT = "left out"
    LEADER = "leads this one"
    LEAD = "lead"
    DEPUTY = "deputy"
    INDEPENDENT = "independent contact"
    ADMINISTRATOR = "administrator"
    NOBODY = "anybody else, auditors too"


class Gate(StrEnum):
    """NOT_FOUND says nothing of whether there is a check. NOT_YOURS is for people who know of it anyway."""

    ALLOWED = "allowed"
    NOT_FOUND = "not found"
    NOT_YOURS = "not yours"


@dataclass(frozen=True, slots=True)
class Subject:
    """A check somebody asks for. left_out: as `checks.people_left_out` has it. case: None where nobody was paged."""

    check: Check
    left_out: frozenset[str]
    case: Case | None = None

    @classmethod
    def of(cls, case: Case) -> Subject:
        """The check of a case."""
        return cls(case.check, case.left_out, case)


_HELPER = frozenset(
    {
        *(Act.KNOW, Act.COUNT, Act.OPEN, Act.SEE, Act.LEAD, Act.TAKE_OVER, Act.STEP_ASIDE),
        *(Act.NOTE, Act.PAGE_AGAIN, Act.ASK, Act.REOPEN, Act.CORRECT),
    }
)
_KEEPER = _HELPER | {Act.EXPORT, Act.HOLD, Act.ERASE}
"""Leads and the independent contact answer for the record as well."""

MATRIX: dict[Role, frozenset[Act]] = {
    Role.REPORTER: frozenset(
        {Act.KNOW, Act.REPLY, Act.READ_PLAN, Act.AGREE, Act.RECORD_SHARING, Act.CORRECT},
    ),
    Role.LEFT_OUT: frozenset(),
    Role.LEADER: _KEEPER | {Act.PLAN, Act.HAND_ON, Act.REMIND, Act.RECORD_SHARING, Act.CLOSE},
    Role.LEAD: _KEEPER,
    Role.DEPUTY: _HELPER,
    Role.INDEPENDENT: _KEEPER,
    Role.ADMINISTRATOR: frozenset(),
    Role.NOBODY: frozenset(),
}
"""The whole of it. What a check is in shuts further doors, see `_shut`; nothing opens one."""

_NEEDS_CHOICE = frozenset({Act.OPEN, Act.ASK, Act.NOTE, Act.CORRECT, Act.EXPORT, Act.HOLD, Act.ERASE})
"""Until it is known who to leave out, only who leads sees more than that somebody needs help."""
_SENT = frozenset({Act.KNOW, Act.COUNT, Act.OPEN, Act.CORRECT, Act.EXPORT, Act.HOLD, Act.ERASE})
"""Of a check that was sent and needed nobody: its reporter was told that a lead can see the reasons."""
_LOOKING = frozenset({Act.OPEN, Act.CORRECT})
_PUT_AWAY = _SENT - _LOOKING
"""Of one that was never finished and raised no risk: it is kept and deleted like the others, and not looked into."""


_WITHOUT_A_CASE = {
    CheckStatus.DRAFT: frozenset({Act.COUNT}),
    CheckStatus.SENT: _SENT,
    CheckStatus.CLOSED: _SENT,
    CheckStatus.SHELVED: _PUT_AWAY,
    CheckStatus.REQUEST: frozenset({Act.HOLD, Act.ERASE}),
}


def role(subject: Subject, slack: str, roster: Roster) -> Role:
    """What the person with this Slack id is to the check."""
    if slack == subject.check.reporter:
        return Role.REPORTER
    person = roster.person_at(slack)
    if person is None:
        return Role.ADMINISTRATOR if slack in roster.administrators else Role.NOBODY
    if slack in subject.left_out or person not in roster.may_know(subject.check, subject.left_out):
        return Role.LEFT_OUT
    if subject.case is not None and person == subject.case.led_by:
        return Role.LEADER
    people = roster.people
    if person == people.independent:
        return Role.INDEPENDENT
    return Role.LEAD if person in people.leads else Role.DEPUTY


def gate(subject: Subject | None, slack: str, act: Act, roster: Roster) -> Gate:
    """Whether this person may do this, now."""
    if subject is None:
        return Gate.NOT_FOUND
    found = role(subject, slack, roster)
    if not MATRIX[found]:
        return Gate.NOT_FOUND
    if subject.check.status is CheckStatus.ERASED:
        return Gate.NOT_FOUND
    if subject.case is None:
        return Gate.ALLOWED if act in MATRIX[found] & _without_a_case(subject.check, found) else Gate.NOT_FOUND
    if found not in (Role.REPORTER, Role.LEADER) and act in _NEEDS_CHOICE and _is_too_early(subject):
        return Gate.NOT_YOURS
    return Gate.ALLOWED if act in MATRIX[found] else Gate.NOT_YOURS


def may(subject: Subject | None, slack: str, act: Act, roster: Roster) -> bool:
    """The same, for whoever only leaves out what somebody may not have."""
    return gate(subject, slack, act, roster) is Gate.ALLOWED


def _without_a_case(check: Check, found: Role) -> frozenset[Act]:
    """What is there to be done with a check that nobody was paged about; a draft is its writer's alone."""
    if found is Role.DEPUTY:
        return frozenset()
    may = _WITHOUT_A_CASE.get(check.status, frozenset())
    return may - _LOOKING if found is Role.INDEPENDENT else may


def _is_too_early(subject: Subject) -> bool:
    case = subject.case
    return case is not None and case.content_free and "S2" not in subject.check.answers


def may_know_shut(shut: Unreadable, slack: str, roster: Roster) -> bool:
    """Whether this person may know of a case whose answers do not open, as far as that is certain without them.

    Where somebody may have to be left out, it is certain of whoever leads it and of the independent contact, or of the
    deputies where that contact is out. Nobody else is told: better that than to tell somebody left out.
    """
    if slack == shut.reporter:
        return True
    person, out = roster.person_at(slack), shut.left_out
    if person is None or not out.isdisjoint({person, slack}):
        return False
    if not shut.dm_only or shut.content_free or person == shut.led_by:
        return True
    independent = roster.people.independent
    if out.isdisjoint({independent, roster.slack[independent]}) and shut.reporter != roster.slack[independent]:
        return person == independent
    return person in roster.people.deputies


def table() -> str:
    """MATRIX as docs/who-may-do-what.md prints it."""
    rows = [["", *Role], ["---"] * (len(Role) + 1)]
    rows += [[act, *("yes" if act in MATRIX[one] else "" for one in Role)] for act in Act]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def may_set_away(slack: str, person: str, roster: Roster) -> bool:
    """Whether the person with this Slack id may set and remove somebody's days away.

    Everybody on the list their own; a lead also those of other leads and of deputies.
    """
    by, people = roster.person_at(slack), roster.people
    if by is None:
        return False
    return person == by or (by in people.leads and person in (*people.leads, *people.deputies))


def may_answer_requests(slack: str, roster: Roster) -> bool:
    """Whether this person answers requests for copies of records: leads, and the independent contact.

    What of a record they may give out, the gate says for each check.
    """
    return roster.person_at(slack) in (*roster.people.leads, roster.people.independent)
