"""A look at a few seals at a time: whether what they list is there as they list it, at a cost that does not grow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from storage.proof.chain import ChainFinding, Page, Wrong
from storage.proof.seal import EVENTS, SEALS, entry_of, seal_of
from storage.tables import events, seals

NEWEST = 12
"""Seals, of the last hour at least, that are looked at each time."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What is wrong with some seals and their entries. checks: of the entries that are there and are not as listed.

    following: the number of the seal to go on with; 1 after the last.
    """

    findings: tuple[ChainFinding, ...]
    checks: frozenset[str]
    following: int


def look(tx: Connection, start: int, most: int) -> Looked:
    """Judge the newest seals, and `most` others from number `start` on."""
    numbers = tx.scalars(select(seals.c.number).order_by(seals.c.number.desc()).limit(NEWEST)).all()
    if not numbers:
        return Looked((), frozenset(), 1)
    newest, first = numbers[0], max(1, start if start <= numbers[0] else 1)
    older = list(range(max(first - 1, 1), min(first + most, newest + 1)))
    found: list[ChainFinding] = []
    strange: set[str] = set()
    for span in (older, list(range(max(newest - NEWEST, 1), newest + 1))):
        pages = [Page.of(seal_of(row)) for row in tx.execute(SEALS.where(seals.c.number.in_(span)))]
        found += _in_order(pages, span)
        for page in pages:
            lost, others = _entries(tx, page)
            found += lost
            strange |= others
    following = first + most
    return Looked(tuple(dict.fromkeys(found)), frozenset(strange), following if following <= newest else 1)


def _in_order(pages: Sequence[Page], span: Sequence[int]) -> list[ChainFinding]:
    """Judge each seal by itself, and that each follows from the one before it."""
    there = {page.number: page for page in pages}
    found = [ChainFinding(f"Seal {number}", Wrong.REMOVED, "it is not there") for number in span if number not in there]
    found += [
        page.found(Wrong.CHANGED, "its head does not follow from what it says") for page in pages if not page.is_sound
    ]
    for number in span[1:]:
        before, page = there.get(number - 1), there.get(number)
        if before and page and page.seal.previous != before.seal.head:
            found.append(page.found(Wrong.REPLACED, "it names another head for the one before it"))
    return found


def _entries(tx: Connection, page: Page) -> tuple[list[ChainFinding], set[str]]:
    """Return the entries that are missing, and the checks of those that are not as the seal lists them."""
    rows = tx.execute(EVENTS.where(events.c.id >= page.seal.first, events.c.id <= page.seal.last)).all()
    listed = {line.id: line for line in page.lines}
    there = {row.id: row for row in rows}
    found, strange = [], set()
    for number, line in listed.items():
        row = there.get(number)
        if row is None:
            found.append(ChainFinding(f"Entry {number}", Wrong.REMOVED, f"seal {page.number} lists it"))
        elif (row.at, entry_of(row).digest) != (line.at, line.digest):
            found.append(ChainFinding(f"Entry {number}", Wrong.CHANGED, f"it is not what seal {page.number} lists"))
            strange |= {row.check_id} if row.check_id else set()
    strange |= {row.check_id for number, row in there.items() if number not in listed and row.check_id}
    found += [
        ChainFinding(f"Entry {number}", Wrong.ADDED, "no seal lists it") for number in there.keys() - listed.keys()
    ]
    return found, strange
