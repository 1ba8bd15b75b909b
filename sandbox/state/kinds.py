"""What a workspace is made of."""

from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]
Raw = Any  # What a person can enter: words, an option's value, a list of them, a number, nothing.
Unchecked = Any  # JSON that nobody has looked at yet.
RawState = dict[tuple[str, str], Raw]  # By block_id and action_id.
Kind = Literal["dm", "private", "public"]


@dataclass(frozen=True)
class Human:
    """Somebody with an account, in our team or (a stranger) in another."""

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
        """The short name that payloads carry."""
        return self.name.lower().replace(" ", ".")


@dataclass
class Channel:
    """A place where messages are."""

    id: str
    name: str
    kind: Kind
    members: set[str]
    shared: bool = False


@dataclass
class SlackMessage:
    """One message. What a person ticked in it but the bot was not told stays in `states`."""

    ts: str
    channel: str
    user: str
    text: str
    blocks: list[Json]
    bot: bool = False
    thread_ts: str | None = None
    edited: str | None = None
    only_for: str | None = None
    deleted: bool = False
    states: dict[str, RawState] = field(default_factory=dict)
    failed: dict[str, set[str]] = field(default_factory=dict)

    @property
    def ephemeral(self) -> bool:
        """Whether only one person can see it."""
        return self.only_for is not None


@dataclass
class View:
    """A modal or a Home tab, as one person has it."""

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
        """The blocks on it."""
        blocks: list[Json] = self.body["blocks"]
        return blocks

    @property
    def title(self) -> str:
        """The words at the top; a Home tab has none."""
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
    """One call of the Web API, with what it was answered."""

    method: str
    args: Json
    response: Json
    at: float


class SlackError(Exception):
    """A call that Slack refuses, in Slack's own word."""

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
