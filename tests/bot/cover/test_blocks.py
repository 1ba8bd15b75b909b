"""Cover on every screen: within Slack's limits, dates only in messages, and nobody is ever sent away."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from bot.cover import blocks
from bot.cover.blocks import MOST_ENTRIES, OnCover
from bot.home.blocks import home
from bot.words import nobody_on_cover
from flows.paging.cover import Away, Gap
from tests.bot.builders import HOSTILE, ORGANISATION, crowd
from tests.bot.slack.limits import elements, fits_message, fits_view, words

MONDAY = date(2026, 12, 14)
PHONES = (
    "You can also phone Independent contact 020 7946 0104, children's social care 020 7946 0110, "
    "out of hours 020 7946 0111."
)


def _entries(count: int, set_by: str = "U0LEAD1") -> tuple[Away, ...]:
    first = [MONDAY + timedelta(days=7 * number) for number in range(count)]
    return tuple(Away(number, "lead-1", day, day + timedelta(days=2), set_by) for number, day in enumerate(first))


def _gaps(*numbers: int) -> list[Gap]:
    days = [MONDAY + timedelta(days=number) for number in numbers]
    return [Gap(day, day.weekday() < 5) for day in days]


def _on_home(on_cover: OnCover) -> str:
    form = home([], ORGANISATION, (), on_cover)
    fits_view(form, "home")
    return words(form)


def test_everybody_sees_who_is_on_cover_and_staff_see_nothing_else() -> None:
    """Mentions, so that the reader can press a name and write to them."""
    said = _on_home(OnCover(("U0LEAD1", "U0DEPUTY"), "U0STAFF"))
    assert "On cover today: <@U0LEAD1>, <@U0DEPUTY>" in said
    assert "Your days away" not in said


def test_where_nobody_is_on_cover_the_phones_stand_there() -> None:
    """The same words as on the card; nothing in them tells anybody to wait."""
    said = _on_home(OnCover((), "U0STAFF"))
    assert f"No safeguarding lead is marked as on cover today. I will still ask for help. {PHONES}" in said


def test_without_numbers_the_independent_contacts_stands_there() -> None:
    """There always is one."""
    none = ORGANISATION.model_copy(
        update={
            "phones": ORGANISATION.phones.model_copy(update={"childrens_social_care": None, "out_of_hours": None}),
        }
    )
    assert nobody_on_cover(none).endswith("You can also phone Independent contact 020 7946 0104.")


def test_your_days_away_can_each_be_removed_after_a_question() -> None:
    """A slip of a finger removes nothing."""
    form = home([], ORGANISATION, (), OnCover(("U0LEAD2",), "U0LEAD1", _entries(2)))
    fits_view(form, "home")
    assert "Monday 14 December to Wednesday 16 December 2026." in words(form)
    assert "Set by" not in words(form)
    removes = [one for one in elements(form) if one["action_id"].startswith("remove_days_away.")]
    assert [one["value"] for one in removes] == ["0", "1"]
    assert all(one["confirm"] for one in removes)


def test_days_somebody_else_set_say_who() -> None:
    """Nobody is marked as away without being able to see by whom."""
    assert "Set by <@U0LEAD2>." in _on_home(OnCover((), "U0LEAD1", _entries(1, "U0LEAD2")))


def test_home_fits_with_no_days_away_and_with_very_many() -> None:
    """What is too much is left out at the end, not refused by Slack."""
    assert "You have set none." in _on_home(OnCover((), "U0LEAD1", ()))
    form = home([], ORGANISATION, (), OnCover((), "U0LEAD1", _entries(300)))
    fits_view(form, "home")
    assert len([one for one in elements(form) if one["action_id"].startswith("remove")]) == MOST_ENTRIES


def test_on_a_home_of_many_every_mention_is_there() -> None:
    """An organisation may have any number of leads."""
    fits_view(home([], crowd(), (), OnCover(tuple(f"U0LEAD{number}" for number in range(99)), "U0STAFF")), "home")
    assert HOSTILE not in words(home([], crowd(), (), OnCover((), "U0STAFF")))


def test_a_lead_may_choose_for_whom_and_a_deputy_chooses_days_alone() -> None:
    """It stands on oneself."""
    people = {"lead-1": "Lead one", "lead-2": "Lead two"}
    form = blocks.set_days(people, "lead-2", MONDAY)
    fits_view(form)
    (who,) = (one for one in elements(form) if one["type"] == "static_select")
    assert who["initial_option"]["value"] == "lead-2"
    alone = blocks.set_days({"deputy-1": "Deputy one"}, "deputy-1", MONDAY)
    fits_view(alone)
    assert [one["type"] for one in elements(alone)] == ["datepicker", "datepicker"]
    assert {one["initial_date"] for one in elements(alone)} == {"2026-12-14"}


def test_a_crowd_fits_the_modal() -> None:
    """Long names are cut, nobody is left out."""
    people = {person.id: person.name for person in crowd().everyone}
    fits_view(blocks.set_days(people, "lead-1", MONDAY))


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

    assert blocks.problems(day(first), day(last), MONDAY) == wrong


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
    form = blocks.saved(_gaps(*days))
    fits_view(form)
    assert f"*Saved.* {said}" in words(form)


def _reports() -> Iterator[list[Gap]]:
    yield _gaps(0)
    yield _gaps(5, 7)
    yield _gaps(*range(14))


def test_a_report_holds_dates_and_marks_days_off() -> None:
    """One line a day; a locked phone shows that there are some, and no more."""
    for gaps in _reports():
        message = blocks.gap_report(gaps)
        assert message is not None
        fits_message(message)
        said = words(message.blocks)
        assert said.count("• ") == len(gaps)
        assert said.count("(not a working day)") == sum(not gap.works for gap in gaps)
        assert gaps[0].works or "• Saturday 19 December (not a working day)" in said
        assert "December" not in message.text
        assert "Lead" not in said.replace("Leads and deputies", "")
    assert blocks.gap_report([]) is None


def test_a_closed_account_is_said_without_a_name() -> None:
    """Whoever runs the bot knows where to look."""
    message = blocks.closed_account()
    fits_message(message)
    assert words(message.blocks) == message.text
    assert message.text == (
        "An account on the safeguarding list is closed. The ladder skips it. Please update organisation.toml."
    )


def test_the_longest_list_of_days_fits_the_answer() -> None:
    """Every second of sixty days."""
    fits_view(blocks.saved(_gaps(*range(0, 60, 2))))
