"""The outbox: what Slack should show, one row a message (docs/design-decisions.md, 7 and 8).

A row is due when Slack does not yet show what it should. Its text is made when it is sent, so what goes out is
true at that moment. A claim pushes the due time forward by a lease and takes a token; a worker whose token is
gone changes nothing. A message already posted becomes due again when what it shows has changed.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, String, Update, bindparam, case, delete, func, or_, select, update

from flows.case import Told
from flows.events import Lane, OutboxKind
from storage.engine import idempotent
from storage.events import SYSTEM
from storage.tables import outbox

LEASE = timedelta(seconds=60)
"""Longer than Slack's own 30 s time-out."""

PAGE, CARD, LATER, ELSEWHERE = LANES = tuple(Lane)
"""Lanes: pages first, then cards and lines, then the rest; ELSEWHERE goes another way than through Slack."""

SLACK = "slack"

PAGES = tuple(kind for kind in OutboxKind if kind.properties.is_page)
"""Pages in Slack, also those that a newer one follows."""
_ASKS = tuple(kind for kind in OutboxKind if kind.properties.asks)

_INSTANCE_LENGTH = 8

_FAILING_AFTER = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row this worker may send now. `ts` is set once Slack has the message: then it is edited.

    shown: hash of what Slack shows of it, None where that is not known for certain.
    """

    id: int
    what: OutboxKind
    check: str | None
    target: str
    via: str
    event: int | None
    ask: int
    wanted: int
    attempts: int
    token: str
    created_at: datetime
    channel: str | None
    ts: str | None
    shown: str | None = None


_DUE_AGAIN = case((outbox.c.token.is_(None), bindparam("now", type_=outbox.c.due_at.type)), else_=outbox.c.due_at)
"""Now; a row that is being sent keeps its lease, and its stamp makes it due: two workers never post it twice."""

_SHOW_KEY_ANEW = (
    update(outbox).where(outbox.c.key == bindparam("wanted_key")).values(due_at=_DUE_AGAIN, wanted=outbox.c.wanted + 1)
)
_MOMENT = outbox.c.due_at.type
_NEXT = (
    select(outbox.c.id)
    .where(outbox.c.due_at <= bindparam("now", type_=_MOMENT), outbox.c.lane.in_(bindparam("lanes", expanding=True)))
    .order_by(outbox.c.lane, outbox.c.ts.is_not(None), outbox.c.due_at)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
    .cte("due")
)
_CLAIM = (
    update(outbox)
    .where(outbox.c.id.in_(select(_NEXT.c.id)))
    .values(
        due_at=bindparam("lease_ends", type_=_MOMENT),
        token=bindparam("new_token"),
        shown_before=outbox.c.shown,
        shown=None,
    )
    .returning(*outbox.c)
)
_IS_OURS = (outbox.c.id == bindparam("row"), outbox.c.token == bindparam("claimed"))
_FIRST_DELIVERED = func.coalesce(outbox.c.delivered_at, bindparam("now", type_=_MOMENT))
_STAMP = (
    update(outbox)
    .where(*_IS_OURS)
    .values(
        due_at=case((outbox.c.wanted > bindparam("saw"), bindparam("now", type_=_MOMENT)), else_=None),
        token=None,
        attempts=0,
        last_error=None,
        delivered_at=case((bindparam("new_ts", type_=String).is_(None), outbox.c.delivered_at), else_=_FIRST_DELIVERED),
        channel=bindparam("new_channel"),
        ts=bindparam("new_ts"),
        shown=bindparam("new_shown"),
        unshrunk=None,
    )
)
_PUT_OFF = (
    update(outbox)
    .where(*_IS_OURS)
    .values(
        due_at=bindparam("until", type_=_MOMENT),
        token=None,
        attempts=outbox.c.attempts + 1,
        last_error=bindparam("error"),
    )
)
_ASKED = select(
    *(outbox.c.ts, outbox.c.attempts, outbox.c.created_at, outbox.c.due_at, outbox.c.target, outbox.c.via, outbox.c.ask)
).where(outbox.c.check_id == bindparam("check"), outbox.c.what.in_(_ASKS))
_SHOW_ID_ANEW = (
    update(outbox).where(outbox.c.id == bindparam("row")).values(due_at=_DUE_AGAIN, wanted=outbox.c.wanted + 1)
)


def put(
    tx: Connection,
    key: str,
    what: OutboxKind,
    target: str,
    now: datetime,
    *,
    check: str | None = None,
    event: int | None = None,
    ask: int = 0,
) -> None:
    """A message that should be in Slack. The same key again shows the same message anew, never a second.

    To ourselves nothing is sent: nobody is behind a practice page that a command started.
    """
    if target != SYSTEM and not show_key_anew(tx, key, now):
        _add(tx, key, what, target, now, check_id=check, event_id=event, ask=ask)


def put_home(tx: Connection, user: str, now: datetime, page: int | None = None) -> None:
    """Somebody's Home tab, which they look at now: it is sent for sure, even where it looks the same.

    page: of the list of open checks; None for the one shown last.
    """
    columns: dict[str, Any] = {"created_at": now, "shown": None, "due_at": _DUE_AGAIN, "wanted": outbox.c.wanted + 1}
    if page is not None:
        columns["ask"] = page
    mine = update(outbox).where(outbox.c.key == f"home:{user}").values(columns)
    if not tx.execute(mine, {"now": now}).rowcount:
        _add(tx, f"home:{user}", OutboxKind.HOME, user, now, ask=page or 0)


def put_elsewhere(
    tx: Connection,
    key: str,
    what: OutboxKind,
    target: str,
    via: str,
    now: datetime,
    *,
    check: str | None = None,
    ask: int = 0,
) -> None:
    """A message to somebody by another way than Slack. The same key again adds none: it cannot be edited there."""
    _add(tx, key, what, target, now, check_id=check, lane=ELSEWHERE, via=via, ask=ask)


def put_once(tx: Connection, key: str, what: OutboxKind, target: str, now: datetime) -> bool:
    """A message of no check that is sent once, whichever instance thinks of it; whether it is new."""
    return _add(tx, key, what, target, now)


def _add(
    tx: Connection, key: str, what: OutboxKind, target: str, now: datetime, *, ask: int = 0, **columns: Any
) -> bool:
    """A row that is due now, unless its key is taken; whether it is new."""
    row = {"key": key, "what": what, "lane": what.properties.lane, "target": target, "ask": ask, **columns}
    return idempotent.insert_if_absent(tx, outbox, **row, wanted=1, attempts=0, due_at=now, created_at=now)


def show_recent_anew(tx: Connection, what: OutboxKind, since: datetime, now: datetime) -> None:
    """Make messages of a kind due again in Slack that were asked for since then."""
    recent = update(outbox).where(outbox.c.what == what, outbox.c.created_at >= since, outbox.c.via == SLACK)
    tx.execute(recent.values(due_at=_DUE_AGAIN, wanted=outbox.c.wanted + 1), {"now": now})


def show_key_anew(tx: Connection, key: str, now: datetime) -> bool:
    """Make one message due again; whether there is such a message."""
    return tx.execute(_SHOW_KEY_ANEW, {"wanted_key": key, "now": now}).rowcount > 0


def mark_due(tx: Connection, check: str, now: datetime, *whats: OutboxKind) -> None:
    """Make a check's messages of these kinds due again."""
    tx.execute(_showing(whats), {"check": check, "now": now})


