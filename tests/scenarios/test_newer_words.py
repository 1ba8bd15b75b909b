"""An older window never overwrites newer words: both are kept, and the person chooses (journeys, "Edges")."""

from typing import Any

import pytest

from flows.case import latest
from flows.events import EventKind
from sandbox.state.models import View
from tests.harness import (
    CLEAR,
    HARM,
    NO_CONSENT,
    POSSIBLY,
    Stage,
    on_every_stage,
    opened,
    page_of,
    press_on,
    take_up,
    window_of,
)
from tests.scenarios.test_subject_access import shown

TELL = "Tell them what happened"
ASKS = "Changed meanwhile"


def _newest(stage: Stage, what: EventKind) -> dict[str, Any]:
    entry = latest(stage.record(), what)
    assert entry is not None
    return entry.content


def _details_on_two_devices(stage: Stage) -> None:
    """On the phone the window is opened; on the computer it is filled in; then the phone sends an empty name box."""
    staff = stage.staff
    stage.begin()
    stage.answer(*HARM)
    stage.press(TELL)
    opened(staff, TELL)
    phone = window_of(staff)
    stage.press(TELL)
    opened(staff, TELL)
    assert staff.submit({"person": "A pupil, year 9", "facts": "What they said."}).error is None
    stage.settle()
    take_up(stage, staff, phone)
    staff.submit({"facts": "They said more."})
    opened(staff, ASKS)


@on_every_stage
def test_an_older_window_with_an_empty_name_box_loses_no_name(stage: Stage) -> None:
    """Both are on screen and in the record, and what was newer stands until the person says otherwise."""
    _details_on_two_devices(stage)
    said = shown(stage.staff)
    assert "This was changed on another device at " in said
    assert "They said more." in said
    assert "A pupil, year 9" in said
    assert _newest(stage, EventKind.DETAILS)["person"] == "A pupil, year 9"
    stage.staff.close()  # Keep the newer
    stage.settle()
    assert _newest(stage, EventKind.DETAILS)["person"] == "A pupil, year 9"
    assert "They said more." in _newest(stage, EventKind.SET_ASIDE)["text"]
    stage.lead()
    stage.open("Open", "Summary")
    summary = shown(stage.lead_one)
    assert "A pupil, year 9" in summary
    assert "Written in an older window (Staff member, staff member, " in summary
    assert "They said more." in summary


def test_keep_mine_puts_the_older_window_s_words_in_their_place(stage: Stage) -> None:
    """The newer words stay in the record; a replay of any of it changes nothing."""
    _details_on_two_devices(stage)
    kept = stage.staff.submit()
    stage.settle()
    assert (_newest(stage, EventKind.DETAILS)["person"], _newest(stage, EventKind.DETAILS)["facts"]) == (
        "",
        "They said more.",
    )
    assert "A pupil, year 9" in repr([entry.content for entry in stage.record()])
    before = stage.events()
    stage.workspace.replay(kept)
    stage.settle()
    assert stage.events() == before


def test_keep_mine_asks_again_where_there_are_newer_words_still(stage: Stage) -> None:
    _details_on_two_devices(stage)
    asks = window_of(stage.staff)
    stage.press(TELL)
    opened(stage.staff, TELL)
    assert stage.staff.submit({"person": "A pupil, year 10"}).error is None
    stage.settle()
    take_up(stage, stage.staff, asks)
    stage.staff.submit()
    stage.staff.wait_for(lambda: "A pupil, year 10" in shown(stage.staff))
    assert _newest(stage, EventKind.DETAILS)["person"] == "A pupil, year 10"
    assert stage.events()[EventKind.SET_ASIDE] == 1


def test_what_is_typed_where_it_was_sent_on_another_device_is_kept(stage: Stage) -> None:
    """Check your answers, open on two devices; the second is too late to send, and not to tell."""
    staff = stage.staff
    stage.begin()
    stage.answer(*POSSIBLY, *NO_CONSENT, *CLEAR, "Yes")
    stage.press("Check your answers")
    opened(staff, "Check your answers")
    phone = window_of(staff)
    staff.submit({"story": "What I saw."})
    stage.settle()
    take_up(stage, staff, phone)
    staff.submit({"story": "What I heard."})
    staff.wait_for(lambda: "What you wrote here is kept in the record too." in shown(staff))
    assert _newest(stage, EventKind.DETAILS)["facts"] == "What I saw."
    assert _newest(stage, EventKind.SET_ASIDE)["text"] == "What I heard."


