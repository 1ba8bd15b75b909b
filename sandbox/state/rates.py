"""Slack's rate limits: each method has a tier for the whole workspace, and each channel takes a message a second."""

import math
import time
from collections import defaultdict, deque

from sandbox.state.clock import Clock
from sandbox.state.models import SlackError

PER_MINUTE = {"2": 20, "3": 50, "4": 100, "posting": 300}
"""Calls a minute that Slack promises to take, by tier; `posting` is for all the messages of a workspace."""
MINUTE = 60.0
BURST = 5


class Rates:
    """Counts the calls of the last minute for each method, and fills a bucket for each channel.

    Time is real, and moves on with the workspace's clock when that is moved forward.
    """

    def __init__(self, clock: Clock, *, on: bool) -> None:
        self.on = on
        self._clock = clock
        self._calls: dict[str, deque[float]] = defaultdict(deque)
        self._full_at: dict[str, float] = defaultdict(float)

    def count(self, method: str, tier: str | None) -> None:
        """Count one call. Raises SlackError (`ratelimited`, with Retry-After) where its tier is used up."""
        if not self.on or tier is None:
            return
        calls, now = self._calls[method], self._now()
        while calls and calls[0] <= now - MINUTE:
            calls.popleft()
        if len(calls) >= PER_MINUTE[tier]:
            raise _limited(calls[0] + MINUTE - now)
        calls.append(now)

    def spend(self, channel: str) -> None:
        """Count one message: BURST at once, then one a second. Raises SlackError as `count` does."""
        if not self.on:
            return
        now = self._now()
        full_at = max(now, self._full_at[channel]) + 1
        if full_at - now > BURST:
            raise _limited(1)
        self._full_at[channel] = full_at

    def _now(self) -> float:
        return time.monotonic() + self._clock.offset


def _limited(seconds: float) -> SlackError:
    return SlackError("ratelimited", status=429, headers={"Retry-After": str(max(1, math.ceil(seconds)))})
