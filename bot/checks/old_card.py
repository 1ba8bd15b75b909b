"""The card of a check to which nothing has happened for long: the reference, how it stands, and what still helps.

Slack keeps its own copies of messages; so what stands in them is little, and not for long.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.check_view import CheckView
from bot.checks import buttons, card, help_now
from bot.slack import block_kit
from bot.slack.block_kit import Block, Message
from flows.case import CheckStatus, Cover


def old_card(view: CheckView, message: Message) -> Message:
    """Shorten an old card to the ways on: carry on, ask a lead, and open what was said in private windows.

    What may be needed now stays until the check is closed: whom not to tell yet, the advice and the numbers (I25).
    """
    is_button = any(block["type"] == "actions" for block in message.blocks)
    is_covered = view.check.cover in (Cover.HIDDEN, Cover.STOPPED)
    if not is_button or is_covered:  # it points to a newer one, or is hidden, and says less already
        return message
    return Message(card.TEXT, list(_blocks(view)))


def _blocks(view: CheckView) -> Iterator[Block]:
    check = view.check
    ask = buttons.ask_a_lead(view)
    if check.status is CheckStatus.CLOSED:
        yield block_kit.section(f"*{check.ref}* is complete.")
        yield block_kit.actions(ask)
        return
    yield from help_now.first(view)
    if help_now.has_help(view):
        yield from help_now.numbers_and_advice(view)
    if check.status in (CheckStatus.DRAFT, CheckStatus.SHELVED):
        yield block_kit.section(f"*{check.ref}* is not finished. Your answers are kept.")
        yield block_kit.actions(buttons.carry_on(view), ask)
    else:
        yield block_kit.section(f"*{check.ref}*: {(check.outcome or view.decision.outcome).words}.")
        yield block_kit.actions(*buttons.next_steps(view), block_id=buttons.TOOLS)
    yield help_now.footer(view)
