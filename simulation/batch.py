"""Run many seeds, in one process or in several, and report the figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from multiprocessing import get_context

from simulation.figures import RunFigures, total
from simulation.run import RunOutcome, play

Say = Callable[[str], None]
_FEW = 20
"""Up to so many runs each has a line of its own."""
_NEWS_EVERY = 500
_COLUMNS = (
    *("checks", "cases", "presses", "pages_due", "delivered", "withdrawn", "duplicated", "late", "lost"),
    *("elsewhere", "kills", "restarts", "outages"),
)


def report(seeds: range, days: float, processes: int, say: Say, *, verbose: bool) -> bool:
    """Run all seeds and print figures and broken promises. Return whether every promise held."""
    listen = say if verbose and processes == 1 else None
    with_lines = verbose or len(seeds) <= _FEW
    if with_lines:
        say(_line("seed", _COLUMNS))
    figures, broken = RunFigures(), 0
    for number, outcome in enumerate(outcomes(seeds, days, processes, listen), 1):
        figures = total((figures, outcome.figures))
        broken += bool(outcome.broken)
        if with_lines:
            say(_line(str(outcome.seed), (str(getattr(outcome.figures, column)) for column in _COLUMNS)))
        if outcome.broken:
            say(f"\n{outcome.broken}\n")
        if not with_lines and number % _NEWS_EVERY == 0:
            say(f"{number:,} of {len(seeds):,} runs, {broken} with a broken promise")
    say(f"\n{'runs':<50} {len(seeds):>12,}\n{figures.table}\n{'runs with a broken promise':<50} {broken:>12,}")
    return not broken


def outcomes(seeds: range, days: float, processes: int, listen: Say | None = None) -> Iterator[RunOutcome]:
    """Yield outcomes in the order of the seeds, whichever is finished first."""
    if processes == 1:
        yield from (play(seed, days, listen) for seed in seeds)
        return
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        yield from pool.map(partial(_quietly, days=days), seeds, chunksize=10)


def _quietly(seed: int, days: float) -> RunOutcome:
    """Run one seed and drop its trace, which would be copied between processes."""
    return replace(play(seed, days), trace=())


def _line(seed: str, values: Iterable[str]) -> str:
    return " ".join([f"{seed:>7}", *(f"{value:>10}" for value in values)])
