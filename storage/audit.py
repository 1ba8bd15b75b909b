"""Whether everything that must happen is going to: what is overdue, and which open case nothing would wake."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select

from flows.case import CaseStatus
from storage.outbox import ELSEWHERE, PAGE
from storage.tables import cases, checks, outbox

OVERDUE = timedelta(seconds=30)
"""A timer that nobody saw to for so long: the clockwork looks every second."""
UNSENT = timedelta(minutes=2)
"""A page that nobody has for so long, however often it was tried."""
_SETTLED = (CaseStatus.AGREED, CaseStatus.CLOSED)


@dataclass(frozen=True, slots=True)
class Findings:
    """What is wrong. late: timers overdue. unsent: pages nobody has yet, and messages nobody tries to send.

    unwatched: ids of checks whose case is open, with nothing that would ever wake it.
    """

    late: int
    unsent: int
    unwatched: tuple[str, ...]

    @property
    def is_well(self) -> bool:
        """Nothing is late, and nothing is forgotten."""
        return not (self.late or self.unsent or self.unwatched)


def look(tx: Connection, now: datetime) -> Findings:
    """Look at every open case, every timer and every message."""
    late = _count(tx, cases.c.next_page_at < now - OVERDUE)
    late += _count(tx, cases.c.remind_at < now - OVERDUE)
    late += _count(tx, checks.c.wake_at < now - OVERDUE)
    old = outbox.c.created_at < now - UNSENT
    asks_for_help = and_(outbox.c.lane.in_((PAGE, ELSEWHERE)), outbox.c.check_id.is_not(None))
    never_sent = and_(asks_for_help, outbox.c.ts.is_(None), outbox.c.due_at.is_not(None), old)
    untried = and_(outbox.c.check_id.is_not(None), outbox.c.due_at < now - UNSENT)
    return Findings(late, _count(tx, or_(never_sent, untried)), tuple(_unwatched(tx)))


def _count(tx: Connection, condition: ColumnElement[bool]) -> int:
    return int(tx.scalar(select(func.count()).where(condition)) or 0)


def _unwatched(tx: Connection) -> Sequence[str]:
    """Open cases without a time at which something happens, and without a message under way."""
    under_way = exists().where(outbox.c.check_id == cases.c.check_id, outbox.c.due_at.is_not(None))
    forgotten = select(cases.c.check_id).where(
        cases.c.status.not_in(_SETTLED), cases.c.next_page_at.is_(None), cases.c.remind_at.is_(None), ~under_way
    )
    return tx.scalars(forgotten).all()
