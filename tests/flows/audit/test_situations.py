"""The audit visits everything, and a broken table or engine does not pass it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import combinations
from typing import Any

import pytest

from flows.audit.invariants import Broken
from flows.audit.situations import audit
from flows.checklist import CHECKLIST
from flows.engine import wording
from flows.engine.guidance import Guidance, Stage, guide
from flows.engine.outcome import Decision, Known, decide
from flows.engine.replay import Progress, replay
from flows.model import Answers, Checklist, Choose, Level, Outcome, Urgency
from tests.flows.builders import decision_of, progress_of
from tests.flows.mutate import option_changed, with_questions

OUTCOMES = [outcome for outcome in Outcome if outcome is not Outcome.UNFINISHED]
SHORT = ("S1", "S2", "S4", "4.2")
SHORT_OF_HOLD = (*SHORT, "S3", "S6", "3.1.6")
"""All that HOLD rests on (I9)."""
FEW = (*SHORT, "S3", "S6", "3.1.5")
FEWER = (*SHORT, "S6", "S7", "3.1.6", "3.4.1")


def _only(keep: tuple[str, ...], table: Checklist = CHECKLIST) -> Checklist:
    """Some of the questions: enough for a fault, and quick."""
    return replace(table, questions=tuple(one for one in table if one.id in keep))


def _finds(name: str, keep: tuple[str, ...], table: Checklist = CHECKLIST, **engine: Any) -> bool:
    """Whether this invariant is found broken, and said first, in these questions with the fault and not without."""
    found = audit(_only(keep, table), **engine, until=name)
    said = any(problem.startswith(f"{name}: ") for problem in found.problems)
    return said and name not in _broken_when_short(keep)


@cache
def _broken_when_short(keep: tuple[str, ...]) -> set[str]:
    """Name what is broken for no reason but that questions are missing."""
    return {one.name for one in audit(_only(keep)).broken}


def _ways(table: Checklist, answers: Answers) -> Counter[Outcome]:
    """Complete paths from here by outcome, one by one, merging nothing."""
    progress = replay(table, answers)
    question = progress.next
    if question is None:
        return Counter({decide(table, progress).outcome: 1})
    ways: Counter[Outcome] = Counter()
    options = [option.id for option in question.options if option.id != "leads"]
    most = len(options) if question.choose is Choose.ANY else 1
    for size in range(1, most + 1):
        for given in combinations(options, size):
            ways += _ways(table, {**answers, question.id: given})
    if question.id == "S2":
        named = _ways(table, {**answers, "S2": ("lead-1",)})
        ways += Counter({outcome: (2**4 - 2) * count for outcome, count in named.items()})
    return ways


@pytest.mark.timeout(600)  # Everything at once, on a machine that may be busy.
def test_every_invariant_holds_in_every_situation() -> None:
    """Nothing is wrong anywhere; every answer and outcome can be reached, and each by the route kept for it."""
    found = audit(CHECKLIST)
    assert found.problems == ()
    assert set(found.endings) == set(OUTCOMES)
    for outcome, ending in found.endings.items():
        assert progress_of(ending.route).is_finished
        assert decision_of(ending.route).outcome is outcome
    assert f"{found.paths:,} complete paths" in found.text
    assert found.text.endswith("every invariant holds")
    assert found.paths > 10**12


def test_merging_situations_loses_no_path() -> None:
    """Counted one by one and counted by situation, shorter tables have as many paths to each outcome."""
    for keep in (
        ("S1", "S2", "S4", "S5", "3.1.5", "4.2"),
        ("S3", "S6", "3.2.3", "3.3.1", "3.4.1", "4.2"),
        ("S7", "4.2"),
        ("S4", "3.1.1", "3.1.3", "3.1.6", "4.2"),
        ("3.1.1", "3.1.3", "3.1.4", "3.1.5", "4.2"),
    ):
        table = _only(keep)
        found = {outcome: ending.paths for outcome, ending in audit(table).endings.items()}
        assert found == dict(_ways(table, {}))


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
    "I27": ("S6", "yes_other", {"level": Level.NONE}),
}
MORE_FAULTS: dict[str, tuple[str, str, str, dict[str, Any]]] = {
    "a kind of worry": ("I4", "S7", "self_harm", {"level": Level.CONSULT}),
    "a breach": ("I27", "S6", "gone_wrong", {"level": Level.CONSULT, "breach": False}),
    "do not tell": ("I7", "S7", "cutting_or_forced_marriage", {"hold_informing": False}),
    "advice": ("I31", "S7", "image", {"advice": ("BASICS",)}),
    "advice for an adult's conduct": ("I31", "S3", "low_level", {"advice": ()}),
    "whose it is": ("I33", "3.1.5", "adult_may_not_decide", {"adult": False}),
}


@pytest.mark.parametrize("name", TABLE_FAULTS)
def test_an_effect_dropped_from_the_table_is_caught_by_name(name: str) -> None:
    """Whoever edits the table is told which promise they broke, and on which path."""
    question, option, effects = TABLE_FAULTS[name]
    keep = (*(SHORT_OF_HOLD if name == "I9" else SHORT), question)
    assert _finds(name, keep, option_changed(question, option, **effects))


@pytest.mark.parametrize("fault", MORE_FAULTS)
def test_a_second_effect_dropped_is_caught(fault: str) -> None:
    """Each effect of an answer is a promise of its own."""
    name, question, option, effects = MORE_FAULTS[fault]
    assert _finds(name, (*SHORT, question), option_changed(question, option, **effects))


def test_a_dropped_do_not_tell_is_caught() -> None:
    """I7 holds back telling them as well as raising the level."""
    table = option_changed("3.1.6", "unjustifiable_delay", hold_informing=False)
    assert _finds("I7", FEWER, table)


def test_a_dropped_999_is_caught() -> None:
    """I2 shows 999 as well as raising the level."""
    assert _finds("I2", SHORT, option_changed("S1", "not_sure", say=()))


def _lowering(table: Checklist, answers: Answers) -> Progress:
    return replace(replay(table, answers), level=Level.NONE if "S6" in answers else Level.CONSULT)


def _late_page(table: Checklist, answers: Answers) -> Progress:
    progress = replay(table, answers)
    return replace(progress, urgent_at=progress.urgent_at and "S6")


def _forgetful(table: Checklist, answers: Answers) -> Progress:
    progress = replay(table, answers)
    status = {one: what for one, what in progress.status.items() if one != "3.1.1"}
    return replace(progress, status=status)


@pytest.mark.parametrize("engine", [_lowering, _late_page])
def test_a_broken_engine_is_caught(engine: Callable[[Checklist, Answers], Progress]) -> None:
    """Not only the table is held against the invariants."""
    assert _finds("I11", FEW, replay=engine)


def test_a_question_without_a_status_is_caught() -> None:
    """I14, in the whole table: of a shorter one it is not true."""
    assert {one.name for one in audit(CHECKLIST, replay=_forgetful, until="I14").broken} == {"I14"}


def _deciding(outcome: Outcome) -> Callable[..., Decision]:
    def honours_no(table: Checklist, progress: Progress, leads: tuple[str, ...]) -> Decision:
        decision = decide(table, progress, leads)
        said_no = progress.answers.get("4.2") == ("no",)
        return replace(decision, outcome=outcome) if said_no else decision

    return honours_no


def test_a_no_that_is_honoured_although_someone_may_be_at_risk_is_caught() -> None:
    """The person's "no" never outweighs what they told before it."""
    assert all(_finds(name, SHORT_OF_HOLD, decide=_deciding(Outcome.HOLD)) for name in ("I4", "I9"))


