"""Which other instances of the bot are gone, so that what they were sending is sent by those who are there."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime

GONE_AFTER = 10.0
"""Seconds without a new stamp; a living instance leaves one every two."""


class Instances:
    """Judged by this process's own watch: a stamp that does not change. No two machines' clocks are compared."""

    def __init__(self, watch: Callable[[], float] = time.monotonic) -> None:
        self._watch = watch
        self._seen: dict[str, tuple[datetime | None, float]] = {}

    def gone(self, stamps: Mapping[str, datetime | None]) -> frozenset[str]:
        """Names whose stamp has not changed for too long; None for one that has not left any."""
        now = self._watch()
        before = self._seen
        self._seen = {
            name: before[name] if name in before and before[name][0] == stamp else (stamp, now)
            for name, stamp in stamps.items()
        }
        return frozenset(name for name, (_, since) in self._seen.items() if now - since > GONE_AFTER)
