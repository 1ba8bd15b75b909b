"""Rendering of an outbox row at the moment it is sent. Each feature registers the functions for its kinds at start-up.

A row carries ids and no text, so that no page goes out for a case that somebody leads already.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Protocol

from sqlalchemy import Connection

from bot.check_view import CheckView
from bot.context import Services
from bot.delivery import addressees
from bot.slack import block_kit
from bot.slack.block_kit import Message
from bot.words import Words
from flows.case import CheckStatus, Entry
from flows.events import OutboxKind
from flows.records.differences import in_what_is_shown
from storage import old_messages
from storage.outbox import Claimed

Json = dict[str, Any]
LATE = timedelta(seconds=60)
"""A page posted later than this after it was due says so."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What to do about a row: post, edit, delete (`message` None), or try again later. home: a Home tab to publish.

    plain: the same message in blocks that every workspace takes. neutral: what is posted in its place and then edited
    into it, so that no notification shows more. shrinks: it only removes from what Slack has, so
    it is never posted as a new message, and Slack's refusal is reported.
    """

    message: Message | None
    thread: str | None = None
    later: bool = False
    home: Json | None = None
    plain: Message | None = None
    neutral: Message | None = None
    shrinks: bool = False


Render = Callable[[Services, Connection, Claimed], Outgoing]
RenderOfCheck = Callable[[Services, Connection, Claimed, CheckView], Outgoing]
Say = Callable[[Services, Connection, Claimed], Words | None]


class Shrink(Protocol):
    """A function that shortens a posted message of a check that is closed or has been idle for long (`is_old`)."""

    def __call__(self, view: CheckView, message: Message, entry: Entry | None, /, *, is_old: bool) -> Message: ...


class Differs(Exception):
    """The tables say something else of the check than its record: they are to be put right before it is shown."""


class WrongRenderers(Exception):
    """Kinds of outbox rows that no feature renders, or that two do. The bot does not start."""


class Renderers:
    """A registry of the function that renders each kind of row."""

    def __init__(self) -> None:
        self._plain: dict[OutboxKind, Render] = {}
        self._of_check: dict[OutboxKind, tuple[RenderOfCheck, Shrink]] = {}
        self._say: dict[OutboxKind, Say] = {}

    def add(self, kind: OutboxKind, render: Render) -> None:
        """Render this kind from its row alone. Raises WrongRenderers where the kind has a renderer."""
        self._is_new(kind)
        self._plain[kind] = render

    def add_of_check(self, kind: OutboxKind, render: RenderOfCheck, shrink: Shrink | None = None) -> None:
        """Render this kind from its row and its check as it is now. Raises WrongRenderers like `add`."""
        self._is_new(kind)
        self._of_check[kind] = (render, shrink or _as_it_is)

    def add_elsewhere(self, kind: OutboxKind, say: Say) -> None:
        """Render this kind for e-mail and push; `say` returns None where there is nothing to say any more.

        Raises WrongRenderers where the kind has such a function.
        """
        if kind in self._say:
            raise WrongRenderers(f"Two features say {kind} elsewhere.")
        self._say[kind] = say

    def _is_new(self, kind: OutboxKind) -> None:
        if kind in self._plain or kind in self._of_check:
            raise WrongRenderers(f"Two features render {kind}.")

    def check_complete(self) -> None:
        """Raise WrongRenderers where a kind has no renderer: its rows would be tried again for ever."""
        missing = set(OutboxKind) - {*self._plain, *self._of_check, *self._say}
        if missing:
            raise WrongRenderers(f"No feature renders {', '.join(sorted(missing))}.")

    def render(self, services: Services, tx: Connection, row: Claimed, *, is_judged: bool = False) -> Outgoing:
        """Return the message for Slack, or what to do instead.

        Raises KeyError for a kind of a newer version, WrongAddressee, and Differs unless it is judged already.
        """
        if row.what in self._plain or row.check is None:
            addressees.insist(services, tx, row)
            return self._plain[row.what](services, tx, row)
        render, shrink = self._of_check[row.what]
        view = services.look_for(tx, row.check, row.event)
        addressees.insist(services, tx, row, view)
        differs = view.is_doubted or in_what_is_shown(view.recorded, view.check, view.case, services.roster)
        if differs and not is_judged:
            raise Differs
        if view.reporter_gone and row.target == view.check.reporter and row.ts is None:
            return Outgoing(None)  # it is made due again if their account works again
        found = render(services, tx, row, view)
        is_old = old_messages.is_old(tx, view.check, services.organisation.slack.keep_messages, view.now)
        is_cut = row.ts is not None and (is_old or view.check.status is CheckStatus.CLOSED)
        if found.message is None or not is_cut:
            return found
        message = shrink(view, found.message, entry_of(view, row), is_old=is_old)
        return replace(found, message=message, shrinks=True)

    def words(self, services: Services, tx: Connection, row: Claimed) -> Words | None:
        """Return the words for e-mail or push; None where there is nothing to say any more.

        Raises KeyError and WrongAddressee like `render`.
        """
        of_check = row.check if row.what in addressees.ABOUT_A_CHECK else None
        addressees.insist(services, tx, row, services.look_for(tx, of_check, row.event) if of_check else None)
        return self._say[row.what](services, tx, row)


def _as_it_is(_view: CheckView, message: Message, _entry: Entry | None, *, is_old: bool) -> Message:  # noqa: ARG001 - a Shrink
    return message


def entry_of(view: CheckView, row: Claimed) -> Entry | None:
    """Return the entry of the record that a row is about. The view needs its history."""
    return next((entry for entry in view.entries if entry.id == row.event), None)


def reference_only(view: CheckView) -> Message:
    """Render what is left of a message whose content is removed: the check's reference."""
    return Message(view.check.ref, [block_kit.context(view.check.ref)])
