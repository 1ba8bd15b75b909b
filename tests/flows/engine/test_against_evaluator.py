"""Thousands of random sheets, judged by flows/ and by a second reading of the law."""

from random import Random

from hypothesis import given, settings, strategies

from flows.case import Told
from flows.checklist import CHECKLIST
from flows.engine.guidance import guide
from flows.engine.outcome import decide
from flows.formats.sheet import read_sheet, write_verdict
from flows.model import Outcome
from flows.paging.recipients import first_recipients
from tests.flows.builders import FACTS, PEOPLE
from tests.flows.engine.evaluator import Sheet, evaluate, random_sheet

SHEETS_EACH = 60


def _verdict(sheet: Sheet) -> dict[str, object]:
    progress = read_sheet(CHECKLIST, PEOPLE, {"answers": sheet})
    decision = decide(CHECKLIST, progress, PEOPLE.leads)
    recipients = first_recipients(decision, PEOPLE)
    said = guide(CHECKLIST, progress, decision, FACTS, Told.DELIVERED)
    return write_verdict(progress, decision, recipients, said)


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


@given(dice=strategies.randoms(use_true_random=True))
@settings(max_examples=50, deadline=None, derandomize=True)
def test_both_readings_of_the_law_agree(dice: Random) -> None:
    """On every field the law decides, for finished and stopped sheets alike."""
    for _ in range(SHEETS_EACH):
        sheet = random_sheet(dice)
        verdict, law = _verdict(sheet), evaluate(sheet)
        assert {field: _plain(verdict[field]) for field in law} == law, sheet


@given(dice=strategies.randoms(use_true_random=True))
@settings(max_examples=20, deadline=None, derandomize=True)
def test_whatever_was_answered_the_words_keep_their_promises(dice: Random) -> None:
    """Footer, no consent where asking is unsafe, no name of anybody left out."""
    for _ in range(SHEETS_EACH):
        sheet = random_sheet(dice)
        text = str(_verdict(sheet)["text"])
        assert "0808 800 5000" in text
        if sheet.get("S4") != "no" or sheet.get("3.1.6") != ["none"]:
            assert "ask for consent" not in text.lower()
        assert "!" not in text


@given(dice=strategies.randoms(use_true_random=True))
@settings(max_examples=20, deadline=None, derandomize=True)
def test_answering_one_more_question_never_lowers_the_level(dice: Random) -> None:
    """I11, and every prefix of a sheet is a sheet."""
    for _ in range(10):
        sheet = random_sheet(dice)
        prefixes = [dict(list(sheet.items())[:length]) for length in range(len(sheet) + 1)]
        levels = [read_sheet(CHECKLIST, PEOPLE, {"answers": one}).level for one in prefixes]
        assert levels == sorted(levels)


def test_the_random_sheets_reach_every_outcome() -> None:
    """The comparison is of all the law, not of a corner of it."""
    reached: set[object] = set()

    @given(dice=strategies.randoms(use_true_random=True))
    @settings(max_examples=10, deadline=None, derandomize=True, database=None)
    def collect(dice: Random) -> None:
        reached.update(evaluate(random_sheet(dice))["outcome"] for _ in range(SHEETS_EACH))

    collect()
    assert reached == set(Outcome)
