"""The `chat.*` methods: messages. A bot may change and delete only its own."""

import re

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
    thread = _thread(slack, channel, args)
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
        body |= {"bot_id": world.bot["id"], "app_id": world.app_id, "bot_profile": _bot_profile(slack)}
    if message.blocks:
        body["blocks"] = message.blocks
    if message.thread_ts:
        body |= {"thread_ts": message.thread_ts, "parent_user_id": _author(slack, message)}
    elif answers := posting.replies(world, message):
        body |= _as_root(message, answers)
    if message.edited:
        body["edited"] = {"user": message.user, "ts": message.edited}
    return body


def _as_root(message: SlackMessage, answers: list[SlackMessage]) -> Json:
    """Return what a message has as soon as others answer in its thread."""
    users = list(dict.fromkeys(each.user for each in answers))
    return {
        "thread_ts": message.ts,
        "reply_count": len(answers),
        "reply_users": users[:5],
        "reply_users_count": len(users),
        "latest_reply": answers[-1].ts,
        "is_locked": False,
        "subscribed": True,
    }


def _author(slack: FakeSlack, message: SlackMessage) -> str:
    """Return who wrote the message in whose thread this one is."""
    root = slack.world.root(message.channel, str(message.thread_ts))
    return root.user if root else ""


def _bot_profile(slack: FakeSlack) -> Json:
    world = slack.world
    icons = {f"image_{size}": f"https://example.org/bot_{size}.png" for size in (36, 48, 72)}
    named = {"id": world.bot["id"], "app_id": world.app_id, "user_id": world.bot_user, "name": world.bot["name"]}
    return {**named, "icons": icons, "deleted": False, "updated": 1_700_000_000, "team_id": world.team["id"]}


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
    if channel is None or channel.deleted or (channel.kind != "public" and world.bot_user not in channel.members):
        raise SlackError("channel_not_found")
    if channel.archived:
        raise SlackError("is_archived")
    if world.bot_user not in channel.members and "chat:write.public" not in slack.manifest.scopes:
        raise SlackError("not_in_channel")
    return channel


def _thread(slack: FakeSlack, channel: Channel, args: Json) -> str | None:
    """Return the root to answer under: None where it was deleted and nobody had answered.

    Slack then posts at the channel's root, without an error: the message in the answer has no `thread_ts`.
    """
    given = args.get("thread_ts")
    if not given:
        return None
    if not re.fullmatch(r"\d{10}\.\d{6}", str(given)):
        raise SlackError("invalid_arguments", response_metadata={"messages": ["[ERROR] invalid thread_ts"]})
    return given if slack.world.root(channel.id, given) else None


def _own_message(slack: FakeSlack, args: Json, refusal: str) -> SlackMessage:
    channel, ts = required(args, "channel"), required(args, "ts")
    found = slack.world.channels.get(channel)
    if found is None or found.deleted:
        raise SlackError("channel_not_found")
    if found.archived:
        raise SlackError("is_inactive")
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
