"""A plan that the staff member cannot, or will not, agree by a press: each way is recorded as what it is (I32)."""

from datetime import timedelta

import pytest

from flows.case import CaseStatus
from flows.engine.wording import IN_THE_PLAN, NOT_KNOWN_IF_SAFE
from flows.events import EventKind
from sandbox.client.people import Person
from sandbox.client.result import InteractionResult
from tests.harness import HARM, Stage, card_of, opened, page_of, words_of


def _disagree(stage: Stage, why: str) -> None:
    stage.staff.press("I disagree")
    opened(stage.staff, "I disagree")
    stage.staff.submit({"text": why})
    stage.settle()


def _planned(stage: Stage, decision: str = "No further action") -> None:
    stage.begin()
    stage.answer(*HARM)
    stage.press("Stop here")
    stage.lead()
    stage.plan(decision)


def _errors(acted: InteractionResult) -> set[str]:
    return set((acted.response or {}).get("errors", {}))


def _note(stage: Stage, **given: object) -> InteractionResult:
    """Say how the plan was agreed."""
    stage.open("How they agreed", "How they agreed")
    acted = stage.lead_one.submit(given)
    stage.settle()
    return acted


def _nothing_was_shared(stage: Stage, person: Person) -> None:
    stage.open("Close", "Not ready to close", person)
    person.press("Nothing was shared", "modal")
    opened(person, "Nothing was shared")
    person.submit({"text": "There was nothing to share."})
    person.wait_for(lambda: person.modal and person.modal.title != "Nothing was shared")
    person.close(whole_stack=True)


def _status(stage: Stage) -> CaseStatus:
    case = stage.case()
    assert case is not None
    return case.status


@pytest.mark.parametrize(
    ("how", "reason", "shown"),
    [
        ("They agreed by phone or in person", "", "They agreed by phone or in person on"),
        ("They could not be asked, because", "They are ill and have no phone.", "They could not be asked"),
    ],
)
def test_a_plan_is_agreed_without_a_press_and_never_shown_as_one(
    stage: Stage, how: str, reason: str, shown: str
) -> None:
    """Recorded as what it is, with who noted it; the staff member sees that, and the case can close."""
    _planned(stage)
    refused = _note(stage, agreed_how=how, at=0) if not reason else _note(stage, agreed_how=how, reason="-")
    assert _errors(refused) <= {"at", "reason"}
    if stage.lead_one.modal:
        given = {"reason": reason} if reason else {"at": int(stage.bot.services.clock.now().timestamp()) - 60}
        assert stage.lead_one.submit(given).error is None
        stage.settle()
    assert stage.events()[EventKind.AGREED] == 0
    assert stage.events()[EventKind.AGREED_OTHERWISE] == 1
    assert _status(stage) is CaseStatus.AGREED
    assert "You agreed" not in stage.staff.text()
    stage.staff.press("See my part")
    opened(stage.staff, "The plan")
    assert shown in stage.staff.text()
    assert "as noted by Lead one" in stage.staff.text()
    stage.staff.close()
    _nothing_was_shared(stage, stage.lead_one)
    assert stage.close().error is None
    assert _status(stage) is CaseStatus.CLOSED


def test_who_hears_that_they_agreed_can_still_disagree(stage: Stage) -> None:
    """What somebody else noted is no press of theirs: it does not take theirs away."""
    _planned(stage)
    assert _note(stage, agreed_how="They could not be asked, because", reason="Nobody picked up.").error is None
    _disagree(stage, "I was there and never asked.")
    assert _status(stage) is CaseStatus.PLANNED
    assert "does not agree with the plan" in words_of(page_of(stage.lead_one))


