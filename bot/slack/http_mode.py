"""HTTP mode: Bolt's WSGI adapter. A request that it cannot parse is answered with 400 and one line in the log."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from typing import Any

from slack_bolt import App

log = logging.getLogger("share-check")
PATH = "/slack/events"
LARGEST = 2_000_000
"""Bytes of a request body. Slack's largest, a modal full of typed text, is an eighth of that."""

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def web_app(app: App) -> Wsgi:
    """Return the WSGI application. It catches parse errors: Bolt parses a body before it verifies the signature."""
    from slack_bolt.adapter.wsgi import SlackRequestHandler  # noqa: PLC0415 - an extra

    bolt: Any = SlackRequestHandler(app, path=PATH)

    def answer(wsgi: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        try:
            said: Iterable[bytes] = bolt(wsgi, start_response)
        except Exception as error:  # noqa: BLE001 - the server would print a traceback for any malformed request
            log.warning("a request could not be read: %s", type(error).__name__)
            start_response("400 Bad Request", [("Content-Type", "text/plain"), ("Content-Length", "0")])
            return [b""]
        return said

    return answer


def run(server: Any, stopping: threading.Event) -> None:
    """Serve until another thread closes the server. Raises OSError if it fails before `stopping` is set."""
    try:
        server.run()
    except OSError:
        if not stopping.is_set():
            raise
