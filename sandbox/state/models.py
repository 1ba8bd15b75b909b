"""The objects of a workspace: people, channels, messages, views, notifications and API calls."""

from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]
Raw = Any  # A value as the page sends it: text, an option's value, a list of those, a number, or None.
Unchecked = Any  # JSON not yet validated.
RawState = dict[tuple[str, str], Raw]  # By block_id and action_id.
Kind = Literal["dm", "private", "public"]


@dataclass(frozen=True)
class Human:
    """A person's account, in the workspace's own organisation or (`stranger`) in another."""

    id: str
    name: str
    title: str
    team_id: str
    stranger: bool = False
    guest: bool = False
    admin: bool = False
    deactivated: bool = False

    @property
    def username(self) -> str:
        """Return the short name that payloads carry."""
        return self.name.lower().replace(" ", ".")


@dataclass
class Channel:
    """A conversation: a channel, or one person's direct messages with the bot."""

    id: str
    name: str
    kind: Kind
    members: set[str]
    shared: bool = False
    archived: bool = False
    deleted: bool = False


@dataclass
class SlackMessage:
    """One message. `states` holds values entered in it, by user id; `failed` the elements whose action failed.

    posted: the text that it was posted with, which an edit never changes; phones showed it.
    """

    ts: str
    channel: str
    user: str
    text: str
    blocks: list[Json]
    bot: bool = False
    thread_ts: str | None = None
    edited: str | None = None
    only_for: str | None = None
    posted: str = ""
    deleted: bool = False
    states: dict[str, RawState] = field(default_factory=dict)
    failed: dict[str, set[str]] = field(default_factory=dict)

    @property
    def ephemeral(self) -> bool:
        """Return whether only one person can see the message."""
        return self.only_for is not None


@dataclass
class View:
    """A modal or Home tab, as one person has it. `trouble` is Slack's own error text."""

    id: str
    user: str
    hash: str
    body: Json
    root: str
    previous: str | None = None
    state: RawState = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)
    trouble: str | None = None

    @property
    def blocks(self) -> list[Json]:
        blocks: list[Json] = self.body["blocks"]
        return blocks

    @property
    def title(self) -> str:
        """Return the title; a Home tab's is empty."""
        return str((self.body.get("title") or {}).get("text", ""))


@dataclass(frozen=True)
class Push:
    """A notification: `phone` is what a locked phone shows, `desktop` what a computer shows."""

    at: float
    channel: str
    ts: str
    phone: str
    desktop: str


@dataclass(frozen=True)
class Notice:
    """Something Slack itself told one person, such as that a command failed."""

    at: float
    text: str


@dataclass(frozen=True)
class ApiRequest:
    """One Web API call with its response; `at` is the workspace's time."""

    method: str
    args: Json
    response: Json
    at: float


class SlackError(Exception):
    """A call that Slack refuses, with Slack's error code and the rest of the response."""

    def __init__(
        self,
        error: str,
        *,
        status: int = 200,
        headers: dict[str, str] | None = None,
        **more: object,
    ) -> None:
        super().__init__(error)
        self.body: Json = {"ok": False, "error": error, **more}
        self.status = status
        self.headers = headers or {}
