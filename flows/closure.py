"""What a case still needs before it may close (docs/rules.md, "Closure"). Nothing else closes a case (I20, I28).

A close reads the answers: a form that was sent is not a question that was answered (docs/rules.md, decision 15).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from flows.agencies import agencies_of
from flows.agreement import without_a_view
from flows.breach import breach_missing, breach_of
from flows.case import (
    SHARING_DECISIONS,
    Case,
    CaseStatus,
    Check,
    Entry,
    Shared,
    Strand,
    StrandName,
    StrandStatus,
    latest,
    strand_title,
)
from flows.checklist import CHECKLIST
from flows.engine.replay import replay
from flows.events import EventKind
from flows.model import Answers, Status
from flows.sentences import is_sentence, says_something

AFTER_SHARING = ("3.4.1", "3.4.2")
BEFORE_SHARING = tuple(question for question in CHECKLIST.by_id if question.startswith(("3.2.", "3.3.")))
"""What is to be shared, and with whom: before a decision to share each has its answer, or why not (policy 4.1)."""
UNANSWERED = "unanswered"
"""The key, in a decision, of why questions of `BEFORE_SHARING` were not answered."""


class Mend(StrEnum):
    """The button that brings what is missing, by its verb."""

    PLAN = "plan"
    STRANDS = "update_strands"
    SHARING = "record_sharing"
    NOTHING_SHARED = "chose_not"
    BREACH = "breach"
    AGREEMENT = "agreement"
    REVIEW = "another_view"
    AGENCY = "agency"


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that is missing, in words for the lead. mend: the button that brings it; instead: another that may.

    about: what the button carries beside the check.
    """

    words: str
    mend: Mend
    instead: Mend | None = None
    about: str = ""


TO_SHARE = {
    "what": "what will be shared",
    "whom": "with whom",
    "time": "when",
    "how": "how",
    "by": "by whom",
    "basis": "the lawful basis or duty",
}
"""What a decision to share or refer has beside its reason, by its key in the record, in words."""
SHARED_WORDS = {"what": "what was shared", "whom": "with whom it was shared", "why": "why", "how": "when and how"}
_OPEN_ANSWERS = {
    ("3.4.1", "not_sure"): "nobody is sure whether the person knows that it was shared",
    ("3.4.1", "no_should_tell"): "the person should be told that it was shared, and was not yet",
    ("3.4.2", "not_sure"): "nobody is sure whether it is recorded what was shared, with whom and why",
    ("3.4.2", "not_yet"): "it is not recorded yet what was shared, with whom and why",
}
"""Answers to policy 3.4 that stay open, with an owner and a date, until they are settled (I28)."""


def missing_to_close(case: Case, entries: Iterable[Entry]) -> tuple[Missing, ...]:
    """Return everything that a case still needs before it may close; empty if nothing. entries: its whole record."""
    record = tuple(entries)
    breach = (Missing(words, Mend.BREACH) for words in breach_missing(breach_of(record)))
    together = (*_agreement(case, record), *_sharing(case, record), *_agencies(case, record))
    return (*_decision(case, record), *_plan(case), *together, *breach)


def missing_of_decision(decision: str, content: Mapping[str, object], check: Check) -> Iterator[str]:
    """Yield the keys of boxes that a decision must have and that say nothing.

    Its reason; to share, also `TO_SHARE`, and where a question of `BEFORE_SHARING` has no answer, why not.
    check: with the answers that are given with the decision.
    """
    if not is_sentence(str(content.get("reason") or "")):
        yield "reason"
    if decision in SHARING_DECISIONS:
        yield from (key for key in TO_SHARE if not says_something(content.get(key)))
        if unanswered(check) and not is_sentence(str(content.get(UNANSWERED) or "")):
            yield UNANSWERED


def unanswered(check: Check) -> tuple[str, ...]:
    """Return which questions of `BEFORE_SHARING` nobody has answered, without those that its answers make needless."""
    status = replay(CHECKLIST, check.answers, check.level, ended=True).status
    return tuple(one for one in BEFORE_SHARING if one not in check.answers and status[one] is not Status.SKIPPED)


def was_shared(answers: Answers) -> bool | None:
    """Return whether S6 says that something was already shared; None where it is not known (I26)."""
    given = answers.get("S6")
    return None if given in (None, ("not_sure",)) else given != ("no",)


def open_answers(answers: Answers) -> tuple[str, ...]:
    """Return, in words, which of the answers to policy 3.4 do not settle it."""
    given = ((question, choice) for question in AFTER_SHARING for choice in answers.get(question, ()))
    return tuple(_OPEN_ANSWERS[each] for each in given if each in _OPEN_ANSWERS)


