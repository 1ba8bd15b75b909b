"""The simulated workspace: one channel, everybody's direct messages, their windows, and what Slack does to them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any, Protocol

from simulation.weather import Weather
from simulation.world import World

Json = dict[str, Any]
TEAM = "T0SIM"


class NotSimulated(BaseException):
    """The bot called something that nobody thought of. No Exception: it must not go unnoticed."""


@dataclass
class Post:
    """A message as it stands. asked: when the bot began to send it. at: when Slack had it.

    check: which it is about. gone: why it is not there any more. answered: the bot was told that Slack has it.
    private: for one person alone. words: all that it says, buttons included.
    """

    channel: str
    ts: str
    text: str
    blocks: list[Json]
    asked: datetime
    at: datetime
    thread: str | None = None
    check: str | None = None
    gone: str = ""
    answered: bool = False
    private: str = ""
    words: str = field(init=False)

    def __post_init__(self) -> None:
        self.write(self.text, self.blocks)

    def write(self, text: str, blocks: list[Json]) -> None:
        """What it says from now on."""
        self.text, self.blocks = text, blocks
        self.words = f"{text}\n{json.dumps(blocks, ensure_ascii=False)}"


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the bot's, and when it began."""

    method: str
    args: Json
    began: datetime

    @property
    def target(self) -> str:
        """The channel or person it is for; empty where it is for neither."""
        return str(self.args.get("channel", ""))

    @property
    def presser(self) -> str:
        """Whose press it answers: the trigger names them."""
        return str(self.args["trigger_id"]).partition(".")[0]


class WorkspaceObserver(Protocol):
    """Whoever looks at everything that goes to Slack."""

    def asked(self, call: Call) -> None:
        """The bot is about to call."""

    def shown(self, post: Post, call: Call, *, is_new: bool) -> None:
        """People can see it from now on."""


