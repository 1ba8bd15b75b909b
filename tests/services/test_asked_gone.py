"""Nobody who was asked can answer any more: others are asked at once, by whatever it is noticed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from flows.case import CaseStatus
from flows.events import EventKind, OutboxKind
from flows.model import Answers, Urgency
from flows.paging.recipients import People
from flows.paging.roster import Roster
from storage import cover
from tests.storage.builders import LEAD_TWO, REPORTER, Office

HARM: Answers = {"S1": ("no",), "S2": ("no",), "S3": ("none",), "S4": ("yes",)}
NEW = {"lead-3": "U0LEAD3", "lead-4": "U0LEAD4"}


def _other_leads(roster: Roster) -> Roster:
    """Both leads replaced in the organisation's file."""
    people = People(tuple(NEW), roster.people.deputies, roster.people.independent)
    accounts = {who: account for who, account in roster.slack.items() if who not in roster.people.leads}
    rungs = {
        urgency: tuple(
            replace(rung, who=(*NEW, *(one for one in rung.who if one not in roster.people.leads))) for rung in ladder
        )
        for urgency, ladder in roster.ladders.items()
    }
    return replace(roster, people=people, slack={**NEW, **accounts}, ladders=rungs)


def _look(office: Office, check: str) -> None:
    with office.leading() as work:
        work.check_asked(check)


def _close(office: Office, *people: str) -> None:
    with office.database.begin() as tx:
        for person in people:
            cover.mark_unreachable(tx, person, office.now)


def test_leads_who_replace_all_who_were_asked_are_asked_at_once(office: Office) -> None:
    """From the same step, so that none of the ladder is passed over; once."""
    check = office.raised(HARM)
    office.roster = _other_leads(office.roster)
    office.forward(minutes=10)
    _look(office, check)
    case = office.the_case(check)
    assert [row["target"] for row in office.rows(check, OutboxKind.PAGE) if row["ask"] == case.asks] == [
        "C0LEADS",
        *NEW.values(),
    ]
    assert office.next_page_at(check) == office.now + timedelta(minutes=15)
    assert (case.tries, EventKind.ASKED_GONE in office.happened(check)) == (1, True)
    _look(office, check)
    assert office.the_case(check).asks == case.asks


def test_another_person_under_the_same_id_was_not_asked(office: Office) -> None:
    """It is the account that was asked, not the line of the file."""
    check = office.raised(HARM)
    office.roster = replace(office.roster, slack={**office.roster.slack, "lead-1": "U0NEW1", "lead-2": "U0NEW2"})
    _look(office, check)
    assert {"U0NEW1", "U0NEW2"} <= set(office.paged(check))


def test_another_person_under_the_leads_id_does_not_lead(office: Office) -> None:
    """Nobody is said to be on it who never was."""
    check = office.led(HARM)
    with office.leading() as work:
        work.check_leader(check)
    assert office.the_case(check).led_by == "lead-1"
    office.roster = replace(office.roster, slack={**office.roster.slack, "lead-1": "U0NEW1"})
    with office.leading() as work:
        work.check_leader(check)
    assert (office.the_case(check).led_by, "U0NEW1" in office.paged(check)) == (None, True)


def test_both_accounts_closed_asks_the_next_people_now(office: Office) -> None:
    """A step with nobody on it who can answer is passed over."""
    check = office.raised(HARM)
    _close(office, "lead-1", "lead-2")
    _look(office, check)
    assert office.paged(check)[-1] == "U0DEPUTY"


def test_while_one_of_them_can_answer_nobody_else_is_asked(office: Office) -> None:
    check = office.raised(HARM)
    _close(office, "lead-1")
    _look(office, check)
    assert (office.the_case(check).asks, EventKind.ASKED_GONE in office.happened(check)) == (1, False)


def test_where_nobody_is_left_at_all_the_ladder_goes_on(office: Office) -> None:
    """Asking the closed accounts each time it is noticed would help nobody."""
    check = office.raised(HARM)
    _close(office, *office.roster.everyone)
    _look(office, check)
    assert office.the_case(check).asks == 1


@pytest.mark.parametrize("closes", [False, True])
def test_a_case_that_is_led_or_closed_is_left_alone(office: Office, *, closes: bool) -> None:
    check = office.led(HARM)
    if closes:
        with office.leading() as work:
            work.hand_on(check, LEAD_TWO, office.request())
            work.lead(check, LEAD_TWO, "deputy-1")
    asks, status = office.the_case(check).asks, office.the_case(check).status
    _close(office, "lead-1", "lead-2")
    _look(office, check)
    assert (office.the_case(check).asks, status) == (asks, CaseStatus.LED)


def test_asking_others_makes_no_sound_for_the_reporter_and_keeps_the_urgency(office: Office) -> None:
    """It is no silence after an ask: nobody was there to hear it."""
    check = office.raised(HARM)
    _close(office, "lead-1", "lead-2")
    _look(office, check)
    assert office.rows(check, OutboxKind.NOTICE) == []
    assert office.the_case(check).urgency is Urgency.P1
    assert office.check(check).reporter == REPORTER
