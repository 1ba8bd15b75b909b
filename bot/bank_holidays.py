"""Bank holidays of each nation, by rule, so that no list has to be renewed every year.

One-off holidays, such as a coronation, cannot be foreseen: they go into `hours.closed`.
Source: the Banking and Financial Dealings Act 1971 and the practice of moving a holiday that
falls on a weekend to the next working day.
"""

from collections.abc import Iterable
from datetime import date, timedelta

MONDAY, SATURDAY = 0, 5
COMMON = ("01-01", "12-25", "12-26")
FIXED = {
    "england-and-wales": COMMON,
    "scotland": (*COMMON, "01-02", "11-30"),
    "northern-ireland": (*COMMON, "03-17", "07-12"),
}


def bank_holidays(nation: str, year: int) -> frozenset[date]:
    """Raise KeyError for a nation other than the three of `hours.nation`."""
    easter = _easter(year)
    movable = {easter - timedelta(days=2), _first_monday(year, 5), _last_monday(year, 5)}
    if nation == "scotland":
        movable |= {_first_monday(year, 8)}
    else:
        movable |= {easter + timedelta(days=1), _last_monday(year, 8)}
    fixed = (date.fromisoformat(f"{year}-{day}") for day in FIXED[nation])
    return frozenset(_moved_off_weekends(fixed, movable))


def _moved_off_weekends(fixed: Iterable[date], movable: Iterable[date]) -> set[date]:
    """Keep the holidays that fall on working days, then give the others the next free ones."""
    holidays, waiting = set(movable), []
    for day in sorted(fixed):
        if day.weekday() < SATURDAY:
            holidays.add(day)
        else:
            waiting.append(day)
    for weekend in waiting:
        day = weekend
        while day.weekday() >= SATURDAY or day in holidays:
            day += timedelta(days=1)
        holidays.add(day)
    return holidays


def _first_monday(year: int, month: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(MONDAY - first.weekday()) % 7)


def _last_monday(year: int, month: int) -> date:
    last = date(year, month, 31)
    return last - timedelta(days=last.weekday())


def _easter(year: int) -> date:
    """Return Easter Sunday: the anonymous Gregorian computus (Meeus, Astronomical Algorithms)."""
    century, of_century = divmod(year, 100)
    correction = (8 * century + 13) // 25
    epact = (19 * (year % 19) + century - century // 4 - correction + 15) % 30
    epact -= (year % 19 + 11 * epact) // 319
    weekday = (2 * (century % 4) + 2 * (of_century // 4) - of_century % 4 - epact + 32) % 7
    month = (epact + weekday + 90) // 25
    return date(year, month, (epact + weekday + month + 19) % 32)
