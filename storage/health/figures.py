"""How much is due and how late, as numbers for whoever operates the bot; nothing about single checks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, func, select

from storage.health import liveness, overdue
from storage.outbox import ELSEWHERE, PAGE
from storage.tables import cases, checks, outbox


@dataclass(frozen=True, slots=True)
class DueFigures:
    """pages_due: pages due and not yet sent. late: the number of findings of `overdue.look`.

    oldest_overdue: how long ago the oldest timer or message became due; zero if none is. since_backup: time since the
    newest known backup, or None.
    """

    pages_due: int
    late: int
    oldest_overdue: timedelta
    since_backup: timedelta | None


def of(tx: Connection, now: datetime) -> DueFigures:
    """Return the figures as of `now`."""
    found = overdue.look(tx, now)
    backup = liveness.last_backup(tx)
    return DueFigures(
        pages_due=_pages_due(tx),
        late=len(found.late) + len(found.unsent) + len(found.unwatched),
        oldest_overdue=_oldest_overdue(tx, now),
        since_backup=None if backup is None else max(now - backup, timedelta()),
    )


_NOBODY_HAS_IT = (outbox.c.lane.in_((PAGE, ELSEWHERE)), outbox.c.due_at.is_not(None), outbox.c.ts.is_(None))
"""Pages still to be sent, including those that failed and wait for a retry."""


def _pages_due(tx: Connection) -> int:
    return int(tx.scalar(select(func.count()).select_from(outbox).where(*_NOBODY_HAS_IT)) or 0)


def _oldest_overdue(tx: Connection, now: datetime) -> timedelta:
    """Return how long ago the oldest timer or message became due; zero if none is."""
    moments = (
        tx.scalar(select(func.min(outbox.c.created_at)).where(*_NOBODY_HAS_IT)),
        _first(tx, outbox.c.due_at, now),
        _first(tx, cases.c.next_page_at, now),
        _first(tx, cases.c.remind_at, now),
        _first(tx, checks.c.wake_at, now),
    )
    return max((now - moment for moment in moments if moment is not None), default=timedelta())


def _first(tx: Connection, column: ColumnElement[datetime], now: datetime) -> datetime | None:
    found: datetime | None = tx.scalar(select(func.min(column)).where(column <= now))
    return found
