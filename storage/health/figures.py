"""How much is due and how late, in numbers: for whoever keeps the bot running, and never of one check."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, func, select

from storage.health import liveness, overdue
from storage.outbox import ELSEWHERE, PAGE
from storage.tables import cases, checks, outbox


@dataclass(frozen=True, slots=True)
class DueFigures:
    """pages_due: pages that should go out now and have not. late: what the auditor calls late, as a count.

    oldest_overdue: how long ago the oldest timer or message became due; nothing where none is due. since_backup: since
    the newest backup that is known of, None where there is none.
    """

    pages_due: int
    late: int
    oldest_overdue: timedelta
    since_backup: timedelta | None


def of(tx: Connection, now: datetime) -> DueFigures:
    """As things stand at this moment."""
    found = overdue.look(tx, now)
    backup = liveness.last_backup(tx)
    return DueFigures(
        pages_due=_pages_due(tx),
        late=len(found.late) + len(found.unsent) + len(found.unwatched),
        oldest_overdue=_oldest_overdue(tx, now),
        since_backup=None if backup is None else max(now - backup, timedelta()),
    )


_NOBODY_HAS_IT = (outbox.c.lane.in_((PAGE, ELSEWHERE)), outbox.c.due_at.is_not(None), outbox.c.ts.is_(None))
"""Pages that are still to be posted or handed over, also those that were tried and wait for the next time."""


def _pages_due(tx: Connection) -> int:
    return int(tx.scalar(select(func.count()).select_from(outbox).where(*_NOBODY_HAS_IT)) or 0)


def _oldest_overdue(tx: Connection, now: datetime) -> timedelta:
    """Among timers and messages alike."""
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
