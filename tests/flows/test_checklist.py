"""The table in flows/checklist.py is the law's table, field by field."""

from typing import Any

import pytest

from flows.checklist import CHECKLIST, DERIVED, EFFECTS
from flows.model import Choose, Consent, Level, Option
from tests.flows.engine.evaluator import LAW


def _effects(option: Option) -> dict[str, Any]:
    effects: dict[str, Any] = dict.fromkeys(option.effects, True)
    if option.level is not Level.NONE:
        effects["level"] = option.level.name
    for name in ("fix", "task", "need_consent"):
        if value := getattr(option, name):
            effects[name] = value
    if option.consent:
        effects["consent"] = option.consent.value
    return effects | ({"say": list(option.say)} if option.say else {})


@pytest.mark.parametrize("entry", LAW["questions"], ids=lambda entry: entry["id"])
def test_every_question_is_word_for_word_the_laws(entry: dict[str, Any]) -> None:
    """Nobody changes a word or an effect without changing the law beside it."""
    question = CHECKLIST[entry["id"]]
    choose = "any" if question.choose is Choose.ANY else "one"
    assert (question.clause, question.policy_words) == (entry["clause"], entry["policy_words"])
    assert (question.ask, question.help, choose) == (entry["ask"], entry["help"], entry["choose"])
    assert (question.asked_when.reads() == frozenset()) == (entry["asked_when"] in ("always", "floor < CONSULT_URGENT"))
    for option, law in zip(question.options, entry["options"], strict=True):
        assert (option.id, option.label) == (law["id"].replace("leads:<names>", "leads"), law["label"])
        assert _effects(option) == {key: value for key, value in law["effects"].items() if value}


def test_the_questions_stand_in_the_laws_order() -> None:
    """Nothing is reordered, added or lost."""
    assert list(CHECKLIST.by_id) == [entry["id"] for entry in LAW["questions"]]


def test_fixes_tasks_and_outcomes_are_the_laws() -> None:
    """What a reporter is told to do is what was signed off."""
    assert CHECKLIST.fixes == LAW["fixes"]
    assert CHECKLIST.tasks == LAW["tasks"]
    endings = {
        outcome.value: {"page": one.page, "urgency": one.urgency.value, "reporter": one.words}
        for outcome, one in CHECKLIST.endings.items()
    }
    assert endings == LAW["outcomes"]


def test_the_explained_effects_and_rules_are_the_laws() -> None:
    """The page that leads sign off explains every effect and every derived rule."""
    assert LAW["effects"] == EFFECTS
    assert tuple(LAW["derived"]) == DERIVED
    assert [level.name for level in Level] == LAW["levels"]
    assert " | ".join(Consent) == LAW["effects"]["consent"]


def test_there_are_six_safety_questions_seventeen_of_the_policy_and_the_judgement() -> None:
    """The whole checklist is there."""
    assert sum(question.is_policy for question in CHECKLIST) == 17
    assert [question.id for question in CHECKLIST if not question.is_policy][-1] == "4.2"
    assert len(CHECKLIST.questions) == 24
