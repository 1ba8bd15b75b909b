"""Look for conditions without which pages do not arrive, with three Slack calls: the auditor does it once a minute."""

from __future__ import annotations

from slack_sdk import WebClient

from bot.config.organisation import Organisation
from bot.doctor import channel, tokens
from bot.findings import Condition
from bot.slack.socket_mode import SlackAway


def in_slack(client: WebClient, organisation: Organisation) -> frozenset[Condition]:
    """Return the conditions of token, scopes and leads' channel, by doctor's own checks. Never raises for Slack."""
    try:
        first, known = tokens.bot_token(client)
        found = [first]
        if known is not None:
            found += [tokens.scopes(known), *channel.about(client, organisation, known)]
    except SlackAway:
        return frozenset({Condition.SLACK_AWAY})
    return frozenset(each.condition for each in found if each.condition is not None)
