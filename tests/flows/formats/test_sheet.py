"""Nothing on a sheet is ever ignored."""

import pytest

from flows.checklist import CHECKLIST
from flows.formats.sheet import SheetError, read_sheet
from tests.flows.builders import CALM, PEOPLE

WHOLE = CALM | {"S7": ["none"], "3.1.6": ["none"]}


def _problems(document: object) -> str:
    with pytest.raises(SheetError) as caught:
        read_sheet(CHECKLIST, PEOPLE, document)
    return str(caught.value)


def _sheet(**changes: object) -> dict[str, object]:
    return {"answers": WHOLE | changes}


def test_answers_in_any_order_are_read() -> None:
    """People fill sheets in as they like."""
    backwards = {"answers": dict(reversed(WHOLE.items()))}
    assert read_sheet(CHECKLIST, PEOPLE, backwards).is_finished


def test_a_sheet_may_stop_early_or_be_empty() -> None:
    """It is then judged as far as it goes."""
    assert read_sheet(CHECKLIST, PEOPLE, {"answers": {}}).next is CHECKLIST["S1"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"S9": "yes"}, '"S9" is not a question of this checklist.'),
        ({"S1": "maybe"}, 'S1 has no option "maybe". Its options: yes, no, not_sure.'),
        ({"S1": ["yes"]}, "S1 takes one option, not a list."),
        ({"S1": True}, "S1 takes text, not true or false."),
        ({"S1": None}, "S1 takes text, not null."),
        ({"3.1.6": "none"}, "3.1.6 takes a list of options."),
        ({"S7": "none"}, "S7 takes a list of options. Its options: image, sexual, self_harm,"),
        ({"3.1.6": []}, "3.1.6 has an empty list."),
        ({"3.1.6": [1]}, "3.1.6 takes text or a list of text, not a list of other things."),
        ({"3.1.6": ["all"]}, '3.1.6 has no option "all".'),
        ({"S2": "lead-1"}, 'S2 has no option "lead-1". Its options: no, not_sure or a list'),
        ({"S2": "leads"}, 'S2 has no option "leads".'),
        ({"S2": []}, "S2 has an empty list."),
        ({"S2": ["lead-9"]}, 'S2 names "lead-9", who is not one of: lead-1, lead-2, deputy-1, ind'),
        ({"S2": list(PEOPLE.everybody)}, "S2 leaves out everybody."),
        ({"S5": "yes"}, "S5 would not be asked with these answers. It is asked when S4 is possib"),
        ({"3.1.8": "not_sure"}, "3.1.8 would not be asked"),
        ({"3.4.1": "yes_told"}, "3.4.1 would not be asked"),
        ({"S4": "yes"}, "4.2 would not be asked with these answers."),
    ],
)
def test_what_is_wrong_is_named(given: dict[str, object], words: str) -> None:
    """Where, what, and what could stand there."""
    assert words in _problems(_sheet(**given))


def test_an_answer_behind_a_gap_names_both() -> None:
    """It cannot be known whether it would have been asked."""
    gap = {one: given for one, given in WHOLE.items() if one != "3.3.4"}
    assert _problems({"answers": gap}) == "3.3.4 has no answer, so these cannot be judged: 4.2."


def test_all_problems_are_listed_at_once() -> None:
    """Nobody mends a sheet one error at a time."""
    problems = _problems(_sheet(**{"3.3.3": "perhaps", "S9": "yes", "S5": "no"})).splitlines()
    assert [problem.split()[0] for problem in problems] == ["3.3.3", '"S9"', "S5"]


@pytest.mark.parametrize("document", [[], 1, None, {}, {"answers": []}, {"answer": {}}])
def test_something_that_is_no_sheet_is_told_so(document: object) -> None:
    """With what a sheet is."""
    assert _problems(document) == 'A sheet is a JSON object with "answers", itself an object.'


def test_a_sheet_holds_nothing_but_answers() -> None:
    """A misplaced answer does not go unnoticed."""
    assert _problems({"answers": {}, "S1": "yes"}) == '"S1" is not part of a sheet.'


def test_none_beside_another_tick_is_accepted() -> None:
    """The higher answer wins."""
    answers = {one: given for one, given in WHOLE.items() if one not in ("3.1.7", "4.2")}
    answers = dict(answers) | {"3.1.6": ["none", "someone_at_risk"], "3.1.7": "yes"}
    assert read_sheet(CHECKLIST, PEOPLE, {"answers": answers}).urgent_at == "3.1.6"
