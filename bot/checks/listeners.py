"""The reporter's side: answer, back, change, note, hide, stop, ask a lead, send."""

from __future__ import annotations

from collections.abc import Callable

from slack_bolt import App
from slack_sdk import WebClient

from bot.check_view import CheckView
from bot.checks import modals
from bot.checks.slow import SlowCards
from bot.context import Services
from bot.fields import DETAILS, SCHOOL
from bot.newer_words import Windows
from bot.slack import block_kit
from bot.slack.listeners import Answer, Listeners, Taken, clear, close, errors, update, without_reasons
from bot.slack.payloads import Press, Sent
from bot.slack.replies import Replies
from flows.case import Did, latest
from flows.checklist import CHECKLIST
from flows.events import EventKind
from flows.model import PEOPLE, Choose
from services.reporting import Reporting, Step
from storage.errors import NoSuchCheck

OUT_OF_DATE = "This card is out of date. Here is the new one."
NOT_YOURS = "This is somebody else's check. Type /share-check to start your own."
NOBODY_LEFT = "Somebody must be told. Leave at least one person unticked."
TICK_ONE = "Tick at least one. If none fits, tick None of these or Not sure."
ALREADY_SAID_WHO = "You have answered this already. Close this, then use Back or Change to leave someone out."
CHANGED = "Changed. Your other answers are safe."
BROUGHT_UP = "That brings up 1 new question. Your other answers are safe."
TOO_LATE = "Nothing was saved: this was sent or changed meanwhile. Close this. If it matters, ask for help on the card."
UNTICK = "To leave them out, choose Yes above. Otherwise untick them."
KEPT_ASIDE = "This was changed on another device. What you wrote here is kept in the record too."
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

    def __init__(self, services: Services, slow: SlowCards) -> None:
        self._services = services
        self._slow = slow

    def answer(self, press: Press) -> str | None:
        """Save a pressed option."""
        return self._answer(press, press.argument, (press.verb_argument,))

    def answer_ticks(self, press: Press) -> str | None:
        """Save what is ticked, once Continue is pressed under the boxes of 3.1.6."""
        question, _, revision = press.argument.partition(":")
        choices = press.chosen(f"{question}.{revision}")
        if not choices:
            return TICK_ONE
        return self._answer(press, question, choices)

    def do(self, press: Press) -> str | None:
        """Carry out one of `DEEDS`."""
        return self._carry_out(press, lambda work: DEEDS[press.verb](work, press))

    def _answer(self, press: Press, question: str, choices: tuple[str, ...]) -> str | None:
        return self._carry_out(press, lambda work: work.answer(press.check, press.user.id, question, choices))

    def _carry_out(self, press: Press, do: Callable[[Reporting], Step]) -> str | None:
        """Save, and say why where nothing changed; below a card that was old put the new one."""
        step = self._step(lambda work: _with_new_card(work, do(work)))
        if step is not None and step.did is Did.DONE:
            self._slow.note(press)
        return self._words(step) if step else NOT_YOURS

    def _words(self, step: Step) -> str | None:
        match step.did:
            case Did.ALREADY:
                done = step.done_at or step.opened.check.touched_at
                services = self._services
                return f"Already done at {block_kit.when(done, services.clock.now(), services.organisation.zone)}."
            case Did.STALE:
                return OUT_OF_DATE
            case Did.REFUSED:
                return NOT_YOURS
            case Did.NOBODY_LEFT:
                return NOBODY_LEFT
            case _:
                return None

    def open_modal(self, press: Press) -> block_kit.Block | str:
        """Open one of `OPENS`."""
        view = self._own(press.check, press.user.id, history=press.verb in ("add_details", "review"))
        if view is None:
            return NOT_YOURS
        if press.verb in ABOUT_A_QUESTION and press.argument not in CHECKLIST.by_id:
            return OUT_OF_DATE
        return _modal(view, press)

    def _own(self, check: str, who: str, *, history: bool = False) -> CheckView | None:
        """Return a check of this person; None for somebody else's check and for none at all, alike."""
        with self._services.database.read() as tx:
            try:
                view = self._services.look(tx, check, history=history)
            except NoSuchCheck:
                return None
        return view if view.check.reporter == who else None

    def open_change(self, press: Press) -> block_kit.Block | str:
        """Open Change, in Check your answers."""
        view = self._own(press.check, press.user.id)
        if view is None:
            return NOT_YOURS
        if press.argument not in view.check.answers or press.argument not in CHECKLIST.by_id:
            return TOO_LATE
        return modals.change(view, view.as_read(press.argument))

    def _step(self, do: Callable[[Reporting], Step], opened_on: int | None = None) -> Step | None:
        """Run `do` and return its result; None where there is no such check, which is answered like somebody else's."""
        with self._services.write() as tx:
            try:
                return do(self._services.reporting(tx, opened_on))
            except NoSuchCheck:
                return None

    def leave_out(self, sent: Sent) -> Answer:
        """Leave the people ticked out, now and later."""
        step = self._step(lambda work: work.answer(sent.check, sent.user.id, "S2", sent.chosen("people")))
        return _settled(step, "people", ALREADY_SAID_WHO)

    def change(self, sent: Sent) -> Answer:
        """Put another answer in the place of one given."""
        question, choices, people = CHECKLIST.by_id.get(sent.argument), sent.chosen("option"), sent.chosen("people")
        if question is None:
            return errors({"option": TOO_LATE})
        if question.choose is Choose.PEOPLE and (choices == (PEOPLE,)) != bool(people):
            return errors({"people": UNTICK if people else NAME_SOMEONE})
        step = self._step(lambda work: work.change(sent.check, sent.user.id, question.id, people or choices))
        if step is not None and step.did is Did.DONE:
            return close(BROUGHT_UP if step.opens else CHANGED)
        return _settled(step, "people" if people else "option", TOO_LATE)

    def show_changed(self, sent: Taken, client: WebClient) -> None:
        """Show Check your answers again, with what the change brought up; not where nothing changed."""
        if not sent.note or not sent.view.root_view_id:
            return
        with self._services.database.read() as tx:
            view = self._services.look(tx, sent.check, history=True)
        client.views_update(view_id=sent.view.root_view_id, view=modals.review(view, sent.note))

    def note(self, sent: Sent) -> Answer:
        """Keep a note to one question, sealed."""
        return self._write(sent, EventKind.NOTE, {"question": sent.argument, "text": sent.typed("note")})

    def details(self, sent: Sent) -> Answer:
        """Keep who this is about and what happened, sealed, with what boxes of earlier forms had."""
        view = self._own(sent.check, sent.user.id, history=True)
        entry = latest(view.entries, EventKind.DETAILS) if view else None
        earlier = {key: str(text) for key, text in entry.content.items()} if entry else {}
        typed = {field.key: sent.typed(field.key, field.longest) for field in DETAILS}
        school = "".join(sent.chosen(SCHOOL.key)) or sent.typed(SCHOOL.key, SCHOOL.longest)
        return self._write(sent, EventKind.DETAILS, {**earlier, **typed, SCHOOL.key: school})

    def _write(self, sent: Sent, what: EventKind, content: dict[str, str]) -> Answer:
        step = self._step(
            lambda work: work.write(sent.check, sent.user.id, what, content, sent.request), sent.opened_on
        )
        return _settled(step, next(iter(sent.view.state.values), what), TOO_LATE)

    def send(self, sent: Sent) -> Answer:
        """Hand the finished check over; where it is not finished, show Check your answers as it stands.

        Once without what happened is asked about again; without the reason for asking nobody it is not sent.
        """
        view = self._own(sent.check, sent.user.id, history=True)
        asked = self._asked_first(sent, view) if view else None
        if asked is not None:
            return asked
        story, reason = sent.typed("story"), sent.typed("reason")
        step = self._step(lambda work: work.send(sent.check, sent.user.id, story=story, reason=reason), sent.opened_on)
        if step is None or step.did not in (Did.STALE, Did.ALREADY):
            return clear()
        return self._sent_before(sent, (story, reason), step.did)

    def _sent_before(self, sent: Sent, typed: tuple[str, ...], did: Did) -> Answer:
        """Show the check as it stands, sent or changed on another device; what else was typed here is kept as well."""
        with self._services.write() as tx:
            view = self._services.look(tx, sent.check, history=True)
            kept = {value for entry in view.entries for value in entry.content.values() if isinstance(value, str)}
            words = "\n".join(text for text in typed if text and text not in kept)
            if words:
                self._services.casework(tx).set_aside(sent.check, sent.user.id, {"text": words}, sent.request)
        if did is Did.ALREADY and not words:
            return clear()
        return update(modals.review(view, KEPT_ASIDE if words else ""))

    def _asked_first(self, sent: Sent, view: CheckView) -> Answer | None:
        """Return what is asked for before it is sent; None where nothing is missing."""
        boxes = sent.view.state.values
        if modals.asks_for_story(view) and sent.argument != modals.WITHOUT and sent.without_words("story"):
            return update(modals.review(view, without="story" in boxes))
        if modals.asks_for_reason(view):
            return without_reasons(sent, "reason") if "reason" in boxes else update(modals.review(view))
        return None


