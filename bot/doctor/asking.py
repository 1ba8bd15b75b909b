"""Ask Slack something, and say what is known where it does not answer."""

from __future__ import annotations

from collections.abc import Callable

from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from bot.findings import Finding, unchecked
from bot.slack.socket_mode import SlackAway, asking_slack


def away(name: str, trouble: SlackAway) -> Finding:
    """Return the finding "not checked" for when Slack does not answer, with why and its fix.

    Of the exception only an HTTP status is shown, not a library's class name.
    """
    said = f" ({trouble.code})" if trouble.code.startswith("status ") else ""
    return unchecked(
        name, f"{trouble.why.words.rstrip('.')}{said}.", f"{trouble.why.fix} Then run share-check doctor again."
    )


def ask(call: Callable[[], SlackResponse]) -> SlackResponse:
    """Call Slack's Web API. Raises SlackAway if it does not answer, SlackApiError if it refuses."""
    with asking_slack():
        return call()


def code_of(refusal: SlackApiError) -> str:
    """Return Slack's error code, such as "invalid_auth"."""
    return str(refusal.response.get("error", "unknown"))
