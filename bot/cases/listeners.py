"""The leads' side: lead, seen, step aside, open, ask, note, agree plan, hand on, close, reopen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient
from sqlalchemy import Connection

from bot.cases import modals
from bot.context import CheckView, Services
from bot.permission import Act, Gate, gate, may
from bot.records.listeners import with_others
from bot.slack import block_kit
from bot.slack.payloads import Press, Sent, named
from bot.slack.replies import Replies, guarded
from flows.case import DECISIONS, Case, Did, Strand, StrandName, StrandStatus
from flows.events import EventKind, opened
from services.casework import Casework, Result

Json = dict[str, Any]
NOT_FOUND = "This card is out of date. There is nothing to do here."
NOT_LEADING = "Only the lead of this check can do that. Press I will lead, or Take over."
NOT_FOR_REPORTER = "You raised this check, so another lead will work on it with you."
LAST_ONE = "You are the last person who may know of this, so I cannot leave you out. Please phone someone who can help."
ALREADY = "Already done."
DECISION_NEEDED = "Please choose what you have decided."
REOPENED_ALREADY = (
    "Somebody has reopened this already. What you typed was not kept: copy it, close this, and press Add note."
)

Do = Callable[[Casework, Press, str], Result]
PRESSES: dict[str, tuple[Act, Do]] = {
    "lead": (Act.LEAD, lambda work, press, by: work.lead(press.check, press.user.id, by, press.request)),
    "take_over": (Act.TAKE_OVER, lambda work, press, by: work.take_over(press.check, press.user.id, by, press.request)),
    "seen": (Act.SEE, lambda work, press, by: work.see(press.check, press.user.id, by)),
    "step_aside": (Act.STEP_ASIDE, lambda work, press, by: work.step_aside(press.check, press.user.id, by)),
    "hand_on": (Act.HAND_ON, lambda work, press, _by: work.hand_on(press.check, press.user.id, press.request)),
    "page_again": (Act.PAGE_AGAIN, lambda work, press, _by: work.page_again(press.check, press.user.id, press.request)),
}
"""Buttons that do one thing and need nothing but the press."""

MODALS: dict[str, tuple[Act, Callable[[CheckView, Case], block_kit.Block]]] = {
    "open_case": (Act.OPEN, modals.summary),
    "plan": (Act.PLAN, modals.decision),
    "ask_reporter": (Act.ASK, lambda view, _case: modals.ask(view)),
    "add_case_note": (Act.NOTE, lambda view, _case: modals.note(view)),
    "remind_me": (Act.REMIND, modals.remind),
    "close_case": (Act.CLOSE, modals.close),
    "reopen_case": (Act.REOPEN, lambda view, _case: modals.reopen(view)),
}
"""Buttons that open a modal. Every opening is recorded first (I21)."""


class Lead:
    """Listeners of the leads' card and modals. Nothing here happens before the gate has let them in."""

    def __init__(self, services: Services, replies: Replies) -> None:
        self._services = services
        self._replies = replies

    def press(self, ack: Ack, body: Json) -> None:
        """One of the plain buttons."""
        press = Press.model_validate(body)
        act, do = PRESSES[press.action.action_id]
        with self._services.write() as tx:
            passed, case = self.gate(tx, press.check, press.user.id, act)
            by = self._services.roster.person_at(press.user.id)
            if passed is Gate.ALLOWED and by is not None:
                deed = do(self._services.casework(tx), press, by)
                words = self._words(press, deed)
            else:
                words = refusal(passed, case, press.user.id)
        ack()
        self._replies.say_later(body, words)

    def gate(self, tx: Connection, check: str, who: str, act: Act) -> tuple[Gate, Case | None]:
        """Whether they may, and the case; a check that does not exist is answered like one they may not know of."""
        subject = self._services.subject(tx, check, lock=True)
        if subject is None or subject.case is None:
            return Gate.NOT_FOUND, None
        return gate(subject, who, act, self._services.roster), subject.case

    def _words(self, press: Press, deed: Result) -> str | None:
        if deed.did is Did.DONE:
            return None
        if deed.did is Did.REFUSED:
            return LAST_ONE
        taken = press.action.action_id == "lead" and deed.case.led_at is not None
        if deed.did is Did.STALE and taken and deed.case.led_at is not None:
            seconds = max(int((self._services.clock.now() - deed.case.led_at).total_seconds()), 1)
            since = f"{seconds} seconds" if seconds < 120 else block_kit.at(deed.case.led_at)  # noqa: PLR2004 - two minutes
            before = f"{since} before you" if seconds < 120 else f"at {since}"  # noqa: PLR2004 - two minutes
            more = "Open shows it to you." if deed.case.dm_only else "You can still help in the thread."
            return f"Taken {before}. {more}"
        return ALREADY if deed.did is Did.ALREADY else NOT_FOUND

    def open_modal(self, body: Json, client: WebClient) -> None:
        """Open a modal, once the opening is in the record."""
        press = Press.model_validate(body)
        act, make = MODALS[press.verb]
        with self._services.write() as tx:
            passed, case = self.gate(tx, press.check, press.user.id, act)
            view = self.view(tx, press) if passed is Gate.ALLOWED else None
        if view is not None and press.verb == "open_case":
            with self._services.write() as tx:
                view = with_others(self._services, tx, view, press.user.id)
        if view is not None and view.case is not None:
            client.views_open(trigger_id=press.trigger_id, view=make(view, view.case))
        else:
            self._replies.say(body, refusal(passed, case, press.user.id))

    def view(self, tx: Connection, press: Press) -> CheckView:
        """Everything of the case, once it is recorded that somebody looks."""
        self._services.casework(tx).viewed(press.check, press.user.id, opened(press.verb))
        return self._services.look(tx, press.check, history=True)

    def open_check(self, body: Json, client: WebClient) -> None:
        """From a lead's Home: a check that ended without a page. The opening is recorded first (I21)."""
        press = Press.model_validate(body)
        with self._services.write() as tx:
            subject = self._services.subject(tx, press.check)
            view = None
            if subject and subject.case is None and may(subject, press.user.id, Act.OPEN, self._services.roster):
                self._services.casework(tx).viewed(press.check, press.user.id, EventKind.OPENED_CHECK)
                view = self._services.look(tx, press.check, history=True)
        if view is None:
            self._replies.say(body, NOT_FOUND)
        else:
            with self._services.write() as tx:
                view = with_others(self._services, tx, view, press.user.id)
            client.views_open(trigger_id=press.trigger_id, view=modals.sample(view))

    def remind_me(self, ack: Ack, body: Json) -> None:
        """Hear of it again at a time of one's own choosing."""
        sent = Sent.model_validate(body)
        with self._services.write() as tx:
            passed, case = self.gate(tx, sent.check, sent.user.id, Act.REMIND)
            when = next(iter(sent.chosen("when")), "")
            chosen = modals.reminders(case).get(when) if case else None
            deed = None
            if passed is Gate.ALLOWED and chosen is not None:
                work = self._services.casework(tx)
                deed = work.remind_me(sent.check, sent.user.id, self._moment(chosen[1]), sent.request)
        _answer(ack, deed, "when")

    def _moment(self, wait: timedelta | None) -> datetime:
        now, roster = self._services.clock.now(), self._services.roster
        return now + wait if wait is not None else roster.week.next_morning(now, roster.morning)

    def update_strands(self, body: Json, client: WebClient) -> None:
        """From Close: what became of the plan's parts."""
        press = Press.model_validate(body)
        with self._services.write() as tx:
            passed, case = self.gate(tx, press.check, press.user.id, Act.PLAN)
            view = self.view(tx, press) if passed is Gate.ALLOWED else None
        if view is not None and view.case is not None:
            client.views_push(trigger_id=press.trigger_id, view=modals.strands(view, view.case, "update_strands"))
        else:
            self._replies.say(body, refusal(passed, case, press.user.id))

    def submit(self, sent: Sent, act: Act, do: Callable[[Casework], Result]) -> Result | None:
        """Carry out what a modal asked for; None where the gate is shut."""
        with self._services.write() as tx:
            passed, _ = self.gate(tx, sent.check, sent.user.id, act)
            return do(self._services.casework(tx)) if passed is Gate.ALLOWED else None

    def ask(self, ack: Ack, body: Json) -> None:
        """A question to the reporter."""
        self._text(ack, body, Act.ASK, EventKind.QUESTION)

    def note(self, ack: Ack, body: Json) -> None:
        """A note."""
        self._text(ack, body, Act.NOTE, EventKind.NOTE)

    def _text(self, ack: Ack, body: Json, act: Act, what: EventKind) -> None:
        sent = Sent.model_validate(body)
        if nothing_typed(ack, sent, "text"):
            return
        content = {"text": sent.typed("text")}
        deed = self.submit(sent, act, lambda work: work.write(sent.check, sent.user.id, what, content, sent.request))
        _answer(ack, deed, "text")

    def decide(self, ack: Ack, body: Json) -> None:
        """The decision; the plan's parts come next, in the same window."""
        sent = Sent.model_validate(body)
        decision = next(iter(sent.chosen("decision")), "")
        content = {field.key: sent.typed(field.key, field.longest) for field in modals.DECISION}
        if decision not in DECISIONS:
            ack(response_action="errors", errors={"decision": DECISION_NEEDED})
            return
        if nothing_typed(ack, sent, "reason"):
            return
        with self._services.write() as tx:  # what comes next is made in it too: nobody is told falsely that it failed
            passed, _ = self.gate(tx, sent.check, sent.user.id, Act.PLAN)
            deed = next_window = None
            if passed is Gate.ALLOWED:
                deed = self._services.casework(tx).decide(sent.check, sent.user.id, decision, content, sent.request)
                next_window = modals.strands(self._services.look(tx, sent.check), deed.case)
        if deed is None or deed.did is Did.STALE:
            _answer(ack, deed, "reason")
        else:
            ack(response_action="update", view=next_window)

    def plan(self, ack: Ack, body: Json) -> None:
        """The three strands."""
        sent = Sent.model_validate(body)
        by = self._services.roster.person_at(sent.user.id) or ""
        deed = self.submit(
            sent,
            Act.PLAN,
            lambda work: work.plan(sent.check, sent.user.id, by, _strands(sent), sent.request),
        )
        _answer(ack, deed, "student.what")

    def strands(self, ack: Ack, body: Json) -> None:
        """What became of the strands."""
        sent = Sent.model_validate(body)
        deed = self.submit(
            sent,
            Act.PLAN,
            lambda work: work.finish_strands(sent.check, sent.user.id, _strands(sent), sent.request),
        )
        _answer(ack, deed, "student.what")

    def show_close(self, body: Json, client: WebClient) -> None:
        """Close again, now that the plan's parts have changed."""
        sent = Sent.model_validate(body)
        with self._services.database.read() as tx:
            subject = self._services.subject(tx, sent.check)
            if not may(subject, sent.user.id, Act.CLOSE, self._services.roster):
                return
            view = self._services.look(tx, sent.check, history=True)
        if view.case is not None and sent.view.root_view_id:
            client.views_update(view_id=sent.view.root_view_id, view=modals.close(view, view.case))

    def close(self, ack: Ack, body: Json) -> None:
        """Complete, once nothing is missing."""
        sent = Sent.model_validate(body)
        if nothing_typed(ack, sent, "outcome"):
            return
        content = {key: sent.typed(key) for key in ("outcome", "may_know")}
        deed = self.submit(sent, Act.CLOSE, lambda work: work.close(sent.check, sent.user.id, content, sent.request))
        if deed is not None and deed.missing:
            ack(response_action="errors", errors={"outcome": "Not yet: " + " ".join(deed.missing)})
        else:
            _answer(ack, deed, "outcome")

    def reopen(self, ack: Ack, body: Json) -> None:
        """A closed case is opened again."""
        sent = Sent.model_validate(body)
        if nothing_typed(ack, sent, "text"):
            return
        reason = sent.typed("text")
        deed = self.submit(sent, Act.REOPEN, lambda work: work.reopen(sent.check, sent.user.id, reason, sent.request))
        if deed is not None and deed.did is Did.STALE:
            ack(response_action="errors", errors={"text": REOPENED_ALREADY})
        else:
            _answer(ack, deed, "text")


