"""Renderers of retention's outbox rows: the monthly message, and the deletion of an erased check's messages."""

from __future__ import annotations

from sqlalchemy import Connection

from bot.context import Services
from bot.delivery.render import Outgoing, Renderers
from bot.retention import modals
from bot.retention.due import count_for
from flows.events import OutboxKind
from storage.outbox import Claimed


def register(renderers: Renderers) -> None:
    renderers.add(OutboxKind.DELETIONS_DUE, _deletions_due)
    renderers.add(OutboxKind.ERASED, lambda *_: Outgoing(None))


def _deletions_due(services: Services, tx: Connection, row: Claimed) -> Outgoing:
    """Render the monthly message as of now; send nothing where there is nothing to count."""
    count = count_for(services, tx, row.target)
    return Outgoing(modals.due(count) if count or row.ts else None)
