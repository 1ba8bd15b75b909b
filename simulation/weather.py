"""Everything that goes wrong in a run, drawn before it begins."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from random import Random

_MINUTE, _HOUR = 60.0, 3600.0
_DAYS_TO_MEET = (
    *("2026-03-28", "2026-03-29", "2027-03-27", "2027-03-28"),
    *("2026-10-24", "2026-10-25", "2027-10-30", "2027-10-31"),
    *("2026-04-03", "2026-05-01", "2026-12-24", "2026-12-31", "2027-03-26"),
)
"""The clocks change on these or the day after, or a long week-end or holiday is near."""


class Fate(StrEnum):
    """What becomes of one call to Slack. The last three happen after Slack did what it was asked."""

    REFUSED = "connection refused"
    UNREACHED = "timed out before it arrived"
    RATELIMITED = "ratelimited"
    BROKEN = "a server error"
    UNHEARD = "timed out after it was done"
    CUT_OFF = "connection closed after it was done"
    BROKEN_LATE = "a server error after it was done"


DONE_ALL_THE_SAME = frozenset({Fate.UNHEARD, Fate.CUT_OFF, Fate.BROKEN_LATE})


@dataclass(frozen=True, slots=True)
class Spell:
    """Something that lasts. what: a fate, or Slack's word for a channel or person it does not take messages for."""

    begins: datetime
    ends: datetime
    what: str = ""
    target: str = ""


@dataclass(frozen=True, slots=True)
class Weather:
    """A run's troubles. Each of faults, kills, full_disk, slow: the chance at each place where it can happen.

    deaf: presses do not arrive. restarts: the bot stops when it begins and is back when it ends; "killed" says how.
    closed: a person or channel that takes no messages. steps: what the machine's clock jumps by, and when.
    may_delete: whether a bot may delete its messages there.
    lost: when a message disappears from Slack, as when it is kept for so long only.
    """

    begins: datetime
    faults: float
    kills: float
    full_disk: float
    slow: float
    outages: tuple[Spell, ...]
    deaf: tuple[Spell, ...]
    restarts: tuple[Spell, ...]
    closed: tuple[Spell, ...]
    steps: tuple[tuple[datetime, timedelta], ...]
    lost: tuple[datetime, ...]
    may_delete: bool

    def outage_at(self, now: datetime) -> Spell | None:
        """The outage that lasts now."""
        return next((each for each in self.outages if each.begins <= now < each.ends), None)

    def closed_at(self, now: datetime, names: Collection[str]) -> Iterator[Spell]:
        """Why these channels or people take no messages now."""
        return (each for each in self.closed if each.target in names and each.begins <= now < each.ends)


def draw(chance: Random, days: float, targets: Sequence[str]) -> Weather:
    """The weather of a run of so many days. targets: channels and people that may be closed for a while."""
    begins = _some_day(chance) + timedelta(hours=chance.randrange(24) if days < 1 else 0)
    spells = _Spells(chance, begins, days)
    return Weather(
        begins=begins,
        faults=chance.choice((0.0, 0.01, 0.05, 0.2)),
        kills=chance.choice((0.0, 0.0, 0.003, 0.01)),
        full_disk=chance.choice((0.0, 0.0, 0.0, 0.01)),
        slow=chance.choice((0.02, 0.1, 0.3)),
        outages=(
            *spells.draw(0.5, 20, _HOUR, sorted({*Fate} - DONE_ALL_THE_SAME)),
            *spells.draw(0.05, _HOUR, 4 * _HOUR, sorted({*Fate} - DONE_ALL_THE_SAME)),
            *spells.draw(0.2, 5, 5 * _MINUTE, sorted(DONE_ALL_THE_SAME)),
        ),
        deaf=spells.draw(0.8, 5, 15 * _MINUTE),
        restarts=spells.draw(0.8, 2, _HOUR / 2, ["stopped", "killed"]),
        closed=spells.draw(0.4, 10 * _MINUTE, 8 * _HOUR, ["channel_not_found"], targets),
        steps=tuple((spells.moment(), timedelta(seconds=chance.uniform(-45, 45))) for _ in spells.times(0.4)),
        lost=tuple(spells.moment() for _ in spells.times(0.3)),
        may_delete=chance.randrange(4) != 0,
    )


def _some_day(chance: Random) -> datetime:
    """Midnight of any day, or of one of those on which something is different."""
    if chance.random() < 0.4:  # noqa: PLR2004 - as often as that
        return datetime.fromisoformat(chance.choice(_DAYS_TO_MEET)).replace(tzinfo=UTC)
    return datetime(2026, 1, 5, tzinfo=UTC) + timedelta(days=chance.randrange(700))


class _Spells:
    """Draws when troubles begin and how long they last: short ones are more likely than long ones."""

    def __init__(self, chance: Random, begins: datetime, days: float) -> None:
        self._chance = chance
        self._begins = begins
        self._days = days

    def moment(self) -> datetime:
        """Any moment of the run."""
        return self._begins + timedelta(hours=self._chance.uniform(0, 24 * self._days))

    def times(self, a_day: float) -> range:
        """As often as this a day, more or less; in a run of less than a day as often as in one."""
        expected = a_day * max(self._days, 1)
        return range(int(expected) + (self._chance.random() < expected % 1) + (self._chance.random() < expected / 4))

    def draw(
        self,
        a_day: float,
        shortest: float,
        longest: float,
        whats: Sequence[str] = ("",),
        targets: Sequence[str] = ("",),
    ) -> tuple[Spell, ...]:
        """Some spells of at least and at most so many seconds."""
        return tuple(self._spell(shortest, longest, whats, targets) for _ in self.times(a_day))

    def _spell(self, shortest: float, longest: float, whats: Sequence[str], targets: Sequence[str]) -> Spell:
        begins = self.moment()
        seconds = math.exp(self._chance.uniform(math.log(shortest), math.log(longest)))
        ends = min(begins + timedelta(seconds=seconds), self._begins + timedelta(days=self._days))
        return Spell(begins, ends, str(self._chance.choice(whats)), self._chance.choice(targets))
