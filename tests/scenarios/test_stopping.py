"""Stopping part-way: what was promised on the first card is kept, and nobody is bothered without a reason."""

import pytest

from flows.events import EventKind
from tests.harness import (
    CALM,
    CLEAR,
    CONSENT,
    LEADS,
    NO_CONSENT,
    NOT_YET,
    POSSIBLY,
    TELL_ALL,
    Given,
    Stage,
    card_of,
    on_every_stage,
    opened,
    page_of,
    whispered,
    words_of,
)

ALL_LEADS = {LEADS, "U0LEAD1", "U0LEAD2"}


def test_the_first_card_says_what_stopping_means(stage: Stage) -> None:
    """The promise stands there before anything is answered."""
    stage.begin()
    promise = "If you tell me someone may be at risk and then stop, I will still tell a lead."
    assert promise in words_of(card_of(stage.staff))


def test_stop_for_now_where_someone_may_be_at_risk_tells_the_leads_at_once(stage: Stage) -> None:
    """The card says who was told, and the rest can still be added."""
    stage.begin()
    stage.answer(*POSSIBLY)
    stage.press("Stop for now")
    assert stage.paged() == ALL_LEADS
    shown = words_of(card_of(stage.staff))
    assert "is stopped for now. Your answers are saved." in shown
    assert "*I have told Lead one and Lead two*" in shown
    stage.press("Carry on")
    stage.answer("No, not asked")
    stage.settle()
    assert stage.case().asks == 1  # type: ignore[union-attr] # it was paged


def test_stop_for_now_where_nobody_is_at_risk_tells_nobody(stage: Stage) -> None:
    """It waits, for days if need be."""
    stage.begin()
    stage.answer(*CALM)
    stage.press("Stop for now")
    stage.pass_time(hours=50)
    assert stage.paged() == set()
    assert stage.case() is None


@on_every_stage
def test_a_check_left_for_a_quarter_of_an_hour_where_someone_may_be_at_risk_is_told(stage: Stage) -> None:
    """Not before, once, and in the channel; the person is told so on their card."""
    stage.begin()
    stage.answer(*POSSIBLY)
    stage.pass_time(minutes=14)
    assert stage.paged() == set()
    stage.pass_time(minutes=2)
    assert stage.paged() == ALL_LEADS
    assert "- soon*" in words_of(page_of(stage.lead_one, LEADS))
    assert "*Outcome:* talk to a lead first" in words_of(page_of(stage.lead_one, LEADS))
    assert "*I have told Lead one and Lead two*" in words_of(card_of(stage.staff))
    stage.pass_time(minutes=30)
    assert len(stage.pages()) == 1


def test_a_step_starts_the_quarter_of_an_hour_again(stage: Stage) -> None:
    """Somebody who is still answering has not stopped."""
    stage.begin()
    stage.answer(*POSSIBLY)
    stage.pass_time(minutes=10)
    stage.answer("No, not asked")
    stage.pass_time(minutes=10)
    assert stage.paged() == set()
    stage.pass_time(minutes=6)
    assert stage.paged() == ALL_LEADS


def test_a_check_left_alone_where_nobody_is_at_risk_pages_nobody(stage: Stage) -> None:
    """A draft without a worry is nobody's business but its writer's, and is there when they come back."""
    stage.begin()
    stage.answer(*CALM)
    stage.pass_time(hours=24 * 9)
    assert stage.paged() == set()
    stage.answer("Yes, and it is written down")
    assert "Is it very private?" in words_of(card_of(stage.staff))


def test_a_worry_taken_back_still_counts(stage: Stage) -> None:
    """The level never falls: stopping after a change of mind tells the leads all the same."""
    stage.begin()
    stage.answer("No", "No", "No", "Possibly")
    stage.press("Back")
    stage.answer("No")
    stage.pass_time(minutes=16)
    assert stage.paged() == ALL_LEADS


# Ask a lead: at any step, for any reason or none


def test_ask_a_lead_stands_on_every_card(stage: Stage) -> None:
    """From the first question to the outcome; hidden cards show it again."""
    stage.begin()
    for step in (*POSSIBLY, *NO_CONSENT, *CLEAR, "Yes"):
        assert "Ask a lead" in stage.staff.buttons(card_of(stage.staff))
        stage.answer(step)
    assert "Ask a lead" in stage.staff.buttons(card_of(stage.staff))
    stage.send()
    assert "Ask a lead" in stage.staff.buttons(card_of(stage.staff))


def test_asking_before_it_is_known_who_may_be_told_asks_that_first(stage: Stage) -> None:
    """One tap, and the leads are told; the question that was open is still there."""
    stage.begin()
    stage.press("Ask a lead")
    assert stage.paged() == set()
    assert TELL_ALL in stage.staff.buttons(card_of(stage.staff))
    stage.press(TELL_ALL)
    assert stage.paged() == ALL_LEADS
    page = words_of(page_of(stage.lead_one, LEADS))
    assert "*Decided by:* the staff member asked for a lead" in page
    stage.answer("No")
    assert "what an adult who works" in words_of(card_of(stage.staff))


