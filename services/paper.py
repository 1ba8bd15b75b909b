"""A check that was filled in on paper while Slack was unavailable, entered by whoever has the sheet.

It goes through the same code as a check in Slack, now: an urgent one pages now. The record is never back-dated; its
entries carry the time on the paper and who typed it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection, select

from flows.case import Did
from flows.checklist import CHECKLIST
from flows.engine.outcome import left_out
from flows.engine.replay import replay
from flows.events import EventKind
from flows.model import Answers, Level
from flows.paging.roster import Roster
from services.reporting import Reporting
from storage import checks
from storage.checks import Opened
from storage.crypto.envelope import Keyring
from storage.engine import idempotent
from storage.errors import StorageError
from storage.tables import checks as check_table


class NotEntered(StorageError):
    """The sheet cannot be entered like this; the message is for the person typing it. Nothing was saved."""


@dataclass(frozen=True, slots=True)
class Entered:
    """The result of entering a sheet. is_new: False if this sheet was entered before."""

    ref: str
    is_new: bool


class Paper(Reporting):
    """Enters one sheet. typed_by: Slack id of the person typing. at: when the sheet says it was filled in."""

    def __init__(
        self, tx: Connection, keys: Keyring, roster: Roster, now: datetime, typed_by: str, at: datetime
    ) -> None:
        super().__init__(tx, keys, roster, now)
        self._typed_by = typed_by
        self._at = at

    def enter(self, reporter: str, answers: Answers, reason: str = "") -> Entered:
        """Enter the whole sheet in one transaction. The same reporter and time again return the first entry.

        reason: why it is right for now that nobody was asked, as the sheet says it (policy 2.9). Raises NotEntered.
        """
        request = sha256(f"paper:{reporter}:{self._at.isoformat()}".encode()).hexdigest()
        idempotent.advisory_lock(self.tx, request)
        if (ref := self._entered_before(request)) is not None:
            return Entered(ref, is_new=False)
        self._refuse_to_let_in(answers)
        opened = self.start(reporter, request)
        check = opened.check.id
        self.record(opened, self._typed_by, EventKind.ENTERED_FROM_PAPER, {})
        checks.save(self.tx, opened, self.now, paper_at=self._at)
        for question in CHECKLIST:
            if question.id in answers:
                self._take_over(check, reporter, question.id, answers[question.id])
        self._end(check, reporter, reason)
        return Entered(opened.check.ref, is_new=True)

    def record(
        self, opened: Opened, who: str, what: EventKind, content: Mapping[str, object], request: str | None = None
    ) -> int:
        """Record an event now, with the time on the paper and who typed it."""
        on_paper = {"on_paper": self._at.isoformat(), "typed_by": self._typed_by}
        return super().record(opened, who, what, {**content, **on_paper}, request)

    def _entered_before(self, request: str) -> str | None:
        found: str | None = self.tx.scalar(select(check_table.c.ref).where(check_table.c.request == request))
        return found

    def _refuse_to_let_in(self, answers: Answers) -> None:
        """Raise NotEntered if the sheet leaves out the person typing it, who must learn nothing more of it."""
        if self.roster.person_at(self._typed_by) in left_out(answers):
            message = (
                "This sheet leaves out whoever is to type it. Give it, in an envelope, to the independent contact or "
                "to somebody it does not leave out, and phone them now."
            )
            raise NotEntered(message)

    def _take_over(self, check: str, reporter: str, question: str, choices: tuple[str, ...]) -> None:
        did = self.answer(check, reporter, question, choices).did
        if did is Did.NOBODY_LEFT:
            message = (
                f"{question} leaves nobody who could be told. Phone the independent contact, and ask the reporter."
            )
            raise NotEntered(message)
        if did is not Did.DONE:
            message = f"{question} is not asked with the answers before it. Look at the sheet again."
            raise NotEntered(message)

    def _end(self, check: str, reporter: str, reason: str) -> None:
        """Send a finished sheet; tell the leads at once of one that stops part-way with any concern.

        A sheet that ends with nobody asked and gives no reason stays a draft: the card asks the reporter for one.
        """
        opened = self.load(check)
        is_finished = replay(CHECKLIST, opened.check.answers, opened.check.level).is_finished
        if is_finished and (reason or opened.check.level > Level.NONE):
            self.send(check, reporter, reason=reason)
            return
        if reason:
            self.write(check, reporter, EventKind.REASON, {"reason": reason}, f"{check}:reason")
        if not is_finished and self.case(opened) is None:
            self.stop(check, reporter)
