"""Bank holidays, against the dates that the government has published."""

from datetime import date

import pytest

from bot.bank_holidays import bank_holidays

PUBLISHED = {
    ("england-and-wales", 2021): "01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28",
    ("england-and-wales", 2026): "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28",
    ("england-and-wales", 2027): "01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28",
    ("scotland", 2025): "01-01 01-02 04-18 05-05 05-26 08-04 12-01 12-25 12-26",
    ("scotland", 2027): "01-01 01-04 03-26 05-03 05-31 08-02 11-30 12-27 12-28",
    ("northern-ireland", 2024): "01-01 03-18 03-29 04-01 05-06 05-27 07-12 08-26 12-25 12-26",
    ("northern-ireland", 2026): "01-01 03-17 04-03 04-06 05-04 05-25 07-13 08-31 12-25 12-28",
}


@pytest.mark.parametrize(("nation", "year"), PUBLISHED, ids=str)
def test_the_days_are_those_that_were_published(nation: str, year: int) -> None:
    """A working hour is never counted on a day when nobody is at work."""
    published = {date.fromisoformat(f"{year}-{day}") for day in PUBLISHED[nation, year].split()}
    assert bank_holidays(nation, year) == published


def test_a_holiday_on_a_weekend_never_takes_the_place_of_another() -> None:
    """Every year has its full number of days off, and none of them at a weekend."""
    for nation, days in (("england-and-wales", 8), ("scotland", 9), ("northern-ireland", 10)):
        for year in range(2020, 2100):
            holidays = bank_holidays(nation, year)
            assert len(holidays) == days, (nation, year)
            assert all(day.weekday() < 5 for day in holidays)
