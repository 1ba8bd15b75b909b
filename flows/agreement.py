"""How a plan came to be agreed, and what a disagreement still needs (policy 4.2; docs/rules.md, "Together", I32)."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from enum import StrEnum

from flows.case import Entry, latest
from flows.events import EventKind


class AgreedHow(StrEnum):
    """How a plan counts as agreed where the reporter did not press: as whoever leads notes it."""

    TOLD = "told"
    NOT_ASKED = "not_asked"
    DIFFERS = "differs"


AGREED_HOW = {
    AgreedHow.TOLD: "They agreed by phone or in person",
    AgreedHow.NOT_ASKED: "They could not be asked, because",
    AgreedHow.DIFFERS: "Somebody else gave a view, and they still do not agree",
}
"""DIFFERS is open only once somebody else has given their view."""


def agreement_of(entries: Iterable[Entry]) -> Entry | None:
    """Return the entry by which the newest plan is agreed: AGREED is the reporter's own, AGREED_OTHERWISE is not."""
    agreed = {EventKind.AGREED, EventKind.AGREED_OTHERWISE}
    return _standing(entries, agreed, {EventKind.PLANNED, EventKind.DISAGREED})


def without_a_view(entries: Iterable[Entry]) -> Entry | None:
    """Return the disagreement on which nobody else has given a view yet; None where there is none."""
    return _standing(entries, {EventKind.DISAGREED}, {EventKind.REVIEWED})


def _standing(entries: Iterable[Entry], said: AbstractSet[EventKind], ended: AbstractSet[EventKind]) -> Entry | None:
    """Return the newest entry of the kinds `said`, unless one of the kinds `ended` came after it. Oldest first."""
    newest: Entry | None = None
    for entry in entries:
        if entry.what in said:
            newest = entry
        elif entry.what in ended:
            newest = None
    return newest


def needs_a_name(entries: Iterable[Entry], who: str, leader: str | None) -> bool:
    """Return whether this person may only pass on somebody else's view: they lead, or made the plan.

    who, leader: Slack ids.
    """
    planned = latest(entries, EventKind.PLANNED)
    return who == leader or (planned is not None and planned.who == who)
