"""Correct or dispute: for the reporter on their card, for those who may in the summary."""

from __future__ import annotations

from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient
from sqlalchemy import Connection

from bot.cases import corrections_modal
from bot.cases.listeners import NOT_FOUND, nothing_typed
from bot.context import Services
from bot.permission import Act, may
from bot.slack.payloads import Press, Sent
from bot.slack.replies import Replies, guarded
from flows.case import Did
from flows.events import EventKind
from services.corrections import Corrections
from storage import checks

Json = dict[str, Any]
_LONGEST_ID = 18


class Correct:
    """Listeners of the button and its window."""

    def __init__(self, services: Services, replies: Replies) -> None:
        self._services = services
        self._replies = replies

    def open(self, body: Json, client: WebClient) -> None:
        """The opening is recorded first (I21). The reporter is offered what they said themselves."""
        press = Press.model_validate(body)
        who = press.user.id
        with self._services.write() as tx:
            window = self._window(tx, press.check, who)
        if window is None:
            self._replies.say(body, NOT_FOUND)
        elif press.view is None:
            client.views_open(trigger_id=press.trigger_id, view=window)
        else:
            client.views_push(trigger_id=press.trigger_id, view=window)

    def _window(self, tx: Connection, check: str, who: str) -> Json | None:
        subject = self._services.subject(tx, check, lock=True)
        if subject is None or not may(subject, who, Act.CORRECT, self._services.roster):
            return None
        is_reporter = who == subject.check.reporter
        if not is_reporter:
            self._services.casework(tx).viewed(check, who, EventKind.OPENED_CORRECT)
        work = self._work(tx)
        entries = work.entries(checks.load(tx, self._services.keys, check), who if is_reporter else None)
        return corrections_modal.correct(self._services.look(tx, check), entries)

    def _work(self, tx: Connection) -> Corrections:
        return Corrections(tx, self._services.keys, self._services.roster, self._services.clock.now())

    def submit(self, ack: Ack, body: Json) -> None:
        """Added; the window stays where it could not be."""
        sent = Sent.model_validate(body)
        if nothing_typed(ack, sent, "text"):
            return
        did = Did.REFUSED
        with self._services.write() as tx:
            subject = self._services.subject(tx, sent.check, lock=True)
            if subject is not None and may(subject, sent.user.id, Act.CORRECT, self._services.roster):
                did = self._add(tx, sent, sent.user.id if sent.user.id == subject.check.reporter else None)
        if did in (Did.DONE, Did.ALREADY):
            ack()
        else:
            ack(response_action="errors", errors={"text": NOT_FOUND})

    def _add(self, tx: Connection, sent: Sent, of: str | None) -> Did:
        kind, entry = (next(iter(sent.chosen(box)), "") for box in ("kind", "entry"))
        if kind not in corrections_modal.KINDS or not entry.isdecimal() or len(entry) > _LONGEST_ID:
            return Did.STALE
        by, text = sent.typed("by"), sent.typed("text")
        what = EventKind(kind)
        return self._work(tx).add(sent.check, sent.user.id, what, int(entry), by, text, sent.request, of=of)


def register(app: App, services: Services, replies: Replies) -> None:
    """The button, in a message or a window, and what it opens."""
    correct = Correct(services, replies)

    def quickly(ack: Ack) -> None:
        ack()

    app.action("correct")(ack=quickly, lazy=[guarded(correct.open, replies.sorry)])
    app.view("correct")(correct.submit)
