"""A concern about a lead: who is left out sees nothing, now or later, and somebody is always told."""

from functools import partial

from sandbox.client.result import InteractionResult
from tests.harness import (
    HARM,
    LEADS,
    Stage,
    card_of,
    on_every_stage,
    opened,
    page_of,
    sees_nothing,
    whispered,
    whispers,
    words_of,
)

LEADS_BUTTONS = (
    "lead",
    "seen",
    "step_aside",
    "hand_on",
    "page_again",
    "open_case",
    "plan",
    "ask_reporter",
    "add_case_note",
    "close_case",
    "reopen_case",
    "record_sharing",
    "correct",
)
REPORTERS_BUTTONS = ("agree", "talk_first", "not_shared_yet", "chose_not", "see_plan", "reply", "disagree")
CARD_BUTTONS = ("answer.no", "back", "forward", "hide", "show", "stop", "ask_lead", "reopen_check", "carry_on")


def raise_without(stage: Stage, *names: str) -> None:
    stage.begin()
    stage.answer("No")
    stage.leave_out(*names)
    stage.answer("No", "Yes")
    stage.settle()


@on_every_stage
def test_one_lead_left_out_hears_nothing_from_start_to_finish(stage: Stage) -> None:
    """Direct messages to the others and the independent contact only; the shared channel stays empty."""
    raise_without(stage, "Lead one")
    assert stage.paged() == {"U0LEAD2", "U0INDEP"}
    shown = words_of(card_of(stage.staff))
    assert "*I have told Lead two and Independent contact*" in shown
    assert "Lead one" not in shown

    stage.lead(stage.lead_two)
    stage.plan("Keep it confidential for now", who=stage.lead_two)
    stage.staff.press("I agree")
    stage.settle()
    assert stage.pages() == []
    assert sees_nothing(stage.lead_one)
    assert stage.lead_one.pushes == []
    assert sees_nothing(stage.deputy)
    calls = [each for each in stage.workspace.requests if "U0LEAD1" in repr(each.args)]
    assert calls == []


def test_a_left_out_lead_is_not_asked_later_either(stage: Stage) -> None:
    """The ladder climbs past them, however long nobody answers."""
    raise_without(stage, "Lead one")
    for _ in range(4):
        stage.pass_time(minutes=16)
    assert stage.paged() == {"U0LEAD2", "U0DEPUTY", "U0INDEP"}
    assert sees_nothing(stage.lead_one)
    assert stage.pages() == []


def test_to_a_left_out_lead_the_case_and_no_case_are_the_same(stage: Stage) -> None:
    """Whatever they press, guessed or kept from before, they get the answer for a reference that never was."""
    lead = stage.lead_one
    stage.begin()
    stage.answer(*HARM)
    stage.settle()
    lead.press("I have seen it", page_of(lead))
    stage.staff.command("/share-check")
    stage.staff.wait_for("You have one part done")
    stage.staff.press("Start another")
    stage.staff.wait_for(lambda: len(stage.checks()) == 2)
    stage.answer("No")
    stage.leave_out("Lead one")
    stage.answer("No", "Yes")
    stage.settle()

    before = stage.record()
    pressed: list[InteractionResult] = []
    for button in LEADS_BUTTONS + REPORTERS_BUTTONS + CARD_BUTTONS:
        whispered(lead, lambda: pressed.append(lead.press("I have seen it", page_of(lead))))
        answers = []
        for check in (stage.check().id, "0" * 32):
            value = f"{check}:1"
            said = whispered(lead, partial(stage.forge, pressed[-1], button, value))
            answers.append((said, lead.modal, len(lead.notices)))
        assert answers[0] == answers[1], button
    assert stage.record() == before


def test_all_the_leads_left_out_leaves_the_deputies_and_the_independent_contact(stage: Stage) -> None:
    """Someone who may know is told at once, and the card names only them."""
    raise_without(stage, "Lead one", "Lead two")
    assert stage.paged() == {"U0INDEP"}
    assert "*I have told Independent contact*" in words_of(card_of(stage.staff))
    stage.pass_time(minutes=16)
    assert stage.paged() == {"U0INDEP", "U0DEPUTY"}
    assert sees_nothing(stage.lead_one)
    assert sees_nothing(stage.lead_two)


