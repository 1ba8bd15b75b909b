"""A case that goes from hand to hand: what was done stays, what is due stays due, and silence is counted rightly."""

from datetime import timedelta

import pytest

from flows.case import CaseStatus, Did
from flows.events import EventKind, OutboxKind
from flows.model import Answers
from tests.storage.builders import LEAD_ONE, LEAD_TWO, REPORTER, Office

CALM: Answers = {"S1": ("no",), "S2": ("no",), "S3": ("none",)}
URGENT: Answers = {"S1": ("no",), "S2": ("no",), "S3": ("harm",)}


def test_hand_on_is_not_silence(office: Office) -> None:
    """Whoever led it answered: nobody is told that nobody did, and the next people are asked at once."""
    check = office.led(URGENT)
    office.forward(minutes=30)
    with office.leading() as work:
        work.hand_on(check, LEAD_ONE)
    case = office.the_case(check)
    assert (case.tries, case.needed_at) == (1, office.now)
    assert case.answer_by > office.now
    asked = next(entry.id for entry in office.history(check) if entry.what == EventKind.ASKED_AGAIN)
    assert f"notice:{asked}" not in [row["key"] for row in office.rows(check, OutboxKind.NOTICE)]
    assert "U0DEPUTY" in office.paged(check)


def test_silence_after_a_hand_on_is_said_aloud_however_often_the_leader_was_reminded(office: Office) -> None:
    """Reminders to whoever leads are no tries; after the hand-on each unanswered ask counts from the start."""
    check = office.led(URGENT)
    for _ in range(4):
        office.forward(hours=5)
        with office.leading() as work:
            work.escalate_due(check)
    with office.leading() as work:
        work.hand_on(check, LEAD_ONE)
    before = office.happened(check).count(EventKind.ASKED_AGAIN)
    for tries in (2, 3, 4):
        office.forward(minutes=16)
        with office.leading() as work:
            work.escalate_due(check)
        assert office.the_case(check).tries == tries
    assert office.happened(check).count(EventKind.ASKED_AGAIN) == before + 3
    asked = [entry.id for entry in office.history(check) if entry.what == EventKind.ASKED_AGAIN]
    told = {row["key"] for row in office.rows(check, OutboxKind.NOTICE)}
    assert [f"notice:{event}" in told for event in asked] == [False, True, True, False]


@pytest.mark.parametrize("step", [EventKind.PLANNED, EventKind.DISAGREED, EventKind.AGREED])
def test_taking_over_stops_no_timer(office: Office, step: EventKind) -> None:
    """A plan that waits, a review and the two questions after sharing go on being asked for."""
    check = office.planned(URGENT)
    _reach(office, check, step)
    due = office.next_page_at(check)
    assert due is not None
    with office.leading() as work:
        assert work.take_over(check, LEAD_TWO, "lead-2").did is Did.DONE
    assert office.next_page_at(check) == due


@pytest.mark.parametrize(
    ("step", "status"),
    [
        (EventKind.PLANNED, CaseStatus.PLANNED),
        (EventKind.DISAGREED, CaseStatus.PLANNED),
        (EventKind.AGREED, CaseStatus.AGREED),
    ],
)
def test_whoever_takes_what_was_handed_on_goes_on_where_it_was(
    office: Office, step: EventKind, status: CaseStatus
) -> None:
    """The plan stands, and what it waits for is still asked for."""
    check = office.planned(URGENT)
    _reach(office, check, step)
    with office.leading() as work:
        work.hand_on(check, LEAD_ONE)
    with office.leading() as work:
        work.lead(check, LEAD_TWO, "lead-2")
    case = office.the_case(check)
    assert (case.status, case.led_by, case.disagreed) == (status, "lead-2", step == EventKind.DISAGREED)
    assert office.next_page_at(check) is not None


def test_agreed_while_nobody_leads_it_is_agreed_once_somebody_does(office: Office) -> None:
    """The reporter may agree at any time; the questions after sharing follow."""
    check = office.planned(URGENT)
    with office.leading() as work:
        work.hand_on(check, LEAD_ONE)
    with office.leading() as work:
        assert work.agree(check, REPORTER, 1).did is Did.DONE
        assert work.disagree(check, REPORTER, 1, "no", office.request()).did is Did.STALE
    assert office.the_case(check).status is CaseStatus.OPEN
    with office.leading() as work:
        work.lead(check, LEAD_TWO, "lead-2")
    assert office.the_case(check).status is CaseStatus.AGREED


