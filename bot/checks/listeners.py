"""The reporter's side: answer, back, change, note, hide, stop, ask a lead, send."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from slack_bolt import Ack, App, BoltContext
from slack_sdk import WebClient

from bot.cases.listeners import nothing_typed
from bot.checks import modals
from bot.context import CheckView, Services
from bot.slack import block_kit
from bot.slack.payloads import Press, Sent, named
from bot.slack.replies import Replies, guarded
from flows.case import Did
from flows.checklist import CHECKLIST
from flows.events import EventKind
from flows.model import PEOPLE, Choose
from services.reporting import Reporting, Step
from storage.errors import NoSuchCheck

Json = dict[str, Any]
OUT_OF_DATE = "This card is out of date. Here is the new one."
NOT_YOURS = "This is somebody else's check. Type /share-check to start your own."
NOBODY_LEFT = "Somebody must be told. Leave at least one person unticked."
TICK_ONE = "Tick at least one. If none fits, tick None of these or Not sure."
ALREADY_SAID_WHO = "You have answered this already. Close this, then use Back or Change to leave someone out."
CHANGED = "Changed. Your other answers are safe."
BROUGHT_UP = "That brings up 1 new question. Your other answers are safe."
TOO_LATE = "Nothing was saved: this was sent or changed meanwhile. Close this. If it matters, press Ask a lead."
UNTICK = "To leave them out, choose Yes above. Otherwise untick them."
NAME_SOMEONE = "Tick who should be left out, or choose another answer."

Action = Callable[[Reporting, Press], Step]
DEEDS: dict[str, Action] = {
    "back": lambda work, press: work.back(press.check, press.user.id, press.number),
    "forward": lambda work, press: work.forward(press.check, press.user.id),
    "hide": lambda work, press: work.hide(press.check, press.user.id),
    "show": lambda work, press: work.show(press.check, press.user.id),
    "stop": lambda work, press: work.stop(press.check, press.user.id),
    "ask_lead": lambda work, press: work.ask_lead(press.check, press.user.id, press.request),
    "reopen_check": lambda work, press: work.reopen(press.check, press.user.id),
    "carry_on": lambda work, press: work.carry_on(press.check, press.user.id),
}
"""Buttons that do one thing and need nothing but the press."""


class Reporter:
    """Listeners of the reporter's card and modals."""

    def __init__(self, services: Services, replies: Replies) -> None:
        self._services = services
        self._replies = replies

    def answer(self, ack: Ack, body: Json) -> None:
        """A pressed option. Saved before Slack hears of it."""
        press = Press.model_validate(body)
        self._save(ack, body, (press.verb_argument,), press.argument)

    def answer_ticks(self, ack: Ack, body: Json) -> None:
        """Continue under the boxes of 3.1.6."""
        press = Press.model_validate(body)
        question, _, revision = press.argument.partition(":")
        choices = press.chosen(f"{question}.{revision}")
        if choices:
            self._save(ack, body, choices, question)
        else:
            ack()
            self._replies.say_later(body, TICK_ONE)

    def _save(self, ack: Ack, body: Json, choices: tuple[str, ...], question: str) -> None:
        press = Press.model_validate(body)
        self._carry_out(ack, body, lambda work: work.answer(press.check, press.user.id, question, choices))

    def do(self, ack: Ack, body: Json) -> None:
        """One of the plain buttons."""
        press = Press.model_validate(body)
        self._carry_out(ack, body, lambda work: DEEDS[press.verb](work, press), is_page=press.verb == "ask_lead")

    def _carry_out(self, ack: Ack, body: Json, do: Callable[[Reporting], Step], *, is_page: bool = False) -> None:
        """Save, ack, and where nothing changed whisper why; for a card that was old put the new one below."""
        with self._services.write() as tx:
            work = self._services.reporting(tx)
            try:
                step = do(work)
            except NoSuchCheck:
                words: str | None = NOT_YOURS
            else:
                case = work.case(step.opened) if is_page else None
                words = self._words(step, case.asked_at if case else step.opened.check.touched_at)
                if step.did is Did.STALE:
                    work.put_card(step.opened)
        ack()
        self._replies.say_later(body, words)

    @staticmethod
    def _words(step: Step, done_at: datetime) -> str | None:
        match step.did:
            case Did.ALREADY:
                return f"Already done at {block_kit.at(done_at)}."
            case Did.STALE:
                return OUT_OF_DATE
            case Did.REFUSED:
                return NOT_YOURS
            case Did.NOBODY_LEFT:
                return NOBODY_LEFT
            case _:
                return None

    def open_modal(self, body: Json, client: WebClient) -> None:
        """Why we ask, Policy words, Add a note, Add details, Leave someone out, Check your answers, numbers."""
        press = Press.model_validate(body)
        view = self._own(press, history=press.verb == "add_details")
        if view is None:
            self._replies.say(body, NOT_YOURS)
        elif press.verb in ABOUT_A_QUESTION and press.argument not in CHECKLIST.by_id:
            self._replies.say(body, OUT_OF_DATE)
        else:
            client.views_open(trigger_id=press.trigger_id, view=_modal(view, press))

    def _own(self, press: Press, *, history: bool = False) -> CheckView | None:
        """The check pressed, where it is this person's; None for another's and for none at all, alike."""
        with self._services.database.read() as tx:
            try:
                view = self._services.look(tx, press.check, history=history)
            except NoSuchCheck:
                return None
        return view if view.check.reporter == press.user.id else None

    def open_change(self, body: Json, client: WebClient) -> None:
        """Change, in Check your answers: a second modal on top."""
        press = Press.model_validate(body)
        view = self._own(press)
        if view is None:
            self._replies.say(body, NOT_YOURS)
        elif press.argument not in view.check.answers:
            self._replies.say(body, TOO_LATE)
        else:
            client.views_push(trigger_id=press.trigger_id, view=modals.change(view, CHECKLIST[press.argument]))

    def _step(self, do: Callable[[Reporting], Step]) -> Step | None:
        """What became of it; None where there is no such check, which is answered like somebody else's."""
        with self._services.write() as tx:
            try:
                return do(self._services.reporting(tx))
            except NoSuchCheck:
                return None

    def leave_out(self, ack: Ack, body: Json) -> None:
        """The people ticked are left out, now and later."""
        sent = Sent.model_validate(body)
        step = self._step(lambda work: work.answer(sent.check, sent.user.id, "S2", sent.chosen("people")))
        _settle(ack, step, "people", ALREADY_SAID_WHO)

    def change(self, ack: Ack, body: Json, context: BoltContext) -> None:
        """Another answer in the place of one given."""
        sent = Sent.model_validate(body)
        question, choices, people = CHECKLIST.by_id.get(sent.argument), sent.chosen("option"), sent.chosen("people")
        if question is None:
            ack(response_action="errors", errors={"option": TOO_LATE})
            return
        if question.choose is Choose.PEOPLE and (choices == (PEOPLE,)) != bool(people):
            ack(response_action="errors", errors={"people": UNTICK if people else NAME_SOMEONE})
            return
        step = self._step(lambda work: work.change(sent.check, sent.user.id, question.id, people or choices))
        _settle(ack, step, "people" if people else "option", TOO_LATE)
        if step is not None and step.did is Did.DONE:
            context["changed"] = BROUGHT_UP if step.opens else CHANGED

    def show_changed(self, body: Json, client: WebClient, context: BoltContext) -> None:
        """Check your answers again, saying what the change brought up."""
        sent = Sent.model_validate(body)
        words = context.get("changed")
        if words is None or not sent.view.root_view_id:
            return
        with self._services.database.read() as tx:
            view = self._services.look(tx, sent.check)
        client.views_update(view_id=sent.view.root_view_id, view=modals.review(view, words))

    def note(self, ack: Ack, body: Json) -> None:
        """A note to one question, sealed."""
        sent = Sent.model_validate(body)
        if nothing_typed(ack, sent, "note"):
            return
        content = {"question": sent.argument, "text": sent.typed("note")}
        self._write(ack, sent, EventKind.NOTE, content)

    def details(self, ack: Ack, body: Json) -> None:
        """Who this is about and what is to be shared, sealed."""
        sent = Sent.model_validate(body)
        content = {field.key: sent.typed(field.key, field.longest) for field in modals.DETAILS}
        self._write(ack, sent, EventKind.DETAILS, content)

    def _write(self, ack: Ack, sent: Sent, what: EventKind, content: dict[str, str]) -> None:
        step = self._step(lambda work: work.write(sent.check, sent.user.id, what, content, sent.request))
        _settle(ack, step, next(iter(sent.view.state.values), what), TOO_LATE)

    def send(self, ack: Ack, body: Json) -> None:
        """Hand the finished check over."""
        sent = Sent.model_validate(body)
        step = self._step(lambda work: work.send(sent.check, sent.user.id))
        if step is None or step.did is not Did.STALE:
            ack(response_action="clear")
            return
        with self._services.database.read() as tx:
            view = self._services.look(tx, sent.check)
        ack(response_action="update", view=modals.review(view))


