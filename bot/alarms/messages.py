"""The alarm that messages are late, for the leads and the administrators. It never says which messages, or how many.

A count or a reference would tell somebody who is left out of a case that it exists.
"""

from __future__ import annotations

from bot.slack import block_kit
from bot.slack.block_kit import Message
from bot.words import Words

_TITLE = "share-check is late."
_LATE = (
    "A message to a safeguarding lead may not have gone out in time. I keep trying. Until this says that it is "
    "over, please phone each other, and look at the newest messages here."
)
_OVER = "share-check was late. That is over: everything has gone out."
_ELSEWHERE = (
    "A message to a safeguarding lead may not have gone out in time. It keeps trying. Please look in Slack, "
    "and phone the other leads. Whoever runs share-check should look at its log."
)


def alarm(*, is_well: bool) -> Message:
    """Return the alarm for Slack, or the text that replaces it once it is over."""
    if is_well:
        return Message(_OVER, [block_kit.context(_OVER)])
    return Message(_TITLE, [block_kit.section(f"*{_TITLE}* {_LATE}")])


def alarm_elsewhere() -> Words:
    """Return the alarm for e-mail and push."""
    return Words(_TITLE.removesuffix("."), _ELSEWHERE)
