"""Who finished which practice situation, and when: part of the staff induction (policy 1.3). No answer is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, select

from flows.events import OutboxKind
from storage.engine import idempotent
from storage.tables import outbox, practised

SEEN_FOR = timedelta(days=366)
"""How long somebody who opened the Home tab counts as staff."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A practice situation that was finished. situation: its id. at: when."""

    situation: str
    at: datetime


def finish(tx: Connection, person: str, situation: str, now: datetime, request: str) -> bool:
    """Record that a person finished a situation. Return whether it is new; a repeated request adds no second row.

    person: a Slack user id.
    """
    return idempotent.insert_if_absent(
        tx, practised, person=person, situation=situation, at=now, request=f"{request}:{situation}"[:64]
    )


def last_of(tx: Connection, person: str) -> Finished | None:
    """Return the situation that a person finished last, or None."""
    mine = select(practised).where(practised.c.person == person).order_by(practised.c.at.desc(), practised.c.id.desc())
    row = tx.execute(mine.limit(1)).first()
    return Finished(row.situation, row.at) if row else None


def everybody(tx: Connection) -> Mapping[str, datetime]:
    """Return when each person last finished one, by Slack user id, newest first."""
    last = func.max(practised.c.at).label("last")
    rows = select(practised.c.person, last).group_by(practised.c.person).order_by(last.desc(), practised.c.person)
    return {row.person: row.last for row in tx.execute(rows)}


def opened_home(tx: Connection, now: datetime) -> tuple[str, ...]:
    """Return the Slack user ids of those who opened the Home tab within SEEN_FOR.

    Whoever only started a check is left out: their name in a list would tell a lead, who may be left out of that check,
    that there is one.
    """
    homes = (outbox.c.check_id.is_(None), outbox.c.what == OutboxKind.HOME)
    seen = select(outbox.c.target).where(*homes, outbox.c.created_at >= now - SEEN_FOR)
    return tuple(tx.scalars(seen.order_by(outbox.c.target)))


def forget(tx: Connection, before: datetime) -> int:
    """Delete what was finished before this time. Return how many rows."""
    return tx.execute(delete(practised).where(practised.c.at < before)).rowcount
