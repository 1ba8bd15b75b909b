"""Days away and closed Slack accounts: the people whom escalation skips."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from flows.paging.cover import Away, absent_on
from storage.engine import idempotent
from storage.tables import away
from storage.tables import unreachable as closed

_DAY = timedelta(days=1)
_STANDS = away.c.first <= away.c.last
"""A cancelled entry has its last day before its first. It stays in the table, with who cancelled it and when."""


def set_away(tx: Connection, person: str, first: date, last: date, *, by: str, now: datetime, request: str) -> bool:
    """Record days away, first and last day included. Return whether the entry is new; a repeated request adds none.

    person: an organisation id. by: a Slack user id.
    """
    return idempotent.insert_if_absent(
        tx, away, person=person, first=first, last=last, set_by=by, set_at=now, request=request
    )


def end(tx: Connection, entry: int, today: date, *, by: str, now: datetime) -> bool:
    """End days away as of today, or cancel them if they have not begun. Return whether anything changed."""
    found = find(tx, entry)
    if found is None or found.last < today:
        return False
    ends = max(found.first, today) - _DAY
    tx.execute(update(away).where(away.c.id == entry).values(last=ends, set_by=by, set_at=now))
    return True


def find(tx: Connection, entry: int) -> Away | None:
    """Return one entry, or None if it does not exist or was cancelled."""
    row = tx.execute(select(away).where(away.c.id == entry, _STANDS)).first()
    return _away(row) if row else None


def from_day(tx: Connection, day: date) -> tuple[Away, ...]:
    """Return everybody's days away that end on this day or later, by first day."""
    rows = select(away).where(away.c.last >= day, _STANDS).order_by(away.c.first, away.c.id)
    return tuple(_away(row) for row in tx.execute(rows))


def absent(tx: Connection, day: date) -> frozenset[str]:
    """Return the ids of people who are away on this day or whose account is closed."""
    return absent_on(day, from_day(tx, day), unreachable(tx))


def away_since(tx: Connection, person: str, day: date, zone: tzinfo) -> datetime:
    """Return since when somebody is away who is away on this day: it has begun, and it was set.

    The earliest moment there is where they are not away. zone: the organisation's.
    """
    mine = select(away).where(away.c.person == person, away.c.first <= day, away.c.last >= day)
    began = (max(row.set_at, datetime.combine(row.first, time(), zone)) for row in tx.execute(mine))
    return min(began, default=datetime.min.replace(tzinfo=UTC))


def unreachable(tx: Connection) -> frozenset[str]:
    """Return the ids of people whose Slack account is closed."""
    return frozenset(tx.scalars(select(closed.c.person)))


def mark_unreachable(tx: Connection, person: str, now: datetime) -> bool:
    """Record that a person's account is closed. Return whether that is new."""
    return idempotent.insert_if_absent(tx, closed, person=person, since=now)


def mark_back(tx: Connection, person: str) -> bool:
    """Record that a person's account works again. Return whether it was closed."""
    return tx.execute(delete(closed).where(closed.c.person == person)).rowcount > 0


def _away(row: Row[Any]) -> Away:
    return Away(row.id, row.person, row.first, row.last, row.set_by)
