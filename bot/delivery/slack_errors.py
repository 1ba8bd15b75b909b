"""What Slack's error codes mean for a message: post it anew, leave it, or try again later."""

from __future__ import annotations

import re
from datetime import timedelta
from http.client import HTTPException
from typing import Any
from urllib.error import URLError

from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
"""Error codes for a message that can no longer be edited: it is posted anew."""
TOKEN_TROUBLE = frozenset(
    {
        *("invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "missing_scope"),
        *("no_permission", "access_denied", "org_login_required", "ekm_access_denied", "team_access_not_granted"),
    }
)
"""Error codes that are about the app and not about one message: every call fails until somebody has mended it."""
PASSING = TOKEN_TROUBLE | {
    *("ratelimited", "internal_error", "fatal_error", "service_unavailable", "request_timeout", "unknown"),
}
"""Error codes of the whole line, which pass with time, or with the token. None is held against one message."""
REFUSED = frozenset({"invalid_blocks", "invalid_blocks_format"})
"""Error codes for blocks that this workspace does not take, such as charts."""
SERVER_ERROR = 500
_WORD = re.compile("[a-z0-9_]+")
UNKNOWN = "unknown"


def code_of(error: SlackApiError) -> str:
    """Return Slack's error code: one word, never anything a person typed; "unknown" for HTML in the place of JSON."""
    response: Any = error.response
    code = str(response.get("error", UNKNOWN)) if isinstance(response, SlackResponse | dict) else UNKNOWN
    return code if _WORD.fullmatch(code) else UNKNOWN


def is_refused(error: SlackApiError) -> bool:
    """Return whether Slack refuses what is asked of this one message, so that it is reported, and tried once a day."""
    return code_of(error) not in PASSING and _status(error) < SERVER_ERROR


def is_slacks_trouble(error: SlackApiError) -> bool:
    """Return whether the call failed for a reason of the whole line, so that others fail too until it is over."""
    return code_of(error) in PASSING - {"ratelimited"} or _status(error) >= SERVER_ERROR


def is_answer_unknown(error: BaseException) -> bool:
    """Return whether no answer came to a call, so that Slack may have done what it was asked.

    Not where the request did not go out, which urllib reports as URLError.
    """
    return isinstance(error, OSError | HTTPException) and not isinstance(error, URLError)


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