def test_a_story_sent_from_an_older_window_leaves_the_name_that_was_given_since(stage: Stage) -> None:
    staff = stage.staff
    stage.begin()
    stage.answer(*POSSIBLY, *NO_CONSENT, *CLEAR, "Yes")
    stage.press("Check your answers")
    opened(staff, "Check your answers")
    phone = window_of(staff)
    stage.press(TELL)
    opened(staff, TELL)
    assert staff.submit({"person": "A pupil, year 9"}).error is None
    stage.settle()
    take_up(stage, staff, phone)
    staff.submit({"story": "What I saw."})
    opened(staff, ASKS)
    staff.submit()
    stage.settle()
    newest = _newest(stage, EventKind.DETAILS)
    assert (newest["person"], newest["facts"]) == ("A pupil, year 9", "What I saw.")
    assert stage.events()[EventKind.SENT] == 1


@pytest.mark.parametrize("keep", [True, False], ids=["mine", "the newer"])
def test_two_leads_do_not_overwrite_each_other_s_decision(stage: Stage, keep: bool) -> None:  # noqa: FBT001 - a case
    """Whoever leads opened the window before somebody took over and decided."""
    stage.finish(*POSSIBLY, *NO_CONSENT, *CLEAR, "Yes")
    stage.lead()
    stage.open("Agree plan", "Agree plan: decision")
    older = window_of(stage.lead_one)
    press_on(stage.lead_two, "Take over", page_of(stage.lead_two))
    stage.settle()
    stage.plan("No further action", who=stage.lead_two, reason="It was a mistake, we were told.")
    stage.lead_one.close(whole_stack=True)
    press_on(stage.lead_one, "Take over", page_of(stage.lead_one))
    stage.settle()
    take_up(stage, stage.lead_one, older)
    stage.lead_one.submit({"decision": "Find out more first", "reason": "We need to hear more first."})
    opened(stage.lead_one, ASKS)
    assert "This was changed by Lead two, safeguarding lead at " in shown(stage.lead_one)
    assert _newest(stage, EventKind.DECIDED)["decision"] == "no_further_action"
    if keep:
        stage.lead_one.submit()
        opened(stage.lead_one, "Agree plan: three parts")
    else:
        stage.lead_one.close()
    stage.settle()
    assert _newest(stage, EventKind.DECIDED)["decision"] == ("more_information" if keep else "no_further_action")


def _parts_of_plan(stage: Stage) -> View:
    """Open the plan's parts, with the decision as it was."""
    stage.open("Change plan", "Agree plan: decision")
    stage.lead_one.submit()
    opened(stage.lead_one, "Agree plan: three parts")
    return window_of(stage.lead_one)


def test_an_older_plan_does_not_overwrite_a_newer_one(stage: Stage) -> None:
    """The three parts, opened on two devices."""
    stage.finish(*POSSIBLY, *NO_CONSENT, *CLEAR, "Yes")
    stage.lead()
    lead = stage.lead_one
    stage.plan(student="Told on Monday.", status="To do")
    older, _ = [_parts_of_plan(stage) for _ in range(2)]
    lead.fill({"student.what": "Told on Tuesday."})
    lead.submit()
    stage.settle()
    take_up(stage, lead, older)
    lead.submit({"student.what": "Told on Friday."})
    opened(lead, ASKS)
    case = stage.case()
    assert case is not None
    assert case.strands[0].what == "Told on Tuesday."
    lead.submit()
    stage.settle()
    case = stage.case()
    assert case is not None
    assert case.strands[0].what == "Told on Friday."


def test_a_lead_left_out_since_learns_nothing_from_an_older_window(stage: Stage) -> None:
    """Neither that it was changed, nor when."""
    stage.finish(*POSSIBLY, *NO_CONSENT, *CLEAR, "Yes")
    stage.lead()
    stage.open("Agree plan", "Agree plan: decision")
    older = window_of(stage.lead_one)
    stage.lead_one.close()
    press_on(stage.lead_one, "I should not deal with this", page_of(stage.lead_one))
    stage.settle()
    stage.lead(stage.lead_two)
    stage.plan("No further action", who=stage.lead_two, reason="It was a mistake, we were told.")
    take_up(stage, stage.lead_one, older)
    acted = stage.lead_one.submit({"decision": "Find out more first", "reason": "We need to hear more first."})
    assert "Nothing was saved here" in str(acted.response)
    assert stage.events()[EventKind.SET_ASIDE] == 0
