"""What hears Slack over HTTP: Bolt's own adapter, and what it cannot read is answered 400 and leaves one line."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from typing import Any

from slack_bolt import App

log = logging.getLogger("share-check")
PATH = "/slack/events"
LARGEST = 2_000_000
"""Bytes of a body. Slack's largest, a window with all that was typed in it, is an eighth of that."""

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def web_app(app: App) -> Wsgi:
    """Bolt looks into a body before it looks at the signature, so nonsense from anybody gets that far."""
    from slack_bolt.adapter.wsgi import SlackRequestHandler  # noqa: PLC0415 - an extra

    bolt: Any = SlackRequestHandler(app, path=PATH)

    def answer(wsgi: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        try:
            said: Iterable[bytes] = bolt(wsgi, start_response)
        except Exception as error:  # noqa: BLE001 - the server would print a trace for everybody who wants one
            log.warning("a request could not be read: %s", type(error).__name__)
            start_response("400 Bad Request", [("Content-Type", "text/plain"), ("Content-Length", "0")])
            return [b""]
        return said

    return answer


def run(server: Any, stopping: threading.Event) -> None:
    """Serve until the server is closed, which somebody else does, under its hands."""
    try:
        server.run()
    except OSError:
        if not stopping.is_set():
            raise
