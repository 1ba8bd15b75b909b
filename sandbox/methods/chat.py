"""The `chat.*` methods: messages. A bot may change and delete only its own."""

from sandbox import blockkit
from sandbox.methods import posting
from sandbox.methods.arguments import required, structure
from sandbox.state import element_values, visible_text
from sandbox.state.fake_slack import FakeSlack
from sandbox.state.models import Channel, Json, SlackError, SlackMessage

UPDATE_TEXT = 4000
POST_TEXT = 40_000


def post_message(slack: FakeSlack, args: Json) -> Json:
    """Answer chat.postMessage; a user id as channel means that person's direct messages."""
    world = slack.world
    channel = _writable(slack, required(args, "channel"))
    content = _content(slack, args, "chat.postMessage", POST_TEXT)
    thread = args.get("thread_ts")
    if thread and world.message(channel.id, thread) is None:
        slack.world.complain(f"chat.postMessage: no message {thread} to answer in a thread")
        raise SlackError("thread_not_found")
    slack.rates.spend(channel.id)
    message = SlackMessage(world.clock.stamp(), channel.id, world.bot_user, *content, bot=True, thread_ts=thread)
    posting.post(world, message)
    return {
        "ok": True,
        "channel": channel.id,
        "ts": message.ts,
        "message": as_payload(slack, message),
    }


def post_ephemeral(slack: FakeSlack, args: Json) -> Json:
    """Answer chat.postEphemeral: only one person in the channel sees the message, until they reload."""
    channel, user = _writable(slack, required(args, "channel")), required(args, "user")
    content = _content(slack, args, "chat.postEphemeral", POST_TEXT)
    if user not in channel.members:
        raise SlackError("user_not_in_channel")
    slack.rates.spend(channel.id)
    message = ephemeral(slack, channel.id, user, content, args.get("thread_ts"))
    return {"ok": True, "message_ts": message.ts}


def update(slack: FakeSlack, args: Json) -> Json:
    """Answer chat.update. Without `blocks` Slack keeps the old ones; an empty list removes them."""
    message = _own_message(slack, args, "cant_update_message")
    text, blocks = _content(slack, args, "chat.update", UPDATE_TEXT, updating=True)
    if structure(args, "blocks", "invalid_blocks_format") is None and message.blocks:
        slack.world.complain("chat.update: text without blocks leaves the old blocks in place")
        blocks = message.blocks
    replace(slack, message, text if args.get("text") is not None else message.text, blocks)
    return {
        "ok": True,
        "channel": message.channel,
        "ts": message.ts,
        "text": message.text,
        "message": as_payload(slack, message),
    }


def delete(slack: FakeSlack, args: Json) -> Json:
    message = _own_message(slack, args, "cant_delete_message")
    remove(slack, message)
    return {"ok": True, "channel": message.channel, "ts": message.ts}


def ephemeral(
    slack: FakeSlack, channel: str, user: str, content: tuple[str, list[Json]], thread: str | None = None
) -> SlackMessage:
    """Post a message that only `user` sees."""
    world = slack.world
    stamp = world.clock.stamp()
    return posting.post(
        world,
        SlackMessage(stamp, channel, world.bot_user, *content, bot=True, thread_ts=thread, only_for=user),
    )


def replace(slack: FakeSlack, message: SlackMessage, text: str, blocks: list[Json]) -> None:
    """Edit a message in place: nobody is notified, and values entered under unchanged ids are kept."""
    with slack.world.lock:
        message.states = {
            user: element_values.kept_after_redraw(message.blocks, blocks, state)
            for user, state in message.states.items()
        }
        message.text, message.blocks, message.edited = text, blocks, slack.clock.stamp()
        message.failed.clear()
    slack.world.changed()


def remove(slack: FakeSlack, message: SlackMessage) -> None:
    """Delete a message. One with replies stays as a tombstone without text."""
    with slack.world.lock:
        message.deleted, message.text, message.blocks = True, "", []
    slack.world.changed()


def as_payload(slack: FakeSlack, message: SlackMessage) -> Json:
    """Return a message as Slack shows it in payloads and answers."""
    world = slack.world
    body: Json = {"type": "message", "user": message.user, "ts": message.ts, "text": message.text}
    body["team"] = world.team["id"]
    if message.bot:
        body |= {"bot_id": world.bot["id"], "app_id": world.app_id}
    if message.blocks:
        body["blocks"] = message.blocks
    if message.thread_ts:
        body["thread_ts"] = message.thread_ts
    if message.edited:
        body["edited"] = {"user": message.user, "ts": message.edited}
    return body


def checked_content(slack: FakeSlack, args: Json, method: str, limit: int) -> tuple[str, list[Json]]:
    """Return the text and blocks after Slack's checks, and complain of what Slack accepts but a bot should not do.

    Raises SlackError: `invalid_blocks`, `msg_too_long`.
    """
    text = str(args.get("text") or "")
    given = structure(args, "blocks", "invalid_blocks_format")
    blocks = [] if given is None else blockkit.check_message(given)
    if len(text) > limit:
        raise SlackError("msg_too_long")
    if len(text) > UPDATE_TEXT:
        slack.world.complain(f"{method}: text over {UPDATE_TEXT} characters could never be updated")
    _complain_of_bad_practice(slack, args, method, f"{text} {visible_text.of_blocks(blocks)}")
    if blocks and not text:
        slack.world.complain(f"{method}: blocks without text leave notifications and screen readers with nothing")
    return text, element_values.with_ids(blocks)


def _complain_of_bad_practice(slack: FakeSlack, args: Json, method: str, said: str) -> None:
    """Complain of mentions of everybody and of metadata, which Slack accepts."""
    if any(call in said for call in ("<!channel", "<!here", "<!everyone")):
        slack.world.complain(f"{method}: calls everybody in the channel")
    if args.get("metadata"):
        slack.world.complain(f"{method}: metadata is readable by every app in the workspace")


def _content(
    slack: FakeSlack, args: Json, method: str, limit: int, *, updating: bool = False
) -> tuple[str, list[Json]]:
    if args.get("attachments") not in {None, "", "[]"} and args.get("attachments") != []:
        slack.world.complain(f"{method}: attachments are not checked here")
    text, blocks = checked_content(slack, args, method, limit)
    emptied = updating and structure(args, "blocks", "invalid_blocks_format") == []
    if not text and not blocks and not emptied:
        raise SlackError("no_text")
    return text, blocks


def _writable(slack: FakeSlack, address: str) -> Channel:
    """Return the channel with this id, if the bot may post there.

    Raises SlackError: `channel_not_found`, also for a private channel the bot is not in (Slack hides it), or
    `not_in_channel`.
    """
    world = slack.world
    if address in world.people:
        return world.dm(address)
    channel = world.channels.get(address)
    if channel is None or (channel.kind != "public" and world.bot_user not in channel.members):
        raise SlackError("channel_not_found")
    if world.bot_user not in channel.members and "chat:write.public" not in slack.manifest.scopes:
        raise SlackError("not_in_channel")
    return channel


def _own_message(slack: FakeSlack, args: Json, refusal: str) -> SlackMessage:
    channel, ts = required(args, "channel"), required(args, "ts")
    if channel not in slack.world.channels:
        raise SlackError("channel_not_found")
    message = slack.world.message(channel, ts)
    if message is None or message.ephemeral:
        raise SlackError("message_not_found")
    if message.user != slack.world.bot_user:
        raise SlackError(refusal)
    return message


METHODS = {
    "chat.postMessage": post_message,
    "chat.postEphemeral": post_ephemeral,
    "chat.update": update,
    "chat.delete": delete,
}
