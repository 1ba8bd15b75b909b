"""What the reporter's check puts in Slack: the card, and the reminder of one left part done."""

from __future__ import annotations

from sqlalchemy import Connection

from bot.check_view import CheckView
from bot.checks.card import card
from bot.checks.old_card import old_card
from bot.checks.reminder import reminder
from bot.context import Services
from bot.delivery.render import Outgoing, Renderers, entry_of
from bot.slack import block_kit
from bot.slack.block_kit import Message
from flows.case import Entry
from flows.events import OutboxKind
from storage import outbox
from storage.outbox import Claimed


def register(renderers: Renderers) -> None:
    renderers.add_of_check(OutboxKind.CARD, _card, _shrunk_card)
    renderers.add_of_check(OutboxKind.REMINDER, _reminder)


def _card(_services: Services, tx: Connection, row: Claimed, view: CheckView) -> Outgoing:
    shown = outbox.newest_shown(tx, view.check.id, OutboxKind.CARD)
    newest = shown is None or row.id >= shown  # one that is not there yet takes nothing over
    away = entry_of(view, row) if row.ask == view.check.revision else None
    made = card(view, newest=newest, away=away)
    return Outgoing(made, neutral=_neutral(view, made))


def _neutral(view: CheckView, made: Message) -> Message | None:
    """Return what is posted of a card with answers. The first question is the same for everybody: it stands at once."""
    is_new = not view.check.answers and view.case is None
    return None if is_new else Message(made.text, [block_kit.section(f"*{view.check.ref}*: your sharing check.")])


def _shrunk_card(view: CheckView, message: Message, _entry: Entry | None, *, is_old: bool) -> Message:
    return old_card(view, message) if is_old else message


def _reminder(_services: Services, _tx: Connection, row: Claimed, view: CheckView) -> Outgoing:
    entry = entry_of(view, row)
    return Outgoing(reminder(view, entry) if entry else None)
