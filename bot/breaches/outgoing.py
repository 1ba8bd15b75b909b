"""Renderers of the outbox rows about a possible breach."""

from __future__ import annotations

from sqlalchemy import Connection

from bot.breaches import messages
from bot.check_view import CheckView
from bot.context import Services
from bot.delivery.render import Outgoing, Renderers, reference_only
from bot.permission import Act, may
from bot.slack.block_kit import Message
from bot.words import Words
from flows.breach import Breach, breach_of
from flows.case import CheckStatus, Entry
from flows.events import OutboxKind
from storage import breaches
from storage.outbox import Claimed


def register(renderers: Renderers) -> None:
    renderers.add_of_check(OutboxKind.BREACH, _asked, _shrunk)
    renderers.add_elsewhere(OutboxKind.BREACH_ALERT, _alert)


def _asked(services: Services, tx: Connection, row: Claimed, view: CheckView) -> Outgoing:
    """Render for whoever may still know of it; take it away from anybody else."""
    breach = _known(services, tx, view.check.id, row.target)
    if breach is None or (row.ts is None and not breach.open_parts):
        return Outgoing(None)
    if row.ask < (breaches.asks(tx, view.check.id) or 0):
        return Outgoing(messages.asked_below(view) if row.ts else None)
    return Outgoing(messages.asked(view, breach, row.ask))


def _known(services: Services, tx: Connection, check: str, target: str) -> Breach | None:
    if not may(services.subject(tx, check), target, Act.BREACH, services.roster):
        return None
    return breach_of(services.look(tx, check, history=True).entries)


def _shrunk(view: CheckView, message: Message, _entry: Entry | None, *, is_old: bool) -> Message:
    is_over = view.check.status is CheckStatus.CLOSED
    return reference_only(view) if is_over or is_old else message


def _alert(services: Services, tx: Connection, row: Claimed) -> Words | None:
    breach = _known(services, tx, row.check, row.target) if row.check else None
    if breach is None or not breach.open_parts or not row.check:
        return None
    return messages.alert(services.look(tx, row.check), breach)
