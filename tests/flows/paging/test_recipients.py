"""Who is told first, and who never is (I13)."""

import pytest

from flows.engine.outcome import Decision
from flows.paging.recipients import NobodyLeftError, People, first_recipients, may_know
from tests.flows.builders import PEOPLE, calm_but, decision_of, stopped_after


def _paged(left_out: str) -> Decision:
    return decision_of(calm_but(S2=left_out, S4="yes"))


def test_without_a_conflict_all_leads_are_told() -> None:
    """And nobody else, at first."""
    assert first_recipients(_paged("no"), PEOPLE) == ("lead-1", "lead-2")


def test_a_lead_left_out_is_replaced_by_the_independent_contact() -> None:
    """They are not told, now or later."""
    assert first_recipients(_paged("lead-1"), PEOPLE) == ("lead-2", "independent")
    assert may_know(("lead-1",), conflict=True, people=PEOPLE) == ("lead-2", "deputy-1", "independent")


def test_not_sure_tells_the_independent_contact_alone() -> None:
    """Until it is known whom it is about."""
    assert first_recipients(_paged("not_sure"), PEOPLE) == ("independent",)
    assert may_know((), conflict=True, people=PEOPLE) == ("independent",)


def test_the_deputies_step_in_when_leads_and_independent_contact_are_left_out() -> None:
    """Recipients are never empty."""
    assert first_recipients(_paged("lead-1+lead-2+independent"), PEOPLE) == ("deputy-1",)


def test_before_s2_is_answered_all_leads_and_the_independent_contact_are_told() -> None:
    """Somebody hears even if one of them is part of it."""
    decision = decision_of(stopped_after("S1", calm_but(S1="yes")))
    assert first_recipients(decision, PEOPLE) == ("lead-1", "lead-2", "independent")


def test_nobody_is_told_when_nothing_was_raised() -> None:
    """HOLD stays with the reporter."""
    assert first_recipients(decision_of(calm_but()), PEOPLE) == ()


def test_a_lead_does_not_review_their_own_check() -> None:
    """Another lead does; with no other, a deputy; with no deputy, the independent contact."""
    assert first_recipients(_paged("no"), PEOPLE, "lead-1") == ("lead-2",)
    one_lead = People(("lead-1",), ("deputy-1",), "independent")
    assert first_recipients(_paged("no"), one_lead, "lead-1") == ("deputy-1",)
    alone = People(("lead-1",), (), "independent")
    assert first_recipients(_paged("no"), alone, "lead-1") == ("independent",)


def test_an_independent_contact_who_is_not_sure_reaches_the_deputies() -> None:
    """Even then somebody else hears."""
    assert first_recipients(_paged("not_sure"), PEOPLE, "independent") == ("deputy-1",)


def test_nobody_left_is_said_clearly() -> None:
    """A page that can go nowhere is an error, not a silence."""
    with pytest.raises(NobodyLeftError, match="Leave at least one person"):
        first_recipients(_paged("lead-1+lead-2+deputy-1+independent"), PEOPLE)
