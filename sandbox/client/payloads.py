"""Payloads with every field that Slack sends, so that a bot that reads a missing one fails here too."""

import secrets

from sandbox.methods import chat, views
from sandbox.state.element_values import state_values
from sandbox.state.fake_slack import FakeSlack
from sandbox.state.models import Channel, Human, Json, SlackMessage, View
from sandbox.wire.envelopes import short_id

# Slack's `channel.name` for conversations whose name payloads do not carry.
UNNAMED_CHANNELS = {"dm": "directmessage", "private": "privategroup"}


def command(slack: FakeSlack, human: Human, channel: Channel, name: str, text: str) -> Json:
    """Return a slash command's form fields. `text` is exactly what was typed."""
    enterprise = slack.world.enterprise
    of_grid = {f"enterprise_{key}": enterprise[key] for key in ("id", "name")} if enterprise else {}
    return {
        **of_grid,
        "token": "sandbox-verification-token",
        "team_id": human.team_id,
        "team_domain": slack.world.team["domain"],
        "channel_id": channel.id,
        "channel_name": UNNAMED_CHANNELS.get(channel.kind, channel.name),
        "user_id": human.id,
        "user_name": human.username,
        "command": name,
        "text": text,
        "api_app_id": slack.world.app_id,
        "is_enterprise_install": "false",
        "response_url": response_url(slack, human, channel.id),
        "trigger_id": slack.triggers.issue(human.id),
    }


def shortcut(slack: FakeSlack, human: Human, callback_id: str) -> Json:
    """Return a `shortcut` payload: it has no channel and no response_url."""
    return {
        **_common_fields(slack, human),
        "type": "shortcut",
        "action_ts": slack.clock.stamp(),
        "callback_id": callback_id,
        "trigger_id": slack.triggers.issue(human.id),
    }


def message_action(slack: FakeSlack, human: Human, callback_id: str, message: SlackMessage) -> Json:
    """Return a `message_action` payload: it carries the whole message, even one the bot has no scope to read."""
    return {
        **_common_fields(slack, human),
        "type": "message_action",
        "action_ts": slack.clock.stamp(),
        "callback_id": callback_id,
        "trigger_id": slack.triggers.issue(human.id),
        "response_url": response_url(slack, human, message.channel, message),
        "message_ts": message.ts,
        "channel": _channel(slack, message.channel),
        "message": chat.as_payload(slack, message),
    }


def message_press(slack: FakeSlack, human: Human, message: SlackMessage, action: Json) -> Json:
    """Return `block_actions` for a message. Slack leaves out `message` if the message is ephemeral."""
    container = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": message.channel,
        "is_ephemeral": message.ephemeral,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    payload = {
        **_common_fields(slack, human),
        "type": "block_actions",
        "container": container,
        "trigger_id": slack.triggers.issue(human.id),
        "channel": _channel(slack, message.channel),
        "state": {"values": state_values(message.blocks, message.states.get(human.id, {}))},
        "response_url": response_url(slack, human, message.channel, message),
        "actions": [action],
    }
    return payload if message.ephemeral else {**payload, "message": chat.as_payload(slack, message)}


def view_press(slack: FakeSlack, human: Human, view: View, action: Json) -> Json:
    """Return `block_actions` for a modal or Home tab: no channel, no response_url."""
    return {
        **_common_fields(slack, human),
        "type": "block_actions",
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": slack.triggers.issue(human.id, view.id),
        "view": views.as_payload(slack, view),
        "actions": [action],
    }


def submission(slack: FakeSlack, human: Human, view: View) -> Json:
    return {
        **_common_fields(slack, human),
        "type": "view_submission",
        "trigger_id": slack.triggers.issue(human.id, view.id),
        "view": views.as_payload(slack, view),
        "response_urls": [],
    }


def closed(slack: FakeSlack, human: Human, view: View, *, cleared: bool) -> Json:
    """Return a `view_closed` payload; Slack sends it only for views with notify_on_close."""
    return {
        **_common_fields(slack, human),
        "type": "view_closed",
        "view": views.as_payload(slack, view),
        "is_cleared": cleared,
    }


def event(slack: FakeSlack, inner: Json) -> Json:
    """Return `inner` in the Events API's outer event."""
    world = slack.world
    grid = (world.enterprise or {}).get("id")
    authorization = {
        "enterprise_id": grid,
        "team_id": world.team["id"],
        "user_id": world.bot_user,
        "is_bot": True,
        "is_enterprise_install": False,
    }
    return {
        "token": "sandbox-verification-token",
        "team_id": world.team["id"],
        "context_team_id": world.team["id"],
        "context_enterprise_id": grid,
        "api_app_id": world.app_id,
        "event": inner,
        "type": "event_callback",
        "event_id": short_id("Ev"),
        "event_time": int(slack.clock.now()),
        "authorizations": [authorization],
        "is_ext_shared_channel": False,
        "event_context": secrets.token_urlsafe(24),
    }


def response_url(slack: FakeSlack, human: Human, channel: str, message: SlackMessage | None = None) -> str:
    """Return a new response_url for this interaction."""
    ts, thread = (message.ts, message.thread_ts) if message else (None, None)
    return f"{slack.url}/response/{slack.response_urls.issue(human.id, channel, ts, thread)}"


def _channel(slack: FakeSlack, channel_id: str) -> Json:
    channel = slack.world.channels[channel_id]
    return {"id": channel.id, "name": UNNAMED_CHANNELS.get(channel.kind, channel.name)}


def _common_fields(slack: FakeSlack, human: Human) -> Json:
    """Return the fields that all interaction payloads share.

    For a person from another organisation, `user.team_id` is that organisation's; `team` stays the workspace's own.
    """
    return {
        "user": {
            "id": human.id,
            "username": human.username,
            "name": human.username,
            "team_id": human.team_id,
        },
        "api_app_id": slack.world.app_id,
        "token": "sandbox-verification-token",
        "team": {"id": slack.world.team["id"], "domain": slack.world.team["domain"]},
        "enterprise": slack.world.enterprise,
        "is_enterprise_install": False,
    }
