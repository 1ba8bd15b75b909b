"""The reporter's part in a case: answer a lead's question, read and agree the plan, answer 3.4 after sharing."""

from __future__ import annotations

from collections.abc import Mapping

from slack_bolt import App

from bot.cases import reporter_modals as modals
from bot.cases.closing import Closing
from bot.cases.gated import Gated
from bot.check_view import CheckView
from bot.context import Services
from bot.fields import SHARING
from bot.newer_words import Windows
from bot.permission import Act
from bot.slack import block_kit
from bot.slack.listeners import WRITE_SOMETHING, Answer, Listeners, close, errors, update
from bot.slack.payloads import Press, Sent
from bot.slack.replies import Replies
from flows.agencies import Receipt, agencies_of
from flows.case import Did, Entry, latest
from flows.closure import AFTER_SHARING, OWNERS, SHARED_WORDS, open_answers, waits_for_sharing
from flows.events import EventKind
from flows.sentences import says_something
from services.case_steps import Result
from services.casework import Casework

CHANGED = "This has changed since. Please look at the newest message."
ALREADY = "Already done."

ACTS = {
    "see_plan": Act.READ_PLAN,
    "see_outcome": Act.READ_PLAN,
    "record_sharing": Act.RECORD_SHARING,
    "chose_not": Act.RECORD_SHARING,
}
SAID = {
    "talk_first": "I am asking whoever leads to talk with you first.",
    "not_shared_yet": "Thank you. Answer here once it has been shared.",
}


