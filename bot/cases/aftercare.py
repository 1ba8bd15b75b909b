"""The reporter's part in a case: answer a lead, read and agree the plan, and the questions after sharing."""

from __future__ import annotations

from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot.cases.listeners import Lead, nothing_typed, refusal
from bot.checks import modals
from bot.context import Services
from bot.permission import Act, Gate
from bot.slack.payloads import Press, Sent, named
from bot.slack.replies import Replies, guarded
from flows.case import Did, Entry
from flows.events import EventKind
from services.casework import Casework, Result
from storage.events import latest

Json = dict[str, Any]
CHANGED = "This has changed since. Please look at the newest message."
ALREADY = "Already done."


ACTS = {"see_plan": Act.READ_PLAN, "see_outcome": Act.READ_PLAN, "record_sharing": Act.RECORD_SHARING}
SAID = {
    "talk_first": "I am asking the lead to talk with you first.",
    "not_shared_yet": "Thank you. Answer here once it has been shared.",
}


class Aftercare:
    """Listeners of the reporter's messages about a case."""

    def __init__(self, services: Services, replies: Replies) -> None:
        self._services = services
        self._replies = replies
        self._lead = Lead(services, replies)

    def press(self, ack: Ack, body: Json) -> None:
        """I agree, Talk to me first, Not shared yet, We chose not to share."""
        press = Press.model_validate(body)
        verb = press.action.action_id
        act = Act.AGREE if verb in ("agree", "talk_first") else Act.RECORD_SHARING
        with self._services.write() as tx:
            work = self._services.casework(tx)
            passed, case = self._lead.gate(tx, press.check, press.user.id, act)
            allowed = passed is Gate.ALLOWED
            words = _words(_do(work, press, verb), verb) if allowed else refusal(passed, case, press.user.id)
        ack()
        self._replies.say_later(body, words)

    def open_modal(self, body: Json, client: WebClient) -> None:
        """See the plan, Answer a lead, I disagree, the questions after sharing."""
        press = Press.model_validate(body)
        verb = press.verb
        act = ACTS.get(verb, Act.REPLY)
        with self._services.write() as tx:
            passed, case = self._lead.gate(tx, press.check, press.user.id, act)
            view = self._lead.view(tx, press) if passed is Gate.ALLOWED else None
        if view is None or view.case is None:
            self._replies.say(body, refusal(passed, case, press.user.id))
            return
        made = _modal(verb, press, view.entries) if verb != "record_sharing" else modals.sharing(view)
        if verb == "see_plan":
            made = modals.plan(view, view.case, latest(view.entries, EventKind.DECIDED))
        if made is not None:
            client.views_open(trigger_id=press.trigger_id, view=made)
        else:
            self._replies.say(body, CHANGED)

    def reply(self, ack: Ack, body: Json) -> None:
        """The answer to a lead's question."""
        sent = Sent.model_validate(body)
        if nothing_typed(ack, sent, "text"):
            return
        content = {"to": sent.number, "text": sent.typed("text")}
        self._submit(
            ack,
            sent,
            Act.REPLY,
            "text",
            lambda work: work.write(sent.check, sent.user.id, EventKind.REPLY, content, sent.request),
        )

    def disagree(self, ack: Ack, body: Json) -> None:
        """Why the reporter does not agree with the plan."""
        sent = Sent.model_validate(body)
        if nothing_typed(ack, sent, "text"):
            return
        plan_round, reason = sent.number, sent.typed("text")
        self._submit(
            ack,
            sent,
            Act.AGREE,
            "text",
            lambda work: work.disagree(sent.check, sent.user.id, plan_round, reason, sent.request),
        )

    def sharing(self, ack: Ack, body: Json) -> None:
        """The two questions of 3.4 and what was shared."""
        sent = Sent.model_validate(body)
        if nothing_typed(ack, sent, *(field.key for field in modals.SHARING)):
            return
        answers = {question: sent.chosen(question) for question in ("3.4.1", "3.4.2")}
        content = {field.key: sent.typed(field.key, field.longest) for field in modals.SHARING}
        self._submit(
            ack,
            sent,
            Act.RECORD_SHARING,
            "what",
            lambda work: work.shared(sent.check, sent.user.id, answers, content, sent.request),
        )

    def _submit(self, ack: Ack, sent: Sent, act: Act, block_id: str, do: Any) -> None:
        deed = self._lead.submit(sent, act, do)
        if deed is None or deed.did is Did.STALE:
            ack(response_action="errors", errors={block_id: CHANGED})
        else:
            ack()


def _do(work: Casework, press: Press, verb: str) -> Result:
    check, who = press.check, press.user.id
    match verb:
        case "agree":
            return work.agree(check, who, press.number)
        case "talk_first":
            return work.talk_first(check, who, press.number)
        case _:
            return work.not_shared(check, who, chose=verb == "chose_not")


def _words(deed: Result, verb: str) -> str | None:
    return {Did.DONE: SAID.get(verb), Did.ALREADY: ALREADY}.get(deed.did, CHANGED)


def _modal(verb: str, press: Press, entries: tuple[Entry, ...]) -> dict[str, Any] | None:
    if verb == "disagree":
        return modals.disagree(press.action.value)
    entry = next((entry for entry in entries if str(entry.id) == press.argument), None)
    if entry is not None and verb == "reply" and entry.what is EventKind.QUESTION:
        return modals.reply(press.action.value, str(entry.content.get("text", "")))
    if entry is not None and verb == "see_outcome" and entry.what is EventKind.CLOSED:
        return modals.may_know(str(entry.content.get("may_know", "")))
    return None


def register(app: App, services: Services, replies: Replies) -> None:
    """Every button and modal of the reporter's messages about a case."""
    aftercare = Aftercare(services, replies)

    def quickly(ack: Ack) -> None:
        ack()

    for verb in ("agree", "talk_first", "not_shared_yet", "chose_not"):
        app.action(verb)(aftercare.press)
    for verb in ("see_plan", "see_outcome", "reply", "disagree", "record_sharing"):
        app.action(named(verb))(ack=quickly, lazy=[guarded(aftercare.open_modal, replies.sorry)])
    app.view("reply")(aftercare.reply)
    app.view("disagree")(aftercare.disagree)
    app.view("sharing")(aftercare.sharing)
