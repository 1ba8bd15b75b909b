"""Check that Slack reaches us over Socket Mode, by a round trip.

A test connection is opened only if no bot is serving: Slack sends each press to any one of an app's connections, and a
press sent to this one would be lost. If a bot is serving, the time at which it last found its connection good counts.
"""

from __future__ import annotations

import json
import logging
import socket
import ssl
import threading
import time
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from slack_sdk.socket_mode.builtin.connection import Connection, ConnectionState

from bot.findings import Finding, State, fine

NAME = "Socket Mode"
WITHIN = 10.0
"""Seconds for Slack's hello message and the answer to a ping."""

LEAVE_WITHIN = 2.0

SERVES = timedelta(seconds=60)
"""If the scheduler ran within this time a bot is serving: it runs every second."""

FRESH = timedelta(minutes=3)
"""If the connection was recorded as good within this time it is good: the auditor records it every minute."""

ALLOW = (
    "Let this machine open encrypted connections (wss, port 443) to wss-primary.slack.com and wss-backup.slack.com: "
    "whoever looks after the network or its proxy can do that. "
)
RESTART = "Restart share-check serve. If that does not help: "


class Greeting:
    """The hello message received over a test connection."""

    def __init__(self) -> None:
        self.hello: dict[str, Any] | None = None
        self.came = threading.Event()

    def hear(self, message: str) -> None:
        with suppress(ValueError):
            found = json.loads(message)
            if isinstance(found, dict) and found.get("type") == "hello":
                self.hello = found
                self.came.set()


def is_serving(scheduler: datetime | None, now: datetime) -> bool:
    """Return whether a bot is serving from this database. scheduler: when the scheduler of any instance last ran."""
    return scheduler is not None and abs(now - scheduler) <= SERVES


def of_the_serving_bot(good: datetime | None, now: datetime) -> Finding:
    """Return the finding about a serving bot's connection. good: when a serving bot last found its connection good."""
    if good is not None and abs(now - good) <= FRESH:
        return fine(NAME, "the running bot is connected, and Slack answers its pings.")
    since = "since it started" if good is None else f"since {good:%Y-%m-%d %H:%M} UTC"
    return Finding(
        NAME,
        State.WARNING,
        f"a bot runs with this database, but found no good connection to Slack {since}.",
        f"If it has run for less than 2 minutes, wait. {RESTART}{ALLOW}",
    )


def there_and_back(address: str, context: ssl.SSLContext | None, within: float = WITHIN) -> Finding:
    """Connect, wait for Slack's hello and the answer to a ping, disconnect.

    address: the WebSocket URL from apps.connections.open. within: seconds.
    """
    greeting, state = Greeting(), ConnectionState()  # type: ignore[no-untyped-call]  # slack_sdk leaves it untyped
    silent = logging.getLogger("share-check.round-trip")
    silent.setLevel(logging.CRITICAL + 1)
    line = Connection(address, silent, receive_timeout=within, on_message_listener=greeting.hear, ssl_context=context)
    until = time.monotonic() + within
    line.connect()
    if not line.is_active():
        return Finding(NAME, State.WARNING, "the connection that Slack offered could not be opened.", ALLOW)
    reading = threading.Thread(target=line.run_until_completion, args=(state,), daemon=True, name="round trip")
    reading.start()
    try:
        greeting.came.wait(within)
        while line.last_ping_pong_time is None and time.monotonic() < until:
            time.sleep(0.02)
        return _judged(greeting.hello, is_answered=line.last_ping_pong_time is not None)
    finally:
        state.terminated = True
        with suppress(OSError):
            if line.sock is not None:
                socket.socket.shutdown(line.sock, socket.SHUT_RDWR)  # also under TLS: it wakes the reading thread
        reading.join(LEAVE_WITHIN)
        with suppress(OSError):
            line.close()


def _judged(hello: dict[str, Any] | None, *, is_answered: bool) -> Finding:
    if hello is None or not is_answered:
        words = "a connection was opened, but nothing came over it: something on the way lets no messages through."
        return Finding(NAME, State.WARNING, words, ALLOW)
    others = int(hello.get("num_connections") or 1) - 1
    if others > 0:
        return Finding(
            NAME,
            State.WARNING,
            "it works, but another program is connected with the same app token, and takes some of the presses.",
            "Stop the other one, or give it an app of its own: one app token serves one share-check. If it is a "
            "share-check with another database, that one must stop.",
        )
    return fine(NAME, "there and back: Slack greeted us and answered a ping.")