def show_older_anew(tx: Connection, row: Claimed, now: datetime) -> None:
    """Make a check's messages of this one's kind due that were put before it."""
    older = _showing((row.what,)).where(outbox.c.id < row.id)
    tx.execute(older, {"check": row.check, "now": now})


@cache
def _showing(whats: tuple[OutboxKind, ...]) -> Update:
    """The statement that makes messages of these kinds due, made once."""
    kinds = or_(*(outbox.c.what == what for what in whats))
    due = update(outbox).where(outbox.c.check_id == bindparam("check"), kinds)
    return due.values(due_at=_DUE_AGAIN, wanted=outbox.c.wanted + 1)


def force_resend(tx: Connection, check: str, what: OutboxKind) -> None:
    """What Slack shows of these may not be so any more, such as where somebody deleted it: it is sent for sure."""
    tx.execute(update(outbox).where(outbox.c.check_id == check, outbox.c.what == what).values(shown=None))


def retire_pages(tx: Connection, check: str, target: str, now: datetime) -> None:
    """A check's pages to this target are about to be followed by a newer one: show them so, once."""
    pages = (outbox.c.check_id == check, outbox.c.what == OutboxKind.PAGE, outbox.c.target == target)
    older = update(outbox).where(*pages)
    tx.execute(older.values(what=OutboxKind.OLD_PAGE, due_at=_DUE_AGAIN, wanted=outbox.c.wanted + 1), {"now": now})


