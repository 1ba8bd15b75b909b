"""The alarms that messages are late and that the record is broken. They never say which messages, or how many.

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
_BROKEN = "share-check's record was tampered with, or put back."
_WHAT = (
    "The last seal that I saw is not in the database any more. I seal nothing until somebody has looked. Everything "
    "else goes on: checks are answered and pages go out."
)
_DO = (
    "Whoever runs share-check: keep a copy of the database as it is, look in the log for the seal that is missing, "
    "and follow the page Check the record. Leads: do not delete anything until that is done."
)


def alarm(*, is_well: bool) -> Message:
    """Return the alarm for Slack, or the text that replaces it once it is over."""
    if is_well:
        return Message(_OVER, [block_kit.context(_OVER)])
    return Message(_TITLE, [block_kit.section(f"*{_TITLE}* {_LATE}")])


def alarm_elsewhere() -> Words:
    """Return the alarm for e-mail and push."""
    return Words(_TITLE.removesuffix("."), _ELSEWHERE)


def broken() -> Message:
    """Return the alarm for the leads' channel and the administrators in Slack. It names no check."""
    return Message(_BROKEN, [block_kit.section(f"*{_BROKEN}* {_WHAT}"), block_kit.section(_DO)])


def broken_elsewhere() -> Words:
    """Return the alarm for e-mail and push."""
    return Words(_BROKEN.removesuffix("."), f"{_WHAT} {_DO}")
