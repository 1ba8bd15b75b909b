"""The content of a record, in the items and words in which it is given out."""

from __future__ import annotations

from bot.check_view import CheckView
from bot.fields import AGENCY, ALL_DETAILS, DECISION, DECISION_LABELS, SHARING
from flows.breach import ACCOUNT, KNOWN_AT, PART_TITLES
from flows.events import EventKind
from flows.records.access_requests import ReviewItem, items

BOXES = {
    EventKind.DETAILS: {field.key: field.label for field in ALL_DETAILS},
    EventKind.SHARED: {field.key: field.label for field in SHARING},
    EventKind.DECIDED: {
        "decision": "What was decided",
        **{field.key: field.label for field in DECISION},
        **DECISION_LABELS,
    },
    EventKind.BREACH_RECORDED: {
        KNOWN_AT: "When the staff member knew",
        ACCOUNT: "What went where",
        **{
            key: words
            for part, title in PART_TITLES.items()
            for key, words in ((part, title), (part.how, "How, or why not"))
        },
    },
    EventKind.AGENCY: {"agency": "Agency", "state": "Answered", "due": "Ask again on", **AGENCY},
    EventKind.AGREED_OTHERWISE: {"said": "How it was agreed", "text": "Why, or what was said"},
    EventKind.CLOSED: {"outcome": "Outcome", "may_know": "What the staff member may know"},
}


def items_of(view: CheckView, name: str = "") -> tuple[ReviewItem, ...]:
    """Return everything a check holds as items. `name` is the person the pack is for, so not somebody else's.

    Such a pack names the people of the safeguarding list, and no other staff.
    """
    return items(view.entries, BOXES, lambda entry: view.author(entry, naming_staff=not name), (name,))
