"""What Slack's refusals mean for a message: post it anew, leave it as it is, or wait."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from storage.outbox import Claimed

GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
"""Slack's words for a message that can no longer be edited: it is posted anew."""
FIXED = GONE | {"is_archived", "channel_not_found", "not_in_channel", "cant_delete_message", "restricted_action"}
"""Slack's words for what will not change however often it is asked."""
PASSING = frozenset(
    {"ratelimited", "internal_error", "fatal_error", "service_unavailable", "request_timeout", "unknown"}
)
"""Slack's words for what passes."""
REFUSED = frozenset({"invalid_blocks", "invalid_blocks_format"})
"""Slack's words for blocks that this workspace does not take, such as pictures of figures."""
MOST_TRIES = 50
"""About 45 minutes, for whatever else Slack says where a message should be cut or taken away."""


class Holds:
    """What Slack asked us to wait with: Retry-After counts for one method and one channel."""

    def __init__(self) -> None:
        self._until: dict[tuple[str, str], datetime] = {}

    def hold(self, row: Claimed, until: datetime) -> None:
        """Nothing of this kind goes to this channel before then."""
        self._until[self._key(row)] = until

    def until(self, row: Claimed, now: datetime) -> datetime | None:
        """Until when this row must wait, None where it may go."""
        until = self._until.get(self._key(row))
        return until if until is not None and until > now else None

    @staticmethod
    def _key(row: Claimed) -> tuple[str, str]:
        return ("update" if row.ts else "post"), row.channel or row.target


def code_of(error: SlackApiError) -> str:
    """Slack's own word for what is wrong: one word, never anything a person typed."""
    response: Any = error.response
    return str(response.get("error", "unknown")) if isinstance(response, SlackResponse | dict) else "unknown"


def gives_up(row: Claimed, error: SlackApiError) -> bool:
    """Whether a message stays as it is in Slack, of those that should be cut or taken away."""
    code = code_of(error)
    return code in FIXED or (code not in PASSING and row.attempts >= MOST_TRIES)
