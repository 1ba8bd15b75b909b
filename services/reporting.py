"""What a reporter does with a check. Every step is saved before anybody is told that it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from flows.case import Case, CaseStatus, Check, CheckStatus, Cover
from flows.checklist import CHECKLIST
from flows.engine.outcome import decide, left_out
from flows.engine.replay import Progress, replay
from flows.events import EventKind, OutboxKind
from flows.model import PEOPLE, Choose, Level, Outcome
from services.transaction import ASK_AGAIN_AFTER, Did, Service
from storage import checks, outbox, person_index
from storage.checks import Opened
from storage.events import SYSTEM

_MOST_REMINDERS = 2
_ONE_CLICK = timedelta(seconds=3)
"""A second click within this time posts no second card."""


@dataclass(frozen=True, slots=True)
class Step:
    """The result of a step and the check as it is now. `opens`: ids of questions that a changed answer added."""

    did: Did
    opened: Opened
    opens: tuple[str, ...] = ()


class Reporting(Service):
    """The reporter's use cases; for anybody else they return REFUSED."""

    def start(self, reporter: str, request: str) -> Opened:
        """Start a draft and post its card. A repeated request returns the draft it started."""
        opened, is_new = checks.start(self.tx, self.keys, reporter, request, self.now, CHECKLIST.version)
        if is_new:
            self.record(opened, reporter, EventKind.STARTED, {"checklist": CHECKLIST.version})
            self._wait_for_more(opened)
            self.put_card(opened)
        return opened

    def put_card(self, opened: Opened, event: int | None = None) -> None:
        """Post a new card below the reporter's other messages; the previous card points to it.

        event: an event that the card mentions until the next step.
        """
        check = opened.check
        outbox.mark_due(self.tx, check.id, self.now, OutboxKind.CARD)
        key = f"card:{check.id}:{check.revision}" + (f":{event}" if event else "")
        outbox.put(
            self.tx, key, OutboxKind.CARD, check.reporter, self.now, check=check.id, event=event, ask=check.revision
        )

    def come_back(self, check: str, away: timedelta) -> None:
        """Tell a reporter who was answering that the bot was away, with a card that shows where they are."""
        opened = self.load(check)
        if opened.check.status is CheckStatus.DRAFT and opened.check.cover is None:
            minutes = max(round(away / timedelta(minutes=1)), 1)
            self.put_card(opened, self.record(opened, SYSTEM, EventKind.AWAY, {"minutes": minutes}))

    def carry_on(self, check: str, who: str) -> Step:
        """Post the card of a draft again, at the current question."""
        opened = self.load(check)
        if opened.check.reporter != who:
            return Step(Did.REFUSED, opened)
        opened = self._save(opened, cover=None, **_taken_up(opened))
        self._wait_for_more(opened)
        outbox.force_resend(self.tx, check, OutboxKind.CARD)
        newest = outbox.newest_at(self.tx, check, OutboxKind.CARD)
        if newest is None or self.now - newest > _ONE_CLICK:
            self.put_card(opened)
        outbox.mark_due(self.tx, check, self.now, OutboxKind.CARD, OutboxKind.REMINDER)
        return Step(Did.DONE, opened)

    def _wait_for_more(self, opened: Opened) -> None:
        """Start the idle timer of a draft at NONE; `wake` postpones it while the reporter is answering."""
        if opened.check.level is Level.NONE and opened.check.status is CheckStatus.DRAFT:
            checks.wake_again(self.tx, opened.check.id, self.now + self.roster.idle, 0)

    def answer(self, check: str, who: str, question: str, choices: tuple[str, ...]) -> Step:
        """Save one answer. If it needs a page at once, the page is in the outbox when this returns."""
        opened = self.load(check)
        before = replay(CHECKLIST, opened.check.answers, opened.check.level)
        if (refusal := self._cannot_answer(opened, before, who, question, choices)) is not None:
            return Step(refusal, opened)
        return self._take(opened, who, question, choices, before)

    def _cannot_answer(
        self, opened: Opened, before: Progress, who: str, question: str, choices: tuple[str, ...]
    ) -> Did | None:
        check = opened.check
        if check.reporter != who:
            return Did.REFUSED
        is_asked = check.status is CheckStatus.DRAFT and question == _expected(opened, before)
        if is_asked and self._are_options(question, choices):
            return self._leaves_nobody(opened, question, choices)
        return Did.ALREADY if check.answers.get(question) == choices else Did.STALE

    def _leaves_nobody(self, opened: Opened, question: str, choices: tuple[str, ...]) -> Did | None:
        """Return NOBODY_LEFT if S2, with people left out before, would leave nobody: somebody must be able to help."""
        if question != "S2":
            return None
        check = replace(opened.check, answers={**opened.check.answers, question: choices})
        out = checks.people_left_out(self.tx, check.id) | set(left_out(check.answers))
        return None if self.roster.may_know(check, out) else Did.NOBODY_LEFT

    def _are_options(self, question: str, choices: tuple[str, ...]) -> bool:
        """Return whether these choices are valid: options of the question, or at S2 people on the roster."""
        asked = CHECKLIST[question]
        known = set(asked.by_id)
        if asked.choose is Choose.PEOPLE:
            known = (known - {PEOPLE}) if len(choices) == 1 and choices[0] in known else set(self.roster.everyone)
        if asked.choose is Choose.ONE and len(choices) != 1:
            return False
        return bool(choices) and known.issuperset(choices)

    def change(self, check: str, who: str, question: str, choices: tuple[str, ...]) -> Step:
        """Replace one given answer; all other answers stay.

        Once the check is sent only S2 may be changed: somebody can be left out at any time.
        """
        opened = self.load(check)
        if opened.check.reporter != who:
            return Step(Did.REFUSED, opened)
        if not _may_change(opened.check, question) or not self._are_options(question, choices):
            return Step(Did.STALE, opened)
        if (refusal := self._leaves_nobody(opened, question, choices)) is not None:
            return Step(refusal, opened)
        if opened.check.answers[question] == choices:
            return Step(Did.ALREADY, opened)
        before = replay(CHECKLIST, opened.check.answers, opened.check.level)
        return self._take(opened, who, question, choices, before)

    def _take(self, opened: Opened, who: str, question: str, choices: tuple[str, ...], before: Progress) -> Step:
        answers = {**opened.check.answers, question: choices}
        after = replay(CHECKLIST, answers, opened.check.level)
        what = EventKind.CHANGED if question in opened.check.answers else EventKind.ANSWERED
        self.record(opened, who, what, {"question": question, "options": choices})
        if question == "S2":
            checks.leave_out(self.tx, opened.check.id, left_out(answers), self.roster.slack)
        changes: dict[str, Any] = {"level": max(after.level, opened.check.level)}
        if opened.check.status is CheckStatus.SENT:
            changes["outcome"] = decide(CHECKLIST, replay(CHECKLIST, answers, changes["level"])).outcome
        opened = self._save(opened, answers=answers, revisiting=None, cover=None, **changes)
        self._show_step(opened, question)
        opens = (after.next.id,) if before.is_finished and after.next else ()
        return Step(Did.DONE, opened, opens)

    def _show_step(self, opened: Opened, question: str) -> None:
        """Page if due, and update the messages that show the answer."""
        if opened.check.level is Level.NONE:
            self.show_reporter(opened)
            return
        if question == "S2":
            self.settle_who_may_know(opened)
        self._page_if_due(opened)
        shown = [OutboxKind.CARD, OutboxKind.PAGE, OutboxKind.REMINDER]
        if question == "S2":  # People left out now must lose these as well.
            shown += [OutboxKind.OLD_PAGE, OutboxKind.LINE]
        outbox.mark_due(self.tx, opened.check.id, self.now, *shown)

    def _save(self, opened: Opened, **changes: Any) -> Opened:
        """Save the changes; above NONE also the time at which the leads are told if the reporter stops here."""
        after = Opened(replace(opened.check, **changes), opened.sealer)
        if after.check.level > Level.NONE:
            changes["wake_at"] = self._wake_at(after)
        checks.save(self.tx, opened, self.now, **changes)
        check = replace(after.check, revision=opened.check.revision + 1, touched_at=self.now)
        return Opened(check, opened.sealer)

    def _wake_at(self, opened: Opened) -> datetime | None:
        check = opened.check
        if check.status is not CheckStatus.DRAFT or _pages_at_once(check) or self._is_told(opened):
            return None
        waits_for_choice = check.level is Level.EMERGENCY or check.asked_lead
        no_choice = waits_for_choice and "S2" not in check.answers
        return self.now + (self.roster.no_choice if no_choice else self.roster.idle)

    def _is_told(self, opened: Opened) -> bool:
        return self.case(opened) is not None

    def _page_if_due(self, opened: Opened) -> None:
        """Page before the check is finished (docs/rules.md, decision 3), once it is known whom to leave out."""
        check = opened.check
        is_sent = check.status is CheckStatus.SENT and check.level > Level.NONE
        if _pages_at_once(check) or is_sent:
            self.raise_case(opened, check.level)

    def wake(self, check: str) -> None:
        """Handle the idle timer of a check. At CONSULT or above the leads are told what is known (I12).

        At NONE the reporter is reminded, again on the next working day, and then the draft is set aside, never deleted.
        """
        opened = self.load(check)
        if not checks.is_waking(self.tx, check, self.now):
            return
        if opened.check.status is not CheckStatus.DRAFT or self._is_told(opened):
            checks.wake_again(self.tx, check, None, 0)
        elif opened.check.level is Level.NONE:
            self._remind(opened)
        else:
            self.record(opened, SYSTEM, EventKind.ABANDONED, {})
            self._raise_as_known(opened)

    def _remind(self, opened: Opened) -> None:
        check, reminded = opened.check, checks.reminders(self.tx, opened.check.id)
        idle_until = check.touched_at + self.roster.idle
        if idle_until > self.now:
            checks.wake_again(self.tx, check.id, idle_until, 0)
        elif reminded == _MOST_REMINDERS:
            self.record(opened, SYSTEM, EventKind.SHELVED, {})
            checks.shelve(self.tx, check.id)
            self.show_reporter(opened)
        else:
            following = self.roster.week.next_morning(self.now, self.roster.morning)
            checks.wake_again(self.tx, check.id, following, reminded + 1)
            if check.answers:
                self._put_reminder(opened, reminded + 1)

    def _put_reminder(self, opened: Opened, number: int) -> None:
        check = opened.check
        event = self.record(opened, SYSTEM, EventKind.REMINDED, {"number": number})
        outbox.put(
            self.tx, f"reminder:{event}", OutboxKind.REMINDER, check.reporter, self.now, check=check.id, event=event
        )

    def _raise_as_known(self, opened: Opened) -> None:
        self.raise_case(opened, opened.check.level, content_free="S2" not in opened.check.answers)
        self._save(opened)
        self.show_reporter(opened)

    def ask_lead(self, check: str, who: str, request: str) -> Step:
        """Ask for a lead: no reason needed, at any step, as often as wanted."""
        opened = self.load(check)
        if opened.check.reporter != who:
            return Step(Did.REFUSED, opened)
        case = self.case(opened)
        if self.is_repeat(request) or (case is not None and self.now - case.asked_at < ASK_AGAIN_AFTER):
            return Step(Did.ALREADY, opened)
        if case is not None:
            self._ask_about_case(opened, case, who, request)
            return Step(Did.DONE, opened)
        self.record(opened, who, EventKind.ASKED_LEAD, {}, request)
        level = max(opened.check.level, Level.CONSULT)
        opened = self._save(opened, asked_lead=True, level=level, cover=None, revisiting=None, **_taken_up(opened))
        self._page_if_due(opened)
        if "S2" not in opened.check.answers:
            self.put_card(opened)  # It asks who may be told, so it goes below the pressed message, to be seen.
        outbox.mark_due(self.tx, check, self.now, OutboxKind.CARD, OutboxKind.REMINDER)
        return Step(Did.DONE, opened)

    def _ask_about_case(self, opened: Opened, case: Case, who: str, request: str) -> None:
        if case.status is CaseStatus.CLOSED:
            self.reopen_case(opened, who, {})
        opened = self._save(opened, asked_lead=True)
        self.record_and_notify(opened, who, EventKind.ASKED_LEAD, {}, request)
        self.ask_again(opened)

    def back(self, check: str, who: str, revision: int) -> Step:
        """Show the question before the one shown; its answer stays until it is replaced.

        revision: of the card that was pressed, so that a double click goes back once.
        """
        opened = self.load(check)
        if opened.check.reporter != who:
            return Step(Did.REFUSED, opened)
        if opened.check.revision != revision:
            return Step(Did.ALREADY, opened)
        given = list(replay(CHECKLIST, opened.check.answers, opened.check.level).answers)
        at = opened.check.revisiting
        before = given[: given.index(at)] if at in given else given
        if opened.check.status is not CheckStatus.DRAFT or not before:
            return Step(Did.STALE, opened)
        return self._show(opened, revisiting=before[-1])

    def forward(self, check: str, who: str) -> Step:
        """Keep the answer that is shown again and continue."""
        return self._reporters(check, who, revisiting=None)

    def hide(self, check: str, who: str) -> Step:
        """Hide the card's content."""
        return self._reporters(check, who, cover=Cover.HIDDEN)

    def show(self, check: str, who: str) -> Step:
        """Show the card's content again."""
        return self._reporters(check, who, cover=None)

    def stop(self, check: str, who: str) -> Step:
        """Pause the check. If anybody may be at risk the leads are told at once, as the first card promised."""
        step = self._reporters(check, who, cover=Cover.STOPPED)
        if step.did is Did.DONE and step.opened.check.level > Level.NONE and not self._is_told(step.opened):
            self.record(step.opened, who, EventKind.STOPPED, {})
            self._raise_as_known(step.opened)
        return step

    def _reporters(self, check: str, who: str, **changes: Any) -> Step:
        opened = self.load(check)
        if opened.check.reporter != who:
            return Step(Did.REFUSED, opened)
        if opened.check.status is not CheckStatus.DRAFT:
            return Step(Did.STALE, opened)
        return self._show(opened, **changes)

    def _show(self, opened: Opened, **changes: Any) -> Step:
        opened = self._save(opened, **changes)
        self.show_reporter(opened)
        return Step(Did.DONE, opened)

    def write(self, check: str, who: str, what: EventKind, content: Mapping[str, object], request: str) -> Step:
        """Record typed text: a note on a question, or the details. It is sealed, and never shown in a message."""
        opened = self.load(check)
        if opened.check.reporter != who:
            return Step(Did.REFUSED, opened)
        if self.is_repeat(request):
            return Step(Did.ALREADY, opened)
        if what is EventKind.DETAILS:
            person_index.remember(self.tx, self.keys, check, content, self.roster.week.day_of(self.now))
        if self._is_told(opened):
            self.record_and_notify(opened, who, what, content, request)
        else:
            self.record(opened, who, what, content, request)
        return self._show(opened)

    def send(self, check: str, who: str) -> Step:
        """Send the finished check: fix its outcome, and page the leads if the level requires it."""
        opened = self.load(check)
        if opened.check.reporter != who:
            return Step(Did.REFUSED, opened)
        if opened.check.status is not CheckStatus.DRAFT:
            return Step(Did.ALREADY, opened)
        progress = replay(CHECKLIST, opened.check.answers, opened.check.level)
        if not progress.is_finished:
            return Step(Did.STALE, opened)
        return self._hand_over(opened, who, decide(CHECKLIST, progress).outcome)

    def _hand_over(self, opened: Opened, who: str, outcome: Outcome) -> Step:
        opened = self._save(
            opened, status=CheckStatus.SENT, outcome=outcome, sent_at=self.now, revisiting=None, cover=None
        )
        self.record_and_notify(opened, who, EventKind.SENT, {"outcome": outcome})
        if opened.check.level > Level.NONE:
            self.raise_case(opened, opened.check.level)
        return Step(Did.DONE, opened)

    def reopen(self, check: str, who: str) -> Step:
        """Reopen a check that ended without a page, with all its answers."""
        opened = self.load(check)
        if opened.check.reporter != who:
            return Step(Did.REFUSED, opened)
        if opened.check.outcome not in (Outcome.FIX_FIRST, Outcome.HOLD) or self._is_told(opened):
            return Step(Did.STALE, opened)
        self.record(opened, who, EventKind.CHECK_REOPENED, {})
        opened = self._save(opened, status=CheckStatus.DRAFT, outcome=None)
        self._wait_for_more(opened)
        self.put_card(opened)
        return Step(Did.DONE, opened)


def _pages_at_once(check: Check) -> bool:
    """Return whether the leads are paged before the check is finished: it is urgent, or a lead was asked for."""
    return "S2" in check.answers and (check.level >= Level.CONSULT_URGENT or check.asked_lead)


def _taken_up(opened: Opened) -> dict[str, CheckStatus]:
    """Return the status change for a check that was set aside and becomes a draft again; empty for others."""
    return {"status": CheckStatus.DRAFT} if opened.check.status is CheckStatus.SHELVED else {}


def _expected(opened: Opened, before: Progress) -> str | None:
    """Return the id of the question that the card shows now, or None."""
    check = opened.check
    if check.revisiting in CHECKLIST.by_id:
        return check.revisiting
    if check.asked_lead and "S2" not in check.answers:
        return "S2"
    return before.next.id if before.next else None


def _may_change(check: Check, question: str) -> bool:
    """Return whether an answer may be changed: any of a draft, and S2 also after sending."""
    open_to = (CheckStatus.DRAFT,) if question != "S2" else (CheckStatus.DRAFT, CheckStatus.SENT)
    return question in check.answers and check.status in open_to
