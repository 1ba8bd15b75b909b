"""Possible personal data breaches: which checks show one, and when the next people are asked about it.

What was said of a breach is in the record (flows/breach.py); these columns only find it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, update

from storage.engine.portions import newest_first
from storage.tables import breaches, checks


def add(tx: Connection, check: str, shown_at: datetime, known_at: datetime, next_ask_at: datetime) -> None:
    """Insert a breach that nothing is said of yet."""
    tx.execute(
        insert(breaches).values(
            check_id=check, shown_at=shown_at, known_at=known_at, next_ask_at=next_ask_at, asks=0, settled_at=None
        )
    )


def save(tx: Connection, check: str, **changes: Any) -> None:
    """Update columns of the breach."""
    tx.execute(update(breaches).where(breaches.c.check_id == check).values(changes))


def asks(tx: Connection, check: str) -> int | None:
    """Return how often people were asked about the breach of a check; None where it shows none."""
    found: int | None = tx.scalar(select(breaches.c.asks).where(breaches.c.check_id == check))
    return found


def is_there(tx: Connection, check: str) -> bool:
    """Return whether a check shows a possible breach."""
    return asks(tx, check) is not None


def due(tx: Connection, now: datetime) -> Sequence[str]:
    """Return the ids of checks whose breach is to be asked about again, the longest waiting first."""
    rows = select(breaches.c.check_id).where(breaches.c.next_ask_at <= now).order_by(breaches.c.next_ask_at)
    return tx.scalars(rows).all()


def is_due(tx: Connection, check: str, now: datetime) -> bool:
    """Return whether the breach of this check is to be asked about again."""
    rows = select(breaches.c.check_id).where(breaches.c.check_id == check, breaches.c.next_ask_at <= now)
    return tx.execute(rows).first() is not None


def late(tx: Connection, latest: datetime) -> Sequence[str]:
    """Return the ids of checks whose breach is asked about later than this."""
    return tx.scalars(select(breaches.c.check_id).where(breaches.c.next_ask_at > latest)).all()


def bring_forward(tx: Connection, check: str, latest: datetime, tolerated: timedelta) -> bool:
    """Ask about this breach at `latest`, if it is asked about later by more than `tolerated`. Return whether it was."""
    is_late = (breaches.c.check_id == check, breaches.c.next_ask_at > latest + tolerated)
    return tx.execute(update(breaches).where(*is_late).values(next_ask_at=latest)).rowcount > 0


def ids(tx: Connection) -> Iterator[str]:
    """Yield the ids of all checks that show a breach, those with something open first, then the newest first.

    Rows are read as they are used.
    """
    rows = select(breaches.c.check_id, breaches.c.shown_at).join(checks, checks.c.id == breaches.c.check_id)
    for which in (breaches.c.settled_at.is_(None), breaches.c.settled_at.is_not(None)):
        wanted = rows.where(which, ~checks.c.is_drill)
        for row in newest_first(tx, wanted, breaches.c.shown_at, breaches.c.check_id):
            yield row.check_id