def test_disagreeing_while_nobody_leads_does_not_put_the_ladder_off(office: Office) -> None:
    """A review is asked for as well; the next ask for a lead is not."""
    check = office.planned(URGENT)
    with office.leading() as work:
        work.hand_on(check, LEAD_ONE)
    due = office.next_page_at(check)
    with office.leading() as work:
        work.disagree(check, REPORTER, 1, "no", office.request())
    assert office.next_page_at(check) == due


def test_another_decision_is_agreed_anew_also_after_a_case_was_reopened_or_handed_on(office: Office) -> None:
    """What was agreed was another decision (policy 4.2, I20)."""
    for again in ("reopen", "hand on"):
        check = office.planned(URGENT)
        _reach(office, check, EventKind.AGREED)
        with office.leading() as work:
            if again == "hand on":
                work.hand_on(check, LEAD_ONE)
                work.lead(check, LEAD_TWO, "lead-2")
            else:
                work.chose_not_to_share(check, REPORTER, "It can wait.", office.request())
                assert work.close(check, LEAD_ONE, {}, office.request()).did is Did.DONE
                assert work.reopen(check, LEAD_ONE, "more is known", office.request()).did is Did.DONE
        office.decide(check, "no_further_action")
        case = office.the_case(check)
        assert (case.status, case.reporter_agreed_at) == (CaseStatus.LED, None)
        with office.leading() as work:
            assert work.close(check, LEAD_ONE, {}, office.request()).did is Did.STALE


def test_what_turns_urgent_needs_another_plan(office: Office) -> None:
    """The plan does not know of it: whoever leads it next makes one, and the reporter agrees it, anew."""
    check = office.start()
    office.answers(check, CALM)
    with office.reporting() as work:
        work.ask_lead(check, REPORTER, office.request())
    with office.leading() as work:
        work.lead(check, LEAD_ONE, "lead-1")
    office.decide(check, "share")
    office.plan(check)
    _reach(office, check, EventKind.AGREED)
    assert office.answer(check, "S4", "yes").did is Did.DONE
    case = office.the_case(check)
    assert (case.status, case.plan_stands, case.reporter_agreed_at) == (CaseStatus.OPEN, False, None)
    with office.leading() as work:
        work.lead(check, LEAD_TWO, "lead-2")
    assert office.the_case(check).status is CaseStatus.LED


def test_who_reopens_second_is_told_so(office: Office) -> None:
    """Their reason was not kept; the very same request was."""
    check = office.planned(URGENT)
    _reach(office, check, EventKind.AGREED)
    with office.leading() as work:
        work.chose_not_to_share(check, REPORTER, "It can wait.", office.request())
        work.close(check, LEAD_ONE, {}, office.request())
    request = office.request()
    dids = []
    for who, sent in ((LEAD_ONE, request), (LEAD_ONE, request), (LEAD_TWO, office.request())):
        with office.leading() as work:
            dids.append(work.reopen(check, who, "more is known", sent).did)
    assert dids == [Did.DONE, Did.ALREADY, Did.STALE]


def test_a_check_reopened_by_its_reporter_is_asked_for_as_new(office: Office) -> None:
    """Months later: nobody has been silent yet, and the time to answer by begins now."""
    check = office.planned(URGENT)
    _reach(office, check, EventKind.AGREED)
    with office.leading() as work:
        work.chose_not_to_share(check, REPORTER, "It can wait.", office.request())
        work.close(check, LEAD_ONE, {}, office.request())
    office.forward(days=120)
    with office.reporting() as work:
        work.ask_lead(check, REPORTER, office.request())
    case = office.the_case(check)
    assert (case.status, case.tries, case.needed_at) == (CaseStatus.OPEN, 1, office.now)
    assert case.answer_by > office.now


def test_a_note_does_not_move_a_reminder_somebody_asked_for(office: Office) -> None:
    """Anybody may add one; whoever leads is reminded when they wanted to be."""
    check = office.led(URGENT)
    at = office.now + timedelta(minutes=30)
    with office.leading() as work:
        work.remind_me(check, LEAD_ONE, at, office.request())
        work.write(check, LEAD_TWO, EventKind.NOTE, {"text": "a note"}, office.request())
    office.now = at
    with office.leading() as work:
        work.remind(check)
    assert office.happened(check).count(EventKind.REMINDED_LEADER) == 1


def _reach(office: Office, check: str, step: EventKind) -> None:
    with office.leading() as work:
        if step == EventKind.DISAGREED:
            work.disagree(check, REPORTER, 1, "I think otherwise", office.request())
        elif step == EventKind.AGREED:
            work.agree(check, REPORTER, 1)
