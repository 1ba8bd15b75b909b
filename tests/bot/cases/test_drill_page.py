"""Practice says on every line that it is practice, and how it went."""

from datetime import timedelta

import pytest

from bot.alarms import messages
from bot.cases import drill_page
from bot.cases.notices import notice
from bot.cases.page import alert, page
from flows.case import Case, CaseStatus, CheckStatus
from flows.events import EventKind
from flows.model import Level
from tests.bot.builders import NOW, case, check, crowd, entry, view
from tests.bot.slack.limits import fits_message, words

OF = check({"S2": ("no",)}, is_drill=True, status=CheckStatus.SENT, level=Level.CONSULT_URGENT)


def _over(**changes: object) -> Case:
    return case(OF, status=CaseStatus.CLOSED, **changes)


@pytest.mark.parametrize("ask", [1, 2, 9])
def test_a_practice_page_is_never_taken_for_a_real_one(ask: int) -> None:
    """On a locked phone as well as on the card, and by email."""
    message = page(view(OF, case(OF)), case(OF), ask)
    fits_message(message)
    assert message.text.startswith("Practice")
    assert "This is practice: nobody is at risk." in words(message.blocks)
    said = alert(view(OF, case(OF)), case(OF), not_taken=False)
    assert said.title == "Practice: SC-7K2M"
    assert "practice" in said.body


@pytest.mark.parametrize(
    ("wait", "words_of_it"),
    [
        (timedelta(seconds=1), "after 1 second."),
        (timedelta(seconds=119), "after 119 seconds."),
        (timedelta(minutes=3), "after 3 minutes."),
    ],
)
def test_it_says_who_answered_and_how_soon(wait: timedelta, words_of_it: str) -> None:
    """To whoever started it, and where it was paged."""
    over = _over(led_by="lead-2", led_at=NOW + wait)
    assert f"<@U0LEAD2> answered {words_of_it}" in drill_page.over(view(OF, over), over)
    told = notice(view(OF, over), over, entry(EventKind.DRILL_ANSWERED))
    assert told is not None
    fits_message(told)
    assert words_of_it in told.text


def test_a_practice_that_nobody_answered_is_worth_another() -> None:
    """It is said, and what to do."""
    over = _over()
    assert "Nobody answered it." in words(page(view(OF, over), over, 3).blocks)


def test_a_crowd_fits_a_practice_page() -> None:
    """However many are asked, and however long their names are."""
    everybody = crowd()
    asked = tuple(person.id for person in everybody.everyone)
    a_case = case(OF, asked=asked)
    fits_message(page(view(OF, a_case, organisation=everybody), a_case, 2))


@pytest.mark.parametrize("is_well", [True, False])
def test_an_alarm_says_nothing_of_any_case(is_well: bool) -> None:  # noqa: FBT001 - pytest gives it by name
    """Not even how many: somebody left out would learn that there is one."""
    message = messages.alarm(is_well=is_well)
    fits_message(message)
    said = message.text + words(message.blocks) + messages.alarm_elsewhere().title + messages.alarm_elsewhere().body
    assert "SC-" not in said
    assert not any(letter.isdecimal() for letter in said)
