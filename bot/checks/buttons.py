"""The buttons that several states of the reporter's card share."""

from __future__ import annotations

from collections.abc import Iterator

from bot.check_view import CheckView
from bot.slack import block_kit
from bot.slack.block_kit import Block
from flows.model import Level, Outcome

TOOLS = "tools"
"""The same block of every card, so that a press still arrives while the card is being edited."""
TELL_THEM = "Tell them what happened"


def ask_a_lead(view: CheckView) -> Block:
    """Ask for help at any step, with no reason; the words speak of no lead where none may know."""
    return block_kit.button(view.facts.ask, "ask_lead", view.check.id)


def tell_them(view: CheckView, *, style: str | None = None) -> Block:
    """Open the boxes for what happened; "them" only where somebody is, or will be, told."""
    label = TELL_THEM if view.decision.page else "Add details"
    return block_kit.button(label, "add_details", view.check.id, style=style)


def carry_on(view: CheckView, verb: str = "carry_on") -> Block:
    return block_kit.button("Carry on", verb, view.check.id, style="primary")


def stop_and_hide(view: CheckView) -> Iterator[Block]:
    yield block_kit.button("Hide", "hide", view.check.id)
    yield block_kit.button("Stop for now", "stop", view.check.id)
    yield ask_a_lead(view)


def next_steps(view: CheckView) -> Iterator[Block]:
    """Yield what can be done once a check is sent: what is likely now, and the rest behind one button."""
    check, case = view.check, view.case
    if case is not None:
        is_urgent = view.decision.level >= Level.CONSULT_URGENT and case.led_by is None
        yield tell_them(view, style="primary" if is_urgent else None)
    elif check.outcome in (Outcome.FIX_FIRST, Outcome.HOLD):
        yield block_kit.button("Reopen this check", "reopen_check", check.id)
    yield ask_a_lead(view)
    yield block_kit.button("More", "more", check.id)
