"""The Slack app's manifest: the source of manifest.yml, manifest-http.yml, the app's link and docs/scopes.md.

The app asks for as little as the bot can work with; each scope says why it is needed.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

Json = dict[str, Any]
NEW_APP = "https://api.slack.com/apps?new_app=1&manifest_json="
HTTP_ADDRESS = "https://share-check.example.org"
HTTP_PATH = "/slack/events"


class NoAddress(Exception):
    """The address is not one at which Slack could reach the bot: an https URL without a path."""


@dataclass(frozen=True, slots=True)
class Scope:
    """A permission of the app. why: one sentence for whoever approves it. methods: the Web API methods that need it.

    A scope without methods is Slack's condition for something that the manifest offers to people.
    """

    name: str
    why: str
    methods: tuple[str, ...] = ()


SCOPES = (
    Scope("commands", "The slash command and the two shortcuts."),
    Scope(
        "chat:write",
        "The card in the direct message, the leads' pages and their threads.",
        ("chat.delete", "chat.postMessage", "chat.update"),
    ),
    Scope(
        "users:read",
        "Refuse guests and strangers, see that a lead's account is closed, and that both tokens are of one app.",
        ("bots.info", "users.info"),
    ),
    Scope(
        "groups:read",
        "See that the leads' channel is private, that the bot is in it, and who else is.",
        ("conversations.info", "conversations.members"),
    ),
)

NEEDS_NO_SCOPE = (
    "apps.connections.open",
    "apps.manifest.validate",
    "auth.test",
    "blocks.validate",
    "views.open",
    "views.publish",
    "views.push",
    "views.update",
)
"""Methods called without a scope of the bot. The first takes the app token, the second an app configuration token."""

REMARKS = {
    "messages_tab_read_only_enabled": "Nobody types the details of a case to the bot.",
    "app_home_opened": "The Home tab is drawn when somebody opens it.",
    "user_change": "See at once that the account of somebody who is waited for was closed.",
    **{scope.name: scope.why for scope in SCOPES},
}
"""Comments in manifest.yml, by the key or list entry that they are written beside."""

HEAD = """\
# The Slack app, ready to paste: api.slack.com/apps, Create New App, From a manifest.
# After any change here: Reinstall to Workspace, or the old scopes stay.
# Made from bot/slack/manifest.py by: share-check manifest > manifest.yml
"""
HTTP_HEAD = f"""\
# The Slack app where Slack calls you (SHARE_CHECK_MODE=http). Write your own address for {HTTP_ADDRESS}
# After any change here: Reinstall to Workspace, or the old scopes stay.
# Made from bot/slack/manifest.py by: share-check manifest --http {HTTP_ADDRESS} > manifest-http.yml
"""

SOCKET_MODE: Json = {
    "_metadata": {"major_version": 2, "minor_version": 1},
    "display_information": {
        "name": "share-check",
        "description": "Before you share information about a child, check. A safeguarding lead helps.",
        "background_color": "#1d3557",
    },
    "features": {
        "app_home": {
            "home_tab_enabled": True,
            "messages_tab_enabled": True,
            "messages_tab_read_only_enabled": True,
        },
        "bot_user": {"display_name": "share-check", "always_online": True},
        "shortcuts": [
            {
                "name": "Start a sharing check",
                "type": "global",
                "callback_id": "start_check",
                "description": "Check before you share information about a child",
            },
            {
                "name": "Check before sharing",
                "type": "message",
                "callback_id": "check_before_sharing",
                "description": "Opens a check. The message itself is not read.",
            },
        ],
        "slash_commands": [
            {
                "command": "/share-check",
                "description": "Check before you share information about a child",
                "should_escape": False,
            }
        ],
    },
    "oauth_config": {"scopes": {"bot": [scope.name for scope in SCOPES]}},
    "settings": {
        "event_subscriptions": {"bot_events": ["app_home_opened", "user_change"]},
        "interactivity": {"is_enabled": True},
        "org_deploy_enabled": False,
        "socket_mode_enabled": True,
        "token_rotation_enabled": False,
    },
}


def over_http(address: str) -> Json:
    """Return the manifest for HTTP mode. address: such as https://share-check.example.org. Raises NoAddress."""
    parts = urlsplit(address)
    if parts.scheme != "https" or not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
        message = f"{address} is not an address that Slack can call. Write it like {HTTP_ADDRESS}"
        raise NoAddress(message)
    url = f"https://{parts.netloc}{HTTP_PATH}"
    manifest = copy.deepcopy(SOCKET_MODE)
    for command in manifest["features"]["slash_commands"]:
        command["url"] = url
    settings = manifest["settings"]
    settings["event_subscriptions"] = {"request_url": url, **settings["event_subscriptions"]}
    settings["interactivity"]["request_url"] = url
    settings["socket_mode_enabled"] = False
    return manifest


