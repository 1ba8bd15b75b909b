"""How much longer everything that runs by the clock, is drawn or is run each week takes as history grows.

python -m bench.growth 10000 100000        # builds both and compares; SQLite, or PostgreSQL with --postgresql
python -m bench.growth --url sqlite:////tmp/grown.db --key KEY
"""

from __future__ import annotations

import argparse
import logging
import statistics
import sys
import time

from bench.grown import NOW
from bench.watched import WATCHED, Watch
from storage.crypto.envelope import Keyring
from storage.engine.database import Database

ROUNDS = 5
LONGEST = 20_000
"""Milliseconds after which no further round is begun."""


def timed(watch: Watch) -> dict[str, float]:
    """Return the median milliseconds of each watched piece of work, after one round to warm up."""
    found: dict[str, float] = {}
    for name, watched in WATCHED.items():
        took = []
        for _ in range(ROUNDS + 1):
            began = time.perf_counter()
            watched.do(watch)
            took.append((time.perf_counter() - began) * 1000)
            if sum(took) > LONGEST:
                break
        found[name] = statistics.median(took[1:] or took)
        print(f"  {name:40} {found[name]:9.1f} ms", file=sys.stderr, flush=True)
    return found


def main() -> None:
    logging.disable(logging.ERROR)
    asked = argparse.ArgumentParser()
    asked.add_argument("--url")
    asked.add_argument("--key")
    given = asked.parse_args()
    database = Database(given.url)
    timed(Watch(database, Keyring([given.key]), given.key, NOW))


if __name__ == "__main__":
    main()
