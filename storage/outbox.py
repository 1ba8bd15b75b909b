"""The outbox: what Slack should show, one row a message (docs/design-decisions.md, 7 and 8).

A row is due while Slack does not show what it should. The text is rendered when it is sent, so that it is true at that
moment. A claim moves the due time by a lease and sets a token; a worker whose token was replaced changes nothing. A
posted message becomes due again when its content has changed.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    Connection,
    String,
    Update,
    and_,
    bindparam,
    case,
    delete,
    func,
    literal_column,
    or_,
    select,
    update,
)

from flows.case import SYSTEM, Sent, Told
from flows.events import Lane, OutboxKind
from storage import outbox_order
from storage.engine import idempotent
from storage.tables import outbox

LEASE = timedelta(seconds=90)
"""Longer than two calls to Slack with their time-out of 30 s, and some time in a worker's queue."""

PAGE, CARD, LATER, ELSEWHERE = LANES = tuple(Lane)
"""Lanes: pages first, then cards and lines, then the rest; ELSEWHERE is not sent through Slack."""

SLACK = "slack"

PAGES = tuple(kind for kind in OutboxKind if kind.properties.is_page)
"""Kinds of pages in Slack, including pages that a newer one has followed."""
_ASKS = tuple(kind for kind in OutboxKind if kind.properties.asks)
_IS_ERASED = outbox.c.what == literal_column(f"'{OutboxKind.ERASED}'")
"""In the words of the partial index: with a bound value the database could not tell that it serves."""

_INSTANCE_LENGTH = 8

RATELIMITED, WAITS = _NOT_HASTENED = ("ratelimited", "waits")
"""Why a row waits that is not Slack's trouble: Slack said for how long, or it waits for another row."""

_FAILING_AFTER = timedelta(seconds=20)


class ClaimLost(Exception):
    """The row's lease is over, and it is another worker's to send."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row this worker may send now. `ts` is set once Slack has the message; then it is edited.

    is_unknown: it was sent before and no answer came, so the message may be there. key: what it is, in every try.
    shown: hash of what Slack shows of it, or None if that is not known for certain. rank: of storage.outbox_order.
    proof: see storage/delivery_proof.py. is_lost: it was posted once, and Slack has it no more.
    delivered_at: when Slack first took it.
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
    rank: int = outbox_order.SHOWN
    proof: bytes | None = None
    key: str = ""
    is_unknown: bool = False
    is_lost: bool = False
    delivered_at: datetime | None = None

    @property
    def is_unsent_page(self) -> bool:
        """Whether it asks somebody for help, and has reached nobody yet."""
        return self.what.properties.asks and not self.ts


_DUE_AGAIN = case((outbox.c.token.is_(None), bindparam("now", type_=outbox.c.due_at.type)), else_=outbox.c.due_at)
"""Due now; but a row being sent keeps its lease and becomes due when stamped, so that two workers never post it."""

_MARK_KEY_DUE = (
    update(outbox).where(outbox.c.key == bindparam("wanted_key")).values(due_at=_DUE_AGAIN, wanted=outbox.c.wanted + 1)
)
_MOMENT = outbox.c.due_at.type
UNKNOWN = "unknown:"
"""How `last_error` begins where no answer came, so that the message may have arrived (docs/design-decisions.md, 21)."""
_IS_HELD = and_(outbox.c.token.is_not(None), outbox.c.ts.is_(None))
_LEFT_UNKNOWN = f"{UNKNOWN}left"
"""Whoever had claimed the row is gone, in the middle of a call perhaps."""
_CLAIM = (
    update(outbox)
    .where(outbox.c.id.in_(bindparam("rows", expanding=True)))
    .values(
        due_at=bindparam("lease_ends", type_=_MOMENT),
        token=bindparam("new_token"),
        shown_before=outbox.c.shown,
        shown=None,
        last_error=case((_IS_HELD, _LEFT_UNKNOWN), else_=outbox.c.last_error),
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
        proof=bindparam("new_proof", type_=outbox.c.proof.type),
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
_MARK_ID_DUE = (
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
    """Queue a message for Slack. If the key exists, make that message due again instead of adding one.

    A message to SYSTEM is dropped: nobody started a drill that came from a command.
    """
    if target != SYSTEM and not mark_key_due(tx, key, now):
        _add(tx, key, what, target, now, check_id=check, event_id=event, ask=ask)


def put_home(tx: Connection, user: str, now: datetime, page: int | None = None) -> None:
    """Queue an update of a person's Home tab, which they are looking at: always sent, even if unchanged.

    page: of the list of open checks; None for the page shown last.
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
    """Queue a message by another way than Slack (`via`). If the key exists, do nothing: it cannot be edited there."""
    _add(tx, key, what, target, now, check_id=check, lane=ELSEWHERE, via=via, ask=ask)