def test_after_a_disagreement_another_lead_gives_their_own_view_and_it_does_not_close_before(stage: Stage) -> None:
    """The view is recorded with name and role; then whoever leads may go on, and says that they still differ."""
    _planned(stage)
    _disagree(stage, "It leaves them at home tonight.")
    lead = stage.lead_one
    still = "Somebody else gave a view, and they still do not agree"
    assert _errors(_note(stage, agreed_how=still, reason="We have talked it over.")) == {"agreed_how"}
    lead.close()
    stage.open("Close", "Not ready to close")
    assert "Somebody else has not given their own view yet" in lead.text()
    lead.press("Another view", "modal")
    opened(lead, "Another view")
    assert _errors(lead.submit({"text": "I am sure of my own plan."})) == {"by"}
    lead.close(whole_stack=True)

    stage.open("Another view", "Another view", stage.lead_two)
    assert "It leaves them at home tonight." in stage.lead_two.text()
    assert _errors(stage.lead_two.submit({"text": "-"})) == {"text"}
    assert stage.lead_two.submit({"text": "The plan is safe for tonight."}).error is None
    stage.settle()
    (view,) = [entry for entry in stage.record() if entry.what is EventKind.REVIEWED]
    assert view.signed is not None
    assert (view.signed.name, view.signed.role) == ("Lead two", "safeguarding lead")
    assert _note(stage, agreed_how=still, reason="We have talked it over.").error is None
    assert _status(stage) is CaseStatus.AGREED
    stage.open("Open", "Summary")
    for words in ("Another view on the plan (Lead two", "The plan is safe for tonight.", still):
        assert words in lead.text()
    lead.close()
    _nothing_was_shared(stage, lead)
    assert stage.close().error is None


def test_a_view_can_be_passed_on_where_nobody_else_can_press(stage: Stage) -> None:
    """I32: whoever leads says whose view it is, name and role."""
    _planned(stage)
    _disagree(stage, "It leaves them at home tonight.")
    stage.open("Another view", "Another view")
    given = {"text": "The plan is safe for tonight.", "by": "The duty officer, by phone"}
    assert stage.lead_one.submit(given).error is None
    stage.settle()
    stage.open("Open", "Summary")
    assert "The duty officer, by phone: The plan is safe for tonight." in stage.lead_one.text()


def test_an_agency_is_asked_again_when_due_and_closes_with_its_answer(stage: Stage) -> None:
    """A row for each; social care is asked again the next working day; Close names it until it has answered."""
    stage.begin()
    stage.answer(*HARM)
    stage.press("Stop here")
    stage.lead()
    stage.plan("Share the information", state="Not yet", receipt="")
    stage.staff.press("I agree")
    stage.settle()
    stage.record_sharing()
    lead = stage.lead_one
    stage.open("Close", "Not ready to close")
    assert "Children's social care: their answer, or why nobody waits for it" in lead.text()
    lead.close()
    assert stage.events()[EventKind.AGENCY_CHASED] == 0
    stage.pass_time(hours=24 * 4)
    assert stage.events()[EventKind.AGENCY_CHASED] >= 1
    stage.open("Close", "Not ready to close")
    lead.press("Agency", "modal")
    opened(lead, "An agency")
    assert _errors(lead.submit({"state": "Yes", "receipt": "-"})) == {"receipt"}
    assert lead.submit({"receipt": "The duty desk, at 10:20."}).error is None
    lead.wait_for(lambda: lead.modal and lead.modal.title == "Close this check")
    assert lead.submit({"outcome": "They are safe."}).error is None
    stage.settle()
    assert _status(stage) is CaseStatus.CLOSED
    chased = stage.events()[EventKind.AGENCY_CHASED]
    stage.pass_time(hours=timedelta(days=4).total_seconds() / 3600)
    assert stage.events()[EventKind.AGENCY_CHASED] == chased


def test_do_not_tell_leaves_the_card_when_the_plan_is_agreed_and_not_before(stage: Stage) -> None:
    """Until both have agreed nobody is told; then the plan says who is, when and how. A new plan starts anew."""
    stage.begin()
    stage.answer(*HARM)
    stage.press("Stop here")
    assert NOT_KNOWN_IF_SAFE in words_of(card_of(stage.staff))
    stage.lead()
    stage.plan("No further action")
    assert NOT_KNOWN_IF_SAFE in words_of(card_of(stage.staff))
    stage.staff.press("I agree")
    stage.settle()
    assert NOT_KNOWN_IF_SAFE not in words_of(card_of(stage.staff))
    assert IN_THE_PLAN in words_of(card_of(stage.staff))
    stage.plan("Share the information")
    assert NOT_KNOWN_IF_SAFE in words_of(card_of(stage.staff))
