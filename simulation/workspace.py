"""The simulated workspace: one channel, direct messages, modals and Home tabs, and the Web API methods on them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any, Protocol

from simulation.faults import FaultPlan
from simulation.timeline import Timeline

Json = dict[str, Any]
TEAM = "T0SIM"


class NotSimulated(BaseException):
    """The bot called a method, or made a case, that is not simulated. Not an Exception, as it must not go unnoticed."""


@dataclass
class PostedMessage:
    """A message as it is now. asked: when the bot's call began. at: when Slack took it.

    check: the id of the check it is about. gone: why it is not there any more. answered: whether Slack's answer reached
    the bot. private: the one person who sees it, empty for all. words: its text, and its blocks as JSON.
    posted: the text it was posted with.
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
    posted: str = field(init=False)

    def __post_init__(self) -> None:
        self.posted = self.text
        self.write(self.text, self.blocks)

    def write(self, text: str, blocks: list[Json]) -> None:
        """Change what it says."""
        self.text, self.blocks = text, blocks
        self.words = f"{text}\n{json.dumps(blocks, ensure_ascii=False)}"


@dataclass(frozen=True, slots=True)
class Call:
    """One call to the Web API, and when it began."""

    method: str
    args: Json
    began: datetime

    @property
    def target(self) -> str:
        """Return the channel or person it is for; empty where it is for neither."""
        return str(self.args.get("channel", ""))

    @property
    def presser(self) -> str:
        """Return the id of whoever pressed: the trigger names them."""
        return str(self.args["trigger_id"]).partition(".")[0]


class WorkspaceObserver(Protocol):
    """An observer of every call and every message."""

    def asked(self, call: Call) -> None:
        """Note a call before it is made."""

    def shown(self, post: PostedMessage, call: Call, *, is_new: bool) -> None:
        """Note a message that people can see from now on."""


class SimulatedWorkspace:
    """The simulated workspace. room: the leads' channel. members: who is in it. arrived: called at each new message."""

    def __init__(self, timeline: Timeline, fault_plan: FaultPlan, room: str, members: Iterable[str]) -> None:
        self.room = room
        self.members = frozenset(members)
        self.posts: list[PostedMessage] = []
        self.windows: dict[str, list[Json]] = {}
        self.homes: dict[str, Json] = {}
        self.watch: WorkspaceObserver | None = None
        self.arrived: Callable[[str, PostedMessage], None] = lambda _person, _post: None
        self._timeline = timeline
        self._fault_plan = fault_plan
        self._numbers = count(1)
        self._methods: dict[str, Callable[[Call], Json]] = {
            "auth.test": lambda _call: {"ok": True, "team_id": TEAM, "user_id": "U0BOT", "bot_id": "B0BOT"},
            "chat.delete": self._delete,
            "chat.postMessage": self._post,
            "chat.update": self._update,
            "response_url": self._update,
            "users.info": lambda call: {"ok": True, "user": {"id": call.args["user"]}},
            "views.open": self._open,
            "views.publish": self._publish,
            "views.push": self._push,
            "views.update": self._change_window,
        }

    def note_call(self, call: Call) -> None:
        """Note a call before it is made."""
        with _loudly():
            if self.watch is not None:
                self.watch.asked(call)

    def do(self, call: Call) -> Json:
        """Do what was asked, and return Slack's answer. Raises NotSimulated."""
        if call.method not in self._methods:
            raise NotSimulated(call.method)
        with _loudly():
            return self._methods[call.method](call)

    def _post(self, call: Call) -> Json:
        if (refusal := self._closed(call.target)) is not None:
            return refused(refusal)
        channel = call.target if call.target == self.room else direct_channel(call.target)
        thread = call.args.get("thread_ts")
        if thread is not None and self._find(channel, thread) is None:
            raise NotSimulated("an answer in a thread that is not there")
        post = PostedMessage(
            channel, self._number(), call.args["text"], call.args["blocks"], call.began, self._timeline.now, thread
        )
        self.posts.append(post)
        self._show(post, call, is_new=True)
        for person in sorted(self.members) if channel == self.room else [channel_owner(channel)]:
            self.arrived(person, post)
        return {"ok": True, "channel": channel, "ts": post.ts, "message": {"ts": post.ts, "thread_ts": thread}}

    def _update(self, call: Call) -> Json:
        post = self._standing(call)
        if isinstance(post, PostedMessage):
            post.write(call.args["text"], call.args["blocks"])
            self._show(post, call, is_new=False)
            return {"ok": True, "channel": post.channel, "ts": post.ts}
        return refused(post)

    def _delete(self, call: Call) -> Json:
        post = self._standing(call)
        if not isinstance(post, PostedMessage):
            return refused(post)
        if not self._fault_plan.may_delete:
            return refused("cant_delete_message")
        post.gone = "taken away"
        return {"ok": True, "channel": post.channel, "ts": post.ts}

    def _standing(self, call: Call) -> PostedMessage | str:
        """Return the message a call is about, or Slack's error code for why it cannot be changed."""
        if (refusal := self._closed(call.target)) is not None:
            return refusal
        post = self._find(call.target, call.args["ts"])
        return "message_not_found" if post is None or post.gone else post

    def _show(self, post: PostedMessage, call: Call, *, is_new: bool) -> None:
        if self.watch is not None:
            self.watch.shown(post, call, is_new=is_new)

    def _closed(self, target: str) -> str | None:
        """Return Slack's error code where this channel or person takes no messages now."""
        return next(
            (each.what for each in self._fault_plan.closed_at(self._timeline.now, {target, channel_owner(target)})),
            None,
        )

    def closed_since(self, target: str, since: datetime) -> bool:
        """Return whether this channel or person took no messages at some time since then."""
        now = self._timeline.now
        return any(
            each.target == target and each.begins <= now and since < each.ends for each in self._fault_plan.closed
        )

    def _find(self, channel: str, ts: str) -> PostedMessage | None:
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
        """Return a modal or Home tab with an id of its own."""
        return {**view, "id": f"V{self._number()}"}

    def _number(self) -> str:
        return f"{next(self._numbers)}.0"

    def seen_by(self, person: str) -> list[PostedMessage]:
        """Return the messages that somebody sees, oldest first."""
        here = {direct_channel(person), *([self.room] if person in self.members else [])}
        return [post for post in self.posts if post.channel in here and not post.gone and post.private in ("", person)]

    def whisper(self, person: str, message: Json) -> None:
        """Show a message to one person alone."""
        now, blocks = self._timeline.now, message.get("blocks") or []
        whisper = PostedMessage(direct_channel(person), self._number(), str(message.get("text", "")), blocks, now, now)
        whisper.private = person
        self.posts.append(whisper)

    def lose_one(self) -> None:
        """Remove a message, as Slack's retention does."""
        standing = [post for post in self.posts if not post.gone and not post.private]
        if standing:
            self._timeline.chance.choice(standing).gone = "lost"
            self._timeline.say("a message disappears from Slack")


@contextmanager
def _loudly() -> Iterator[None]:
    """Raise errors of the simulation itself as NotSimulated, so that they do not pass for Slack's."""
    try:
        yield
    except Exception as error:
        raise NotSimulated(repr(error)) from error


def refused(error: str) -> Json:
    """Return Slack's answer with an error code."""
    return {"ok": False, "error": error}


def direct_channel(person: str) -> str:
    """Return the channel id of somebody's direct messages with the bot."""
    return f"D{person[1:]}"


def channel_owner(channel: str) -> str:
    """Return whose direct messages these are."""
    return f"U{channel[1:]}"
