"""The message to somebody who left a check part done. Content-free, like every message."""

from __future__ import annotations

from bot.check_view import CheckView
from bot.checks import buttons
from bot.slack import block_kit
from bot.slack.block_kit import Block, Message
from flows.case import CheckStatus, Entry


def reminder(view: CheckView, event: Entry) -> Message:
    """Remind the reporter of a check left part done, of which nobody needed to be told."""
    ref, check = view.check.ref, view.check
    if check.status not in (CheckStatus.DRAFT, CheckStatus.SHELVED) or check.touched_at > event.at:
        return _said(f"{ref}: you carried on with this.")
    return _said(
        f"You have one part done: {ref}. Nothing has been sent to anyone. Carry on when you can.",
        block_kit.button("Carry on", "carry_on", check.id, style="primary"),
        buttons.ask_a_lead(view),
    )


def _said(words: str, *buttons: Block) -> Message:
    below = [block_kit.actions(*buttons, block_id="answer")] if buttons else []
    return Message(words, [block_kit.section(words), *below])
