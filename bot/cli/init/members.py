"""Who is in the leads' channel, so that people are picked by name. Whatever cannot be asked is typed by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.cli.init.questions import SetupQuestion
from bot.slack.socket_mode import SlackAway, asking_slack

MOST = 50
"""People that are listed; a channel with more is no leads' channel."""
NOT_LISTED = (
    "The channel's people cannot be listed: share-check is not in it yet, or Slack does not answer. To pick them by "
    "name, type /invite @share-check in the channel first and begin again; or go on, and type their IDs."
)


def of_channel(client: WebClient, channel: str) -> Mapping[str, str]:
    """Return the people of a channel: real name by member ID, without bots. Empty if Slack does not show them."""
    try:
        with asking_slack():
            there = client.conversations_members(channel=channel, limit=MOST)["members"]
            people = [found for one in there if (found := _account(client, one))]
    except (SlackAway, SlackApiError):
        return {}
    staff = [one for one in people if not (one.get("is_bot") or one.get("deleted"))]
    return {str(one["id"]): str(one.get("real_name") or one.get("name")) for one in staff}


def _account(client: WebClient, member: str) -> Mapping[str, Any]:
    """Return an account, or nothing where Slack refuses, as it may for the app's own."""
    try:
        return dict(client.users_info(user=member)["user"])
    except SlackApiError:
        return {}


def listing(question: SetupQuestion, people: Mapping[str, str], name: str) -> SetupQuestion:
    """Return the question for a member ID with the people listed: a number, a name or an ID answers it.

    name: what was typed as the name; where just one of them has it, Enter takes that person.
    """
    if not people:
        return question
    ids = list(people)
    listed = "; ".join(f"{number} {people[one]}" for number, one in enumerate(ids, 1))
    called = [one for one in ids if people[one].casefold() == name.casefold()]

    def check(answer: str) -> object:
        if answer.isdecimal() and 1 <= int(answer) <= len(ids):
            return ids[int(answer) - 1]
        found = [one for one in ids if people[one].casefold() == answer.casefold()]
        return found[0] if len(found) == 1 else question.check(answer)

    asked = f"{question.ask}, or the number"
    words = f"In the channel are: {listed}. {question.help}"
    return replace(question, ask=asked, help=words, check=check, default=called[0] if len(called) == 1 else None)
