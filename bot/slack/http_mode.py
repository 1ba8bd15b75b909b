"""HTTP mode: Bolt's WSGI adapter on waitress, behind a check of Slack's signature.

The check reads the bytes alone: nothing is parsed that is not signed. A request stays in memory, never in a file.
"""

from __future__ import annotations

import io
import logging
import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from slack_bolt import App
from slack_sdk.signature import SignatureVerifier

if TYPE_CHECKING:
    from waitress.server import BaseWSGIServer, MultiSocketServer

log = logging.getLogger("share-check")
PATH = "/slack/events"
LARGEST = 500_000
"""Bytes of a request body. Slack's largest, a modal full of typed text, is half of that."""
THREADS = 64
CONNECTIONS = 1000
"""Open connections. A load balancer holds fewer; more than that wait in the system's own queue."""
UNFINISHED = 10
"""Seconds from the first byte of a request to its last: Slack itself waits only three for the answer."""

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def open_server(app: App, signing_secret: str, host: str, port: int) -> BaseWSGIServer | MultiSocketServer:
    """Listen for Slack's requests; the caller runs the server. Raises OSError if the port is not free."""
    from waitress.channel import HTTPChannel  # noqa: PLC0415 - an extra
    from waitress.server import BaseWSGIServer, create_server  # noqa: PLC0415 - an extra

    class Channel(HTTPChannel):
        """A connection whose time without activity runs from a request's first byte, however slowly it drips."""

        def handle_read(self) -> None:
            began, unfinished = self.last_activity, self.request
            super().handle_read()
            if unfinished is not None and self.request is unfinished:
                self.last_activity = began

    server = create_server(
        web_app(app, signing_secret),
        host=host,
        port=port,
        threads=THREADS,
        connection_limit=CONNECTIONS,
        asyncore_use_poll=True,
        cleanup_interval=1,
        channel_timeout=UNFINISHED,
        max_request_body_size=LARGEST + 1,  # waitress refuses from this size on
        inbuf_overflow=2 * LARGEST,
    )
    several = () if isinstance(server, BaseWSGIServer) else (server.map or {}).values()  # a name with two addresses
    for each in (server, *several):
        if isinstance(each, BaseWSGIServer):
            each.channel_class = Channel
    return server


def web_app(app: App, signing_secret: str) -> Wsgi:
    """Return the WSGI application: 404 for another path, 401 without Slack's signature, else Bolt's answer.

    What is signed and cannot be parsed is answered with 400 and one line in the log.
    """
    from slack_bolt.adapter.wsgi import SlackRequestHandler  # noqa: PLC0415 - an extra

    bolt: Any = SlackRequestHandler(app, path=PATH)
    verifier = SignatureVerifier(signing_secret)

    def answer(wsgi: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if wsgi["PATH_INFO"] != PATH or wsgi["REQUEST_METHOD"] != "POST":
            return _refuse(start_response, "404 Not Found")
        body = wsgi["wsgi.input"].read(LARGEST)
        try:
            if not _is_signed(verifier, wsgi, body.decode()):
                return _refuse(start_response, "401 Unauthorized")
            said: Iterable[bytes] = bolt({**wsgi, "wsgi.input": io.BytesIO(body)}, start_response)
        except Exception as error:  # noqa: BLE001 - the server would print a traceback for any malformed request
            log.warning("a request could not be read: %s", type(error).__name__)
            return _refuse(start_response, "400 Bad Request")
        return said

    return answer


def _is_signed(verifier: SignatureVerifier, wsgi: dict[str, Any], body: str) -> bool:
    stamp, signature = wsgi.get("HTTP_X_SLACK_REQUEST_TIMESTAMP"), wsgi.get("HTTP_X_SLACK_SIGNATURE")
    if not stamp or not signature:
        return False
    try:
        return verifier.is_valid(body, stamp, signature)
    except (ValueError, TypeError):  # no number for a time, no ASCII for a signature
        return False


def _refuse(start_response: Callable[..., Any], status: str) -> Iterable[bytes]:
    start_response(status, [("Content-Type", "text/plain"), ("Content-Length", "0")])
    return [b""]


def run(server: Any, stopping: threading.Event) -> None:
    """Serve until another thread closes the server. Raises OSError if it fails before `stopping` is set."""
    try:
        server.run()
    except OSError:
        if not stopping.is_set():
            raise
