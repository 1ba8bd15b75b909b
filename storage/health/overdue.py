"""Find overdue timers, undelivered pages, and open cases without a next timer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, exists, or_, select

from flows.case import CaseStatus, Shared
from storage.cases import IS_OPEN
from storage.outbox import ELSEWHERE, LANES, PAGE
from storage.tables import cases, checks, outbox

OVERDUE = timedelta(seconds=30)
"""A timer this late is a finding: the scheduler runs every second."""
UNSENT = timedelta(minutes=2)
"""A page undelivered for this long is a finding, however often it was tried."""
_IS_PENDING = and_(outbox.c.due_at.is_not(None), outbox.c.unshrunk.is_(None))
"""Not a message that Slack does not let us shorten, which is tried once a day."""
_UNSENT = select(outbox.c.id, outbox.c.check_id)


@dataclass(frozen=True, slots=True)
class Findings:
    """What is wrong, as check ids.

    late: overdue timers. unsent: pages not delivered anywhere, and messages that nobody tries to send. unwatched: open
    cases without a next timer and without a pending message.
    """

    late: tuple[str, ...]
    unsent: tuple[str, ...]
    unwatched: tuple[str, ...]

    @property
    def is_well(self) -> bool:
        """Return whether there are no findings."""
        return not self.checks

    @property
    def checks(self) -> frozenset[str]:
        """Return the ids of all checks with a finding."""
        return frozenset((*self.late, *self.unsent, *self.unwatched))


def look(tx: Connection, now: datetime) -> Findings:
    """Find everything that is wrong in all open cases, timers and messages."""
    overdue = now - OVERDUE
    late = (
        *tx.scalars(select(cases.c.check_id).where(cases.c.next_page_at < overdue)),
        *tx.scalars(select(cases.c.check_id).where(cases.c.remind_at < overdue)),
        *tx.scalars(select(checks.c.id).where(checks.c.wake_at < overdue)),
    )
    old = outbox.c.created_at < now - UNSENT
    asks_for_help = and_(outbox.c.lane.in_((PAGE, ELSEWHERE)), outbox.c.check_id.is_not(None))
    never_sent = and_(asks_for_help, outbox.c.ts.is_(None), outbox.c.due_at.is_not(None), old)
    untried = and_(outbox.c.lane.in_(LANES), outbox.c.check_id.is_not(None), outbox.c.due_at < now - UNSENT)
    rows = [row for which in (never_sent, untried) for row in tx.execute(_UNSENT.where(which))]
    return Findings(late, tuple({row.id: row.check_id for row in rows}.values()), tuple(_unwatched(tx)))


def is_anything_open(tx: Connection) -> bool:
    """Return whether a case is open, a check waits for its next step, or a message about one is still to be sent."""
    return any(
        tx.scalar(select(exists().where(condition)))
        for condition in (
            IS_OPEN,
            checks.c.wake_at.is_not(None),
            and_(_IS_PENDING, outbox.c.check_id.is_not(None)),
        )
    )


def _unwatched(tx: Connection) -> Sequence[str]:
    """Return open cases without a next timer and without a pending message."""
    under_way = exists().where(outbox.c.check_id == cases.c.check_id, _IS_PENDING)
    is_known = cases.c.shared.in_((Shared.RECORDED, Shared.CHOSE_NOT_TO))
    forgotten = select(cases.c.check_id).where(
        IS_OPEN,
        or_(cases.c.status != CaseStatus.AGREED, cases.c.shared.is_(None), ~is_known),
        cases.c.next_page_at.is_(None),
        cases.c.remind_at.is_(None),
        ~under_way,
    )
    return tx.scalars(forgotten).all()