def _modal(view: CheckView, press: Press) -> block_kit.Block:
    match press.verb:
        case "why":
            return modals.why(CHECKLIST[press.argument])
        case "policy_words":
            return modals.policy_words(CHECKLIST[press.argument])
        case "add_note":
            return modals.note(press.action.value)
        case "add_details":
            return modals.details(view)
        case "leave_out":
            return modals.leave_out(view, press.action.value)
        case "phones":
            return modals.phones(view)
        case _:
            return modals.review(view)


def _settle(ack: Ack, step: Step | None, block_id: str, too_late: str) -> None:
    """Close the modal only where what it asked for is kept; otherwise it stays, with the reason."""
    did = Did.REFUSED if step is None else step.did
    if did in (Did.DONE, Did.ALREADY):
        ack()
        return
    words = {Did.NOBODY_LEFT: NOBODY_LEFT, Did.REFUSED: NOT_YOURS}.get(did, too_late)
    ack(response_action="errors", errors={block_id: words})


OPENS = ("why", "policy_words", "add_note", "add_details", "leave_out", "phones", "review")
ABOUT_A_QUESTION = ("why", "policy_words", "add_note")
NOTHING_TO_DO = ("tick",)


def register(app: App, services: Services, replies: Replies) -> None:
    """Every button and modal of the reporter."""
    reporter = Reporter(services, replies)

    def quickly(ack: Ack) -> None:
        ack()

    app.action(named("answer"))(reporter.answer)
    app.action("answer_ticks")(reporter.answer_ticks)
    for verb in DEEDS:
        app.action(named(verb))(reporter.do)
    for verb in OPENS:
        app.action(named(verb))(ack=quickly, lazy=[guarded(reporter.open_modal, replies.sorry)])
    for verb in NOTHING_TO_DO:
        app.action(named(verb))(quickly)
    app.action(named("change"))(ack=quickly, lazy=[guarded(reporter.open_change, replies.sorry)])
    app.view("change")(ack=reporter.change, lazy=[guarded(reporter.show_changed, replies.sorry)])
    app.view("leave_out")(reporter.leave_out)
    app.view("note")(reporter.note)
    app.view("details")(reporter.details)
    app.view("send")(reporter.send)