def has_left(tx: Connection, key: str) -> bool:
    """Return whether the row of this key was sent, or is being sent now: its words can no longer change."""
    gone = or_(outbox.c.delivered_at.is_not(None), outbox.c.token.is_not(None))
    return tx.execute(select(outbox.c.id).where(outbox.c.key == key, gone)).first() is not None


def put_once(tx: Connection, key: str, what: OutboxKind, target: str, now: datetime) -> bool:
    """Queue a message that belongs to no check, once across all instances. Return whether it is new."""
    return _add(tx, key, what, target, now)


def _add(
    tx: Connection, key: str, what: OutboxKind, target: str, now: datetime, *, ask: int = 0, **columns: Any
) -> bool:
    """Insert a row due now, unless its key exists. Return whether it was inserted."""
    row = {"key": key, "what": what, "lane": what.properties.lane, "target": target, "ask": ask, **columns}
    return idempotent.insert_if_absent(tx, outbox, **row, wanted=1, attempts=0, due_at=now, created_at=now)


def mark_recent_due(tx: Connection, what: OutboxKind, since: datetime, now: datetime) -> None:
    """Make messages of this kind in Slack due again, if queued since then. Only for kinds that belong to no check."""
    of_no_check = (outbox.c.check_id.is_(None), outbox.c.what == what)
    recent = update(outbox).where(*of_no_check, outbox.c.created_at >= since, outbox.c.via == SLACK)
    tx.execute(recent.values(due_at=_DUE_AGAIN, wanted=outbox.c.wanted + 1), {"now": now})


def mark_key_due(tx: Connection, key: str, now: datetime) -> bool:
    """Make one message due again. Return whether it exists."""
    return tx.execute(_MARK_KEY_DUE, {"wanted_key": key, "now": now}).rowcount > 0


def mark_due(tx: Connection, check: str, now: datetime, *whats: OutboxKind) -> None:
    """Make a check's messages of these kinds due again."""
    tx.execute(_marking(whats), {"check": check, "now": now})


def mark_older_due(tx: Connection, row: Claimed, now: datetime) -> None:
    """Make the check's messages of the same kind that were queued before this one due again."""
    older = _marking((row.what,)).where(outbox.c.id < row.id)
    tx.execute(older, {"check": row.check, "now": now})


@cache
def _marking(whats: tuple[OutboxKind, ...]) -> Update:
    """Build the UPDATE that makes messages of these kinds due; cached."""
    kinds = or_(*(outbox.c.what == what for what in whats))
    due = update(outbox).where(outbox.c.check_id == bindparam("check"), kinds)
    return due.values(due_at=_DUE_AGAIN, wanted=outbox.c.wanted + 1)


def force_resend(tx: Connection, check: str, what: OutboxKind) -> None:
    """Clear the cached content hash so that the next update is always sent, as after a deletion in Slack."""
    tx.execute(update(outbox).where(outbox.c.check_id == check, outbox.c.what == what).values(shown=None))


