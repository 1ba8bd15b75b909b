"""Slack's rate limit of one message a second for each channel; off unless asked for."""

import time
from collections import defaultdict

from sandbox.state.models import SlackError


class Rates:
    """A leaky bucket for each channel: `burst` messages at once, then one a second."""

    def __init__(self, *, strict: bool, burst: int = 5) -> None:
        self.strict = strict
        self.burst = burst
        self._full_at: dict[str, float] = defaultdict(float)

    def spend(self, channel: str) -> None:
        """Count one message. Raises SlackError (`ratelimited`, with Retry-After) if the channel's bucket is full."""
        if not self.strict:
            return
        now = time.monotonic()
        full_at = max(now, self._full_at[channel]) + 1
        if full_at - now > self.burst:
            raise SlackError("ratelimited", status=429, headers={"Retry-After": "1"})
        self._full_at[channel] = full_at
