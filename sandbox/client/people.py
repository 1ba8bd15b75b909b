"""What a person does and sees, in the vocabulary of the tests: labels instead of ids."""

import copy
import dataclasses
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from sandbox.client import find
from sandbox.client.actions import UserActions
from sandbox.client.result import InteractionResult
from sandbox.methods import posting
from sandbox.state import element_values, visible_text
from sandbox.state.fake_slack import FakeSlack
from sandbox.state.models import Human, Json, Notice, Push, Raw, SlackMessage, View
from sandbox.state.workspace_state import WAIT_SECONDS

Where = str | SlackMessage | View | None


class Person:
    """One person's Slack client: acts as that person and shows only what Slack would show that person."""

    def __init__(self, user: str, slack: FakeSlack, actions: UserActions) -> None:
        self.id = user
        self._slack = slack
        self._world = slack.world
        self._actions = actions

    def __repr__(self) -> str:
        return f"<{self.human.name}>"

    @property
    def human(self) -> Human:
        """Return this person's account."""
        return self._world.human(self.id)

    # Actions

    def command(self, name: str, text: str = "", channel: str = "C0GENERAL") -> InteractionResult:
        """Type a slash command; the channel `dm` is the direct messages with the bot."""
        return self._actions.command(self.id, name, text, channel)

    def shortcut(self, callback_id: str) -> InteractionResult:
        return self._actions.shortcut(self.id, callback_id)

    def message_shortcut(self, callback_id: str, message: SlackMessage) -> InteractionResult:
        """Pick a shortcut from the message's menu."""
        return self._actions.message_shortcut(self.id, callback_id, message)

    def open_home(self) -> InteractionResult:
        return self._actions.open_home(self.id)

    def open_dm(self) -> InteractionResult:
        """Open the direct messages with the bot, which Slack calls its Messages tab."""
        return self._actions.open_dm(self.id)

    def press(self, button: str, where: Where = None, *, times: int = 1, confirm: bool = True) -> InteractionResult:
        """Press a button by its label or action_id. `times` presses are sent concurrently."""
        surface, block, element = self._locate(button, where, find.is_button)
        if element.get("confirm") and not confirm:
            return InteractionResult(acked=False)
        return self._act_at_once(
            times,
            lambda: self._actions.touch(self.id, surface, block["block_id"], element["action_id"]),
        )

    def choose(self, what: str, *picked: Raw, where: Where = None) -> InteractionResult:
        """Pick options by text or value, a person by user id, a date as YYYY-MM-DD."""
        surface, block, element = self._locate(what, where, find.is_choice)
        raw = find.raw_for(element, picked)
        return self._actions.touch(self.id, surface, block["block_id"], element["action_id"], raw)

    def fill(self, entries: dict[str, Raw]) -> None:
        """Enter values in the open modal (or a message's inputs), by label, block_id or action_id."""
        for what, value in entries.items():
            surface, block, element = self._locate(what, None, find.is_field)
            picked = value if isinstance(value, list | tuple) else (value,)
            raw = find.raw_for(element, tuple(picked))
            self._actions.touch(self.id, surface, block["block_id"], element["action_id"], raw)

    def submit(self, entries: dict[str, Raw] | None = None, *, times: int = 1) -> InteractionResult:
        """Fill and submit the open modal. `times` submissions are sent concurrently."""
        self.fill(entries or {})
        view = self._top_modal()
        return self._act_at_once(times, lambda: self._actions.submit(self.id, view))

    def close(self, *, whole_stack: bool = False) -> InteractionResult:
        """Dismiss the open modal, or the whole stack."""
        return self._actions.close(self.id, self._top_modal(), whole_stack=whole_stack)

    def post(self, channel: str, text: str, thread: str | SlackMessage | None = None) -> SlackMessage:
        return self._actions.post(self.id, channel, text, thread.ts if isinstance(thread, SlackMessage) else thread)

    def delete(self, message: SlackMessage) -> None:
        live = self._world.message(message.channel, message.ts)
        self._actions.delete(self.id, live or message)

    def read(self, channel: str = "dm") -> None:
        """Mark a conversation as read."""
        with self._world.lock:
            where = self._world.dm(self.id).id if channel == "dm" else channel
            self._world.read[self.id, where] = self._world.clock.stamp()
        self._world.changed()

    # What Slack shows this person

    def messages(self, channel: str | None = None) -> list[SlackMessage]:
        """Return copies of the messages this person can see, oldest first; ephemeral ones only if addressed to them."""
        with self._world.lock:
            return [_copy_of(each) for each in self._visible_messages(channel)]

    @property
    def dm(self) -> list[SlackMessage]:
        """Return the direct messages with the bot."""
        return self.messages(self._world.dm(self.id).id)

    @property
    def home(self) -> View | None:
        """Return a copy of the person's Home tab, or None if none was published."""
        with self._world.lock:
            return copy.deepcopy(self._world.homes.get(self.id))

    @property
    def modals(self) -> list[View]:
        """Return copies of the open modals, bottom first: the last is on screen."""
        with self._world.lock:
            return copy.deepcopy(self._world.stacks[self.id])

    @property
    def modal(self) -> View | None:
        """Return the modal on screen, or None."""
        stack = self.modals
        return stack[-1] if stack else None

    @property
    def pushes(self) -> list[Push]:
        """Return the notifications this person got, oldest first."""
        return list(self._world.pushes[self.id])

    @property
    def notices(self) -> list[Notice]:
        """Return what Slack itself told this person, such as that a command failed."""
        return list(self._world.notices[self.id])

    def text(self) -> str:
        """Return all text this person can see: messages, modals, Home tab and notices."""
        with self._world.lock:
            home = self._world.homes.get(self.id)
            views = [*self._world.stacks[self.id], *([home] if home else [])]
            shown = [visible_text.of_message(each) for each in self._visible_messages(None)]
            shown += [visible_text.of_view(view) for view in views]
            return "\n".join([*shown, *(notice.text for notice in self.notices)])

    def wait_for(self, what: str | Callable[[], object], timeout: float = WAIT_SECONDS) -> None:
        """Wait up to `timeout` real seconds until this person sees the text, or the predicate is true.

        Raises AssertionError with everything the person sees.
        """
        seen = (lambda: what in self.text()) if isinstance(what, str) else what
        if not self._world.wait(seen, timeout):
            raise AssertionError(
                f"{self} did not see {what!r} within {timeout:g} s. They see:\n{self.text()}\n"
                f"Complaints: {self._world.complaints}"
            )

    def buttons(self, where: Where = None) -> list[str]:
        """Return the labels of all buttons this person could press, in one place or everywhere."""
        with self._world.lock:
            surfaces = self._surfaces(where)
            found = [pair for surface in surfaces for pair in element_values.interactive(surface.blocks)]
            return [find.label(block, element) for block, element in found if find.is_button(element)]

    def _visible_messages(self, channel: str | None) -> list[SlackMessage]:
        where = self._world.dm(self.id).id if channel == "dm" else channel
        return [
            each
            for each in self._world.messages
            if not each.deleted and where in {None, each.channel} and posting.visible(self._world, each, self.id)
        ]

    def _top_modal(self) -> View:
        stack = self._world.stacks[self.id]
        if not stack:
            raise AssertionError(f"{self} has no modal open. They see:\n{self.text()}")
        return stack[-1]

    def _surfaces(self, where: Where) -> list[SlackMessage | View]:
        """Return the surfaces to search, in order: the open modal, messages newest first, the Home tab."""
        stack, home = self._world.stacks[self.id][-1:], self._world.homes.get(self.id)
        homes = [home] if home else []
        messages = list(reversed(self._visible_messages(None)))
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

    def _act_at_once(self, times: int, act: Callable[[], InteractionResult]) -> InteractionResult:
        if times == 1:
            return act()
        with ThreadPoolExecutor(times) as pool:
            first, *others = [each.result() for each in [pool.submit(act) for _ in range(times)]]
        return InteractionResult(first.acked, first.latency, first.error, first.response, first.payload, tuple(others))


def _copy_of(message: SlackMessage) -> SlackMessage:
    """Copy a message with its state. Its blocks are shared: a message gets other blocks, and no list is changed."""
    states, failed = copy.deepcopy(message.states), copy.deepcopy(message.failed)
    return dataclasses.replace(message, states=states, failed=failed)
