"""The leads' side: who is asked when, who leads, what is planned, and what it takes to close."""

import re
from functools import partial

import pytest

from flows.case import CaseStatus
from flows.events import EventKind
from sandbox.client.people import Person
from sandbox.state import visible_text
from tests.harness import (
    CLEAR,
    HARM,
    LEADS,
    NO_CONSENT,
    POSSIBLY,
    Stage,
    card_of,
    on_every_stage,
    opened,
    page_of,
    press_on,
    sees_nothing,
    thread_of,
    whispered,
    words_of,
)

FINISHED = (*POSSIBLY, *NO_CONSENT, *CLEAR, "Yes")


def _urgent(stage: Stage) -> None:
    stage.begin()
    stage.answer(*HARM)
    stage.settle()


def _asked(stage: Stage, ask: int) -> set[str]:
    """Whoever was sent this page."""
    sent = [entry.content for entry in stage.record() if entry.what == EventKind.PAGE_SENT]
    return {str(one["to"]) for one in sent if one["ask"] == ask}


@on_every_stage
def test_nobody_answers_so_more_people_are_asked_without_end(stage: Stage) -> None:
    """At 15 minutes the deputies, at 30 the independent contact, then everybody again every 15."""
    _urgent(stage)
    stage.pass_time(minutes=14)
    assert _asked(stage, 2) == set()
    stage.pass_time(minutes=2)
    assert _asked(stage, 2) == {LEADS, "U0LEAD1", "U0LEAD2", "U0DEPUTY"}
    shown = words_of(card_of(stage.staff))
    assert "No answer yet. I asked again" in shown
    assert "Deputy one: 020 7946 0103" in shown
    assert re.search(r"Please ring children's social care, 020 7946 011[01], yourself now", shown)  # by the clock
    assert "999 in an emergency" in shown

    stage.pass_time(minutes=15)
    assert _asked(stage, 3) == {LEADS, "U0LEAD1", "U0LEAD2", "U0DEPUTY", "U0INDEP"}
    assert "Independent contact: 020 7946 0104" in words_of(card_of(stage.staff))
    for ask in range(4, 8):
        stage.pass_time(minutes=16)
        assert "U0INDEP" in _asked(stage, ask)
    assert "This is ask 7." in words_of(page_of(stage.independent))


def test_an_emergency_is_asked_again_every_five_minutes(stage: Stage) -> None:
    """The independent contact is asked after ten."""
    stage.begin()
    stage.answer("Yes", "Tell all the leads")
    stage.settle()
    stage.pass_time(minutes=5, seconds=1)
    assert "U0DEPUTY" in _asked(stage, 2)
    stage.pass_time(minutes=5, seconds=1)
    assert "U0INDEP" in _asked(stage, 3)
    stage.pass_time(minutes=5, seconds=1)
    assert "U0INDEP" in _asked(stage, 4)


def test_a_page_that_is_not_urgent_waits_for_working_hours(stage: Stage) -> None:
    """It is asked again in working time, and is never silent."""
    stage.finish(*FINISHED)
    for _ in range(8):
        stage.pass_time(hours=24)
    assert stage.case().asks > 1  # type: ignore[union-attr] # it was paged
    assert "No answer yet. I asked again" in words_of(card_of(stage.staff))


def test_having_seen_it_stops_no_page(stage: Stage) -> None:
    """Seen is one person's own; somebody still has to lead."""
    _urgent(stage)
    stage.lead_one.press("I have seen it", page_of(stage.lead_one))
    stage.settle()
    assert thread_of(stage.lead_two) == ["A lead has seen it. Nobody leads yet."]
    assert "is on it" not in words_of(card_of(stage.staff))
    stage.pass_time(minutes=16)
    assert "U0LEAD1" in _asked(stage, 2)


def test_leading_stops_the_pages_and_the_second_to_press_is_told(stage: Stage) -> None:
    """Two press at once: one leads, and the other hears who was first."""
    _urgent(stage)
    seen = stage.lead_two.press("I have seen it", page_of(stage.lead_two, LEADS))
    stage.settle()
    stage.lead_one.press("I will lead", page_of(stage.lead_one, LEADS))
    said = whispered(stage.lead_two, lambda: stage.forge(seen, "lead", stage.check().id))
    assert said.startswith("Taken ")
    assert said.endswith(" seconds before you. You can still help in the thread.")
    stage.pass_time(minutes=60)
    assert stage.case().asks == 1  # type: ignore[union-attr] # it was paged
    assert stage.events()[EventKind.LED] == 1


