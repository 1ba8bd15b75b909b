"""What happens once, whoever else does the same at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Table, text
from sqlalchemy.dialects import postgresql, sqlite

_ALONE = text("SELECT pg_advisory_xact_lock(730464, hashtext(:name))")
"""The number is our own. Two names that hash alike wait for each other, which does no harm."""
_INSERTS: dict[str, Callable[[Table], Any]] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


def insert_if_absent(tx: Connection, table: Table, **columns: Any) -> bool:
    """Insert a row unless one of its unique keys is taken; whether it is new."""
    new = _INSERTS[tx.dialect.name](table).values(**columns).on_conflict_do_nothing()
    return tx.execute(new.returning(*table.primary_key)).first() is not None


def advisory_lock(tx: Connection, name: str) -> None:
    """Whoever else comes with this name waits until this transaction ends, and then sees what it did.

    SQLite has one writer at a time anyway.
    """
    if tx.dialect.name == "postgresql":
        tx.execute(_ALONE, {"name": name})