class SimulatedWorkspace:
    """room: the leads' channel. members: who is in it. arrived: told of each new message, person by person."""

    def __init__(self, world: World, weather: Weather, room: str, members: Iterable[str]) -> None:
        self.room = room
        self.members = frozenset(members)
        self.posts: list[Post] = []
        self.windows: dict[str, list[Json]] = {}
        self.homes: dict[str, Json] = {}
        self.watch: WorkspaceObserver | None = None
        self.arrived: Callable[[str, Post], None] = lambda _person, _post: None
        self._world = world
        self._weather = weather
        self._numbers = count(1)
        self._methods: dict[str, Callable[[Call], Json]] = {
            "auth.test": lambda _call: {"ok": True, "team_id": TEAM, "user_id": "U0BOT", "bot_id": "B0BOT"},
            "chat.delete": self._delete,
            "chat.postMessage": self._post,
            "chat.update": self._update,
            "users.info": lambda call: {"ok": True, "user": {"id": call.args["user"]}},
            "views.open": self._open,
            "views.publish": self._publish,
            "views.push": self._push,
            "views.update": self._change_window,
        }

    def is_asked(self, call: Call) -> None:
        """The bot is about to call."""
        with _loudly():
            if self.watch is not None:
                self.watch.asked(call)

    def do(self, call: Call) -> Json:
        """Slack's answer, once it has done what was asked. Raises NotSimulated."""
        if call.method not in self._methods:
            raise NotSimulated(call.method)
        with _loudly():
            return self._methods[call.method](call)

    def _post(self, call: Call) -> Json:
        if (refusal := self._closed(call.target)) is not None:
            return no(refusal)
        channel = call.target if call.target == self.room else direct(call.target)
        thread = call.args.get("thread_ts")
        if thread is not None and self._find(channel, thread) is None:
            raise NotSimulated("an answer in a thread that is not there")
        post = Post(
            channel, self._number(), call.args["text"], call.args["blocks"], call.began, self._world.now, thread
        )
        self.posts.append(post)
        self._show(post, call, is_new=True)
        for person in sorted(self.members) if channel == self.room else [owner(channel)]:
            self.arrived(person, post)
        return {"ok": True, "channel": channel, "ts": post.ts}

    def _update(self, call: Call) -> Json:
        post = self._standing(call)
        if isinstance(post, Post):
            post.write(call.args["text"], call.args["blocks"])
            self._show(post, call, is_new=False)
            return {"ok": True, "channel": post.channel, "ts": post.ts}
        return no(post)

    def _delete(self, call: Call) -> Json:
        post = self._standing(call)
        if not isinstance(post, Post):
            return no(post)
        if not self._weather.may_delete:
            return no("cant_delete_message")
        post.gone = "taken away"
        return {"ok": True, "channel": post.channel, "ts": post.ts}

    def _standing(self, call: Call) -> Post | str:
        """The message a call is about, or Slack's word for why it cannot be touched."""
        if (refusal := self._closed(call.target)) is not None:
            return refusal
        post = self._find(call.target, call.args["ts"])
        return "message_not_found" if post is None or post.gone else post

    def _show(self, post: Post, call: Call, *, is_new: bool) -> None:
        if self.watch is not None:
            self.watch.shown(post, call, is_new=is_new)

    def _closed(self, target: str) -> str | None:
        """Slack's word for why this channel or person takes no messages now."""
        return next((each.what for each in self._weather.closed_at(self._world.now, {target, owner(target)})), None)

    def closed_since(self, target: str, since: datetime) -> bool:
        """Whether this channel or person took no messages at some time since then."""
        now = self._world.now
        return any(each.target == target and each.begins <= now and since < each.ends for each in self._weather.closed)

    def _find(self, channel: str, ts: str) -> Post | None:
        return next((post for post in reversed(self.posts) if (post.channel, post.ts) == (channel, ts)), None)

    def _open(self, call: Call) -> Json:
        self.windows[call.presser] = [self.opened(call.args["view"])]
        return {"ok": True}

    def _publish(self, call: Call) -> Json:
        self.homes[call.args["user_id"]] = self.opened(call.args["view"])
        return {"ok": True, "view": {"hash": str(len(self.homes))}}

    def _push(self, call: Call) -> Json:
        self.windows.setdefault(call.presser, []).append(self.opened(call.args["view"]))
        return {"ok": True}

    def _change_window(self, call: Call) -> Json:
        named = "view_id" in call.args
        key, wanted = ("id", call.args["view_id"]) if named else ("external_id", call.args["external_id"])
        for stack in self.windows.values():
            for number, view in enumerate(stack):
                if view.get(key) == wanted:
                    stack[number] = {**call.args["view"], "id": view["id"]}
        return {"ok": True}

    def opened(self, view: Json) -> Json:
        """A window as it stands before somebody: with an id of its own."""
        return {**view, "id": f"V{self._number()}"}

    def _number(self) -> str:
        return f"{next(self._numbers)}.0"

    def seen_by(self, person: str) -> list[Post]:
        """The messages that stand before somebody, oldest first."""
        here = {direct(person), *([self.room] if person in self.members else [])}
        return [post for post in self.posts if post.channel in here and not post.gone and post.private in ("", person)]

    def whisper(self, person: str, message: Json) -> None:
        """Words that one person alone sees."""
        now, blocks = self._world.now, message.get("blocks") or []
        whisper = Post(direct(person), self._number(), str(message.get("text", "")), blocks, now, now)
        whisper.private = person
        self.posts.append(whisper)

    def lose_one(self) -> None:
        """A message disappears, as it does where they are kept for so long only."""
        standing = [post for post in self.posts if not post.gone and not post.private]
        if standing:
            self._world.chance.choice(standing).gone = "lost"
            self._world.say("a message disappears from Slack")


@contextmanager
def _loudly() -> Iterator[None]:
    """What goes wrong in the simulation itself must not pass for Slack being in trouble."""
    try:
        yield
    except Exception as error:
        raise NotSimulated(repr(error)) from error


def no(error: str) -> Json:
    """How Slack refuses."""
    return {"ok": False, "error": error}


def direct(person: str) -> str:
    """The channel of somebody's direct messages."""
    return f"D{person[1:]}"


def owner(channel: str) -> str:
    """Whose direct messages these are."""
    return f"U{channel[1:]}"