def test_a_lead_who_leads_already_is_told_so(stage: Stage) -> None:
    """Pressing again does nothing."""
    _urgent(stage)
    pressed = stage.lead_one.press("I will lead", page_of(stage.lead_one))
    stage.settle()
    assert whispered(stage.lead_one, lambda: stage.workspace.replay(pressed)) == "Already done."


def test_only_whoever_leads_can_plan_and_close(stage: Stage) -> None:
    """Others may read, ask and note, and are told how to take it over."""
    _urgent(stage)
    stage.lead()
    refused = "Only whoever leads this check can do that."
    said = whispered(stage.lead_two, partial(stage.lead_two.press, "Agree plan", page_of(stage.lead_two)))
    assert said.startswith(refused)
    for button in ("Close", "Hand on"):
        press_on(stage.lead_two, button, page_of(stage.lead_two))
        opened(stage.lead_two, "share-check")
        assert refused in "\n".join(visible_text.of_view(one) for one in stage.lead_two.modals)
        stage.lead_two.close()
    stage.open("Open", "Summary", stage.lead_two)


def test_handing_on_asks_the_leads_again(stage: Stage) -> None:
    """The staff member is told, and anybody can take it."""
    _urgent(stage)
    stage.lead()
    press_on(stage.lead_one, "Hand on", page_of(stage.lead_one))
    stage.settle()
    assert f"{stage.check().ref} needs a lead again. I am asking them." in stage.staff.text()
    assert "is on it" not in words_of(card_of(stage.staff))
    stage.lead(stage.lead_two)
    assert thread_of(stage.lead_one)[1] == "A lead has handed this on. It needs a lead again."


def test_paging_again_asks_the_next_people(stage: Stage) -> None:
    """A second press at once pages nobody twice."""
    _urgent(stage)
    stage.lead()
    stage.pass_time(minutes=2)
    page = page_of(stage.lead_one)
    pressed = press_on(stage.lead_one, "Page again", page, times=2)
    stage.settle()
    stage.workspace.replay(pressed)
    stage.settle()
    assert stage.case().asks == 2  # type: ignore[union-attr] # it was paged
    assert "U0DEPUTY" in _asked(stage, 2)


def test_stepping_aside_leaves_no_trace_for_them(stage: Stage) -> None:
    """No reason is asked; the others go on in direct messages, and the door stays shut."""
    _urgent(stage)
    pressed = press_on(stage.lead_one, "I should not deal with this", page_of(stage.lead_one))
    stage.settle()
    assert sees_nothing(stage.lead_one)
    assert "I will lead" in stage.lead_two.buttons(page_of(stage.lead_two))
    before = stage.record()
    there = whispered(stage.lead_one, lambda: stage.forge(pressed, "open_case", stage.check().id))
    nowhere = whispered(stage.lead_one, lambda: stage.forge(pressed, "open_case", "0" * 32))
    assert there == nowhere
    assert stage.record() == before
    for _ in range(3):
        stage.pass_time(minutes=16)
    assert stage.pages() + stage.pages("U0LEAD1") == []


def test_when_the_last_of_the_leads_steps_aside_the_next_are_asked_at_once(stage: Stage) -> None:
    """Nobody waits for a clock, and nobody is left without help."""
    _urgent(stage)
    for lead in (stage.lead_one, stage.lead_two):
        press_on(lead, "I should not deal with this", page_of(lead))
        stage.settle()
    assert "U0DEPUTY" in _asked(stage, 2)
    stage.lead(stage.deputy)
    assert "is on it*" in words_of(card_of(stage.staff))


