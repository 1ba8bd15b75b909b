"""What a case still needs before it may close (I20, I28): all of it, one line each, and nothing once it is there."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import product

import pytest

from flows.case import (
    DECISIONS,
    SHARING_DECISIONS,
    STRAND_TITLES,
    Case,
    CaseStatus,
    Check,
    CheckStatus,
    Entry,
    Shared,
    Strand,
    StrandName,
    StrandStatus,
)
from flows.checklist import CHECKLIST
from flows.closure import (
    BEFORE_SHARING,
    TO_SHARE,
    UNANSWERED,
    Mend,
    missing_to_close,
    sharing_is_open,
    unanswered,
    waits_for_sharing,
    was_shared,
)
from flows.events import EventKind
from flows.model import Level, Urgency

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
TOLD = {"S6": ("no",), "3.4.1": ("yes_told",), "3.4.2": ("yes",)}
CHECK = Check("c", "SC-7K2M", "U1", CheckStatus.SENT, Level.CONSULT, TOLD, 1, "v", NOW, NOW)
DONE = tuple(Strand(name, StrandStatus.DONE, "They were told today.") for name in StrandName)
NO_TIME = "There was no time to ask."
DECIDED: dict[str, object] = {
    "reason": "It protects them.",
    **dict.fromkeys(TO_SHARE, "Said so."),
    UNANSWERED: NO_TIME,
}
SHARED: dict[str, object] = {
    "what": "What they said.",
    "whom": "Social care",
    "why": "To protect them.",
    "how": "Today",
}
ROW: dict[str, object] = {
    "row": 1,
    "agency": "children",
    "what": "What they said.",
    "state": "answered",
    "receipt": "They rang back at 10:20.",
}
COMPLETE = Case(
    check=CHECK,
    status=CaseStatus.AGREED,
    urgency=Urgency.P2,
    raised_at=NOW,
    answer_by=NOW,
    asks=1,
    asked_at=NOW,
    needed_at=NOW,
    dm_only=False,
    content_free=False,
    left_out=frozenset(),
    asked=("lead-1",),
    led_by="lead-1",
    decision="share",
    reporter_agreed_at=NOW,
    shared=Shared.RECORDED,
    strands=DONE,
)


def _entry(what: EventKind, content: dict[str, object]) -> Entry:
    return Entry(1, NOW, "U1", what, content)


def _record(
    decided: dict[str, object] | None = None,
    shared: dict[str, object] | None = None,
    row: dict[str, object] | None = None,
) -> list[Entry]:
    """A record with a decision, a sharing and an agency, some of their boxes changed."""
    return [
        _entry(EventKind.DECIDED, {**DECIDED, **(decided or {})}),
        _entry(EventKind.SHARED, {**SHARED, **(shared or {})}),
        _entry(EventKind.AGENCY, {**ROW, **(row or {})}),
    ]


def _missing(record: list[Entry] | None = None, **changes: object) -> tuple[str, ...]:
    case = replace(COMPLETE, **changes)  # type: ignore[arg-type] # by field name
    return tuple(one.words for one in missing_to_close(case, _record() if record is None else record))


def _after(told: str = "yes_told", kept: str = "yes", record: list[Entry] | None = None) -> tuple[str, ...]:
    """What is missing after these answers to 3.4.1 and 3.4.2."""
    given = {**TOLD, "3.4.1": (told,), "3.4.2": (kept,)}
    return _missing(record, check=replace(CHECK, answers=given))


def test_a_complete_case_misses_nothing() -> None:
    """Every decision can be carried to its end."""
    for decision in DECISIONS:
        assert _missing(decision=decision) == ()


def test_a_case_without_a_decision_says_so_and_does_not_ask_for_agreement_to_nothing() -> None:
    """The first step first."""
    (problem,) = _missing(decision=None, reporter_agreed_at=None)
    assert "decision" in problem


def test_a_plan_the_reporter_has_not_agreed_is_not_complete() -> None:
    """Together: the plan is agreed only when the reporter agrees too."""
    (problem,) = _missing(reporter_agreed_at=None)
    assert "agreed" in problem


@pytest.mark.parametrize("shared", [None, Shared.NOT_YET])
def test_the_questions_after_sharing_are_needed_until_it_is_known(shared: Shared | None) -> None:
    """A case cannot close without 3.4, or that nothing was shared."""
    (problem,) = _missing(shared=shared)
    assert "3.4" in problem
    assert _missing(shared=Shared.CHOSE_NOT_TO) == ()


@pytest.mark.parametrize("name", list(StrandName))
def test_each_strand_is_done_or_has_its_reason(name: StrandName) -> None:
    """All three of 4.2, each named; a strand that is missing counts as one still to do."""
    others = tuple(strand for strand in DONE if strand.name is not name)
    for strands in (others, (*others, Strand(name, StrandStatus.TO_DO, "To be told."))):
        (problem,) = _missing(strands=strands)
        assert problem.startswith(STRAND_TITLES[name])
    assert _missing(strands=(*others, Strand(name, StrandStatus.NOT_APPROPRIATE, "It would not be safe."))) == ()


def test_not_appropriate_without_a_reason_is_not_enough() -> None:
    """It reads "not appropriate because", and a blank is no because."""
    for blank in ("", "  \n", "-", "n/a", "No"):
        strands = (*DONE[:2], Strand(StrandName.PARENT, StrandStatus.NOT_APPROPRIATE, blank))
        (problem,) = _missing(strands=strands)
        assert problem.startswith(STRAND_TITLES[StrandName.PARENT])


def test_everything_missing_is_said_at_once() -> None:
    """A lead sees the whole list, not its first line."""
    assert len(_missing([], decision=None, strands=(), shared=None, reporter_agreed_at=None)) == 5
    assert len(_missing(strands=(), shared=None, reporter_agreed_at=None)) == 5


@pytest.mark.parametrize(
    "row",
    [
        {"state": "awaited", "receipt": "", "due": "2026-11-24"},
        {"state": "answered", "receipt": "-"},
        {"state": "given_up", "receipt": "n/a"},
        {"state": "given_up", "receipt": "Closed"},
        {"state": ""},
    ],
)
def test_every_agency_that_was_told_has_answered_or_nobody_waits_with_a_reason(row: dict[str, object]) -> None:
    """Each open row is a line of its own, with the button of that row."""
    (problem,) = missing_to_close(COMPLETE, _record(row=row))
    assert (problem.mend, problem.about) == (Mend.AGENCY, "1")
    assert problem.words.startswith("Children's social care")
    assert _missing(_record(row={"state": "given_up", "receipt": "They closed their file."})) == ()


def test_what_was_shared_has_a_row_for_whoever_was_told() -> None:
    """Nothing shared is without its receipt."""
    (problem,) = missing_to_close(COMPLETE, _record()[:2])
    assert problem.mend is Mend.AGENCY
    assert missing_to_close(replace(COMPLETE, shared=Shared.CHOSE_NOT_TO), _record()[:2]) == ()


def test_a_disagreement_stays_until_somebody_else_has_given_their_view() -> None:
    """Policy 4.2: also where the plan is agreed since."""
    disagreed, view = (
        _entry(EventKind.DISAGREED, {"reason": "Too soon."}),
        _entry(EventKind.REVIEWED, {"text": "A view."}),
    )
    (problem,) = missing_to_close(COMPLETE, [*_record(), disagreed])
    assert problem.mend is Mend.REVIEW
    assert missing_to_close(COMPLETE, [*_record(), disagreed, view]) == ()
    assert len(missing_to_close(COMPLETE, [*_record(), disagreed, view, disagreed])) == 1


def test_nothing_is_missing_only_when_every_part_is_there() -> None:
    """Every combination of the parts: complete is complete, and nothing else is."""
    parts = product((None, "share"), (None, NOW), (None, *Shared), (DONE, DONE[:2]))
    for decision, agreed, shared, strands in parts:
        known = shared not in (None, Shared.NOT_YET)
        whole = decision and agreed and known and strands is DONE
        found = _missing(decision=decision, reporter_agreed_at=agreed, shared=shared, strands=strands)
        assert (found == ()) is bool(whole)


def test_every_line_names_the_button_that_brings_it() -> None:
    """A lead is never left with a list and nothing to press."""
    bare = replace(COMPLETE, decision=None, strands=(), shared=None, reporter_agreed_at=None)
    assert {one.mend for one in missing_to_close(bare, ())} == {Mend.PLAN, Mend.SHARING}
    to_do = replace(COMPLETE, strands=tuple(replace(one, status=StrandStatus.TO_DO) for one in DONE))
    assert {one.mend for one in missing_to_close(to_do, _record())} == {Mend.STRANDS}


@pytest.mark.parametrize("decision", sorted(SHARING_DECISIONS))
@pytest.mark.parametrize("key", TO_SHARE)
@pytest.mark.parametrize("empty", ["", " ", "-", ".", "n/a"])
def test_a_decision_to_share_says_what_whom_when_how_by_whom_and_on_what_basis(
    decision: str, key: str, empty: str
) -> None:
    """Each missing part is named; a decision to share nothing needs none of them."""
    (problem,) = _missing(_record({key: empty}), decision=decision)
    assert TO_SHARE[key] in problem
    assert _missing(_record(dict.fromkeys(TO_SHARE, "")), decision="not_for_now") == ()


@pytest.mark.parametrize("decision", sorted(SHARING_DECISIONS))
@pytest.mark.parametrize("why", ["", "-", "n/a", "Later"])
def test_before_sharing_each_question_on_what_and_to_whom_is_answered_or_has_its_reason(
    decision: str, why: str
) -> None:
    """Policy 4.1: an urgent check stopped early has none of 3.2 and 3.3; not to share needs none."""
    (problem,) = _missing(_record({UNANSWERED: why}), decision=decision)
    assert "3.2.1" in problem
    assert "3.3.4" in problem
    assert _missing(_record({UNANSWERED: why}), decision="not_for_now") == ()
    all_given = {**TOLD, **{one: (CHECKLIST[one].options[0].id,) for one in BEFORE_SHARING}}
    answered = replace(CHECK, answers=all_given)
    assert unanswered(answered) == ()
    assert _missing(_record({UNANSWERED: why}), decision=decision, check=answered) == ()


@pytest.mark.parametrize("empty", ["", " ", "-", "n/a", "Because"])
def test_every_decision_has_its_reason(empty: str) -> None:
    """I20: also one not to share."""
    for decision in DECISIONS:
        (problem,) = _missing(_record({"reason": empty}), decision=decision)
        assert "reason" in problem


@pytest.mark.parametrize("answer", ["not_sure", "no_should_tell"])
def test_whether_they_know_stays_open_until_it_is_settled(answer: str) -> None:
    """I28: "not sure" and "should be told" are no answer to close on; who sees to it, and by when, is said."""
    (problem,) = _after(answer, record=_record(shared={"owner": "lead", "due": "2026-11-30"}))
    assert "the person" in problem
    assert "whoever leads sees to it, by 2026-11-30" in problem


@pytest.mark.parametrize("answer", ["not_sure", "not_yet"])
def test_the_record_of_what_was_shared_stays_open_until_it_is_made(answer: str) -> None:
    """I28: 3.4.2 closes on yes alone."""
    (problem,) = _after(kept=answer)
    assert "recorded" in problem


def test_two_open_answers_are_two_lines() -> None:
    """The first false closing: both "Not sure"."""
    assert len(_after("not_sure", "not_sure")) == 2


def test_unsafe_to_tell_them_needs_a_day_to_look_again() -> None:
    """It may close, and somebody looks again."""
    (problem,) = _after("no_unsafe")
    assert "look again" in problem
    assert _after("no_unsafe", record=_record(shared={"due": "2027-01-04"})) == ()


@pytest.mark.parametrize("key", ["what", "whom", "why", "how"])
def test_what_was_shared_is_said_in_full(key: str) -> None:
    """A form that was sent is not a record that was made."""
    (problem,) = _missing(_record(shared={key: "-"}))
    assert "After sharing" in problem


def test_nobody_can_choose_not_to_share_what_was_shared() -> None:
    """I27: where S6 says that it was shared, policy 3.4 is asked, whatever was decided."""
    for given, shared_before in ((("no",), False), (("yes_other",), True), (("not_sure",), None), (None, None)):
        answers = {**TOLD, **({"S6": given} if given else {})}
        if given is None:
            del answers["S6"]
        assert was_shared(answers) is shared_before
        found = _missing(check=replace(CHECK, answers=answers), shared=Shared.CHOSE_NOT_TO, decision="not_for_now")
        assert bool(found) is bool(shared_before)


def test_a_case_waits_for_policy_34_while_an_answer_is_open() -> None:
    """Also in a record from before answers were read."""
    for choice, is_open in (("yes_told", False), ("no_unsafe", False), ("not_sure", True), ("no_should_tell", True)):
        given = replace(COMPLETE, check=replace(CHECK, answers={**TOLD, "3.4.1": (choice,)}))
        assert sharing_is_open(given.shared, given.check.answers) is is_open
        assert waits_for_sharing(given) is is_open
        assert not waits_for_sharing(replace(given, status=CaseStatus.PLANNED))


@pytest.mark.parametrize("blank", ["", "-", ".", "n/a", "  \n", "Done"])
def test_a_part_that_is_done_says_what_was_done(blank: str) -> None:
    """Three dashes are no plan."""
    strands = tuple(replace(one, what=blank) for one in DONE)
    assert len(_missing(strands=strands)) == 3


@pytest.mark.parametrize("whose", ["adult", "adult_may_not_decide"])
def test_of_an_adult_the_third_part_is_the_family_if_they_agree(whose: str) -> None:
    """An adult has no parent to be informed (policy 4.2)."""
    of = replace(CHECK, answers={**TOLD, "3.1.5": (whose,)})
    (problem,) = _missing(check=of, strands=DONE[:2])
    assert problem.startswith("Family or carer, if they agree")
