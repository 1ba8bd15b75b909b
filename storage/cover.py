"""Days away and closed accounts: whom the ladder skips."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from flows.paging.cover import Away, absent_on
from storage.engine import idempotent
from storage.tables import away
from storage.tables import unreachable as closed

_DAY = timedelta(days=1)
_STANDS = away.c.first <= away.c.last
"""An entry that was taken back ends before it begins; it stays, with who took it back and when."""


def set_away(tx: Connection, person: str, first: date, last: date, *, by: str, now: datetime, request: str) -> bool:
    """Somebody is away on these days, both included; whether that is new: the same request again adds no second.

    person: an organisation id. by: a Slack user id.
    """
    return idempotent.insert_if_absent(
        tx, away, person=person, first=first, last=last, set_by=by, set_at=now, request=request
    )


def end(tx: Connection, entry: int, today: date, *, by: str, now: datetime) -> bool:
    """They are there again from today on, or, where they had not gone yet, do not go; whether that changed anything."""
    found = find(tx, entry)
    if found is None or found.last < today:
        return False
    ends = max(found.first, today) - _DAY
    tx.execute(update(away).where(away.c.id == entry).values(last=ends, set_by=by, set_at=now))
    return True


def find(tx: Connection, entry: int) -> Away | None:
    """One entry that stands, None where there is none."""
    row = tx.execute(select(away).where(away.c.id == entry, _STANDS)).first()
    return _away(row) if row else None


def from_day(tx: Connection, day: date) -> tuple[Away, ...]:
    """Everybody's days away that are not over on this day, the first to begin first."""
    rows = select(away).where(away.c.last >= day, _STANDS).order_by(away.c.first, away.c.id)
    return tuple(_away(row) for row in tx.execute(rows))


def absent(tx: Connection, day: date) -> frozenset[str]:
    """Ids of those who are away on this day, or whose account is closed."""
    return absent_on(day, from_day(tx, day), unreachable(tx))


def unreachable(tx: Connection) -> frozenset[str]:
    """Ids of those whose account is closed."""
    return frozenset(tx.scalars(select(closed.c.person)))


def mark_unreachable(tx: Connection, person: str, now: datetime) -> bool:
    """Somebody's account is closed; whether that is news."""
    return idempotent.insert_if_absent(tx, closed, person=person, since=now)


def mark_back(tx: Connection, person: str) -> bool:
    """Somebody's account works again; whether that is news."""
    return tx.execute(delete(closed).where(closed.c.person == person)).rowcount > 0


def _away(row: Row[Any]) -> Away:
    return Away(row.id, row.person, row.first, row.last, row.set_by)
