"""Cover on the Home tab: within Slack's limits, and nobody is ever sent away."""

from datetime import date, timedelta

from bot.home.blocks import home
from bot.home.cover_section import MOST_ENTRIES, OnCover
from bot.words import nobody_on_cover
from flows.paging.cover import Away
from tests.bot.builders import HOSTILE, ORGANISATION, crowd
from tests.bot.slack.limits import elements, fits_view, words

MONDAY = date(2026, 12, 14)
PHONES = (
    "You can also phone Independent contact 020 7946 0104, children's social care 020 7946 0110, "
    "out of hours 020 7946 0111."
)


def _entries(count: int, set_by: str = "U0LEAD1") -> tuple[Away, ...]:
    first = [MONDAY + timedelta(days=7 * number) for number in range(count)]
    return tuple(Away(number, "lead-1", day, day + timedelta(days=2), set_by) for number, day in enumerate(first))


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