class Aftercare:
    """Listeners of the messages that a case sends to its reporter."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._gated = Gated(services)

    def press(self, press: Press) -> str | None:
        """Record the press of a button that needs no modal; return words for an ephemeral reply.

        The buttons are "I agree", "Talk to me first" and "Not shared yet".
        """
        act = Act.AGREE if press.verb in ("agree", "talk_first") else Act.RECORD_SHARING
        return self._gated.press(press, act, lambda work: _words(_do(work, press), press.verb))

    def open_modal(self, press: Press) -> block_kit.Block | str:
        """Return the modal of the button pressed: the plan, the outcome, a reply, "I disagree", or 3.4.

        The opening is recorded first (I21). Return words instead where this person may not, or the message is out of
        date.
        """
        view = self._gated.look(press, ACTS.get(press.verb, Act.REPLY))
        return view if isinstance(view, str) else _modal(view, press) or CHANGED

    def reply(self, sent: Sent) -> Answer:
        """Record the reporter's answer to a lead's question."""
        content = {"to": sent.number, "text": sent.typed("text")}
        result = self._gated.submit(
            sent, Act.REPLY, lambda work: work.write(sent.check, sent.user.id, EventKind.REPLY, content, sent.request)
        )
        return _settled(result, "text")

    def agree(self, sent: Sent) -> Answer:
        """Record that the reporter agrees the plan they read; ask policy 3.4 at once where it is shared already."""
        result = self._gated.submit(sent, Act.AGREE, lambda work: work.agree(sent.check, sent.user.id, sent.number))
        if result is None or result.did is Did.STALE:
            return update(modals.changed(CHANGED))
        with self._services.database.read() as tx:
            view = self._services.look(tx, sent.check, history=True)
        is_shared = any(one.state != Receipt.AWAITED for one in agencies_of(view.entries))
        is_next = result.did is Did.DONE and is_shared and waits_for_sharing(result.case)
        return update(modals.sharing(view)) if is_next else close()

    def disagree(self, sent: Sent) -> Answer:
        """Record why the reporter does not agree with the plan (policy 4.2)."""
        result = self._gated.submit(
            sent,
            Act.AGREE,
            lambda work: work.disagree(sent.check, sent.user.id, sent.number, sent.typed("text"), sent.request),
        )
        return _settled(result, "text")

    def sharing(self, sent: Sent) -> Answer:
        """Record the answers to 3.4.1 and 3.4.2 and the details of what was shared.

        An answer that does not settle them needs an owner and a date (I28), "unsafe to tell them" a date to look again.
        """
        answers = {question: sent.chosen(question) for question in AFTER_SHARING}
        content: dict[str, object] = {field.key: sent.typed(field.key, field.longest) for field in SHARING}
        content |= {"owner": next(iter(sent.chosen("owner")), ""), "due": sent.day("due")}
        if missing := _missing(answers, content):
            return errors(missing)
        result = self._gated.submit(
            sent,
            Act.RECORD_SHARING,
            lambda work: work.shared(sent.check, sent.user.id, answers, content, sent.request),
        )
        return _settled(result, "what")

    def chose_not(self, sent: Sent) -> Answer:
        """Record that nothing was shared, and why (docs/rules.md, decision 11)."""
        result = self._gated.submit(
            sent,
            Act.RECORD_SHARING,
            lambda work: work.chose_not_to_share(sent.check, sent.user.id, sent.typed("text"), sent.request),
        )
        return _settled(result, "text")


def _missing(answers: Mapping[str, tuple[str, ...]], content: Mapping[str, object]) -> dict[str, str]:
    """Return what is still needed to keep these answers, by box."""
    is_open = bool(open_answers(answers))
    missing = {key: WRITE_SOMETHING for key in SHARED_WORDS if not says_something(content[key])}
    if is_open and content["owner"] not in OWNERS:
        missing["owner"] = "This is not settled yet. Please say who sees to it."
    if (is_open or answers["3.4.1"] == ("no_unsafe",)) and not content["due"]:
        missing["due"] = "Please say by when, or when somebody looks at it again."
    return missing


def _settled(result: Result | None, block_id: str) -> Answer:
    return errors({block_id: CHANGED}) if result is None or result.did is Did.STALE else close()


def _do(work: Casework, press: Press) -> Result:
    check, who = press.check, press.user.id
    match press.verb:
        case "agree":
            return work.agree(check, who, press.number)
        case "talk_first":
            return work.talk_first(check, who, press.number)
        case _:
            return work.not_shared_yet(check, who)


def _words(deed: Result, verb: str) -> str | None:
    return {Did.DONE: SAID.get(verb), Did.ALREADY: ALREADY}.get(deed.did, CHANGED)


def _modal(view: CheckView, press: Press) -> block_kit.Block | None:
    """Return the modal of the button pressed; None where the question, plan or outcome no longer exists."""
    if view.case is None:
        return None
    match press.verb:
        case "record_sharing":
            return modals.sharing(view)
        case "see_plan":
            return modals.plan(view, view.case, latest(view.entries, EventKind.DECIDED))
        case "chose_not":
            return modals.chose_not(view)
        case "disagree":
            return modals.disagree(press.action.value)
    entry = next((entry for entry in view.entries if str(entry.id) == press.argument), None)
    return _about(entry, press) if entry else None


def _about(entry: Entry, press: Press) -> block_kit.Block | None:
    match press.verb, entry.what:
        case "reply", EventKind.QUESTION:
            return modals.reply(press.action.value, str(entry.content.get("text", "")))
        case "see_outcome", EventKind.CLOSED:
            return modals.may_know(str(entry.content.get("may_know", "")))
        case _:
            return None


def register(app: App, services: Services, replies: Replies) -> None:
    """Register every button and modal of the messages that a case sends to its reporter."""
    aftercare, on = Aftercare(services), Listeners(app, replies)
    for verb in ("agree", "talk_first", "not_shared_yet"):
        on.press(verb, aftercare.press)
    for verb in ("see_plan", "see_outcome", "reply", "disagree", "record_sharing", "chose_not"):
        on.opens(verb, aftercare.open_modal)
    on.submission("reply", aftercare.reply, needs=("text",))
    show_close = Closing(services).show_again
    on.submission("agree_plan", aftercare.agree)
    on.submission("disagree", aftercare.disagree, reasons=("text",))
    on.submission("chose_not", aftercare.chose_not, reasons=("text",), then=show_close)
    Windows(services, on).submission("sharing", aftercare.sharing, then=show_close)
