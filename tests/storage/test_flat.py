"""Nothing that runs by the clock and no screen reads a table that grows from end to end, on either database."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import Connection, event, inspect

from bench.grown import NOW, grow
from bench.watched import WATCHED, Watch
from storage.crypto.envelope import Keyring
from storage.engine.database import Database
from storage.tables import metadata

BOUNDED = {"sqlite_master", "pulse", "away", "unreachable", "index_keys", "alembic_version", "ranked"}
"""What stays as small as it is, and the rows that are due, in the order in which they are sent."""
READ_AS_USED = {"ix_cases_raised_at", "ix_breaches_shown_at", "ix_checks_sent_at"}
"""Read from the newest on, only as far as a page of a list needs."""
NEWEST = re.compile(r"ORDER BY (seals\.number|events\.id|digests\.week)( DESC)?\s+LIMIT", re.IGNORECASE)
"""Statements that read one row from an end of a table."""
PARTIAL = {
    str(index.name)
    for table in metadata.tables.values()
    for index in table.indexes
    if index.dialect_options["sqlite"]["where"] is not None
}
"""Indexes of what is open, due, claimed or a draft: never longer than that."""
LONG_ALL_THE_SAME = {"ix_checks_kept", "ix_checks_no_risk", "ix_outbox_of_no_check"}
"""Partial indexes that grow with history, and are to be searched."""
_COUNT = "SELECT count(*) FROM (SELECT 1 FROM {} LIMIT 60) AS rows_here"
EVERYTHING = {"doctor"}
"""Opens every check, by its purpose."""

ENOUGH, FEW = 1200, 60
"""Checks, so that a server finds an index worth it; rows of a table that a server rightly reads whole. SQLite, whose
planner does not count them, tells of those."""

Made = dict[str, tuple[str, Any]]
"""By statement: what made it, and its parameters."""


@pytest.fixture
def watch(database: Database) -> Iterator[Watch]:
    """Return a bot on a database with a little of everything."""
    key = Fernet.generate_key().decode()
    keys = Keyring([key])
    grow(database, keys, ENOUGH)
    logging.disable(logging.ERROR)
    yield Watch(database, keys, key, NOW)
    logging.disable(logging.NOTSET)


@pytest.mark.timeout(240)
def test_no_timer_and_no_screen_reads_a_table_that_grows_from_end_to_end(watch: Watch) -> None:
    """Each statement of each is explained by the database itself."""
    made = _statements(watch)
    assert len(made) > 100
    with watch.services.database.begin() as tx:
        wrong = {f"{name}: {said}\n{one}" for one, (name, given) in made.items() for said in _scans(tx, one, given)}
    assert not wrong, "\n\n".join(sorted(wrong))


def test_each_index_is_of_the_tables_and_has_a_name_of_its_own(sqlite: Database) -> None:
    """What the migrations made is what storage/tables.py says."""
    with sqlite.read() as tx:
        there = {one["name"] for table in metadata.tables for one in inspect(tx).get_indexes(table)}
    assert there == {str(index.name) for table in metadata.tables.values() for index in table.indexes}


def _statements(watch: Watch) -> Made:
    made: Made = {}
    running = ""

    def note(_tx: object, _cursor: object, statement: str, given: Any, _context: object, many: bool) -> None:  # noqa: FBT001 - SQLAlchemy's
        if statement.lstrip().upper().startswith(("SELECT", "UPDATE", "DELETE", "WITH")):
            made.setdefault(statement, (running, given[0] if many else given))

    engine = watch.services.database.engine
    event.listen(engine, "before_cursor_execute", note)
    for name, watched in WATCHED.items():
        if name not in EVERYTHING:
            running = name
            watched.do(watch)
    event.remove(engine, "before_cursor_execute", note)
    return made


def _scans(tx: Connection, statement: str, given: Any) -> list[str]:
    if NEWEST.search(statement):
        return []
    return list((_on_sqlite if tx.dialect.name == "sqlite" else _on_postgresql)(tx, statement, given))


def _on_sqlite(tx: Connection, statement: str, given: Any) -> Iterator[str]:
    for row in tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given):
        found = re.match(r"SCAN (\S+)(?:.* INDEX (\w+))?", row.detail)
        if found and found[1] not in BOUNDED and not found[1].startswith(("(", "CONSTANT")) and not _may(found[2]):
            yield row.detail


def _on_postgresql(tx: Connection, statement: str, given: Any) -> Iterator[str]:
    if "pg_" in statement:
        return
    for way in ("seqscan", "hashjoin", "mergejoin"):  # which a server prefers while the tables are small
        tx.exec_driver_sql(f"SET LOCAL enable_{way} = off")
    said = tx.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", given).scalar_one()
    small = {name for name in metadata.tables if tx.exec_driver_sql(_COUNT.format(name)).scalar_one() < FEW}
    for node in _nodes((json.loads(said) if isinstance(said, str) else said)[0]["Plan"]):
        if node.get("Relation Name") in small:
            continue
        if node["Node Type"] == "Seq Scan" and node["Relation Name"] not in BOUNDED:
            yield f"Seq Scan on {node['Relation Name']}"
        elif "Index Name" in node and "Index Cond" not in node and not _may(node["Index Name"]):
            yield f"{node['Node Type']} over the whole of {node['Index Name']}"


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)


def _may(index: str | None) -> bool:
    return index in READ_AS_USED or index in PARTIAL - LONG_ALL_THE_SAME
