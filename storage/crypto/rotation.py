"""Which of the organisation's keys opens which check; moving all to the first (docs/design-decisions.md, 10).

A check's own key never changes; only its wrapping does. So nothing that was sealed is touched, and whoever opened a
check before it was wrapped anew goes on with the sealer they have.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import Connection, Row, and_, bindparam, or_, select, update

from flows.case import CaseStatus, CheckStatus
from storage.crypto.envelope import Keyring
from storage.engine.database import Database
from storage.tables import cases, checks, index_keys

_READ_AT_ONCE = 100
_BREATH = 0.005
"""Seconds between two writes, so that the running bot gets its turn at a SQLite file."""

_WRAPPED = select(checks.c.wrapped_key)
_DRAFT = checks.c.status == CheckStatus.DRAFT
_OPEN = (
    select(checks.c.wrapped_key)
    .outerjoin(cases, cases.c.check_id == checks.c.id)
    .where(~checks.c.is_drill, or_(cases.c.status != CaseStatus.CLOSED, and_(cases.c.check_id.is_(None), _DRAFT)))
)
"""Nobody is done with these: neither whoever answers, nor the leads."""
_NEXT = (
    select(checks.c.id, checks.c.wrapped_key)
    .where(checks.c.id > bindparam("after"))
    .order_by(checks.c.id)
    .limit(_READ_AT_ONCE)
)
_REWRAP = (
    update(checks)
    .where(checks.c.id == bindparam("check"), checks.c.wrapped_key == bindparam("before"))
    .values(wrapped_key=bindparam("after"))
)
"""Only where it still is what was read: a key destroyed in the meantime stays destroyed."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many checks' keys open. opens: with the key at each place; the first that fits counts. shut: with none.

    destroyed: keys that were erased with what they sealed; nothing is missing there.
    """

    opens: tuple[int, ...]
    shut: int
    destroyed: int

    @property
    def wrapped(self) -> int:
        """All keys there are."""
        return sum(self.opens) + self.shut


@dataclass(frozen=True, slots=True)
class Rotation:
    """What a rotation did. moved: keys wrapped anew. left: how it stands now."""

    moved: int
    left: Tally


def tally(tx: Connection, keys: Sequence[str]) -> Tally:
    """Try every wrapped key. Raises BadKey."""
    locks = _locks(keys)
    everything = tx.scalars(_WRAPPED).all()
    places = Counter(_place(locks, wrapped) for wrapped in everything if wrapped)
    opens = tuple(places[place] for place in range(len(locks)))
    return Tally(opens, places[None], len(everything) - places.total())


def open_and_shut(tx: Connection, keys: Sequence[str]) -> int:
    """How many checks that somebody may be waiting for have a key that does not open. Raises BadKey."""
    locks = _locks(keys)
    return sum(bool(wrapped) and _place(locks, wrapped) is None for wrapped in tx.scalars(_OPEN))


def rotate(database: Database, keys: Sequence[str]) -> Rotation:
    """Wrap with the first key whatever any of the keys opens. Raises BadKey.

    Each key is a transaction of its own: nobody waits for more than one row, and whatever ends this half-way, the
    rest can be done later.
    """
    locks = _locks(keys)
    both = MultiFernet(locks)
    moved, rows = 0, _following(database, "")
    while rows:
        for row in rows:
            if _place(locks, row.wrapped_key):  # neither the first already, nor none
                moved += _rewrap(database, row, both.rotate(row.wrapped_key))
        rows = _following(database, rows[-1].id)
    _move_index_keys(database, locks, both)
    with database.read() as tx:
        return Rotation(moved, tally(tx, keys))


def _move_index_keys(database: Database, locks: Sequence[Fernet], both: MultiFernet) -> None:
    """The keys that records are found by, likewise; one that nothing opens is made anew when it is next needed."""
    with database.begin() as tx:
        for row in tx.execute(select(index_keys.c.name, index_keys.c.wrapped_key)).all():
            if _place(locks, row.wrapped_key):
                moved = update(index_keys).where(index_keys.c.name == row.name)
                tx.execute(moved.values(wrapped_key=both.rotate(row.wrapped_key)))


def _locks(keys: Sequence[str]) -> list[Fernet]:
    Keyring(keys)  # says which setting is wrong
    return [Fernet(key) for key in keys]


def _place(locks: Sequence[Fernet], wrapped: bytes) -> int | None:
    """The place of the first key that opens it; None where none does."""
    for place, lock in enumerate(locks):
        try:
            lock.decrypt(wrapped)
        except InvalidToken:
            continue
        return place
    return None


def _following(database: Database, after: str) -> Sequence[Row[Any, Any]]:
    with database.read() as tx:
        return tx.execute(_NEXT, {"after": after}).all()


def _rewrap(database: Database, row: Row[Any, Any], wrapped: bytes) -> int:
    with database.begin() as tx:
        found = tx.execute(_REWRAP, {"check": row.id, "before": row.wrapped_key, "after": wrapped}).rowcount
    time.sleep(_BREATH)
    return found