def link(manifest: Mapping[str, Any] = SOCKET_MODE) -> str:
    """Return the link to Slack's page for a new app with this manifest filled in."""
    return NEW_APP + quote(json.dumps(manifest, separators=(",", ":")), safe="")


def as_yaml(manifest: Mapping[str, Any], head: str = HEAD) -> str:
    """Return the manifest as YAML with comments.

    Supports only what a manifest contains: text, booleans, integers, lists.
    """
    return head + "".join(f"{line}\n" for line in _lines(manifest, ""))


def scopes_page() -> str:
    """Return docs/scopes.md."""
    rows = (f"| `{scope.name}` | {scope.why} | {_listed(scope.methods)} |" for scope in SCOPES)
    return SCOPES_PAGE.format(rows="\n".join(rows), others=", ".join(f"`{method}`" for method in NEEDS_NO_SCOPE))


SCOPES_PAGE = """\
# What the app may do in Slack

This is made from `bot/slack/manifest.py` by `share-check manifest --scopes`, and tested against what the code calls.

| scope | what it is for | what is called with it |
|---|---|---|
{rows}

Called without any scope of the bot: {others}.

The app token has one scope, `connections:write`, which opens the connection over which Slack sends presses
(Socket Mode). Where Slack calls you over HTTP there is no app token.

It cannot read messages: there is no scope with `history` in its name. It cannot open files, join channels or write to
anybody as a person. Nobody can write to it in its direct messages, so that no details of a case end up there.

When a scope is added here, an app that is already there keeps the old ones: paste the manifest again, then press
**Reinstall to Workspace** on Slack's page *Install App*. `share-check doctor` says when that is needed.
"""


def _listed(methods: Sequence[str]) -> str:
    return ", ".join(f"`{method}`" for method in methods) or "nothing: Slack asks for it where there are such entries"


def _lines(value: Mapping[str, Any], indent: str) -> Iterator[str]:
    for key, inside in value.items():
        if isinstance(inside, Mapping):
            yield f"{indent}{key}:"
            yield from _lines(inside, indent + "  ")
        elif isinstance(inside, list):
            yield f"{indent}{key}:"
            for entry in inside:
                yield from _entry(entry, indent + "  ")
        else:
            yield f"{indent}{key}: {_scalar(inside)}{_remark(key)}"


def _entry(entry: Mapping[str, Any] | str, indent: str) -> Iterator[str]:
    if isinstance(entry, str):
        yield f"{indent}- {_scalar(entry)}{_remark(entry)}"
        return
    first, *others = _lines(entry, indent + "  ")
    yield f"{indent}- {first.strip()}"
    yield from others


def _remark(key: str) -> str:
    words = REMARKS.get(key)
    return f" # {words}" if words else ""


def _scalar(value: object) -> str:
    """Write a YAML scalar, quoted if YAML would read it as something else."""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    return json.dumps(text) if text.startswith(("#", "'", '"', "{", "[", "*", "&", "!")) or ": " in text else text
