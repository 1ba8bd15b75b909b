"""The weekly figures as plain values: which week, what was counted, and how it compares with the weeks before."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, date, datetime, time, timedelta
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

TREND = 12
"""How many weeks the trend looks back, the week itself included."""

_WRITTEN = re.compile(r"(\d{4})-W(\d{2})")
_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True, order=True)
class Week:
    """A calendar week by ISO 8601: from Monday 00:00 up to, and without, the next Monday 00:00."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> Week:
        """Return the week a day is in."""
        found = day.isocalendar()
        return cls(found.year, found.week)

    @classmethod
    def parse(cls, written: str) -> Week:
        """As in 2026-W47. Raises ValueError, in words, where there is no such week."""
        match = _WRITTEN.fullmatch(written.strip())
        try:
            return cls.of(date.fromisocalendar(int(match[1]), int(match[2]), 1)) if match else cls._unknown(written)
        except ValueError:
            return cls._unknown(written)

    @staticmethod
    def _unknown(written: str) -> Week:
        message = f'"{written}" is not a week. Write it like 2026-W47.'
        raise ValueError(message)

    @classmethod
    def from_key(cls, key: int) -> Week:
        """Return the week whose `key` this is."""
        return cls(*divmod(key, 100))

    @property
    def key(self) -> int:
        """As in 202647."""
        return self.year * 100 + self.number

    @property
    def first(self) -> date:
        """Its Monday."""
        return date.fromisocalendar(self.year, self.number, 1)

    @property
    def last(self) -> date:
        """Its Sunday."""
        return self.first + 6 * _DAY

    @property
    def following(self) -> Week:
        return Week.of(self.first + _WEEK)

    @property
    def before(self) -> Week:
        return Week.of(self.first - _WEEK)

    def bounds(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Its first moment, and the first that is no longer in it, in UTC: 167 or 169 hours where the clocks change."""
        return midnight(self.first, zone), midnight(self.following.first, zone)

    def due(self, weekday: int, at: time, zone: ZoneInfo) -> datetime:
        """When its digest goes out: on this day of the week after it. weekday: 0 for Monday."""
        return datetime.combine(self.following.first + weekday * _DAY, at, zone).astimezone(UTC)

    @property
    def words(self) -> str:
        """As in "Week 47: 16 to 22 November 2026"."""
        first, last = self.first, self.last
        month = "" if first.month == last.month else f" {first:%B}"
        year = "" if first.year == last.year else f" {first.year}"
        return f"Week {self.number}: {first.day}{month}{year} to {last.day} {last:%B} {last.year}"

    def __str__(self) -> str:
        return f"{self.year}-W{self.number:02}"


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return the first moment of a day, in UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def weeks_within(first: date, last: date) -> tuple[Week, ...]:
    """Return the weeks that lie wholly between two days, both included."""
    week = Week.of(first)
    week = week if week.first == first else week.following
    found = []
    while week.last <= last:
        found.append(week)
        week = week.following
    return tuple(found)


Counts = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class WeekFigures:
    """What is counted of one week: numbers, and nothing that leads to a check. Waits are in seconds, shortest first.

    Of the week: started to disagreements, fixes to drills_unanswered, late to forgotten. As it stood when the digest
    was made: nobody_leads to questions_waiting, to_sample, retention.
    answers: how long each case raised in the week waited until somebody led it. missed: those, and those nobody
    leads yet, past their target. outcomes: by outcome. decisions: by decision. fixes: by kind. unsure: by question.
    open_by_age: keys as AGES. late: how long after its time each late page of the week arrived.
    """

    started: int = 0
    finished: int = 0
    abandoned: int = 0
    outcomes: Counts = field(default_factory=dict)
    cases: int = 0
    breaches: int = 0
    answers: tuple[int, ...] = ()
    missed: int = 0
    out_of_hours: int = 0
    decisions: Counts = field(default_factory=dict)
    closed: int = 0
    disagreements: int = 0
    open_by_age: Counts = field(default_factory=dict)
    nobody_leads: int = 0
    no_plan_yet: int = 0
    plans_waiting: int = 0
    strands_overdue: int = 0
    agencies_overdue: int = 0
    sharing_waiting: int = 0
    questions_waiting: int = 0
    to_sample: Counts = field(default_factory=dict)
    fixes: Counts = field(default_factory=dict)
    unsure: Counts = field(default_factory=dict)
    drills: int = 0
    drill_answers: tuple[int, ...] = ()
    drills_unanswered: int = 0
    retention: int = 0
    late: tuple[int, ...] = ()
    undelivered: int = 0
    forgotten: int = 0

    @property
    def open(self) -> int:
        return sum(self.open_by_age.values())

    @property
    def median(self) -> int | None:
        """Of the waits for a first answer, in seconds; None where nobody answered anything."""
        return round(median(self.answers)) if self.answers else None

    @property
    def worst(self) -> int | None:
        return max(self.answers, default=None)

    @property
    def waiting(self) -> int:
        """How many things wait for somebody."""
        mine = (self.nobody_leads, self.no_plan_yet, self.plans_waiting, self.strands_overdue)
        return sum((*mine, self.agencies_overdue, self.sharing_waiting, self.questions_waiting))

    @property
    def misses(self) -> int:
        return len(self.late) + self.undelivered + self.forgotten

    def written(self) -> str:
        """As JSON, to be kept."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def read(cls, written: str) -> WeekFigures:
        """Parse stored figures, also an older version's: what it did not count is zero."""
        kept: dict[str, Any] = json.loads(written)
        known = {one.name for one in fields(cls)} & kept.keys()
        values: dict[str, Any] = {one: tuple(kept[one]) if isinstance(kept[one], list) else kept[one] for one in known}
        return cls(**values)


UNDER_A_WEEK, UNDER_FOUR_WEEKS, OLDER = "for under a week", "for one to four weeks", "for over four weeks"
AGES = (UNDER_A_WEEK, UNDER_FOUR_WEEKS, OLDER)


def age(open_for: timedelta) -> str:
    """Which of AGES."""
    if open_for < _WEEK:
        return UNDER_A_WEEK
    return UNDER_FOUR_WEEKS if open_for < 4 * _WEEK else OLDER


def most(counts: Counts, number: int) -> tuple[tuple[str, int], ...]:
    """Return the `number` largest counts, largest first; equal ones in the order of their keys."""
    return tuple(sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:number])


