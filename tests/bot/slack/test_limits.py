"""The ruler itself: what is too long is found, wherever it stands."""

from typing import Any

import pytest

from bot.slack import block_kit as kit
from bot.slack.block_kit import Message
from tests.bot.slack.limits import fits_message, fits_view, problems


@pytest.mark.parametrize(
    "block",
    [
        {"type": "section", "text": kit.mrkdwn("x" * 3001)},
        {"type": "section", "text": kit.mrkdwn("")},
        kit.header("x" * 151),
        kit.actions(kit.button("x" * 76, "press")),
        kit.actions(kit.button("x", "press", "v" * 2001)),
        kit.actions(kit.button("x", "a" * 256)),
        kit.actions(*(kit.button("x", f"press.{number}") for number in range(26))),
        kit.actions(kit.button("x", "press", confirm=kit.confirm("x" * 101, "x", "x", "x"))),
        kit.fields([("x", "y" * 2000)]),
        kit.fields([("x", "y")] * 11),
        {"type": "actions", "elements": [{"type": "checkboxes", "action_id": "x", "options": [1] * 11}]},
        {"type": "actions", "elements": [{"type": "radio_buttons", "action_id": "x", "options": [1] * 11}]},
        {"text": kit.plain("x" * 76), "value": "x"},
    ],
)
def test_what_is_too_long_is_found(block: dict[str, Any]) -> None:
    """A screen that passes here passes in Slack."""
    assert list(problems([block]))


def test_a_message_with_two_first_choices_is_found() -> None:
    """Two buttons that both ask to be pressed first are none."""
    two = kit.actions(kit.button("A", "a", style="primary"), kit.button("B", "b", style="primary"))
    with pytest.raises(AssertionError):
        fits_message(Message("words", [two]))


def test_a_modal_of_a_quarter_megabyte_is_found() -> None:
    """Slack takes 250 KB and not a byte more."""
    wide = [kit.section("\N{SLEEPING SYMBOL}" * 2999) for _ in range(99)]
    with pytest.raises(AssertionError):
        fits_view(kit.modal("Wide", wide))
