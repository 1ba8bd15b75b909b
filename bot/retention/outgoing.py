"""What retention puts in Slack: the monthly message, and nothing at all where a check was erased."""

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
    """The monthly message as it is true now; nothing where there was never anything to count."""
    count = count_for(services, tx, row.target)
    return Outgoing(modals.due(count) if count or row.ts else None)
