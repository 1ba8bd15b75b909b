"""Seals: every five minutes, new entries of the record are listed, hashed together with the previous seal, and signed.

docs/decisions/0011-the-seal.md specifies what is hashed and signed, so that others can verify it without us.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import pairwise
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, LargeBinary, Row, cast, func, insert, select, text
from sqlalchemy.exc import OperationalError

from storage.proof.signed_note import PublicKey, SealKey, note
from storage.tables import events, seals

EVERY = timedelta(minutes=5)
START = bytes(32)
"""Stands for the previous head in the first seal."""

_ALONE = text("SELECT pg_try_advisory_xact_lock(730462)")
"""The lock number is arbitrary."""
_WAIT_BRIEFLY = text("SET LOCAL lock_timeout = '300ms'")
"""Writers queue behind this lock; after 1 s PostgreSQL would look for deadlocks and might abort one of them."""
_WRITERS_OUT = text("LOCK TABLE events IN SHARE MODE")
_LOCK_NOT_AVAILABLE = "55P03"


def _bytes(column: Column[Any]) -> ColumnElement[bytes]:
    """Return the column cast to bytes: SQLite accepts text in it, and seals must still be made and verified."""
    return cast(column, LargeBinary).label(column.name)


_plain = (events.c.id, events.c.check_id, events.c.at, events.c.who, events.c.what, events.c.request)
EVENTS = select(*_plain, _bytes(events.c.commitment), _bytes(events.c.sealed)).order_by(events.c.id)
"""Every event, in the order in which they are sealed."""
SEALS = select(*(_bytes(each) if isinstance(each.type, LargeBinary) else each for each in seals.c)).order_by(
    seals.c.number
)
IN_PORTIONS = {"yield_per": 1000}


@dataclass(frozen=True, slots=True)
class SealedEntry:
    """What an outsider may see of an event. about: a hash of who, what and whose, which only the full row can match."""

    id: int
    at: datetime
    about: bytes
    commitment: bytes

    @property
    def digest(self) -> str:
        return _hash(f"share-check entry v1\n{self.about.hex()}\n{self.commitment.hex()}\n").hex()

    @property
    def line(self) -> str:
        """Return the entry's line in a seal's list."""
        return f"{self.id} {self.at.isoformat()} {self.digest}\n"


@dataclass(frozen=True, slots=True)
class Seal:
    """One batch of events. listed: one line each. size: how many events are sealed so far, these included."""

    number: int
    made_at: datetime
    first: int
    last: int
    entries: int
    size: int
    previous: bytes
    head: bytes
    listed: str
    signer: PublicKey | None = None
    signature: bytes | None = None

    def due_head(self) -> bytes:
        """Return the head that the seal's other fields require."""
        return _hash(
            "share-check seal v1\n"
            f"previous {self.previous.hex()}\n"
            f"number {self.number}\n"
            f"made {self.made_at.isoformat()}\n"
            f"signer {self.signer.raw.hex() if self.signer else 'none'}\n"
            f"size {self.size}\n"
            f"{self.listed}"
        )

    @property
    def text(self) -> str:
        """Return the text that is signed and published."""
        return (
            f"share-check record v1\nseal {self.number}\nmade {self.made_at.isoformat()}\n"
            f"entries {self.size}\nhead {self.head.hex()}\n"
        )

    @property
    def note(self) -> str:
        """Return the text with its signature, if it has one."""
        return note(self.text, self.signer, self.signature) if self.signer and self.signature else self.text


class SealWatch:
    """The newest head that this process has seen, kept in memory, out of reach of anybody who has only the database.

    Once the chain in the database no longer contains that head, is_broken stays set: a person must investigate and
    restart the process.
    """

    def __init__(self) -> None:
        self._seen: tuple[int, bytes] | None = None
        self.is_broken = False

    def look(self, tx: Connection) -> Seal | None:
        """Check the chain, in a transaction that changed no seal. Return the newest seal if it is new, else None."""
        if self.is_broken:
            return None
        newest = latest(tx)
        if self._seen is not None and not self._goes_on(tx, self._seen):
            self.is_broken = True
        elif newest and (newest.number, newest.head) != self._seen:
            self._seen = (newest.number, newest.head)
            return newest
        return None

    @property
    def seen(self) -> str:
        """Return the last seen head for the log: hash and number only."""
        return f"seal {self._seen[0]}, head {self._seen[1].hex()}" if self._seen else "no seal"

    @staticmethod
    def _goes_on(tx: Connection, seen: tuple[int, bytes]) -> bool:
        """Return whether the seen seal is still there, and each later seal names the head before it."""
        number, head = seen
        columns = (seals.c.number, _bytes(seals.c.previous), _bytes(seals.c.head))
        since = tx.execute(select(*columns).where(seals.c.number >= number).order_by(seals.c.number)).all()
        if not since or (since[0].number, since[0].head) != (number, head):
            return False
        return all(after.previous == before.head for before, after in pairwise(since))


def seal_due(tx: Connection, key: SealKey | None, now: datetime) -> Seal | None:
    """Seal the new entries if the last seal is older than EVERY. Return the seal, or None."""
    made_at = tx.scalar(select(seals.c.made_at).order_by(seals.c.number.desc()).limit(1))
    if made_at is not None and abs(now - made_at) < EVERY:
        return None
    return seal_now(tx, key, now)


