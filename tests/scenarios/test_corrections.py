"""Corrections add. What was written stays, and a dispute stands in the person's own words."""

from flows.events import EventKind
from sandbox.client.people import Person
from tests.harness import CLEAR, HARM, NO_CONSENT, POSSIBLY, Stage, card_of, on_every_stage, opened, page_of, words_of

RIGHT = "It was the week before."
THEIRS = "I never said that to anybody."


def _raised(stage: Stage) -> None:
    stage.begin()
    stage.answer(*HARM)
    stage.settle()


def _offered(person: Person) -> list[str]:
    """The entries that can be chosen."""
    assert person.modal is not None
    [chosen] = [block["element"] for block in person.modal.blocks if block.get("block_id") == "entry"]
    return [option["text"]["text"] for option in chosen["options"]]


def _summary(stage: Stage) -> str:
    stage.open("Open", "Summary")
    return stage.lead_one.text()


@on_every_stage
def test_a_lead_corrects_and_notes_a_dispute_and_the_first_words_stay(stage: Stage) -> None:
    """Both stand in the summary, with whose words they are; the messages say only that there is something."""
    _raised(stage)
    stage.lead()
    stage.open("Add note", "Add note")
    stage.lead_one.submit({"text": "It was on Monday."})
    stage.settle()
    for kind, by, words in (
        ("It is wrong. I write what is right.", "", RIGHT),
        ("Somebody says it is not so. I write their own words.", "The young person", THEIRS),
    ):
        _summary(stage)
        stage.lead_one.press("Correct or dispute", "modal")
        opened(stage.lead_one, "Correct or dispute")
        entry = next(one for one in _offered(stage.lead_one) if one.endswith("Note"))
        assert stage.lead_one.submit({"entry": entry, "kind": kind, "by": by, "text": words}).error is None
        stage.settle()
        stage.lead_one.close(whole_stack=True)
    shown = _summary(stage)
    for words in ("It was on Monday.", RIGHT, f"The young person: {THEIRS}", "Part of this record is disputed"):
        assert words in shown
    kept = [
        entry.what
        for entry in stage.record()
        if entry.what in (EventKind.NOTE, EventKind.CORRECTED, EventKind.DISPUTED)
    ]
    assert kept == [EventKind.NOTE, EventKind.CORRECTED, EventKind.DISPUTED]
    assert stage.events()[EventKind.OPENED_CORRECT] == 2


def test_the_reporter_corrects_what_they_said_and_nothing_else(stage: Stage) -> None:
    """From their own card; a lead's words are not theirs to correct."""
    stage.finish(*POSSIBLY, *NO_CONSENT, *CLEAR, "Yes")
    stage.lead()
    stage.open("Add note", "Add note")
    stage.lead_one.submit({"text": "A lead's own note."})
    stage.settle()
    stage.press("Correct something")
    opened(stage.staff, "Correct or dispute")
    offered = _offered(stage.staff)
    assert any("S4" in one for one in offered)
    assert [one for one in offered if one.endswith("Note")] == []
    entry = next(one for one in offered if "S4" in one)
    kind = "It is wrong. I write what is right."
    assert stage.staff.submit({"entry": entry, "kind": kind, "text": RIGHT}).error is None
    stage.settle()
    assert RIGHT in _summary(stage)
    assert RIGHT not in words_of(card_of(stage.staff))
    assert RIGHT not in words_of(page_of(stage.lead_one))
