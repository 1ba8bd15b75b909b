"""The audit visits everything, and a broken table or engine does not pass it."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from flows.audit.invariants import Broken
from flows.audit.situations import Audit, audit
from flows.checklist import CHECKLIST
from flows.engine import wording
from flows.engine.outcome import Decision, decide
from flows.engine.replay import Progress, replay
from flows.model import Answers, Checklist, Level, Outcome
from tests.flows.builders import decision_of, progress_of
from tests.flows.mutate import option_changed, with_questions

OUTCOMES = [outcome for outcome in Outcome if outcome is not Outcome.UNFINISHED]
FEW = ("S1", "S2", "S3", "S4", "S5", "S6", "3.1.1", "3.1.3", "3.3.1", "4.2")


@cache
def _whole() -> Audit:
    return audit(CHECKLIST)


def _few(table: Checklist = CHECKLIST) -> Checklist:
    """Ten of the questions: enough for most faults, and quick."""
    return replace(table, questions=tuple(one for one in table if one.id in FEW))


def _names(found: Audit) -> set[str]:
    return {one.name for one in found.broken}


def _ways(table: Checklist, answers: Answers) -> int:
    """Complete paths from here, one by one, merging nothing."""
    question = replay(table, answers).next
    if question is None:
        return 1
    people = ["lead-1", "lead-2", "deputy-1", "independent"]
    given = [(option.id,) for option in question.options if option.id != "leads"]
    ways = sum(_ways(table, {**answers, question.id: one}) for one in given)
    if question.id == "S2":
        ways += (2 ** len(people) - 2) * _ways(table, {**answers, "S2": ("lead-1",)})
    return ways


def test_every_invariant_holds_in_every_situation() -> None:
    """Nothing is wrong anywhere, and every answer and outcome can be reached."""
    assert _whole().problems == ()
    assert set(_whole().endings) == set(OUTCOMES)


def test_merging_situations_loses_no_path() -> None:
    """Counted one by one and counted by situation, a shorter table has as many paths."""
    table = _few()
    assert audit(table).paths == _ways(table, {})


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_the_route_kept_for_an_outcome_leads_there(outcome: Outcome) -> None:
    """Each situation stands for a person who could be in it."""
    route = _whole().endings[outcome].route
    assert progress_of(route).is_finished
    assert decision_of(route).outcome is outcome


def test_the_figures_are_printed_for_people() -> None:
    """Big numbers with separators, and a verdict."""
    assert f"{_whole().paths:,} complete paths" in _whole().text
    assert _whole().text.endswith("every invariant holds")
    assert _whole().paths > 10**12


TABLE_FAULTS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "I1": ("S1", "yes", {"level": Level.CONSULT_URGENT}),
    "I2": ("S1", "not_sure", {"level": Level.CONSULT}),
    "I3": ("S2", "not_sure", {"unsure": False}),
    "I4": ("S4", "possibly", {"level": Level.NONE}),
    "I5": ("S3", "low_level", {"level": Level.NONE}),
    "I6": ("4.2", "yes", {"level": Level.NONE}),
    "I7": ("3.1.6", "police_investigation", {"level": Level.CONSULT}),
    "I8": ("3.1.4", "yes_duty", {"level": Level.NONE}),
    "I9": ("3.1.8", "not_sharing_worse", {"level": Level.NONE}),
}


@pytest.mark.parametrize("name", TABLE_FAULTS)
def test_an_effect_dropped_from_the_table_is_caught_by_name(name: str) -> None:
    """Whoever edits the table is told which promise they broke, and on which path."""
    question, option, effects = TABLE_FAULTS[name]
    table = option_changed(question, option, **effects)
    keep = {*FEW, "S4", "3.1.4", "3.1.6", "3.1.8", question}
    found = audit(replace(table, questions=tuple(one for one in table if one.id in keep)))
    assert name in _names(found)
    assert any(problem.startswith(f"{name}: ") for problem in found.problems)


def test_a_dropped_do_not_tell_is_caught() -> None:
    """I7 holds back telling them as well as raising the level."""
    table = option_changed("3.1.6", "unjustifiable_delay", hold_informing=False)
    short = replace(table, questions=(*table.questions[:6], table["3.1.6"]))
    assert "I7" in _names(audit(short))


def test_a_dropped_999_is_caught() -> None:
    """I2 shows 999 as well as raising the level."""
    assert "I2" in _names(audit(_few(option_changed("S1", "not_sure", say=()))))


def _lowering(table: Checklist, answers: Answers) -> Progress:
    return replace(replay(table, answers), level=Level.NONE if "S6" in answers else Level.CONSULT)


def _late_page(table: Checklist, answers: Answers) -> Progress:
    progress = replay(table, answers)
    return replace(progress, urgent_at=progress.urgent_at and "S6")


def _forgetful(table: Checklist, answers: Answers) -> Progress:
    progress = replay(table, answers)
    status = {one: what for one, what in progress.status.items() if one != "3.1.1"}
    return replace(progress, status=status)


@pytest.mark.parametrize(("name", "engine"), [("I11", _lowering), ("I11", _late_page), ("I14", _forgetful)])
def test_a_broken_engine_is_caught(name: str, engine: Callable[[Checklist, Answers], Progress]) -> None:
    """Not only the table is held against the invariants."""
    assert name in _names(audit(_few(), replay=engine))


def _deciding(outcome: Outcome) -> Callable[[Checklist, Progress], Decision]:
    def honours_no(table: Checklist, progress: Progress) -> Decision:
        decision = decide(table, progress)
        said_no = progress.answers.get("4.2") == ("no",)
        return replace(decision, outcome=outcome) if said_no else decision

    return honours_no


def test_a_no_that_is_honoured_although_someone_may_be_at_risk_is_caught() -> None:
    """The person's "no" never outweighs what they told before it."""
    assert {"I4", "I9"} <= _names(audit(_few(), decide=_deciding(Outcome.HOLD)))


