"""The access check before any press or submission about a case, with the check locked, in the acting transaction."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection

from bot.check_view import CheckView
from bot.context import Services
from bot.permission import Act, Gate, gate
from bot.slack.payloads import Press, Sent
from flows.case import Case
from flows.events import opened
from services.case_steps import Result
from services.casework import Casework

NOT_FOUND = "This card is out of date. There is nothing to do here."
NOT_LEADING = "Only whoever leads this check can do that. Press I will lead, or Take over."
NOT_FOR_REPORTER = "You raised this check, so another lead will work on it with you."


class Gated:
    """Access to cases: each method asks the gate first and acts only where it allows the act."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def press(self, press: Press, act: Act, do: Callable[[Casework], str | None]) -> str | None:
        """Run `do` on the case and return its words; return the refusal where this person may not."""
        with self._services.write() as tx:
            passed, case = self.gate(tx, press.check, press.user.id, act)
            if passed is not Gate.ALLOWED:
                return refusal(passed, case, press.user.id)
            return do(self._services.casework(tx))

    def submit(self, sent: Sent, act: Act, do: Callable[[Casework], Result]) -> Result | None:
        """Run `do`, which carries out a modal's submission; return None where this person may not."""
        with self._services.write() as tx:
            passed, _ = self.gate(tx, sent.check, sent.user.id, act)
            return do(self._services.casework(tx, sent.opened_on)) if passed is Gate.ALLOWED else None

    def look(self, press: Press, act: Act) -> CheckView | str:
        """Record that this person opens the case (I21) and return it with its history, or the refusal."""
        with self._services.write() as tx:
            passed, case = self.gate(tx, press.check, press.user.id, act)
            if passed is not Gate.ALLOWED:
                return refusal(passed, case, press.user.id)
            self._services.casework(tx).viewed(press.check, press.user.id, opened(press.verb))
            return self._services.look(tx, press.check, history=True)

    def gate(self, tx: Connection, check: str, who: str, act: Act) -> tuple[Gate, Case | None]:
        """Lock the check; return whether `who` may do `act`, and the case.

        A check that does not exist gets the same answer as one this person may not know of.
        """
        subject = self._services.subject(tx, check, lock=True)
        if subject is None or subject.case is None:
            return Gate.NOT_FOUND, None
        return gate(subject, who, act, self._services.roster), subject.case


def refusal(passed: Gate, case: Case | None, who: str) -> str:
    """Return why an act was refused, the same for a case this person may not know of as for none at all."""
    if passed is Gate.NOT_FOUND or case is None:
        return NOT_FOUND
    return NOT_FOR_REPORTER if case.check.reporter == who else NOT_LEADING
