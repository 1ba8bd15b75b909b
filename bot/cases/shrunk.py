"""What is left of the bot's messages: the reference, a word for how it stands, and the buttons that still help.

A message is cut when its check is closed, and when nothing has happened to it for long. Slack keeps its own copies of
messages; so what stands in them is little, and not for long.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.cases import page
from bot.check_view import CheckView
from bot.checks import card
from bot.slack import block_kit
from bot.slack.block_kit import Block, Message
from flows.case import Case, CaseStatus, CheckStatus, Entry
from flows.events import OutboxKind


def shrunk(view: CheckView, what: OutboxKind, message: Message, event: Entry | None, *, is_old: bool) -> Message:
    """A posted message as it stands once its check is closed or old. what: the kind. message: as it would be else."""
    is_over = view.case is not None and view.case.status is CaseStatus.CLOSED
    if what is OutboxKind.LINE:
        is_last = event is not None and event.what.properties.ends_case
        return message if is_last and not is_old else _reference(view)
    if what is OutboxKind.NOTICE and is_over and is_old:
        return _reference(view)
    if what is OutboxKind.CARD and is_old:
        return _card(view, message)
    if what is OutboxKind.PAGE and is_old and not is_over and view.case is not None:
        return _page(view, view.case)
    return message


def _reference(view: CheckView) -> Message:
    return Message(view.check.ref, [block_kit.context(view.check.ref)])


def _card(view: CheckView, message: Message) -> Message:
    """The reporter can still carry on, ask a lead, and look; what was said stands in private windows alone.

    What must stay in sight does, such as whom not to tell yet: until the check is closed.
    """
    is_button = any(block["type"] == "actions" for block in message.blocks)
    if not is_button or view.check.cover is not None:  # it points to a newer one, or is hidden, and says less already
        return message
    return Message(card.TEXT, list(_card_blocks(view)))


def _card_blocks(view: CheckView) -> Iterator[Block]:
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


def _page(view: CheckView, case: Case) -> Message:
    """A case that nobody closed: whoever leads it can still do so."""
    words = f"*{view.check.ref}* is still open. Outcome: {view.decision.outcome.words}."
    return Message(
        f"{view.check.ref} is still open. Open Slack to see it.", [block_kit.section(words), *page.buttons(view, case)]
    )
