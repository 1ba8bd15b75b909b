"""May this answer be given now, and what does it change: every refusal and every change, without a database."""

from dataclasses import replace
from datetime import timedelta

import pytest

from flows import answering
from flows.answering import AnswerChange, Given
from flows.case import Check, CheckStatus, Did
from flows.checklist import CHECKLIST
from flows.engine.replay import replay
from flows.model import Answers, Level, Outcome
from tests.flows.builders import SHARED, calm_but, stopped_after
from tests.flows.paging.test_roster import NOBODY, NOW, ROSTER

REPORTER = "U9"
EVERYBODY = ("lead-1", "lead-2", "deputy-1", "independent")
SHEETS = (calm_but(), calm_but(SHARED), calm_but(S1="yes"), calm_but(S4="yes"), calm_but(S1="not_sure"))


def _check(answers: Answers, status: CheckStatus = CheckStatus.DRAFT, **changes: object) -> Check:
    """At the level these answers raise."""
    level = replay(CHECKLIST, answers).level
    found = Check("c", "SC-7K2M", REPORTER, status, level, answers, 7, "v", NOW, NOW)
    return replace(found, **changes)  # type: ignore[arg-type]  # names of its fields


def _answer(check: Check, question: str, *choices: str, who: str = REPORTER, out: frozenset[str] = NOBODY) -> object:
    return answering.answer(check, Given(who, question, choices), ROSTER, out)


def _change(check: Check, question: str, *choices: str, who: str = REPORTER, out: frozenset[str] = NOBODY) -> object:
    return answering.change(check, Given(who, question, choices), ROSTER, out)


def _taken(found: object) -> AnswerChange:
    assert isinstance(found, AnswerChange), found
    return found


# Answering


@pytest.mark.parametrize("sheet", SHEETS, ids=range(len(SHEETS)))
def test_the_first_question_without_an_answer_can_be_answered_and_no_other(sheet: Answers) -> None:
    """At every step of the way, with every question there is: what is replayed with the answer agrees with before."""
    for answers in ({}, *(stopped_after(question, sheet) for question in sheet)):
        check = _check(answers)
        following = replay(CHECKLIST, answers, check.level).next
        expected = {following.id} if following else set()
        options = {each.id: each.options[0].id for each in CHECKLIST}
        can_be = {each for each, option in options.items() if isinstance(_answer(check, each, option), AnswerChange)}
        assert can_be == expected, answers


def test_an_answer_is_added_to_those_there_are() -> None:
    """And its change says that it is the first to its question."""
    change = _taken(_answer(_check({"S1": ("no",)}), "S2", "no"))
    assert change == AnswerChange(
        is_first=True,
        answers={"S1": ("no",), "S2": ("no",)},
        level=Level.NONE,
        outcome=None,
        left_out=(),
        opens=(),
        page_due=False,
        is_breach=False,
    )


def test_only_the_reporter_answers_changes_sends_and_goes_back() -> None:
    """Whoever else presses is refused before anything is looked at."""
    check = _check({"S1": ("no",)})
    assert _answer(check, "S2", "no", who="U1") is Did.REFUSED
    assert _change(check, "S1", "yes", who="U1") is Did.REFUSED
    assert answering.hand_over(check, "U1") is Did.REFUSED
    assert answering.go_back(check, "U1", check.revision) is Did.REFUSED


def test_the_same_answer_again_is_already_given_and_another_is_stale() -> None:
    """An old button, pressed twice or after all."""
    check = _check({"S1": ("no",)})
    assert _answer(check, "S1", "no") is Did.ALREADY
    assert _answer(check, "S1", "yes") is Did.STALE


@pytest.mark.parametrize("status", [each for each in CheckStatus if each is not CheckStatus.DRAFT])
def test_only_a_draft_is_answered(status: CheckStatus) -> None:
    """What was sent, put away or closed takes no answer; one that it has is still its answer."""
    check = _check({"S1": ("no",)}, status)
    assert _answer(check, "S2", "no") is Did.STALE
    assert _answer(check, "S1", "no") is Did.ALREADY


@pytest.mark.parametrize(
    ("question", "choices"),
    [
        ("S1", ()),
        ("S1", ("no", "yes")),
        ("S1", ("perhaps",)),
        ("no such question", ("no",)),
    ],
)
def test_what_is_no_option_is_stale(question: str, choices: tuple[str, ...]) -> None:
    """Forged, or of another version of the questions."""
    assert _answer(_check({}), question, *choices) is Did.STALE


