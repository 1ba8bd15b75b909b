"""Bank holidays, against the dates that the government has published."""

from datetime import date

import pytest

from bot.config.organisation import Hours, Organisation, example_organisation_path, load_organisation

PUBLISHED = {
    ("england-and-wales", 2021): "01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28",
    ("england-and-wales", 2026): "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28",
    ("england-and-wales", 2027): "01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28",
    ("scotland", 2027): "01-01 01-04 03-26 05-03 05-31 08-02 11-30 12-27 12-28",
    ("northern-ireland", 2026): "01-01 03-17 04-03 04-06 05-04 05-25 07-13 08-31 12-25 12-28",
}


@pytest.fixture(scope="module")
def organisation() -> Organisation:
    return load_organisation(example_organisation_path())


@pytest.mark.parametrize(("nation", "year"), PUBLISHED, ids=str)
def test_the_days_are_those_that_were_published(organisation: Organisation, nation: str, year: int) -> None:
    """A working hour is never counted on a day when nobody is at work."""
    hours = Hours.model_validate({"monday": "08:30-17:00", "nation": nation})
    off = organisation.model_copy(update={"hours": hours}).days_off([year])
    weekdays = {day for day in off if day.weekday() < 5}
    assert weekdays == {date.fromisoformat(f"{year}-{day}") for day in PUBLISHED[nation, year].split()}


def test_a_term_break_is_added_to_them(organisation: Organisation) -> None:
    """Every day of it, whichever year it ends in; what is around it is worked as before."""
    term_break = {"first": date(2026, 12, 29), "last": date(2027, 1, 3)}
    hours = Hours.model_validate({"monday": "08:30-17:00", "breaks": [term_break]})
    usual = organisation.days_off([2026, 2027])
    off = organisation.model_copy(update={"hours": hours}).days_off([2026, 2027])
    assert off - usual == {
        date(2026, 12, 29),
        date(2026, 12, 30),
        date(2026, 12, 31),
        date(2027, 1, 2),
        date(2027, 1, 3),
    }
