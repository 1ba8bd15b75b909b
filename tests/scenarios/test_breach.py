"""A possible data breach: who is asked, the 72 hours, what is recorded, and who never sees it."""

from datetime import timedelta

import pytest

from flows.breach import breach_of
from flows.events import EventKind
from sandbox.client.people import Person
from tests.harness import (
    LEADS,
    Stage,
    card_of,
    on_every_stage,
    opened,
    page_of,
    sees_nothing,
    whispered,
    words_of,
)

GONE_WRONG = ("No", "No", "No", "Yes, and it may have gone to the wrong person or place")
"""S2 to S6."""
SETTLED = {
    "contained": "Yes",
    "contained_how": "They deleted it and wrote so.",
    "people": "They need not be told, because",
    "people_how": "Telling them could put a child at risk.",
    "ico": "Yes, reported",
    "ico_how": "Today, by their form.",
}


def data_protection(stage: Stage) -> Person:
    return stage.workspace.person("U0DATA")


def raise_breach(stage: Stage, *, leaving_out: str = "") -> None:
    stage.begin()
    stage.answer("No")
    if leaving_out:
        stage.leave_out(leaving_out)
        stage.answer(*GONE_WRONG[1:])
    else:
        stage.answer(*GONE_WRONG)
    stage.settle()


def open_breach(stage: Stage, person: Person) -> None:
    stage.settle()
    person.press("Open the breach")
    opened(person, "Breach")


@on_every_stage
def test_the_data_protection_lead_is_asked_with_the_leads(stage: Stage) -> None:
    """At the answer that shows it, before the next question; the card says so, and only what is true."""
    raise_breach(stage)
    protector = data_protection(stage)
    assert stage.paged() == {LEADS, "U0LEAD1", "U0LEAD2"}
    (message,) = protector.dm
    assert message.text == f"{stage.check().ref}: a possible data breach. Open Slack to see it."
    assert "The 72 hours end" in words_of(message)
    assert "and the data protection lead" in words_of(card_of(stage.staff))
    assert "I will lead" not in protector.buttons(message)


def test_the_window_has_the_clock_and_the_answers_that_show_it(stage: Stage) -> None:
    """From when the check was started, until somebody asked when the staff member knew; each opening is recorded."""
    raise_breach(stage)
    protector = data_protection(stage)
    open_breach(stage, protector)
    shown = protector.text()
    assert "71 hours left." in shown
    assert "nobody has asked yet: it is when the check was started" in shown
    assert "Yes, and it may have gone to the wrong person or place" in shown
    assert "may be at risk of harm" not in shown
    assert stage.events()[EventKind.OPENED_BREACH] == 1
    knew = stage.check().started_at - timedelta(hours=10)
    assert protector.submit({"known_at": int(knew.timestamp())}).error is None
    stage.settle()
    open_breach(stage, protector)
    assert "61 hours left." in protector.text()
    assert "the staff member was asked" in protector.text()


def test_what_was_done_is_recorded_with_who_and_when(stage: Stage) -> None:
    """A dash is no reason; each part has its own person; the message says when nothing is left."""
    raise_breach(stage)
    stage.lead()
    protector = data_protection(stage)
    open_breach(stage, protector)
    refused = protector.submit({"contained": "Yes", "contained_how": "-"})
    assert "how, or why not" in repr(refused.error or protector.text())
    protector.submit({"contained": "Yes", "contained_how": "They deleted it and wrote so."})
    stage.settle()
    stage.open("Breach", "Breach")
    assert "Said by Data protection lead, data protection lead" in stage.lead_one.text()
    rest = {key: words for key, words in SETTLED.items() if not key.startswith("contained")}
    assert stage.lead_one.submit(rest).error is None
    stage.settle()
    breach = breach_of(stage.record())
    assert breach is not None
    assert breach.open_parts == ()
    assert {part: said.entry.who for part, said in breach.parts.items()} == {
        "contained": "U0DATA",
        "people": "U0LEAD1",
        "ico": "U0LEAD1",
    }
    assert "all that has to be known of the breach is recorded" in protector.dm[-1].text


def test_they_are_asked_again_each_morning_until_it_is_recorded(stage: Stage) -> None:
    """The 72 hours do not rest; whoever leads is asked too, and the older message points to the newer."""
    raise_breach(stage)
    stage.lead()
    protector = data_protection(stage)
    stage.pass_time(hours=24)
    assert words_of(protector.dm[0]).endswith("see the newer message below.")
    assert "This is ask 2." in words_of(protector.dm[-1])
    assert any("a possible data breach" in one.text for one in stage.lead_one.dm)
    open_breach(stage, protector)
    protector.submit(SETTLED)
    stage.settle()
    before = len(protector.dm)
    stage.pass_time(hours=48)
    assert len(protector.dm) == before


