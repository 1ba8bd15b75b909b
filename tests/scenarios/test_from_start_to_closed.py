"""The whole way: a worry, a check, a lead, a plan, the sharing, the end."""

from flows.events import EventKind
from tests.harness import (
    CLEAR,
    LEADS,
    NO_CONSENT,
    POSSIBLY,
    Stage,
    card_of,
    on_every_stage,
    opened,
    page_of,
    thread_of,
    words_of,
)


@on_every_stage
def test_a_check_is_answered_led_planned_shared_and_closed(stage: Stage) -> None:
    """At every step each person sees what is true then, and at the end little is left in Slack."""
    staff, lead = stage.staff, stage.lead_one

    stage.begin()
    staff.wait_for("I have opened a private chat with you.")
    assert "Question 1 of about" in words_of(card_of(staff))
    stage.answer(*POSSIBLY)
    assert "You said: No" in words_of(card_of(staff))
    stage.answer(*NO_CONSENT, *CLEAR, "Yes")
    assert "that was the last question" in words_of(card_of(staff))
    stage.settle()
    assert stage.pages() == []

    stage.press("Tell them what happened")
    opened(staff, "Tell them what happened")
    staff.submit({"person": "A pupil", "facts": "What they said."})
    stage.send()
    stage.settle()
    ref = stage.check().ref
    shown = words_of(card_of(staff))
    assert "Agree the plan with Lead one and Lead two first" in shown
    assert f"Your reference is *{ref}*" in shown
    assert "*I have told Lead one and Lead two*" in shown
    assert "NSPCC: 0808 800 5000" in shown

    page = words_of(page_of(lead, LEADS))
    assert page.startswith(f"*{ref} - soon* <@U0LEAD1> <@U0LEAD2>")
    assert "22 answered, 2 after sharing" in page
    assert lead.pushes[0].phone.startswith(f"A check needs a safeguarding lead. {ref}, soon, answer by ")

    stage.lead()
    assert "is on it*" in words_of(card_of(staff))
    assert f"A safeguarding lead is on {ref}. They will talk with you." in staff.text()
    assert "<@U0LEAD1> leads." in words_of(page_of(stage.lead_two, LEADS))

    stage.open("Open", "Summary")
    assert "What they said." in lead.text()
    assert stage.events()[EventKind.OPENED_OPEN_CASE] == 1
    lead.close()

    _ask_and_answer(stage, ref)
    _plan_and_close(stage)
    _see_the_end(stage, ref)


def _ask_and_answer(stage: Stage, ref: str) -> None:
    staff, lead = stage.staff, stage.lead_one
    stage.open("Ask the staff member", "Ask the staff member")
    lead.submit({"text": "When was this?"})
    staff.wait_for(f"A lead has a question about {ref}.")
    staff.press("Answer")
    opened(staff, "Answer a question")
    assert "When was this?" in staff.text()
    staff.submit({"text": "This morning."})


def _plan_and_close(stage: Stage) -> None:
    staff = stage.staff
    stage.plan()
    staff.press("See my part")
    opened(staff, "The plan")
    assert "*Decision:* Share the information" in staff.text()
    staff.close()
    staff.press("I agree")
    staff.wait_for("Two last questions")
    stage.record_sharing()
    assert thread_of(stage.lead_one) == [
        "A lead will lead.",
        "A lead has asked the staff member a question.",
        "The staff member has answered. Open shows it.",
        "A lead has written a plan. It waits for the staff member to agree.",
        "The staff member agrees the plan.",
        "The staff member has recorded the sharing and answered the last questions.",
    ]
    stage.close()


def _see_the_end(stage: Stage, ref: str) -> None:
    staff, lead = stage.staff, stage.lead_one
    lines = [words_of(each) for each in lead.messages(LEADS) if each.thread_ts]
    (last,) = lines
    assert last.endswith(f"{ref}: A lead has closed this.")
    complete = f"*{ref}* is complete. Thank you for taking care over this."
    assert words_of(card_of(staff)).startswith(complete)
    assert staff.buttons("dm") == ["Ask a lead"]
    assert words_of(page_of(lead, LEADS)).startswith(f"*{ref}* is closed")
    assert lead.buttons(page_of(lead, LEADS)) == ["Open", "Reopen"]
