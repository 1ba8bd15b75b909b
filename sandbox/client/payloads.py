"""Payloads as complete as Slack's own."""

import secrets

from sandbox.methods import chat, views
from sandbox.state.core import Core
from sandbox.state.entered import state_values
from sandbox.state.kinds import Channel, Human, Json, SlackMessage, View
from sandbox.wire.envelopes import short_id

# What Slack calls a conversation in payloads when it does not give its name.
CALLED = {"dm": "directmessage", "private": "privategroup"}


def command(core: Core, human: Human, channel: Channel, name: str, text: str) -> Json:
    """A slash command: a flat form. `text` is exactly what was typed."""
    return {
        "token": "sandbox-verification-token",
        "team_id": human.team_id,
        "team_domain": core.world.team["domain"],
        "channel_id": channel.id,
        "channel_name": CALLED.get(channel.kind, channel.name),
        "user_id": human.id,
        "user_name": human.username,
        "command": name,
        "text": text,
        "api_app_id": core.world.app_id,
        "is_enterprise_install": "false",
        "response_url": response_url(core, human, channel.id),
        "trigger_id": core.triggers.issue(human.id),
    }


def shortcut(core: Core, human: Human, callback_id: str) -> Json:
    """A global shortcut: no channel, no response_url."""
    return {
        **_frame(core, human),
        "type": "shortcut",
        "action_ts": core.clock.stamp(),
        "callback_id": callback_id,
        "trigger_id": core.triggers.issue(human.id),
    }


def message_action(core: Core, human: Human, callback_id: str, message: SlackMessage) -> Json:
    """A message shortcut: carries the whole message, which the bot may not otherwise read."""
    return {
        **_frame(core, human),
        "type": "message_action",
        "action_ts": core.clock.stamp(),
        "callback_id": callback_id,
        "trigger_id": core.triggers.issue(human.id),
        "response_url": response_url(core, human, message.channel, message),
        "message_ts": message.ts,
        "channel": _channel(core, message.channel),
        "message": chat.as_payload(core, message),
    }


def message_press(core: Core, human: Human, message: SlackMessage, action: Json) -> Json:
    """A press in a message. From an ephemeral one Slack sends no `message`."""
    container = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": message.channel,
        "is_ephemeral": message.ephemeral,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    payload = {
        **_frame(core, human),
        "type": "block_actions",
        "container": container,
        "trigger_id": core.triggers.issue(human.id),
        "channel": _channel(core, message.channel),
        "state": {"values": state_values(message.blocks, message.states.get(human.id, {}))},
        "response_url": response_url(core, human, message.channel, message),
        "actions": [action],
    }
    return payload if message.ephemeral else {**payload, "message": chat.as_payload(core, message)}


def view_press(core: Core, human: Human, view: View, action: Json) -> Json:
    """A press in a modal or on Home: no channel, no response_url."""
    return {
        **_frame(core, human),
        "type": "block_actions",
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": core.triggers.issue(human.id, view.id),
        "view": views.as_payload(core, view),
        "actions": [action],
    }


def submission(core: Core, human: Human, view: View) -> Json:
    """A modal's submit button."""
    return {
        **_frame(core, human),
        "type": "view_submission",
        "trigger_id": core.triggers.issue(human.id, view.id),
        "view": views.as_payload(core, view),
        "response_urls": [],
    }


def closed(core: Core, human: Human, view: View, *, cleared: bool) -> Json:
    """A modal was dismissed; sent only if it asked for it."""
    return {
        **_frame(core, human),
        "type": "view_closed",
        "view": views.as_payload(core, view),
        "is_cleared": cleared,
    }


def event(core: Core, inner: Json) -> Json:
    """An event, in the Events API's wrapping."""
    world = core.world
    authorization = {
        "enterprise_id": None,
        "team_id": world.team["id"],
        "user_id": world.bot_user,
        "is_bot": True,
        "is_enterprise_install": False,
    }
    return {
        "token": "sandbox-verification-token",
        "team_id": world.team["id"],
        "context_team_id": world.team["id"],
        "context_enterprise_id": None,
        "api_app_id": world.app_id,
        "event": inner,
        "type": "event_callback",
        "event_id": short_id("Ev"),
        "event_time": int(core.clock.now()),
        "authorizations": [authorization],
        "is_ext_shared_channel": False,
        "event_context": secrets.token_urlsafe(24),
    }


def response_url(core: Core, human: Human, channel: str, message: SlackMessage | None = None) -> str:
    """An address for answers to this interaction."""
    ts, thread = (message.ts, message.thread_ts) if message else (None, None)
    return f"{core.url}/response/{core.response_urls.issue(human.id, channel, ts, thread)}"


def _channel(core: Core, channel_id: str) -> Json:
    channel = core.world.channels[channel_id]
    return {"id": channel.id, "name": CALLED.get(channel.kind, channel.name)}


def _frame(core: Core, human: Human) -> Json:
    """What all interactions carry. A stranger's user has their own team's id; `team` stays ours."""
    return {
        "user": {
            "id": human.id,
            "username": human.username,
            "name": human.username,
            "team_id": human.team_id,
        },
        "api_app_id": core.world.app_id,
        "token": "sandbox-verification-token",
        "team": {"id": core.world.team["id"], "domain": core.world.team["domain"]},
        "enterprise": None,
        "is_enterprise_install": False,
    }
