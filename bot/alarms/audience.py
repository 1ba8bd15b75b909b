"""Whose business trouble is: a lead hears of something late only where they may know of the check it is about."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from bot.context import Desk
from bot.permission import may_know_shut
from storage import unreadable


def whose(desk: Desk, tx: Connection, troubled: Iterable[str]) -> frozenset[str]:
    """Ids of the people on the list who may know of any of these checks."""
    return frozenset(person for check in troubled for person in _who_may_know(desk, tx, check))


def is_open_to_all(desk: Desk, tx: Connection, troubled: Iterable[str]) -> bool:
    """Whether any of these checks is nothing that somebody on the list must not hear of."""
    return any(_who_may_know(desk, tx, check) == set(desk.roster.everyone) for check in troubled)


def _who_may_know(desk: Desk, tx: Connection, check: str) -> set[str]:
    roster = desk.roster
    if (subject := desk.listed(tx, check)) is not None:
        known_by = set(roster.may_know(subject.check, subject.left_out))
        own = roster.person_at(subject.check.reporter)
        return known_by | ({own} if own else set())
    closed = unreadable.find(tx, check)
    return {one for one in roster.everyone if closed is None or may_know_shut(closed, roster.slack[one], roster)}
