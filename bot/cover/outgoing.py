"""Renderers of cover's outbox rows: days without cover, closed accounts, and days away set by another lead."""

from __future__ import annotations

from sqlalchemy import Connection

from bot.context import Services
from bot.cover import messages
from bot.cover.gaps import gaps_from, today
from bot.delivery.render import Outgoing, Renderers
from flows.events import OutboxKind
from storage import cover
from storage.outbox import Claimed


def register(renderers: Renderers) -> None:
    renderers.add(OutboxKind.GAPS, _gaps)
    renderers.add(OutboxKind.CLOSED_ACCOUNT, _closed_account)
    renderers.add(OutboxKind.MARKED_AWAY, lambda *_: Outgoing(messages.marked_away()))


def _gaps(services: Services, tx: Connection, row: Claimed) -> Outgoing:
    """Render the report as of now; send nothing where no day lacks cover any more, or the report's day is over."""
    day = today(services)
    if row.ts is None and services.roster.week.day_of(row.created_at) != day:
        return Outgoing(None)
    return Outgoing(messages.gap_report(gaps_from(services, tx, day)))


def _closed_account(services: Services, tx: Connection, row: Claimed) -> Outgoing:
    """Render the notice; send nothing where every account works again before anybody was told."""
    closed = cover.unreachable(tx) & services.roster.accounts.keys()
    return Outgoing(messages.closed_account() if closed or row.ts else None)
