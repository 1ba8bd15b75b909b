"""The ruler itself: what is too long is found, wherever it stands."""

from typing import Any

import pytest

from bot.slack import block_kit
from bot.slack.block_kit import Message
from tests.bot.slack.limits import fits_message, fits_view, problems


@pytest.mark.parametrize(
    "block",
    [
        {"type": "section", "text": block_kit.mrkdwn("x" * 3001)},
        {"type": "section", "text": block_kit.mrkdwn("")},
        {"type": "header", "text": block_kit.plain("x" * 151)},
        block_kit.actions(block_kit.button("x" * 76, "press")),
        block_kit.actions(block_kit.button("x", "press", "v" * 2001)),
        block_kit.actions(block_kit.button("x", "a" * 256)),
        block_kit.actions(*(block_kit.button("x", f"press.{number}") for number in range(26))),
        block_kit.actions(block_kit.button("x", "press", confirm=block_kit.confirm("x" * 101, "x", "x", "x"))),
        block_kit.fields([("x", "y" * 2000)]),
        block_kit.fields([("x", "y")] * 11),
        {"type": "actions", "elements": [{"type": "checkboxes", "action_id": "x", "options": [1] * 11}]},
        {"type": "actions", "elements": [{"type": "radio_buttons", "action_id": "x", "options": [1] * 11}]},
        {"text": block_kit.plain("x" * 76), "value": "x"},
    ],
)
def test_what_is_too_long_is_found(block: dict[str, Any]) -> None:
    """A screen that passes here passes in Slack."""
    assert list(problems([block]))


def test_a_message_with_two_first_choices_is_found() -> None:
    """Two buttons that both ask to be pressed first are none."""
    two = block_kit.actions(block_kit.button("A", "a", style="primary"), block_kit.button("B", "b", style="primary"))
    with pytest.raises(AssertionError):
        fits_message(Message("words", [two]))


def test_a_modal_of_a_quarter_megabyte_is_found() -> None:
    """Slack takes 250 KB and not a byte more."""
    wide = [block_kit.section("\N{SLEEPING SYMBOL}" * 2999) for _ in range(99)]
    with pytest.raises(AssertionError):
        fits_view(block_kit.modal("Wide", wide))
