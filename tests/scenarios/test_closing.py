"""A case closes only when it is true: what a form says is read, not that it was sent (I20, I28)."""

from datetime import timedelta

import pytest

from flows.case import CaseStatus
from flows.closure import BEFORE_SHARING
from flows.events import EventKind
from sandbox.client.result import InteractionResult
from tests.harness import CLEAR, HARM, NO_CONSENT, POSSIBLY, TO_SHARE, Stage, opened, page_of, words_of

STRANDS = ("student", "professionals", "parent")


def _planned(stage: Stage, *, urgent: bool = True) -> None:
    """A check that a lead has planned to share about, agreed by the staff member."""
    stage.begin()
    if urgent:
        stage.answer(*HARM)
        stage.press("Stop here")
    else:
        stage.answer(*POSSIBLY, *NO_CONSENT, *CLEAR, "Yes")
        stage.send()
    stage.lead()
    stage.plan()
    stage.staff.press("I agree")
    stage.settle()


def _answer(stage: Stage, told: str, recorded: str, **more: str) -> InteractionResult:
    """Answer the two last questions, on the newest message that asks them."""
    stage.staff.press("Answer")
    opened(stage.staff, "After sharing")
    acted = stage.staff.submit({"3.4.1": told, "3.4.2": recorded, **more})
    stage.settle()
    return acted


def _errors(acted: InteractionResult) -> dict[str, str]:
    """What is wrong, by box."""
    found: dict[str, str] = (acted.response or {}).get("errors", {})
    return found


def _day(stage: Stage, days: int) -> str:
    return (stage.bot.services.clock.now() + timedelta(days=days)).date().isoformat()


@pytest.mark.parametrize(
    ("told", "recorded", "lines"),
    [
        ("Not sure", "Not sure", ("nobody is sure whether the person knows", "nobody is sure whether it is recorded")),
        ("No, but they should be told", "Not yet", ("should be told that it was shared", "it is not recorded yet")),
    ],
)
def test_an_urgent_check_stays_open_on_answers_that_settle_nothing(
    stage: Stage, told: str, recorded: str, lines: tuple[str, ...]
) -> None:
    """Both were answered, and both are read: each is named with who sees to it and by when, and is asked again."""
    _planned(stage)
    refused = _answer(stage, told, recorded)
    assert {"owner", "due"} <= _errors(refused).keys()
    due = _day(stage, 3)
    acted = stage.staff.submit({"owner": "Whoever leads", "due": due})
    assert acted.error is None
    stage.settle()
    stage.open("Close", "Not ready to close")
    shown = stage.lead_one.text()
    for line in lines:
        assert f"{line}" in shown
    assert f"whoever leads sees to it, by {due}" in shown
    stage.lead_one.close()

    stage.pass_time(hours=24 * 8)
    assert stage.events()[EventKind.SHARING_CHASED] >= 1
    assert "has something open after sharing" in page_of(stage.lead_one, "dm").posted
    stage.open("Close", "Not ready to close")
    stage.lead_one.press("Record sharing", "modal")
    opened(stage.lead_one, "After sharing")
    stage.lead_one.submit({"3.4.1": "Yes", "3.4.2": "Yes"})
    stage.lead_one.wait_for(lambda: stage.lead_one.modal and stage.lead_one.modal.title == "Close this check")
    stage.lead_one.submit({"outcome": "They are safe."})
    stage.settle()
    case = stage.case()
    assert case is not None
    assert case.status is CaseStatus.CLOSED


def test_sharing_with_nothing_said_and_three_dashes_is_refused_by_name(stage: Stage) -> None:
    """What, with whom, when, how, by whom, on what basis, and why: each missing one is named in words."""
    stage.begin()
    stage.answer(*HARM)
    stage.lead()
    lead = stage.lead_one
    stage.open("Agree plan", "Agree plan: decision")
    empty = {**dict.fromkeys(TO_SHARE, " "), "reason": "-"}
    refused = lead.submit({"decision": "Share the information", **empty})
    assert _errors(refused).keys() == {*empty, "unanswered"}
    assert _errors(refused)["whom"] == "To share or refer, please say with whom."
    said = {**TO_SHARE, "reason": "They are at risk at home."}
    assert _errors(lead.submit(said)).keys() == {"unanswered"}
    assert lead.submit({"unanswered": "They went home before I could ask."}).error is None
    opened(lead, "Agree plan: three parts")
    refused = lead.submit({f"{name}.what": "-" for name in STRANDS})
    assert _errors(refused).keys() == {f"{name}.what" for name in STRANDS}
    assert stage.events()[EventKind.PLANNED] == 0


def test_before_sharing_the_lead_answers_what_nobody_has_with_the_staff_member(stage: Stage) -> None:
    """Policy 4.1: the questions on what to share and with whom are asked before "share" is taken, and kept."""
    stage.begin()
    stage.answer(*HARM)
    stage.press("Stop here")
    stage.lead()
    lead = stage.lead_one
    stage.open("Agree plan", "Agree plan: decision")
    given = dict(zip(BEFORE_SHARING, CLEAR, strict=True))
    lead.fill({"decision": "Share the information", **TO_SHARE, "reason": "They are at risk at home."})
    some = {question: label for question, label in given.items() if question != "3.3.4"}
    assert _errors(lead.submit(some)).keys() == {"unanswered"}
    assert not set(stage.check().answers) & set(BEFORE_SHARING)
    assert lead.submit({"3.3.4": given["3.3.4"]}).error is None
    opened(lead, "Agree plan: three parts")
    assert set(BEFORE_SHARING) <= stage.check().answers.keys()
    answered = [entry for entry in stage.record() if entry.content.get("question") in BEFORE_SHARING]
    assert {entry.who for entry in answered} == {lead.id}
    lead.close(whole_stack=True)
    stage.open("Agree plan", "Agree plan: decision")
    assert "Nobody has answered these yet" not in lead.text()


def test_unsafe_to_tell_them_closes_with_a_day_to_look_again(stage: Stage) -> None:
    """Not told is right where telling would harm; somebody looks again on a day."""
    _planned(stage, urgent=False)
    refused = _answer(stage, "No, telling them would be unsafe or affect the police", "Yes")
    assert _errors(refused).keys() == {"due"}
    assert stage.staff.submit({"due": _day(stage, 30)}).error is None
    assert stage.close().error is None


def test_what_nobody_has_said_is_not_taken_for_no(stage: Stage) -> None:
    """I26: an urgent check stopped before S6. Whether it was shared is asked, though nothing is to be shared now."""
    stage.begin()
    stage.answer(*HARM)
    stage.press("Stop here")
    stage.lead()
    stage.plan("No further action")
    stage.staff.press("I agree")
    stage.settle()
    stage.open("Close", "Not ready to close")
    assert "that nothing was shared" in stage.lead_one.text()
    stage.lead_one.close()
    assert "Did anyone share this? I do not know yet." in stage.staff.text()
    stage.staff.press("Nothing was shared")
    opened(stage.staff, "Nothing was shared")
    assert stage.staff.submit({"text": "n/a"}).error is not None
    stage.staff.submit({"text": "There was nothing to share."})
    stage.settle()
    assert stage.close().error is None
    assert words_of(page_of(stage.lead_one)).startswith(f"*{stage.check().ref}* is closed")
