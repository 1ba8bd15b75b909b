"""Slack's payloads, parsed once at the edge. What a person typed is kept no longer than the request takes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["Press", "Presser", "Sent", "named", "target"]

MENU = "more"
"""The callback_id of a window that has buttons alone."""
LONGEST_TYPED = 3000
"""The most characters that Slack accepts in an input; a payload with more is not from Slack."""

_LAST_SECOND = 10**10
"""Slack takes ten digits."""

_LONGEST_NUMBER = 18
"""Digits of the longest id that a database assigns."""


class _Payload(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Presser(_Payload):
    """The person who acted. Whose workspace they are of is asked of Slack (bot/slack/membership.py)."""

    id: str


class _Id(_Payload):
    id: str


class _Option(_Payload):
    value: str


class _Action(_Payload):
    action_id: str
    block_id: str = ""
    value: str = ""
    action_ts: str = ""
    selected_option: _Option | None = None


class _State(_Payload):
    values: dict[str, dict[str, dict[str, Any]]] = {}


class _View(_Payload):
    id: str
    type: str = ""
    callback_id: str = ""
    hash: str = ""
    private_metadata: str = ""
    state: _State = _State()
    root_view_id: str | None = None


class _Container(_Payload):
    message_ts: str = ""
    is_ephemeral: bool = False


class Press(_Payload):
    """A pressed button: Slack's block_actions."""

    user: Presser
    team: _Id | None = None
    actions: list[_Action] = Field(min_length=1)
    trigger_id: str = ""
    response_url: str = ""
    channel: _Id | None = None
    container: _Container = _Container()
    view: _View | None = None
    state: _State = _State()

    @property
    def action(self) -> _Action:
        """Return the button that was pressed."""
        return self.actions[0]

    @property
    def verb(self) -> str:
        """Return the action id up to its dot: ids are unique in a view, verbs are not."""
        return self.action.action_id.partition(".")[0]

    @property
    def verb_argument(self) -> str:
        """Return the action id after its dot: "yes" in "answer.yes"."""
        return self.action.action_id.partition(".")[2]

    @property
    def modal(self) -> str:
        """Return the id of the modal that was pressed; empty for a message and for the Home tab."""
        return self.view.id if self.view and self.view.type == "modal" else ""

    @property
    def is_in_menu(self) -> bool:
        """Return whether it was pressed in a window that only offers buttons: what it opens takes its place."""
        return bool(self.modal) and self.view is not None and self.view.callback_id == MENU

    @property
    def request(self) -> str:
        """Return an idempotency key for this press: the same for a repeated payload."""
        return _name(self.user.id, self.action.action_ts, self.action.action_id, self.action.value)

    @property
    def check(self) -> str:
        """Return the id of the check in the button's value."""
        return target(self.action.value)[0]

    @property
    def argument(self) -> str:
        """Return what the button's value has beside the check."""
        return target(self.action.value)[1]

    @property
    def number(self) -> int:
        """Return the argument if it is a number, such as a card's revision; else 0, which no card or plan has."""
        return _number(self.argument)

    def chosen(self, block_id: str) -> tuple[str, ...]:
        """Return the values chosen in this block of the message or view."""
        state = self.view.state if self.view else self.state
        return _chosen(state, block_id)


class Sent(_Payload):
    """A submitted modal: Slack's view_submission."""

    user: Presser
    view: _View
    trigger_id: str = ""

    @property
    def request(self) -> str:
        """Return an idempotency key for this submission: the same for the same inputs, another for different ones."""
        return _name(self.view.id, self.user.id, json.dumps(self.view.state.values, sort_keys=True))

    @property
    def metadata(self) -> str:
        """Return the modal's private_metadata without the entry that it was opened on."""
        return self.view.private_metadata.partition("@")[0]

    @property
    def opened_on(self) -> int | None:
        """Return the newest entry of the check when the modal was opened; None where the modal does not say."""
        return _number(self.view.private_metadata.partition("@")[2]) or None

    @property
    def check(self) -> str:
        """Return the id of the check in the modal's private_metadata."""
        return target(self.metadata)[0]

    @property
    def argument(self) -> str:
        """Return what the modal's private_metadata has beside the check."""
        return target(self.metadata)[1]

    @property
    def number(self) -> int:
        """Return the argument if it is a number, else 0."""
        return _number(self.argument)

    def with_typed(self, kept: Mapping[str, Any], opened_on: int | None) -> Sent:
        """Return the submission that was kept (metadata, values) as if its modal had been opened on this entry."""
        metadata = f"{kept['metadata']}@{opened_on or ''}"
        state = _State.model_validate({"values": kept["values"]})
        return self.model_copy(
            update={"view": self.view.model_copy(update={"private_metadata": metadata, "state": state})}
        )

    def chosen(self, block_id: str) -> tuple[str, ...]:
        """Return the values chosen in this block; empty if none."""
        return _chosen(self.view.state, block_id)

    def typed(self, block_id: str, longest: int = LONGEST_TYPED) -> str:
        """Return what was typed or picked in this block, stripped; empty if nothing.

        longest: characters that its input takes.
        """
        for element in self.view.state.values.get(block_id, {}).values():
            found = element.get("value") or element.get("selected_date")
            if found:
                return _whole(str(found))[:longest].strip()
        return ""

    def moment(self, block_id: str) -> datetime | None:
        """Return the day and time picked in this block, in UTC; None if there is none."""
        for element in self.view.state.values.get(block_id, {}).values():
            seconds = element.get("selected_date_time")
            if isinstance(seconds, int) and 0 <= seconds < _LAST_SECOND:
                return datetime.fromtimestamp(seconds, UTC)
        return None

    def without_words(self, *boxes: str) -> tuple[str, ...]:
        """Return those of these inputs that contain no visible character, such as only spaces. boxes: block ids."""
        return tuple(box for box in boxes if not any(map(_is_read, self.typed(box))))

    def day(self, block_id: str) -> str | None:
        """Return the day picked in this block, as 2026-11-23; None if there is none."""
        try:
            return date.fromisoformat(self.typed(block_id)).isoformat()
        except ValueError:
            return None


def named(verb: str) -> re.Pattern[str]:
    """Return a pattern for the action ids of a verb: "change" and "change.S4"."""
    return re.compile(rf"^{verb}(\.|$)")


def target(value: str) -> tuple[str, str]:
    """Split a button's value into the check's id and an argument. Both mean nothing to anybody else."""
    check, _, argument = value.partition(":")
    return check, argument


def _number(argument: str) -> int:
    return int(argument) if argument.isdecimal() and len(argument) <= _LONGEST_NUMBER else 0


def _is_read(sign: str) -> bool:
    """Return whether a character is visible: neither a space nor of zero width."""
    return sign.isprintable() and not sign.isspace()


def _whole(text: str) -> str:
    """Replace lone surrogates, which a phone may send, and remove NUL: not every program can store them."""
    return text.replace("\0", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _chosen(state: _State, block_id: str) -> tuple[str, ...]:
    for element in state.values.get(block_id, {}).values():
        if many := element.get("selected_options"):
            return tuple(option["value"] for option in many)
        if one := element.get("selected_option"):
            return (one["value"],)
    return ()


def _name(*parts: str) -> str:
    return sha256("\n".join(parts).encode(errors="surrogatepass")).hexdigest()
