"""What would have changed an outcome is replayed, never guessed."""

from random import Random

from hypothesis import given, settings, strategies

from flows.checklist import CHECKLIST
from flows.engine.outcome import decide
from flows.engine.replay import replay
from flows.engine.what_if import Change, would_change
from flows.model import PEOPLE, Answers, Level, Outcome
from tests.flows.builders import calm_but, decision_of, progress_of, stopped_after
from tests.flows.engine.evaluator import random_sheet

SHEETS = strategies.randoms(use_true_random=True)


def _changes(answers: Answers, floor: Level = Level.NONE) -> tuple[Change, ...]:
    return would_change(CHECKLIST, progress_of(answers, floor), decision_of(answers, floor))


def _random_answers(dice: Random) -> Answers:
    sheet = random_sheet(dice)
    return {one: tuple(v) if isinstance(v, list) else (v,) for one, v in sheet.items()}


def _outcome_with(answers: Answers, other: Answers) -> Outcome:
    there = replay(CHECKLIST, {**answers, **other}, past_gaps=True)
    return decide(CHECKLIST, there).outcome


def test_a_held_check_says_what_would_bring_a_lead_in() -> None:
    """4.2 is what decided it."""
    found = {change.answers: change.outcome for change in _changes(calm_but())}
    assert found[(("4.2", "yes"),)] is Outcome.CONSULT_READY
    assert found[(("4.2", "not_sure"),)] is Outcome.CONSULT


def test_answers_that_decided_together_are_changed_together() -> None:
    """Neither of two unsure answers would have changed it alone."""
    answers = calm_but({"3.2.1": "not_sure", "3.3.2": "not_sure"})
    together = (("3.2.1", "only_what_is_needed"), ("3.3.2", "yes"))
    assert Change(together, Outcome.HOLD, None) in _changes(answers)


def test_a_change_that_brings_up_a_question_says_so() -> None:
    """Without urgency the judgement would be asked."""
    found = _changes(calm_but({"S4": "yes", "4.2": None}))
    assert Change((("S4", "no"),), Outcome.UNFINISHED, "4.2") in found


def test_answers_behind_a_question_brought_up_still_count() -> None:
    """S5 would be asked, but a legal duty stands behind it: nobody is told it would be nothing."""
    found = _changes(calm_but({"S4": "yes", "3.1.4": "yes_duty", "4.2": None}))
    assert found == (Change((("S4", "possibly"),), Outcome.CONSULT, "S5"),)


def test_nothing_is_said_to_lower_a_level_that_stays_raised() -> None:
    """The floor holds in every other case too (I11)."""
    assert _changes(calm_but({"4.2": None}), Level.CONSULT_URGENT) == ()


def test_a_stopped_check_brings_up_no_question() -> None:
    """It would simply have gone on."""
    found = _changes(stopped_after("S4", calm_but(S4="possibly")))
    assert all(change.opens is None for change in found)


@given(dice=SHEETS)
@settings(max_examples=30, deadline=None, derandomize=True)
def test_every_change_is_true_and_every_outcome_has_one(dice: Random) -> None:
    """With the changed answers in place the check does come to that outcome."""
    for _ in range(20):
        answers = _random_answers(dice)
        decision = decision_of(answers)
        changes = _changes(answers)
        assert changes or decision.outcome is Outcome.UNFINISHED
        for change in changes:
            other = {question: (option,) for question, option in change.answers}
            assert change.outcome is _outcome_with(answers, other) is not decision.outcome


@given(dice=SHEETS)
@settings(max_examples=30, deadline=None, derandomize=True)
def test_leaving_out_what_cannot_matter_loses_nothing(dice: Random) -> None:
    """Trying only what could raise it further finds all that trying everything would."""
    for _ in range(10):
        answers = _random_answers(dice)
        decision = decision_of(answers)
        alone = [change.answers[0] for change in _changes(answers) if len(change.answers) == 1]
        for question in {reason.question for reason in decision.reasons}:
            options = (one.id for one in CHECKLIST[question].options if one.id != PEOPLE)
            outcomes = {_outcome_with(answers, {question: (option,)}) for option in options}
            found = sum(asked == question for asked, _ in alone)
            assert found >= len(outcomes - {decision.outcome})