DECISION_FAULTS: dict[str, tuple[str, dict[str, Any]]] = {
    "pages nobody": ("I12", {"page_after": None}),
    "demands consent": ("I10", {"fixes": ("CONSENT",)}),
    "sends to the source": ("I10", {"fixes": ("SOURCE",)}),
    "demands consent unasked": ("I7", {"fixes": ("CONSENT",)}),
    "tells those left out": ("I13", {"left_out": (), "conflict": False}),
    "shows what is not known as no": ("I26", {"tell_nobody": Known.NO}),
    "shows sharing as no": ("I26", {"shared": False}),
    "lets worry wait": ("I29", {"urgency": Urgency.P3}),
    "forgets what decided it": ("I5", {"reasons": ()}),
    "explains nothing": ("I25", {"reasons": ()}),
    "shelves what was shared": ("I27", {"outcome": Outcome.CONSULT_READY}),
    "forgets whose it is": ("I33", {"adult": False}),
    "drops advice": ("I31", {"advice": ()}),
}


@pytest.mark.parametrize("fault", DECISION_FAULTS)
def test_a_broken_decision_is_caught(fault: str) -> None:
    """Nor may the judgement of the answers go wrong unseen."""
    name, fields = DECISION_FAULTS[fault]

    def broken(table: Checklist, progress: Progress, leads: tuple[str, ...]) -> Decision:
        return replace(decide(table, progress, leads), **fields)

    assert _finds(name, FEW, decide=broken)


