"""Erase checks: destroy a check's key and all its clear text (docs/design-decisions.md, 10).

The events stay and still verify: their content was sealed under the destroyed key. Of the check a tombstone is left:
reference and dates.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from flows.case import SYSTEM, CheckStatus
from flows.events import EventKind
from flows.model import Level
from storage import checks, events, outbox, tables
from storage.checks import Opened
from storage.crypto.envelope import Keyring
from storage.engine.database import Database
from storage.errors import CannotOpen, NoSuchCheck
from storage.proof import erasure_evidence

STAYS = frozenset({"events", "outbox", "deletions"})
"""Tables that keep rows of an erased check. From every other table with a check_id its rows are deleted."""

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
"""The columns of a tombstone that are emptied. Reference, outcome, version and dates stay."""


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What is left of an erased check. entries: the number of its events, whose content is gone."""

    ref: str
    started_at: datetime
    erased_at: datetime
    approved_by: str
    entries: int
    is_private: bool


@dataclass(frozen=True, slots=True)
class Erasure:
    """The erasure of one check. check: its id, which is random and reveals nothing. approved_by: a Slack id.

    is_private: not every lead could know of the check.
    """

    check: str
    approved_by: str
    erased_at: datetime
    is_private: bool = False


def may_be_private(opened: Opened) -> bool:
    """Return whether the reporter said that somebody must be left out, or was not sure (question S2)."""
    return opened.check.answers.get("S2", ("no",)) != ("no",)


def _is_kept_from_somebody(tx: Connection, check: str) -> bool:
    """Return whether columns in clear text say that anybody is left out of the check."""
    out = select(tables.left_out.c.check_id).where(tables.left_out.c.check_id == check)
    direct = select(_case.c.check_id).where(_case.c.check_id == check, or_(_case.c.dm_only, _case.c.content_free))
    return any(tx.execute(each.limit(1)).first() is not None for each in (out, direct))


def was_private(tx: Connection, check: str) -> bool:
    """Return whether the check was erased and not every lead could know of it."""
    wanted = select(_deletion.c.check_id).where(_deletion.c.check_id == check, _deletion.c.is_private)
    return tx.execute(wanted.where(_deletion.c.erased_at.is_not(None))).first() is not None


def destroy(tx: Connection, erasure: Erasure, now: datetime) -> None:
    """Destroy the check's key, then delete its clear text from every table and its messages from Slack."""
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
    """Return the tombstones of all erased checks, oldest erasure first."""
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
    """Return whether any check was erased since then."""
    return tx.execute(select(_deletion.c.check_id).where(_deletion.c.erased_at >= since).limit(1)).first() is not None


def erasures(tx: Connection) -> tuple[Erasure, ...]:
    """Return all erasures, oldest first. Works on databases of older versions too."""
    rows = select(_deletion.c.check_id, _deletion.c.approved_by, _deletion.c.erased_at)
    done = rows.where(_deletion.c.erased_at.is_not(None)).order_by(_deletion.c.erased_at, _deletion.c.check_id)
    return tuple(Erasure(*row) for row in tx.execute(done))


def erase_again(database: Database, keys: Keyring, done: Iterable[Erasure], now: datetime) -> int:
    """Repeat erasures on an older copy of the database that was restored. Return how many it needed."""
    return sum(_erased_again(database, keys, each, now) for each in done)


def _erased_again(database: Database, keys: Keyring, erasure: Erasure, now: datetime) -> bool:
    check = erasure.check
    with database.begin() as tx:
        try:
            opened = checks.load(tx, keys, check, lock=True)
        except NoSuchCheck:
            return False
        except CannotOpen:  # no key, so no event can be sealed
            pass
        else:
            said = {"approved_by": erasure.approved_by, "erased_at": erasure.erased_at.isoformat()}
            events.append(tx, check, opened.sealer, now, SYSTEM, EventKind.ERASED, said)
            erasure = replace(erasure, is_private=erasure.is_private or may_be_private(opened))
        erasure_evidence.keep(tx, keys, check, erasure.approved_by, now)
        destroy(tx, erasure, now)
        keys.forget()
    return True
