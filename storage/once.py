"""A row that is written once, whoever else writes the same at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

_INSERTS: dict[str, Callable[[Table], Any]] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


def add(tx: Connection, table: Table, **columns: Any) -> bool:
    """Insert a row unless one of its unique keys is taken; whether it is new."""
    new = _INSERTS[tx.dialect.name](table).values(**columns).on_conflict_do_nothing()
    return tx.execute(new.returning(*table.primary_key)).first() is not None
