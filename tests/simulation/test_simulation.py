"""Bad days by the hundred: every promise holds in each, a seed is always the same run, and a promise can break."""

import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner

from bot.delivery.sender import Deliverer
from bot.slack.block_kit import Message
from flows.events import OutboxKind
from services.casework import Casework
from services.reporting import Reporting
from simulation.__main__ import main
from simulation.batch import outcomes
from simulation.figures import RunFigures, total
from simulation.run import RunOutcome, play
from storage import checks, outbox

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


def _no_stamp(patch: Patch) -> None:
    patch.setattr(Deliverer, "_stamp", lambda *_: None)


def _no_ladder(patch: Patch) -> None:
    patch.setattr(Casework, "escalate_due", lambda *_: None)


def _open_to_all(patch: Patch) -> None:
    patch.setattr("bot.cases.outgoing.may_read", lambda *_: True)


def _lost_pages(patch: Patch) -> None:
    put = outbox.put

    def put_unless_page(tx: Any, key: str, what: OutboxKind, *args: Any, **kwargs: Any) -> None:
        if what is not OutboxKind.PAGE:
            put(tx, key, what, *args, **kwargs)

    patch.setattr(outbox, "put", put_unless_page)


def _no_wake(patch: Patch) -> None:
    """A check that was left is looked at once, and nobody hears of it."""
    patch.setattr(Reporting, "wake", lambda work, check: checks.wake_again(work.tx, check, None, 0))


def _lost_answers(patch: Patch) -> None:
    save = checks.save

    def save_the_rest(tx: Any, opened: Any, now: Any, **changes: Any) -> None:
        changes.pop("answers", None)
        save(tx, opened, now, **changes)

    patch.setattr(checks, "save", save_the_rest)


def _typed_words(patch: Patch) -> None:
    patch.setattr("bot.cases.outgoing.notice", lambda _view, _case, event: Message(str(event.content), []))


BREAKS: list[tuple[Callable[[Patch], None], int, tuple[str, ...]]] = [
    (_no_stamp, 0, ("a page comes once",)),
    (_no_ladder, 0, ("people are asked again in time",)),
    (_open_to_all, 17, ("people left out get no message", "people left out see nothing")),
    (_lost_pages, 0, ("each page reaches somebody",)),
    (_no_wake, 4, ("stopping at CONSULT or above pages",)),
    (_lost_answers, 0, ("an answer that was taken is kept",)),
    (_typed_words, 1, ("nothing typed is in a message",)),
]
"""What is broken in the product, the seed from which to look for a run that notices it, and what it may say."""


@pytest.mark.timeout(240)
@pytest.mark.parametrize(("breaks", "first", "promises"), BREAKS, ids=[each[0].__name__.strip("_") for each in BREAKS])
def test_a_promise_that_is_broken_is_told(
    breaks: Callable[[Patch], None], first: int, promises: tuple[str, ...], monkeypatch: Patch
) -> None:
    """With the seed, the time, the last events in words, and the command that shows it again."""
    breaks(monkeypatch)
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
    _no_stamp(monkeypatch)
    broken = CliRunner().invoke(main, ["--seeds", "5", "--days", str(SHORT)])
    assert broken.exit_code == 1
    assert "To see it again: python -m simulation --seed" in broken.output
