"""Packs: encrypted files that wait to be handed over. The passphrase, without which nobody reads one, is not kept."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import ColumnElement, Connection, delete, insert, select

from storage.tables import pack_checks, packs

KEPT = timedelta(days=30)
"""Long enough to hand it over; it can be made again."""
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 6


@dataclass(frozen=True, slots=True)
class Pack:
    """An encrypted file and the number it is asked for by."""

    number: str
    content: bytes

    @property
    def sha256(self) -> str:
        """What the record says of it."""
        return sha256(self.content).hexdigest()


def new_number() -> str:
    """A random number, as in PK-7K2M4X, which tells nothing."""
    return "PK-" + "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))


def put(tx: Connection, pack: Pack, checks: Iterable[str], now: datetime) -> None:
    """Keep a pack for thirty days. checks: whose erasure takes it away as well. Older packs go."""
    _remove(tx, packs.c.made_at < now - KEPT)
    tx.execute(insert(packs).values(number=pack.number, made_at=now, content=pack.content))
    tx.execute(insert(pack_checks), [{"number": pack.number, "check_id": one} for one in dict.fromkeys(checks)])


def find(tx: Connection, number: str, now: datetime) -> Pack | None:
    """A pack by its number; None where there is none, or it is too old."""
    wanted = number.strip().upper()
    known = select(packs).where(packs.c.number == wanted, packs.c.made_at >= now - KEPT)
    row = tx.execute(known).first()
    return Pack(row.number, row.content) if row else None


def forget(tx: Connection, check: str) -> None:
    """Take away every pack that holds something of this check: it is being erased."""
    holding = select(pack_checks.c.number).where(pack_checks.c.check_id == check)
    _remove(tx, packs.c.number.in_(holding))


def _remove(tx: Connection, which: ColumnElement[bool]) -> None:
    numbers = tx.scalars(select(packs.c.number).where(which)).all()
    tx.execute(delete(pack_checks).where(pack_checks.c.number.in_(numbers)))
    tx.execute(delete(packs).where(packs.c.number.in_(numbers)))
