"""Detection of instances of the bot that are gone, so that the others send what those were sending."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime

GONE_AFTER = 10.0
"""Seconds without a new stamp; a living instance writes one every two."""


class Instances:
    """The stamps of other instances, timed by this process's monotonic clock. Machines' clocks are never compared."""

    def __init__(self, watch: Callable[[], float] = time.monotonic) -> None:
        self._watch = watch
        self._seen: dict[str, tuple[datetime | None, float]] = {}

    def gone(self, stamps: Mapping[str, datetime | None]) -> frozenset[str]:
        """Return the instances whose stamp has not changed for too long.

        A stamp is None where an instance has written none.
        """
        now = self._watch()
        before = self._seen
        self._seen = {
            name: before[name] if name in before and before[name][0] == stamp else (stamp, now)
            for name, stamp in stamps.items()
        }
        return frozenset(name for name, (_, since) in self._seen.items() if now - since > GONE_AFTER)