def delete_in_slack(tx: Connection, check: str, now: datetime) -> None:
    """A check was erased: what Slack has of it is taken away, and what was never posted, or went elsewhere, is gone."""
    of_check = (outbox.c.check_id == check, outbox.c.what != OutboxKind.ERASED)
    tx.execute(delete(outbox).where(*of_check, or_(outbox.c.ts.is_(None), outbox.c.via != SLACK)))
    erased = OutboxKind.ERASED
    nothing = {"what": erased, "lane": erased.properties.lane, "event_id": None, "ask": 0}
    for row in tx.execute(select(outbox.c.id).where(*of_check).order_by(outbox.c.id)).all():
        away = {**nothing, "due_at": now, "shown": None, "unshrunk": None, "wanted": outbox.c.wanted + 1}
        tx.execute(update(outbox).where(outbox.c.id == row.id).values(**away, key=f"{erased}:{row.id}"))


def forget_taken_away(tx: Connection) -> None:
    """Rows of erased checks whose message is gone from Slack say no more."""
    gone = (outbox.c.what == OutboxKind.ERASED, outbox.c.ts.is_(None), outbox.c.due_at.is_(None))
    tx.execute(delete(outbox).where(*gone))


def claim(
    tx: Connection, now: datetime, most: int, lanes: Sequence[int] = LANES, instance: str = ""
) -> Sequence[Claimed]:
    """The next rows to send, pages first; no other worker gets them until the lease runs out.

    instance: eight characters that name this process, so that what it holds can be given back when it is gone.
    """
    token = instance.ljust(_INSTANCE_LENGTH, "-") + secrets.token_hex(12)
    given = {"now": now, "lanes": lanes, "most": most, "lease_ends": now + LEASE, "new_token": token}
    rows = tx.execute(_CLAIM, given).all()
    return [_claimed(row) for row in sorted(rows, key=lambda row: (row.lane, row.id))]


def _claimed(row: Any) -> Claimed:
    return Claimed(
        id=row.id,
        what=row.what,
        check=row.check_id,
        target=row.target,
        via=row.via,
        event=row.event_id,
        ask=row.ask,
        wanted=row.wanted,
        attempts=row.attempts,
        token=row.token,
        created_at=row.created_at,
        channel=row.channel,
        ts=row.ts,
        shown=row.shown_before,
    )


def stamp(
    tx: Connection, row: Claimed, now: datetime, channel: str | None, ts: str | None, shown: str | None = None
) -> bool:
    """Slack shows it. False where another worker has taken the row since: then nothing is changed.

    A row that was asked to change while it was being sent stays due.
    """
    given = {"row": row.id, "claimed": row.token, "saw": row.wanted, "now": now}
    shows = {"new_channel": channel, "new_ts": ts, "new_shown": shown}
    return tx.execute(_STAMP, {**given, **shows}).rowcount > 0


def show_id_anew(tx: Connection, row: int, now: datetime) -> None:
    """Make one row due again: what was sent of it may have been overtaken by something older."""
    tx.execute(_SHOW_ID_ANEW, {"row": row, "now": now})


def retry_later(tx: Connection, row: Claimed, until: datetime, error: str) -> bool:
    """It could not be sent: try again then. The error's class is kept, never its words."""
    given = {"row": row.id, "claimed": row.token, "until": until, "error": error}
    return tx.execute(_PUT_OFF, given).rowcount > 0


def leave(tx: Connection, row: Claimed, now: datetime, why: str) -> bool:
    """Slack does not let it be shrunk: it stays as it is, is not tried again, and is reported. why: Slack's word."""
    again = case((outbox.c.wanted > row.wanted, now), else_=None)
    given = {"due_at": again, "token": None, "attempts": 0, "shown": None, "unshrunk": why, "last_error": why}
    return (
        tx.execute(update(outbox).where(outbox.c.id == row.id, outbox.c.token == row.token).values(given)).rowcount > 0
    )


def release(tx: Connection, now: datetime) -> int:
    """Give back every claim, for a lone process that starts: whoever held them is gone."""
    free = update(outbox).where(outbox.c.token.is_not(None)).values(due_at=now, token=None)
    return tx.execute(free).rowcount


def holders(tx: Connection) -> frozenset[str]:
    """The instances that are sending something now."""
    held = tx.scalars(select(outbox.c.token).where(outbox.c.token.is_not(None)))
    return frozenset(token[:_INSTANCE_LENGTH] for token in held)