def _pages_nobody(table: Checklist, progress: Progress) -> Decision:
    return replace(decide(table, progress), page_after=None)


def _demands_consent(table: Checklist, progress: Progress) -> Decision:
    return replace(decide(table, progress), fixes=("CONSENT",))


def _tells_the_left_out(table: Checklist, progress: Progress) -> Decision:
    return replace(decide(table, progress), left_out=(), conflict=False)


@pytest.mark.parametrize(
    ("name", "other"),
    [("I12", _pages_nobody), ("I10", _demands_consent), ("I13", _tells_the_left_out)],
)
def test_a_broken_decision_is_caught(name: str, other: Callable[[Checklist, Progress], Decision]) -> None:
    """Nor may the judgement of the answers go wrong unseen."""
    assert name in _names(audit(_few(), decide=other))


@pytest.mark.parametrize(
    ("name", "sentence", "words"),
    [
        ("I7", "DO_NOT_TELL", "Be careful."),
        ("I15", "HELPLINES", "Some numbers."),
        ("I16 and I17", "STOPPED", "You can go ahead."),
    ],
)
def test_a_sentence_that_breaks_a_promise_is_caught(
    monkeypatch: pytest.MonkeyPatch, name: str, sentence: str, words: str
) -> None:
    """The words are audited as well as the rules."""
    monkeypatch.setattr(wording, sentence, words)
    keep = {*FEW, "3.1.6"}
    table = replace(CHECKLIST, questions=tuple(one for one in CHECKLIST if one.id in keep))
    assert name in _names(audit(table))


def test_a_table_too_long_is_caught() -> None:
    """I22: at most 24 questions."""
    more = replace(CHECKLIST["S6"], id="S7", options=CHECKLIST["S6"].options[:1])
    one_each = tuple(replace(one, options=one.options[1:2]) for one in CHECKLIST)
    asked = tuple(replace(one, asked_when=more.asked_when) for one in one_each)
    found = audit(with_questions(*asked, more))
    assert "I22" in _names(found)


def test_an_answer_nobody_can_give_is_reported() -> None:
    """A question behind a condition that never holds is dead."""
    table = _few(option_changed("S4", "possibly", id="perhaps"))
    without = replace(table, questions=tuple(one for one in table if one.id != "S4"))
    assert "S5 yes" in audit(without).unreached


def test_a_broken_invariant_names_its_route() -> None:
    """Whoever reads it can answer the same and see."""
    broken = Broken("I3", "the level is only NONE", {"S1": ("no",), "S2": ("not_sure",)})
    assert str(broken) == "I3: the level is only NONE [S1 no, S2 not_sure]"
