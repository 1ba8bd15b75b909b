"""Who is on cover on a day, and on which days nobody is: urgent pages go out at any hour of any day."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from flows.paging.recipients import People
from flows.paging.worktime import WorkingWeek

AHEAD = 14
"""How many days are looked at, today included."""


@dataclass(frozen=True, slots=True)
class Away:
    """Days on which somebody is not there, both included, in the organisation's time zone.

    person: an organisation id. set_by: a Slack user id.
    """

    id: int
    person: str
    first: date
    last: date
    set_by: str

    def includes(self, day: date) -> bool:
        """Whether they are away on this day."""
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Gap:
    """A day on which nobody is on cover. works: whether it is a working day."""

    day: date
    works: bool


def absent_on(day: date, away: Iterable[Away], unreachable: frozenset[str]) -> frozenset[str]:
    """Ids of those who are away on a day or whose account is closed."""
    return unreachable | {each.person for each in away if each.includes(day)}


def on_cover(people: People, absent: frozenset[str]) -> tuple[str, ...]:
    """Ids of the leads and deputies who are there; the independent contact is nobody's cover."""
    return tuple(person for person in (*people.leads, *people.deputies) if person not in absent)


def gaps(
    people: People,
    away: Collection[Away],
    unreachable: frozenset[str],
    week: WorkingWeek,
    first: date,
    days: int = AHEAD,
) -> tuple[Gap, ...]:
    """Of so many days from the first on, those on which nobody is on cover; days off are days as well."""
    ahead = (first + timedelta(days=number) for number in range(days))
    return tuple(Gap(day, week.works(day)) for day in ahead if not on_cover(people, absent_on(day, away, unreachable)))
