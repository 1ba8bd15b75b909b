"""What a record holds, in the words and items in which it is given out."""

from __future__ import annotations

from collections.abc import Callable

from bot.cases.modals import DECISION
from bot.checks.modals import DECISION_LABELS, DETAILS, SHARING
from bot.config.organisation import Organisation
from bot.context import CheckView
from flows.paging.roster import Roster
from flows.records.access_requests import Labels, ReviewItem, items
from storage.events import SYSTEM

STAFF = "a staff member"

LABELS = Labels(
    events={
        "details": "Details",
        "note": "Note",
        "question": "A lead asked",
        "reply": "Answer",
        "decided": "Decision",
        "planned": "Plan",
        "strand": "Plan, brought up to date",
        "disagreed": "The staff member does not agree",
        "shared": "What was shared",
        "closed": "How it ended",
        "reopened": "Opened again",
        "corrected": "Correction",
        "disputed": "Disputed, in their own words",
    },
    boxes={
        "details": {field.key: field.label for field in DETAILS},
        "shared": {field.key: field.label for field in SHARING},
        "decided": {
            "decision": "What was decided",
            **{field.key: field.label for field in DECISION},
            **DECISION_LABELS,
        },
        "closed": {"outcome": "Outcome", "may_know": "What the staff member may know"},
    },
    lines={
        "entered_from_paper": "The check was entered from paper",
        "started": "A staff member started the check",
        "asked_lead": "A lead was asked for",
        "sent": "The check was sent",
        "raised": "The leads were told",
        "escalated": "It became more urgent",
        "led": "A lead took it on",
        "handed_on": "It was handed on",
        "decided": "A decision was made",
        "planned": "A plan was made",
        "agreed": "The staff member agreed the plan",
        "disagreed": "The staff member did not agree",
        "shared": "What was shared was recorded",
        "chose_not_to_share": "It was decided not to share",
        "closed": "It was closed",
        "reopened": "It was opened again",
        "exported": "It was exported",
    },
)


def author(organisation: Organisation, roster: Roster) -> Callable[[str], str]:
    """Names of leads, deputies and the independent contact; of other staff nothing but that."""

    def named(who: str) -> str:
        person = roster.person_at(who)
        if person is not None:
            return organisation.person(person).name
        return "share-check" if who == SYSTEM else STAFF

    return named


def items_of(view: CheckView, name: str = "") -> tuple[ReviewItem, ...]:
    """Everything a check holds. name: of the person it is given to, which is nobody else's."""
    return items(view.entries, LABELS, author(view.organisation, view.roster), (name,))
