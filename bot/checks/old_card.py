"""The card of a check to which nothing has happened for long: the reference, how it stands, and what still helps.

Slack keeps its own copies of messages; so what stands in them is little, and not for long.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.check_view import CheckView
from bot.checks import card
from bot.slack import block_kit
from bot.slack.block_kit import Block, Message
from flows.case import CheckStatus


def old_card(view: CheckView, message: Message) -> Message:
    """Shorten an old card to the ways on: carry on, ask a lead, and open what was said in private windows.

    What must stay in sight stays until the check is closed, such as whom not to tell yet.
    """
    is_button = any(block["type"] == "actions" for block in message.blocks)
    if not is_button or view.check.cover is not None:  # it points to a newer one, or is hidden, and says less already
        return message
    return Message(card.TEXT, list(_blocks(view)))


def _blocks(view: CheckView) -> Iterator[Block]:
    check = view.check
    ask = block_kit.button("Ask a lead", "ask_lead", check.id)
    if check.status is CheckStatus.CLOSED:
        yield block_kit.section(f"*{check.ref}* is complete.")
        yield block_kit.actions(ask)
        return
    yield from card.warning(view)
    if check.status in (CheckStatus.DRAFT, CheckStatus.SHELVED):
        yield block_kit.section(f"*{check.ref}* is not finished. Your answers are kept.")
        yield block_kit.actions(block_kit.button("Carry on", "carry_on", check.id), ask)
    else:
        yield block_kit.section(f"*{check.ref}*: {(check.outcome or view.decision.outcome).words}.")
        yield block_kit.actions(*card.next_steps(view), block_id=card.TOOLS)