def retire_pages(tx: Connection, check: str, target: str, now: datetime) -> None:
    """Mark a check's pages to this target as old, because a newer one follows, and make them due once."""
    pages = (outbox.c.check_id == check, outbox.c.what == OutboxKind.PAGE, outbox.c.target == target)
    older = update(outbox).where(*pages)
    tx.execute(older.values(what=OutboxKind.OLD_PAGE, due_at=_DUE_AGAIN, wanted=outbox.c.wanted + 1), {"now": now})


def delete_in_slack(tx: Connection, check: str, now: datetime) -> None:
    """Queue the deletion of an erased check's messages in Slack; drop rows never posted or sent elsewhere."""
    of_check = (outbox.c.check_id == check, outbox.c.what != OutboxKind.ERASED)
    tx.execute(delete(outbox).where(*of_check, or_(outbox.c.ts.is_(None), outbox.c.via != SLACK)))
    erased = OutboxKind.ERASED
    nothing = {"what": erased, "lane": erased.properties.lane, "event_id": None, "ask": 0}
    for row in tx.execute(select(outbox.c.id).where(*of_check).order_by(outbox.c.id)).all():
        away = {**nothing, "due_at": now, "shown": None, "unshrunk": None, "wanted": outbox.c.wanted + 1}
        tx.execute(update(outbox).where(outbox.c.id == row.id).values(**away, key=f"{erased}:{row.id}"))


def forget_taken_away(tx: Connection) -> None:
    """Delete the rows of erased checks whose message has been deleted in Slack."""
    gone = (_IS_ERASED, outbox.c.ts.is_(None), outbox.c.due_at.is_(None))
    tx.execute(delete(outbox).where(*gone))


def claim(
    tx: Connection, now: datetime, most: int, lanes: Sequence[int] = LANES, instance: str = ""
) -> Sequence[Claimed]:
    """Claim the next rows to send, the most urgent first. No other worker gets them until the lease ends.

    instance: eight characters naming this process, so that its claims can be released once it is gone.
    """
    order = outbox_order.next_due(tx, now, most, lanes)
    if not order:
        return []
    token = instance.ljust(_INSTANCE_LENGTH, "-") + secrets.token_hex(12)
    rows = tx.execute(_CLAIM, {"rows": list(order), "lease_ends": now + LEASE, "new_token": token}).all()
    claimed = {row.id: _claimed(row, order[row.id]) for row in rows}
    return [claimed[row] for row in order]


def _claimed(row: Any, rank: int) -> Claimed:
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
        rank=rank,
        proof=row.proof,
        key=row.key,
        is_unknown=(row.last_error or "").startswith(UNKNOWN),
        is_lost=row.ts is None and row.delivered_at is not None,
        delivered_at=row.delivered_at,
    )


def as_wanted(tx: Connection, row: Claimed) -> Claimed:
    """Return the row with how often it was to be shown by now: what is rendered next shows all of that.

    Raises ClaimLost where another worker has claimed it since.
    """
    found = tx.execute(select(outbox.c.wanted, outbox.c.token).where(outbox.c.id == row.id)).first()
    if found is None:
        return row
    if found.token != row.token:
        raise ClaimLost
    return replace(row, wanted=found.wanted)


def hasten(tx: Connection, now: datetime) -> int:
    """Make due what Slack did not take, because Slack takes calls again. Return how many; its rate limits hold on."""
    failed = (outbox.c.via == SLACK, outbox.c.token.is_(None), outbox.c.last_error.not_in(_NOT_HASTENED))
    waiting = update(outbox).where(outbox.c.due_at > now, outbox.c.attempts > 0, *failed)
    return tx.execute(waiting.values(due_at=now)).rowcount


def hasten_lines(tx: Connection, check: str, target: str, now: datetime) -> None:
    """Make due the lines that waited for the page to this target. Those that were posted stay as they are."""
    waiting = (outbox.c.ts.is_(None), outbox.c.token.is_(None), outbox.c.due_at > now)
    lines = (outbox.c.check_id == check, outbox.c.what == OutboxKind.LINE, outbox.c.target == target)
    tx.execute(update(outbox).where(*lines, *waiting).values(due_at=now))