def test_somebody_always_stays_who_can_help(stage: Stage) -> None:
    """Whoever presses, one after the other, the last one is not let go."""
    _urgent(stage)
    press_on(stage.lead_one, "I should not deal with this", page_of(stage.lead_one))
    stage.pass_time(minutes=16)
    stage.pass_time(minutes=16)
    for one in (stage.lead_two, stage.deputy):
        press_on(one, "I should not deal with this", page_of(one))
        stage.settle()
    stage.independent.press("step_aside", page_of(stage.independent))
    stage.settle()
    assert "I will lead" in stage.independent.buttons(page_of(stage.independent))
    stage.pass_time(minutes=16)
    assert "U0INDEP" in _asked(stage, stage.case().asks)  # type: ignore[union-attr] # it was paged


def test_a_leader_who_steps_aside_is_replaced_at_once(stage: Stage) -> None:
    """The others are asked, and the staff member no longer reads that somebody is on it."""
    _urgent(stage)
    stage.lead()
    press_on(stage.lead_one, "I should not deal with this", page_of(stage.lead_one))
    stage.settle()
    assert "U0LEAD2" in _asked(stage, 2)
    assert "is on it" not in words_of(card_of(stage.staff))


def test_a_question_and_its_answer_stay_in_private_windows(stage: Stage) -> None:
    """The messages say only that there is one; the summary shows both."""
    _urgent(stage)
    stage.lead()
    stage.open("Ask the staff member", "Ask the staff member")
    stage.lead_one.submit({"text": "Who else was there?"})
    stage.staff.wait_for("A lead has a question about")
    stage.staff.press("Answer")
    opened(stage.staff, "Answer a question")
    stage.staff.submit({"text": "A teaching assistant."})
    stage.staff.wait_for("You answered the lead's question about")
    stage.open("Open", "Summary")
    assert "Who else was there?" in stage.lead_one.text()
    assert "A teaching assistant." in stage.lead_one.text()


def test_a_note_is_for_those_who_may_open_the_case(stage: Stage) -> None:
    """The thread has one line, without a word of it."""
    _urgent(stage)
    stage.lead()
    stage.open("Add note", "Add note", stage.lead_one)
    stage.lead_one.submit({"text": "Spoke to the school's lead."})
    stage.settle()
    assert thread_of(stage.lead_two)[-1] == "A lead has added a note. Open shows it."
    stage.open("Open", "Summary", stage.lead_two)
    assert "Spoke to the school's lead." in stage.lead_two.text()


def test_a_plan_is_agreed_only_when_both_agree(stage: Stage) -> None:
    """A plan that changed makes the earlier buttons stale: nobody agrees to what they did not read."""
    stage.finish(*FINISHED)
    stage.lead()
    stage.plan()
    assert stage.case().status is CaseStatus.PLANNED  # type: ignore[union-attr] # it was paged
    talk = stage.staff.press("Talk to me first")
    stage.settle()
    assert thread_of(stage.lead_one)[-1] == "The staff member would like to talk before agreeing the plan."
    stage.plan(student="A second thought.")
    assert "has changed since. See the newer message." in stage.staff.text()
    old = f"{stage.check().id}:1"
    said = whispered(stage.staff, lambda: stage.forge(talk, "agree", old))
    assert said == "This has changed since. Please look at the newest message."
    assert stage.case().reporter_agreed_at is None  # type: ignore[union-attr] # it was paged
    stage.staff.press("I agree")
    stage.settle()
    assert stage.case().status is CaseStatus.AGREED  # type: ignore[union-attr] # it was paged
    assert "You agreed the plan for" in stage.staff.text()


@pytest.mark.parametrize("alone", [False, True], ids=["another lead", "no other lead"])
def test_disagreeing_brings_in_somebody_else(stage: Stage, alone: bool) -> None:  # noqa: FBT001 - a case of it
    """Another lead, else the independent contact; and the staff member is told that they can refer themselves."""
    stage.finish(*FINISHED)
    stage.lead()
    if alone:
        press_on(stage.lead_two, "I should not deal with this", page_of(stage.lead_two))
        stage.settle()
    stage.plan()
    stage.staff.press("I disagree")
    opened(stage.staff, "I disagree")
    stage.staff.submit({"text": "It is too late then."})
    stage.settle()
    said = stage.staff.text()
    assert "asked for another view" in said
    assert re.search(r"You can ring \w+('s)? social care, 020 7946 011\d, yourself at any time", said)
    asked: Person = stage.independent if alone else stage.lead_two
    assert asked.id in _asked(stage, 2)
    assert "does not agree with the plan. Another view is needed." in words_of(page_of(asked))
    stage.open("Open", "Summary", asked)
    assert "It is too late then." in asked.text()