def test_a_case_with_a_breach_closes_only_when_all_three_are_recorded(stage: Stage) -> None:
    """Close names each part that is missing; once they are said, nothing of the breach stands in the way."""
    raise_breach(stage)
    stage.lead()
    stage.open("Close", "Not ready to close")
    assert stage.lead_one.text().count("The breach: whether") == 3
    protector = data_protection(stage)
    open_breach(stage, protector)
    assert protector.submit(SETTLED).error is None
    stage.settle()
    stage.lead_one.close()
    stage.open("Close", "Not ready to close")
    assert "The breach: whether" not in stage.lead_one.text()


def test_a_data_protection_lead_who_is_left_out_finds_no_trace(stage: Stage) -> None:
    """No message, no row in the log, and the answer for a check that never was; those who may lead are asked."""
    raise_breach(stage, leaving_out="Data protection lead")
    assert EventKind.BREACH_ASKED not in stage.events()
    protector = data_protection(stage)
    stage.pass_time(hours=25)
    assert sees_nothing(protector)
    assert "data protection lead" not in words_of(card_of(stage.staff))
    protector.command("/share-check", "breaches")
    opened(protector, "Breach log")
    assert stage.check().ref not in protector.text()
    assert "No breach is recorded that you may know of." in protector.text()
    asked = [entry.content["to"] for entry in stage.record() if entry.what is EventKind.BREACH_ASKED]
    assert asked == [["U0LEAD1", "U0LEAD2", "U0DEPUTY", "U0INDEP"]]
    assert all(entry.who != "U0DATA" for entry in stage.record())


def test_a_data_protection_lead_who_is_left_out_later_loses_it(stage: Stage) -> None:
    """Their message goes, and its button opens nothing any more."""
    raise_breach(stage)
    protector = data_protection(stage)
    open_breach(stage, protector)
    pressed = protector.press("Open the breach")
    for _ in range(4):
        stage.press("Back")
    stage.leave_out("Data protection lead")
    assert protector.dm == []
    told = whispered(protector, lambda: stage.forge(pressed, "breach", stage.check().id))
    assert told == whispered(protector, lambda: stage.forge(pressed, "breach", "0" * 32))
    assert "data protection lead" not in words_of(card_of(stage.staff))


def test_not_sure_about_the_leads_asks_the_independent_contact_alone(stage: Stage) -> None:
    """Until it is known who has to be left out, the data protection lead hears nothing either."""
    stage.begin()
    stage.answer("No", "Not sure", *GONE_WRONG[1:])
    stage.settle()
    assert stage.paged() == {"U0INDEP"}
    assert sees_nothing(data_protection(stage))


def test_a_left_out_lead_finds_no_breach(stage: Stage) -> None:
    """Neither in the log nor by a kept button; those who may know see it with its decision."""
    raise_breach(stage, leaving_out="Lead one")
    stage.lead_one.command("/share-check", "breaches")
    opened(stage.lead_one, "Breach log")
    assert stage.check().ref not in stage.lead_one.text()
    stage.lead_two.open_home()
    stage.settle()
    stage.lead_two.press("Breach log", "home")
    opened(stage.lead_two, "Breach log")
    assert stage.check().ref in stage.lead_two.text()
    assert "What the leads decided: none yet." in stage.lead_two.text()
    assert {entry.who for entry in stage.record() if entry.what is EventKind.OPENED_BREACH_LOG} == {"U0LEAD2"}


@pytest.mark.parametrize("word", ["breaches", "Breaches "])
def test_the_log_is_theirs_alone(stage: Stage, word: str) -> None:
    """To anybody else the word is like any other: their card opens."""
    raise_breach(stage)
    ref = stage.check().ref
    stage.colleague.command("/share-check", word)
    stage.colleague.wait_for("in danger right now")
    assert stage.colleague.modal is None
    data_protection(stage).command("/share-check", word)
    opened(data_protection(stage), "Breach log")
    assert ref in data_protection(stage).text()


def test_the_data_protection_lead_sees_what_breach_work_needs_and_no_more(stage: Stage) -> None:
    """No summary, no list of open checks, no search: every other button of a lead is refused."""
    raise_breach(stage)
    protector = data_protection(stage)
    open_breach(stage, protector)
    pressed = protector.press("Open the breach")
    protector.open_home()
    stage.settle()
    home = repr(protector.home and protector.home.blocks)
    assert "Breach log" in home
    assert "*Open checks*" not in home
    assert "Find a record" not in home
    modal = protector.modal
    for verb in (
        "open_case",
        "lead",
        "plan",
        "close_case",
        "add_case_note",
        "export_case",
        "open_record",
        "open_check",
    ):
        stage.forge(pressed, verb, stage.check().id)
    stage.settle()
    assert protector.modal == modal
    case = stage.case()
    assert case is not None
    assert case.led_by is None
    assert stage.events()[EventKind.OPENED_OPEN_CASE] == 0
    assert "I will lead" in stage.lead_one.buttons(page_of(stage.lead_one))
