"""What a case still needs before it may close (I20): all of it, in words, and nothing once it is there."""

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
    latest,
    missing_to_close,
)
from flows.events import EventKind
from flows.model import Level, Urgency

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
CHECK = Check("c", "SC-7K2M", "U1", CheckStatus.SENT, Level.CONSULT, {}, 1, "v", NOW, NOW)
DONE = tuple(Strand(name, StrandStatus.DONE, "done") for name in StrandName)
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


def _missing(**changes: object) -> tuple[str, ...]:
    return missing_to_close(replace(COMPLETE, **changes))  # type: ignore[arg-type] # by field name


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
    for strands in (others, (*others, Strand(name, StrandStatus.TO_DO, "to do"))):
        (problem,) = _missing(strands=strands)
        assert problem.startswith(STRAND_TITLES[name])
    assert _missing(strands=(*others, Strand(name, StrandStatus.NOT_APPROPRIATE, "because"))) == ()


def test_not_appropriate_without_a_reason_is_not_enough() -> None:
    """It reads "not appropriate because", and a blank is no because."""
    for blank in ("", "  \n"):
        strands = (*DONE[:2], Strand(StrandName.PARENT, StrandStatus.NOT_APPROPRIATE, blank))
        (problem,) = _missing(strands=strands)
        assert problem.startswith(STRAND_TITLES[StrandName.PARENT])


def test_everything_missing_is_said_at_once() -> None:
    """A lead sees the whole list, not its first line."""
    assert len(_missing(decision=None, strands=(), shared=None, reporter_agreed_at=None)) == 5
    assert len(_missing(strands=(), shared=None, reporter_agreed_at=None)) == 5


def test_nothing_is_missing_only_when_every_part_is_there() -> None:
    """Every combination of the parts: complete is complete, and nothing else is."""
    parts = product((None, "share"), (None, NOW), (None, *Shared), (DONE, DONE[:2]))
    for decision, agreed, shared, strands in parts:
        whole = decision and agreed and shared in (Shared.RECORDED, Shared.CHOSE_NOT_TO) and strands is DONE
        found = _missing(decision=decision, reporter_agreed_at=agreed, shared=shared, strands=strands)
        assert (found == ()) is bool(whole)


def test_decisions_that_share_are_decisions() -> None:
    """The words a lead chooses from hold the two after which 3.4 is asked."""
    assert DECISIONS.keys() > SHARING_DECISIONS


def test_the_latest_entry_of_a_kind_is_the_last_one_recorded() -> None:
    """A correction of a note stands behind the note, and the newest note is the one that counts."""
    kinds = (EventKind.NOTE, EventKind.NOTE, EventKind.REPLY)
    first, second, other = (Entry(number, NOW, "U1", what) for number, what in enumerate(kinds, 1))
    assert latest((first, second, other), EventKind.NOTE) == second
    assert latest((first, second, other), EventKind.CLOSED) is None
