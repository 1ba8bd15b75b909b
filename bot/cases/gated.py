"""One press or submission about a case: the gate is asked with the check locked, in the transaction that acts."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection

from bot.check_view import CheckView
from bot.context import Services
from bot.permission import Act, Gate, gate
from bot.slack.payloads import Press, Sent
from flows.case import Case
from flows.events import opened
from services.casework import Casework, Result

NOT_FOUND = "This card is out of date. There is nothing to do here."
NOT_LEADING = "Only the lead of this check can do that. Press I will lead, or Take over."
NOT_FOR_REPORTER = "You raised this check, so another lead will work on it with you."


class Gated:
    """Acts on cases for people whom the gate lets through."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def press(self, press: Press, act: Act, do: Callable[[Casework], str | None]) -> str | None:
        """What `do` says of what it did, or why this person may not do it."""
        with self._services.write() as tx:
            passed, case = self.gate(tx, press.check, press.user.id, act)
            if passed is not Gate.ALLOWED:
                return refusal(passed, case, press.user.id)
            return do(self._services.casework(tx))

    def submit(self, sent: Sent, act: Act, do: Callable[[Casework], Result]) -> Result | None:
        """Carry out what a modal asked for; None where this person may not."""
        with self._services.write() as tx:
            passed, _ = self.gate(tx, sent.check, sent.user.id, act)
            return do(self._services.casework(tx)) if passed is Gate.ALLOWED else None

    def look(self, press: Press, act: Act) -> CheckView | str:
        """Everything of the case, once it is recorded that this person looks (I21); or why they may not."""
        with self._services.write() as tx:
            passed, case = self.gate(tx, press.check, press.user.id, act)
            if passed is not Gate.ALLOWED:
                return refusal(passed, case, press.user.id)
            self._services.casework(tx).viewed(press.check, press.user.id, opened(press.verb))
            return self._services.look(tx, press.check, history=True)

    def gate(self, tx: Connection, check: str, who: str, act: Act) -> tuple[Gate, Case | None]:
        """Whether they may, and the case; a check that does not exist is answered like one they may not know of."""
        subject = self._services.subject(tx, check, lock=True)
        if subject is None or subject.case is None:
            return Gate.NOT_FOUND, None
        return gate(subject, who, act, self._services.roster), subject.case


def refusal(passed: Gate, case: Case | None, who: str) -> str:
    """Why not. Somebody who may not know of the case is told what they would be told if there were none."""
    if passed is Gate.NOT_FOUND or case is None:
        return NOT_FOUND
    return NOT_FOR_REPORTER if case.check.reporter == who else NOT_LEADING
