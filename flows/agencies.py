"""The agencies that were told something: a row each, open until it is answered (docs/rules.md, "Plan")."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from flows.case import Entry
from flows.events import EventKind
from flows.sentences import is_sentence, says_something


class Receipt(StrEnum):
    """Whether an agency has answered. GIVEN_UP: it is not chased any more, with the reason."""

    AWAITED = "awaited"
    ANSWERED = "answered"
    GIVEN_UP = "given_up"


RECEIPTS: Mapping[str, str] = {
    Receipt.AWAITED: "Not yet",
    Receipt.ANSWERED: "Yes",
    Receipt.GIVEN_UP: "No, and we do not wait, because",
}
AGENCIES = {
    "school": "School lead",
    "children": "Children's social care",
    "adults": "Adult social care",
    "police": "Police",
    "lado": "LADO",
    "health": "Health",
    "prevent": "Prevent",
    "other": "Another agency",
}
TYPED = ("contact", "reference", "what", "route", "receipt")
"""Keys of the boxes of a row that are typed."""


@dataclass(frozen=True, slots=True)
class Agency:
    """One row: who was told what, by which route, and their answer. due: when to ask again, as 2026-11-24."""

    row: int
    agency: str
    contact: str = ""
    reference: str = ""
    what: str = ""
    route: str = ""
    state: str = Receipt.AWAITED
    receipt: str = ""
    due: str | None = None

    @property
    def name(self) -> str:
        """Return the agency in words."""
        return AGENCIES.get(self.agency, self.agency)

    @property
    def is_settled(self) -> bool:
        """Return whether it has answered, or a sentence says why nobody waits."""
        if self.state == Receipt.ANSWERED:
            return says_something(self.receipt)
        return self.state == Receipt.GIVEN_UP and is_sentence(self.receipt)

    def is_due(self, today: date) -> bool:
        """Return whether it is to be asked again. A row without a date is: it was never said when."""
        return not self.is_settled and (self.due is None or date.fromisoformat(self.due) <= today)


def agencies_of(entries: Iterable[Entry]) -> tuple[Agency, ...]:
    """Return the rows as they stand, in the order they were made. entries: oldest first."""
    rows: dict[int, Agency] = {}
    for entry in entries:
        row = entry.content.get("row")
        if entry.what is EventKind.AGENCY and isinstance(row, int):
            rows[row] = _agency(row, entry.content)
    return tuple(rows[row] for row in sorted(rows))


def _agency(row: int, content: Mapping[str, object]) -> Agency:
    due = content.get("due")
    typed = {key: str(content.get(key) or "") for key in TYPED}
    return Agency(
        row, str(content.get("agency")), state=str(content.get("state")), due=str(due) if due else None, **typed
    )


def missing_in_row(content: Mapping[str, object]) -> Iterator[str]:
    """Yield the keys of boxes that a row must have and that say nothing."""
    if content.get("agency") not in AGENCIES:
        yield "agency"
    if not says_something(content.get("what")):
        yield "what"
    if content.get("state") not in set(Receipt):
        yield "state"
    elif content.get("state") == Receipt.AWAITED:
        yield from () if content.get("due") else ("due",)
    elif not _agency(0, content).is_settled:
        yield "receipt"