def test_a_decision_not_to_share_closes_without_the_questions_after_sharing(stage: Stage) -> None:
    """There is nothing to ask about; decision, reason, three parts and agreement are still needed."""
    stage.finish(*FINISHED)
    stage.lead()
    stage.plan("Keep it confidential for now")
    stage.staff.press("I agree")
    stage.settle()
    assert "Two last questions" not in stage.staff.text()
    assert stage.close().error is None
    assert stage.case().status is CaseStatus.CLOSED  # type: ignore[union-attr] # it was paged


def test_after_agreeing_to_share_nothing_may_have_been_shared_after_all(stage: Stage) -> None:
    """Not shared yet keeps asking; we chose not to ends it."""
    stage.finish(*FINISHED)
    stage.lead()
    stage.plan()
    stage.staff.press("I agree")
    stage.settle()
    stage.staff.press("Not shared yet")
    stage.settle()
    assert "Two last questions" in stage.staff.text()
    stage.staff.press("We chose not to share")
    opened(stage.staff, "Nothing was shared")
    stage.staff.submit({"text": "They said no, and it can wait."})
    stage.settle()
    assert "nothing was shared. That is recorded." in stage.staff.text()
    assert stage.close().error is None


def test_closing_is_refused_until_nothing_is_missing(stage: Stage) -> None:
    """Each time it says what is missing, and the plan's parts can be finished from there."""
    lead = stage.lead_one
    stage.finish(*FINISHED)
    stage.lead()
    stage.open("Close", "Not ready to close")
    words = lead.text()
    for missing in (
        "A decision and its reason.",
        "Professionals: done, or why it is not appropriate.",
        "The last two questions (policy 3.4)",
    ):
        assert missing in words
    assert lead.modal is not None
    assert lead.modal.body.get("submit") is None
    lead.close()

    stage.plan(status="To do")
    stage.open("Close", "Not ready to close")
    assert "The staff member has not agreed the plan yet." in lead.text()
    lead.press("update_strands.1", "modal")
    opened(lead, "The plan's three parts")
    for strand in ("student", "professionals", "parent"):
        lead.fill({f"{strand}.status": "Done"})
    lead.submit()
    lead.wait_for(lambda: lead.modal and "done, or why it is not" not in repr(lead.modal.blocks))
    lead.close()
    stage.settle()
    stage.staff.press("I agree")
    stage.settle()
    stage.record_sharing()
    assert stage.close().error is None
    assert stage.case().status is CaseStatus.CLOSED  # type: ignore[union-attr] # it was paged


def test_a_closed_case_can_be_reopened_and_never_deleted(stage: Stage) -> None:
    """It stands as it stood, for everybody; asking a lead opens it too."""
    stage.finish(*FINISHED)
    stage.lead()
    stage.plan("No further action")
    stage.staff.press("I agree")
    stage.settle()
    stage.close()
    stage.open("Reopen", "Reopen")
    stage.lead_one.submit({"text": "Something new was said."})
    stage.settle()
    assert stage.case().status is not CaseStatus.CLOSED  # type: ignore[union-attr] # it was paged
    assert f"{stage.check().ref} is open again. A lead will talk with you." in stage.staff.text()
    stage.open("Close", "Close this check")
    stage.press("See my answers")
    opened(stage.staff, "Your answers")


def test_a_reporter_goes_on_answering_though_every_page_was_taken_back(stage: Stage) -> None:
    """Those who were paged stepped aside, and somebody else leads: the next question stands there as always."""
    stage.begin()
    stage.answer(*HARM[:-1])
    stage.press("Yes")
    stage.deputy.press("I will lead", page_of(stage.deputy, LEADS))
    stage.settle()
    for lead in (stage.lead_one, stage.lead_two):
        press_on(lead, "I should not deal with this", page_of(lead, "dm"))
        stage.settle()
    assert stage.pages() == []
    assert "leads." in words_of(page_of(stage.deputy, "dm"))  # whoever leads has a card of their own now
    stage.answer("No")
    shown = words_of(card_of(stage.staff))
    assert "is on it" in shown
    assert "Question" in shown