def _only_children(made: Guidance) -> dict[str, Any]:
    def without(lines: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(line.replace("dult social care", "children's services") for line in lines)

    return {
        "footer": without(made.footer),
        "numbers": without(made.numbers),
        "instructions": without(made.instructions),
    }


GUIDANCE_FAULTS: dict[str, tuple[str, Callable[[Guidance], dict[str, Any]]]] = {
    "999 is not first": ("I1", lambda made: {"title": made.title.replace("999", "them"), "say_first": ()}),
    "999 is lost": ("I2", lambda _: {"say_first": ()}),
    "teaches the lower answer": ("I17", lambda _: {"would_change": ("If you had said no, I would have waited.",)}),
    "no numbers": ("I25", lambda _: {"numbers": ()}),
    "no 999 line": ("I25", lambda _: {"danger": "Ring us."}),
    "nobody named": ("I25", lambda made: {"told": made.told and "I have told them."}),
    "claims too much": ("I25", lambda made: {"told": made.told.replace("I am telling", "I have told")}),
    "not known is no": ("I26", lambda made: {"tell_nobody": Known.NO if made.stage is Stage.HIDDEN else Known.YES}),
    "no advice when hidden": ("I31", lambda made: {"advice": made.advice if made.stage is not Stage.HIDDEN else ()}),
    "a place not filled": ("I31", lambda made: {"instructions": (*made.instructions, "Ring {phone}.")}),
    "a role that was not told": ("I30", lambda made: {"footer": (*made.footer, "A safeguarding lead will ring.")}),
    "a name that was not told": ("I30", lambda made: {"footer": (*made.footer, "Ask Person three.")}),
    "only children's services": ("I33", _only_children),
    "explains again": ("I10", lambda made: {"fixes": (*made.fixes, "- Explain again what could follow.")}),
    "seeks consent": ("I7", lambda made: {"fixes": (*made.fixes, "- Ask for consent.")}),
}


@pytest.mark.parametrize("fault", GUIDANCE_FAULTS)
def test_what_a_person_reads_is_audited_in_every_state(fault: str) -> None:
    """The rendered value as well as the decision."""
    name, fields = GUIDANCE_FAULTS[fault]

    def broken(*given: Any) -> Guidance:
        made = guide(*given)
        return replace(made, **fields(made))

    assert _finds(name, (*FEWER, "3.1.5"), guide=broken)


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
    _broken_when_short(FEWER)  # kept before the fault is planted, which would hide it
    monkeypatch.setattr(wording, sentence, words)
    assert _finds(name, FEWER)


def test_a_table_too_long_is_caught() -> None:
    """I22: at most 24 questions."""
    more = replace(CHECKLIST["S6"], id="S8", options=CHECKLIST["S6"].options[:1])
    one_each = tuple(replace(one, options=one.options[1:2]) for one in CHECKLIST)
    asked = tuple(replace(one, asked_when=more.asked_when) for one in one_each)
    found = audit(with_questions(*asked, more), until="I22")
    assert found.broken[-1].name == "I22"


def test_an_answer_nobody_can_give_is_reported() -> None:
    """A question behind a condition that never holds is dead."""
    table = _only((*SHORT, "S5"), option_changed("S4", "possibly", id="perhaps"))
    without = replace(table, questions=tuple(one for one in table if one.id != "S4"))
    assert "S5 yes" in audit(without).unreached


def test_a_broken_invariant_names_its_route() -> None:
    """Whoever reads it can answer the same and see."""
    broken = Broken("I3", "the level is only NONE", {"S1": ("no",), "S2": ("not_sure",)})
    assert str(broken) == "I3: the level is only NONE [S1 no, S2 not_sure]"
