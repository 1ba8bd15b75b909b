"""How urgent a case is: by worry, never less than it was."""

from datetime import timedelta

import pytest

from flows.case import Did
from flows.events import EventKind
from flows.model import Answers, Urgency
from tests.flows.builders import calm_but
from tests.storage.builders import REPORTER, Office


def _sent(office: Office, sheet: Answers) -> str:
    check = office.start()
    office.answers(check, sheet)
    with office.reporting() as work:
        assert work.send(check, REPORTER).did is Did.DONE
    return check


def _ask_a_lead(office: Office, check: str) -> None:
    with office.reporting() as work:
        assert work.ask_lead(check, REPORTER, office.request()).did is Did.DONE


@pytest.mark.parametrize(
    ("sheet", "urgency"),
    [
        (calm_but({"4.2": "yes"}), Urgency.P3),
        (calm_but({"3.2.1": "not_sure"}), Urgency.P3),
        (calm_but({"4.2": "yes"}, S3="low_level"), Urgency.P2),
        (calm_but({"4.2": "yes"}, S7="not_sure"), Urgency.P2),
        (calm_but({"4.2": "yes"}, S3="not_sure"), Urgency.P2),
    ],
)
def test_a_check_without_worry_is_routine_and_any_worry_is_not(
    office: Office, sheet: Answers, urgency: Urgency
) -> None:
    assert office.the_case(_sent(office, sheet)).urgency is urgency


def test_asking_for_a_lead_before_anything_is_known_is_a_worry(office: Office) -> None:
    """docs/rules.md, decision 14: what is not known counts as worry."""
    check = office.start()
    _ask_a_lead(office, check)
    office.answer(check, "S2", "no")
    assert office.the_case(check).urgency is Urgency.P2
    assert office.next_page_at(check) == office.now + timedelta(minutes=60)


def test_asking_for_a_lead_when_all_is_known_and_calm_is_routine(office: Office) -> None:
    check = office.start()
    office.answers(check, {one: given for one, given in calm_but().items() if one != "4.2"})
    _ask_a_lead(office, check)
    assert office.the_case(check).urgency is Urgency.P3


def test_a_case_never_becomes_less_urgent(office: Office) -> None:
    """Calm answers after "Ask a lead" leave it on the worry clock."""
    check = office.start()
    _ask_a_lead(office, check)
    office.answers(check, {one: given for one, given in calm_but().items() if one != "S1"} | {})
    office.answers(check, calm_but())
    assert office.the_case(check).urgency is Urgency.P2
    assert EventKind.ESCALATED not in office.happened(check)


def test_an_answer_that_brings_worry_makes_a_routine_case_a_worry(office: Office) -> None:
    """Without becoming urgent: nobody is paged as for an emergency."""
    check = office.start()
    office.answers(check, {one: given for one, given in calm_but().items() if one != "4.2"})
    _ask_a_lead(office, check)
    with office.reporting() as work:
        assert work.change(check, REPORTER, "S4", ("possibly",)).did is Did.DONE
    case = office.the_case(check)
    assert (case.urgency, EventKind.ESCALATED in office.happened(check)) == (Urgency.P2, True)
    assert office.next_page_at(check) is not None
    assert case.asks > 1


def test_a_check_that_is_stopped_before_the_risk_is_known_is_a_worry(office: Office) -> None:
    check = office.start()
    office.answers(check, {"S1": ("no",), "S2": ("no",), "S3": ("not_sure",)})
    with office.reporting() as work:
        work.stop(check, REPORTER)
    assert office.the_case(check).urgency is Urgency.P2
