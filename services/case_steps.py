"""What every step of a case shares: load it locked, save what changes, record it, show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flows.case import SYSTEM, Case, Did, Strand
from flows.closure import Missing
from flows.events import EventKind
from services.transaction import Service
from storage import cases, checks
from storage.checks import Opened


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a request, and the case as it is now."""

    did: Did
    case: Case
    missing: tuple[Missing, ...] = ()


class CaseSteps(Service):
    """The shared parts. `by` is an organisation id, `who` the Slack id that is recorded."""

    def _open(self, check: str) -> tuple[Opened, Case]:
        opened = self.load(check)
        case = self.case(opened)
        if case is None:
            raise LookupError(check)
        return opened, case

    def _deed(self, did: Did, opened: Opened) -> Result:
        fresh = checks.load(self.tx, self.keys, opened.check.id)
        case = self.case(fresh)
        if case is None:
            raise LookupError(opened.check.id)
        return Result(did, case)

    def _do(
        self,
        opened: Opened,
        who: str,
        what: EventKind,
        content: Mapping[str, object],
        request: str | None = None,
        **changes: Any,
    ) -> Result:
        """Save the changes, record the event and update the messages that show the case."""
        if changes:
            cases.save(self.tx, opened.check.id, **changes)
        self.record_and_notify(opened, who, what, content, request)
        return self._deed(Did.DONE, opened)

    def _next_morning(self) -> datetime:
        return self.roster.week.next_morning(self.now, self.roster.morning)

    def _remind_leader(self, opened: Opened, case: Case, leader: str, what: EventKind) -> None:
        cases.save(self.tx, opened.check.id, asks=case.asks + 1, asked_at=self.now)
        self.record(opened, SYSTEM, what, {"asked": [leader]})
        self.page(opened, (leader,), case.asks + 1, channel=False)


def strand_content(strand: Strand) -> dict[str, object]:
    """Return a part of the plan as the record has it."""
    return {
        "name": strand.name,
        "status": strand.status,
        "what": strand.what,
        "owner": strand.owner,
        "due": strand.due,
    }
