"""Puts messages in conversations and sends the notifications for them."""

from sandbox.state import visible_text
from sandbox.state.models import Channel, Push, SlackMessage
from sandbox.state.workspace_state import WorkspaceState


def post(world: WorkspaceState, message: SlackMessage) -> SlackMessage:
    """Add a message and notify the people Slack would notify."""
    message.posted = message.text
    with world.lock:
        world.messages.append(message)
        if not message.ephemeral:
            _push(world, message)
        world.read[message.user, message.channel] = message.ts
    world.changed()
    return message


def visible(world: WorkspaceState, message: SlackMessage, user: str) -> bool:
    """Return whether `user` can see this message."""
    if message.ephemeral:
        return message.only_for == user
    channel = world.channels[message.channel]
    return user in channel.members and not channel.deleted


def replies(world: WorkspaceState, message: SlackMessage) -> list[SlackMessage]:
    """Return the replies in the message's thread, without deleted ones."""
    return [
        each
        for each in world.messages
        if each.thread_ts == message.ts
        and each.channel == message.channel
        and each.ts != message.ts
        and not each.deleted
    ]


def _push(world: WorkspaceState, message: SlackMessage) -> None:
    channel = world.channels[message.channel]
    push = Push(
        world.clock.now(),
        message.channel,
        message.ts,
        message.text or "New message",
        visible_text.of_message(message),
    )
    for user in _audience(world, channel, message):
        world.pushes[user].append(push)


def _audience(world: WorkspaceState, channel: Channel, message: SlackMessage) -> list[str]:
    """Return the user ids to notify: the channel's members but the sender.

    For a reply in a channel, only those mentioned or already in the thread.
    """
    present = [each.id for each in world.people.values() if not each.deactivated]
    everybody = [user for user in present if user in channel.members and user != message.user]
    if message.thread_ts is None or channel.kind == "dm":
        return everybody
    said = f"{message.text} {visible_text.of_message(message)}"
    thread = [each for each in world.messages if message.thread_ts in {each.ts, each.thread_ts}]
    return [user for user in everybody if f"<@{user}>" in said or any(each.user == user for each in thread)]
