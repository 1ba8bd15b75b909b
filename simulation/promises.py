"""The promises, each stated once: pure functions from what was observed to what is broken.

A simulated run checks them after every event (`simulation.checker`), a campaign of killed processes at its end
(`tests/reliability/promises.py`). Both pass plain values: what the workspace took, what people were told, the record.
Numbers such as I13 are those of docs/rules.md, "Invariants".
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from flows.events import OPENINGS, EventKind
from flows.model import Level

ANSWERED = frozenset({"answer", "answer_ticks"})
RECORDED_BY_BUTTON: Mapping[str, frozenset[EventKind]] = {
    "answer": frozenset({EventKind.ANSWERED}),
    "answer_ticks": frozenset({EventKind.ANSWERED}),
    "lead": frozenset({EventKind.LED, EventKind.DRILL_ANSWERED}),
    "take_over": frozenset({EventKind.LED}),
    "seen": frozenset({EventKind.SEEN}),
    "step_aside": frozenset({EventKind.STEPPED_ASIDE}),
    "hand_on": frozenset({EventKind.HANDED_ON}),
    "page_again": frozenset({EventKind.PAGED_AGAIN}),
    "ask_lead": frozenset({EventKind.ASKED_LEAD}),
    "agree": frozenset({EventKind.AGREED}),
    "reopen_check": frozenset({EventKind.CHECK_REOPENED}),
}
"""From the first part of a button's action id to the kinds of event that record its press."""
RECORDED_BY_MODAL: Mapping[str, frozenset[EventKind]] = {
    "leave_out": frozenset({EventKind.ANSWERED, EventKind.CHANGED}),
    "change": frozenset({EventKind.ANSWERED, EventKind.CHANGED}),
    "note": frozenset({EventKind.NOTE}),
    "details": frozenset({EventKind.DETAILS}),
    "send": frozenset({EventKind.SENT}),
    "ask_reporter": frozenset({EventKind.QUESTION}),
    "case_note": frozenset({EventKind.NOTE}),
    "decision": frozenset({EventKind.DECIDED}),
    "strands": frozenset({EventKind.PLANNED}),
    "update_strands": frozenset({EventKind.STRAND, EventKind.PLANNED}),
    "agreement": frozenset({EventKind.AGREED_OTHERWISE}),
    "agree_plan": frozenset({EventKind.AGREED}),
    "another_view": frozenset({EventKind.REVIEWED}),
    "agency": frozenset({EventKind.AGENCY}),
    "close_case": frozenset({EventKind.CLOSED}),
    "reopen_case": frozenset({EventKind.REOPENED}),
    "reply": frozenset({EventKind.REPLY}),
    "disagree": frozenset({EventKind.DISAGREED}),
    "sharing": frozenset({EventKind.SHARED}),
    "chose_not": frozenset({EventKind.CHOSE_NOT_TO_SHARE}),
}
"""From a modal's callback id to the kinds of event that record its submission."""

CARD_TEXT = "Your sharing check."
"""The notification text of a reporter's card."""
OLD_CARD = "continues in a newer card below"
"""Words of a card that a newer one has replaced."""
_UNREACHED = ("could not reach", "did not take", "does not take", "Paused.")
"""Words of a card by which a reporter knows that nobody is coming yet, or that the pause covers them."""
_NOT_YET_TOLD = ("I am telling", "could not reach")
"""Words of a card that are untrue once everybody who must know has a page."""
_TOLD = ("I have told", "I have asked them to answer")
"""Words of a card that are untrue until Slack has taken a page."""
_PAGE_MARKS = ("Open Slack to see it", '"action_id": "open_case"', '"action_id": "lead"')
_NO_PAGE = ("a possible data breach", ": something new.")
"""Words of the message to the data protection lead, and of a line in a thread: whoever has it may have a page too."""
_ASK = re.compile(r"\b[Aa]sk (\d+)\.")


class BrokenPromise(NamedTuple):
    """A promise that did not hold, and how."""

    promise: str
    details: str

    def __str__(self) -> str:
        return f"{self.promise}: {self.details}"


Broken = Iterator[BrokenPromise]


