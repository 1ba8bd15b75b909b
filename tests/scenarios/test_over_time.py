"""One person over time, and the register: in order, through the gate, each opening recorded."""

from flows.events import EventKind
from sandbox.client.people import Person
from tests.harness import HARM, Stage, opened
from tests.scenarios.test_left_out import raise_without


def register(stage: Stage, person: Person) -> str:
    person.open_home()
    stage.settle()
    person.press("Register", "home")
    opened(person, "Register")
    return person.text()


def test_the_register_tells_what_was_decided_and_why_without_opening_a_case(stage: Stage) -> None:
    """Who was told, the decision and its reason; the opening stands in the case's own record."""
    stage.begin()
    stage.answer(*HARM)
    stage.lead()
    stage.plan("Keep it confidential for now", reason="They asked us to wait.")
    shown = register(stage, stage.lead_two)
    assert stage.check().ref in shown
    assert "They asked us to wait." in shown
    assert [entry.who for entry in stage.record() if entry.what is EventKind.OPENED_REGISTER] == ["U0LEAD2"]


def test_a_left_out_lead_finds_no_trace_in_the_register(stage: Stage) -> None:
    """Their register is as it was without the case, and nothing is recorded in it."""
    before = register(stage, stage.lead_one)
    stage.lead_one.close()
    raise_without(stage, "Lead one")
    assert register(stage, stage.lead_one) == before
    assert stage.check().ref in register(stage, stage.lead_two)
    assert {entry.who for entry in stage.record() if entry.what is EventKind.OPENED_REGISTER} == {"U0LEAD2"}


def test_the_chronology_opens_from_the_summary_and_is_recorded(stage: Stage) -> None:
    """A check about nobody named has itself alone."""
    stage.begin()
    stage.answer(*HARM)
    stage.open("Open", "Summary")
    stage.lead_one.press("Chronology")
    opened(stage.lead_one, "Chronology")
    assert stage.check().ref in stage.lead_one.text()
    assert stage.events()[EventKind.OPENED_CHRONOLOGY] == 1