def seal_now(tx: Connection, key: SealKey | None, now: datetime) -> Seal | None:
    """Seal all new entries in one batch. Without a key the seal is chained but not signed.

    Return None if there is nothing to seal, another process is sealing, or a writer is busy too long: it is tried again
    later.
    """
    newest = _newest_settled(tx) if _is_alone(tx) else None
    if newest is None:
        return None
    before = latest(tx)
    wanted = EVENTS.where(events.c.id > (before.last if before else 0), events.c.id <= newest)
    listed = [entry_of(row).line for row in tx.execute(wanted, execution_options=IN_PORTIONS)]
    if not listed:
        return None
    seal = _made(before, listed, key, now)
    tx.execute(insert(seals).values(**_columns(seal)))
    return seal


def latest(tx: Connection) -> Seal | None:
    """Return the newest seal, or None."""
    row = tx.execute(SEALS.order_by(None).order_by(seals.c.number.desc()).limit(1)).first()
    return seal_of(row) if row else None


def is_waiting(tx: Connection, seal: Seal | None) -> bool:
    """Return whether there are entries newer than this seal."""
    newer = select(events.c.id).where(events.c.id > (seal.last if seal else 0)).limit(1)
    return tx.execute(newer).first() is not None


def waiting_since(tx: Connection) -> datetime | None:
    """Return when the oldest unsealed entry was recorded, or None."""
    last = tx.scalar(select(seals.c.last_event).order_by(seals.c.number.desc()).limit(1)) or 0
    oldest = select(events.c.at).where(events.c.id > last).order_by(events.c.id).limit(1)
    found: datetime | None = tx.scalar(oldest)
    return found


def entry_of(row: Row[Any]) -> SealedEntry:
    """Return the entry for a row of EVENTS. `about` includes the sealed bytes' hash, which nobody can guess."""
    sealed = sha256(row.sealed).hexdigest()
    return SealedEntry(row.id, row.at, about(row.check_id, row.who, row.what, row.request, sealed), row.commitment)


def about(check: str | None, who: str, what: str, request: str | None, sealed: str) -> bytes:
    """Return the hash of the columns an outsider need not see. sealed: SHA-256 of the sealed bytes, as hex."""
    return _hash(json.dumps(["share-check about v1", check, who, what, request, sealed], separators=(",", ":")))


def seal_of(row: Row[Any]) -> Seal:
    """Return the seal for a row of SEALS."""
    return Seal(
        number=int(row.number),
        made_at=row.made_at,
        first=int(row.first_event),
        last=int(row.last_event),
        entries=int(row.entries),
        size=int(row.size),
        previous=row.previous,
        head=row.head,
        listed=row.listed,
        signer=PublicKey(row.signer) if row.signer is not None else None,
        signature=row.signature,
    )


def _is_alone(tx: Connection) -> bool:
    """Take the sealing lock for this transaction. Return whether we have it; SQLite has a single writer anyway."""
    return tx.dialect.name == "sqlite" or bool(tx.scalar(_ALONE))


def _newest_settled(tx: Connection) -> int | None:
    """Return the highest event id below which no other can still appear, or None if writers are busy.

    PostgreSQL assigns ids before the commit, so a lower id may be committed after a higher one. A writer with an
    assigned id holds a lock on the table. A share lock, held for a moment, waits for all of them: what exists then is
    complete, and later ids are higher. Rolling back to the savepoint lets writers continue at once.
    """
    if tx.dialect.name == "sqlite":
        return _newest(tx)
    try:
        with tx.begin_nested() as moment:
            tx.execute(_WAIT_BRIEFLY)
            tx.execute(_WRITERS_OUT)
            newest = _newest(tx)
            moment.rollback()
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
            raise
        return None
    return newest


def _newest(tx: Connection) -> int:
    return int(tx.scalar(select(func.max(events.c.id))) or 0)


def _made(before: Seal | None, listed: list[str], key: SealKey | None, now: datetime) -> Seal:
    """Return the new seal, never dated before the previous one even if the clock went back."""
    seal = Seal(
        number=before.number + 1 if before else 1,
        made_at=max(now, before.made_at) if before else now,
        first=int(listed[0].split()[0]),
        last=int(listed[-1].split()[0]),
        entries=len(listed),
        size=len(listed) + (before.size if before else 0),
        previous=before.head if before else START,
        head=START,
        listed="".join(listed),
        signer=key.public if key else None,
    )
    seal = replace(seal, head=seal.due_head())
    return replace(seal, signature=key.sign(seal.text)) if key else seal


def _columns(seal: Seal) -> dict[str, object]:
    return {
        "number": seal.number,
        "made_at": seal.made_at,
        "first_event": seal.first,
        "last_event": seal.last,
        "entries": seal.entries,
        "size": seal.size,
        "previous": seal.previous,
        "head": seal.head,
        "listed": seal.listed,
        "signer": seal.signer.raw if seal.signer else None,
        "signature": seal.signature,
    }


def _hash(said: str) -> bytes:
    return sha256(said.encode()).digest()
