"""Slack's limits in force, and whether Slack is there: shared by all senders of this process.

Slack counts calls by method for the whole workspace, and posts by channel as well. Nothing is held back before Slack
has said "too many"; from then on calls are spaced, so that few more are refused.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flows.events import OutboxKind
from storage.outbox import Claimed
from storage.outbox_order import EMERGENCY_PAGE

POST, UPDATE, DELETE, PUBLISH = "chat.postMessage", "chat.update", "chat.delete", "views.publish"
SPACED = {POST: 1.0, UPDATE: 1.2, DELETE: 1.2, PUBLISH: 0.6}
"""Seconds between two calls once Slack has refused one: a second a channel, 50 and 100 a minute."""
REMEMBERED = timedelta(seconds=60)
"""How long calls stay spaced after Slack last refused one."""
SLACK_RESTS = timedelta(seconds=5)
"""The shortest time between two moments at which everything that waits for Slack is tried again."""
STEADY, LONGEST_REST = timedelta(seconds=60), timedelta(minutes=5)
"""Slack that fails again within the first is not steady; that time grows then, up to the second."""
_NEVER = datetime.min.replace(tzinfo=UTC)
Key = tuple[str, str]


@dataclass
class _Limit:
    """One limit. free: no call before. last: the last time given to a row that waits. refused: Slack's last 429."""

    free: datetime
    last: datetime
    refused: datetime


class Limits:
    """What Slack's 429s mean for the next calls."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._limits: dict[Key, _Limit] = {}

    def refused(self, row: Claimed, method: str, now: datetime, wait: timedelta) -> None:
        """Hold back what Slack's Retry-After is about: a method, and of posts first those to one channel.

        Where two channels are refused at once, it is about all posts.
        """
        until = now + wait
        with self._lock:
            self._hold((method, row.target if method == POST else ""), now, until)
            if method == POST and sum(key[0] == POST and limit.free > now for key, limit in self._limits.items()) > 1:
                self._hold((POST, ""), now, until)

    def _hold(self, key: Key, now: datetime, until: datetime) -> None:
        limit = self._limits.get(key)
        free = until if limit is None else max(limit.free, until)
        self._limits[key] = _Limit(free, _NEVER, now)

    def wait(self, row: Claimed, now: datetime) -> timedelta | None:
        """Return how long this row waits; None where it may go now, which counts as its call.

        Rows are given one time after another, so that they do not all come back at once. A page of an emergency gets
        the first time there is.
        """
        with self._lock:
            limits = [(key, limit) for key in _keys(row) if (limit := self._in_force(key, now)) is not None]
            if not limits:
                return None
            (method, _), slowest = max(limits, key=lambda each: each[1].free)
            if slowest.free > now:
                return self._later(slowest, row, SPACED[method]) - now
            for (name, _), limit in limits:
                limit.free = now + timedelta(seconds=SPACED[name])
            return None

    @staticmethod
    def _later(limit: _Limit, row: Claimed, spaced: float) -> datetime:
        if row.rank == EMERGENCY_PAGE:
            return limit.free
        limit.last = max(limit.free, limit.last + timedelta(seconds=spaced))
        return limit.last

    def _in_force(self, key: Key, now: datetime) -> _Limit | None:
        limit = self._limits.get(key)
        if limit is None:
            return None
        is_over = limit.free <= now and now - max(limit.refused, limit.free) > REMEMBERED
        if is_over or limit.refused > now:  # or the clock went back: Slack says again what it does not take
            del self._limits[key]
            return None
        return limit


def _keys(row: Claimed) -> tuple[Key, ...]:
    method = method_of(row)
    return ((POST, ""), (POST, row.target)) if method == POST else ((method, ""),)


def method_of(row: Claimed) -> str:
    """Return the Web API method that a row most likely needs; what it is like by now is known once it is rendered."""
    if row.what is OutboxKind.HOME:
        return PUBLISH
    if not row.ts:
        return POST
    return DELETE if row.what is OutboxKind.ERASED else UPDATE


class Line:
    """Whether Slack is there. At the start it is not known: the first call that Slack takes tells."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_away = True
        self._was_lost = False
        self._rests = SLACK_RESTS
        self._back = _NEVER

    def lost(self, now: datetime) -> None:
        """Note that a call failed for a reason of Slack's or of the network's.

        Where that happens again and again, what waits is tried less often: Slack may have posted what it does not
        answer about.
        """
        with self._lock:
            if not self._is_away:
                is_again = timedelta(0) <= now - self._back < STEADY
                self._rests = min(2 * self._rests, LONGEST_REST) if is_again else SLACK_RESTS
            self._is_away = self._was_lost = True

    @property
    def is_lost(self) -> bool:
        """Return whether Slack was there or was tried, and the last call failed."""
        return self._is_away and self._was_lost

    def is_back(self, now: datetime) -> bool:
        """Note that Slack took a call. Return whether everything that waited for that should be tried again."""
        with self._lock:
            if not self._is_away or timedelta(0) <= now - self._back < self._rests:
                return False
            self._is_away, self._back = False, now
            return True
