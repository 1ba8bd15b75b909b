"""Ways in which nobody might have been asked, each shut."""

from dataclasses import replace
from datetime import timedelta

from flows.case import CaseStatus, Did, Shared
from flows.events import OutboxKind
from flows.model import Answers, Level, Outcome, Urgency
from services.due_times import DueTimes
from storage import cases
from tests.flows.builders import calm_but
from tests.storage.builders import LEAD_TWO, REPORTER, Office

CALM: Answers = {"S1": ("no",), "S2": ("no",), "S3": ("none",), "S4": ("possibly",)}
URGENT: Answers = {"S1": ("no",), "S2": ("no",), "S3": ("harm",)}


def test_leaving_people_out_bit_by_bit_never_leaves_nobody(office: Office) -> None:
    """Those left out before count too: somebody must always be able to help (I13)."""
    check = office.start()
    office.answer(check, "S1", "no")
    office.answer(check, "S2", "lead-1", "lead-2")
    with office.reporting() as work:
        work.back(check, REPORTER, office.check(check).revision)
    assert office.answer(check, "S2", "deputy-1", "independent").did is Did.NOBODY_LEFT
    assert office.answer(check, "S2", "deputy-1").did is Did.DONE
    office.answer(check, "S3", "harm")
    assert office.paged(check) == ["U0INDEP"]


def test_whoever_stepped_aside_counts_when_others_are_left_out(office: Office) -> None:
    """A lead who stepped aside cannot be the one who is left."""
    check = office.raised(URGENT)
    with office.leading() as work:
        work.step_aside(check, "U0LEAD1", "lead-1")
    with office.reporting() as work:
        assert work.change(check, REPORTER, "S2", ("lead-2", "deputy-1", "independent")).did is Did.NOBODY_LEFT
        assert work.change(check, REPORTER, "S2", ("lead-2", "deputy-1")).did is Did.DONE


def test_a_check_led_as_calm_that_turns_urgent_needs_a_lead_again(office: Office) -> None:
    """An acknowledgement at ten o'clock does not answer an emergency at seven."""
    check = office.start()
    for question, choices in CALM.items():
        office.answer(check, question, *choices)
    with office.reporting() as work:
        work.ask_lead(check, REPORTER, office.request())
    with office.leading() as work:
        work.lead(check, LEAD_TWO, "lead-2")
    with office.reporting() as work:
        work.change(check, REPORTER, "S1", ("yes",))
    case = office.the_case(check)
    assert (case.status, case.urgency, case.led_by) == (CaseStatus.OPEN, Urgency.P0, None)
    assert office.next_page_at(check) == office.now + timedelta(minutes=5)


def test_somebody_can_be_left_out_after_the_check_was_sent(office: Office) -> None:
    """And "not sure" then reaches the independent contact, where nobody had been asked before."""
    calm = calm_but({"4.2": "no"})
    check = office.start()
    for question, choices in calm.items():
        office.answer(check, question, *choices)
    with office.reporting() as work:
        assert work.send(check, REPORTER).did is Did.DONE
    assert office.case(check) is None
    with office.reporting() as work:
        assert work.change(check, REPORTER, "S2", ("not_sure",)).did is Did.DONE
        assert work.change(check, REPORTER, "S4", ("yes",)).did is Did.STALE
    assert office.paged(check) == ["U0INDEP"]
    assert office.check(check).level is Level.CONSULT
    assert office.check(check).outcome is Outcome.CONSULT


def test_what_was_shared_already_is_never_recorded_as_not_shared(office: Office) -> None:
    """A decision against further sharing does not undo what S6 says, nor settle what nobody was asked (I26)."""
    shared: Answers = {**URGENT, "S4": ("no",), "S6": ("yes_other",)}
    check = office.led(shared)
    assert office.decide(check, "no_further_action").case.shared is None
    unasked = office.led(URGENT)
    assert office.decide(unasked, "no_further_action").case.shared is None
    other = office.led({**URGENT, "S4": ("no",), "S5": ("no",), "S6": ("no",)})
    assert office.decide(other, "no_further_action").case.shared is Shared.CHOSE_NOT_TO


def test_other_words_in_a_plan_are_another_plan_to_agree(office: Office) -> None:
    """Nobody's agreement is carried over to words they were not shown."""
    check = office.planned(URGENT)
    before = office.the_case(check)
    with office.leading() as work:
        work.agree(check, REPORTER, before.plan_round)
        changed = [replace(strand, what="other words") for strand in before.strands]
        work.finish_strands(check, LEAD_TWO, changed, office.request())
    after = office.the_case(check)
    assert (after.plan_round, after.reporter_agreed_at) == (before.plan_round + 1, None)


