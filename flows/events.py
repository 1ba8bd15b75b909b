"""Every kind of event in the record and of row in the outbox, with what follows from each.

No other module names one by a bare string. The values stand in databases: a kind may be added here, and never renamed
or taken away.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class EventProperties:
    """What follows from an event being of its kind.

    line: what it adds to the threads about the case, {who} being the person; empty where it adds nothing.
    line_if: the key of its content without which it adds no line; empty where it always does.
    label: what an entry is called that holds what somebody said, in lists and in copies of the record.
    step: how a copy of the record says that it was done, among "What was done, and when".
    tells_reporter: the reporter gets a message of its own, which makes a sound.
    ends_case: all that Slack has of the case is cut to the reference.
    is_talk: part of what was said back and forth, which the summary shows.
    has_answers: its content has answers to the checklist.
    is_mechanical: nobody typed anything; a copy of the record has no item of it.
    is_change: it changes the record. To look at it, to give it out and to decide how long it stays do not.
    awaits_reader: from the reporter, it is unread until somebody else does something that `shows_reading`.
    """

    line: str = ""
    label: str = ""
    step: str = ""
    tells_reporter: bool = False
    ends_case: bool = False
    is_talk: bool = False
    has_answers: bool = False
    is_mechanical: bool = False
    is_change: bool = True
    awaits_reader: bool = False
    shows_reading: bool = False
    line_if: str = ""

    def adds_line(self, content: Mapping[str, object]) -> bool:
        """Whether an event with this content adds a line to the threads."""
        return bool(self.line) and (not self.line_if or bool(content.get(self.line_if)))

    @property
    def can_be_corrected(self) -> bool:
        """Whether it holds what somebody said. What share-check itself did is not a matter of opinion."""
        return self.has_answers or bool(self.label)


class Lane(IntEnum):
    """What is sent first. ELSEWHERE: whatever goes another way than through Slack, of any kind."""

    PAGE = 0
    CARD = 1
    LATER = 2
    ELSEWHERE = 3


@dataclass(frozen=True, slots=True)
class OutboxProperties:
    """What follows from a row being of its kind.

    lane: in Slack. is_page: a page in Slack, under the first of which the thread of a case hangs. asks: it asks
    somebody for help, which the reporter's card speaks of. shrinks: cut to the reference once its check is old.
    """

    lane: Lane = Lane.CARD
    is_page: bool = False
    asks: bool = False
    shrinks: bool = False


class _Kind(StrEnum):
    """A kind as a column of text stores it."""

    _properties: Any

    def __new__(cls, text: str, properties: object = None) -> Self:
        kind = str.__new__(cls, text)
        kind._value_, kind._properties = text, properties  # noqa: SLF001 - its own member, in the making
        return kind

    @classmethod
    def stored(cls, text: str) -> Self:
        """Return the kind of a stored row. One that this version does not know keeps its name and has no properties."""
        try:
            return cls(text)
        except ValueError:
            unknown = str.__new__(cls, text)
            unknown._name_, unknown._value_ = "UNKNOWN", text
            unknown._properties = None  # noqa: SLF001 - the same
            return unknown


_NONE = EventProperties()
_MECHANICAL = EventProperties(is_mechanical=True)
_UNCHANGING = EventProperties(is_change=False)
_LOOKING = EventProperties(is_change=False, shows_reading=True)
_PLAIN = OutboxProperties()
_LATER = OutboxProperties(Lane.LATER)


class EventKind(_Kind):
    """What happened: `events.what`."""

    # The reporter's way through the checklist
    STARTED = "started", EventProperties(is_mechanical=True, step="A staff member started the check")
    ANSWERED = "answered", EventProperties(is_mechanical=True, has_answers=True)
    CHANGED = "changed", EventProperties(is_mechanical=True, has_answers=True)
    ENTERED_FROM_PAPER = "entered_from_paper", EventProperties(step="The check was entered from paper")
    SENT = "sent", EventProperties("{who} has finished the checklist.", step="The check was sent", is_mechanical=True)
    CHECK_REOPENED = "check_reopened"
    STOPPED = "stopped"
    ABANDONED = "abandoned", _MECHANICAL
    REMINDED = "reminded", _MECHANICAL
    SHELVED = "shelved", _MECHANICAL
    AWAY = "away", _MECHANICAL
    ASKED_LEAD = "asked_lead", EventProperties("{who} asks for a lead.", step="A lead was asked for")
    NOTE = "note", EventProperties("{who} has added a note. Open shows it.", "Note", is_talk=True, awaits_reader=True)
    DETAILS = "details", EventProperties("{who} has added details. Open shows them.", "Details", awaits_reader=True)
    REASON = (
        "reason",
        EventProperties("{who} has given a reason. Open shows it.", "Why nobody is asked for now", is_talk=True),
    )
    REPLY = (
        "reply",
        EventProperties("{who} has answered. Open shows it.", "Answer to a lead", is_talk=True, awaits_reader=True),
    )
    SET_ASIDE = (
        "set_aside",
        EventProperties(
            "{who} has written words beside newer ones. Open shows them.",
            "Written in an older window",
            is_talk=True,
            awaits_reader=True,
        ),
    )
    # Asking for help
    RAISED = "raised", EventProperties(is_mechanical=True, step="The leads were told")
    PAGE_SENT = "page_sent", _MECHANICAL
    ASKED_AGAIN = "asked_again", EventProperties("Asked again.", line_if="skipped", is_mechanical=True)
    PAGED_AGAIN = "paged_again", _MECHANICAL
    ASKED_GONE = (
        "asked_gone",
        EventProperties("Nobody who was asked can answer any more. Others are asked now.", is_mechanical=True),
    )
    ESCALATED = (
        "escalated",
        EventProperties("This is now more urgent.", step="It became more urgent", is_mechanical=True),
    )
    REVIEW_ASKED = "review_asked", _MECHANICAL
    PLAN_REMINDED = "plan_reminded", _MECHANICAL
    PLAN_WAITS = (
        "plan_waits",
        EventProperties(
            "The plan still waits for the staff member, who was asked again.", tells_reporter=True, is_mechanical=True
        ),
    )
    REMIND_ME = "remind_me"
    REMINDED_LEADER = "reminded_leader", _MECHANICAL
    AFTERCARE_REMINDED = (
        "aftercare_reminded",
        EventProperties(
            "The staff member was asked again how the sharing went.", tells_reporter=True, is_mechanical=True
        ),
    )
    SHARING_CHASED = (
        "sharing_chased",
        EventProperties("The lead was asked again about what is open after sharing.", is_mechanical=True),
    )
    LEADER_GONE = (
        "leader_gone",
        EventProperties(
            "Whoever led this can answer no more. Others are asked now.", tells_reporter=True, is_mechanical=True
        ),
    )
    REPORTER_GONE = (
        "reporter_gone",
        EventProperties(
            "The staff member can answer here no more. What waited for them waits for a lead now.", is_mechanical=True
        ),
    )
    REPORTER_BACK = (
        "reporter_back",
        EventProperties("The staff member can answer here again.", is_mechanical=True),
    )
    FOUND_FORGOTTEN = "found_forgotten", _MECHANICAL
    TIMES_PUT_RIGHT = "times_put_right", _MECHANICAL
    TABLES_PUT_RIGHT = "tables_put_right", _MECHANICAL
    # The leads' work on a case
    SEEN = "seen", EventProperties("{who} has seen it. Nobody leads yet.")
    LED = "led", EventProperties("{who} will lead.", step="A lead took it on", tells_reporter=True)
    HANDED_ON = (
        "handed_on",
        EventProperties(
            "{who} has handed this on. It needs a lead again.", step="It was handed on", tells_reporter=True
        ),
    )
    STEPPED_ASIDE = "stepped_aside"
    QUESTION = (
        "question",
        EventProperties(
            "{who} has asked the staff member a question.", "A lead's question", tells_reporter=True, is_talk=True
        ),
    )
    DECIDED = "decided", EventProperties(label="Decision", step="A decision was made")
    PLANNED = (
        "planned",
        EventProperties(
            "{who} has written a plan. It waits for the staff member to agree.",
            "Plan",
            "A plan was made",
            tells_reporter=True,
            shows_reading=True,
        ),
    )
    STRAND = "strand", EventProperties("{who} has updated the plan.", "Plan, brought up to date")
    AGREED = (
        "agreed",
        EventProperties("{who} agrees the plan.", step="The staff member agreed the plan", tells_reporter=True),
    )
    DISAGREED = (
        "disagreed",
        EventProperties(
            "{who} does not agree with the plan. Another lead is asked to look within one working day.",
            "Does not agree with the plan",
            "The staff member did not agree",
            tells_reporter=True,
            is_talk=True,
            awaits_reader=True,
        ),
    )
    AGREED_OTHERWISE = (
        "agreed_otherwise",
        EventProperties(
            "{who} has noted how the plan was agreed, without a press of the staff member. Open shows it.",
            "How the plan was agreed",
            "It was noted how the plan was agreed",
            tells_reporter=True,
            shows_reading=True,
        ),
    )
    REVIEWED = (
        "reviewed",
        EventProperties(
            "{who} has given another view on the plan. Open shows it.",
            "Another view on the plan",
            "Another view on the plan was given",
            is_talk=True,
            shows_reading=True,
        ),
    )
    AGENCY = "agency", EventProperties(label="An agency", step="It was noted what an agency was told")
    AGENCY_CHASED = (
        "agency_chased",
        EventProperties("The lead was asked again about an agency that has not answered.", is_mechanical=True),
    )
    TALK_FIRST = "talk_first", EventProperties("{who} would like to talk before agreeing the plan.", awaits_reader=True)
    SHARED = (
        "shared",
        EventProperties(
            "{who} has recorded the sharing and answered the last questions.",
            "What was shared",
            "What was shared was recorded",
            has_answers=True,
            awaits_reader=True,
        ),
    )
    NOT_SHARED_YET = "not_shared_yet", EventProperties("{who} says that nothing has been shared yet.")
    CHOSE_NOT_TO_SHARE = (
        "chose_not_to_share",
        EventProperties(
            "{who} says that nothing was shared.",
            "Why nothing was shared",
            "It was recorded that nothing was shared",
            is_talk=True,
            awaits_reader=True,
        ),
    )
    CLOSED = (
        "closed",
        EventProperties(
            "{who} has closed this.",
            "How it ended",
            "It was closed",
            tells_reporter=True,
            ends_case=True,
            shows_reading=True,
        ),
    )
    REOPENED = (
        "reopened",
        EventProperties("{who} has reopened this.", "Opened again", "It was opened again", tells_reporter=True),
    )
    CORRECTED = (
        "corrected",
        EventProperties("{who} has added a correction. Open shows it.", "Correction", is_talk=True, awaits_reader=True),
    )
    DISPUTED = (
        "disputed",
        EventProperties(
            "{who} has noted that part of this is disputed. Open shows it.",
            "Disputed, in their own words",
            is_talk=True,
            awaits_reader=True,
        ),
    )
    # A possible breach of personal data
    BREACH_SHOWN = (
        "breach_shown",
        EventProperties(
            "This may be a breach of personal data. Breach shows what is left to do.",
            step="A possible breach of personal data was shown",
            is_mechanical=True,
        ),
    )
    BREACH_ASKED = "breach_asked", _MECHANICAL
    BREACH_RECORDED = (
        "breach_recorded",
        EventProperties(
            "{who} has recorded something about the breach. Breach shows it.", "Breach", "The breach was worked on"
        ),
    )
    # Looking: recorded before anything is shown (I21)
    OPENED_CHECK = "opened_check", _LOOKING
    OPENED_RECORD = "opened_record", _LOOKING
    OPENED_ITEMS = "opened_items", _LOOKING
    OPENED_CORRECT = "opened_correct", _LOOKING
    OPENED_OPEN_CASE = "opened_open_case", _LOOKING
    OPENED_PLAN = "opened_plan", _LOOKING
    OPENED_UPDATE_STRANDS = "opened_update_strands", _LOOKING
    OPENED_ASK_REPORTER = "opened_ask_reporter", _LOOKING
    OPENED_ADD_CASE_NOTE = "opened_add_case_note", _LOOKING
    OPENED_REMIND_ME = "opened_remind_me", _LOOKING
    OPENED_CLOSE_CASE = "opened_close_case", _LOOKING
    OPENED_REOPEN_CASE = "opened_reopen_case", _LOOKING
    OPENED_SEE_PLAN = "opened_see_plan", _LOOKING
    OPENED_SEE_OUTCOME = "opened_see_outcome", _LOOKING
    OPENED_REPLY = "opened_reply", _LOOKING
    OPENED_DISAGREE = "opened_disagree", _LOOKING
    OPENED_RECORD_SHARING = "opened_record_sharing", _LOOKING
    OPENED_BREACH = "opened_breach", _LOOKING
    OPENED_BREACH_LOG = "opened_breach_log", _LOOKING
    OPENED_CHRONOLOGY = "opened_chronology", _LOOKING
    OPENED_REGISTER = "opened_register", _LOOKING
    OPENED_AGREEMENT = "opened_agreement", _LOOKING
    OPENED_ANOTHER_VIEW = "opened_another_view", _LOOKING
    OPENED_AGENCY = "opened_agency", _LOOKING
    OPENED_CHOSE_NOT = "opened_chose_not", _LOOKING
    FOUND = "found", _UNCHANGING
    LISTED = "listed", _UNCHANGING
    REQUEST_VIEWED = "request_viewed", _UNCHANGING
    # How long the record is kept
    HOLD_SET = "hold_set", _UNCHANGING
    HOLD_LIFTED = "hold_lifted", _UNCHANGING
    KEPT_LONGER = "kept_longer", _UNCHANGING
    DELETION_APPROVED = "deletion_approved", _UNCHANGING
    ERASED = "erased", _UNCHANGING
    # Copies given out
    REQUEST_OPENED = "request_opened"
    RECORD_ADDED = "record_added"
    REQUEST_EXTENDED = "request_extended"
    RULED = "ruled", _MECHANICAL
    RELEASED = "released", EventProperties(is_mechanical=True, is_change=False)
    REQUEST_RELEASED = "request_released"
    REQUEST_CLOSED = "request_closed"
    EXPORTED = "exported", EventProperties(is_mechanical=True, is_change=False, step="It was exported")
    # About nobody
    DRILL_STARTED = "drill_started"
    DRILL_ANSWERED = (
        "drill_answered",
        EventProperties("{who} answered. The practice is over.", tells_reporter=True, ends_case=True),
    )
    DRILL_UNANSWERED = (
        "drill_unanswered",
        EventProperties("Nobody answered. The practice is over.", tells_reporter=True, ends_case=True),
    )
    DIGEST_MADE = "digest_made"
    CHECK_ERASED = "check_erased"

    @property
    def properties(self) -> EventProperties:
        """What follows from it; from a kind that this version does not know, nothing."""
        return self._properties or _NONE


class OutboxKind(_Kind):
    """What a row of the outbox shows or sends: `outbox.what`."""

    # About a check
    CARD = "card", OutboxProperties(shrinks=True)
    PAGE = "page", OutboxProperties(Lane.PAGE, is_page=True, asks=True, shrinks=True)
    OLD_PAGE = "old_page", OutboxProperties(Lane.PAGE, is_page=True, asks=True)
    ALERT = "alert", OutboxProperties(Lane.ELSEWHERE, asks=True)
    BREACH = "breach", OutboxProperties(shrinks=True)
    BREACH_ALERT = "breach_alert", OutboxProperties(Lane.ELSEWHERE)
    LINE = "line", OutboxProperties(shrinks=True)
    NOTICE = "notice", OutboxProperties(shrinks=True)
    REMINDER = "reminder"
    ERASED = "erased", _LATER
    # About no check
    HOME = "home"
    ALARM = "alarm", OutboxProperties(Lane.PAGE)
    CONDITION = "condition", OutboxProperties(Lane.PAGE)
    BROKEN_CHAIN = "broken_chain", OutboxProperties(Lane.PAGE)
    DIFFERENCE = "difference", OutboxProperties(Lane.PAGE)
    GAPS = "gaps", _LATER
    MARKED_AWAY = "marked_away", _LATER
    CLOSED_ACCOUNT = "closed_account", _LATER
    DIGEST = "digest", _LATER
    STAFF_DIGEST = "staff_digest", _LATER
    DIGEST_LINE = "digest_line", _LATER
    DELETIONS_DUE = "deletions_due", _LATER

    @property
    def properties(self) -> OutboxProperties:
        """What follows from it; from a kind that this version does not know, nothing."""
        return self._properties or _PLAIN


_PLAN = frozenset({EventKind.PLANNED, EventKind.STRAND})
STANDS_FOR = {
    **{kind: frozenset({kind}) for kind in (EventKind.DETAILS, EventKind.DECIDED, EventKind.SHARED, EventKind.AGENCY)},
    **dict.fromkeys(_PLAN, _PLAN),
}
"""Kinds whose newest entry is shown in the place of those before it, each with the kinds that it is shown in place of.
All others only add.
"""
REPORTERS_ACCOUNT = frozenset({EventKind.REPORTER_GONE, EventKind.REPORTER_BACK})
"""The newest of these says whether the reporter can use share-check."""
WHO_IS_ON_IT = frozenset(
    {EventKind.ASKED_GONE, EventKind.LEADER_GONE, EventKind.LED, EventKind.HANDED_ON, EventKind.REOPENED}
)
"""The newest of these says why nobody leads a case that is open."""
OPENINGS = frozenset(kind for kind in EventKind if kind.startswith("opened_"))
"""Somebody opened a window with something of a check in it."""


def opened(button: str) -> EventKind:
    """Return the event of somebody opening a window by this button. Raises ValueError where it opens none."""
    return EventKind(f"opened_{button}")
