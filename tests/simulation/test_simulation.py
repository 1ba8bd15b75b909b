"""Bad days by the hundred: every promise holds in each, a seed is always the same run, and a promise can break."""

import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from simulation.__main__ import main
from simulation.batch import outcomes
from simulation.figures import RunFigures, total
from simulation.planted.faults import FAULTS
from simulation.run import RunOutcome, play

SHORT = 0.1
"""Days of a run here: long enough for a check, its case, and some trouble."""
BLOCK = 20
SEEDS = 200
TRIED = ("checks", "cases", "presses", "pages_due", "delivered", "kills", "restarts", "outages", "refusals")
Patch = pytest.MonkeyPatch


@pytest.mark.timeout(240)
@pytest.mark.parametrize("first", range(0, SEEDS, BLOCK))
def test_every_promise_holds_on_bad_days(first: int) -> None:
    """Kills, outages, lost answers, stale presses, people left out: nothing is lost, and nobody is misled.

    In each block of seeds every kind of fault happens, and there is something to lose.
    """
    figures = RunFigures()
    for seed in range(first, first + BLOCK):
        outcome = play(seed, SHORT)
        assert not outcome.broken, outcome.broken
        assert outcome.figures.lost == 0
        figures = total((figures, outcome.figures))
    none = RunFigures()
    assert [name for name in TRIED if getattr(figures, name) == getattr(none, name)] == []


def test_a_seed_is_always_the_same_run() -> None:
    """What was seen once can be looked at again."""
    assert play(11, SHORT) == play(11, SHORT)


def test_a_seed_is_the_same_run_in_every_process() -> None:
    """Neither random ids nor the order of a set decide anything."""
    report = {_told_by_another_process(seed=11, hashes=hashes) for hashes in ("1", "2")}
    assert report == {play(11, SHORT).trace}


def _told_by_another_process(seed: int, hashes: str) -> tuple[str, ...]:
    command = [sys.executable, "-m", "simulation", "--seed", str(seed), "--days", str(SHORT), "--verbose"]
    environment = {**os.environ, "PYTHONHASHSEED": hashes}
    said = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout  # noqa: S603 - our own words
    return tuple(line for line in said.splitlines() if line[:3] in ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"))


def test_many_seeds_on_two_processors_come_to_the_same() -> None:
    """How a run is spread changes nothing in it."""
    at_once = [outcome.figures for outcome in outcomes(range(3), SHORT, processes=2)]
    assert at_once == [outcome.figures for outcome in outcomes(range(3), SHORT, processes=1)]


BREAKS: list[tuple[str, int, tuple[str, ...]]] = [
    ("no_stamp", 0, ("a page comes once",)),
    ("no_ladder", 0, ("people are asked again in time",)),
    ("open_to_all", 17, ("people left out get no message", "people left out see nothing")),
    ("lost_pages", 0, ("each page reaches somebody",)),
    ("wakes_no_leads", 4, ("stopping at CONSULT or above pages",)),
    ("lost_answers", 0, ("an answer that was taken is kept",)),
    ("typed_words", 1, ("nothing typed is in a message",)),
]
"""The planted fault, the seed from which to look for a run that notices it, and what it may say."""


@pytest.mark.timeout(240)
@pytest.mark.parametrize(("fault", "first", "promises"), BREAKS, ids=[each[0] for each in BREAKS])
def test_a_promise_that_is_broken_is_told(
    fault: str, first: int, promises: tuple[str, ...], monkeypatch: Patch
) -> None:
    """With the seed, the time, the last events in words, and the command that shows it again."""
    FAULTS[fault].plant(monkeypatch)
    outcome = _first_broken(first)
    story = outcome.broken.splitlines()
    assert story[0].startswith(f"Seed {outcome.seed}, ")
    assert story[1].startswith(promises)
    assert 1 < len(story[3:-2]) <= 40
    assert story[-1] == f"To see it again: python -m simulation --seed {outcome.seed} --days {SHORT} --verbose"


def _first_broken(first: int) -> RunOutcome:
    found = next((outcome for seed in range(first, first + 60) if (outcome := play(seed, SHORT)).broken), None)
    assert found is not None, "no seed noticed it"
    return found


def test_the_command_says_what_came_of_it(monkeypatch: Patch) -> None:
    """Figures in a plain table, and an exit code that a script can read."""
    asked = ["--seed", "3", "--seeds", "2", "--days", str(SHORT)]
    well = CliRunner().invoke(main, asked)
    assert well.exit_code == 0
    assert "runs with a broken promise                                    0" in well.output
    FAULTS["no_stamp"].plant(monkeypatch)
    broken = CliRunner().invoke(main, ["--seeds", "5", "--days", str(SHORT)])
    assert broken.exit_code == 1
    assert "To see it again: python -m simulation --seed" in broken.output
