"""Reading of long lists in portions, each a query of its own: no cursor stays open where a reader stops early."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Connection, Row, Select, literal, tuple_

_AT_ONCE = 50


def newest_first(tx: Connection, rows: Select[Any], at: Column[Any], key: Column[str]) -> Iterator[Row[Any]]:
    """Yield rows by `at`, the newest first, those of one moment by `key`. Both are among the selected columns."""
    ordered = rows.where(at.is_not(None)).order_by(at.desc(), key.desc()).limit(_AT_ONCE)
    wanted = ordered
    while found := tx.execute(wanted).all():
        yield from found
        last = found[-1]._mapping  # noqa: SLF001 - SQLAlchemy's public name
        wanted = ordered.where(tuple_(at, key) < tuple_(literal(last[at], at.type), literal(last[key], key.type)))
