"""Inserts and locks that make concurrent repeats of the same work harmless."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Table, text
from sqlalchemy.dialects import postgresql, sqlite

_ALONE = text("SELECT pg_advisory_xact_lock(730464, hashtext(:name))")
"""The first lock number is arbitrary. Two names with the same hash wait for each other, which is harmless."""
_INSERTS: dict[str, Callable[[Table], Any]] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


def insert_if_absent(tx: Connection, table: Table, **columns: Any) -> bool:
    """Insert a row unless one of its unique keys is taken. Return whether it was inserted."""
    new = _INSERTS[tx.dialect.name](table).values(**columns).on_conflict_do_nothing()
    return tx.execute(new.returning(*table.primary_key)).first() is not None


def advisory_lock(tx: Connection, name: str) -> None:
    """Take a transaction-scoped advisory lock on `name`. No-op on SQLite (single writer).

    The next transaction to take it sees what this one committed.
    """
    if tx.dialect.name == "postgresql":
        tx.execute(_ALONE, {"name": name})
