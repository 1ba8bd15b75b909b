"""The alarms that messages are late and that the record is broken. They never say which messages, or how many.

A count or a reference would tell somebody who is left out of a case that it exists.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from bot.findings import Condition
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


_DIFFERS = "share-check's database was changed by somebody else."
_IT_GOES_ON = "I go by my sealed record. I show nothing to the wrong people, and I still ask for help."
_LOOK = (
    "Whoever runs share-check: find out who can write to the database, look in the log, and follow the page Check the "
    "record. Leads: look at your open checks on Home."
)
_PAGES_MAY_FAIL = "share-check needs help: pages may not arrive."
_UNTIL_THEN = (
    "Until this says that it is over, please phone each other, and look at Home in share-check. If somebody is in "
    "danger, call 999."
)
_ALL_RIGHT_AGAIN = "Pages might not have arrived for a while. That is over."
_CONDITIONS: Mapping[Condition, tuple[str, str]] = {
    Condition.SLACK_AWAY: ("Slack does not answer.", "check this machine's network, and Slack's status page."),
    Condition.TOKEN_REFUSED: (
        "Slack does not take share-check's token any more, so nothing reaches Slack.",
        "install the app again in Slack, and give the new token to: share-check init --change tokens",
    ),
    Condition.SCOPE_MISSING: (
        "share-check may not do all it needs in Slack any more.",
        "press Reinstall to Workspace on Slack's page of the app.",
    ),
    Condition.CHANNEL_PUBLIC: (
        "The leads' channel is public, so nothing is posted there. The leads are asked in direct messages.",
        "make the channel private again.",
    ),
    Condition.CHANNEL_SHARED: (
        "The leads' channel is shared with others, so nothing is posted there. The leads are asked in direct messages.",
        "stop sharing the channel.",
    ),
    Condition.CHANNEL_ARCHIVED: (
        "The leads' channel is archived, so no page arrives there. The leads are asked in direct messages.",
        "open its details in Slack, and bring it back from the archive.",
    ),
    Condition.CHANNEL_WITHOUT_BOT: (
        "share-check is not in the leads' channel, so no page arrives there. The leads are asked in direct messages.",
        "type /invite @share-check in the channel.",
    ),
    Condition.NOT_CONNECTED: (
        "Buttons that are pressed in Slack do not reach share-check.",
        "look at share-check's log, and start it again.",
    ),
    Condition.CANNOT_SAVE: (
        "share-check cannot save anything, so no answer is kept and nobody is asked.",
        "look at the database and at the room on its disk.",
    ),
    Condition.DATABASE_CHANGED: (
        "Somebody changed share-check's database from outside. It may hold back pages, or let others read answers.",
        "run share-check doctor: it names what was planted. Find out who did it before you take it away.",
    ),
    Condition.CLOCK_WRONG: (
        "The clock of share-check's machine is wrong, so people may be asked too early or too late.",
        "turn on automatic time on that machine.",
    ),
    Condition.CLOCK_JUMPED: (
        "The clock of share-check's machine jumped. What was to happen too late because of that was planned again.",
        "look whether that machine sets its clock by itself.",
    ),
}
"""For each condition what it means for everybody, and what whoever runs the bot does about it."""


def conditions_present(present: Collection[Condition]) -> Message:
    """Return the alarm about these conditions for Slack, or the text that replaces it once there are none."""
    if not present:
        return Message(_ALL_RIGHT_AGAIN, [block_kit.context(_ALL_RIGHT_AGAIN)])
    what, fix = _said(present)
    return Message(
        _PAGES_MAY_FAIL,
        [block_kit.section(f"*{_PAGES_MAY_FAIL}* {what} {_UNTIL_THEN}"), block_kit.section(fix)],
    )


def conditions_elsewhere(present: Collection[Condition]) -> Words:
    """Return the alarm about these conditions for e-mail and push."""
    what, fix = _said(present)
    return Words(_PAGES_MAY_FAIL.removesuffix("."), f"{what} {_UNTIL_THEN} {fix}")


def _said(present: Collection[Condition]) -> tuple[str, str]:
    """Return what the conditions mean, in the order of the list, and what is to be done about each."""
    found = [words for condition, words in _CONDITIONS.items() if condition in present]
    return " ".join(what for what, _ in found), " ".join(f"Whoever runs share-check: {fix}" for _, fix in found)


def differs() -> Message:
    """Return the alarm that the tables say something else than the record. It names no check."""
    return Message(_DIFFERS, [block_kit.section(f"*{_DIFFERS}* {_IT_GOES_ON}"), block_kit.section(_LOOK)])


def differs_elsewhere() -> Words:
    """Return the alarm for e-mail and push."""
    return Words(_DIFFERS.removesuffix("."), f"{_IT_GOES_ON} {_LOOK}")


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
