"""When a wait is over that counts only some hours of the week, such as working hours or the daytime of any day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_SEARCHED = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class WorkingWeek:
    """Opening and closing time of each weekday, Monday first, None for a day off; dates that do not count."""

    zone: ZoneInfo
    days: tuple[tuple[time, time] | None, ...]
    closed: frozenset[date] = frozenset()

    def day_of(self, moment: datetime) -> date:
        """Return the date at a moment, in the organisation's time zone."""
        return moment.astimezone(self.zone).date()

    def works(self, day: date) -> bool:
        """Whether it is a working day."""
        return self.days[day.weekday()] is not None and day not in self.closed

    def after(self, start: datetime, wait: timedelta) -> datetime:
        """Return the moment when `wait` of working time has passed since `start`. Aware in, UTC out.

        A week without any working time does not make anybody wait for ever: then the clock counts.
        """
        start, left = start.astimezone(UTC), wait
        for opens, closes in self._shifts(start):
            begins = max(opens, start)
            if begins + left <= closes:
                return begins + left
            left -= max(closes - begins, timedelta(0))
        return start + wait

    def next_morning(self, start: datetime, at: time) -> datetime:
        """`at` on the first working day after the day of `start`. Aware in, UTC out."""
        today = self.day_of(start)
        days = (today + timedelta(days=ahead) for ahead in range(1, _SEARCHED.days))
        return self._moment(next(filter(self.works, days), today + timedelta(days=1)), at)

    def mornings_after(self, start: datetime, count: int, at: time) -> datetime:
        """Return `at` on the `count`-th working day after the day of `start`. Aware in, UTC out."""
        moment = start
        for _ in range(count):
            moment = self.next_morning(moment, at)
        return moment

    def days_after(self, start: datetime, count: int) -> datetime:
        """Return the same time of day `count` working days later. Aware in, UTC out.

        A start outside working hours counts from when they begin next.
        """
        begins = self.after(start, timedelta(0)).astimezone(self.zone)
        return self.mornings_after(begins, count, begins.time())

    def next_opening(self, now: datetime) -> datetime:
        """Return when the hours begin next after `now`. Aware in, UTC out."""
        return next((opens for opens, _ in self._shifts(now.astimezone(UTC)) if opens > now), now + _SEARCHED)

    def _shifts(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield the shifts that end after `start`, in UTC, so that a change of the clocks adds or takes nothing."""
        day = self.day_of(start)
        last = day + _SEARCHED
        while day <= last:
            hours = self.days[day.weekday()]
            if hours and day not in self.closed:
                opens, closes = (self._moment(day, at) for at in hours)
                if closes > start:
                    yield opens, closes
            day += timedelta(days=1)

    def _moment(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self.zone).astimezone(UTC)
