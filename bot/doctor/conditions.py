"""Look for conditions without which pages do not arrive, with three Slack calls: the auditor does it once a minute."""

from __future__ import annotations

from slack_sdk import WebClient

from bot.clock import Clock
from bot.config.organisation import Organisation
from bot.doctor import channel, machine, tokens
from bot.findings import Condition
from bot.slack.socket_mode import SlackAway


def in_slack(client: WebClient, organisation: Organisation, clock: Clock, mode: str) -> frozenset[Condition]:
    """Return the conditions of token, scopes, clock and leads' channel, by doctor's own checks.

    Never raises for Slack. mode: "socket" or "http".
    """
    try:
        first, known = tokens.bot_token(client)
        found = [first]
        if known is not None:
            found += [tokens.scopes(known), machine.clock(known.date, clock.now(), mode)]
            found += channel.about(client, organisation, known)
    except SlackAway:
        return frozenset({Condition.SLACK_AWAY})
    return frozenset(each.condition for each in found if each.condition is not None)
