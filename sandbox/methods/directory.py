"""Who and what is there: auth, users, conversations, dnd, team, bots."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from sandbox import blockkit
from sandbox.methods.arguments import required, structure
from sandbox.state.core import Core
from sandbox.state.kinds import Channel, Human, Json, SlackError
from sandbox.state.tickets import LIMIT

LONDON = ZoneInfo("Europe/London")
READ_SCOPE = {"dm": "im:read", "private": "groups:read", "public": "channels:read"}


def auth_test(core: Core, _: Json) -> Json:
    """auth.test."""
    world = core.world
    return {
        "ok": True,
        "url": f"https://{world.team['domain']}.slack.com/",
        "team": world.team["name"],
        "team_id": world.team["id"],
        "user": world.bot["username"],
        "user_id": world.bot_user,
        "bot_id": world.bot["id"],
        "is_enterprise_install": False,
    }


def connections_open(core: Core, _: Json) -> Json:
    """apps.connections.open: an address that works once."""
    if core.tickets.connections >= LIMIT:
        raise SlackError("too_many_websockets")
    address = core.url.replace("http", "ws", 1)
    return {
        "ok": True,
        "url": f"{address}/link/?ticket={core.tickets.issue()}&app_id={core.world.app_id}",
    }


def team_info(core: Core, _: Json) -> Json:
    """team.info."""
    return {"ok": True, "team": {**core.world.team, "email_domain": "", "icon": {}}}


def bots_info(core: Core, args: Json) -> Json:
    """bots.info."""
    bot = core.world.bot
    if args.get("bot") not in {None, bot["id"]}:
        raise SlackError("bot_not_found")
    told = {
        "id": bot["id"],
        "app_id": core.world.app_id,
        "user_id": bot["user_id"],
        "name": bot["name"],
    }
    return {"ok": True, "bot": {**told, "deleted": False}}


def users_info(core: Core, args: Json) -> Json:
    """users.info."""
    return {"ok": True, "user": _user(core, core.world.human(required(args, "user")))}


def users_list(core: Core, _: Json) -> Json:
    """users.list, all on one page."""
    members = [_user(core, human) for human in core.world.people.values()]
    return {"ok": True, "members": members, "response_metadata": {"next_cursor": ""}}


def conversations_info(core: Core, args: Json) -> Json:
    """conversations.info."""
    channel = _readable(core, args)
    told: Json = {"id": channel.id, "name": channel.name, "is_archived": False}
    told |= {"is_channel": channel.kind == "public", "is_group": channel.kind == "private"}
    told |= {"is_im": channel.kind == "dm", "is_private": channel.kind != "public"}
    told |= {"is_member": core.world.bot_user in channel.members, "is_ext_shared": channel.shared}
    return {"ok": True, "channel": told}


def conversations_members(core: Core, args: Json) -> Json:
    """conversations.members, all on one page."""
    channel = _readable(core, args)
    return {
        "ok": True,
        "members": sorted(channel.members),
        "response_metadata": {"next_cursor": ""},
    }


def conversations_open(core: Core, args: Json) -> Json:
    """conversations.open with one person."""
    channel = core.world.dm(required(args, "users"))
    return {"ok": True, "channel": {"id": channel.id}}


def dnd_info(core: Core, args: Json) -> Json:
    """dnd.info: the schedule only; a bot never sees a snooze."""
    core.world.human(required(args, "user"))
    return {"ok": True, **_dnd()}


def dnd_team_info(core: Core, args: Json) -> Json:
    """dnd.teamInfo for up to 50 people."""
    users = required(args, "users").split(",")
    return {"ok": True, "users": {core.world.human(user).id: _dnd() for user in users}}


def manifest_validate(_: Core, args: Json) -> Json:
    """apps.manifest.validate: what a request URL is needed for, and what every manifest has."""
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


def blocks_validate(_: Core, args: Json) -> Json:
    """blocks.validate: the same checks as for a message."""
    blockkit.check_message(structure(args, "blocks", "invalid_blocks_format"))
    return {"ok": True}


def _dnd() -> Json:
    return {"dnd_enabled": False, "next_dnd_start_ts": 1, "next_dnd_end_ts": 1}


def _user(core: Core, human: Human) -> Json:
    ours = core.world.team["id"]
    return {
        "id": human.id,
        "team_id": human.team_id,
        "name": human.username,
        "real_name": human.name,
        "deleted": human.deactivated,
        "tz": LONDON.key,
        "tz_label": "Greenwich Mean Time",
        "tz_offset": _offset(core),
        "is_bot": False,
        "is_app_user": False,
        "is_admin": human.admin,
        "is_owner": False,
        "is_restricted": human.guest,
        "is_ultra_restricted": False,
        "is_stranger": human.team_id != ours,
        "profile": {
            "real_name": human.name,
            "display_name": human.name,
            "title": human.title,
            "status_text": "",
            "status_emoji": "",
            "team": human.team_id,
        },
    }


def _offset(core: Core) -> int:
    """Seconds that London is ahead of UTC, by Slack's clock."""
    difference = datetime.fromtimestamp(core.clock.now(), LONDON).utcoffset()
    return int(difference.total_seconds()) if difference else 0


def _readable(core: Core, args: Json) -> Channel:
    channel = core.world.channels.get(required(args, "channel"))
    if channel is None or (channel.kind != "public" and core.world.bot_user not in channel.members):
        raise SlackError("channel_not_found")
    needed = READ_SCOPE[channel.kind]
    if needed not in core.manifest.scopes:
        raise SlackError("missing_scope", needed=needed, provided=",".join(core.manifest.scopes))
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
