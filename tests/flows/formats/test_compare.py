"""What changes between editions is named word by word, and counted by where people end."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from flows.checklist import CHECKLIST
from flows.derived import DERIVED
from flows.engine.outcome import decide
from flows.engine.replay import replay
from flows.formats.compare import Difference, as_markdown, compare
from flows.formats.export import as_json, read_json
from flows.model import Answers, Checklist, Level
from tests.flows.builders import PEOPLE
from tests.flows.mutate import option_changed

FIRST = Path(__file__).parents[2] / "data/checklist-first-edition.json"
PAGE = Path(__file__).parents[3] / "docs/checklist-second-edition.md"
FEW = ("S1", "S2", "S4", "S5", "S7", "3.2.1", "4.2")


def _few(table: Checklist) -> Checklist:
    return replace(table, questions=tuple(one for one in table if one.id in FEW))


@cache
def _second() -> Difference:
    old, rules = read_json(FIRST.read_text(encoding="utf-8"))
    return compare(old, CHECKLIST, (rules, DERIVED))


def test_a_checklist_is_read_back_as_it_was_written() -> None:
    """Every question, effect, condition and word, and so the version too."""
    read, rules = read_json(as_json(CHECKLIST))
    assert read == CHECKLIST
    assert read.version == CHECKLIST.version
    assert rules == DERIVED


@pytest.mark.parametrize("text", ["{}", "[]", "{", '{"format": 2}', '{"format": 1, "questions": [1]}'])
def test_something_else_is_refused(text: str) -> None:
    """Somebody passed the wrong file."""
    with pytest.raises(ValueError, match=r"checklist|property|Expecting"):
        read_json(text)


def test_an_edition_does_not_differ_from_itself() -> None:
    """Nothing to sign."""
    found = compare(_few(CHECKLIST), _few(CHECKLIST))
    assert (found.table, found.rules, found.moved, found.advised) == ((), (), {}, {})
    assert found.same > 0


def test_a_level_that_changes_is_named_counted_and_shown_by_example() -> None:
    """Who was told before is not told now, and somebody must sign that."""
    milder = _few(option_changed("S4", "possibly", level=Level.NONE))
    found = compare(_few(CHECKLIST), milder)
    assert found.table == ('S4 "Possibly": level CONSULT, risk, advice BASICS becomes risk, advice BASICS',)
    assert found.moved
    for moved in found.moved.values():
        assert moved.ways > 0
        assert moved.example["S4"] == ("possibly",)
        there = decide(milder, replay(milder, moved.example), PEOPLE.leads)
        assert (there.outcome, there.urgency) == (moved.after.outcome, moved.after.urgency)


def test_advice_that_changes_is_counted_and_shown_by_example() -> None:
    """Given now, no longer given, and advice that several answers make together; each count is by hand."""
    few = _few(CHECKLIST)
    quiet = _few(option_changed("S7", "image", advice=()))
    found = compare(few, quiet)
    assert (found.moved, set(found.advised)) == ({}, {("IMAGE", False)})
    taken = found.advised["IMAGE", False]
    assert taken.example["S7"] == ("image",)
    back = compare(quiet, few).advised
    assert {one: each.ways for one, each in back.items()} == {("IMAGE", True): taken.ways}
    assert taken.ways == sum(
        _ways(few, {"S1": (one.id,), "S2": who, "S4": (risk.id,), **more, "S7": ("image",)})
        for one in few["S1"].options
        for who in (("no",), ("not_sure",))
        for risk in few["S4"].options
        for more in (
            [{"S5": (other.id,)} for other in few["S5"].options] if risk.id in ("possibly", "not_sure") else [{}]
        )
    )
    milder = compare(few, _few(option_changed("S1", "yes", level=Level.NONE))).advised
    assert milder["BASICS", False].example["S1"] == ("yes",)


def _asks_s5(risk: str) -> bool:
    return risk in ("possibly", "not_sure")


def _ways(table: Checklist, so_far: Answers) -> int:
    """Count the ways to answer the rest, of ticks each alone; 0 where these answers do not come to a question."""
    progress = replay(table, so_far)
    if progress.unused:
        return 0
    if progress.next is None:
        return 1
    asked = progress.next
    return sum(_ways(table, {**so_far, asked.id: (option.id,)}) for option in asked.options)


@pytest.mark.docs
@pytest.mark.timeout(600)  # All ways through both editions, on a machine that may be busy.
def test_the_page_that_compares_the_editions_is_current() -> None:
    """The leads sign what is true. If this fails, write as_markdown of the comparison to the page again."""
    assert PAGE.read_text(encoding="utf-8") == as_markdown(_second())


def test_the_second_edition_lets_nobody_fall_from_a_leads_sight() -> None:
    """A lead goes untold only where it was an answer to a question that is asked no longer (3.1.7 without consent)."""
    page = PAGE.read_text(encoding="utf-8")
    assert "told: nobody | CONSULT" in page
    rows = [line.split(" | ") for line in page.splitlines() if line.startswith("| CONSULT")]
    assert rows
    untold = [row for row in rows if "told: nobody" in row[1]]
    assert all("(no longer asked: 3.1.7 not_sure)" in row[-1] for row in untold)
