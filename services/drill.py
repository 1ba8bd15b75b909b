"""A practice page: through the real ladder, about nobody, and in no figures."""

from __future__ import annotations

from flows.case import CheckStatus
from flows.checklist import CHECKLIST
from flows.events import EventKind
from flows.model import Level
from services.transaction import Service
from storage import checks


class Drill(Service):
    """Starting one; it ends when somebody presses I will lead (Casework.lead), or when its time is over."""

    def start(self, who: str, request: str) -> str:
        """Page the leads as for an urgent check; the practice's id. The same request again starts no second."""
        opened, is_new = checks.start(self.tx, self.keys, who, request, self.now, CHECKLIST.version, is_drill=True)
        if is_new:
            self.record(opened, who, EventKind.DRILL_STARTED, {})
            level = Level.CONSULT_URGENT
            sent = {"status": CheckStatus.SENT, "sent_at": self.now, "level": level}
            checks.save(self.tx, opened, self.now, answers={"S2": ("no",)}, **sent)
            self.raise_case(self.load(opened.check.id), level)
        return opened.check.id