def test_not_sure_who_it_is_about_asks_the_independent_contact_alone(stage: Stage) -> None:
    """Until it is known, no lead and no deputy hears of it, however long it takes."""
    stage.begin()
    stage.answer("No", "Not sure", "No", "Yes")
    stage.settle()
    assert stage.paged() == {"U0INDEP"}
    for _ in range(3):
        stage.pass_time(minutes=16)
    assert stage.paged() == {"U0INDEP"}
    assert all(sees_nothing(one) for one in (stage.lead_one, stage.lead_two, stage.deputy))


def test_somebody_must_be_left_who_can_be_told(stage: Stage) -> None:
    """Leaving everybody out is refused in the window itself, and the answer can still be given."""
    stage.begin()
    stage.answer("No")
    stage.leave_out("Lead one", "Lead two", "Deputy one", "Independent contact")
    assert "Somebody must be told." in stage.staff.text()
    assert "S2" not in stage.check().answers
    stage.staff.submit({"people": ["Lead one", "Lead two", "Deputy one"]})
    stage.settle()
    assert stage.check().answers["S2"] == ("lead-1", "lead-2", "deputy-1")


def test_leaving_a_lead_out_after_the_channel_was_told_takes_it_back(stage: Stage) -> None:
    """The channel's card and its thread go, and those who may know are asked in direct messages."""
    stage.begin()
    stage.answer(*HARM)
    stage.settle()
    stage.lead_one.press("I have seen it", page_of(stage.lead_one))
    stage.settle()
    for _ in range(3):
        stage.press("Back")
    stage.leave_out("Lead one")
    stage.settle()
    assert stage.pages() == []
    assert sees_nothing(stage.lead_one)
    assert "Open" in stage.lead_two.buttons(page_of(stage.lead_two))
    assert "U0INDEP" in stage.paged()


def test_a_leader_who_is_left_out_later_loses_the_case(stage: Stage) -> None:
    """The others are asked again at once, and the staff member is told that somebody else is asked."""
    stage.begin()
    stage.answer(*HARM)
    stage.lead()
    for _ in range(3):
        stage.press("Back")
    stage.leave_out("Lead one")
    stage.settle()
    case = stage.case()
    assert case is not None
    assert case.led_by is None
    assert sees_nothing(stage.lead_one)
    assert "I will lead" in stage.lead_two.buttons(page_of(stage.lead_two))
    assert "is on it" not in words_of(card_of(stage.staff))


def test_the_card_of_a_conflict_never_names_who_is_left_out(stage: Stage) -> None:
    """Someone who looks over a shoulder learns that there is a conflict, not with whom."""
    raise_without(stage, "Lead two")
    stage.press("Back")
    stage.settle()
    sent = [each for each in stage.workspace.requests if each.method.startswith("chat.")]
    assert not any("Lead two" in repr(each.args) for each in sent if "I have told" in repr(each.args))
    stage.press("Ask a lead")
    stage.settle()
    assert not any("Lead two" in words for words in whispers(stage.staff))


def test_a_lead_who_raises_a_check_does_not_review_it(stage: Stage) -> None:
    """Four eyes: the other leads are asked, and their own press is refused kindly."""
    lead = stage.lead_one
    stage.begin(lead)
    stage.answer(*HARM, who=lead)
    stage.settle()
    assert stage.paged() == {LEADS, "U0LEAD2"}
    assert "*I have told Lead two*" in words_of(card_of(lead))
    kind = "You raised this check, so another lead will work on it with you."
    assert whispered(lead, lambda: lead.press("I will lead", page_of(lead, LEADS))) == kind
    assert whispered(lead, lambda: lead.press("Open", page_of(lead, LEADS))) == kind
    case = stage.case()
    assert case is not None
    assert case.led_by is None
    stage.lead(stage.lead_two)
    assert "is on it*" in words_of(card_of(lead))


def test_a_lead_who_raises_a_check_about_the_other_lead_is_heard_elsewhere(stage: Stage) -> None:
    """Neither the lead it is about nor the one who raised it is asked."""
    lead = stage.lead_one
    stage.begin(lead)
    stage.answer("No", who=lead)
    stage.press("Yes - choose who to leave out (one or more leads)", lead)
    opened(lead, "Leave someone out")
    assert lead.modal is not None
    assert "Lead one" not in repr(lead.modal.blocks)
    lead.submit({"people": ["Lead two"]})
    stage.answer("No", "Yes", who=lead)
    stage.settle()
    assert stage.paged() == {"U0INDEP"}
    assert sees_nothing(stage.lead_two)
