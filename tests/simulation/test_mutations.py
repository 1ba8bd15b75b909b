"""The safety net is tested itself: planted faults are found (python -m simulation.mutations runs them all)."""

from pathlib import Path

import pytest

from simulation.mutations import DAYS, planted
from simulation.planted.faults import FAULTS
from simulation.run import play
from storage import outbox

ROOT = Path(__file__).parents[2]
QUICK = {"lost_pages": 1, "all_away_nobody": 9}
"""Faults that a life shows soon, and the seed that shows it."""


def test_the_table_has_what_must_never_go_unnoticed() -> None:
    """Each with tests that are there, and enough of them a life must show."""
    assert len(FAULTS) >= 27
    assert len([fault for fault in FAULTS.values() if fault.seeds is not None]) >= 20
    missing = {path for fault in FAULTS.values() for path in fault.tests if not (ROOT / path).exists()}
    assert missing == set()
    assert all(fault.tests for fault in FAULTS.values())


def test_a_planted_fault_is_taken_back() -> None:
    """What comes after it runs on the product as it is."""
    before = outbox.LEASE
    with planted(FAULTS["short_lease"]):
        assert before != outbox.LEASE
    assert before == outbox.LEASE


@pytest.mark.timeout(240)
@pytest.mark.parametrize(("name", "seed"), QUICK.items(), ids=QUICK)
def test_a_life_shows_the_fault(name: str, seed: int) -> None:
    """One seed is enough, and the same seed breaks nothing without it."""
    assert seed in (FAULTS[name].seeds or ())
    with planted(FAULTS[name]):
        assert play(seed, DAYS).broken
    assert not play(seed, DAYS).broken
