"""The faults of a run: Slack's, the network's and the machine's, drawn before it begins."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from random import Random

_MINUTE, _HOUR = 60.0, 3600.0
_WRONG_BY = ("28800", "31622400", "3600", "-3600", "259200")
"""Seconds by which a clock that is wrong is ahead, or behind."""
_DAYS_TO_MEET = (
    *("2026-03-28", "2026-03-29", "2027-03-27", "2027-03-28"),
    *("2026-10-24", "2026-10-25", "2027-10-30", "2027-10-31"),
    *("2026-04-03", "2026-05-01", "2026-12-24", "2026-12-31", "2027-03-26"),
)
"""The clocks change on these or the day after, or a long week-end or holiday is near."""


class CallFault(StrEnum):
    """How one call to Slack fails. The last three happen after Slack did what it was asked."""

    REFUSED = "connection refused"
    UNREACHED = "timed out before it arrived"
    RATELIMITED = "ratelimited"
    BROKEN = "a server error"
    UNHEARD = "timed out after it was done"
    CUT_OFF = "connection closed after it was done"
    BROKEN_LATE = "a server error after it was done"


AFTER_DOING = frozenset({CallFault.UNHEARD, CallFault.CUT_OFF, CallFault.BROKEN_LATE})


@dataclass(frozen=True, slots=True)
class FaultPeriod:
    """A fault that lasts. what: a CallFault, or Slack's error code of a channel or person that takes no messages."""

    begins: datetime
    ends: datetime
    what: str = ""
    target: str = ""


@dataclass(frozen=True, slots=True)
class FaultPlan:
    """A run's faults. call_faults, kills, full_disk, slow: the probability at each place where it can happen.

    deaf: presses do not arrive. restarts: the bot stops when it begins and is back when it ends; "killed" says how.
    closed: a person or channel that takes no messages. steps: what the machine's clock jumps by, and when.
    may_delete: whether a bot may delete its messages there. all_away: nobody on the safeguarding list is there.
    wrong_clocks: the machine's clock is wrong by so many seconds, `what`. is_double: two instances run.
    crawl: the probability that a call takes some seconds, with two instances now and then longer than a lease.
    lost: when a message disappears from Slack, as when it is kept for so long only.
    """

    begins: datetime
    call_faults: float
    kills: float
    full_disk: float
    slow: float
    outages: tuple[FaultPeriod, ...]
    deaf: tuple[FaultPeriod, ...]
    restarts: tuple[FaultPeriod, ...]
    closed: tuple[FaultPeriod, ...]
    steps: tuple[tuple[datetime, timedelta], ...]
    lost: tuple[datetime, ...]
    may_delete: bool
    wrong_clocks: tuple[FaultPeriod, ...] = ()
    all_away: bool = False
    is_double: bool = False
    crawl: float = 0.0

    def outage_at(self, now: datetime) -> FaultPeriod | None:
        """Return the outage that lasts now."""
        return next((each for each in self.outages if each.begins <= now < each.ends), None)

    def closed_at(self, now: datetime, names: Collection[str]) -> Iterator[FaultPeriod]:
        """Return the periods in which these channels or people take no messages now."""
        return (each for each in self.closed if each.target in names and each.begins <= now < each.ends)


def draw_fault_plan(chance: Random, days: float, targets: Sequence[str]) -> FaultPlan:
    """Draw the faults of a run of so many days. targets: channels and people that may be closed for a while."""
    begins = _some_day(chance) + timedelta(hours=chance.randrange(24) if days < 1 else 0)
    periods = _PeriodDraw(chance, begins, days)
    return FaultPlan(
        begins=begins,
        call_faults=chance.choice((0.0, 0.01, 0.05, 0.2)),
        kills=chance.choice((0.0, 0.0, 0.003, 0.01)),
        full_disk=chance.choice((0.0, 0.0, 0.0, 0.01)),
        slow=chance.choice((0.02, 0.1, 0.3)),
        outages=(
            *periods.draw(0.5, 20, _HOUR, sorted({*CallFault} - AFTER_DOING)),
            *periods.draw(0.05, _HOUR, 4 * _HOUR, sorted({*CallFault} - AFTER_DOING)),
            *periods.draw(0.2, 5, 5 * _MINUTE, sorted(AFTER_DOING)),
        ),
        deaf=periods.draw(0.8, 5, 15 * _MINUTE),
        restarts=periods.draw(0.8, 2, _HOUR / 2, ["stopped", "killed"]),
        closed=periods.draw(0.4, 10 * _MINUTE, 8 * _HOUR, ["channel_not_found"], targets),
        steps=tuple((periods.moment(), timedelta(seconds=chance.uniform(-45, 45))) for _ in periods.times(0.4)),
        lost=tuple(periods.moment() for _ in periods.times(0.3)),
        may_delete=chance.randrange(4) != 0,
        wrong_clocks=periods.draw(0.25, 2, _HOUR / 2, _WRONG_BY),
        all_away=chance.randrange(8) == 0,
        is_double=chance.randrange(4) == 0,
        crawl=chance.choice((0.0, 0.02, 0.05)),
    )


def _some_day(chance: Random) -> datetime:
    """Return midnight of any day, or of one of those on which something is different."""
    if chance.random() < 0.4:  # noqa: PLR2004 - as often as that
        return datetime.fromisoformat(chance.choice(_DAYS_TO_MEET)).replace(tzinfo=UTC)
    return datetime(2026, 1, 5, tzinfo=UTC) + timedelta(days=chance.randrange(700))


class _PeriodDraw:
    """A source of fault periods: short ones are more likely than long ones."""

    def __init__(self, chance: Random, begins: datetime, days: float) -> None:
        self._chance = chance
        self._begins = begins
        self._days = days

    def moment(self) -> datetime:
        """Return any moment of the run."""
        return self._begins + timedelta(hours=self._chance.uniform(0, 24 * self._days))

    def times(self, a_day: float) -> range:
        """Return a range as long as this often a day, more or less; a run of less than a day counts as one."""
        expected = a_day * max(self._days, 1)
        return range(int(expected) + (self._chance.random() < expected % 1) + (self._chance.random() < expected / 4))

    def draw(
        self,
        a_day: float,
        shortest: float,
        longest: float,
        whats: Sequence[str] = ("",),
        targets: Sequence[str] = ("",),
    ) -> tuple[FaultPeriod, ...]:
        """Draw periods of at least and at most so many seconds."""
        return tuple(self._period(shortest, longest, whats, targets) for _ in self.times(a_day))

    def _period(self, shortest: float, longest: float, whats: Sequence[str], targets: Sequence[str]) -> FaultPeriod:
        begins = self.moment()
        seconds = math.exp(self._chance.uniform(math.log(shortest), math.log(longest)))
        ends = min(begins + timedelta(seconds=seconds), self._begins + timedelta(days=self._days))
        return FaultPeriod(begins, ends, str(self._chance.choice(whats)), self._chance.choice(targets))
