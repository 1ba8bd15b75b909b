"""What a reporter does with a check. Every step is saved before anybody is told that it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from flows import answering
from flows.answering import WHO_TO_LEAVE_OUT, AnswerChange, Given
from flows.case import SYSTEM, Case, CaseStatus, Check, CheckStatus, Cover, Did
from flows.checklist import CHECKLIST
from flows.events import EventKind, OutboxKind
from flows.model import Level, Outcome
from flows.paging.roster import Roster
from services.breaches import Breaches
from services.transaction import ASK_AGAIN_AFTER, Service
from storage import checks, events, outbox, person_index
from storage.checks import Opened

Asked = Callable[[Check, Given, Roster, frozenset[str]], AnswerChange | Did]
_MOST_REMINDERS = 2
_ONE_CLICK = timedelta(seconds=3)
"""A second click within this time posts no second card."""


@dataclass(frozen=True, slots=True)
class Step:
    """The result of a step and the check as it is now.

    opens: ids of questions that a changed answer added. done_at: if ALREADY, when it was done; None: when the check was
    last touched.
    """

    did: Did
    opened: Opened
    opens: tuple[str, ...] = ()
    done_at: datetime | None = None


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
        if opened.check.status is CheckStatus.DRAFT and opened.check.cover in (None, Cover.PAGED):
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
        if newest is None or abs(self.now - newest) > _ONE_CLICK:
            self.put_card(opened)
        outbox.mark_due(self.tx, check, self.now, OutboxKind.CARD, OutboxKind.REMINDER)
        return Step(Did.DONE, opened)

    def _wait_for_more(self, opened: Opened) -> None:
        """Start the idle timer of a draft at NONE; `wake` postpones it while the reporter is answering."""
        if opened.check.level is Level.NONE and opened.check.status is CheckStatus.DRAFT:
            checks.wake_again(self.tx, opened.check.id, self.now + self.roster.idle, 0)

    def answer(self, check: str, who: str, question: str, choices: tuple[str, ...]) -> Step:
        """Save one answer. If it needs a page at once, the page is in the outbox when this returns."""
        return self._take(check, Given(who, question, choices), answering.answer)

    def change(self, check: str, who: str, question: str, choices: tuple[str, ...]) -> Step:
        """Replace one given answer; all other answers stay."""
        return self._take(check, Given(who, question, choices), answering.change)

    def _take(self, check: str, given: Given, asked: Asked) -> Step:
        opened, is_s2 = self.load(check), given.question == WHO_TO_LEAVE_OUT
        out = checks.people_left_out(self.tx, check) if is_s2 else frozenset[str]()
        change = asked(opened.check, given, self.roster, out)
        if isinstance(change, Did):
            return Step(change, opened)
        what = EventKind.ANSWERED if change.is_first else EventKind.CHANGED
        self.record(opened, given.who, what, {"question": given.question, "options": given.choices})
        if is_s2:
            checks.leave_out(self.tx, check, change.left_out, self.roster.accounts)
        columns = {"answers": change.answers, "level": change.level, "outcome": change.outcome}
        is_page_moment = change.page_due and opened.check.status is CheckStatus.DRAFT and not self._is_told(opened)
        opened = self._save(opened, **columns, revisiting=None, cover=Cover.PAGED if is_page_moment else None)
        self._show_step(opened, change, is_s2=is_s2)
        return Step(Did.DONE, opened, change.opens)

    def _show_step(self, opened: Opened, change: AnswerChange, *, is_s2: bool) -> None:
        """Page if due, and update the messages that show the answer."""
        if opened.check.level is Level.NONE:
            self.show_reporter(opened)
            return
        if is_s2:
            self.settle_who_may_know(opened)
        if change.page_due or self._is_told(opened):  # An answer may have made a case more urgent.
            self.raise_case(opened)
        Breaches(self.tx, self.keys, self.roster, self.now).keep_up(opened, is_shown=change.is_breach)
        shown = [OutboxKind.CARD, OutboxKind.PAGE, OutboxKind.REMINDER, OutboxKind.BREACH]
        if is_s2:  # People left out now must lose these as well.
            shown += [OutboxKind.OLD_PAGE, OutboxKind.LINE]
        outbox.mark_due(self.tx, opened.check.id, self.now, *shown)

    def _save(self, opened: Opened, **changes: Any) -> Opened:
        """Save the changes; above NONE also the time at which the leads are told if the reporter stops here."""
        after = replace(opened, check=replace(opened.check, **changes))
        if after.check.level > Level.NONE:
            changes["wake_at"] = self._wake_at(after)
        checks.save(self.tx, opened, self.now, **changes)
        check = replace(after.check, revision=opened.check.revision + 1, touched_at=self.now)
        return replace(opened, check=check)

    def _wake_at(self, opened: Opened) -> datetime | None:
        wait = answering.patience(opened.check, self.roster)
        return None if wait is None or self._is_told(opened) else self.now + wait

    def _is_told(self, opened: Opened) -> bool:
        return self.case(opened) is not None

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
        self.raise_case(opened, content_free="S2" not in opened.check.answers)
        self._save(opened)
        self.show_reporter(opened)

    def ask_lead(self, check: str, who: str, request: str) -> Step:
        """Ask for a lead: no reason needed, at any step, as often as wanted."""
        opened = self.load(check)
        if opened.check.reporter != who:
            return Step(Did.REFUSED, opened)
        case = self.case(opened)
        is_one_click = case is not None and timedelta() <= self.now - case.asked_at < ASK_AGAIN_AFTER
        if self.is_repeat(request) or is_one_click:
            return Step(Did.ALREADY, opened, done_at=case.asked_at if case else None)
        if case is not None:
            self._ask_about_case(opened, case, who, request)
            return Step(Did.DONE, opened)
        self.record(opened, who, EventKind.ASKED_LEAD, {}, request)
        level = max(opened.check.level, Level.CONSULT)
        opened = self._save(opened, asked_lead=True, level=level, cover=None, revisiting=None, **_taken_up(opened))
        if answering.is_page_due(opened.check):
            self.raise_case(opened)
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
        to = answering.go_back(opened.check, who, revision)
        return Step(to, opened) if isinstance(to, Did) else self._show(opened, revisiting=to)

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
        self._tell(opened, who, what, content, request)
        return self._show(opened)

    def _tell(
        self, opened: Opened, who: str, what: EventKind, content: Mapping[str, object], request: str | None = None
    ) -> None:
        """Record typed text, for the leads to be told of once there is a case; details also make it findable."""
        if what is EventKind.DETAILS:
            today = self.roster.week.day_of(self.now)
            person_index.remember(self.tx, self.keys, opened.check.id, content, today)
        if self._is_told(opened):
            self.record_and_notify(opened, who, what, content, request)
        else:
            self.record(opened, who, what, content, request)

    def send(self, check: str, who: str, *, story: str = "", reason: str = "") -> Step:
        """Send the finished check: fix its outcome, and page the leads if the level requires it.

        story: what happened, typed with it, for the leads. reason: why it is right for now that nobody is asked, which
        is recorded sealed (policy 2.9); both may be empty.
        """
        opened = self.load(check)
        outcome = answering.hand_over(opened.check, who)
        if isinstance(outcome, Did):
            return Step(outcome, opened)
        if story:
            written = events.newest_entry(self.tx, check, opened.sealer, EventKind.DETAILS)
            self._tell(opened, who, EventKind.DETAILS, {**(written.content if written else {}), "facts": story})
        if reason:
            self._tell(opened, who, EventKind.REASON, {"reason": reason})
        return self._hand_over(opened, who, outcome)

    def _hand_over(self, opened: Opened, who: str, outcome: Outcome) -> Step:
        opened = self._save(
            opened, status=CheckStatus.SENT, outcome=outcome, sent_at=self.now, revisiting=None, cover=None
        )
        self.record_and_notify(opened, who, EventKind.SENT, {"outcome": outcome})
        if opened.check.level > Level.NONE:
            self.raise_case(opened)
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


def _taken_up(opened: Opened) -> dict[str, CheckStatus]:
    """Return the status change for a check that was set aside and becomes a draft again; empty for others."""
    return {"status": CheckStatus.DRAFT} if opened.check.status is CheckStatus.SHELVED else {}
