"""Pages that stand in Slack while nobody leads: looked at again, in case somebody has deleted one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select, update

from flows.case import CaseStatus
from flows.events import OutboxKind
from storage.outbox import SLACK
from storage.tables import cases, outbox


def look_again(tx: Connection, now: datetime, after: int, most: int) -> int:
    """Make so many of these pages due, though nothing of them changed: the edit shows whether Slack has them still.

    Not those of a case that nothing is to happen in: that is the auditor's to find, and no edit of a page may hide it.

    after: the id of the row that was looked at last. Return that of the last one now; 0 to begin anew.
    """
    standing = (
        select(outbox.c.id)
        .join(cases, cases.c.check_id == outbox.c.check_id)
        .where(cases.c.status == CaseStatus.OPEN, outbox.c.what == OutboxKind.PAGE, outbox.c.via == SLACK)
        .where(cases.c.next_page_at.is_not(None))
        .where(outbox.c.ts.is_not(None), outbox.c.due_at.is_(None), outbox.c.id > after)
    )
    found = tx.scalars(standing.order_by(outbox.c.id).limit(most)).all()
    tx.execute(update(outbox).where(outbox.c.id.in_(found)).values(shown=None, due_at=now))
    return found[-1] if len(found) == most else 0
