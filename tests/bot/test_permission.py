"""The one gate, cell by cell: who may see or do what, left-out people first."""

import itertools

import pytest

from bot.permission import MATRIX, Act, Gate, Role, gate, may_set_away, role
from flows.case import Case, CaseStatus
from flows.model import Level
from tests.bot.builders import ROSTER, case, check, led

ACCOUNTS = {
    "lead-1": "U0LEAD1",
    "lead-2": "U0LEAD2",
    "deputy-1": "U0DEPUTY",
    "independent": "U0INDEP",
}
STRANGERS = ("U0STAFF2", "U0ADMIN", "U0GUEST", "U0OTHER", "", "lead-1", "share-check")
HELPER = ["open", "see", "lead", "step_aside", "note", "page_again", "ask", "reopen", "take_over"]
MAY: dict[Role, list[str]] = {
    Role.REPORTER: ["reply", "read_plan", "agree", "record_sharing"],
    Role.HELPER: HELPER,
    Role.LEADER: [*HELPER, *["plan", "hand_on", "remind", "record_sharing", "close"]],
    Role.NOBODY: [],
}
"""Written out a second time on purpose: whoever changes the one must mean the other."""

CALM = check({"S1": ("no",), "S2": ("no",)}, level=Level.CONSULT)


def _led(**changes: object) -> Case:
    return led(CALM, **changes)


@pytest.mark.parametrize(("who", "act"), list(itertools.product(Role, Act)))
def test_every_cell_of_the_matrix(who: Role, act: Act) -> None:
    """Each role may do exactly what is written for it, and nothing else."""
    assert (act in MATRIX[who]) is (act.name.lower() in MAY[who])


@pytest.mark.parametrize(
    ("slack", "expected"),
    [
        ("U0STAFF", Role.REPORTER),
        ("U0LEAD1", Role.LEADER),
        ("U0LEAD2", Role.HELPER),
        ("U0DEPUTY", Role.HELPER),
        ("U0INDEP", Role.HELPER),
        *((stranger, Role.NOBODY) for stranger in STRANGERS),
    ],
)
def test_who_somebody_is_to_a_case(slack: str, expected: Role) -> None:
    """A person's Slack account decides, and nothing they could type."""
    assert role(_led(), slack, ROSTER) is expected


@pytest.mark.parametrize(("act", "slack"), list(itertools.product(Act, STRANGERS)))
def test_an_outsider_finds_nothing_whatever_they_try(act: Act, slack: str) -> None:
    """There is no telling a case one may not know of from one that is not there."""
    assert gate(_led(), slack, act, ROSTER) is Gate.NOT_FOUND
    assert gate(None, slack, act, ROSTER) is Gate.NOT_FOUND


@pytest.mark.parametrize(("act", "person"), list(itertools.product(Act, ACCOUNTS)))
def test_somebody_left_out_finds_nothing_whatever_they_try(act: Act, person: str) -> None:
    """I13, cell by cell: left out by the reporter, in every status of the case, leading it or not."""
    of = check({"S1": ("no",), "S2": (person,)}, level=Level.CONSULT)
    for status, leader in itertools.product(CaseStatus, (None, person)):
        a_case = case(of, status=status, led_by=leader, asked=tuple(ACCOUNTS))
        assert gate(a_case, ACCOUNTS[person], act, ROSTER) is Gate.NOT_FOUND


@pytest.mark.parametrize(("act", "person"), list(itertools.product(Act, ACCOUNTS)))
def test_somebody_who_stepped_aside_finds_nothing(act: Act, person: str) -> None:
    """From then on it is as if they had never been asked."""
    a_case = case(CALM, left_out=frozenset({person}), asked=tuple(ACCOUNTS))
    assert gate(a_case, ACCOUNTS[person], act, ROSTER) is Gate.NOT_FOUND


@pytest.mark.parametrize("act", list(Act))
def test_a_lead_who_raised_it_is_its_reporter_and_no_more(act: Act) -> None:
    """I13: nobody is their own reviewer, also where the case says that they lead it."""
    of = check({"S1": ("no",), "S2": ("no",)}, level=Level.CONSULT, reporter="U0LEAD1")
    for leader in (None, "lead-1", "lead-2"):
        found = gate(case(of, led_by=leader), "U0LEAD1", act, ROSTER)
        assert found is (Gate.ALLOWED if act.name.lower() in MAY[Role.REPORTER] else Gate.NOT_YOURS)


@pytest.mark.parametrize("act", list(Act))
def test_not_sure_who_it_is_about_lets_in_the_independent_contact_alone(act: Act) -> None:
    """S2 "not sure": any lead may be the one it is about."""
    of = check({"S1": ("no",), "S2": ("not_sure",)}, level=Level.CONSULT)
    for person, slack in ACCOUNTS.items():
        found = gate(case(of), slack, act, ROSTER)
        if person == "independent" and act.name.lower() in MAY[Role.HELPER]:
            assert found is Gate.ALLOWED
        elif person == "independent":
            assert found is Gate.NOT_YOURS
        else:
            assert found is Gate.NOT_FOUND


def test_when_the_independent_contact_cannot_the_deputies_can_before_any_lead() -> None:
    """Somebody must be able to help, and a lead it may be about comes last."""
    answers = {"S1": ("no",), "S2": ("not_sure",)}
    own = case(check(answers, level=Level.CONSULT, reporter="U0INDEP"))
    aside = case(check(answers, level=Level.CONSULT), left_out=frozenset({"independent"}))
    for a_case in (own, aside):
        assert gate(a_case, "U0DEPUTY", Act.LEAD, ROSTER) is Gate.ALLOWED
        assert gate(a_case, "U0LEAD1", Act.OPEN, ROSTER) is Gate.NOT_FOUND


@pytest.mark.parametrize("act", list(Act))
def test_whoever_leads_may_do_more_than_one_who_helps(act: Act) -> None:
    """Only the lead of a case plans, hands on and closes; a helper is told that it is not theirs."""
    for slack, mine in (("U0LEAD1", Role.LEADER), ("U0LEAD2", Role.HELPER)):
        allowed = act.name.lower() in MAY[mine]
        assert gate(_led(), slack, act, ROSTER) is (Gate.ALLOWED if allowed else Gate.NOT_YOURS)


def test_another_left_out_person_does_not_shut_the_rest_out() -> None:
    """Leaving one lead out leaves the other."""
    of = check({"S1": ("no",), "S2": ("lead-1",)}, level=Level.CONSULT)
    assert gate(case(of), "U0LEAD2", Act.LEAD, ROSTER) is Gate.ALLOWED
    assert gate(case(of), "U0INDEP", Act.LEAD, ROSTER) is Gate.ALLOWED


@pytest.mark.parametrize(
    ("slack", "may"),
    [
        ("U0LEAD1", {"lead-1", "lead-2", "deputy-1"}),
        ("U0LEAD2", {"lead-1", "lead-2", "deputy-1"}),
        ("U0DEPUTY", {"deputy-1"}),
        ("U0INDEP", {"independent"}),
        *((stranger, set()) for stranger in STRANGERS),
    ],
)
def test_whose_days_away_somebody_may_set(slack: str, may: set[str]) -> None:
    """Their own; a lead those of every lead and deputy; nobody the independent contact's but they themselves."""
    assert {one for one in (*ROSTER.everyone, "nobody") if may_set_away(slack, one, ROSTER)} == may
