"""Shrinking the Slack messages of old checks to the reference, and reporting those that Slack did not let us edit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, exists, func, select, update

from flows.case import Check, CheckStatus
from flows.events import EventKind, OutboxKind
from storage.outbox import SLACK
from storage.tables import checks, events, outbox

_APART = timedelta(seconds=1.5)
"""Between two messages: Slack allows about 50 edits a minute, and nothing else should wait behind these."""
_SHRINKS = tuple(kind for kind in OutboxKind if kind.properties.shrinks)


@dataclass(frozen=True, slots=True)
class NotShrunk:
    """Messages of one check that still show more than they should. why: Slack's error code, one for all."""

    check: str
    ref: str
    why: str
    messages: int


def is_old(tx: Connection, check: Check, keep: timedelta, now: datetime) -> bool:
    """Return whether nothing has happened to a check for so long that its messages show only the reference."""
    if check.touched_at > now - keep:
        return False
    recent = select(events.c.id).where(events.c.check_id == check.id, events.c.at > now - keep, _changes())
    return tx.execute(recent.limit(1)).first() is None


def _changes() -> ColumnElement[bool]:
    return events.c.what.not_in(kind for kind in EventKind if not kind.properties.is_change)


def shrink_old(tx: Connection, keep: timedelta, now: datetime, most: int) -> int:
    """Make the messages of old checks due, 1.5 s apart. Return how many checks; each is handled once.

    What changes after that makes its check one to be handled again (`has_changed`).
    """
    cutoff = now - keep
    found = (
        select(checks.c.id)
        .where(checks.c.shrunk_at.is_(None), checks.c.erased_at.is_(None), checks.c.touched_at <= cutoff)
        .where(~exists().where(events.c.check_id == checks.c.id, events.c.at > cutoff, _changes()))
        .order_by(checks.c.touched_at)
        .limit(most)
    )
    ids = tx.scalars(found).all()
    posted = select(outbox.c.id).where(
        outbox.c.check_id.in_(ids), outbox.c.what.in_(_SHRINKS), outbox.c.via == SLACK, outbox.c.ts.is_not(None)
    )
    for place, row in enumerate(tx.scalars(posted.order_by(outbox.c.id)).all()):
        free = update(outbox).where(outbox.c.id == row, outbox.c.token.is_(None), outbox.c.due_at.is_(None))
        tx.execute(free.values(due_at=now + place * _APART, wanted=outbox.c.wanted + 1))
    tx.execute(update(checks).where(checks.c.id.in_(ids)).values(shrunk_at=now))
    return len(ids)


def has_changed(tx: Connection, check: str) -> None:
    """Make a check one whose messages are cut again, once it is old again."""
    tx.execute(update(checks).where(checks.c.id == check).values(shrunk_at=None))


def put_right(tx: Connection, now: datetime) -> int:
    """Look again at the messages of checks that are not closed, after the clock went back by days. Return how many.

    What it cut while it was ahead is shown in full again; what Slack shows as it should costs no call.
    """
    alive = select(checks.c.id).where(checks.c.status != CheckStatus.CLOSED, checks.c.erased_at.is_(None))
    posted = (outbox.c.check_id.in_(alive), outbox.c.what.in_(_SHRINKS), outbox.c.ts.is_not(None))
    again = update(outbox).where(*posted, outbox.c.via == SLACK, outbox.c.token.is_(None))
    tx.execute(update(checks).where(checks.c.shrunk_at > now).values(shrunk_at=None))
    return tx.execute(again.values(due_at=now, wanted=outbox.c.wanted + 1)).rowcount


def not_shrunk(tx: Connection) -> tuple[NotShrunk, ...]:
    """Return the messages that Slack did not let us shrink or delete, by check. Each is tried again once a day."""
    rows = (
        select(checks.c.id, checks.c.ref, outbox.c.unshrunk, func.count())
        .join(outbox, outbox.c.check_id == checks.c.id)
        .where(outbox.c.unshrunk.is_not(None), outbox.c.ts.is_not(None))
        .group_by(checks.c.id, checks.c.ref, outbox.c.unshrunk)
        .order_by(checks.c.ref, outbox.c.unshrunk)
    )
    return tuple(NotShrunk(*row) for row in tx.execute(rows))


def count_refused(tx: Connection) -> int:
    """Return how many messages Slack does not let us shrink or delete."""
    refused = (outbox.c.unshrunk.is_not(None), outbox.c.ts.is_not(None))
    return int(tx.scalar(select(func.count()).select_from(outbox).where(*refused)) or 0)
