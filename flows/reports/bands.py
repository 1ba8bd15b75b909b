"""Counts that may be read by anybody: in bands of five, so that nobody is found by a small number or by subtraction.

A count under five reads "fewer than 5", nought as well. Larger ones are given as bands too: two exact totals, of this
month and of this month with a week more, would give the week away.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

SMALLEST = 5
NOT_SHOWN = "not shown"


@dataclass(frozen=True, slots=True)
class Band:
    """Five counts that read the same: 0 to 4, 5 to 9, and so on."""

    low: int

    @classmethod
    def of(cls, count: int) -> Band:
        """Return the band a count is in."""
        return cls(count - count % SMALLEST)

    @property
    def high(self) -> int:
        return self.low + SMALLEST - 1

    @property
    def is_small(self) -> bool:
        return self.low == 0

    def __str__(self) -> str:
        return f"fewer than {SMALLEST}" if self.is_small else f"{self.low} to {self.high}"


def band(count: int) -> str:
    """Return a count as anybody may read it, as a band."""
    return str(Band.of(count))


@dataclass(frozen=True, slots=True)
class Parts:
    """A total and its parts as anybody may read them. total: None where it would tell more of a small part."""

    parts: Mapping[str, Band]
    total: Band | None

    @property
    def total_words(self) -> str:
        return NOT_SHOWN if self.total is None else str(self.total)


def parts_of(counts: Mapping[str, int]) -> Parts:
    """Parts of a whole. The total is left out where any part reads "fewer than 5".

    With the total that part could be narrowed down by subtraction; and a total that is left out only where it would
    do so says, by being left out, that it would.
    """
    parts = {key: Band.of(count) for key, count in counts.items()}
    total = None if any(part.is_small for part in parts.values()) else Band.of(sum(counts.values()))
    return Parts(parts, total)
