"""Answers that are saved while Slack takes long to show the next card: whoever pressed is told after three seconds."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from bot.context import Services
from bot.slack.payloads import Press
from bot.slack.replies import Replies
from flows.events import OutboxKind
from storage import outbox

SLOW = 3.0
"""Seconds after a press in which the card should be there."""
SAVED = "Saved. Slack is slow. The next card comes by itself."


class SlowCards:
    """The presses of this process whose card may not be there yet. monotonic: seconds."""

    def __init__(self, services: Services, replies: Replies, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._services = services
        self._replies = replies
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._pressed: dict[str, tuple[float, str]] = {}

    def note(self, press: Press) -> None:
        """Remember a saved press, of each check the newest."""
        with self._lock:
            self._pressed[press.check] = (self._monotonic(), press.response_url)

    def turn(self) -> None:
        """Tell, once, whoever has waited for three seconds and whose card is still to be sent."""
        for check, url in self._waited():
            with self._services.database.read() as tx:
                is_due = outbox.is_due(tx, check, OutboxKind.CARD)
            if is_due and url:
                self._replies.whisper_later(url, SAVED)

    def _waited(self) -> list[tuple[str, str]]:
        """Forget the presses of three seconds ago and before, and return their checks and response_urls."""
        before = self._monotonic() - SLOW
        with self._lock:
            found = [(check, url) for check, (since, url) in self._pressed.items() if since <= before]
            for check, _ in found:
                del self._pressed[check]
        return found
