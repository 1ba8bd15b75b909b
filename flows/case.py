"""A check and the case it may become: frozen values, and the pure questions people ask of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from flows.events import EventKind
from flows.model import Answers, Level, Outcome, Urgency

SYSTEM = "share-check"
"""Who did what nobody pressed a button for."""


class CheckStatus(StrEnum):
    """DRAFT: being answered. SENT: finished and handed over. CLOSED: complete. SHELVED: put away, nothing lost.

    ERASED: its time was over and its key is destroyed; nothing can be read of it.
    REQUEST: no check at all, but the record of a subject access request, with a reference and a key like one.
    """

    DRAFT = "draft"
    SENT = "sent"
    CLOSED = "closed"
    SHELVED = "shelved"
    ERASED = "erased"
    REQUEST = "request"


class CaseStatus(StrEnum):
    """OPEN: nobody leads yet. PLANNED: waits for the reporter's agreement. AGREED: both agreed the plan."""

    OPEN = "open"
    LED = "led"
    PLANNED = "planned"
    AGREED = "agreed"
    CLOSED = "closed"


class Cover(StrEnum):
    """What stands over the question. HIDDEN from prying eyes. STOPPED for now. PAGED: a page has just gone out."""

    HIDDEN = "hidden"
    STOPPED = "stopped"
    PAGED = "paged"


class Did(StrEnum):
    """What became of a request. Only DONE changed anything. NOBODY_LEFT: it would leave nobody to tell."""

    DONE = "done"
    ALREADY = "already"
    STALE = "stale"
    REFUSED = "refused"
    NOBODY_LEFT = "nobody left"


class StrandName(StrEnum):
    """The three strands of a plan (policy 4.2)."""

    STUDENT = "student"
    PROFESSIONALS = "professionals"
    PARENT = "parent"


class StrandStatus(StrEnum):
    """What became of a strand; NOT_APPROPRIATE always carries its reason."""

    TO_DO = "to_do"
    DONE = "done"
    NOT_APPROPRIATE = "not_appropriate"


class Told(StrEnum):
    """What a reporter may truthfully be told about the page: DELIVERED only once Slack has taken it.

    ELSEWHERE: Slack has not, but it was handed over another way, such as e-mail; nobody may have read it.
    """

    NOBODY = "nobody"
    NOT_YET = "not_yet"
    DELIVERED = "delivered"
    ELSEWHERE = "elsewhere"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Check:
    """One person's way through the checklist. Times are aware and UTC.

    level: the highest ever raised (I11). revision: grows with every saved step. revisiting: the question
    "Back" shows again. asked_lead: "Ask a lead" was pressed. cover: what stands over the card for now.
    is_drill: a practice page, about nobody. paper_at: when it was answered on paper, to be entered later.
    """

    id: str
    ref: str
    reporter: str
    status: CheckStatus
    level: Level
    answers: Answers
    revision: int
    checklist_version: str
    started_at: datetime
    touched_at: datetime
    sent_at: datetime | None = None
    outcome: Outcome | None = None
    revisiting: str | None = None
    asked_lead: bool = False
    cover: Cover | None = None
    is_drill: bool = False
    paper_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A check that needs a lead. `content_free`: paged before it was known who to leave out.

    dm_only: never in the shared leads' channel. asks: the number of the newest page, whoever it went to; tries: how
    many of them asked for a lead since it last came to need one, at needed_at. asked: ids of the people paged so far.
    decision: what the lead decided, e.g. "share". plan_stands: nothing has happened since that asks for another plan.
    """

    check: Check
    status: CaseStatus
    urgency: Urgency
    raised_at: datetime
    answer_by: datetime
    asks: int
    asked_at: datetime
    needed_at: datetime
    dm_only: bool
    content_free: bool
    left_out: frozenset[str]
    asked: tuple[str, ...]
    led_by: str | None = None
    led_at: datetime | None = None
    seen_by: tuple[str, ...] = ()
    decision: str | None = None
    plan_round: int = 0
    reporter_agreed_at: datetime | None = None
    disagreed: bool = False
    shared: Shared | None = None
    closed_at: datetime | None = None
    strands: tuple[Strand, ...] = ()
    waiting_for_answer: bool = False
    tries: int = 1
    plan_stands: bool = False


@dataclass(frozen=True, slots=True)
class Strand:
    """One strand of the plan; `what` is what will happen, or why it is not appropriate."""

    name: StrandName
    status: StrandStatus
    what: str
    owner: str = ""
    due: str | None = None


class Shared(StrEnum):
    """What is known about sharing after the plan (policy 3.4).

    ANSWERS_OPEN: recorded, with an answer that does not settle it, such as "not sure".
    """

    NOT_YET = "not_yet"
    CHOSE_NOT_TO = "chose_not_to"
    ANSWERS_OPEN = "answers_open"
    RECORDED = "recorded"


SHARING_DECISIONS = frozenset({"share", "refer"})
DECISIONS = {
    "share": "Share the information",
    "refer": "Refer to another service",
    "more_information": "Find out more first",
    "not_for_now": "Keep it confidential for now",
    "no_further_action": "No further action",
}
STRAND_TITLES = {
    StrandName.STUDENT: "The child, young person or adult",
    StrandName.PROFESSIONALS: "Professionals",
    StrandName.PARENT: "Parent or carer",
}
_FAMILY_OF_AN_ADULT = "Family or carer, if they agree"


def strand_title(name: StrandName, answers: Answers) -> str:
    """Return what a strand is called: the third is the parents' or, of an adult, the family's if they agree."""
    is_adult = answers.get("3.1.5") in (("adult",), ("adult_may_not_decide",))
    return _FAMILY_OF_AN_ADULT if is_adult and name is StrandName.PARENT else STRAND_TITLES[name]


@dataclass(frozen=True, slots=True)
class Signature:
    """Who somebody was when an entry was made: their name, empty where nobody knew it, and their role, in words.

    people: names, at that time, of the people whom the entry names by their organisation id, by that and by Slack id.
    """

    name: str
    role: str
    people: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the record. `content` is empty where the reader may not see it or it was erased.

    signed: None for what share-check did itself, and in entries from before names were kept with them. is_sound: its
    columns and its content are what it committed to.
    """

    id: int
    at: datetime
    who: str
    what: EventKind
    content: dict[str, object] = field(default_factory=dict)
    signed: Signature | None = None
    is_sound: bool = True


@dataclass(frozen=True, slots=True)
class Sent:
    """A page that was sent, as the record says it. to: a Slack id. via: "slack", or another way."""

    to: str
    ask: int
    via: str


def latest(entries: Iterable[Entry], what: EventKind) -> Entry | None:
    """Return the newest entry of a kind, None where there is none. entries: oldest first."""
    return next((entry for entry in reversed(tuple(entries)) if entry.what == what), None)
