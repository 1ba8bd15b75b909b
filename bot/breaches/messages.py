"""What is sent about a possible breach, to the data protection lead and whoever leads: nothing of its content."""

from __future__ import annotations

from bot.check_view import CheckView
from bot.slack import block_kit
from bot.slack.block_kit import Message
from bot.words import Words
from flows.breach import Breach


def asked(view: CheckView, breach: Breach, number: int) -> Message:
    """Render the message: reference, when the 72 hours end, and the button. number: which time it is asked."""
    ref = view.check.ref
    if not breach.open_parts:
        words = f"{ref}: all that has to be known of the breach is recorded."
        return Message(words, [block_kit.section(words), _button(view)])
    by = block_kit.when(breach.report_by, view.now, view.organisation.zone)
    again = f" This is ask {number}." if number > 1 else ""
    over = view.now > breach.report_by
    clock = f"The 72 hours ended {by}." if over else f"The 72 hours end {by}."
    return Message(
        f"{ref}: a possible data breach. Open Slack to see it.",
        [
            block_kit.section(f"*{ref} - a possible data breach.*{again}\n{clock}"),
            _button(view),
            block_kit.context("Keep details out of Slack messages. Open it to write them down."),
        ],
    )


def asked_below(view: CheckView) -> Message:
    """Render what is left of an older message: a pointer to the newer one."""
    words = f"{view.check.ref}: see the newer message below."
    return Message(words, [block_kit.context(words)])


def alert(view: CheckView, breach: Breach) -> Words:
    """Return the message for e-mail or push."""
    by = f"{breach.report_by.astimezone(view.organisation.zone):%H:%M on %A %d %B}"
    return Words(
        f"A possible data breach: {view.check.ref}",
        f"The law gives 72 hours, until {by}. Open Slack to see it.",
    )


def _button(view: CheckView) -> block_kit.Block:
    return block_kit.actions(block_kit.button("Open the breach", "breach", view.check.id, style="primary"))