@dataclass(frozen=True, slots=True)
class AcknowledgedAction:
    """What a person did and was told is done. verb: the button's or modal's, as in the tables above.

    who: None where somebody else may have done it just before, and the person was told so.
    content: of its event, None where that was not observed. by: when the event must have been recorded, likewise.
    """

    who: str | None
    verb: str
    check: str
    is_modal: bool = False
    content: Mapping[str, object] | None = None
    by: datetime | None = None


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """One event of the record. content and at: None where they were not read."""

    check: str
    who: str
    what: EventKind
    content: Mapping[str, object] | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CheckFacts:
    """What was true of a check when a message about it was sent.

    has_page: Slack has taken a page of it. may_name: the reporter has said who may be told, so they may be named.
    is_saved: it was sent or closed.
    """

    has_page: bool
    is_led: bool
    is_saved: bool
    may_name: bool


# What is done is kept, once


def acknowledged_is_recorded(name: str, action: AcknowledgedAction, record: Iterable[RecordedEvent]) -> Broken:
    """Check that the action's event is recorded, by that person, in time, with what they gave (I24)."""
    kinds = (RECORDED_BY_MODAL if action.is_modal else RECORDED_BY_BUTTON).get(action.verb)
    if kinds is not None and not any(event.what in kinds and _records(event, action) for event in record):
        yield BrokenPromise("nobody is told saved before it is kept (I24)", f"{action.verb} on {name}")


def _records(event: RecordedEvent, action: AcknowledgedAction) -> bool:
    is_in_time = event.at is None or action.by is None or event.at < action.by
    is_same = event.content is None or action.content is None or action.content.items() <= event.content.items()
    return event.check == action.check and action.who in (None, event.who) and is_in_time and is_same


def answer_is_kept(
    name: str, question: str, found: tuple[str, ...] | None, may_be: Collection[tuple[str, ...]]
) -> Broken:
    """Check that the stored answer is the acknowledged one, or another that the same person has tried since (I24)."""
    if found not in may_be:
        yield BrokenPromise("an answer that was taken is kept (I24)", f"{question} of {name} is {found}")


def repeat_changes_nothing(name: str, new_events: Sequence[EventKind], new_checks: int = 0) -> Broken:
    """Check that a repeated request recorded nothing but openings and began no check (I24)."""
    changes = [str(what) for what in new_events if what not in OPENINGS]
    if changes or new_checks:
        yield BrokenPromise("the same request again changes nothing (I24)", f"{name} did {changes}")


def answers_are_recorded_once(name: str, questions: Sequence[object]) -> Broken:
    """Check that each question has one "answered" event, however often pressed; a new answer is a "changed" (I24)."""
    if len(questions) != len(set(questions)):
        yield BrokenPromise("the same request again changes nothing (I24)", f"{name} has answers twice: {questions}")


def is_raised_once(name: str, raised: int, *, has_case: bool) -> Broken:
    """Check that a check becomes one case, with one "raised" event."""
    if raised != has_case:
        yield BrokenPromise("a check becomes a case once", f"{name} was raised {raised} times")


def level_is_at_least(name: str, level: Level, lowest: Level) -> Broken:
    """Check that the level has not fallen and is not below what was answered (I11)."""
    if level < lowest:
        yield BrokenPromise("the level never falls (I11)", f"{name} is {level.name}, not {lowest.name}")


def acts_only_if_allowed(name: str, what: EventKind, person: str, left_out: Collection[str]) -> Broken:
    """Check that nobody who is left out of a case did anything to it (I13)."""
    if person in left_out:
        yield BrokenPromise("people left out do nothing to a case (I13)", f"{what} by {person} on {name}")


# Whoever must know has a page


def is_page(words: str) -> bool:
    """Return whether a message asks for a lead. words: its text, and its blocks as JSON where they are known."""
    return not any(mark in words for mark in _NO_PAGE) and any(mark in words for mark in _PAGE_MARKS)


def number_of_ask(words: str) -> int | None:
    """Return which page of its case a page says it is, None where it does not say."""
    found = _ASK.search(words)
    return int(found[1]) if found else None


def page_is_of_a_check(reference: str, *, is_known: bool) -> Broken:
    """Check that a page is about a check that exists."""
    if not is_known:
        yield BrokenPromise("a page is about a check that exists", reference)


def page_arrives(name: str, target: str, *, has_arrived: bool, is_withdrawn: bool) -> Broken:
    """Check that whoever must be told has a page. is_withdrawn: it was never posted because somebody led before."""
    if not (has_arrived or is_withdrawn):
        yield BrokenPromise("no page is lost", f"{name} to {target}")