@pytest.mark.parametrize(
    ("choices", "left_out"),
    [
        (("no",), ()),
        (("not_sure",), ()),
        (("lead-1",), ("lead-1",)),
        (("lead-1", "lead-2"), ("lead-1", "lead-2")),
    ],
)
def test_who_is_left_out_is_chosen_by_name(choices: tuple[str, ...], left_out: tuple[str, ...]) -> None:
    """An option alone, or people of the organisation's list."""
    assert _taken(_answer(_check({"S1": ("no",)}), "S2", *choices)).left_out == left_out


@pytest.mark.parametrize("choices", [("leads",), ("somebody",), ("no", "lead-1"), ()])
def test_nobody_can_be_left_out_who_is_not_on_the_list(choices: tuple[str, ...]) -> None:
    """Nor a name beside an option, nor the option that asks for names."""
    assert _answer(_check({"S1": ("no",)}), "S2", *choices) is Did.STALE


def test_somebody_must_be_left_who_can_be_told() -> None:
    """Those left out before count in, the reporter is none of them."""
    check, given = _check({"S1": ("no",)}), _check({"S1": ("no",), "S2": ("lead-1",)})
    others = frozenset({"lead-2", "deputy-1", "independent"})
    assert _answer(check, "S2", *EVERYBODY) is Did.NOBODY_LEFT
    assert _answer(check, "S2", "lead-1", out=others) is Did.NOBODY_LEFT
    assert _change(given, "S2", *EVERYBODY) is Did.NOBODY_LEFT
    assert isinstance(_answer(check, "S2", "lead-1", "lead-2"), AnswerChange)
    assert isinstance(_answer(_check({}), "S1", "no", out=frozenset(EVERYBODY)), AnswerChange)


def test_the_question_that_back_went_to_is_answered_again() -> None:
    """Also one that has an answer; no other meanwhile."""
    check = _check({"S1": ("no",), "S2": ("no",)}, revisiting="S1")
    assert _answer(check, "S3", "none") is Did.STALE
    change = _taken(_answer(check, "S1", "not_sure"))
    assert (change.is_first, change.answers) == (False, {"S1": ("not_sure",), "S2": ("no",)})


def test_a_question_that_is_not_there_any_more_is_not_gone_back_to() -> None:
    """Another version of the checklist: the first open question is shown."""
    assert isinstance(_answer(_check({}, revisiting="S99"), "S1", "no"), AnswerChange)


def test_once_a_lead_was_asked_it_is_asked_first_who_may_be_told() -> None:
    """Whatever else is open."""
    check = _check({}, asked_lead=True, level=Level.CONSULT)
    assert _answer(check, "S1", "no") is Did.STALE
    assert _taken(_answer(check, "S2", "no")).page_due
    chosen = _check({"S2": ("no",)}, asked_lead=True, level=Level.CONSULT)
    assert isinstance(_answer(chosen, "S1", "no"), AnswerChange)


def test_the_level_rises_and_never_falls() -> None:
    """I11: an answer that is calmer than the one before leaves it where it was."""
    urgent = stopped_after("S4", calm_but(S4="yes"))
    raised = _taken(_answer(_check(stopped_after("S3", urgent)), "S4", "yes"))
    assert raised.level is Level.CONSULT_URGENT
    assert _taken(_change(_check(urgent), "S4", "no")).level is Level.CONSULT_URGENT


# When a page is due


def test_a_page_is_due_once_it_is_urgent_and_known_who_may_be_told() -> None:
    """docs/rules.md, decision 3: not before S2, and not for what can wait for the end."""
    assert not _taken(_answer(_check({}), "S1", "yes")).page_due
    assert _taken(_answer(_check({"S1": ("yes",)}), "S2", "no")).page_due
    assert _taken(_answer(_check(stopped_after("S3", calm_but())), "S4", "yes")).page_due
    assert not _taken(_answer(_check(stopped_after("S2", calm_but())), "S3", "low_level")).page_due


def test_a_page_is_due_for_what_was_sent_and_raised_anything() -> None:
    """However little: nobody answers any more whom one could wait for."""
    assert not answering.is_page_due(_check(calm_but(), CheckStatus.SENT))
    assert not answering.is_page_due(_check(calm_but(S3="low_level")))
    assert answering.is_page_due(_check(calm_but(S3="low_level"), CheckStatus.SENT))


