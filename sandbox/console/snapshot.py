"""The whole workspace as JSON for the page, with what each person sees."""

from sandbox.methods import posting
from sandbox.state import element_values
from sandbox.state.fake_slack import FakeSlack
from sandbox.state.models import Channel, Json, SlackMessage, View


def of_workspace(slack: FakeSlack, bot: Json) -> Json:
    """Return the answer of GET /sandbox/state (shape in the README); `bot` is the state of its process."""
    world = slack.world
    with world.lock:
        return {
            "version": world.version,
            "now": slack.clock.now(),
            "clock_offset": slack.clock.offset,
            "down": slack.down,
            "deaf": slack.faults.deaf,
            "delivery": slack.options.delivery,
            "bot": {
                "connections": slack.tickets.connections,
                "name": world.bot["name"],
                "id": world.bot_user,
                **bot,
            },
            "complaints": list(world.complaints),
            "people": [
                {
                    "id": each.id,
                    "name": each.name,
                    "title": each.title,
                    "guest": each.guest,
                    "stranger": each.stranger,
                }
                for each in world.people.values()
            ],
            "views": {user: _visible_to(slack, user) for user in world.people},
        }


def _visible_to(slack: FakeSlack, user: str) -> Json:
    world = slack.world
    home = world.homes.get(user)
    channels = [world.dm(user), *(each for each in world.channels.values() if each.kind != "dm")]
    return {
        "conversations": [
            _conversation(slack, user, each) for each in channels if user in each.members and not each.deleted
        ],
        "home": _view(home) if home else None,
        "modals": [_view(view) for view in world.stacks[user]],
        "pushes": [vars(push) for push in world.pushes[user]],
        "notices": [vars(notice) for notice in world.notices[user]],
    }


def _conversation(slack: FakeSlack, user: str, channel: Channel) -> Json:
    world = slack.world
    mine = [each for each in world.messages if each.channel == channel.id and posting.visible(world, each, user)]
    seen = world.read.get((user, channel.id), "")
    new = [each for each in mine if each.ts > seen and each.user != user and not each.deleted and not each.ephemeral]
    shown = [_message(slack, user, each) for each in mine]
    return {
        "id": channel.id,
        "kind": channel.kind,
        "name": channel.name,
        "unread": len(new),
        "messages": [each for each in shown if not each["deleted"] or each["reply_count"]],
    }


def _message(slack: FakeSlack, user: str, message: SlackMessage) -> Json:
    world = slack.world
    name = world.bot["name"] if message.bot else world.people[message.user].name
    return {
        "ts": message.ts,
        "from": {"id": message.user, "name": name, "bot": message.bot},
        "text": message.text,
        "blocks": message.blocks,
        "thread_ts": message.thread_ts,
        "reply_count": len(posting.replies(world, message)),
        "edited": message.edited is not None,
        "ephemeral": message.ephemeral,
        "deleted": message.deleted,
        "failed": sorted(message.failed.get(user, ())),
        "state": element_values.raw_values(message.blocks, message.states.get(user, {})),
    }


def _view(view: View) -> Json:
    parts = {part: view.body.get(part) for part in ("type", "callback_id", "title", "submit", "close", "blocks")}
    return {
        **parts,
        "id": view.id,
        "hash": view.hash,
        "errors": view.errors,
        "failed": sorted(view.failed),
        "trouble": view.trouble,
        "state": element_values.raw_values(view.blocks, view.state),
    }
