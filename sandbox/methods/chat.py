"""chat.*: messages. A bot changes and deletes only its own."""

from sandbox import blockkit
from sandbox.methods import posting
from sandbox.methods.arguments import required, structure
from sandbox.state import entered, words
from sandbox.state.core import Core
from sandbox.state.kinds import Channel, Json, SlackError, SlackMessage

UPDATE_TEXT = 4000
POST_TEXT = 40_000


def post_message(core: Core, args: Json) -> Json:
    """chat.postMessage; a user id as channel means that person's direct messages."""
    world = core.world
    channel = _writable(core, required(args, "channel"))
    content = _content(core, args, "chat.postMessage", POST_TEXT)
    thread = args.get("thread_ts")
    if thread and world.message(channel.id, thread) is None:
        core.world.complain(f"chat.postMessage: no message {thread} to answer in a thread")
        raise SlackError("thread_not_found")
    core.rates.spend(channel.id)
    message = SlackMessage(world.clock.stamp(), channel.id, world.bot_user, *content, bot=True, thread_ts=thread)
    posting.post(world, message)
    return {
        "ok": True,
        "channel": channel.id,
        "ts": message.ts,
        "message": as_payload(core, message),
    }


def post_ephemeral(core: Core, args: Json) -> Json:
    """chat.postEphemeral: one person in the channel sees it, until they reload."""
    channel, user = _writable(core, required(args, "channel")), required(args, "user")
    content = _content(core, args, "chat.postEphemeral", POST_TEXT)
    if user not in channel.members:
        raise SlackError("user_not_in_channel")
    core.rates.spend(channel.id)
    message = ephemeral(core, channel.id, user, content, args.get("thread_ts"))
    return {"ok": True, "message_ts": message.ts}


def update(core: Core, args: Json) -> Json:
    """chat.update. Without `blocks` Slack keeps the old ones; an empty list removes them."""
    message = _own(core, args, "cant_update_message")
    text, blocks = _content(core, args, "chat.update", UPDATE_TEXT, updating=True)
    if structure(args, "blocks", "invalid_blocks_format") is None and message.blocks:
        core.world.complain("chat.update: text without blocks leaves the old blocks in place")
        blocks = message.blocks
    replace(core, message, text if args.get("text") is not None else message.text, blocks)
    return {
        "ok": True,
        "channel": message.channel,
        "ts": message.ts,
        "text": message.text,
        "message": as_payload(core, message),
    }


def delete(core: Core, args: Json) -> Json:
    """chat.delete."""
    message = _own(core, args, "cant_delete_message")
    remove(core, message)
    return {"ok": True, "channel": message.channel, "ts": message.ts}


def ephemeral(
    core: Core, channel: str, user: str, content: tuple[str, list[Json]], thread: str | None = None
) -> SlackMessage:
    """Show something to one person only."""
    world = core.world
    stamp = world.clock.stamp()
    return posting.post(
        world,
        SlackMessage(stamp, channel, world.bot_user, *content, bot=True, thread_ts=thread, only_for=user),
    )


def replace(core: Core, message: SlackMessage, text: str, blocks: list[Json]) -> None:
    """Edit in place: nobody is notified, and entries at unchanged addresses stay."""
    with core.world.lock:
        message.states = {
            user: entered.carried_over(message.blocks, blocks, state) for user, state in message.states.items()
        }
        message.text, message.blocks, message.edited = text, blocks, core.clock.stamp()
        message.failed.clear()
    core.world.changed()


def remove(core: Core, message: SlackMessage) -> None:
    """Take a message away; with replies it leaves a tombstone."""
    with core.world.lock:
        message.deleted, message.text, message.blocks = True, "", []
    core.world.changed()


def as_payload(core: Core, message: SlackMessage) -> Json:
    """A message as payloads and answers carry it."""
    world = core.world
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


def checked_content(core: Core, args: Json, method: str, limit: int) -> tuple[str, list[Json]]:
    """Text and blocks, after Slack's checks; the complaints are about what Slack lets pass."""
    text = str(args.get("text") or "")
    given = structure(args, "blocks", "invalid_blocks_format")
    blocks = [] if given is None else blockkit.check_message(given)
    if len(text) > limit:
        raise SlackError("msg_too_long")
    if len(text) > UPDATE_TEXT:
        core.world.complain(f"{method}: text over {UPDATE_TEXT} characters could never be updated")
    _frowned_on(core, args, method, f"{text} {words.of_blocks(blocks)}")
    if blocks and not text:
        core.world.complain(f"{method}: blocks without text leave notifications and screen readers with nothing")
    return text, entered.completed(blocks)


def _frowned_on(core: Core, args: Json, method: str, said: str) -> None:
    """What Slack accepts from a bot but a careful one does not do."""
    if any(call in said for call in ("<!channel", "<!here", "<!everyone")):
        core.world.complain(f"{method}: calls everybody in the channel")
    if args.get("metadata"):
        core.world.complain(f"{method}: metadata is readable by every app in the workspace")


def _content(core: Core, args: Json, method: str, limit: int, *, updating: bool = False) -> tuple[str, list[Json]]:
    if args.get("attachments") not in {None, "", "[]"} and args.get("attachments") != []:
        core.world.complain(f"{method}: attachments are not checked here")
    text, blocks = checked_content(core, args, method, limit)
    emptied = updating and structure(args, "blocks", "invalid_blocks_format") == []
    if not text and not blocks and not emptied:
        raise SlackError("no_text")
    return text, blocks


def _writable(core: Core, address: str) -> Channel:
    """The channel at this address, if the bot may write there.

    A private one it is not in does not exist for it.
    """
    world = core.world
    if address in world.people:
        return world.dm(address)
    channel = world.channels.get(address)
    if channel is None or (channel.kind != "public" and world.bot_user not in channel.members):
        raise SlackError("channel_not_found")
    if world.bot_user not in channel.members and "chat:write.public" not in core.manifest.scopes:
        raise SlackError("not_in_channel")
    return channel


def _own(core: Core, args: Json, refusal: str) -> SlackMessage:
    channel, ts = required(args, "channel"), required(args, "ts")
    if channel not in core.world.channels:
        raise SlackError("channel_not_found")
    message = core.world.message(channel, ts)
    if message is None or message.ephemeral:
        raise SlackError("message_not_found")
    if message.user != core.world.bot_user:
        raise SlackError(refusal)
    return message


METHODS = {
    "chat.postMessage": post_message,
    "chat.postEphemeral": post_ephemeral,
    "chat.update": update,
    "chat.delete": delete,
}