def test_how_long_nothing_may_come_before_the_leads_are_told() -> None:
    """A minute where help is needed and nobody is chosen; else the usual; nothing where they are told anyway."""
    assert ROSTER.no_choice < ROSTER.idle
    waits: list[tuple[Check, timedelta | None]] = [
        (_check({"S1": ("yes",)}), ROSTER.no_choice),
        (_check({}, asked_lead=True, level=Level.CONSULT), ROSTER.no_choice),
        (_check({"S1": ("not_sure",)}), ROSTER.idle),
        (_check(stopped_after("S3", calm_but(S3="low_level"))), ROSTER.idle),
        (_check({"S1": ("yes",), "S2": ("no",)}), None),
        (_check(calm_but(S3="low_level"), CheckStatus.SENT), None),
    ]
    for check, wait in waits:
        assert answering.patience(check, ROSTER) == wait


# Changing


def test_a_changed_answer_stands_in_the_place_of_the_one_before() -> None:
    """Every other answer stays."""
    check = _check(calm_but())
    change = _taken(_change(check, "3.2.2", "no"))
    assert change.answers == {**check.answers, "3.2.2": ("no",)}
    assert not change.is_first
    assert change.opens == ()


def test_a_finished_check_says_which_question_a_change_brought_up() -> None:
    """One that was open before is not brought up by it."""
    assert _taken(_change(_check(calm_but()), "S4", "possibly")).opens == ("S5",)
    assert _taken(_change(_check(stopped_after("S4", calm_but())), "S4", "possibly")).opens == ()


def test_a_change_is_refused_where_there_is_nothing_to_change() -> None:
    """No answer yet, no option, or the same."""
    check = _check(stopped_after("S4", calm_but()))
    assert _change(check, "S6", "no") is Did.STALE
    assert _change(check, "S4", "perhaps") is Did.STALE
    assert _change(check, "no such question", "no") is Did.STALE
    assert _change(check, "S4", "no") is Did.ALREADY


@pytest.mark.parametrize("status", [each for each in CheckStatus if each is not CheckStatus.DRAFT])
def test_after_it_is_sent_only_who_is_left_out_may_change(status: CheckStatus) -> None:
    """And of what is closed or put away nothing."""
    check = _check(calm_but(), status)
    assert _change(check, "S4", "possibly") is Did.STALE
    assert isinstance(_change(check, "S2", "lead-1"), AnswerChange) is (status is CheckStatus.SENT)


def test_the_outcome_of_what_was_sent_follows_the_answers() -> None:
    """The level it raised counts from the start; a draft has no outcome."""
    sent = _check(calm_but(), CheckStatus.SENT, outcome=Outcome.HOLD)
    assert _taken(_change(sent, "S2", "lead-1")).outcome is Outcome.HOLD
    doubtful = _taken(_change(sent, "S2", "not_sure"))
    assert (doubtful.level, doubtful.outcome, doubtful.page_due) == (Level.CONSULT, Outcome.CONSULT, True)
    assert _taken(_change(_check(calm_but()), "S2", "not_sure")).outcome is None


# Sending, and going back


def test_a_finished_draft_is_sent_with_what_it_comes_to() -> None:
    """An unfinished one is not; one that was sent is sent."""
    assert answering.hand_over(_check(calm_but()), REPORTER) is Outcome.HOLD
    assert answering.hand_over(_check(calm_but(S3="low_level")), REPORTER) is Outcome.CONSULT
    assert answering.hand_over(_check(stopped_after("S4", calm_but())), REPORTER) is Did.STALE
    assert answering.hand_over(_check(calm_but(), CheckStatus.SENT), REPORTER) is Did.ALREADY


def test_back_goes_to_the_answer_before_the_question_shown() -> None:
    """From the open question to the last answer, from there on to the one before."""
    answers = stopped_after("S3", calm_but())
    assert answering.go_back(_check(answers), REPORTER, 7) == "S3"
    assert answering.go_back(_check(answers, revisiting="S3"), REPORTER, 7) == "S2"


def test_back_does_nothing_twice_nor_before_the_first_question() -> None:
    """The revision is the pressed card's."""
    answers = stopped_after("S3", calm_but())
    assert answering.go_back(_check(answers), REPORTER, 6) is Did.ALREADY
    assert answering.go_back(_check({}), REPORTER, 7) is Did.STALE
    assert answering.go_back(_check(answers, revisiting="S1"), REPORTER, 7) is Did.STALE
    assert answering.go_back(_check(answers, CheckStatus.SENT), REPORTER, 7) is Did.STALE
