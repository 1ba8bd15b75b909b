"""Checks of the leads' channel: it is private, the bot is in it, and nobody else is but people on the ladder."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.config.organisation import Organisation
from bot.doctor.asking import ask, code_of
from bot.doctor.tokens import TokensKnown, slack_says
from bot.findings import Condition, Finding, State, fine

CHANNEL, BOT_IN_IT, MEMBERS = "leads' channel", "bot in the leads' channel", "members of the leads' channel"
ANOTHER = "Or make a new private channel, and name it with: share-check init --change channel"
MAKE_PRIVATE = (
    f"In Slack, open the channel's details, Settings, Change to a private channel. {ANOTHER}. "
    "Then start share-check again."
)
UNSHARE = f"In Slack, open the channel's details, and stop sharing it. {ANOTHER}. Then start share-check again."
UNARCHIVE = f"In Slack, open the channel's details and press Unarchive channel. {ANOTHER}"
INVITE = (
    "In Slack, open the channel, type /invite @share-check and send it. If it is there already, leads_channel names "
    "another channel: share-check init --change channel"
)
EVERYTHING = 100
"""Pages of channel members that are read at most, 200 members each."""


def about(client: WebClient, organisation: Organisation, known: TokensKnown) -> tuple[Finding, ...]:
    """Check with conversations.info that the leads' channel is private and that the bot is in it. Raises SlackAway.

    To an app that is not in it, Slack hides a private channel (channel_not_found), and answers missing_scope for a
    public one, because reading that needs channels:read.
    """
    try:
        answer = ask(lambda: client.conversations_info(channel=organisation.leads_channel))
    except SlackApiError as refusal:
        return tuple(_refused(refusal, known))
    found = answer["channel"]
    if found.get("is_archived"):
        return (_archived(),)
    if not found.get("is_private"):
        return (_public(), _is_in_it(is_member=bool(found.get("is_member"))))
    return (_shared() if found.get("is_ext_shared") else _private(), _is_in_it(is_member=bool(found.get("is_member"))))


def members(client: WebClient, organisation: Organisation, known: TokensKnown) -> Finding:
    """Check with conversations.members that the leads are in the channel, and nobody who is not on the ladder.

    The bot itself may be in it. Raises SlackAway.
    """
    try:
        there = _all_of(client, organisation.leads_channel)
    except SlackApiError as refusal:
        return Finding(MEMBERS, State.UNCHECKED, f"could not be checked. {slack_says(refusal)}", INVITE)
    expected = {person.slack for person in organisation.everyone} | {known.user}
    others = tuple(sorted(there - expected))
    if others:
        who = "1 account that is" if len(others) == 1 else f"{len(others)} accounts that are"
        return Finding(
            MEMBERS,
            State.WARNING,
            f"there is {who} neither on the ladder nor share-check, and sees every page: a person, a guest or an app.",
            "In Slack, open the channel's member list and remove whoever does not belong there; or add them to "
            "organisation.toml: share-check init --add lead",
            others,
        )
    absent = [person.id for person in organisation.leads if person.slack not in there]
    if absent:
        return Finding(
            MEMBERS,
            State.WARNING,
            f"not in it: {', '.join(absent)}. They are asked in direct messages only, and do not see who answered.",
            "In Slack, open the channel and invite them.",
        )
    return fine(MEMBERS, "the leads are in it, and nobody who is not on the ladder.")


def _refused(refusal: SlackApiError, known: TokensKnown) -> Iterator[Finding]:
    code = code_of(refusal)
    if code == "missing_scope" and known.scopes is not None and "groups:read" in known.scopes:
        yield _public()
    elif code == "channel_not_found":
        yield Finding(
            CHANNEL, State.UNCHECKED, "could not be checked: Slack does not show it, as the bot is not in it.", INVITE
        )
        yield _is_in_it(is_member=False)
    else:
        yield Finding(CHANNEL, State.UNCHECKED, f"could not be checked. {slack_says(refusal)}", INVITE)


def _private() -> Finding:
    return fine(CHANNEL, "it is private.")


def _public() -> Finding:
    return Finding(
        CHANNEL,
        State.FATAL,
        "it is public: everybody in the workspace would see who raised a check and when.",
        MAKE_PRIVATE,
        condition=Condition.CHANNEL_PUBLIC,
    )


def _shared() -> Finding:
    words = "it is shared with another organisation, which would see who raised a check and when."
    return Finding(CHANNEL, State.FATAL, words, UNSHARE, condition=Condition.CHANNEL_SHARED)


def _archived() -> Finding:
    words = "it is archived, so no page arrives there. The leads are still asked in direct messages."
    return Finding(CHANNEL, State.WARNING, words, UNARCHIVE, condition=Condition.CHANNEL_ARCHIVED)


def _is_in_it(*, is_member: bool) -> Finding:
    if is_member:
        return fine(BOT_IN_IT, "it is.")
    words = "it is not, so no page arrives there. The leads are still asked in direct messages."
    return Finding(BOT_IN_IT, State.WARNING, words, INVITE, condition=Condition.CHANNEL_WITHOUT_BOT)


def _all_of(client: WebClient, channel: str) -> set[str]:
    there: set[str] = set()
    cursor = ""
    for _ in range(EVERYTHING):
        found = ask(partial(client.conversations_members, channel=channel, limit=200, cursor=cursor))
        there |= set(found["members"])
        cursor = str((found.get("response_metadata") or {}).get("next_cursor") or "")
        if not cursor:
            break
    return there
