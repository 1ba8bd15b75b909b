"""The content of a record, in the items and words in which it is given out."""

from __future__ import annotations

from collections.abc import Callable

from bot.check_view import CheckView
from bot.config.organisation import Organisation
from bot.fields import ALL_DETAILS, DECISION, DECISION_LABELS, SHARING
from flows.case import SYSTEM
from flows.events import EventKind
from flows.paging.roster import Roster
from flows.records.access_requests import ReviewItem, items

STAFF = "a staff member"

BOXES = {
    EventKind.DETAILS: {field.key: field.label for field in ALL_DETAILS},
    EventKind.SHARED: {field.key: field.label for field in SHARING},
    EventKind.DECIDED: {
        "decision": "What was decided",
        **{field.key: field.label for field in DECISION},
        **DECISION_LABELS,
    },
    EventKind.CLOSED: {"outcome": "Outcome", "may_know": "What the staff member may know"},
}


def author(organisation: Organisation, roster: Roster) -> Callable[[str], str]:
    """Return a function from Slack id to author: people on the safeguarding list by name, other staff without."""

    def named(who: str) -> str:
        person = roster.person_at(who)
        if person is not None:
            return organisation.person(person).name
        return "share-check" if who == SYSTEM else STAFF

    return named


def items_of(view: CheckView, name: str = "") -> tuple[ReviewItem, ...]:
    """Return everything a check holds as items. `name` is the person the pack is for, so not somebody else's."""
    return items(view.entries, BOXES, author(view.organisation, view.roster), (name,))
