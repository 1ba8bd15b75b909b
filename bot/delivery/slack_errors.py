"""What Slack's error codes mean for a message: post it anew, leave it, or try again later."""

from __future__ import annotations

from datetime import timedelta
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
SERVER_ERROR = 500
MOST_TRIES = 50
"""Attempts, about 45 minutes, for any other error code where a message should be shortened or deleted."""


def code_of(error: SlackApiError) -> str:
    """Return Slack's error code: one word, never anything a person typed."""
    response: Any = error.response
    return str(response.get("error", "unknown")) if isinstance(response, SlackResponse | dict) else "unknown"


def gives_up(row: Claimed, error: SlackApiError) -> bool:
    """Return whether to give up on shortening or deleting a message."""
    code = code_of(error)
    return code in FIXED or (code not in PASSING and row.attempts >= MOST_TRIES)


def is_slacks_trouble(error: SlackApiError) -> bool:
    """Return whether the call failed because of Slack's own trouble, so that others fail too until it is over."""
    code = code_of(error)
    return code in PASSING - {"ratelimited"} or _status(error) >= SERVER_ERROR


def retry_after(error: SlackApiError) -> timedelta | None:
    """Return for how long Slack takes no more of these calls; None where it does not say that."""
    if not isinstance(error.response, SlackResponse) or _status(error) >= SERVER_ERROR:
        return None
    after = error.response.headers.get("Retry-After")
    return timedelta(seconds=float(after)) if after else None


def method_called(error: SlackApiError) -> str:
    """Return the Web API method that was refused."""
    return str(getattr(error.response, "api_url", "")).rpartition("/")[2]


def _status(error: SlackApiError) -> int:
    return int(getattr(error.response, "status_code", 0) or 0)
