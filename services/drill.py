"""A drill (practice page): through the real escalation, about nobody, and not counted in the figures."""

from __future__ import annotations

from flows.case import CheckStatus
from flows.checklist import CHECKLIST
from flows.events import EventKind
from flows.model import Level
from services.transaction import Service
from storage import checks


class Drill(Service):
    """Starts a drill. It ends when somebody takes the lead (Casework.lead) or when its time is over."""

    def start(self, who: str, request: str) -> str:
        """Page the leads as for an urgent check. Return the drill's check id. A repeated request starts no second."""
        opened, is_new = checks.start(self.tx, self.keys, who, request, self.now, CHECKLIST.version, is_drill=True)
        if is_new:
            self.record(opened, who, EventKind.DRILL_STARTED, {})
            sent = {"status": CheckStatus.SENT, "sent_at": self.now, "level": Level.CONSULT_URGENT}
            checks.save(self.tx, opened, self.now, answers={"S2": ("no",)}, **sent)
            self.raise_case(self.load(opened.check.id))
        return opened.check.id
