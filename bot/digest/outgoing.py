"""Renderers of the weekly digests' outbox rows."""

from __future__ import annotations

from sqlalchemy import Connection

from bot.context import Services
from bot.delivery.render import Outgoing, Renderers
from bot.digest import leads_message
from bot.digest.content import counting_of, leads_digest, own_lines, staff_digest
from bot.digest.staff_message import own_line, staff
from flows.events import OutboxKind
from flows.reports.figures import Week
from services.restricted_cases import restricted_in
from storage import digests, outbox
from storage.outbox import Claimed


def register(renderers: Renderers) -> None:
    renderers.add(OutboxKind.DIGEST, _leads)
    renderers.add(OutboxKind.STAFF_DIGEST, _staff)
    renderers.add(OutboxKind.DIGEST_LINE, _own_line)


def _leads(services: Services, tx: Connection, row: Claimed) -> Outgoing:
    """Render with charts and, for workspaces that refuse them, as text.

    Wait while unsealed or while an older one is unsent.
    """
    planned = digests.find(tx, Week.from_key(row.ask)) if outbox.is_first(tx, row) else None
    if planned is None or planned.figures is None or planned.head is None:
        return Outgoing(None, later=True)
    found = leads_digest(services, tx, planned.week, planned.figures, planned, services.clock.now())
    return Outgoing(leads_message.leads(found), plain=leads_message.leads(found, pictures=False))


def _staff(services: Services, tx: Connection, row: Claimed) -> Outgoing:
    return Outgoing(staff(staff_digest(services, tx, Week.from_key(row.ask))))


def _own_line(services: Services, tx: Connection, row: Claimed) -> Outgoing:
    """Render a person's own line from what they may know now; send nothing where that is nothing."""
    counting = counting_of(services, tx, Week.from_key(row.ask))
    person = services.roster.person_at(row.target)
    found = own_lines(services, restricted_in(counting), counting.week).get(person or "")
    return Outgoing(own_line(found) if found else None)
