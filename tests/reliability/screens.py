"""What stands on people's screens, looked up without copying it: there is a lot of it after some minutes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.checks import card
from sandbox import Workspace
from sandbox.state.models import SlackMessage


@dataclass(frozen=True)
class Seen:
    """A message of the bot as it is now: its check, and its buttons by action id with their values."""

    message: SlackMessage
    check: str
    buttons: dict[str, str]

    @property
    def question(self) -> str | None:
        """The question it asks, where it asks one."""
        asks = (value for verb, value in self.buttons.items() if verb.startswith(("answer", "leave_out")))
        return next((value.split(":")[1] for value in asks), None)


def seen(workspace: Workspace, fits: Callable[[SlackMessage], bool]) -> Iterator[Seen]:
    """The bot's messages that fit and have buttons, newest first."""
    with workspace.slack.world.lock:
        found = [each for each in workspace.slack.world.messages if each.bot and not each.deleted and fits(each)]
    for message in reversed(found):
        elements = [each for block in message.blocks if block["type"] == "actions" for each in block["elements"]]
        buttons = {each["action_id"]: str(each.get("value", "")) for each in elements if each["type"] == "button"}
        if buttons:
            yield Seen(message, next(iter(buttons.values())).split(":")[0], buttons)


def cards(workspace: Workspace, user: str, check: str | None = None) -> Iterator[Seen]:
    """A person's cards, or those of one check, newest first."""
    direct = "D" + user[1:]
    found = seen(workspace, lambda each: each.channel == direct and each.posted == card.TEXT)
    return (each for each in found if check in (None, each.check))