def page_comes_once(name: str, lost_between: Sequence[int], lost_in_all: int) -> Broken:
    """Check that every copy of a page has a reason: Slack's answer to the copy before may have been lost.

    lost_between: between each copy and the next, how often an answer may have been lost. lost_in_all: between the
    first and the last.
    """
    if not all(lost_between) or len(lost_between) > lost_in_all:
        words = f"{name}: {1 + len(lost_between)} copies, answers lost between them: {list(lost_between)}"
        yield BrokenPromise("a page comes once, unless its answer was lost", words)


def nothing_waits_to_be_sent(waiting: Iterable[object]) -> Broken:
    """Check that the outbox is empty after a while in which nothing went wrong."""
    names = ", ".join(sorted(map(str, waiting)))
    if names:
        yield BrokenPromise("nothing waits to be sent once all is quiet", names)


def ask_reaches_somebody(name: str, *, is_reached: bool, card: str | None) -> Broken:
    """Check that the newest page has reached somebody who may know, or the reporter's card says that it has not (I19).

    card: what the newest card says; None where the reporter cannot be told either.
    """
    if not is_reached and card is not None and not any(words in card for words in _UNREACHED):
        yield BrokenPromise("each page reaches somebody, or the reporter is told (I19)", name)


def asked_within_rung(name: str, urgency: str, waited: timedelta, late: timedelta, soon: timedelta) -> Broken:
    """Check that people are asked again within the longest wait of their ladder, in real time (design 17).

    waited: since the last ask. late: for how long it was overdue while the bot was there.
    """
    if late > soon:
        yield BrokenPromise("people are asked within their rung", f"{name}, {urgency}, after {waited}")


def asked_once_nobody_leads(name: str, waited: timedelta, soon: timedelta) -> Broken:
    """Check that others are asked at once where a case has lost its lead (I30). waited: while the bot was there."""
    if waited > soon:
        yield BrokenPromise("a case that has lost its lead is asked about at once (I30)", f"{name} after {waited}")


def mail_is_sent_where_slack_fails(name: str, waited: timedelta, owed: timedelta, *, is_mailed: bool) -> Broken:
    """Check that people are asked by e-mail where Slack takes nothing for long (I19). waited: since the ask."""
    if waited > owed and not is_mailed:
        yield BrokenPromise("an e-mail is owed where Slack does not take a page (I19)", f"{name}, for {waited}")


# What messages say


def nothing_typed_is_said(words: str, typed: str, where: str) -> Broken:
    """Check that a message, log or e-mail holds no free text (I18). typed: a mark in everything that anybody types."""
    if typed in words:
        yield BrokenPromise("nothing typed is in a message (I18)", where)


def left_out_get_no_message(name: str, readers: Iterable[str], left_out: Collection[str], where: str) -> Broken:
    """Check that nobody who is left out of a check is sent anything about it (I13)."""
    found = sorted({*readers} & {*left_out})
    if found:
        words = f"{', '.join(found)} would read of {name}: {where}"
        yield BrokenPromise("people left out get no message of a case (I13)", words)


def message_is_true(name: str, words: str, reporter: str, facts: CheckFacts) -> Broken:
    """Check that a card or page says nothing untrue and names nobody too early (I19)."""
    untrue = {
        "nobody is named before it is known who may be told": (
            is_page(words) and not facts.may_name and f"<@{reporter}>" in words
        ),
        "a card never says told before Slack has a page (I19)": (
            any(said in words for said in _TOLD) and not facts.has_page
        ),
        "a card never says led before somebody leads": "is on it" in words and not facts.is_led,
        "nobody is told saved before it is kept": "Saved at" in words and not facts.is_saved,
    }
    yield from (BrokenPromise(promise, name) for promise, is_broken in untrue.items() if is_broken)


def led_case_is_not_paged(name: str, text: str, *, is_led: bool) -> Broken:
    """Check that no new page asks for a lead where somebody leads."""
    if is_led and "needs a safeguarding lead" in text:
        yield BrokenPromise("nobody is paged for a case that is led", name)


def card_says_who_was_told(name: str, card: str | None) -> Broken:
    """Check that the reporter's newest card no longer says "not yet" once everybody who must know has a page (I19)."""
    if card is None or any(words in card for words in _NOT_YET_TOLD):
        yield BrokenPromise("a card says that the leads were told once they were (I19)", name)