def stamp(
    tx: Connection,
    row: Claimed,
    now: datetime,
    channel: str | None,
    ts: str | None,
    shown: str | None = None,
    proof: bytes | None = None,
) -> bool:
    """Mark the row as shown in Slack. Return False, and change nothing, if another worker has claimed it since.

    A row that was made due while it was being sent stays due. proof: of storage/delivery_proof.py.
    """
    given = {"row": row.id, "claimed": row.token, "saw": row.wanted, "now": now}
    shows = {"new_channel": channel, "new_ts": ts, "new_shown": shown, "new_proof": proof}
    return tx.execute(_STAMP, {**given, **shows}).rowcount > 0


def forget_message(tx: Connection, row: Claimed) -> None:
    """Note that Slack has this message no more, so that it tells nobody until it is posted anew."""
    ours = update(outbox).where(outbox.c.id == row.id, outbox.c.token == row.token)
    tx.execute(ours.values(channel=None, ts=None, shown=None))


def mark_id_due(tx: Connection, row: int, now: datetime) -> None:
    """Make one row due again: an older update may have overtaken the newer one in Slack."""
    tx.execute(_MARK_ID_DUE, {"row": row, "now": now})


def retry_later(tx: Connection, row: Claimed, until: datetime, error: str) -> bool:
    """Make the row due at `until`, after a failure. Stores the error's class, never its message."""
    given = {"row": row.id, "claimed": row.token, "until": until, "error": error}
    return tx.execute(_PUT_OFF, given).rowcount > 0


def put_back(tx: Connection, row: Claimed, until: datetime) -> None:
    """Release a row that was claimed and not tried, until then."""
    ours = update(outbox).where(outbox.c.id == row.id, outbox.c.token == row.token)
    tx.execute(ours.values(due_at=until, token=None, shown=row.shown))


def report_refused(tx: Connection, row: Claimed, now: datetime, again: datetime, why: str) -> bool:
    """Report that Slack does not let us change a message, and try again at `again`. why: Slack's error code."""
    due_at = case(
        (outbox.c.wanted > row.wanted, bindparam("soon", now, _MOMENT)), else_=bindparam("late", again, _MOMENT)
    )
    given = {"due_at": due_at, "token": None, "attempts": 0, "shown": None, "unshrunk": why, "last_error": why}
    return (
        tx.execute(update(outbox).where(outbox.c.id == row.id, outbox.c.token == row.token).values(given)).rowcount > 0
    )


def refuse(tx: Connection, row: Claimed, why: str) -> None:
    """Send this row to nobody. It stays where it is, for whoever looks into it."""
    ours = update(outbox).where(outbox.c.id == row.id, outbox.c.token == row.token)
    tx.execute(ours.values(due_at=None, token=None, last_error=why))


def release(tx: Connection, now: datetime) -> int:
    """Release every claim, when a single process starts: the workers that held them are gone."""
    return tx.execute(_freed(now).where(outbox.c.token.is_not(None))).rowcount


def _freed(now: datetime) -> Update:
    unknown = case((_IS_HELD, _LEFT_UNKNOWN), else_=outbox.c.last_error)
    return update(outbox).values(due_at=now, token=None, last_error=unknown)


def holders(tx: Connection) -> frozenset[str]:
    """Return the names of the instances that hold a claim."""
    held = tx.scalars(select(outbox.c.token).where(outbox.c.token.is_not(None)))
    return frozenset(token[:_INSTANCE_LENGTH] for token in held)


