"""Corrections and disputes of the record: by the reporter on their card, by others who may in the summary."""

from __future__ import annotations

from slack_bolt import App
from sqlalchemy import Connection

from bot.cases import corrections_modal
from bot.cases.gated import NOT_FOUND
from bot.context import Services
from bot.permission import Act, may
from bot.slack import block_kit
from bot.slack.listeners import Answer, Listeners, close, errors
from bot.slack.payloads import Press, Sent
from bot.slack.replies import Replies
from flows.case import Did
from flows.events import EventKind
from services.corrections import Corrections
from storage import checks

_LONGEST_ID = 18


class Correct:
    """Listeners of the "Correct or dispute" button and its modal."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def open(self, press: Press) -> block_kit.Block | str:
        """Return the modal, or words where this person may not correct the record.

        A lead's opening is recorded first (I21).
        """
        with self._services.write() as tx:
            return self._window(tx, press.check, press.user.id) or NOT_FOUND

    def _window(self, tx: Connection, check: str, who: str) -> block_kit.Block | None:
        """Return the modal; None where this person may not correct the record.

        The reporter is offered only their own entries.
        """
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

    def submit(self, sent: Sent) -> Answer:
        """Append the correction or dispute. The modal stays open, with the words typed, where that is refused."""
        with self._services.write() as tx:
            subject = self._services.subject(tx, sent.check, lock=True)
            if subject is None or not may(subject, sent.user.id, Act.CORRECT, self._services.roster):
                return errors({"text": NOT_FOUND})
            did = self._add(tx, sent, sent.user.id if sent.user.id == subject.check.reporter else None)
        return close() if did in (Did.DONE, Did.ALREADY) else errors({"text": NOT_FOUND})

    def _add(self, tx: Connection, sent: Sent, of: str | None) -> Did:
        kind, entry = (next(iter(sent.chosen(box)), "") for box in ("kind", "entry"))
        if kind not in corrections_modal.KINDS or not entry.isdecimal() or len(entry) > _LONGEST_ID:
            return Did.STALE
        by, text = sent.typed("by"), sent.typed("text")
        what = EventKind(kind)
        return self._work(tx).add(sent.check, sent.user.id, what, int(entry), by, text, sent.request, of=of)


def register(app: App, services: Services, replies: Replies) -> None:
    """Register the "Correct or dispute" button, in messages and modals alike, and the modal's submission."""
    correct, on = Correct(services), Listeners(app, replies)
    on.opens("correct", correct.open)
    on.submission("correct", correct.submit, needs=("text",))
