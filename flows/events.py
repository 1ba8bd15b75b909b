"""Every kind of event in the record and of row in the outbox. No other module names one by a bare string.

The values stand in databases: a kind may be added here, and never renamed or taken away.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class _Kind(StrEnum):
    """A kind as a column of text stores it."""

    @classmethod
    def stored(cls, text: str) -> Self:
        """The kind of a stored row. One that this version does not know keeps its name and has no properties."""
        try:
            return cls(text)
        except ValueError:
            unknown = str.__new__(cls, text)
            unknown._name_, unknown._value_ = "UNKNOWN", text
            return unknown


class EventKind(_Kind):
    """What happened: `events.what`."""

    # The reporter's way through the checklist
    STARTED = "started"
    ANSWERED = "answered"
    CHANGED = "changed"
    ENTERED_FROM_PAPER = "entered_from_paper"
    SENT = "sent"
    CHECK_REOPENED = "check_reopened"
    STOPPED = "stopped"
    ABANDONED = "abandoned"
    REMINDED = "reminded"
    SHELVED = "shelved"
    AWAY = "away"
    ASKED_LEAD = "asked_lead"
    NOTE = "note"
    DETAILS = "details"
    REPLY = "reply"
    # Asking for help
    RAISED = "raised"
    PAGE_SENT = "page_sent"
    ASKED_AGAIN = "asked_again"
    PAGED_AGAIN = "paged_again"
    ESCALATED = "escalated"
    REVIEW_ASKED = "review_asked"
    PLAN_REMINDED = "plan_reminded"
    PLAN_WAITS = "plan_waits"
    REMIND_ME = "remind_me"
    REMINDED_LEADER = "reminded_leader"
    AFTERCARE_REMINDED = "aftercare_reminded"
    LEADER_GONE = "leader_gone"
    FOUND_FORGOTTEN = "found_forgotten"
    # The leads' work on a case
    SEEN = "seen"
    LED = "led"
    HANDED_ON = "handed_on"
    STEPPED_ASIDE = "stepped_aside"
    QUESTION = "question"
    DECIDED = "decided"
    PLANNED = "planned"
    STRAND = "strand"
    AGREED = "agreed"
    DISAGREED = "disagreed"
    TALK_FIRST = "talk_first"
    SHARED = "shared"
    NOT_SHARED_YET = "not_shared_yet"
    CHOSE_NOT_TO_SHARE = "chose_not_to_share"
    CLOSED = "closed"
    REOPENED = "reopened"
    CORRECTED = "corrected"
    DISPUTED = "disputed"
    # Looking: recorded before anything is shown (I21)
    OPENED = "opened"
    OPENED_CHECK = "opened_check"
    OPENED_RECORD = "opened_record"
    OPENED_ITEMS = "opened_items"
    OPENED_CORRECT = "opened_correct"
    OPENED_OPEN_CASE = "opened_open_case"
    OPENED_PLAN = "opened_plan"
    OPENED_UPDATE_STRANDS = "opened_update_strands"
    OPENED_ASK_REPORTER = "opened_ask_reporter"
    OPENED_ADD_CASE_NOTE = "opened_add_case_note"
    OPENED_REMIND_ME = "opened_remind_me"
    OPENED_CLOSE_CASE = "opened_close_case"
    OPENED_REOPEN_CASE = "opened_reopen_case"
    OPENED_SEE_PLAN = "opened_see_plan"
    OPENED_SEE_OUTCOME = "opened_see_outcome"
    OPENED_REPLY = "opened_reply"
    OPENED_DISAGREE = "opened_disagree"
    OPENED_RECORD_SHARING = "opened_record_sharing"
    FOUND = "found"
    LISTED = "listed"
    REQUEST_VIEWED = "request_viewed"
    # How long the record is kept
    HOLD_SET = "hold_set"
    HOLD_LIFTED = "hold_lifted"
    KEPT_LONGER = "kept_longer"
    DELETION_APPROVED = "deletion_approved"
    ERASED = "erased"
    # Copies given out
    REQUEST_OPENED = "request_opened"
    RECORD_ADDED = "record_added"
    REQUEST_EXTENDED = "request_extended"
    RULED = "ruled"
    RELEASED = "released"
    REQUEST_RELEASED = "request_released"
    REQUEST_CLOSED = "request_closed"
    EXPORTED = "exported"
    # About nobody
    DRILL_STARTED = "drill_started"
    DRILL_ANSWERED = "drill_answered"
    DRILL_UNANSWERED = "drill_unanswered"
    DIGEST_MADE = "digest_made"
    CHECK_ERASED = "check_erased"


class OutboxKind(_Kind):
    """What a row of the outbox shows or sends: `outbox.what`."""

    # About a check
    CARD = "card"
    PAGE = "page"
    OLD_PAGE = "old_page"
    ALERT = "alert"
    LINE = "line"
    NOTICE = "notice"
    REMINDER = "reminder"
    ERASED = "erased"
    # About no check
    HOME = "home"
    ALARM = "alarm"
    BROKEN_CHAIN = "broken_chain"
    GAPS = "gaps"
    MARKED_AWAY = "marked_away"
    CLOSED_ACCOUNT = "closed_account"
    DIGEST = "digest"
    STAFF_DIGEST = "staff_digest"
    DIGEST_LINE = "digest_line"
    DELETIONS_DUE = "deletions_due"


def opened(button: str) -> EventKind:
    """The event of somebody opening a window by this button. Raises ValueError where no window is opened by it."""
    return EventKind(f"opened_{button}")