def release_of(tx: Connection, gone: Iterable[str], now: datetime) -> int:
    """Release the claims of these instances before their lease ends. Return how many."""
    count = 0
    for instance in gone:
        theirs = _freed(now).where(outbox.c.token.startswith(instance, autoescape=True))
        count += tx.execute(theirs).rowcount
    return count


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a check's pages have come. in_slack: channels and people whose page Slack has.

    told: of the people alone; a page in a channel tells nobody by name. not_taken: those whose page Slack did not
    accept when tried. elsewhere: the other ways, such as "email", by which a page was handed over; handed_to: to whom.
    has_asked: whether the newest ask has reached a person. is_doubted: a row says that it was sent, and the record does
    not.
    """

    told: Told
    in_slack: frozenset[str] = frozenset()
    not_taken: frozenset[str] = frozenset()
    elsewhere: frozenset[str] = frozenset()
    handed_to: frozenset[str] = frozenset()
    has_asked: bool = False
    is_doubted: bool = False


@dataclass(frozen=True, slots=True)
class _Page:
    """A row that asks somebody, as far as it is believed: `ts` is empty where nothing says that it was sent."""

    ts: str | None
    attempts: int
    created_at: datetime
    due_at: datetime | None
    target: str
    via: str
    ask: int
    is_doubted: bool = False

    @classmethod
    def of(cls, row: Any, sent: Collection[Sent] | None) -> _Page:
        is_known = sent is None or Sent(row.target, row.ask, row.via) in sent
        ts = row.ts if is_known else None
        times = (row.attempts, row.created_at, row.due_at)
        return cls(ts, *times, row.target, row.via, row.ask, is_doubted=ts != row.ts)


def reach(
    tx: Connection,
    check: str,
    now: datetime,
    people: Collection[str] | None = None,
    sent: Collection[Sent] | None = None,
) -> Reach:
    """Return what may truthfully be said of a check's pages: DELIVERED only while Slack has one of a person's own.

    people: Slack ids of those who may know of the check; what went to anybody else tells none of them. None: everybody.
    sent: the pages that the record says were sent; no other counts as sent. None: all are believed.
    """
    everything = [_Page.of(row, sent) for row in tx.execute(_ASKED, {"check": check})]
    rows = [row for row in everything if people is None or row.target in people]
    standing = [row for row in rows if _stands(row)]
    newest_ask = max((row.ask for row in standing), default=0)
    newest = [row for row in standing if row.ask == newest_ask]
    waiting = [row for row in newest if row.via == SLACK and row.due_at and not row.ts]
    told = _told(rows, newest, is_failing=any(_is_failing(row, now) for row in waiting))
    handed = _elsewhere(rows)
    return Reach(
        told=Told.NOT_YET if everything and told is Told.NOBODY else told,
        in_slack=frozenset(row.target for row in _in_slack(everything)),
        not_taken=frozenset(row.target for row in waiting if row.attempts),
        elsewhere=frozenset(row.via for row in handed),
        handed_to=frozenset(row.target for row in handed),
        has_asked=any(row.ts for row in newest),
        is_doubted=any(row.is_doubted for row in everything),
    )


def asks_of(tx: Connection, check: str) -> Sequence[Any]:
    """Return the rows that ask somebody about a check: id, target, ask, via, ts and due_at."""
    columns = (outbox.c.id, outbox.c.target, outbox.c.ask, outbox.c.via, outbox.c.ts, outbox.c.due_at)
    return tx.execute(select(*columns).where(outbox.c.check_id == check, outbox.c.what.in_(_ASKS))).all()


def send_again(tx: Connection, rows: Collection[int], now: datetime) -> None:
    """Send these rows as if they had never been sent."""
    if rows:
        anew = {"ts": None, "channel": None, "delivered_at": None, "shown": None, "proof": None, "due_at": now}
        tx.execute(update(outbox).where(outbox.c.id.in_(rows)).values(anew))


def have_been_asked(tx: Connection, check: str) -> frozenset[str]:
    """Return whom any ask of this check reached or is still to reach: Slack ids of people and channels."""
    return frozenset(row.target for row in tx.execute(_ASKED, {"check": check}) if _stands(row))


def _stands(row: Any) -> bool:
    """Return whether a page was sent or is due; the others were withdrawn or never sent."""
    return bool(row.ts or row.due_at)


def _told(rows: Sequence[Any], newest: Sequence[Any], *, is_failing: bool) -> Told:
    """Judge the newest ask, if anything is known of it: an older one that arrived does not excuse a failing one."""
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
    return bool(row.attempts > 1 or abs(now - row.created_at) > _FAILING_AFTER)


def newest_shown(tx: Connection, check: str, what: OutboxKind) -> int | None:
    """Return the id of a check's newest message of this kind that Slack has, or None."""
    rows = select(func.max(outbox.c.id)).where(
        outbox.c.check_id == check, outbox.c.what == what, outbox.c.ts.is_not(None)
    )
    found: int | None = tx.scalar(rows)
    return found


