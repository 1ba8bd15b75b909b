"""The workspace's contents behind one lock; every change wakes the threads that wait."""

import json
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from sandbox.state.clock import Clock
from sandbox.state.models import ApiRequest, Channel, Human, Json, Notice, Push, SlackError, SlackMessage, View

Got = TypeVar("Got")
POLL_SECONDS = 0.05
WAIT_SECONDS = 15.0
"""Real seconds a test waits at most; waiting ends as soon as the condition is true."""
SISTER = {"id": "W0SISTER", "name": "Member of a sister workspace", "title": "Staff", "team_id": "T0SISTER"}
DEFAULT = Path(__file__).with_name("workspace.json")


class WorkspaceState:
    """People, channels, messages, views and the call log. Hold `lock` while reading more than one of them."""

    def __init__(self, clock: Clock, contents: Json) -> None:
        self.clock = clock
        self.lock = threading.Condition(threading.RLock())
        self.version = 0
        self.team: Json = contents["team"]
        self.enterprise: Json | None = contents.get("enterprise")
        self.app_id: str = contents["app"]["id"]
        self.bot: Json = contents["bot"]
        self.people = {each["id"]: _human(each, self.team["id"]) for each in contents["people"]}
        self.channels = {each["id"]: _channel(each) for each in contents["channels"]}
        self.messages: list[SlackMessage] = []
        self.homes: dict[str, View] = {}
        self.stacks: dict[str, list[View]] = defaultdict(list)
        self.pushes: dict[str, list[Push]] = defaultdict(list)
        self.notices: dict[str, list[Notice]] = defaultdict(list)
        self.read: dict[tuple[str, str], str] = {}
        self.requests: list[ApiRequest] = []
        self.acknowledgements: list[tuple[str, Json]] = []
        self.complaints: list[str] = []
        self.listeners: set[Callable[[], None]] = set()

    @property
    def bot_user(self) -> str:
        """Return the bot's user id, as in mentions and memberships."""
        return str(self.bot["user_id"])

    def changed(self) -> None:
        """Increase `version`, wake all waiting threads and call the listeners."""
        with self.lock:
            self.version += 1
            self.lock.notify_all()
            for listener in list(self.listeners):
                listener()

    def wait(self, predicate: Callable[[], Got], seconds: float) -> Got:
        """Wait up to `seconds` (real time) until the predicate is true. Return its last value.

        The predicate is called without the lock, so it may act or wait itself. It is called on every change
        and at least every 50 ms.
        """
        end = time.monotonic() + seconds
        while True:
            before = self.version
            got = predicate()
            left = end - time.monotonic()
            if got or left <= 0:
                return got
            with self.lock:
                if self.version == before:
                    self.lock.wait(min(left, POLL_SECONDS))

    def complain(self, words: str) -> None:
        """Record something the bot did that Slack accepts or refuses but a correct bot does not do."""
        with self.lock:
            self.complaints.append(words)
        self.changed()

    def notify(self, user: str, words: str) -> None:
        """Show one person a notice from Slack itself."""
        with self.lock:
            self.notices[user].append(Notice(self.clock.now(), words))
        self.changed()

    def human(self, user: str) -> Human:
        """Return the account. Raises SlackError: `user_not_found`."""
        if user not in self.people:
            raise SlackError("user_not_found")
        return self.people[user]

    def dm(self, user: str) -> Channel:
        """Return the direct messages between this person and the bot; the first call creates them."""
        channel = "D" + self.human(user).id.removeprefix("U")
        if channel not in self.channels:
            self.channels[channel] = Channel(channel, str(self.bot["name"]), "dm", {user, self.bot_user})
        return self.channels[channel]

    def message(self, channel: str, ts: str) -> SlackMessage | None:
        """Return the message with this channel and ts, or None if it was deleted."""
        found = (each for each in self.messages if each.ts == ts and each.channel == channel)
        return next((each for each in found if not each.deleted), None)

    def root(self, channel: str, ts: str) -> SlackMessage | None:
        """Return the message under which one can answer: also a deleted one that others have answered."""
        found = next((each for each in self.messages if each.ts == ts and each.channel == channel), None)
        is_answered = any(
            each.thread_ts == ts and each.channel == channel and not each.deleted for each in self.messages
        )
        return found if found and (is_answered or not found.deleted) else None

    def view(self, view_id: str) -> View | None:
        """Return the view with this id, open in a modal stack or as a Home tab, or None."""
        everywhere = [
            *self.homes.values(),
            *(view for stack in self.stacks.values() for view in stack),
        ]
        return next((view for view in everywhere if view.id == view_id), None)


def contents(path: Path = DEFAULT, *, grid: bool = False) -> Json:
    """Read the people and channels to start with; in a `grid`, with somebody whose home is a sister workspace."""
    loaded: Json = json.loads(path.read_text(encoding="utf-8"))
    if grid:
        loaded["enterprise"] = {"id": "E0GRID", "name": "Grid"}
        loaded["people"].append({**SISTER, "stranger": False})
    return loaded


def _human(row: Json, team: str) -> Human:
    return Human(**{"team_id": team, "stranger": "team_id" in row, **row})


def _channel(row: Json) -> Channel:
    return Channel(**{**row, "members": set(row["members"])})
