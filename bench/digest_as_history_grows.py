"""Benchmark of counting one week for the digests while the history grows a hundredfold: the cost should stay the same.

One week of checks is worked through by the product's code. Earlier weeks are copies of its rows, moved back in time and
closed, with ids of their own. The same week is counted with 1, 10 and 100 weeks of history. Times are printed, never
asserted.

    .venv/bin/python bench/digest_as_history_grows.py
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).parent.parent))

from sqlalchemy import Connection, Table, func, insert, select

from flows.records.retention import Schedule
from flows.reports.figures import Week, WeekFigures
from services.restricted_cases import restricted_in
from services.week_figures import WeekCounter
from storage import tables
from storage.engine.database import Database
from tests.services.weeks import work
from tests.storage.builders import Office

HISTORIES = (1, 10, 100)
"""Weeks of history before the week that is counted."""
CHECKS = 40
ROUNDS = 7
SCHEDULE = Schedule(timedelta(days=366), 25, timedelta(days=731))
MONDAY = datetime(2026, 11, 16, tzinfo=ZoneInfo("Europe/London"))
COPIED = (tables.checks, tables.left_out, tables.cases, tables.strands, tables.events, tables.outbox)


def copy_weeks(tx: Connection, behind: int) -> None:
    """Insert a copy of the week's rows for each of `behind` earlier weeks."""
    rows = {table: [dict(row._mapping) for row in tx.execute(select(table))] for table in COPIED}  # noqa: SLF001 - public
    for week in range(1, behind + 1):
        for table in COPIED:
            copies = [_copy(table, row, week) for row in rows[table]]
            if copies:
                tx.execute(insert(table), copies)


def _copy(table: Table, row: dict[str, Any], week: int) -> dict[str, Any]:
    back = timedelta(weeks=week)
    moved = {name: value - back if isinstance(value, datetime) else value for name, value in row.items()}
    named: dict[str, Any] = {name: f"{week:04}{row[name][4:]}" for name in ("check_id",) if row.get(name)}
    if table is tables.checks:
        named = {
            "id": f"{week:04}{row['id'][4:]}",
            "ref": f"{week:04x}{row['ref'][3:]}{random.getrandbits(16):04x}"[:12],
        }
    elif "id" in row:
        moved.pop("id")
    if table is tables.cases:
        named |= {"status": "closed", "closed_at": moved["raised_at"] + timedelta(days=1), "next_page_at": None}
    if table is tables.outbox:
        named |= {"key": f"{week}:{row['key']}", "due_at": None}
    if "request" in row:
        named |= {"request": None}
    return {**moved, **named}


def count(office: Office) -> tuple[float, WeekFigures]:
    """Count the week's figures and the restricted cases. Return the milliseconds taken, and the figures."""
    with office.database.read() as tx:
        began = time.perf_counter()
        counting = WeekCounter(tx, office.keys, office.roster, Week.of(MONDAY.date()), office.now, SCHEDULE)
        figures = counting.figures()
        restricted_in(counting)
        return (time.perf_counter() - began) * 1000, figures


def main() -> None:
    """Build each history and count the week; print medians and the ratio."""
    found: dict[int, float] = {}
    said: set[str] = set()
    events = 0
    for behind in HISTORIES:
        with tempfile.TemporaryDirectory() as folder:
            database = Database(f"sqlite:///{folder}/bench.db")
            database.migrate()
            office = Office(database)
            office.now = MONDAY.astimezone(UTC)
            chance = random.Random(1)  # noqa: S311 - the same week each time
            while _checks(database) < CHECKS:
                work(office, 1, chance, most=CHECKS)
                office.now = MONDAY.astimezone(UTC)
            office.now = (MONDAY + timedelta(days=7, hours=8, minutes=30)).astimezone(UTC)
            with database.begin() as tx:
                copy_weeks(tx, behind)
                events = tx.scalar(select(func.count()).select_from(tables.events)) or 0
            rounds = [count(office) for _ in range(ROUNDS)]
            found[behind] = statistics.median(took for took, _ in rounds)
            said.add(rounds[0][1].written())
            database.close()
        print(f"{behind:4} weeks behind, {events:7} events: {found[behind]:7.1f} ms")
    assert len(said) == 1, "the history changed the week's figures"
    print(f"A history a hundred times as long costs {found[HISTORIES[-1]] / found[HISTORIES[0]]:.2f}x")


def _checks(database: Database) -> int:
    with database.read() as tx:
        return tx.scalar(select(func.count()).select_from(tables.checks)) or 0


if __name__ == "__main__":
    main()
