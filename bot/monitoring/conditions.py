"""The conditions that this process last saw, and what follows at once: whether the leads' channel may be posted to."""

from __future__ import annotations

from collections.abc import Iterable

from bot.findings import CHANNEL_IS_OPEN_TO_OTHERS, Condition

JUMP_REMEMBERED = 15 * 60.0
"""Seconds. Long enough for the alarm to reach everybody, and for the heartbeat's service to miss one."""


class ConditionsSeen:
    """The conditions present when the auditor looked last; none before its first look.

    is_channel_checked: False from a start until Slack has said that nobody else reads the leads' channel. A bot that is
    built without that check, as in tests, posts at once.
    """

    def __init__(self) -> None:
        self.present: frozenset[Condition] = frozenset()
        self.is_channel_checked = True
        self._jumped: float | None = None
        self._doubted_until = 0.0

    def keep(self, present: Iterable[Condition]) -> None:
        """Replace what was seen."""
        self.present = frozenset(present)

    @property
    def is_channel_private(self) -> bool:
        """Return whether nobody outside the safeguarding list is known to read the leads' channel."""
        return not self.present & CHANNEL_IS_OPEN_TO_OTHERS

    def note_clock_jump(self, monotonic: float) -> None:
        """Note that the clock went back, or that a due time lay too far ahead. monotonic: seconds, when it was seen."""
        self._jumped = monotonic

    def has_clock_jumped(self, monotonic: float) -> bool:
        """Return whether that was seen within the last quarter of an hour."""
        return self._jumped is not None and monotonic - self._jumped < JUMP_REMEMBERED

    def doubt_clock(self, until: float) -> None:
        """Hold back what a wrong clock would do for weeks at once. until: monotonic seconds; 0 where Slack's agrees."""
        self._doubted_until = until

    def is_clock_doubted(self, monotonic: float) -> bool:
        """Return whether the clock went forward by weeks just now, and Slack's clock has not been seen to agree."""
        return Condition.CLOCK_WRONG in self.present or monotonic < self._doubted_until
