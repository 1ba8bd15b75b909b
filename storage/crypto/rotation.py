"""Which of the organisation's keys unwraps which check's key, and rotation to the first (docs/design-decisions.md, 10).

Rotation changes only the wrapping, never a check's own key. Nothing sealed is touched, and a sealer obtained before
keeps working.
"""

from __future__ import annotations

import secrets
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update

from storage.crypto.wrapping import WrappingKey, is_of_this_edition, wrapping_keys
from storage.engine.database import Database
from storage.tables import checks, index_keys

_READ_AT_ONCE = 100
_BREATH = 0.005
"""Seconds between two writes, so that the running bot gets at a SQLite file in between."""

_WRAPPED = select(checks.c.wrapped_key)
_NEXT = (
    select(checks.c.id, checks.c.wrapped_key)
    .where(checks.c.id > bindparam("after"))
    .order_by(checks.c.id)
    .limit(_READ_AT_ONCE)
)
_FROM_HERE = (
    select(checks.c.wrapped_key).where(checks.c.id > bindparam("after")).order_by(checks.c.id).limit(bindparam("most"))
)
_BEFORE = (
    select(checks.c.wrapped_key).where(checks.c.id <= bindparam("after")).order_by(checks.c.id).limit(bindparam("most"))
)
_REWRAP = (
    update(checks)
    .where(checks.c.id == bindparam("check"), checks.c.wrapped_key == bindparam("before"))
    .values(wrapped_key=bindparam("after"))
)
"""Update only if the wrapped key is still the one that was read: a key destroyed meanwhile stays destroyed."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many checks' keys can be unwrapped. opens: by the position of the first key that fits. unopened: by none.

    destroyed: keys destroyed by erasure, which is not a loss. is_all: whether every check was tried.
    """

    opens: tuple[int, ...]
    unopened: int
    destroyed: int
    is_all: bool = True

    @property
    def wrapped(self) -> int:
        """Return the number of wrapped keys that exist."""
        return sum(self.opens) + self.unopened


@dataclass(frozen=True, slots=True)
class Rotation:
    """The result of a rotation. moved: keys rewrapped. left: the tally afterwards."""

    moved: int
    left: Tally


def tally(tx: Connection, keys: Sequence[str]) -> Tally:
    """Try to unwrap every check's key. Raises BadKey."""
    return _tallied(tx.scalars(_WRAPPED, execution_options={"yield_per": _READ_AT_ONCE}), keys)


def sample(tx: Connection, keys: Sequence[str], most: int) -> Tally:
    """Try to unwrap the keys of so many checks of any age, chosen by chance: ids are random. Raises BadKey."""
    start = {"after": secrets.token_hex(16), "most": most + 1}
    after = tx.execute(_FROM_HERE, start).all()
    before = tx.execute(_BEFORE, {**start, "most": most + 1 - len(after)}).all() if len(after) <= most else []
    found = [row.wrapped_key for row in (*after, *before)]
    return replace(_tallied(found[:most], keys), is_all=len(found) <= most)


def _tallied(wrapped: Iterable[bytes], keys: Sequence[str]) -> Tally:
    held = wrapping_keys(keys)
    places: Counter[int | None] = Counter()
    destroyed = 0
    for each in wrapped:
        if each:
            places[_place(held, each)] += 1
        else:
            destroyed += 1
    opens = tuple(places[place] for place in range(len(held)))
    return Tally(opens, places[None], destroyed)


def rotate(database: Database, keys: Sequence[str]) -> Rotation:
    """Rewrap with the first key, in today's form, every key that any of ours unwraps. Raises BadKey.

    Each key is its own transaction: nobody waits for more than one row, and an interrupted rotation can be run again.
    """
    held = wrapping_keys(keys)
    moved, rows = 0, _following(database, "")
    while rows:
        for row in rows:
            anew = _wrapped_anew(held, row.wrapped_key)
            if anew:
                moved += _rewrap(database, row, anew)
        rows = _following(database, rows[-1].id)
    _move_index_keys(database, held)
    with database.read() as tx:
        return Rotation(moved, tally(tx, keys))


def _move_index_keys(database: Database, held: Sequence[WrappingKey]) -> None:
    """Rewrap the person index's key too. If it cannot be unwrapped, it is replaced when next needed."""
    with database.begin() as tx:
        for row in tx.execute(select(index_keys.c.name, index_keys.c.wrapped_key)).all():
            anew = _wrapped_anew(held, row.wrapped_key)
            if anew:
                tx.execute(update(index_keys).where(index_keys.c.name == row.name).values(wrapped_key=anew))


def _wrapped_anew(held: Sequence[WrappingKey], wrapped: bytes) -> bytes | None:
    """Return it wrapped with the first key; None if it is so already, or if no key of ours unwraps it."""
    for place, key in enumerate(held):
        unwrapped = key.unwrap(wrapped)
        if unwrapped is not None:
            return held[0].wrap(unwrapped) if place or not is_of_this_edition(wrapped) else None
    return None


def _place(held: Sequence[WrappingKey], wrapped: bytes) -> int | None:
    """Return the position of the first key that unwraps it, or None."""
    return next((place for place, key in enumerate(held) if key.unwrap(wrapped) is not None), None)


def _following(database: Database, after: str) -> Sequence[Row[Any, Any]]:
    with database.read() as tx:
        return tx.execute(_NEXT, {"after": after}).all()


def _rewrap(database: Database, row: Row[Any, Any], wrapped: bytes) -> int:
    with database.begin() as tx:
        found = tx.execute(_REWRAP, {"check": row.id, "before": row.wrapped_key, "after": wrapped}).rowcount
    time.sleep(_BREATH)
    return found
