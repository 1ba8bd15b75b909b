"""Checks that do not open: what the clear columns say of them, so that none is hidden."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from flows.case import CheckStatus
from storage.checks import people_left_out
from storage.tables import cases, checks


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A case whose check does not open. reporter: a Slack id. left_out: as from `checks.people_left_out`.

    dm_only, content_free, led_by: as of a case.
    """

    ref: str
    reporter: str
    left_out: frozenset[str]
    dm_only: bool
    content_free: bool
    led_by: str | None


def find(tx: Connection, check: str) -> Unreadable | None:
    """Return what is known of this case without its key, or None if there is no case."""
    columns = (checks.c.ref, checks.c.reporter, cases.c.dm_only, cases.c.content_free, cases.c.led_by)
    row = tx.execute(select(*columns).join(cases, cases.c.check_id == checks.c.id).where(checks.c.id == check)).first()
    if row is None:
        return None
    return Unreadable(row.ref, row.reporter, people_left_out(tx, check), row.dm_only, row.content_free, row.led_by)


def of_reporter(tx: Connection, reporter: str, opened: Sequence[str], most: int) -> Sequence[str]:
    """Return the references of a person's latest checks that did not open, without erased ones.

    opened: ids of those that opened.
    """
    rows = (
        select(checks.c.id, checks.c.ref)
        .where(checks.c.reporter == reporter, ~checks.c.is_drill, checks.c.status != CheckStatus.ERASED)
        .where(func.length(checks.c.wrapped_key) > 0)
        .order_by(checks.c.touched_at.desc())
        .limit(most)
    )
    return [row.ref for row in tx.execute(rows) if row.id not in opened]
