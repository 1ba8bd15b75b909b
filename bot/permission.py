"""Permissions: who may see or do what with a check. People who are left out are decided first, then everybody else.

Every read and every action on a check asks this module. A person who may not learn that a check exists gets exactly the
answer for one that does not exist: NOT_FOUND. docs/who-may-do-what.md is generated from MATRIX.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from flows.case import Case, Check, CheckStatus
from flows.paging.roster import Roster
from storage.unreadable import Unreadable


class Act(StrEnum):
    """An action on a check that needs permission."""

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
    REVIEW = "give another view on a plan"
    BREACH = "work on a possible breach"
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
    """A person's relation to one check, decided by `role`."""

    REPORTER = "reporter"
    LEFT_OUT = "left out"
    LEADER = "leads this one"
    LEAD = "lead"
    DEPUTY = "deputy"
    INDEPENDENT = "independent contact"
    DATA_PROTECTION = "data protection lead"
    ADMINISTRATOR = "administrator"
    NOBODY = "anybody else, auditors too"


class Gate(StrEnum):
    """The answer to a request. NOT_FOUND hides whether the check exists; NOT_YOURS is for people who may know of it."""

    ALLOWED = "allowed"
    NOT_FOUND = "not found"
    NOT_YOURS = "not yours"


@dataclass(frozen=True, slots=True)
class Subject:
    """The check that a request is about. left_out: as from `checks.people_left_out`. case: None if nobody was paged.

    is_breach: it shows a possible breach, or did.
    """

    check: Check
    left_out: frozenset[str]
    case: Case | None = None
    is_breach: bool = False

    @classmethod
    def of(cls, case: Case) -> Subject:
        """Return the subject of an existing case."""
        return cls(case.check, case.left_out, case)


_HELPER = frozenset(
    {
        *(Act.KNOW, Act.COUNT, Act.OPEN, Act.SEE, Act.LEAD, Act.TAKE_OVER, Act.STEP_ASIDE),
        *(Act.NOTE, Act.PAGE_AGAIN, Act.ASK, Act.REOPEN, Act.CORRECT, Act.BREACH, Act.REVIEW),
    }
)
_KEEPER = _HELPER | {Act.EXPORT, Act.HOLD, Act.ERASE}
"""Leads and the independent contact are responsible for the record as well."""

MATRIX: dict[Role, frozenset[Act]] = {
    Role.REPORTER: frozenset(
        {Act.KNOW, Act.REPLY, Act.READ_PLAN, Act.AGREE, Act.RECORD_SHARING, Act.CORRECT},
    ),
    Role.LEFT_OUT: frozenset(),
    Role.LEADER: _KEEPER | {Act.PLAN, Act.HAND_ON, Act.REMIND, Act.RECORD_SHARING, Act.CLOSE},
    Role.LEAD: _KEEPER,
    Role.DEPUTY: _HELPER,
    Role.INDEPENDENT: _KEEPER,
    Role.DATA_PROTECTION: frozenset({Act.KNOW, Act.BREACH}),
    Role.ADMINISTRATOR: frozenset(),
    Role.NOBODY: frozenset(),
}
"""The complete table of permissions. The state of a check may remove some, see `gate`; no state adds one."""

_NEEDS_CHOICE = frozenset(
    {Act.OPEN, Act.REVIEW, Act.BREACH, Act.ASK, Act.NOTE, Act.CORRECT, Act.EXPORT, Act.HOLD, Act.ERASE}
)
"""Until the reporter has said whom to leave out (S2), only whoever leads sees more than that somebody needs help."""
_SENT = frozenset({Act.KNOW, Act.COUNT, Act.OPEN, Act.CORRECT, Act.EXPORT, Act.HOLD, Act.ERASE})
"""For a check that was sent and needed nobody: the reporter was told that a lead can see the reasons."""
_LOOKING = frozenset({Act.OPEN, Act.CORRECT})
_PUT_AWAY = _SENT - _LOOKING
"""For a check that was never finished and raised no risk: it is kept and deleted like others, but nobody reads it."""


_WITHOUT_A_CASE = {
    CheckStatus.DRAFT: frozenset({Act.COUNT}),
    CheckStatus.SENT: _SENT,
    CheckStatus.CLOSED: _SENT,
    CheckStatus.SHELVED: _PUT_AWAY,
    CheckStatus.REQUEST: frozenset({Act.HOLD, Act.ERASE}),
}


