"""What Slack's error codes mean for a message: post it anew, leave it, or try again later."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from storage.outbox import Claimed

GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
"""Error codes for a message that can no longer be edited: it is posted anew."""
FIXED = GONE | {
    "is_archived",
    "channel_not_found",
    "not_in_channel",
    "cant_delete_message",
    "restricted_action",
    "is_inactive",
}
"""Error codes that do not change however often the call is repeated."""
PASSING = frozenset(
    {"ratelimited", "internal_error", "fatal_error", "service_unavailable", "request_timeout", "unknown"}
)
"""Error codes that pass with time."""
REFUSED = frozenset({"invalid_blocks", "invalid_blocks_format"})
"""Error codes for blocks that this workspace does not take, such as charts."""
MOST_TRIES = 50
"""Attempts, about 45 minutes, for any other error code where a message should be shortened or deleted."""


class Holds:
    """Slack's rate limits in force: Retry-After counts for one method and one channel."""

    def __init__(self) -> None:
        self._until: dict[tuple[str, str], datetime] = {}

    def hold(self, row: Claimed, until: datetime) -> None:
        """Hold back rows of the same method and channel until then."""
        self._until[self._key(row)] = until

    def until(self, row: Claimed, now: datetime) -> datetime | None:
        """Return until when this row is held back, None where it may go."""
        until = self._until.get(self._key(row))
        return until if until is not None and until > now else None

    @staticmethod
    def _key(row: Claimed) -> tuple[str, str]:
        return ("update" if row.ts else "post"), row.channel or row.target


def code_of(error: SlackApiError) -> str:
    """Return Slack's error code: one word, never anything a person typed."""
    response: Any = error.response
    return str(response.get("error", "unknown")) if isinstance(response, SlackResponse | dict) else "unknown"


def gives_up(row: Claimed, error: SlackApiError) -> bool:
    """Return whether to give up on shortening or deleting a message."""
    code = code_of(error)
    return code in FIXED or (code not in PASSING and row.attempts >= MOST_TRIES)
