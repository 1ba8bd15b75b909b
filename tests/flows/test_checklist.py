"""The table in flows/checklist.py is the law's table, field by field."""

from typing import Any

import pytest

from flows.advice import PLACEHOLDERS
from flows.checklist import CHECKLIST
from flows.derived import DERIVED, EFFECTS
from flows.model import Choose, Consent, Ending, Level, Option, Question
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
    for name in ("say", "advice"):
        if values := getattr(option, name):
            effects[name] = list(values)
    return effects


def _past(question: Question) -> dict[str, Any]:
    past = question.when_already_shared
    if past is None:
        return {}
    if question.id == "4.2":
        assert past.help == question.help
        return {"ask_when_already_shared": past.ask}
    return {"when_already_shared": {"ask": past.ask, "help": past.help, "labels": past.labels}}


def _ending(ending: Ending) -> dict[str, Any]:
    words = {
        "reporter": ending.words,
        "reporter_when_already_shared": ending.words_when_shared,
        "reporter_without_fixes": ending.words_without_fixes,
    }
    said = {name: value for name, value in words.items() if value}
    return {"page": ending.page, "urgency": ending.urgency_words, **said}


@pytest.mark.parametrize("entry", LAW["questions"], ids=lambda entry: entry["id"])
def test_every_question_is_word_for_word_the_laws(entry: dict[str, Any]) -> None:
    """Nobody changes a word or an effect without changing the law beside it."""
    question = CHECKLIST[entry["id"]]
    choose = "any" if question.choose is Choose.ANY else "one"
    assert (question.clause, question.policy_words) == (entry["clause"], entry["policy_words"])
    assert (question.ask, question.help, choose) == (entry["ask"], entry["help"], entry["choose"])
    assert (question.asked_when.reads() == frozenset()) == (entry["asked_when"] in ("always", "level < CONSULT_URGENT"))
    assert _past(question) == {key: value for key, value in entry.items() if "already_shared" in key}
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
    assert CHECKLIST.fixes_when_shared == LAW["fixes_when_already_shared"]
    assert CHECKLIST.consent_from == LAW["consent_from"]
    assert {outcome.value: _ending(one) for outcome, one in CHECKLIST.endings.items()} == LAW["outcomes"]


def test_the_advice_and_its_placeholders_are_the_laws() -> None:
    """In the order in which they are read, word for word."""
    assert [{"id": one.id, "when": one.when, "words": one.words} for one in CHECKLIST.advice] == LAW["advice"]
    assert LAW["placeholders"] == PLACEHOLDERS


def test_the_explained_effects_and_rules_are_the_laws() -> None:
    """The page that leads sign off explains every effect and every derived rule."""
    assert LAW["effects"] == EFFECTS
    assert tuple(LAW["derived"]) == DERIVED
    assert [level.name for level in Level] == LAW["levels"]
    assert " | ".join(Consent) == LAW["effects"]["consent"]


def test_there_are_seven_safety_questions_seventeen_of_the_policy_and_the_judgement() -> None:
    """The whole checklist is there."""
    assert sum(question.is_policy for question in CHECKLIST) == 17
    assert [question.id for question in CHECKLIST if not question.is_policy][-1] == "4.2"
    assert len(CHECKLIST.questions) == 25
