"""People acting and looking, in a test's words."""

import copy
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from sandbox.client import find
from sandbox.client.actions import Hands
from sandbox.client.result import Acted
from sandbox.methods import posting
from sandbox.state import entered, words
from sandbox.state.core import Core
from sandbox.state.kinds import Human, Json, Notice, Push, Raw, SlackMessage, View
from sandbox.state.world import PATIENCE

Where = str | SlackMessage | View | None


class Person:
    """One person's hands and eyes. They see only what Slack would show them."""

    def __init__(self, user: str, core: Core, hands: Hands) -> None:
        self.id = user
        self._core = core
        self._world = core.world
        self._hands = hands

    def __repr__(self) -> str:
        return f"<{self.human.name}>"

    @property
    def human(self) -> Human:
        """Their account."""
        return self._world.human(self.id)

    # What they do

    def command(self, name: str, text: str = "", channel: str = "C0GENERAL") -> Acted:
        """Type a slash command; `dm` is the bot's direct messages."""
        return self._hands.command(self.id, name, text, channel)

    def shortcut(self, callback_id: str) -> Acted:
        """Pick a global shortcut."""
        return self._hands.shortcut(self.id, callback_id)

    def message_shortcut(self, callback_id: str, message: SlackMessage) -> Acted:
        """Pick a shortcut from a message's menu."""
        return self._hands.message_shortcut(self.id, callback_id, message)

    def open_home(self) -> Acted:
        """Open the bot's Home tab."""
        return self._hands.open_home(self.id)

    def press(self, button: str, where: Where = None, *, times: int = 1, confirm: bool = True) -> Acted:
        """Press a button by its label or action_id; `times` presses happen at once."""
        surface, block, element = self._locate(button, where, find.is_button)
        if element.get("confirm") and not confirm:
            return Acted(acked=False)
        return self._together(
            times,
            lambda: self._hands.touch(self.id, surface, block["block_id"], element["action_id"]),
        )

    def choose(self, what: str, *picked: Raw, where: Where = None) -> Acted:
        """Pick options by text or value, a person by id, a date as YYYY-MM-DD."""
        surface, block, element = self._locate(what, where, find.is_choice)
        raw = find.raw_for(element, picked)
        return self._hands.touch(self.id, surface, block["block_id"], element["action_id"], raw)

    def fill(self, entries: dict[str, Raw]) -> None:
        """Type or pick in the open modal (or a message's inputs), by label, block_id or action_id."""
        for what, value in entries.items():
            surface, block, element = self._locate(what, None, find.is_field)
            picked = value if isinstance(value, list | tuple) else (value,)
            raw = find.raw_for(element, tuple(picked))
            self._hands.touch(self.id, surface, block["block_id"], element["action_id"], raw)

    def submit(self, entries: dict[str, Raw] | None = None, *, times: int = 1) -> Acted:
        """Fill and submit the open modal."""
        self.fill(entries or {})
        view = self._top()
        return self._together(times, lambda: self._hands.submit(self.id, view))

    def close(self, *, whole_stack: bool = False) -> Acted:
        """Dismiss the open modal, or all."""
        return self._hands.close(self.id, self._top(), whole_stack=whole_stack)

    def post(self, channel: str, text: str, thread: str | SlackMessage | None = None) -> SlackMessage:
        """Write an ordinary message."""
        return self._hands.post(self.id, channel, text, thread.ts if isinstance(thread, SlackMessage) else thread)

    def delete(self, message: SlackMessage) -> None:
        """Delete their own message."""
        live = self._world.message(message.channel, message.ts)
        self._hands.delete(self.id, live or message)

    def read(self, channel: str = "dm") -> None:
        """Look at a conversation, so that nothing in it is unread."""
        with self._world.lock:
            where = self._world.dm(self.id).id if channel == "dm" else channel
            self._world.read[self.id, where] = self._world.clock.stamp()
        self._world.changed()

    # What they see

    def messages(self, channel: str | None = None) -> list[SlackMessage]:
        """Messages they can see, oldest first; ephemeral ones only if theirs."""
        with self._world.lock:
            return [copy.deepcopy(each) for each in self._live(channel)]

    @property
    def dm(self) -> list[SlackMessage]:
        """The direct messages with the bot."""
        return self.messages(self._world.dm(self.id).id)

    @property
    def home(self) -> View | None:
        """The Home tab."""
        with self._world.lock:
            return copy.deepcopy(self._world.homes.get(self.id))

    @property
    def modals(self) -> list[View]:
        """The open modals, the one on screen last."""
        with self._world.lock:
            return copy.deepcopy(self._world.stacks[self.id])

    @property
    def modal(self) -> View | None:
        """The modal on screen."""
        stack = self.modals
        return stack[-1] if stack else None

    @property
    def pushes(self) -> list[Push]:
        """Notifications they got."""
        return list(self._world.pushes[self.id])

    @property
    def notices(self) -> list[Notice]:
        """What Slack itself told them."""
        return list(self._world.notices[self.id])

    def text(self) -> str:
        """Every word they can see, anywhere."""
        with self._world.lock:
            home = self._world.homes.get(self.id)
            views = [*self._world.stacks[self.id], *([home] if home else [])]
            shown = [words.of_message(each) for each in self._live(None)]
            shown += [words.of_view(view) for view in views]
            return "\n".join([*shown, *(notice.text for notice in self.notices)])

    def wait_for(self, what: str | Callable[[], object], timeout: float = PATIENCE) -> None:
        """Wait (real seconds) until they see these words, or something is true."""
        seen = (lambda: what in self.text()) if isinstance(what, str) else what
        if not self._world.wait(seen, timeout):
            raise AssertionError(
                f"{self} did not see {what!r} within {timeout:g} s. They see:\n{self.text()}\n"
                f"Complaints: {self._world.complaints}"
            )

    def buttons(self, where: Where = None) -> list[str]:
        """The labels of all buttons they could press, in one place or everywhere."""
        with self._world.lock:
            surfaces = self._surfaces(where)
            found = [pair for surface in surfaces for pair in entered.interactive(surface.blocks)]
            return [find.label(block, element) for block, element in found if find.is_button(element)]

    def _live(self, channel: str | None) -> list[SlackMessage]:
        where = self._world.dm(self.id).id if channel == "dm" else channel
        return [
            each
            for each in self._world.messages
            if not each.deleted and where in {None, each.channel} and posting.visible(self._world, each, self.id)
        ]

    def _top(self) -> View:
        stack = self._world.stacks[self.id]
        if not stack:
            raise AssertionError(f"{self} has no modal open. They see:\n{self.text()}")
        return stack[-1]

    def _surfaces(self, where: Where) -> list[SlackMessage | View]:
        """Where to look, in order: the open modal, messages newest first, Home."""
        stack, home = self._world.stacks[self.id][-1:], self._world.homes.get(self.id)
        homes = [home] if home else []
        messages = list(reversed(self._live(None)))
        if where is None:
            return [*stack, *messages, *homes]
        if isinstance(where, View):
            return [live] if (live := self._world.view(where.id)) else []
        if isinstance(where, SlackMessage):
            return [each for each in messages if (each.ts, each.channel) == (where.ts, where.channel)]
        named: dict[str, list[Raw]] = {"modal": stack, "home": homes}
        channel = self._world.dm(self.id).id if where == "dm" else where
        return named.get(where) or [each for each in messages if channel in {each.channel, each.ts}]

    def _locate(self, what: str, where: Where, fits: Callable[[Json], bool]) -> tuple[SlackMessage | View, Json, Json]:
        with self._world.lock:
            for surface in self._surfaces(where):
                found = find.element(surface.blocks, what, fits)
                if found:
                    return surface, *found
        raise AssertionError(f"{self} sees nothing called {what!r}. They see:\n{self.text()}")

    def _together(self, times: int, act: Callable[[], Acted]) -> Acted:
        if times == 1:
            return act()
        with ThreadPoolExecutor(times) as pool:
            first, *others = [each.result() for each in [pool.submit(act) for _ in range(times)]]
        return Acted(first.acked, first.latency, first.error, first.response, first.payload, tuple(others))