def release_of(tx: Connection, gone: Iterable[str], now: datetime) -> int:
    """Give back what these instances hold, without waiting for the lease; how much that was."""
    count = 0
    for instance in gone:
        theirs = update(outbox).where(outbox.c.token.startswith(instance, autoescape=True))
        count += tx.execute(theirs.values(due_at=now, token=None)).rowcount
    return count


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a check's pages have come. in_slack: channels and people whose page Slack has.

    not_taken: those whose page Slack did not take when it was tried. elsewhere: the ways other than Slack by which a
    page was handed over, such as "email". has_asked: whether the newest ask has arrived anywhere.
    """

    told: Told
    in_slack: frozenset[str] = frozenset()
    not_taken: frozenset[str] = frozenset()
    elsewhere: frozenset[str] = frozenset()
    has_asked: bool = False


def reach(tx: Connection, check: str, now: datetime) -> Reach:
    """What may truthfully be said of a check's pages: DELIVERED while Slack has at least one of them."""
    rows = tx.execute(_ASKED, {"check": check}).all()
    standing = [row for row in rows if row.ts or row.due_at]  # the others were taken back, or never sent
    newest = [row for row in standing if row.ask == max(row.ask for row in standing)]
    waiting = [row for row in newest if row.via == SLACK and row.due_at and not row.ts]
    return Reach(
        told=_told(rows, newest, is_failing=any(_is_failing(row, now) for row in waiting)),
        in_slack=frozenset(row.target for row in _in_slack(rows)),
        not_taken=frozenset(row.target for row in waiting if row.attempts),
        elsewhere=frozenset(row.via for row in _elsewhere(rows)),
        has_asked=any(row.ts for row in newest),
    )


def _told(rows: Sequence[Any], newest: Sequence[Any], *, is_failing: bool) -> Told:
    """Of the newest ask, where anything is known of it: an older one that arrived is no comfort when this one fails."""
    if not rows:
        return Told.NOBODY
    for asked in (newest, rows):
        if any(_in_slack(asked)):
            return Told.DELIVERED
        if any(_elsewhere(asked)):
            return Told.ELSEWHERE
        if is_failing:
            return Told.FAILED
    return Told.NOT_YET


def _in_slack(rows: Sequence[Any]) -> list[Any]:
    return [row for row in rows if row.ts and row.via == SLACK]


def _elsewhere(rows: Sequence[Any]) -> list[Any]:
    return [row for row in rows if row.ts and row.via != SLACK]


def _is_failing(row: Any, now: datetime) -> bool:
    return bool(row.attempts > 1 or now - row.created_at > _FAILING_AFTER)


def newest_shown(tx: Connection, check: str, what: OutboxKind) -> int | None:
    """Id of a check's newest message of a kind that Slack has taken."""
    rows = select(func.max(outbox.c.id)).where(
        outbox.c.check_id == check, outbox.c.what == what, outbox.c.ts.is_not(None)
    )
    found: int | None = tx.scalar(rows)
    return found


def newest_at(tx: Connection, check: str, what: OutboxKind) -> datetime | None:
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
            outbox.c.what.in_(PAGES),
            outbox.c.target == target,
            outbox.c.ts.is_not(None),
        )
        .order_by(outbox.c.id)
        .limit(1)
    )
    return tx.scalar(rows)


def has_page(tx: Connection, check: str, target: str) -> bool:
    """Whether somebody has a page of their own, or one is on its way."""
    mine = select(outbox.c.id).where(
        outbox.c.check_id == check,
        outbox.c.what == OutboxKind.PAGE,
        outbox.c.target == target,
        or_(outbox.c.ts.is_not(None), outbox.c.due_at.is_not(None)),
    )
    return tx.execute(mine.limit(1)).first() is not None


def are_asked(tx: Connection, check: str, ask: int) -> frozenset[str]:
    """Whom this ask pages: Slack ids of people, and of the leads' channel."""
    pages = (outbox.c.check_id == check, outbox.c.what == OutboxKind.PAGE, outbox.c.ask == ask)
    return frozenset(tx.scalars(select(outbox.c.target).where(*pages)))


def is_awaited(tx: Connection, check: str, target: str) -> bool:
    """Whether a page to this target is still to be posted."""
    waiting = select(outbox.c.id).where(
        outbox.c.check_id == check,
        outbox.c.what == OutboxKind.PAGE,
        outbox.c.target == target,
        outbox.c.ts.is_(None),
        outbox.c.due_at.is_not(None),
    )
    return tx.execute(waiting.limit(1)).first() is not None


def is_first(tx: Connection, row: Claimed) -> bool:
    """Whether nothing of this row's kind that was put before it still has to be posted to the same target."""
    before = select(outbox.c.id).where(
        outbox.c.due_at.is_not(None),
        outbox.c.what == row.what,
        outbox.c.target == row.target,
        outbox.c.ts.is_(None),
        outbox.c.id < row.id,
    )
    return tx.execute(before.limit(1)).first() is None


def is_delivered(tx: Connection, check: str, what: OutboxKind) -> bool:
    """Whether Slack has a check's newest message of a kind."""
    rows = (
        select(outbox.c.ts)
        .where(outbox.c.check_id == check, outbox.c.what == what)
        .order_by(outbox.c.id.desc())
        .limit(1)
    )
    return tx.scalar(rows) is not None
