"""Handling of a listener's failure: a reference in the log, and plain words to the person about what was saved.

The text of an exception is never logged or shown: it may contain what somebody typed.
"""

from __future__ import annotations

import functools
import logging
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from slack_bolt import App, BoltContext, BoltResponse

from bot.config.organisation import Organisation
from bot.config.roster import phone_words
from bot.slack import block_kit
from bot.slack.replies import Replies

log = logging.getLogger(__name__)
Json = Mapping[str, Any]


def not_saved(organisation: Organisation, reference: str) -> str:
    """Return what the person is told if a step could not be saved."""
    return (
        "I could not save that. Nothing was sent just now. What you told me before is safe. Please try again, "
        f"or phone: {phone_words(organisation)}. In an emergency call 999. (Error {reference})"
    )


def register(app: App, organisation: Organisation, reply: Replies) -> None:
    """Register Bolt's error handler, which logs a reference and tells the person that nothing was saved."""

    @app.error
    def failed(error: Exception, body: dict[str, Any], context: BoltContext) -> BoltResponse:
        reference = log_failure(error)
        if context.authorize_result is None:  # it failed before the request was verified as Slack's
            return BoltResponse(status=401, body="")
        words = not_saved(organisation, reference)
        kind = body.get("type")
        if kind == "view_submission":
            return _keep_modal_open(body, words)
        if "command" in body:
            return BoltResponse(status=200, body={"response_type": "ephemeral", "text": words})
        reply.warn_later(body, words)
        return BoltResponse(status=500)


def _keep_modal_open(body: Json, words: str) -> BoltResponse:
    """Show the words in the open modal, whose inputs keep what was typed; if it has no inputs, in a modal on top."""
    inputs = [block["block_id"] for block in body["view"]["blocks"] if block["type"] == "input"]
    if not inputs:
        view = block_kit.modal("Not saved", [block_kit.section(block_kit.esc(words))])
        return BoltResponse(status=200, body={"response_action": "push", "view": view})
    return BoltResponse(status=200, body={"response_action": "errors", "errors": {inputs[0]: words}})


def log_failure(error: Exception) -> str:
    """Log the error's class and where it was raised, never its message. Return the reference to find it by."""
    reference = secrets.token_hex(3)
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_qualname}:{trace.tb_lineno}" if trace else "?"
    log.error("error %s: %s at %s", reference, type(error).__name__, where)
    return reference


def guarded(listener: Callable[..., None], sorry: Callable[[Json, str], None] | None = None) -> Callable[..., None]:
    """Wrap a listener: if it fails, log a reference and nothing of the payload, and tell the person by `sorry`."""

    @functools.wraps(listener)
    def safe(*args: Any, **kwargs: Any) -> None:
        try:
            listener(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 - Bolt would log the error's message
            reference = log_failure(error)
            if sorry is not None and "body" in kwargs:
                sorry(kwargs["body"], reference)

    return safe
