"""Somebody was quicker, or it was done before: what a window and a whisper say then is true."""

from bot.slack import block_kit
from flows.events import EventKind
from tests.harness import CLEAR, HARM, NO_CONSENT, POSSIBLY, Stage, on_every_stage, opened, whispered

FINISHED = (*POSSIBLY, *NO_CONSENT, *CLEAR, "Yes")


def _ready_to_close(stage: Stage) -> None:
    stage.finish(*FINISHED)
    stage.lead()
    stage.plan("No further action")
    stage.staff.press("I agree")
    stage.settle()


@on_every_stage
def test_whoever_reopens_second_is_told_and_keeps_their_words(stage: Stage) -> None:
    """Their reason is in no record: the window says so, and it still stands in the box."""
    _ready_to_close(stage)
    stage.close()
    for lead in (stage.lead_one, stage.lead_two):
        stage.open("Reopen", "Reopen", lead)
    assert stage.lead_one.submit({"text": "More came up."}).error is None
    stage.settle()
    stage.lead_two.submit({"text": "I heard something else."})
    assert stage.lead_two.modal is not None
    assert "Somebody has reopened this already" in stage.lead_two.modal.errors["text"]
    assert "was not kept" in stage.lead_two.modal.errors["text"]
    assert "I heard something else." in stage.lead_two.modal.state.values()
    assert stage.events()[EventKind.REOPENED] == 1


def test_asking_a_lead_twice_says_when_the_leads_were_asked(stage: Stage) -> None:
    """Not when the last answer was saved."""
    stage.begin()
    stage.answer(*HARM)
    stage.pass_time(seconds=20)
    stage.press("Tell them what happened")
    opened(stage.staff, "Tell them what happened")
    stage.staff.submit({"facts": "What I saw."})
    stage.settle()
    case = stage.case()
    assert case is not None
    assert block_kit.at(case.asked_at) != block_kit.at(stage.check().touched_at)
    said = whispered(stage.staff, lambda: stage.press("Ask a lead"))
    assert said == f"Already done at {block_kit.at(case.asked_at)}."
