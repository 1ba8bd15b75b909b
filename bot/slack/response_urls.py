"""The addresses that come with presses: each edits the pressed message without counting against chat.update.

Slack takes five posts to a response_url, for thirty minutes. They are kept in memory only: without one, a message is
edited by chat.update.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

from slack_sdk.webhook import WebhookClient, WebhookResponse

from bot.config.settings import LOOPBACK
from bot.slack.block_kit import Message

log = logging.getLogger(__name__)
EDITS = 3
"""Edits by one address. The other two of Slack's five are left for words to the person who pressed."""
LASTS = 29 * 60.0
"""Seconds; a minute less than at Slack."""
MOST = 10_000
"""Messages whose address is kept; the oldest is forgotten first."""
OK = 200


@dataclass
class _Address:
    url: str
    since: float
    edits: int = 0


class ResponseUrls:
    """The newest response_url of each message that was pressed.

    webhook: makes the client that posts to one. api: the Web API's address. monotonic: a clock, in seconds.
    """

    def __init__(
        self, webhook: Callable[[str], WebhookClient], api: str, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._webhook = webhook
        self._api = api
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._of: OrderedDict[tuple[str, str], _Address] = OrderedDict()

    def keep(self, channel: str, ts: str, url: str) -> None:
        """Keep the address that came with a press of this message."""
        if not (url and ts and is_slacks(url, self._api)):
            return
        with self._lock:
            self._of[channel, ts] = _Address(url, self._monotonic())
            self._of.move_to_end((channel, ts))
            while len(self._of) > MOST:
                self._of.popitem(last=False)

    def has(self, channel: str | None, ts: str | None) -> bool:
        """Return whether this message can be edited by an address."""
        with self._lock:
            return self._good(channel, ts) is not None

    def edit(self, channel: str, ts: str, message: Message) -> bool:
        """Replace a message that was pressed. Return whether Slack has taken it; if not, chat.update must."""
        url = self._take(channel, ts)
        if url is None:
            return False
        answer = self.post(url, text=message.spoken, blocks=message.blocks, replace_original=True)
        if answer is not None and is_taken(answer):
            return True
        self._forget(channel, ts, url)
        return False

    def post(self, url: str, **message: Any) -> WebhookResponse | None:
        """Post to a response_url. Return Slack's answer; None where there is none, or the address is not Slack's."""
        if not is_slacks(url, self._api):
            log.warning("a reply was asked for at an address that is not Slack's")
            return None
        try:
            return self._webhook(url).send(**message)
        except (OSError, HTTPException, ValueError) as error:
            log.warning("a reply was not taken: %s", type(error).__name__)
            return None

    def _take(self, channel: str, ts: str) -> str | None:
        with self._lock:
            found = self._good(channel, ts)
            if found is None:
                return None
            found.edits += 1
            return found.url

    def _good(self, channel: str | None, ts: str | None) -> _Address | None:
        """Return the address that Slack still takes; forget one that is used up or old. Hold the lock."""
        found = self._of.get((channel or "", ts or ""))
        if found is None or (found.edits < EDITS and self._monotonic() - found.since < LASTS):
            return found
        del self._of[channel or "", ts or ""]
        return None

    def _forget(self, channel: str, ts: str, url: str) -> None:
        """Forget an address that did not work, unless a newer press brought another."""
        with self._lock:
            if (found := self._of.get((channel, ts))) is not None and found.url == url:
                del self._of[channel, ts]


def is_taken(answer: WebhookResponse) -> bool:
    """Return whether Slack has done what was posted: it says "ok", or {"ok": true}; anything else may be an error."""
    return answer.status_code == OK and answer.body.strip().replace(" ", "") in ("ok", '{"ok":true}')


def is_slacks(url: str, api: str) -> bool:
    """Return whether a response_url is Slack's own; in a rehearsal on this machine, whether it is on this machine."""
    where, asked = urlsplit(api), urlsplit(url)
    if where.hostname in LOOPBACK:
        return asked.hostname in LOOPBACK
    return asked.scheme == "https" and asked.hostname == "hooks.slack.com"
