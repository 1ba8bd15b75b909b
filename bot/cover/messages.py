"""Messages about cover: days on which nobody is there, and accounts that are closed. None holds more than dates."""

from __future__ import annotations

from collections.abc import Sequence

from bot.slack import block_kit
from bot.slack.block_kit import Message
from bot.words import day_words
from flows.paging.cover import Gap


def gap_report(gaps: Sequence[Gap]) -> Message | None:
    """For the leads' channel and whoever runs the bot: dates, and nothing else. None where there are none."""
    if not gaps:
        return None
    days = "\n".join(f"• {day_words(gap.day)}{'' if gap.works else ' (not a working day)'}" for gap in gaps)
    blocks = [
        block_kit.section(f"*Nobody is on cover on these days*\n{days}"),
        block_kit.context(
            "Urgent pages go out at any hour of any day. "
            "Please agree who covers. Leads and deputies change their days away on my Home tab."
        ),
    ]
    return Message("There are days with nobody on cover. Open Slack to see them.", blocks)


def marked_away() -> Message:
    """For somebody whose days away another lead has set: they are not asked on those days."""
    words = (
        "Another lead has set days away for you. On those days the next on the list are asked. My Home tab shows them."
    )
    return Message(words, [block_kit.section(words)])


def closed_account() -> Message:
    """For the leads' channel and whoever runs the bot; no name."""
    words = "An account on the safeguarding list is closed. The ladder skips it. Please update organisation.toml."
    return Message(words, [block_kit.section(words)])
