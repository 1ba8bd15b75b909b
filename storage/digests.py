"""Weekly digests: one row for each week and audience, so that each digest is made once.

Rows are planned for the current week and for every week since the last one planned, so that a digest missed while the
bot was down is made later. A digest's figures are stored with it, and later trends repeat them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from flows.case import SYSTEM, CheckStatus
from flows.checklist import CHECKLIST
from flows.events import EventKind
from flows.reports.figures import TREND, Week, WeekFigures
from storage import checks, events
from storage.crypto.envelope import Keyring
from storage.engine import idempotent
from storage.proof import seal
from storage.proof.signed_note import SealKey
from storage.tables import digests

MOST_MISSED = TREND
"""Weeks. Older missed digests are not made: they would lie before the trend."""

_UNSEALED = (digests.c.kept_in.is_not(None), digests.c.head.is_(None))


class Audience(StrEnum):
    """Who reads the digest; they are made in this order."""

    LEADS = "leads"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Planned:
    """One digest. figures: its content; None until it is made, and for staff, whose digest has no figures."""

    week: Week
    audience: Audience
    due_at: datetime
    made_at: datetime | None = None
    figures: WeekFigures | None = None
    kept_in: str | None = None
    head: str | None = None


def plan(tx: Connection, audience: Audience, now: Week, due: Callable[[Week], datetime]) -> None:
    """Insert rows for the current week (`now`) and any missed weeks. Idempotent.

    The first time ever, insert only the current week: earlier weeks were before share-check was in use.
    """
    weeks = select(digests.c.week).where(digests.c.audience == audience).order_by(digests.c.week.desc()).limit(1)
    newest = tx.scalar(weeks)
    last, week = (Week.parse(newest) if newest else now.before), now
    missing: list[Week] = []
    while last < week and len(missing) <= MOST_MISSED:
        missing.append(week)
        week = week.before
    for each in reversed(missing):
        idempotent.insert_if_absent(tx, digests, week=str(each), audience=audience, due_at=due(each))


def forget_ahead(tx: Connection, now: Week) -> int:
    """Delete the rows of weeks that have not begun, made while the clock was wrong. Return how many."""
    return tx.execute(delete(digests).where(digests.c.week > str(now))).rowcount


def due(tx: Connection, now: datetime) -> Sequence[Planned]:
    """Return the digests that are due and not made, oldest week first, the leads' before the staff's."""
    rows = select(digests).where(digests.c.made_at.is_(None), digests.c.due_at <= now)
    return sorted((_planned(row) for row in tx.execute(rows)), key=lambda each: (str(each.week), each.audience))


def take(tx: Connection, planned: Planned, now: datetime) -> bool:
    """Mark the digest made in this transaction. Return False if another transaction has made it."""
    mine = _is(planned.week, planned.audience)
    return tx.execute(update(digests).where(*mine, digests.c.made_at.is_(None)).values(made_at=now)).rowcount > 0


def keep(tx: Connection, keys: Keyring, planned: Planned, figures: WeekFigures, now: datetime) -> None:
    """Store the figures with the digest and as an event, so that the printed seal changes every week.

    Otherwise a week whose only check some leads may not know of would show by its seal alone.
    """
    request = f"digest:{planned.week}:{planned.audience}"
    opened, _ = checks.start(tx, keys, SYSTEM, request, now, CHECKLIST.version, is_drill=True)
    checks.save(tx, opened, now, status=CheckStatus.CLOSED)
    content = {"week": str(planned.week), "figures": figures.written()}
    events.append(tx, opened.check.id, opened.sealer, now, SYSTEM, EventKind.DIGEST_MADE, content)
    _save(tx, planned, figures=figures.written(), kept_in=opened.check.id)


def is_sealed(tx: Connection) -> bool:
    """Return whether every digest made has its seal's head."""
    return tx.execute(select(digests.c.week).where(*_UNSEALED).limit(1)).first() is None


def seal_made(tx: Connection, key: SealKey | None, now: datetime) -> bool:
    """Seal the record and store the seal's head with the digests made. Return whether all of them have one."""
    rows = tx.execute(select(digests).where(*_UNSEALED)).all()
    if not rows:
        return True
    made = seal.seal_now(tx, key, now)
    newest = made or (None if seal.is_waiting(tx, seal.latest(tx)) else seal.latest(tx))
    if newest is None:
        return False
    for row in rows:
        _save(tx, _planned(row), head=newest.head.hex())
    return True


def find(tx: Connection, week: Week, audience: Audience = Audience.LEADS) -> Planned | None:
    """Return one digest, or None if it is not planned."""
    row = tx.execute(select(digests).where(*_is(week, audience))).first()
    return _planned(row) if row else None


def kept(tx: Connection, first: Week, last: Week) -> Mapping[Week, WeekFigures]:
    """Return the figures of the leads' digests from week `first` to `last`, both included."""
    rows = select(digests).where(
        digests.c.audience == Audience.LEADS, digests.c.week >= str(first), digests.c.week <= str(last)
    )
    found = (_planned(row) for row in tx.execute(rows))
    return {each.week: each.figures for each in found if each.figures is not None}


def _is(week: Week, audience: Audience) -> tuple[Any, ...]:
    return (digests.c.week == str(week), digests.c.audience == audience)


def _save(tx: Connection, planned: Planned, **changes: object) -> None:
    tx.execute(update(digests).where(*_is(planned.week, planned.audience)).values(**changes))


def _planned(row: Row[Any]) -> Planned:
    found = Planned(
        week=Week.parse(row.week),
        audience=Audience(row.audience),
        due_at=row.due_at,
        made_at=row.made_at,
        kept_in=row.kept_in,
        head=row.head,
    )
    return replace(found, figures=WeekFigures.read(row.figures)) if row.figures else found