def newest_at(tx: Connection, check: str, what: OutboxKind) -> datetime | None:
    """Return when a check's newest message of this kind was queued, or None."""
    rows = select(func.max(outbox.c.created_at)).where(outbox.c.check_id == check, outbox.c.what == what)
    found: datetime | None = tx.scalar(rows)
    return found


def thread_of(tx: Connection, check: str, target: str) -> str | None:
    """Return the `ts` of the thread for a check's messages in one place: the first page posted there."""
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
    """Return whether this target has its own page, or one is due."""
    mine = select(outbox.c.id).where(
        outbox.c.check_id == check,
        outbox.c.what == OutboxKind.PAGE,
        outbox.c.target == target,
        or_(outbox.c.ts.is_not(None), outbox.c.due_at.is_not(None)),
    )
    return tx.execute(mine.limit(1)).first() is not None


def has_newer_page(tx: Connection, check: str, target: str, row: int) -> bool:
    """Return whether a page to this target was queued after the row with this id."""
    newer = (outbox.c.check_id == check, outbox.c.what.in_(PAGES), outbox.c.target == target, outbox.c.id > row)
    return tx.execute(select(outbox.c.id).where(*newer).limit(1)).first() is not None


def are_asked(tx: Connection, check: str, ask: int) -> frozenset[str]:
    """Return whom this ask pages: Slack ids of people and of the leads' channel."""
    pages = (outbox.c.check_id == check, outbox.c.what == OutboxKind.PAGE, outbox.c.ask == ask)
    return frozenset(tx.scalars(select(outbox.c.target).where(*pages)))


def is_awaited(tx: Connection, check: str, target: str) -> bool:
    """Return whether a page to this target is still to be posted."""
    waiting = select(outbox.c.id).where(
        outbox.c.check_id == check,
        outbox.c.what == OutboxKind.PAGE,
        outbox.c.target == target,
        outbox.c.ts.is_(None),
        outbox.c.due_at.is_not(None),
    )
    return tx.execute(waiting.limit(1)).first() is not None


def is_first(tx: Connection, row: Claimed) -> bool:
    """Return whether no earlier message of this kind to this target is still to be posted."""
    before = select(outbox.c.id).where(
        outbox.c.lane == row.what.properties.lane,
        outbox.c.due_at.is_not(None),
        outbox.c.what == row.what,
        outbox.c.target == row.target,
        outbox.c.ts.is_(None),
        outbox.c.id < row.id,
    )
    return tx.execute(before.limit(1)).first() is None


def is_due(tx: Connection, check: str, what: OutboxKind) -> bool:
    """Return whether a check has a message of this kind that is still to be sent or edited."""
    due = (outbox.c.check_id == check, outbox.c.what == what, outbox.c.due_at.is_not(None))
    return tx.execute(select(outbox.c.id).where(*due).limit(1)).first() is not None


def has_message(tx: Connection, check: str, what: OutboxKind, target: str) -> bool:
    """Return whether Slack has a check's message of this kind for this person."""
    mine = (outbox.c.check_id == check, outbox.c.what == what, outbox.c.target == target, outbox.c.ts.is_not(None))
    return tx.execute(select(outbox.c.id).where(*mine).limit(1)).first() is not None


def is_delivered(tx: Connection, check: str, what: OutboxKind) -> bool:
    """Return whether Slack has a check's newest message of this kind."""
    rows = (
        select(outbox.c.ts)
        .where(outbox.c.check_id == check, outbox.c.what == what)
        .order_by(outbox.c.id.desc())
        .limit(1)
    )
    return tx.scalar(rows) is not None
