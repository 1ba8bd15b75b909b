"""The one gate: who may see or do what. Left-out people first, then everybody else.

Every read and every action on a case asks here. Somebody who may not learn that a case exists is answered
exactly as if it did not: NOT_FOUND.
"""

from __future__ import annotations

from enum import StrEnum

from flows.case import Case, Check
from flows.roster import Roster


class Act(StrEnum):
    """What can be asked of a case."""

    OPEN = "open"
    SEE = "see"
    LEAD = "lead"
    TAKE_OVER = "take over"
    STEP_ASIDE = "step aside"
    ASK = "ask"
    NOTE = "note"
    PLAN = "plan"
    HAND_ON = "hand on"
    PAGE_AGAIN = "page again"
    REMIND = "remind"
    RECORD_SHARING = "record sharing"
    CLOSE = "close"
    REOPEN = "reopen"
    REPLY = "reply"
    READ_PLAN = "read plan"
    AGREE = "agree"


class Role(StrEnum):
    """What somebody is to one case."""

    REPORTER = "reporter"
    HELPER = "helper"
    LEADER = "leader"
    NOBODY = "nobody"


class Gate(StrEnum):
    """NOT_FOUND says nothing of whether there is a case. NOT_YOURS is for people who know of it anyway."""

    ALLOWED = "allowed"
    NOT_FOUND = "not found"
    NOT_YOURS = "not yours"


_NEEDS_CHOICE = frozenset({Act.OPEN, Act.ASK, Act.NOTE})
"""Until it is known who to leave out, only who leads sees more than that somebody needs help."""
_HELPER = frozenset(
    {Act.OPEN, Act.SEE, Act.LEAD, Act.TAKE_OVER, Act.STEP_ASIDE, Act.NOTE, Act.PAGE_AGAIN, Act.ASK, Act.REOPEN}
)
MATRIX: dict[Role, frozenset[Act]] = {
    Role.REPORTER: frozenset({Act.REPLY, Act.READ_PLAN, Act.AGREE, Act.RECORD_SHARING}),
    Role.HELPER: _HELPER,
    Role.LEADER: _HELPER | {Act.PLAN, Act.HAND_ON, Act.REMIND, Act.RECORD_SHARING, Act.CLOSE},
    Role.NOBODY: frozenset(),
}
"""The whole of it. A helper is a lead, deputy or independent contact who may know of the case."""


def role(case: Case, slack: str, roster: Roster) -> Role:
    """What the person with this Slack id is to the case."""
    if slack == case.check.reporter:
        return Role.REPORTER
    person = roster.person_at(slack)
    if person is None or person not in roster.may_know(case.check, case.left_out):
        return Role.NOBODY
    return Role.LEADER if person == case.led_by else Role.HELPER


def may_sample(check: Check, out: frozenset[str], slack: str, roster: Roster) -> bool:
    """Whether this person may open a check that ended without a page: a lead who may know of it, not its reporter."""
    person = roster.person_at(slack)
    return person in roster.people.leads and person in roster.may_know(check, out)


def may_set_away(slack: str, person: str, roster: Roster) -> bool:
    """Whether the person with this Slack id may set and remove somebody's days away.

    Everybody on the list their own; a lead also those of other leads and of deputies.
    """
    by, people = roster.person_at(slack), roster.people
    if by is None:
        return False
    return person == by or (by in people.leads and person in (*people.leads, *people.deputies))


def gate(case: Case | None, slack: str, act: Act, roster: Roster) -> Gate:
    """Whether this person may do this, now."""
    if case is None:
        return Gate.NOT_FOUND
    found = role(case, slack, roster)
    if found is Role.NOBODY:
        return Gate.NOT_FOUND
    if found is Role.HELPER and act in _NEEDS_CHOICE and case.content_free and "S2" not in case.check.answers:
        return Gate.NOT_YOURS
    return Gate.ALLOWED if act in MATRIX[found] else Gate.NOT_YOURS