def refusal(passed: Gate, case: Case | None, who: str) -> str:
    """Why not. Somebody who may not know of the case is told what they would be told if there were none."""
    if passed is Gate.NOT_FOUND or case is None:
        return NOT_FOUND
    return NOT_FOR_REPORTER if case.check.reporter == who else NOT_LEADING


def nothing_typed(ack: Ack, sent: Sent, *boxes: str) -> bool:
    """Whether one of the boxes that need words has none: the window stays open and says so at each of them."""
    empty = sent.without_words(*boxes)
    if empty:
        ack(response_action="errors", errors=dict.fromkeys(empty, "Please write something, or close this."))
    return bool(empty)


def _answer(ack: Ack, deed: Result | None, block_id: str) -> None:
    """Close the modal; where nothing could be done the words typed stay, with the reason beside them."""
    if deed is not None and deed.did is not Did.STALE:
        ack()
    else:
        words = "This check has changed, or you no longer lead it. Nothing was saved here. Close this and look again."
        ack(response_action="errors", errors={block_id: words})


def _strands(sent: Sent) -> tuple[Strand, ...]:
    """What stands in the window; a state that is none is still to do, and a day that is none is left empty."""
    return tuple(
        Strand(
            name=name,
            status=_STATUS.get(next(iter(sent.chosen(f"{name}.status")), ""), StrandStatus.TO_DO),
            what=sent.typed(f"{name}.what", modals.LONGEST_PART),
            owner=sent.typed(f"{name}.owner", modals.LONGEST_OWNER),
            due=sent.day(f"{name}.due"),
        )
        for name in StrandName
    )


_STATUS = {status.value: status for status in StrandStatus}


def register(app: App, services: Services, replies: Replies) -> None:
    """Every button and modal of the leads."""
    lead = Lead(services, replies)

    def quickly(ack: Ack) -> None:
        ack()

    for verb in PRESSES:
        app.action(verb)(lead.press)
    for verb in MODALS:
        app.action(named(verb))(ack=quickly, lazy=[guarded(lead.open_modal, replies.sorry)])
    app.action(named("open_check"))(ack=quickly, lazy=[guarded(lead.open_check, replies.sorry)])
    app.action("update_strands")(ack=quickly, lazy=[guarded(lead.update_strands, replies.sorry)])
    app.view("ask_reporter")(lead.ask)
    app.view("case_note")(lead.note)
    app.view("decision")(lead.decide)
    app.view("strands")(lead.plan)
    app.view("update_strands")(ack=lead.strands, lazy=[guarded(lead.show_close, replies.sorry)])
    app.view("remind_me")(lead.remind_me)
    app.view("close_case")(lead.close)
    app.view("reopen_case")(lead.reopen)