def test_asking_and_not_choosing_who_tells_within_a_minute(stage: Stage) -> None:
    """All the leads and the independent contact, each alone."""
    stage.begin()
    stage.press("Ask a lead")
    stage.pass_time(seconds=61)
    assert stage.paged() == {"U0LEAD1", "U0LEAD2", "U0INDEP"}
    assert stage.pages() == []


@pytest.mark.parametrize(
    "before",
    [("No", "No"), (*CALM, *CONSENT[:3]), (*CALM, *CONSENT, *CLEAR), (*CALM, *CONSENT, *CLEAR, "No")],
    ids=["third question", "in the policy's part", "before the last", "all answered"],
)
def test_asking_in_the_middle_pages_at_once(stage: Stage, before: tuple[Given, ...]) -> None:
    """Nothing has to be finished first, and nothing is lost."""
    stage.begin()
    stage.answer(*before)
    answers = stage.check().answers
    stage.press("Ask a lead")
    assert stage.paged() == ALL_LEADS
    assert stage.check().answers == answers
    assert "*I have told Lead one and Lead two*" in words_of(card_of(stage.staff))


@pytest.mark.parametrize(("last", "title"), [("No", "Keep this confidential for now"), (NOT_YET, "Not ready yet")])
def test_asking_after_an_outcome_that_told_nobody_pages_at_once(stage: Stage, last: str, title: str) -> None:
    """HOLD and FIX_FIRST end with nobody told; a lead can be had all the same."""
    stage.finish(*CALM, *CONSENT, *CLEAR, last)
    assert words_of(card_of(stage.staff)).startswith(title)
    assert stage.case() is None
    stage.press("Ask a lead")
    assert stage.paged() == ALL_LEADS
    assert "*I have told Lead one and Lead two*" in words_of(card_of(stage.staff))


def test_a_lead_can_look_at_what_ended_without_a_page_and_it_is_recorded(stage: Stage) -> None:
    """The staff member was told that a lead can see their reasons: so a lead can. Nobody else finds it."""
    stage.finish(*CALM, *CONSENT, *CLEAR, "No")
    ref = stage.check().ref
    for other in (stage.deputy, stage.independent, stage.workspace.person("U0ADMIN")):
        other.open_home()
        other.wait_for("Before you share")
        assert ref not in other.text()
    stage.lead_one.open_home()
    stage.lead_one.wait_for(ref)
    stage.lead_one.press("Open", "home")
    stage.lead_one.wait_for("Opening this is recorded.")
    assert "keep confidential for now" in stage.lead_one.text()
    assert stage.events()[EventKind.OPENED_CHECK] == 1


def test_a_lead_left_out_of_it_finds_nothing_of_a_check_without_a_page(stage: Stage) -> None:
    """Left out afterwards, through Change: no trace on their Home either, and the old button opens nothing."""
    stage.finish(*CALM, *CONSENT, *CLEAR, "No")
    lead = stage.lead_one
    lead.open_home()
    lead.wait_for(stage.check().ref)
    stage.press("See my answers")
    opened(stage.staff, "Your answers")
    stage.staff.press("Change", "modal")
    stage.staff.wait_for(lambda: len(stage.staff.modals) == 2)
    yes = "Yes - choose who to leave out (one or more leads)"
    stage.staff.submit({"option": yes, "people": "Lead one"})
    lead.press("Open", "home")
    lead.wait_for("This card is out of date. There is nothing to do here.")
    assert EventKind.OPENED_CHECK not in stage.events()
    lead.open_home()
    lead.wait_for(lambda: stage.check().ref not in lead.text())


def test_an_outcome_that_told_nobody_can_be_reopened_with_its_answers(stage: Stage) -> None:
    """Something was sorted out: the check goes on where it was."""
    stage.finish(*CALM, *CONSENT, *CLEAR, NOT_YET)
    answers = stage.check().answers
    stage.press("Reopen this check")
    assert stage.check().answers == answers
    assert "Check your answers" in stage.staff.buttons(card_of(stage.staff))


def test_asking_twice_quickly_is_one_page_and_later_asks_again(stage: Stage) -> None:
    """An anxious double click bothers nobody twice; an hour's silence can be ended by asking again."""
    stage.begin()
    stage.answer("No", "No")
    stage.settle()
    stage.staff.press("Ask a lead", card_of(stage.staff), times=2)
    stage.settle()
    assert len(stage.pages()) == 1
    said = whispered(stage.staff, lambda: stage.press("Ask a lead"))
    assert said.startswith("Already done at ")
    stage.pass_time(minutes=30)
    stage.press("Ask a lead")
    assert stage.case().asks == 2  # type: ignore[union-attr] # it was paged
    assert "This is ask 2." in words_of(page_of(stage.lead_one, LEADS))
    assert "No answer yet. I asked again" in words_of(card_of(stage.staff))