def _with_new_card(work: Reporting, step: Step) -> Step:
    if step.did is Did.STALE:
        work.put_card(step.opened)
    return step


def _modal(view: CheckView, press: Press) -> block_kit.Block:
    match press.verb:
        case "why":
            return modals.why(view.as_read(press.argument))
        case "policy_words":
            return modals.policy_words(view.as_read(press.argument))
        case "add_note":
            return modals.note(press.action.value)
        case "leave_out":
            return modals.leave_out(view, press.action.value)
        case _:
            return _WHOLE_CHECK[press.verb](view)


_WHOLE_CHECK = {
    "add_details": modals.details,
    "phones": modals.phones,
    "school_phones": modals.school_phones,
    "review": modals.review,
    "would_change": modals.would_change,
    "more": modals.more,
}
"""Windows that need nothing but the check."""


def _settled(step: Step | None, block_id: str, too_late: str) -> Answer:
    """Close the modal only where what it asked for is kept; otherwise it stays, with the reason."""
    did = Did.REFUSED if step is None else step.did
    if did in (Did.DONE, Did.ALREADY):
        return close()
    return errors({block_id: {Did.NOBODY_LEFT: NOBODY_LEFT, Did.REFUSED: NOT_YOURS}.get(did, too_late)})


OPENS = (
    "why",
    "policy_words",
    "add_note",
    "add_details",
    "leave_out",
    "phones",
    "school_phones",
    "review",
    "would_change",
    "more",
)
ABOUT_A_QUESTION = ("why", "policy_words", "add_note")


def register(app: App, services: Services, replies: Replies, slow: SlowCards) -> None:
    """Every button and modal of the reporter."""
    reporter, on = Reporter(services, slow), Listeners(app, replies)
    on.press("answer", reporter.answer)
    on.press("answer_ticks", reporter.answer_ticks)
    for verb in DEEDS:
        on.press(verb, reporter.do)
    for verb in OPENS:
        on.opens(verb, reporter.open_modal)
    on.nothing("tick")
    on.opens("change", reporter.open_change)
    on.submission("change", reporter.change, then=reporter.show_changed)
    on.submission("leave_out", reporter.leave_out)
    on.submission("note", reporter.note, needs=("note",))
    windows = Windows(services, on)
    windows.submission("details", reporter.details)
    windows.submission("send", reporter.send)
