"""The windows of days away: within Slack's limits, and each problem beside its box."""

from datetime import date, timedelta

import pytest

from bot.cover import modals
from flows.paging.cover import Gap
from tests.bot.builders import crowd
from tests.bot.slack.limits import elements, fits_view, words

MONDAY = date(2026, 12, 14)


def _gaps(*numbers: int) -> list[Gap]:
    days = [MONDAY + timedelta(days=number) for number in numbers]
    return [Gap(day, day.weekday() < 5) for day in days]


def test_a_lead_may_choose_for_whom_and_a_deputy_chooses_days_alone() -> None:
    """It stands on oneself."""
    people = {"lead-1": "Lead one", "lead-2": "Lead two"}
    form = modals.set_days(people, "lead-2", MONDAY)
    fits_view(form)
    (who,) = (one for one in elements(form) if one["type"] == "static_select")
    assert who["initial_option"]["value"] == "lead-2"
    alone = modals.set_days({"deputy-1": "Deputy one"}, "deputy-1", MONDAY)
    fits_view(alone)
    assert [one["type"] for one in elements(alone)] == ["datepicker", "datepicker"]
    assert {one["initial_date"] for one in elements(alone)} == {"2026-12-14"}


def test_a_crowd_fits_the_modal() -> None:
    """Long names are cut, nobody is left out."""
    people = {person.id: person.name for person in crowd().everyone}
    fits_view(modals.set_days(people, "lead-1", MONDAY))


@pytest.mark.parametrize(
    ("first", "last", "wrong"),
    [
        (0, 0, {}),
        (0, 59, {}),
        (3, 2, {"last": "The last day is before the first. Choose the first day or a later one."}),
        (-1, 4, {"first": "This day is over. Choose today or a later day."}),
        (-2, -3, {"first": "This day is over. Choose today or a later day."}),
        (5, 65, {"last": "This is more than 60 days. Set the rest later."}),
        (None, 3, {"first": "Please choose a day."}),
        (None, None, {"first": "Please choose a day.", "last": "Please choose a day."}),
    ],
)
def test_days_that_cannot_be_say_why_beside_the_box(first: int | None, last: int | None, wrong: dict[str, str]) -> None:
    """In words, and at the box they are about."""

    def day(number: int | None) -> date | None:
        return None if number is None else MONDAY + timedelta(days=number)

    assert modals.problems(day(first), day(last), MONDAY) == wrong


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ((0,), "Nobody is on cover on Monday 14 December."),
        ((0, 2), "Nobody is on cover on Monday 14 December and Wednesday 16 December."),
        ((0, 1, 2, 4), "Nobody is on cover on Monday 14 December to Wednesday 16 December and Friday 18 December."),
    ],
)
def test_days_with_nobody_are_said_as_soon_as_they_are_made(days: tuple[int, ...], said: str) -> None:
    """Days that follow each other are taken together."""
    form = modals.saved(_gaps(*days))
    fits_view(form)
    assert f"*Saved.* {said}" in words(form)


def test_the_longest_list_of_days_fits_the_answer() -> None:
    """Every second of sixty days."""
    fits_view(modals.saved(_gaps(*range(0, 60, 2))))
