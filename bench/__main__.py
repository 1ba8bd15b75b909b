"""Measure everything, keep the figures in bench/results.json, and write docs/performance.md from them.

python -m bench            # measure what is named, or everything: step, crowd, burst, growth
python -m bench --write    # only write the document again
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import platform
import statistics
import sys
import tempfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet

from bench.answered_step import AT_ONCE, BURST, CROWDS, KINDS, ROUNDS, Edge, burst, crowd, measure
from bench.grown import NOW, grow
from bench.growth import timed
from bench.watched import Watch
from storage.crypto.envelope import Keyring
from storage.engine.database import Database
from tests.postgres import find_programs, running_server

HERE = Path(__file__).parent
RESULTS, DOCUMENT = HERE / "results.json", HERE.parent / "docs" / "performance.md"
SIZES = (1_000, 10_000)
"""Checks in the generated databases."""
Results = dict[str, Any]


def step() -> Results:
    """Measure an answered step beside an app that only acknowledges, at each number of people at once."""
    edge = Edge()
    edge.start()
    found: Results = {}
    programs = find_programs()
    assert programs is not None, "PostgreSQL is not installed"
    with running_server(programs) as server:
        for at_once in AT_ONCE:
            rounds = [
                {kind: _round(kind, edge, at_once, server.fresh_database) for kind in KINDS} for _ in range(ROUNDS)
            ]
            found[str(at_once)] = {
                kind: {
                    "cpu": round(statistics.median(each[kind].cpu for each in rounds), 3),
                    "rate": round(statistics.median(each[kind].rate for each in rounds)),
                }
                for kind in KINDS
            }
            print(at_once, found[str(at_once)], file=sys.stderr, flush=True)
    return found


def _round(kind: str, edge: Edge, at_once: int, fresh: Callable[[], str]) -> Any:
    return measure(kind, edge, at_once, fresh() if kind == "step_postgresql" else "")


def crowds() -> Results:
    """Measure how long the next question takes to reach people who all answer at once."""
    edge = Edge()
    edge.start()
    found: Results = {}
    for people, delay in CROWDS:
        middle, longest = crowd(people, delay, edge)
        found[f"{people} people, Slack at {delay * 1000:.0f} ms"] = {
            "median": round(middle, 2),
            "longest": round(longest, 2),
        }
        print(people, delay, middle, longest, file=sys.stderr, flush=True)
    return found


def bursts() -> Results:
    edge = Edge()
    edge.start()
    return {"presses": BURST, "seconds": round(burst(edge), 1)}


def growth() -> Results:
    """Time everything that is watched on generated databases of each size."""
    logging.disable(logging.ERROR)
    found: Results = {}
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            key, database = Fernet.generate_key().decode(), Database(f"sqlite:///{folder}/grown.db")
            database.migrate()
            grow(database, Keyring([key]), size)
            found[str(size)] = {
                name: round(took, 1) for name, took in timed(Watch(database, Keyring([key]), key, NOW)).items()
            }
            found[f"{size} kB a check"] = round(Path(f"{folder}/grown.db").stat().st_size / size / 1000, 1)
            database.close()
    logging.disable(logging.NOTSET)
    return found


PARTS: Mapping[str, Callable[[], Results]] = {"step": step, "crowd": crowds, "burst": bursts, "growth": growth}


def written(results: Mapping[str, Any]) -> str:
    """Return the document: every figure in it is one of the results."""
    lines = [
        "# How fast it is",
        "",
        "Written by `make bench` from bench/results.json. The figures of one table were measured in one run; those",
        "of other machines differ, their ratios less.",
        "",
    ]
    for name, title in _TITLES.items():
        if name in results:
            part = results[name]
            lines += [
                f"## {title}",
                "",
                f"Measured on {part['on']}, on {part['machine']}.",
                "",
                *_TABLES[name](part["found"]),
                "",
            ]
    return "\n".join(lines).rstrip() + "\n"


_TITLES = {
    "step": "An answered step",
    "crowd": "A crowd that answers at once",
    "burst": "A burst",
    "growth": "As years go by",
}


def _steps(found: Results) -> list[str]:
    rows = [
        "Payload in, durable write, ack out over Socket Mode, beside an app that only acknowledges. Each round",
        "counts the rows in the database: a step that was not kept fails it.",
        "",
        "| at once | what | CPU a step | of the floor | steps a second |",
        "|---|---|---|---|---|",
    ]
    for at_once, kinds in found.items():
        floor = kinds["floor"]["cpu"]
        for kind, words in KINDS.items():
            one = kinds[kind]
            rows.append(f"| {at_once} | {words} | {one['cpu']:.2f} ms | {one['cpu'] / floor:.1f}x | {one['rate']} |")
    return rows


def _crowds(found: Results) -> list[str]:
    rows = [
        "From the press until Slack has taken the card with the next question, everybody at the same moment.",
        "",
        "| who | median | the last |",
        "|---|---|---|",
    ]
    return rows + [f"| {who} | {one['median']:.2f} s | {one['longest']:.2f} s |" for who, one in found.items()]


def _bursts(found: Results) -> list[str]:
    presses, seconds = found["presses"], found["seconds"]
    return [f"{presses} presses in one moment over one connection were all kept, and acknowledged after {seconds} s."]


def _growths(found: Results) -> list[str]:
    sizes = [name for name in found if name.isdecimal()]
    rows = [
        "What runs by the clock, is drawn or is run each week, on generated SQLite databases with as many open",
        "cases, drafts and checks of the last weeks, and more or less history. tests/storage/test_flat.py asks both",
        "databases for the plan of each statement.",
        "",
        f"| milliseconds | {' | '.join(f'{int(size):,} checks' for size in sizes)} |",
        f"|---|{'---|' * len(sizes)}",
    ]
    rows += [f"| {name} | {' | '.join(str(found[size][name]) for size in sizes)} |" for name in found[sizes[0]]]
    kept = ", ".join(f"{found[f'{size} kB a check']} kB with {int(size):,}" for size in sizes)
    return [
        *rows,
        "",
        f"A check takes on disk, with all that belongs to it: {kept}. Most of it are the entries of its answers, each",
        "padded to 512 bytes so that its length says nothing, and the hashes by which a person is found.",
    ]


_TABLES: Mapping[str, Callable[[Results], list[str]]] = {
    "step": _steps,
    "crowd": _crowds,
    "burst": _bursts,
    "growth": _growths,
}


def _machine() -> str:
    """Say what was measured on; how busy it was is part of that."""
    load = os.getloadavg()[0]
    return f"{os.cpu_count()} cores with a load of {load:.0f}, {platform.system()}, Python {platform.python_version()}"


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("parts", nargs="*", choices=[*PARTS, []])
    asked.add_argument("--write", action="store_true")
    given = asked.parse_args()
    results = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
    for name in () if given.write else given.parts or PARTS:
        results[name] = {"on": f"{datetime.now(UTC):%Y-%m-%d}", "machine": _machine(), "found": PARTS[name]()}
        RESULTS.write_text(json.dumps(results, indent=2) + "\n", "utf-8")
    DOCUMENT.write_text(written(results), "utf-8")


if __name__ == "__main__":
    main()
