"""Which checks do not open, or hold a text that does not: each sealed text is opened and dropped, never shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, or_, select

from flows.case import CaseStatus, CheckStatus
from storage.checks import open_answers
from storage.crypto.envelope import Keyring, Sealer
from storage.errors import CannotOpen
from storage.tables import cases, checks, events, strands

_AT_ONCE = 500
_DRAFT = checks.c.status == CheckStatus.DRAFT
_IN_USE = and_(~checks.c.is_drill, or_(cases.c.status != CaseStatus.CLOSED, and_(cases.c.check_id.is_(None), _DRAFT)))
"""Unfinished drafts and cases that are not closed, without drills."""
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
    for texts in (_ANSWERS, _PLANS, _ENTRIES):
        wanted = texts.where(checks.c.wrapped_key != b"")
        yield from tx.execute(_used(wanted) if in_use else wanted, execution_options={"yield_per": _AT_ONCE})


def _used(texts: Select[Any]) -> Select[Any]:
    return texts.outerjoin(cases, cases.c.check_id == checks.c.id).where(_IN_USE)


def _open(sealer: Sealer, row: Row[Any]) -> None:
    """Open one sealed text. Raises CannotOpen, or ValueError if it says nothing that share-check wrote."""
    if hasattr(row, "sealed_answers"):
        open_answers(sealer, row.id, row.reporter, row.sealed_answers)
    elif hasattr(row, "name"):
        sealer.open(row.sealed, f"strand:{row.check_id}:{row.name}")
    else:
        sealer.open(row.sealed, f"event:{row.check_id}")
