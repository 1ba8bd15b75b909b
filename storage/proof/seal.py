"""Seals: once an hour what was added to the record is listed, hashed onto what was sealed before, and signed.

What is hashed and signed is written out in docs/decisions/0011-the-seal.md, so that others can check it without us.
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

EVERY = timedelta(hours=1)
START = bytes(32)
"""What stands for the head before the first seal."""

_ALONE = text("SELECT pg_try_advisory_xact_lock(730462)")
"""The number is our own."""
_WAIT_BRIEFLY = text("SET LOCAL lock_timeout = '300ms'")
"""Writers stand behind us meanwhile; and PostgreSQL looks for deadlocks, which might end one of theirs, after 1 s."""
_WRITERS_OUT = text("LOCK TABLE events IN SHARE MODE")
_LOCK_NOT_AVAILABLE = "55P03"


def _bytes(column: Column[Any]) -> ColumnElement[bytes]:
    """Also where somebody put words in: SQLite lets them, and the seals must still be made and checked."""
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
    """What a stranger may see of an event. about: a hash over who, what and whose, which only its own row opens."""

    id: int
    at: datetime
    about: bytes
    commitment: bytes

    @property
    def digest(self) -> str:
        return _hash(f"share-check entry v1\n{self.about.hex()}\n{self.commitment.hex()}\n").hex()

    @property
    def line(self) -> str:
        """How a seal lists it."""
        return f"{self.id} {self.at.isoformat()} {self.digest}\n"


@dataclass(frozen=True, slots=True)
class Seal:
    """One batch of events. listed: a line for each. size: how many events are sealed so far, these included."""

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
        """What its head must be, by everything else that it says."""
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
        """What is signed, and published."""
        return (
            f"share-check record v1\nseal {self.number}\nmade {self.made_at.isoformat()}\n"
            f"entries {self.size}\nhead {self.head.hex()}\n"
        )

    @property
    def note(self) -> str:
        """The text, and its signature where it has one."""
        return note(self.text, self.signer, self.signature) if self.signer and self.signature else self.text


class SealWatch:
    """The newest head that this process has seen, in its memory, where nobody who has only the database reaches.

    Once the chain in the database does not hold that head any more, it never does again for this process: a person has
    to look, and start it anew.
    """

    def __init__(self) -> None:
        self._seen: tuple[int, bytes] | None = None
        self.is_broken = False

    def look(self, tx: Connection) -> Seal | None:
        """Look at the chain, in a transaction that has changed no seal; the newest seal where it is news."""
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
        """The head that was seen last, in words for the log: hashes and numbers alone."""
        return f"seal {self._seen[0]}, head {self._seen[1].hex()}" if self._seen else "no seal"

    @staticmethod
    def _goes_on(tx: Connection, seen: tuple[int, bytes]) -> bool:
        """Whether that seal is there, and each that came since names the head of the one before."""
        number, head = seen
        columns = (seals.c.number, _bytes(seals.c.previous), _bytes(seals.c.head))
        since = tx.execute(select(*columns).where(seals.c.number >= number).order_by(seals.c.number)).all()
        if not since or (since[0].number, since[0].head) != (number, head):
            return False
        return all(after.previous == before.head for before, after in pairwise(since))


def seal_due(tx: Connection, key: SealKey | None, now: datetime) -> Seal | None:
    """Seal what is there if the last seal is an hour old; None where nothing was sealed."""
    made_at = tx.scalar(select(func.max(seals.c.made_at)))
    if made_at is not None and abs(now - made_at) < EVERY:
        return None
    return seal_now(tx, key, now)


def seal_now(tx: Connection, key: SealKey | None, now: datetime) -> Seal | None:
    """Everything since the last seal, in one batch. Without a key it is chained and not signed.

    None where there is nothing, or somebody else seals, or somebody has been writing for long: later, then.
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
    """The newest seal, None where nothing was sealed yet."""
    row = tx.execute(SEALS.order_by(None).order_by(seals.c.number.desc()).limit(1)).first()
    return seal_of(row) if row else None


def is_waiting(tx: Connection, seal: Seal | None) -> bool:
    """Whether there is anything newer than this seal."""
    newer = select(events.c.id).where(events.c.id > (seal.last if seal else 0)).limit(1)
    return tx.execute(newer).first() is not None


def waiting_since(tx: Connection) -> datetime | None:
    """When the oldest was recorded that no seal lists yet; None where there is none."""
    last = select(func.coalesce(func.max(seals.c.last_event), 0)).scalar_subquery()
    found: datetime | None = tx.scalar(select(func.min(events.c.at)).where(events.c.id > last))
    return found


def entry_of(row: Row[Any]) -> SealedEntry:
    """A row of EVENTS. What is sealed is part of `about`: it is what nobody can guess."""
    sealed = sha256(row.sealed).hexdigest()
    return SealedEntry(row.id, row.at, about(row.check_id, row.who, row.what, row.request, sealed), row.commitment)


def about(check: str | None, who: str, what: str, request: str | None, sealed: str) -> bytes:
    """A hash over the columns that a stranger need not see. sealed: SHA-256 of what is sealed, in hex."""
    return _hash(json.dumps(["share-check about v1", check, who, what, request, sealed], separators=(",", ":")))


def seal_of(row: Row[Any]) -> Seal:
    """A row of SEALS."""
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
    """Whether nobody else seals until this transaction ends. SQLite has one writer anyway."""
    return tx.dialect.name == "sqlite" or bool(tx.scalar(_ALONE))


def _newest_settled(tx: Connection) -> int | None:
    """The highest id below which no other can appear any more; None where that cannot be told now.

    On PostgreSQL ids are given before the commit, so a lower one may be kept later than a higher one. Whoever has been
    given one holds a lock on the table until then. So for a moment nobody else may hold one: what is there then is
    all there is, and what comes has higher ids. Going back to the savepoint lets the writers in again at once.
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
    """Never dated before the one before it, whatever happened to the clock."""
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
