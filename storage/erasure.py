"""Erase checks: destroy a check's key and everything about it that stands in clear (docs/design-decisions.md, 10).

The events stay and still verify: what they say was sealed under the key that is gone. What is left of the check is a
tombstone: reference and dates.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from flows.case import CheckStatus
from flows.events import EventKind
from flows.model import Level
from storage import checks, events, outbox, tables
from storage.checks import Opened
from storage.crypto.envelope import Keyring
from storage.engine.database import Database
from storage.errors import CannotOpen, NoSuchCheck
from storage.proof import erasure_evidence

STAYS = frozenset({"events", "outbox", "deletions"})
"""What keeps a row of an erased check. From every other table with a check's id its rows go."""

_check, _case, _deletion = tables.checks, tables.cases, tables.deletions
_NOTHING: Mapping[str, Any] = {
    "wrapped_key": b"",
    "sealed_answers": b"",
    "reporter": "",
    "status": CheckStatus.ERASED,
    "level": Level.NONE,
    "revisiting": None,
    "asked_lead": False,
    "cover": None,
    "request": None,
    "wake_at": None,
    "reminders": 0,
    "held_at": None,
    "keep_until": None,
    "shrunk_at": None,
}
"""What is left in the columns of a tombstone. Reference, outcome, version and dates stay."""


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What is left of an erased check. entries: how many of its events there are, each without its content."""

    ref: str
    started_at: datetime
    erased_at: datetime
    approved_by: str
    entries: int
    is_private: bool


@dataclass(frozen=True, slots=True)
class Erasure:
    """That a check was erased. check: its id, which is random and says nothing. approved_by: a Slack id.

    is_private: not every lead could know of it.
    """

    check: str
    approved_by: str
    erased_at: datetime
    is_private: bool = False


def may_be_private(opened: Opened) -> bool:
    """Whether its reporter said that somebody has to be left out, or was not sure (S2)."""
    return opened.check.answers.get("S2", ("no",)) != ("no",)


def _is_kept_from_somebody(tx: Connection, check: str) -> bool:
    """Whether anybody is left out of it, as far as columns tell."""
    out = select(tables.left_out.c.check_id).where(tables.left_out.c.check_id == check)
    direct = select(_case.c.check_id).where(_case.c.check_id == check, or_(_case.c.dm_only, _case.c.content_free))
    return any(tx.execute(each.limit(1)).first() is not None for each in (out, direct))


def was_private(tx: Connection, check: str) -> bool:
    """Whether it was erased, and not every lead could know of it."""
    wanted = select(_deletion.c.check_id).where(_deletion.c.check_id == check, _deletion.c.is_private)
    return tx.execute(wanted.where(_deletion.c.erased_at.is_not(None))).first() is not None


def destroy(tx: Connection, erasure: Erasure, now: datetime) -> None:
    """The key first, then everything in clear, in every table there is. Its messages in Slack are taken away."""
    check = erasure.check
    is_private = erasure.is_private or _is_kept_from_somebody(tx, check)
    nothing = {**_NOTHING, "erased_at": erasure.erased_at}
    tx.execute(update(_check).where(_check.c.id == check).values(nothing))
    packs, held = tables.packs, tables.pack_checks
    numbers = tx.scalars(select(held.c.number).where(held.c.check_id == check)).all()
    tx.execute(delete(held).where(held.c.number.in_(numbers)))
    tx.execute(delete(packs).where(packs.c.number.in_(numbers)))
    for table in reversed(tables.metadata.sorted_tables):
        if "check_id" in table.c and table.name not in STAYS:
            tx.execute(delete(table).where(table.c.check_id == check))
    done = {"approved_by": erasure.approved_by, "erased_at": erasure.erased_at, "is_private": is_private}
    if not tx.execute(update(_deletion).where(_deletion.c.check_id == check).values(done)).rowcount:
        tx.execute(insert(_deletion).values(check_id=check, approved_at=erasure.erased_at, **done))
    outbox.delete_in_slack(tx, check, now)


def tombstones(tx: Connection) -> tuple[Tombstone, ...]:
    """What was erased, oldest first."""
    entries = select(func.count()).where(tables.events.c.check_id == _check.c.id).scalar_subquery()
    rows = (
        select(_check.c.ref, _check.c.started_at, _deletion.c.erased_at, _deletion.c.approved_by, entries.label("n"))
        .add_columns(_deletion.c.is_private)
        .join(_deletion, _deletion.c.check_id == _check.c.id)
        .where(_deletion.c.erased_at.is_not(None))
        .order_by(_deletion.c.erased_at, _check.c.ref)
    )
    return tuple(Tombstone(*row) for row in tx.execute(rows))


def was_erased_since(tx: Connection, since: datetime) -> bool:
    """Whether anything was erased since then."""
    return tx.execute(select(_deletion.c.check_id).where(_deletion.c.erased_at >= since).limit(1)).first() is not None


def erasures(tx: Connection) -> tuple[Erasure, ...]:
    """Everything that was erased, oldest first; also of a database that an older version made."""
    rows = select(_deletion.c.check_id, _deletion.c.approved_by, _deletion.c.erased_at)
    done = rows.where(_deletion.c.erased_at.is_not(None)).order_by(_deletion.c.erased_at, _deletion.c.check_id)
    return tuple(Erasure(*row) for row in tx.execute(done))


def erase_again(database: Database, keys: Keyring, done: Iterable[Erasure], now: datetime) -> int:
    """Erase what had been erased before an older copy of the database took its place; how many that were."""
    return sum(_erased_again(database, keys, each, now) for each in done)


def _erased_again(database: Database, keys: Keyring, erasure: Erasure, now: datetime) -> bool:
    check = erasure.check
    with database.begin() as tx:
        try:
            opened = checks.load(tx, keys, check, lock=True)
        except NoSuchCheck:
            return False
        except CannotOpen:  # there is nothing to say it with
            pass
        else:
            said = {"approved_by": erasure.approved_by, "erased_at": erasure.erased_at.isoformat()}
            events.append(tx, check, opened.sealer, now, events.SYSTEM, EventKind.ERASED, said)
            erasure = replace(erasure, is_private=erasure.is_private or may_be_private(opened))
        erasure_evidence.keep(tx, keys, check, erasure.approved_by, now)
        destroy(tx, erasure, now)
        keys.forget()
    return True