def test_after_a_hand_on_the_reporter_can_still_agree_or_disagree(office: Office) -> None:
    """The plan that stands is not lost because its author went."""
    check = office.planned(URGENT)
    plan_round = office.the_case(check).plan_round
    with office.leading() as work:
        work.hand_on(check, "U0LEAD1")
        assert work.agree(check, REPORTER, plan_round).did is Did.DONE
    case = office.the_case(check)
    assert case.status is CaseStatus.OPEN
    assert case.reporter_agreed_at is not None


def test_a_disagreement_is_asked_about_again_until_somebody_looks(office: Office) -> None:
    """Within one working day is a promise, so it has a time."""
    check = office.planned(URGENT)
    with office.leading() as work:
        work.disagree(check, REPORTER, office.the_case(check).plan_round, "not so", office.request())
    assert office.next_page_at(check) == office.now.replace(hour=9) + timedelta(days=1)
    office.forward(days=2)
    asks = office.the_case(check).asks
    with office.leading() as work:
        work.escalate_due(check)
    assert office.the_case(check).asks == asks + 1


def test_back_to_danger_after_asking_a_lead_takes_the_answer(office: Office) -> None:
    """The question on the card is the one that is answered, whatever else waits."""
    check = office.start()
    office.answer(check, "S1", "no")
    with office.reporting() as work:
        work.back(check, REPORTER, office.check(check).revision)
    with office.reporting() as work:
        work.ask_lead(check, REPORTER, office.request())
    with office.reporting() as work:
        work.back(check, REPORTER, office.check(check).revision)
    assert office.check(check).revisiting == "S1"
    assert office.answer(check, "S1", "yes").did is Did.DONE
    assert office.check(check).level is Level.EMERGENCY


def test_whoever_saw_it_in_the_channel_has_a_card_of_their_own_once_that_is_gone(office: Office) -> None:
    """The lead who was asked steps aside: the deputy who read the shared card is asked in a message of their own."""
    check = office.raised({**URGENT, "S2": ("no",)})
    with office.leading() as work:
        work.see(check, "U0DEPUTY", "deputy-1")
        for lead, person in (("U0LEAD1", "lead-1"), ("U0LEAD2", "lead-2")):
            work.step_aside(check, lead, person)
    assert office.paged(check).count("U0DEPUTY") == 1
    assert office.the_case(check).asks == 1
    assert office.next_page_at(check) is not None


def test_an_older_page_of_somebody_else_is_not_enough_once_the_newest_ask_has_nobody(office: Office) -> None:
    """The second ask went to one lead alone; when they step aside the contact, asked with the first, is asked anew."""
    check = office.start()
    office.answers(check, {**CALM, "S2": ("lead-2", "deputy-1")})
    for _ in range(2):
        with office.reporting() as work:
            assert work.ask_lead(check, REPORTER, office.request()).did is Did.DONE
        office.forward(minutes=5)
    assert (office.paged(check), office.the_case(check).asks) == (["U0INDEP", "U0LEAD1"], 2)
    with office.leading() as work:
        work.step_aside(check, "U0LEAD1", "lead-1")
    assert [row["ask"] for row in office.rows(check, OutboxKind.PAGE) if row["target"] == "U0INDEP"] == [3]


def test_an_ask_that_would_come_later_than_the_ladder_allows_is_brought_forward(office: Office) -> None:
    """A ladder that was slower when the case was raised, or a clock that was wrong, leaves nobody waiting."""
    check = office.raised(URGENT)
    with office.database.begin() as tx:
        cases.save(tx, check, next_page_at=office.now + timedelta(days=9))
    with office.database.begin() as tx:
        DueTimes(tx, office.keys, office.roster, office.now).put_right(check)
    office.forward(minutes=15)
    with office.database.read() as tx:
        assert cases.is_due(tx, check, office.now)


def test_an_ask_within_the_ladder_stays_where_it_is(office: Office) -> None:
    check = office.raised(URGENT)
    office.forward(minutes=10)
    with office.database.begin() as tx:
        DueTimes(tx, office.keys, office.roster, office.now).put_right(check)
    with office.database.read() as tx:
        assert not cases.is_due(tx, check, office.now + timedelta(minutes=4))
        assert cases.is_due(tx, check, office.now + timedelta(minutes=5))
