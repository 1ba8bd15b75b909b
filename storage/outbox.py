"""The outbox: what Slack should show, one row a message (design decisions 7 and 8).

A row is due when Slack does not yet show what it should. Its text is made when it is sent, so what goes out is
true at that moment. A claim pushes the due time forward by a lease and takes a token; a worker whose token is
gone changes nothing. A message already posted becomes due again when what it shows has changed.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, Update, bindparam, case, func, insert, or_, select, update

from flows.case import Told
from storage.tables import outbox

LEASE = timedelta(seconds=60)
"""Longer than Slack's own 30 s time-out."""

PAGE, CARD, LATER = 0, 1, 2
"""Lanes: pages first, then cards and lines, then the rest."""

_FAILING_AFTER = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row this worker may send now. `ts` is set once Slack has the message: then it is edited."""

    id: int
    what: str
    check: str | None
    target: str
    event: int | None
    ask: int
    wanted: int
    attempts: int
    token: str
    created_at: datetime
    channel: str | None
    ts: str | None


_DUE_AGAIN = case((outbox.c.token.is_(None), bindparam("now", type_=outbox.c.due_at.type)), else_=outbox.c.due_at)
"""Now; a row that is being sent keeps its lease, and its stamp makes it due: two workers never post it twice."""

_SHOW_KEY_ANEW = (
    update(outbox).where(outbox.c.key == bindparam("wanted_key")).values(due_at=_DUE_AGAIN, wanted=outbox.c.wanted + 1)
)


def put(
    tx: Connection,
    key: str,
    what: str,
    target: str,
    now: datetime,
    *,
    check: str | None = None,
    lane: int = CARD,
    event: int | None = None,
    ask: int = 0,
) -> None:
    """A message that should be in Slack. The same key again shows the same message anew, never a second."""
    if show_key_anew(tx, key, now):
        return
    tx.execute(
        insert(outbox).values(
            key=key,
            what=what,
            check_id=check,
            target=target,
            event_id=event,
            ask=ask,
            lane=lane,
            wanted=1,
            due_at=now,
            created_at=now,
            attempts=0,
        )
    )


def show_key_anew(tx: Connection, key: str, now: datetime) -> bool:
    """Make one message due again; whether there is such a message."""
    return tx.execute(_SHOW_KEY_ANEW, {"wanted_key": key, "now": now}).rowcount > 0


def show_anew(tx: Connection, check: str, now: datetime, *whats: str) -> None:
    """Make a check's messages of these kinds due again."""
    tx.execute(_showing(whats), {"check": check, "now": now})


@cache
def _showing(whats: tuple[str, ...]) -> Update:
    """The statement that makes messages of these kinds due, made once."""
    kinds = or_(*(outbox.c.what == what for what in whats))
    due = update(outbox).where(outbox.c.check_id == bindparam("check"), kinds)
    return due.values(due_at=_DUE_AGAIN, wanted=outbox.c.wanted + 1)


def retire(tx: Connection, check: str, what: str, becomes: str, target: str, now: datetime) -> None:
    """What was posted to this target is about to be followed by a newer message: show it so, once."""
    older = update(outbox).where(outbox.c.check_id == check, outbox.c.what == what, outbox.c.target == target)
    tx.execute(older.values(what=becomes, due_at=now, wanted=outbox.c.wanted + 1))


