"""Corrections: they are added, and the entry they correct stays as written (invariant I21).

A dispute records the words of the person who disagrees, marked as theirs.
"""

from __future__ import annotations

from flows.case import SYSTEM, Case, Did, Entry
from flows.events import EventKind
from services.transaction import Service
from storage import events
from storage.checks import Opened


class Corrections(Service):
    """The use cases of anybody who may correct; the gate has checked that."""

    def entries(self, opened: Opened, who: str | None = None) -> tuple[Entry, ...]:
        """Return the entries that can be corrected, oldest first. who: only what this person wrote."""
        history = events.history(self.tx, opened.check.id, opened.sealer)
        said = (entry for entry in history if entry.what.properties.can_be_corrected and entry.who != SYSTEM)
        return tuple(entry for entry in said if who in (None, entry.who))

    def add(
        self,
        check: str,
        who: str,
        what: EventKind,
        entry: int,
        by: str,
        text: str,
        request: str,
        *,
        of: str | None = None,
    ) -> Did:
        """Record a correction or dispute of one entry. Return STALE if there is no such entry.

        what: CORRECTED or DISPUTED. entry: id of the entry it is about. by: whose words these are. of: as `who` of
        `entries`.
        """
        opened = self.load(check)
        if self.is_repeat(request):
            return Did.ALREADY
        if entry not in {one.id for one in self.entries(opened, of)}:
            return Did.STALE
        content = {"entry": entry, "by": by, "text": text}
        case: Case | None = self.case(opened)
        if case is None:
            self.record(opened, who, what, content, request)
        else:
            self.record_and_notify(opened, who, what, content, request)
        return Did.DONE
