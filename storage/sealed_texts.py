"""Which checks do not open, or hold a text that does not: each sealed text is opened and dropped, never shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from storage.cases import IS_OPEN
from storage.checks import IS_DRAFT, open_answers
from storage.crypto.envelope import Keyring, Sealer
from storage.errors import CannotOpen
from storage.tables import cases, checks, events, strands

_AT_ONCE = 500
_DRAFTS = (
    select(checks.c.id).outerjoin(cases, cases.c.check_id == checks.c.id).where(IS_DRAFT, cases.c.check_id.is_(None))
)
_OPEN = select(checks.c.id).join(cases, cases.c.check_id == checks.c.id).where(IS_OPEN)
_KEY = (checks.c.ref, checks.c.wrapped_key)
_ANSWERS = select(checks.c.id, checks.c.reporter, checks.c.sealed_answers, *_KEY).select_from(checks)
_PLANS = select(strands.c.check_id, strands.c.name, strands.c.sealed, *_KEY).select_from(strands.join(checks))
_ENTRIES = select(events.c.check_id, events.c.sealed, *_KEY).select_from(events.join(checks))


@dataclass(frozen=True, slots=True)
class Unopened:
    """References of checks, in order. locked: no key fits. damaged: a key fits, and a sealed text does not open."""

    locked: tuple[str, ...] = ()
    damaged: tuple[str, ...] = ()


def find(tx: Connection, keys: Sequence[str], *, in_use: bool = False) -> Unopened:
    """Open every sealed text, but of erased checks: answers, plans, entries. Raises BadKey.

    in_use: only of checks that somebody may wait for.
    """
    ring, locked, damaged = Keyring(keys), set(), set()
    for row in _rows(tx, in_use=in_use):
        try:
            sealer = ring.sealer(row.wrapped_key)
        except CannotOpen:
            locked.add(row.ref)
            continue
        try:
            _open(sealer, row)
        except (CannotOpen, ValueError):
            damaged.add(row.ref)
    return Unopened(tuple(sorted(locked)), tuple(sorted(damaged)))


def _rows(tx: Connection, *, in_use: bool) -> Iterator[Row[Any]]:
    used = _in_use(tx) if in_use else [None]
    for portion in used:
        for texts in (_ANSWERS, _PLANS, _ENTRIES):
            wanted = texts.where(checks.c.wrapped_key != b"")
            of_these = wanted if portion is None else wanted.where(checks.c.id.in_(portion))
            yield from tx.execute(of_these, execution_options={"yield_per": _AT_ONCE})


def _in_use(tx: Connection) -> Sequence[Sequence[str]]:
    """Return the ids of unfinished drafts and of cases that are not closed, without drills, in portions."""
    ids = [check for which in (_DRAFTS, _OPEN) for check in tx.scalars(which.where(~checks.c.is_drill))]
    return [ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE)]


def _open(sealer: Sealer, row: Row[Any]) -> None:
    """Open one sealed text. Raises CannotOpen, or ValueError if it says nothing that share-check wrote."""
    if hasattr(row, "sealed_answers"):
        open_answers(sealer, row.id, row.reporter, row.sealed_answers)
    elif hasattr(row, "name"):
        sealer.open(row.sealed, f"strand:{row.check_id}:{row.name}")
    else:
        sealer.open(row.sealed, f"event:{row.check_id}")
