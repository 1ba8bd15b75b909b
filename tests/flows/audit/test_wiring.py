"""A table that could not work is refused with every reason at once."""

from dataclasses import replace

import pytest

from flows.audit.wiring import wiring_problems
from flows.checklist import CHECKLIST
from flows.model import Checklist, Option, PastTense, answered
from tests.flows.mutate import changed, moved, option_changed, with_questions


def test_the_table_hangs_together() -> None:
    """There is nothing to report."""
    assert wiring_problems(CHECKLIST) == ()


MANY = tuple(Option(str(number), "Label") for number in range(11))
FAULTS: dict[str, tuple[Checklist, str]] = {
    "later": (moved("3.1.8", "3.1.5"), "3.1.8 reads 3.1.7, which is not asked before it"),
    "order": (moved("3.2.1", "3.2.2"), "the policy's questions are not in the policy's order"),
    "999 late": (moved("S1", "S2"), "S1 and S2 must come first"),
    "judgement early": (moved("4.2", "3.3.4"), "4.2 must come last"),
    "unknown question": (
        changed("S5", asked_when=answered("S9", "yes")),
        "S5 reads S9, which is not asked at all",
    ),
    "unknown option": (
        changed("S5", asked_when=answered("S4", "perhaps")),
        "S5 reads S4 perhaps, which is no option",
    ),
    "missing": (with_questions(*CHECKLIST.questions[:-5], CHECKLIST["4.2"]), "3.4.2 of the policy"),
    "twice": (with_questions(*CHECKLIST.questions, CHECKLIST["4.2"]), "question 4.2 stands twice"),
    "option twice": (option_changed("S1", "no", id="yes"), "S1: option yes stands twice"),
    "too many": (changed("3.1.2", options=MANY), "3.1.2 has 11 options; 2 to 10 can be shown"),
    "too long": (option_changed("S1", "no", label="x" * 76), "label of no is over 75 characters"),
    "fix": (option_changed("3.2.2", "no", fix="NONE"), "3.2.2: no has the unknown fix NONE"),
    "task": (option_changed("3.4.2", "not_yet", task="X"), "not_yet has the unknown task X"),
    "unsure": (option_changed("3.2.2", "not_sure", unsure=False), "not_sure is not marked unsure"),
    "sure": (option_changed("3.2.2", "yes", unsure=True), "3.2.2: yes is marked unsure"),
    "words": (changed("3.2.2", policy_words=""), "3.2.2 lacks the policy's words or clause"),
    "help": (changed("3.2.2", help=""), "3.2.2 lacks its question, help or topic"),
    "idle fix": (option_changed("3.3.4", "not_known", fix=None), "nothing leads to the fix USE"),
    "idle task": (
        option_changed("3.4.1", "no_should_tell", task=None),
        "nothing leads to the task TELL_PERSON",
    ),
    "advice": (option_changed("S7", "image", advice=("PICTURE",)), "image has the unknown advice PICTURE"),
    "idle advice": (option_changed("S7", "sexual", advice=()), "nothing calls up the advice SEXUAL"),
    "past option": (
        changed("3.2.2", when_already_shared=PastTense("Did you?", "Help.", {"never": "Never"})),
        "3.2.2 has other words for never, which is no option",
    ),
    "past label": (
        changed("3.2.2", when_already_shared=PastTense("Did you?", "Help.", {"no": "x" * 76})),
        "3.2.2 has words of over 75 characters for no",
    ),
    "past fix": (replace(CHECKLIST, fixes_when_shared={}), "the fix USE has no words for what was already shared"),
    "no endings": (replace(CHECKLIST, endings={}), "outcome HOLD has no words"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_named(fault: str) -> None:
    """Where it is and what is wrong."""
    table, words = FAULTS[fault]
    assert any(words in problem for problem in wiring_problems(table))


def test_all_faults_are_listed_at_once() -> None:
    """A table is mended in one go."""
    table = moved("S1", "S2")
    both = replace(table, endings={})
    assert len(wiring_problems(both)) == 7
