"""Packs: encrypted export files waiting to be collected. Their passphrase is not stored."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import ColumnElement, Connection, delete, insert, select

from storage.tables import pack_checks, packs

KEPT = timedelta(days=30)
"""Time to hand a pack over; it can be made again."""
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 6


@dataclass(frozen=True, slots=True)
class Pack:
    """An encrypted file and the number by which it is collected."""

    number: str
    content: bytes

    @property
    def sha256(self) -> str:
        """Return the SHA-256 of the file, as hex, which is recorded."""
        return sha256(self.content).hexdigest()


def new_number() -> str:
    """Return a random number such as PK-7K2M4X; it reveals nothing."""
    return "PK-" + "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))


def put(tx: Connection, pack: Pack, checks: Iterable[str], now: datetime) -> None:
    """Store a pack for 30 days, and delete older packs. checks: ids whose erasure also deletes the pack."""
    _remove(tx, packs.c.made_at < now - KEPT)
    tx.execute(insert(packs).values(number=pack.number, made_at=now, content=pack.content))
    tx.execute(insert(pack_checks), [{"number": pack.number, "check_id": one} for one in dict.fromkeys(checks)])


def find(tx: Connection, number: str, now: datetime) -> Pack | None:
    """Return a pack by its number, or None if there is none or it is over 30 days old."""
    wanted = number.strip().upper()
    known = select(packs).where(packs.c.number == wanted, packs.c.made_at >= now - KEPT)
    row = tx.execute(known).first()
    return Pack(row.number, row.content) if row else None


def forget(tx: Connection, check: str) -> None:
    """Delete every pack that contains this check, because it is being erased."""
    holding = select(pack_checks.c.number).where(pack_checks.c.check_id == check)
    _remove(tx, packs.c.number.in_(holding))


def _remove(tx: Connection, which: ColumnElement[bool]) -> None:
    numbers = tx.scalars(select(packs.c.number).where(which)).all()
    tx.execute(delete(pack_checks).where(pack_checks.c.number.in_(numbers)))
    tx.execute(delete(packs).where(packs.c.number.in_(numbers)))
