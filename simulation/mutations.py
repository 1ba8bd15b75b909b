"""The mutation test of the safety net: faults planted in timers, ladder, delivery and fencing, and what finds each.

`python -m simulation.mutations` runs the tests that must fail with each fault, and the seeds of the simulation that
must break a promise with it, where it shows in a life. `--only NAME` runs one, `--seeds-only` the simulation alone.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import click

from simulation.planted.faults import FAULTS, PlantedFault
from simulation.run import play

DAYS = 0.1
PLANTED = "SHARE_CHECK_PLANTED_FAULT"
"""The environment variable by which the plugin below is told what to plant in a run of the tests."""
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class FoundBy:
    """What found a fault: the seed and the promise that broke, or None; whether each test failed, as it must."""

    fault: str
    seed: int | None
    promise: str
    are_tests_failing: bool | None

    @property
    def is_found(self) -> bool:
        """Return whether everything found it that must."""
        wanted = FAULTS[self.fault]
        is_seen = wanted.seeds is None or self.seed is not None
        return is_seen and self.are_tests_failing is not False


class Patch:
    """Attributes that are replaced, and put back at the end."""

    def __init__(self) -> None:
        self._before: list[tuple[Any, str, Any]] = []

    def setattr(self, owner: Any, name: str, value: object) -> None:
        """Replace an attribute of a module or class."""
        self._before.append((owner, name, getattr(owner, name)))
        setattr(owner, name, value)

    def undo(self) -> None:
        """Put everything back, the last first."""
        while self._before:
            setattr(*self._before.pop())


@contextmanager
def planted(fault: PlantedFault) -> Iterator[None]:
    """Plant a fault in this process while the block runs."""
    patch = Patch()
    fault.plant(patch)
    try:
        yield
    finally:
        patch.undo()


def by_simulation(fault: PlantedFault) -> tuple[int | None, str]:
    """Return the first of the fault's seeds that breaks a promise with it, and which; None where none does."""
    with planted(fault):
        for seed in fault.seeds or ():
            broken = play(seed, DAYS).broken
            if broken:
                return seed, broken.splitlines()[1]
    return None, ""


def by_tests(name: str, fault: PlantedFault) -> bool:
    """Return whether the fault's tests fail with it, in a process of their own."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "--tb=no", "-p", "simulation.planted.plugin", *fault.tests]
    done = subprocess.run(command, env={**os.environ, PLANTED: name}, capture_output=True, check=False)  # noqa: S603 - our own words
    return done.returncode == 1


def verdicts(names: Iterable[str], *, seeds_only: bool) -> Iterator[FoundBy]:
    """Yield what found each fault, in the order of the names."""
    for name in names:
        fault = FAULTS[name]
        seed, promise = by_simulation(fault) if fault.seeds is not None else (None, "")
        yield FoundBy(name, seed, promise, None if seeds_only else by_tests(name, fault))


@click.command()
@click.option("--only", type=click.Choice(sorted(FAULTS)), multiple=True, help="This fault alone; may be repeated.")
@click.option("--seeds-only", is_flag=True, help="The simulation alone, without the tests.")
def main(only: tuple[str, ...], *, seeds_only: bool) -> None:
    """Plant each fault, and say what finds it. Exit 1 where one is not found by all that must."""
    names = only or tuple(FAULTS)
    missed = []
    for verdict in verdicts(names, seeds_only=seeds_only):
        wanted = FAULTS[verdict.fault]
        seed = "no life shows it" if wanted.seeds is None else f"seed {verdict.seed}: {verdict.promise}"
        tests = {None: "not run", True: "fail", False: "DO NOT FAIL"}[verdict.are_tests_failing]
        click.echo(f"{'found ' if verdict.is_found else 'MISSED'}  {verdict.fault:<28} tests {tests}; {seed}")
        missed += [] if verdict.is_found else [verdict.fault]
    click.echo(f"\n{len(names) - len(missed)} of {len(names)} planted faults were found")
    if missed:
        sys.exit(1)


if __name__ == "__main__":
    main(prog_name="python -m simulation.mutations")