def claim(tx: Connection, now: datetime, most: int) -> Sequence[Claimed]:
    """The next rows to send, pages first; no other worker gets them until the lease runs out."""
    due = (
        select(outbox.c.id)
        .where(outbox.c.due_at <= now)
        .order_by(outbox.c.lane, outbox.c.ts.is_not(None), outbox.c.due_at)
        .limit(most)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    token = secrets.token_hex(16)
    taken = (
        update(outbox)
        .where(outbox.c.id.in_(select(due.c.id)))
        .values(due_at=now + LEASE, token=token)
        .returning(*outbox.c)
    )
    rows = tx.execute(taken).all()
    return [_claimed(row) for row in sorted(rows, key=lambda row: (row.lane, row.id))]


def _claimed(row: Any) -> Claimed:
    return Claimed(
        id=row.id,
        what=row.what,
        check=row.check_id,
        target=row.target,
        event=row.event_id,
        ask=row.ask,
        wanted=row.wanted,
        attempts=row.attempts,
        token=row.token,
        created_at=row.created_at,
        channel=row.channel,
        ts=row.ts,
    )


def stamp(tx: Connection, row: Claimed, now: datetime, channel: str | None, ts: str | None) -> bool:
    """Slack shows it. False where another worker has taken the row since: then nothing is changed.

    A row that was asked to change while it was being sent stays due.
    """
    done = (
        update(outbox)
        .where(outbox.c.id == row.id, outbox.c.token == row.token)
        .values(
            due_at=case((outbox.c.wanted > row.wanted, now), else_=None),
            token=None,
            attempts=0,
            last_error=None,
            delivered_at=func.coalesce(outbox.c.delivered_at, now) if ts else outbox.c.delivered_at,
            channel=channel,
            ts=ts,
        )
    )
    return tx.execute(done).rowcount > 0


def show_id_anew(tx: Connection, row: int, now: datetime) -> None:
    """Make one row due again: what was sent of it may have been overtaken by something older."""
    tx.execute(update(outbox).where(outbox.c.id == row).values(due_at=now, wanted=outbox.c.wanted + 1))


def put_off(tx: Connection, row: Claimed, until: datetime, error: str) -> bool:
    """It could not be sent: try again then. The error's class is kept, never its words."""
    later = (
        update(outbox)
        .where(outbox.c.id == row.id, outbox.c.token == row.token)
        .values(due_at=until, token=None, attempts=outbox.c.attempts + 1, last_error=error)
    )
    return tx.execute(later).rowcount > 0


def release(tx: Connection, now: datetime) -> int:
    """Give back every claim, for a lone process that starts: whoever held them is gone."""
    free = update(outbox).where(outbox.c.token.is_not(None)).values(due_at=now, token=None)
    return tx.execute(free).rowcount


def next_due(tx: Connection) -> datetime | None:
    """When the next row is due."""
    due: datetime | None = tx.scalar(select(func.min(outbox.c.due_at)))
    return due


def told(tx: Connection, check: str, now: datetime) -> Told:
    """What may truthfully be said of a check's pages: DELIVERED while Slack has at least one of them."""
    rows = _pages(tx, check)
    if not rows:
        return Told.NOBODY
    if any(row.ts for row in rows):
        return Told.DELIVERED
    failing = any(row.attempts > 1 or now - row.created_at > _FAILING_AFTER for row in rows if row.due_at)
    return Told.FAILED if failing else Told.NOT_YET


def reached(tx: Connection, check: str) -> frozenset[str]:
    """The channels and people whose page Slack has."""
    return frozenset(row.target for row in _pages(tx, check) if row.ts)


def _pages(tx: Connection, check: str) -> Sequence[Any]:
    columns = (outbox.c.ts, outbox.c.attempts, outbox.c.created_at, outbox.c.due_at, outbox.c.target)
    pages = outbox.c.what.in_(("page", "old_page"))
    return tx.execute(select(*columns).where(outbox.c.check_id == check, pages)).all()


def newest(tx: Connection, check: str, what: str) -> int | None:
    """Id of a check's newest message of a kind."""
    rows = select(func.max(outbox.c.id)).where(outbox.c.check_id == check, outbox.c.what == what)
    found: int | None = tx.scalar(rows)
    return found


def newest_at(tx: Connection, check: str, what: str) -> datetime | None:
    """When a check's newest message of a kind was asked for."""
    rows = select(func.max(outbox.c.created_at)).where(outbox.c.check_id == check, outbox.c.what == what)
    found: datetime | None = tx.scalar(rows)
    return found


def thread_of(tx: Connection, check: str, target: str) -> str | None:
    """The message a check's lines hang under in one place: the first page posted there."""
    rows = (
        select(outbox.c.ts)
        .where(
            outbox.c.check_id == check,
            outbox.c.what.in_(("page", "old_page")),
            outbox.c.target == target,
            outbox.c.ts.is_not(None),
        )
        .order_by(outbox.c.id)
        .limit(1)
    )
    return tx.scalar(rows)


def is_awaited(tx: Connection, check: str, target: str) -> bool:
    """Whether a page to this target is still to be posted."""
    waiting = select(outbox.c.id).where(
        outbox.c.check_id == check,
        outbox.c.what == "page",
        outbox.c.target == target,
        outbox.c.ts.is_(None),
        outbox.c.due_at.is_not(None),
    )
    return tx.execute(waiting.limit(1)).first() is not None


def is_delivered(tx: Connection, check: str, what: str) -> bool:
    """Whether Slack has a check's newest message of a kind."""
    rows = (
        select(outbox.c.ts)
        .where(outbox.c.check_id == check, outbox.c.what == what)
        .order_by(outbox.c.id.desc())
        .limit(1)
    )
    return tx.scalar(rows) is not None
