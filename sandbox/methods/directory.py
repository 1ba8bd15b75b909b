"""Methods about the workspace and who is in it: auth, team, bots, users, conversations, dnd, manifests."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from sandbox import blockkit
from sandbox.methods.arguments import required, structure
from sandbox.state.fake_slack import FakeSlack
from sandbox.state.models import Channel, Human, Json, SlackError, Unchecked
from sandbox.state.tickets import LIMIT

LONDON = ZoneInfo("Europe/London")
READ_SCOPE = {"dm": "im:read", "private": "groups:read", "public": "channels:read"}


def auth_test(slack: FakeSlack, _: Json) -> Json:
    world = slack.world
    return {
        "ok": True,
        "url": f"https://{world.team['domain']}.slack.com/",
        "team": world.team["name"],
        "team_id": world.team["id"],
        "user": world.bot["username"],
        "user_id": world.bot_user,
        "bot_id": world.bot["id"],
        "is_enterprise_install": False,
        **({"enterprise_id": world.enterprise["id"]} if world.enterprise else {}),
    }


def connections_open(slack: FakeSlack, _: Json) -> Json:
    """Answer apps.connections.open: a WebSocket URL whose ticket works once."""
    if slack.tickets.connections >= LIMIT:
        raise SlackError("too_many_websockets")
    address = slack.url.replace("http", "ws", 1)
    return {
        "ok": True,
        "url": f"{address}/link/?ticket={slack.tickets.issue()}&app_id={slack.world.app_id}",
    }


def team_info(slack: FakeSlack, _: Json) -> Json:
    return {"ok": True, "team": {**slack.world.team, "email_domain": "", "icon": {}}}


def bots_info(slack: FakeSlack, args: Json) -> Json:
    bot = slack.world.bot
    if args.get("bot") not in {None, bot["id"]}:
        raise SlackError("bot_not_found")
    told = {
        "id": bot["id"],
        "app_id": slack.world.app_id,
        "user_id": bot["user_id"],
        "name": bot["name"],
    }
    return {"ok": True, "bot": {**told, "deleted": False}}


def users_info(slack: FakeSlack, args: Json) -> Json:
    return {"ok": True, "user": account(slack, required(args, "user"))}


def account(slack: FakeSlack, user: str) -> Json:
    """Return an account as Slack shows it. Raises SlackError: `user_not_found`."""
    return _user(slack, slack.world.human(user))


def users_list(slack: FakeSlack, _: Json) -> Json:
    """Answer users.list, all on one page."""
    members = [_user(slack, human) for human in slack.world.people.values()]
    return {"ok": True, "members": members, "response_metadata": {"next_cursor": ""}}


def conversations_info(slack: FakeSlack, args: Json) -> Json:
    channel = _readable(slack, args)
    told: Json = {"id": channel.id, "name": channel.name, "is_archived": channel.archived}
    told |= {"is_channel": channel.kind == "public", "is_group": channel.kind == "private"}
    told |= {"is_im": channel.kind == "dm", "is_private": channel.kind != "public"}
    told |= {"is_member": slack.world.bot_user in channel.members, "is_ext_shared": channel.shared}
    told |= {"is_shared": channel.shared, "is_org_shared": False, "is_pending_ext_shared": False}
    return {"ok": True, "channel": told}


def conversations_members(slack: FakeSlack, args: Json) -> Json:
    """Answer conversations.members, all on one page."""
    channel = _readable(slack, args)
    return {
        "ok": True,
        "members": sorted(channel.members),
        "response_metadata": {"next_cursor": ""},
    }


def conversations_open(slack: FakeSlack, args: Json) -> Json:
    """Answer conversations.open for one person."""
    channel = slack.world.dm(required(args, "users"))
    return {"ok": True, "channel": {"id": channel.id}}


def dnd_info(slack: FakeSlack, args: Json) -> Json:
    """Answer dnd.info with the schedule only: a bot never sees a snooze."""
    slack.world.human(required(args, "user"))
    return {"ok": True, **_dnd()}


def dnd_team_info(slack: FakeSlack, args: Json) -> Json:
    """Answer dnd.teamInfo for up to 50 people."""
    users = required(args, "users").split(",")
    return {"ok": True, "users": {slack.world.human(user).id: _dnd() for user in users}}


def manifest_validate(_: FakeSlack, args: Json) -> Json:
    """Answer apps.manifest.validate: check for a name, and for request URLs where Socket Mode is off."""
    manifest = structure(args, "manifest", "invalid_manifest")
    errors = list(_wrong_in(manifest)) if isinstance(manifest, dict) else [_error("", "not a manifest")]
    if errors:
        raise SlackError("invalid_manifest", errors=errors)
    return {"ok": True, "errors": []}


def _wrong_in(manifest: Json) -> Iterator[Json]:
    settings = manifest.get("settings", {})
    if not manifest.get("display_information", {}).get("name"):
        yield _error("/display_information", "must have required property 'name'")
    if settings.get("socket_mode_enabled"):
        return
    if "request_url" not in settings.get("event_subscriptions", {"request_url": ""}):
        yield _error(
            "/settings/event_subscriptions", "Event Subscription requires either Request URL or Socket Mode Enabled"
        )
    if settings.get("interactivity", {}).get("is_enabled") and "request_url" not in settings["interactivity"]:
        yield _error("/settings/interactivity", "Interactivity requires a Request URL")


def _error(pointer: str, message: str) -> Json:
    return {"message": message, "pointer": pointer}


def blocks_validate(_: FakeSlack, args: Json) -> Json:
    """Answer blocks.validate, for exactly one of blocks, a message and a view.

    Raises SlackError: `invalid_blocks`, `invalid_message` or `invalid_view`, with where and what for each problem.
    """
    given = [each for each in ("blocks", "message", "view") if args.get(each)]
    if len(given) != 1:
        told = "[ERROR] provide exactly one of `blocks`, `view`, or `message`"
        raise SlackError("invalid_arguments", response_metadata={"messages": [told]})
    (kind,) = given
    try:
        _validate(kind, structure(args, kind, "invalid_arguments"))
    except SlackError as refusal:
        problems = [str(each) for each in refusal.body.get("errors", [str(refusal)])]
        raise SlackError(f"invalid_{kind}", errors=[_pointed_at(each) for each in problems]) from refusal
    return {"ok": True}


def _validate(kind: str, value: Unchecked) -> None:
    if kind == "view":
        blockkit.check_view(value, str(value.get("type")) if isinstance(value, dict) else "modal")
    elif kind == "message":
        blockkit.check_message(value.get("blocks") if isinstance(value, dict) else None)
    else:
        blockkit.check_message(value)


def _pointed_at(problem: str) -> Json:
    words, _, pointer = problem.removeprefix("[ERROR] ").removesuffix("]").partition(" [json-pointer:")
    return {"pointer": pointer, "code": "failed_constraint", "message": words}


def _dnd() -> Json:
    return {"dnd_enabled": False, "next_dnd_start_ts": 1, "next_dnd_end_ts": 1}


def _user(slack: FakeSlack, human: Human) -> Json:
    world = slack.world
    ours = world.team["id"]
    return {
        "id": human.id,
        "team_id": human.team_id,
        "name": human.username,
        "real_name": human.name,
        "deleted": human.deactivated,
        "tz": LONDON.key,
        "tz_label": "Greenwich Mean Time",
        "tz_offset": _offset(slack),
        "is_bot": False,
        "is_app_user": False,
        "is_admin": human.admin,
        "is_owner": False,
        "is_restricted": human.guest,
        "is_ultra_restricted": False,
        "is_stranger": human.stranger if world.enterprise else human.team_id != ours,
        **({"enterprise_user": _in_grid(world.enterprise, human)} if world.enterprise and not human.stranger else {}),
        "profile": {
            "real_name": human.name,
            "display_name": human.name,
            "title": human.title,
            "status_text": "",
            "status_emoji": "",
            "team": human.team_id,
        },
    }


def _in_grid(enterprise: Json, human: Human) -> Json:
    named = {"id": human.id, "enterprise_id": enterprise["id"], "enterprise_name": enterprise["name"]}
    return {**named, "is_admin": human.admin, "is_owner": False, "teams": [human.team_id]}


def _offset(slack: FakeSlack) -> int:
    """Return the seconds that London is ahead of UTC, at the workspace's time."""
    difference = datetime.fromtimestamp(slack.clock.now(), LONDON).utcoffset()
    return int(difference.total_seconds()) if difference else 0


def _readable(slack: FakeSlack, args: Json) -> Channel:
    channel = slack.world.channels.get(required(args, "channel"))
    if channel is None or channel.deleted or (channel.kind != "public" and slack.world.bot_user not in channel.members):
        raise SlackError("channel_not_found")
    needed = READ_SCOPE[channel.kind]
    if needed not in slack.manifest.scopes:
        raise SlackError("missing_scope", needed=needed, provided=",".join(slack.manifest.scopes))
    return channel


METHODS = {
    "apps.connections.open": connections_open,
    "auth.test": auth_test,
    "team.info": team_info,
    "bots.info": bots_info,
    "users.info": users_info,
    "users.list": users_list,
    "conversations.info": conversations_info,
    "conversations.members": conversations_members,
    "conversations.open": conversations_open,
    "dnd.info": dnd_info,
    "dnd.teamInfo": dnd_team_info,
    "apps.manifest.validate": manifest_validate,
    "blocks.validate": blocks_validate,
}