def sharing_is_open(shared: Shared | None, answers: Answers) -> bool:
    """Return whether policy 3.4 is open: not answered, or answered with what does not settle it (I28)."""
    if shared is Shared.CHOSE_NOT_TO:
        return was_shared(answers) is True
    return shared is not Shared.RECORDED or bool(open_answers(answers))


def waits_for_sharing(case: Case) -> bool:
    """Return whether the plan is agreed and policy 3.4 is open."""
    return case.status is CaseStatus.AGREED and sharing_is_open(case.shared, case.check.answers)


def is_settled(strand: Strand) -> bool:
    """Return whether a strand is done or not appropriate, and says in a sentence what was done, or why not."""
    return strand.status is not StrandStatus.TO_DO and is_sentence(strand.what)


def _decision(case: Case, record: tuple[Entry, ...]) -> Iterator[Missing]:
    decided = latest(record, EventKind.DECIDED)
    if case.decision is None:
        yield Missing("A decision and its reason.", Mend.PLAN)
        return
    content = decided.content if decided else {}
    for key in missing_of_decision(case.decision, content, case.check):
        yield Missing(_words_of_decision(key, case.check), Mend.PLAN)


def _words_of_decision(key: str, check: Check) -> str:
    if key == UNANSWERED:
        return f"Before sharing: an answer to {', '.join(unanswered(check))}, or why there is none."
    return f"The decision to share does not say {TO_SHARE[key]}." if key in TO_SHARE else "The decision's reason."


def _plan(case: Case) -> Iterator[Missing]:
    made = {strand.name: strand for strand in case.strands}
    for name in StrandName:
        strand = made.get(name)
        if strand is None or not is_settled(strand):
            mend = Mend.STRANDS if case.strands else Mend.PLAN
            yield Missing(f"{strand_title(name, case.check.answers)}: done, or why it is not appropriate.", mend)


def _agreement(case: Case, record: tuple[Entry, ...]) -> Iterator[Missing]:
    if case.decision is not None and case.reporter_agreed_at is None:
        mend, instead = (Mend.AGREEMENT, Mend.PLAN) if case.status is CaseStatus.PLANNED else (Mend.PLAN, None)
        yield Missing("The staff member has not agreed the plan yet.", mend, instead)
    if without_a_view(record) is not None:
        yield Missing("The staff member disagreed. Somebody else has not given their own view yet.", Mend.REVIEW)


def _agencies(case: Case, record: tuple[Entry, ...]) -> Iterator[Missing]:
    rows = agencies_of(record)
    if not rows and case.shared in (Shared.RECORDED, Shared.ANSWERS_OPEN):
        yield Missing("Professionals: who was told, a row for each agency.", Mend.AGENCY)
    for one in rows:
        if not one.is_settled:
            until = f", to ask again by {one.due}" if one.due else ""
            words = f"{one.name}: their answer, or why nobody waits for it{until}."
            yield Missing(words, Mend.AGENCY, about=str(one.row))


def _sharing(case: Case, record: tuple[Entry, ...]) -> Iterator[Missing]:
    if case.shared is Shared.CHOSE_NOT_TO and was_shared(case.check.answers) is not True:
        return
    recorded = latest(record, EventKind.SHARED)
    if case.shared not in (Shared.RECORDED, Shared.ANSWERS_OPEN) or recorded is None:
        yield _not_recorded(case)
        return
    for key, words in SHARED_WORDS.items():
        if not says_something(recorded.content.get(key)):
            yield Missing(f"After sharing: nobody has said {words}.", Mend.SHARING)
    for question in AFTER_SHARING:
        if question not in case.check.answers:
            yield Missing(f"After sharing: question {question} has no answer.", Mend.SHARING)
    yield from _open(case, recorded)


def _not_recorded(case: Case) -> Missing:
    if was_shared(case.check.answers):
        return Missing("The last two questions, on what was shared (policy 3.4).", Mend.SHARING)
    words = "The last two questions (policy 3.4), or that nothing was shared."
    return Missing(words, Mend.SHARING, Mend.NOTHING_SHARED)


def _open(case: Case, recorded: Entry) -> Iterator[Missing]:
    until = _owner_and_date(recorded)
    for words in open_answers(case.check.answers):
        yield Missing(f"After sharing: {words}{until}.", Mend.SHARING)
    if case.check.answers.get("3.4.1") == ("no_unsafe",) and not recorded.content.get("due"):
        yield Missing("After sharing: when to look again at telling the person.", Mend.SHARING)


OWNERS = {"reporter": "the staff member", "lead": "whoever leads"}
"""Who sees to an answer that does not settle policy 3.4, in words."""


def _owner_and_date(recorded: Entry) -> str:
    owner = OWNERS.get(str(recorded.content.get("owner")))
    due = recorded.content.get("due")
    by = f", by {due}" if due else ""
    return f" ({owner} sees to it{by})" if owner else ""
