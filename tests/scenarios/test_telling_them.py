"""What happened, told by whoever saw it: at the page moment, or before Send; and the reason where nobody is asked."""

from flows.events import EventKind
from tests.harness import CALM, CLEAR, CONSENT, HARM, NO_CONSENT, POSSIBLY, Stage, card_of, opened, words_of


def _written(stage: Stage, kind: EventKind) -> list[dict[str, object]]:
    return [entry.content for entry in stage.record() if entry.what is kind]


def test_stopping_at_a_risk_leaves_all_that_helps_on_the_card(stage: Stage) -> None:
    """S4 yes, then Stop: who was told, the advice, social care's number, 999 and the footer; so too when hidden."""
    stage.begin()
    stage.answer(*HARM)
    for button in ("Stop here", "Carry on", "Hide"):
        stage.press(button)
        shown = words_of(card_of(stage.staff))
        assert "*I have told Lead one and Lead two*" in shown
        assert "While you wait: listen. Do not question them." in shown
        assert "- Children's social care: 020 7946 011" in shown
        assert "call 999 first" in shown
        assert "NSPCC: 0808 800 5000" in shown
        assert "Ask a lead" in stage.staff.buttons(card_of(stage.staff))


def test_three_boxes_at_the_page_moment_reach_the_leads_and_no_message(stage: Stage) -> None:
    """What was typed is in the summary and nowhere in Slack's messages."""
    stage.begin()
    stage.answer(*HARM)
    stage.press("Tell them what happened")
    opened(stage.staff, "Tell them what happened")
    assert stage.staff.modal is not None
    boxes = [block["block_id"] for block in stage.staff.modal.blocks if block["type"] == "input"]
    assert [one for one in boxes if one != "school"] == ["person", "facts", "opinion"]
    stage.staff.submit({"person": "A pupil\nRoom 4", "facts": "They said it hurt.", "opinion": "I think so too."})
    stage.settle()
    for kept in ("A pupil", "They said it hurt.", "I think so too."):
        assert not [one for one in stage.workspace.slack.world.messages if kept in words_of(one)]
    stage.open("Open", "Summary")
    for kept in ("A pupil", "They said it hurt.", "I think so too."):
        assert kept in stage.lead_one.text()


def test_send_asks_what_it_is_about_and_takes_no_for_an_answer_at_the_second_press(stage: Stage) -> None:
    """Nothing is sent at the first; the second sends it so."""
    stage.begin()
    stage.answer(*POSSIBLY, *NO_CONSENT, *CLEAR, "Yes")
    stage.press("Check your answers")
    opened(stage.staff, "Check your answers")
    stage.staff.submit()
    stage.settle()
    assert stage.events()[EventKind.SENT] == 0
    assert "Send without it: I will tell them myself." in stage.staff.text()
    stage.staff.submit()
    stage.settle()
    assert stage.events()[EventKind.SENT] == 1
    assert _written(stage, EventKind.DETAILS) == []


def test_what_is_typed_before_send_is_kept_with_it(stage: Stage) -> None:
    """One press, and the lead reads it."""
    stage.begin()
    stage.answer(*POSSIBLY, *NO_CONSENT, *CLEAR, "Yes")
    stage.press("Check your answers")
    opened(stage.staff, "Check your answers")
    stage.staff.submit({"story": "She came in crying."})
    stage.settle()
    assert _written(stage, EventKind.DETAILS) == [{"facts": "She came in crying."}]
    stage.open("Open", "Summary")
    assert "She came in crying." in stage.lead_one.text()


def test_where_nobody_is_asked_the_reason_is_kept_and_a_lead_who_looks_reads_it(stage: Stage) -> None:
    """Policy 2.9: not ended without it, sealed, and shown to whoever opens the record."""
    stage.begin()
    stage.answer(*CALM, *CONSENT, *CLEAR, "No")
    stage.press("Check your answers")
    opened(stage.staff, "Check your answers")
    for none in (" ", "-", "n/a", "Later"):
        assert stage.staff.submit({"reason": none}).error
    assert stage.events()[EventKind.SENT] == 0
    stage.staff.submit({"reason": "Their parent knows, and will tell us."})
    stage.settle()
    assert stage.events()[EventKind.SENT] == 1
    assert _written(stage, EventKind.REASON) == [{"reason": "Their parent knows, and will tell us."}]
    stage.lead_one.open_home()
    stage.lead_one.wait_for(stage.check().ref)
    stage.lead_one.press("Open", "home")
    stage.lead_one.wait_for("Their parent knows, and will tell us.")
