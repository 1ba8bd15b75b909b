"""The order in which rows of the outbox are sent: by what depends on them, and in turn between reporters.

First new pages of an emergency; then other new pages and alarms; then what is shown of open checks; then what can wait;
last what only shortens a message or takes it away. In each of these the higher level goes first, and reporters take
turns, so that nobody waits for what another has queued.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, and_, bindparam, case, func, or_, select

from flows.case import CheckStatus
from flows.events import Lane, OutboxKind
from flows.model import Level
from storage.tables import checks, outbox

EMERGENCY_PAGE, PAGE, SHOWN, LATER, SHRINKING = range(5)
"""Ranks, the most urgent first."""

_MOMENT = outbox.c.due_at.type
_NEW = outbox.c.ts.is_(None)
_LEVEL = func.coalesce(checks.c.level, 0)
_ASKS = or_(outbox.c.lane == Lane.PAGE, outbox.c.what == OutboxKind.ALERT)
_SHRINKS = or_(
    outbox.c.what.in_((OutboxKind.ERASED, OutboxKind.OLD_PAGE)),
    and_(checks.c.status == CheckStatus.CLOSED, ~_NEW),
)
_RANK = case(
    (_SHRINKS, SHRINKING),
    (and_(_NEW, _ASKS, _LEVEL == Level.EMERGENCY), EMERGENCY_PAGE),
    (and_(_NEW, _ASKS), PAGE),
    (outbox.c.lane == Lane.LATER, LATER),
    else_=SHOWN,
)
_WHOSE = func.coalesce(checks.c.reporter, outbox.c.target)
_TURN = func.row_number().over(
    partition_by=(_RANK, _LEVEL, _WHOSE), order_by=(outbox.c.ts.is_not(None), outbox.c.due_at, outbox.c.id)
)
_DUE = (
    select(outbox.c.id, _RANK.label("rank"), _LEVEL.label("level"), _TURN.label("turn"))
    .select_from(outbox.outerjoin(checks, checks.c.id == outbox.c.check_id))
    .where(outbox.c.due_at <= bindparam("now", type_=_MOMENT), outbox.c.lane.in_(bindparam("lanes", expanding=True)))
    .subquery("ranked")
)
_NEXT = (
    select(outbox.c.id, _DUE.c.rank)
    .join(_DUE, _DUE.c.id == outbox.c.id)
    .where(outbox.c.due_at <= bindparam("now", type_=_MOMENT))  # again: another worker may have claimed it meanwhile
    .order_by(_DUE.c.rank, _DUE.c.level.desc(), _DUE.c.turn, outbox.c.ts.is_not(None), outbox.c.due_at, outbox.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True, of=outbox)
)


def next_due(tx: Connection, now: datetime, most: int, lanes: Sequence[int]) -> dict[int, int]:
    """Return the ids of the rows to send next, in their order, each with its rank; lock them where others claim too."""
    found = tx.execute(_NEXT, {"now": now, "most": most, "lanes": lanes}).all()
    return {row.id: row.rank for row in found}
