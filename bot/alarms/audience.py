"""Recipients of an alarm: a lead is told that something is late only if they may know of the check concerned."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from bot.context import Services
from bot.permission import may_know_shut
from storage import unreadable


def whose(services: Services, tx: Connection, troubled: Iterable[str]) -> frozenset[str]:
    """Return the ids of the people on the roster who may know of any of these checks."""
    return frozenset(person for check in troubled for person in _who_may_know(services, tx, check))


def is_open_to_all(services: Services, tx: Connection, troubled: Iterable[str]) -> bool:
    """Return whether at least one of these checks may be known to everybody on the roster."""
    return any(_who_may_know(services, tx, check) == set(services.roster.everyone) for check in troubled)


def _who_may_know(services: Services, tx: Connection, check: str) -> set[str]:
    roster = services.roster
    if (subject := services.listed(tx, check)) is not None:
        known_by = set(roster.may_know(subject.check, subject.left_out))
        own = roster.person_at(subject.check.reporter)
        return known_by | ({own} if own else set())
    closed = unreadable.find(tx, check)
    return {one for one in roster.everyone if closed is None or may_know_shut(closed, roster.slack[one], roster)}
