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
from tests.storage.builders import LEAD_ONE, LEAD_TWO, REPORTER, Office

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
    with office.leaving() as work:
        work.look_after(check)


def _close(office: Office, *people: str) -> None:
    with office.database.begin() as tx:
        for person in people:
            cover.mark_unreachable(tx, person, office.now)


def _away(office: Office, *people: str) -> None:
    day = office.roster.week.day_of(office.now)
    with office.database.begin() as tx:
        for person in people:
            cover.set_away(tx, person, day, day, by=LEAD_TWO, now=office.now, request=office.request())


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
    with office.leaving() as work:
        work.look_after(check)
    assert office.the_case(check).led_by == "lead-1"
    office.roster = replace(office.roster, slack={**office.roster.slack, "lead-1": "U0NEW1"})
    with office.leaving() as work:
        work.look_after(check)
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


@pytest.mark.parametrize("leader", ["lead-1", "deputy-1"])
def test_a_case_led_by_somebody_who_can_answer_is_left_alone(office: Office, leader: str) -> None:
    check = office.raised(HARM)
    with office.leading() as work:
        work.lead(check, office.roster.slack[leader], leader)
    asks = office.the_case(check).asks
    _close(office, *({"lead-1", "lead-2"} - {leader}))
    _look(office, check)
    assert (office.the_case(check).asks, office.the_case(check).led_by) == (asks, leader)


def test_a_leader_who_goes_away_leaves_the_case_to_the_others_at_once(office: Office) -> None:
    """Also where the days away had begun when they were set; the deputy is asked now, not at the next step."""
    check = office.led(HARM)
    office.forward(minutes=1)
    _away(office, "lead-1", "lead-2")
    _look(office, check)
    assert (office.the_case(check).status, office.paged(check)[-1]) == (CaseStatus.OPEN, "U0DEPUTY")
    assert EventKind.LEADER_GONE in office.happened(check)


def test_whoever_takes_the_lead_while_they_are_away_keeps_it(office: Office) -> None:
    """They have answered: so they are there."""
    check = office.raised(HARM)
    _away(office, "lead-1")
    office.forward(minutes=1)
    with office.leading() as work:
        work.lead(check, LEAD_ONE, "lead-1")
    _look(office, check)
    assert office.the_case(check).led_by == "lead-1"


def test_both_leads_away_asks_the_next_people_now(office: Office) -> None:
    check = office.raised(HARM)
    _away(office, "lead-1", "lead-2")
    _look(office, check)
    assert office.paged(check)[-1] == "U0DEPUTY"
    assert EventKind.ASKED_GONE in office.happened(check)


def test_while_everybody_is_away_those_who_were_asked_go_on_being_waited_for(office: Office) -> None:
    """Asking the same people again would help nobody; the ladder goes on."""
    check = office.raised(HARM)
    _away(office, *office.roster.everyone)
    _look(office, check)
    assert office.the_case(check).asks == 1


def test_where_only_a_closed_account_may_know_the_next_people_may(office: Office) -> None:
    """Somebody must be able to help (I13); whoever was waited for is left out from then on."""
    check = office.raised({**HARM, "S2": ("not_sure",)})
    assert office.paged(check) == ["U0INDEP"]
    _close(office, office.roster.people.independent)
    _look(office, check)
    assert (office.paged(check)[-1], office.the_case(check).left_out) == (
        "U0DEPUTY",
        frozenset({"independent", "U0INDEP"}),
    )


def test_a_reviewer_who_leaves_is_replaced_at_once(office: Office) -> None:
    """The staff member disagreed and was promised another view."""
    check = office.planned(HARM)
    with office.leading() as work:
        work.disagree(check, REPORTER, 1, "They would be in danger.", office.request())
    assert office.paged(check)[-1] == "U0LEAD2"
    _close(office, "lead-2")
    _look(office, check)
    assert "U0DEPUTY" in office.paged(check)
    _look(office, check)
    assert office.happened(check).count(EventKind.REVIEW_ASKED) == 2


def test_asking_others_makes_no_sound_for_the_reporter_and_keeps_the_urgency(office: Office) -> None:
    """It is no silence after an ask: nobody was there to hear it."""
    check = office.raised(HARM)
    _close(office, "lead-1", "lead-2")
    _look(office, check)
    assert office.rows(check, OutboxKind.NOTICE) == []
    assert office.the_case(check).urgency is Urgency.P1
    assert office.check(check).reporter == REPORTER