def role(subject: Subject, slack: str, roster: Roster) -> Role:
    """Return the role of the person with this Slack id; if several fit, the first in this function's order."""
    if slack == subject.check.reporter:
        return Role.REPORTER
    person = roster.person_at(slack)
    if person is None:
        return _beside_the_roster(subject, slack, roster)
    if slack in subject.left_out or person not in roster.may_know(subject.check, subject.left_out):
        return Role.LEFT_OUT
    if subject.case is not None and person == subject.case.led_by:
        return Role.LEADER
    people = roster.people
    if person == people.independent:
        return Role.INDEPENDENT
    return Role.LEAD if person in people.leads else Role.DEPUTY


def _beside_the_roster(subject: Subject, slack: str, roster: Roster) -> Role:
    """Return the role of somebody who is no safeguarding lead: docs/decisions/0018."""
    if subject.is_breach and slack == roster.told_of_breach(subject.check, subject.left_out):
        return Role.DATA_PROTECTION
    return Role.ADMINISTRATOR if slack in roster.administrators else Role.NOBODY


def gate(subject: Subject | None, slack: str, act: Act, roster: Roster) -> Gate:
    """Decide whether the person with this Slack id may perform `act` now. subject: None if there is no such check."""
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
    """Return whether `gate` allows it: for callers that only hide what a person may not have."""
    return gate(subject, slack, act, roster) is Gate.ALLOWED


def _without_a_case(check: Check, found: Role) -> frozenset[Act]:
    """Return the permissions on a check that nobody was paged about. A draft is visible only to its reporter."""
    if found is Role.DEPUTY:
        return frozenset()
    may = _WITHOUT_A_CASE.get(check.status, frozenset())
    return may - _LOOKING if found is Role.INDEPENDENT else may


def _is_too_early(subject: Subject) -> bool:
    case = subject.case
    return case is not None and case.content_free and "S2" not in subject.check.answers


def may_know_unreadable(unreadable: Unreadable, slack: str, roster: Roster) -> bool:
    """Return whether this person may know of a case whose answers cannot be decrypted, if that is certain without them.

    If somebody may have to be left out, it is certain only for whoever leads the case and for the independent contact,
    or for the deputies if the independent contact is left out or is the reporter. Nobody else is told, rather than
    somebody who is left out.
    """
    if slack == unreadable.reporter:
        return True
    person, out = roster.person_at(slack), unreadable.left_out
    if person is None or not out.isdisjoint({person, slack}):
        return False
    if not unreadable.dm_only or unreadable.content_free or person == unreadable.led_by:
        return True
    independent = roster.people.independent
    if out.isdisjoint({independent, roster.slack[independent]}) and unreadable.reporter != roster.slack[independent]:
        return person == independent
    return person in roster.people.deputies


def table() -> str:
    """Return MATRIX as the Markdown table of docs/who-may-do-what.md."""
    rows = [["", *Role], ["---"] * (len(Role) + 1)]
    rows += [[act, *("yes" if act in MATRIX[one] else "" for one in Role)] for act in Act]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def may_set_away(slack: str, person: str, roster: Roster) -> bool:
    """Return whether the person with this Slack id may set and remove the days away of `person`, an id.

    Everybody on the roster may set their own; a lead also those of other leads and of deputies.
    """
    by, people = roster.person_at(slack), roster.people
    if by is None:
        return False
    return person == by or (by in people.leads and person in (*people.leads, *people.deputies))


def may_see_who_practised(slack: str, roster: Roster) -> bool:
    """Return whether this person may see who finished a practice situation, and when: leads see to the induction."""
    return roster.person_at(slack) in roster.people.leads


def may_answer_requests(slack: str, roster: Roster) -> bool:
    """Return whether this person may answer requests for copies of records: leads and the independent contact.

    What they may give out of each record, `gate` decides.
    """
    return roster.person_at(slack) in (*roster.people.leads, roster.people.independent)


def may_see_breaches(slack: str, roster: Roster) -> bool:
    """Return whether this person has a breach log: leads, the independent contact and the data protection lead.

    Which breaches are in theirs, `gate` decides.
    """
    is_theirs = roster.data_protection is not None and slack == roster.data_protection[1]
    return is_theirs or may_answer_requests(slack, roster)
