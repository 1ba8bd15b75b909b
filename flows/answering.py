"""Decide whether an answer may be given now, and what it changes. Pure: the services load, call this, and save.

Every function takes the check as it stands, locked. who: a Slack id. out: everybody left out of the check so far, as
`Roster.may_know` takes them; only S2 asks for them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from flows.case import Check, CheckStatus, Did
from flows.checklist import CHECKLIST
from flows.engine.outcome import decide, left_out
from flows.engine.replay import Progress, replay
from flows.model import PEOPLE, Answers, Choose, Level, Outcome
from flows.paging.roster import Roster

WHO_TO_LEAVE_OUT = "S2"


@dataclass(frozen=True, slots=True)
class Given:
    """An answer as it was pressed or chosen; anything may stand in it."""

    who: str
    question: str
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AnswerChange:
    """What one answer changes.

    is_first: whether the question had no answer before. answers: all of the check's, this one among them.
    level: the highest ever raised (I11). outcome: of a check that was sent already, what it comes to now; else as it
    was. left_out: organisation ids of those S2 leaves out; nobody where another question was answered.
    opens: ids of questions that a changed answer brought up in a finished check. page_due: whether the leads are told
    at once. is_breach: the answers show a possible data breach.
    """

    is_first: bool
    answers: Answers
    level: Level
    outcome: Outcome | None
    left_out: tuple[str, ...]
    opens: tuple[str, ...]
    page_due: bool
    is_breach: bool


def answer(check: Check, given: Given, roster: Roster, out: frozenset[str]) -> AnswerChange | Did:
    """Answer the question that the card shows. Return the change, or why the answer may not be given.

    REFUSED: not the reporter. NOBODY_LEFT: nobody could be told. ALREADY: this is its answer. STALE: anything else.
    """
    if check.reporter != given.who:
        return Did.REFUSED
    if check.status is CheckStatus.DRAFT and _are_options(given, roster):
        after = _after(check, given)
        if _is_asked(check, given.question, after):
            return Did.NOBODY_LEFT if _leaves_nobody(check, given, roster, out) else _change(check, given, after)
    return Did.ALREADY if check.answers.get(given.question) == given.choices else Did.STALE


def change(check: Check, given: Given, roster: Roster, out: frozenset[str]) -> AnswerChange | Did:
    """Replace one given answer. Return the change, or a refusal as `answer` does.

    Once the check is sent only S2 may change: somebody can be left out at any time.
    """
    if check.reporter != given.who:
        return Did.REFUSED
    if not _may_change(check, given.question) or not _are_options(given, roster):
        return Did.STALE
    if _leaves_nobody(check, given, roster, out):
        return Did.NOBODY_LEFT
    is_same = check.answers[given.question] == given.choices
    return Did.ALREADY if is_same else _change(check, given, _after(check, given))


def _are_options(given: Given, roster: Roster) -> bool:
    """Return whether these choices are valid: options of the question, or at S2 people on the roster."""
    asked, choices = CHECKLIST.by_id.get(given.question), given.choices
    if asked is None or (asked.choose is Choose.ONE and len(choices) != 1):
        return False
    known = set(asked.by_id)
    if asked.choose is Choose.PEOPLE:
        known = (known - {PEOPLE}) if len(choices) == 1 and choices[0] in known else set(roster.accounts)
    return bool(choices) and known.issuperset(choices)


def _after(check: Check, given: Given) -> Progress:
    return replay(CHECKLIST, {**check.answers, given.question: given.choices}, check.level)


def _is_asked(check: Check, question: str, after: Progress) -> bool:
    """Return whether the card shows this question: the one "Back" went to, S2 once a lead was asked, else the next one.

    A replay stops at the first question without an answer, so one that had none and is on the path now was the first.
    """
    if check.revisiting in CHECKLIST.by_id:
        return question == check.revisiting
    if check.asked_lead and WHO_TO_LEAVE_OUT not in check.answers:
        return question == WHO_TO_LEAVE_OUT
    return question not in check.answers and question in after.answers


def _may_change(check: Check, question: str) -> bool:
    open_to = (CheckStatus.DRAFT,) if question != WHO_TO_LEAVE_OUT else (CheckStatus.DRAFT, CheckStatus.SENT)
    return question in check.answers and check.status in open_to


def _leaves_nobody(check: Check, given: Given, roster: Roster, out: frozenset[str]) -> bool:
    """Return whether S2, with people left out before, would leave nobody: somebody must be able to help."""
    if given.question != WHO_TO_LEAVE_OUT:
        return False
    after = replace(check, answers={**check.answers, given.question: given.choices})
    return not roster.may_know(after, out | set(left_out(after.answers)))


def _change(check: Check, given: Given, after: Progress) -> AnswerChange:
    answers = {**check.answers, given.question: given.choices}
    now = replace(check, answers=answers, level=after.level)
    return AnswerChange(
        is_first=given.question not in check.answers,
        answers=answers,
        level=after.level,
        outcome=_outcome(now, after),
        left_out=left_out(answers) if given.question == WHO_TO_LEAVE_OUT else (),
        opens=_opens(check, given.question, after),
        page_due=is_page_due(now),
        is_breach=after.breach,
    )


def _outcome(now: Check, after: Progress) -> Outcome | None:
    """Return the outcome of a check that was sent: replayed again if the level rose, as it is loaded from now on."""
    if now.status is not CheckStatus.SENT:
        return now.outcome
    settled = after if after.floor == now.level else replay(CHECKLIST, now.answers, now.level)
    return decide(CHECKLIST, settled).outcome


def _opens(check: Check, question: str, after: Progress) -> tuple[str, ...]:
    if after.next is None or question not in check.answers:
        return ()
    return (after.next.id,) if replay(CHECKLIST, check.answers, check.level).is_finished else ()


def hand_over(check: Check, who: str) -> Outcome | Did:
    """Return the outcome of a finished draft that may be sent, or why it may not: STALE while it is unfinished."""
    if check.reporter != who:
        return Did.REFUSED
    if check.status is not CheckStatus.DRAFT:
        return Did.ALREADY
    progress = replay(CHECKLIST, check.answers, check.level)
    return decide(CHECKLIST, progress).outcome if progress.is_finished else Did.STALE


def go_back(check: Check, who: str, revision: int) -> str | Did:
    """Return the id of the question before the one the card shows. revision: of the card that was pressed.

    ALREADY if the card has changed since, so that a double click goes back once. STALE if there is none before.
    """
    if check.reporter != who:
        return Did.REFUSED
    if check.revision != revision:
        return Did.ALREADY
    if check.status is not CheckStatus.DRAFT:
        return Did.STALE
    given = list(replay(CHECKLIST, check.answers, check.level).answers)
    at = check.revisiting or ""
    before = given[: given.index(at)] if at in given else given
    return before[-1] if before else Did.STALE


def pages_at_once(check: Check) -> bool:
    """Return whether the leads are paged before the check is finished: it is urgent, or a lead was asked for."""
    is_pressing = check.level >= Level.CONSULT_URGENT or check.asked_lead
    return WHO_TO_LEAVE_OUT in check.answers and is_pressing


def is_page_due(check: Check) -> bool:
    """Return whether the leads are paged now, once it is known whom to leave out (docs/rules.md, decision 3)."""
    return pages_at_once(check) or (check.status is CheckStatus.SENT and check.level > Level.NONE)


def patience(check: Check, roster: Roster) -> timedelta | None:
    """Return how long the reporter may be idle before the leads are paged; None if no idle timer runs.

    For a level above NONE. Shorter if help is needed and it is not known yet who may be told.
    """
    if check.status is not CheckStatus.DRAFT or pages_at_once(check):
        return None
    is_in_need = check.level is Level.EMERGENCY or check.asked_lead
    return roster.no_choice if is_in_need and WHO_TO_LEAVE_OUT not in check.answers else roster.idle
