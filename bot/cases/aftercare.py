"""The reporter's part in a case: answer a lead, read and agree the plan, and the questions after sharing."""

from __future__ import annotations

from slack_bolt import App

from bot.cases import reporter_modals as modals
from bot.cases.gated import Gated
from bot.check_view import CheckView
from bot.context import Services
from bot.fields import SHARING
from bot.permission import Act
from bot.slack import block_kit
from bot.slack.listeners import Answer, Listeners, close, errors
from bot.slack.payloads import Press, Sent
from bot.slack.replies import Replies
from flows.case import Did, Entry, latest
from flows.events import EventKind
from services.casework import Casework, Result

CHANGED = "This has changed since. Please look at the newest message."
ALREADY = "Already done."

ACTS = {"see_plan": Act.READ_PLAN, "see_outcome": Act.READ_PLAN, "record_sharing": Act.RECORD_SHARING}
SAID = {
    "talk_first": "I am asking the lead to talk with you first.",
    "not_shared_yet": "Thank you. Answer here once it has been shared.",
}


class Aftercare:
    """Listeners of the reporter's messages about a case."""

    def __init__(self, services: Services) -> None:
        self._gated = Gated(services)

    def press(self, press: Press) -> str | None:
        """I agree, Talk to me first, Not shared yet, We chose not to share."""
        act = Act.AGREE if press.verb in ("agree", "talk_first") else Act.RECORD_SHARING
        return self._gated.press(press, act, lambda work: _words(_do(work, press), press.verb))

    def open_modal(self, press: Press) -> block_kit.Block | str:
        """See the plan, Answer a lead, I disagree, the questions after sharing."""
        view = self._gated.look(press, ACTS.get(press.verb, Act.REPLY))
        return view if isinstance(view, str) else _modal(view, press) or CHANGED

    def reply(self, sent: Sent) -> Answer:
        """Answer a lead's question."""
        content = {"to": sent.number, "text": sent.typed("text")}
        result = self._gated.submit(
            sent, Act.REPLY, lambda work: work.write(sent.check, sent.user.id, EventKind.REPLY, content, sent.request)
        )
        return _settled(result, "text")

    def disagree(self, sent: Sent) -> Answer:
        """Say why the reporter does not agree with the plan."""
        result = self._gated.submit(
            sent,
            Act.AGREE,
            lambda work: work.disagree(sent.check, sent.user.id, sent.number, sent.typed("text"), sent.request),
        )
        return _settled(result, "text")

    def sharing(self, sent: Sent) -> Answer:
        """Keep the two answers of 3.4 and what was shared."""
        answers = {question: sent.chosen(question) for question in ("3.4.1", "3.4.2")}
        content = {field.key: sent.typed(field.key, field.longest) for field in SHARING}
        result = self._gated.submit(
            sent,
            Act.RECORD_SHARING,
            lambda work: work.shared(sent.check, sent.user.id, answers, content, sent.request),
        )
        return _settled(result, "what")


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
            return work.not_shared(check, who, chose=press.verb == "chose_not")


def _words(deed: Result, verb: str) -> str | None:
    return {Did.DONE: SAID.get(verb), Did.ALREADY: ALREADY}.get(deed.did, CHANGED)


def _modal(view: CheckView, press: Press) -> block_kit.Block | None:
    """None where the message pressed is about something that is not there any more."""
    if view.case is None:
        return None
    match press.verb:
        case "record_sharing":
            return modals.sharing(view)
        case "see_plan":
            return modals.plan(view, view.case, latest(view.entries, EventKind.DECIDED))
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
    """Every button and modal of the reporter's messages about a case."""
    aftercare, on = Aftercare(services), Listeners(app, replies)
    for verb in ("agree", "talk_first", "not_shared_yet", "chose_not"):
        on.press(verb, aftercare.press)
    for verb in ("see_plan", "see_outcome", "reply", "disagree", "record_sharing"):
        on.opens(verb, aftercare.open_modal)
    on.submission("reply", aftercare.reply, needs=("text",))
    on.submission("disagree", aftercare.disagree, needs=("text",))
    on.submission("sharing", aftercare.sharing, needs=tuple(field.key for field in SHARING))
