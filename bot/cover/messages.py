"""Messages about cover: days without cover, days set by another lead, closed accounts. None says more than dates."""

from __future__ import annotations

from collections.abc import Sequence

from bot.slack import block_kit
from bot.slack.block_kit import Message
from bot.words import day_words
from flows.paging.cover import Gap


def gap_report(gaps: Sequence[Gap]) -> Message | None:
    """Render the days without cover for the leads' channel and administrators: dates only. None if there are none."""
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
    """Tell a person that another lead has set days away for them, on which they are not paged."""
    words = (
        "Another lead has set days away for you. On those days the next on the list are asked. My Home tab shows them."
    )
    return Message(words, [block_kit.section(words)])


def closed_account() -> Message:
    """Tell the leads' channel and administrators that a listed account is closed, without a name."""
    words = "An account on the safeguarding list is closed. The ladder skips it. Please update organisation.toml."
    return Message(words, [block_kit.section(words)])
