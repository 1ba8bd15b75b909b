"""Searching tolerates how a name is written, and finds no other name: measured on tests/data/names.tsv."""

from itertools import permutations
from pathlib import Path

import pytest

from flows.records.matching import Described
from storage import person_index
from storage.engine.database import Database
from tests.storage.builders import Office
from tests.storage.test_person_index import TODAY, about

LINES = [line for line in Path("tests/data/names.tsv").read_text("utf-8").splitlines() if not line.startswith("#")]
SAME = [tuple(line.split("\t")) for line in LINES if not line.startswith("~")]
ALIKE = [frozenset(line.removeprefix("~").split("\t")) for line in LINES if line.startswith("~")]


@pytest.fixture
def found(database: Database) -> dict[str, set[str]]:
    """Keep a check about each name, and search for each. Return which names each found."""
    office = Office(database)
    names = {about(office, {"person": name}): name for line in SAME for name in line}
    with database.begin() as tx:
        index = person_index.index(tx, office.keys, TODAY)
        return {name: {names[one] for one in index.find(Described(name), TODAY)} for name in names.values()}


def test_each_way_to_write_a_name_finds_every_other(found: dict[str, set[str]]) -> None:
    """In every script, and both ways round."""
    assert [(one, other) for line in SAME for one, other in permutations(line, 2) if other not in found[one]] == []


def test_a_name_finds_no_other_name(found: dict[str, set[str]]) -> None:
    """What tolerance costs all the same is written down, name by name."""
    line_of = {name: line for line in SAME for name in line}
    wrong = [{one, other} for one in found for other in found[one] if other not in line_of[one]]
    assert [pair for pair in wrong if not any(pair <= alike for alike in ALIKE)] == []


def test_every_name_finds_itself(found: dict[str, set[str]]) -> None:
    """Whatever it is written in."""
    assert [name for name, names in found.items() if name not in names] == []