def added(counts: Iterable[Counts]) -> dict[str, int]:
    """Add up the counts of several weeks."""
    found: dict[str, int] = {}
    for each in counts:
        for key, number in each.items():
            found[key] = found.get(key, 0) + number
    return found


def spoken(seconds: int) -> str:
    """Return a wait as people say it: 40 seconds, 12 minutes, 3 hours, 2 days."""
    if not seconds:
        return "less than a second"
    for unit, length, until in (("second", 1, 120), ("minute", 60, 120), ("hour", 3600, 48)):
        number = round(seconds / length)
        if number < until:
            return counted(number, unit)
    return counted(round(seconds / 86400), "day")


def counted(number: int, one: str, many: str | None = None) -> str:
    """As in "1 check", "2 checks", "no checks"."""
    return f"{number or 'no'} {one if number == 1 else many or one + 's'}"


def against(now: int, before: int | None) -> str:
    """As in "2 more than the week before"; nothing where the week before was not counted."""
    if before is None:
        return ""
    if now == before:
        return "as in the week before"
    return f"{abs(now - before)} {'more' if now > before else 'fewer'} than the week before"


@dataclass(frozen=True, slots=True)
class Trend:
    """Weeks and their figures, oldest first; None where a week was not counted. The last is the week itself."""

    weeks: tuple[tuple[Week, WeekFigures | None], ...]

    @classmethod
    def up_to(cls, week: Week, kept: Mapping[Week, WeekFigures], length: int = TREND) -> Trend:
        """Return the trend of the `length` weeks that end with this one."""
        back = [week]
        while len(back) < length:
            back.append(back[-1].before)
        return cls(tuple((each, kept.get(each)) for each in reversed(back)))

    @property
    def counted(self) -> Sequence[WeekFigures]:
        """Those weeks that were counted."""
        return [figures for _, figures in self.weeks if figures is not None]

    @property
    def before(self) -> WeekFigures | None:
        """The week before the last."""
        return self.weeks[-2][1] if len(self.weeks) > 1 else None


def takeaways(figures: WeekFigures, before: WeekFigures | None) -> tuple[str, ...]:
    """Return the week in a few sentences: what came in, how soon it was answered, what waits."""
    return tuple(filter(None, (_came_in(figures, before), _answered(figures), _waits(figures))))


def _came_in(figures: WeekFigures, before: WeekFigures | None) -> str:
    compared = against(figures.started, before.started if before else None)
    said = counted(figures.started, "check was started", "checks were started")
    raised = f"{figures.cases or 'none'} came to a lead"
    return f"{_capital(said)}{', ' + compared if compared else ''}; {raised}."


def _answered(figures: WeekFigures) -> str:
    if not figures.cases:
        return ""
    if figures.median is None or figures.worst is None:
        return f"{_capital(counted(figures.cases, 'of them has', 'of them have'))} no lead yet."
    missed = f"{counted(figures.missed, 'target was', 'targets were')} missed"
    answered, left = len(figures.answers), figures.cases - len(figures.answers)
    if left > 0:
        said = f"{answered} of {figures.cases} {'was' if answered == 1 else 'were'} answered"
        last = "" if answered == 1 else "the last of them "
        return (
            f"{said}, {last}after {spoken(figures.worst)}; "
            f"{counted(left, 'has no lead', 'have no lead')} yet; {missed}."
        )
    if answered == 1:
        return f"It was answered after {spoken(figures.worst)}; {missed}."
    return f"Half were answered within {spoken(figures.median)}, the last after {spoken(figures.worst)}; {missed}."


def _waits(figures: WeekFigures) -> str:
    if not figures.waiting:
        return "Nothing waits."
    return f"{_capital(counted(figures.waiting, 'thing waits', 'things wait'))} for somebody now."


def _capital(words: str) -> str:
    return words[0].upper() + words[1:]
