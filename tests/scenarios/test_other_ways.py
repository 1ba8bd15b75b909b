"""Slack is not the only way: a real mail server gets what Slack does not take, and not a word of what it is about."""

import pytest

from tests import harness
from tests.harness import HARM, LEADS, POSSIBLY, Stage, card_of, words_of
from tests.mail import DEPUTY, LEAD_ONE, LEAD_TWO, Letters

POST = "chat.postMessage"


@pytest.fixture
def stage(stage_with_mail: Stage) -> Stage:
    return stage_with_mail


def _urgent(stage: Stage) -> None:
    stage.begin()
    stage.answer(*HARM[:-1])
    stage.press("Yes")


def test_slack_does_not_take_a_page_so_the_leads_get_an_email_at_once(stage: Stage, letters: Letters) -> None:
    """The card says that it was an email, that nobody can know whether it is read, and whom to phone.

    An email that left beside the page says to open Slack; once Slack has refused the page another says that.
    """
    stage.begin()
    stage.answer(*HARM[:-1])
    stage.workspace.faults.server_error(POST, times=None)
    stage.press("Yes")
    stage.workspace.wait_for(lambda: letters.to(LEAD_ONE) and letters.to(LEAD_TWO))
    stage.settle()
    shown = words_of(card_of(stage.staff))
    assert "I have sent an email instead. I cannot know whether it is read." in shown
    assert "I have told" not in shown
    assert "Lead one: 020 7946 0101" in shown
    stage.workspace.wait_for(lambda: any("Slack did not take" in one for one in letters.to(LEAD_ONE)))
    sent = letters.to(LEAD_ONE)
    assert len(sent) <= 2
    assert all(f"A check needs a safeguarding lead: {stage.check().ref}, urgent" in letter for letter in sent)
    assert "Please answer by" in sent[-1]
    assert "Slack did not take the message to you" in sent[-1]

    stage.workspace.faults.clear()
    stage.pass_time(minutes=2)
    assert stage.paged() >= {LEADS, "U0LEAD1", "U0LEAD2"}
    assert "*I have told Lead one and Lead two*" in words_of(card_of(stage.staff))
    assert letters.to(LEAD_ONE) == sent


def test_a_late_page_says_when_it_was_due_once(stage: Stage) -> None:
    """Slack was away for a while: whoever reads it now knows that it has been waiting."""
    stage.begin()
    stage.answer(*HARM[:-1])
    stage.workspace.faults.server_error(POST, times=None)
    stage.press("Yes")
    stage.pass_time(minutes=5)
    stage.workspace.faults.clear()
    stage.pass_time(minutes=2)
    (page,) = stage.pages("U0LEAD1")
    assert "This is late: it was due at" in words_of(page)
    stage.lead()
    (page,) = stage.pages("U0LEAD1")
    assert "This is late" not in words_of(page)


def test_an_email_is_sent_beside_an_urgent_page_and_with_each_further_ask(stage: Stage, letters: Letters) -> None:
    """As the ladder says; the reporter hears of it, and only once it was taken."""
    _urgent(stage)
    stage.workspace.wait_for(lambda: {whom for whom, _ in letters.kept} == {LEAD_ONE, LEAD_TWO})
    assert "Open Slack to see it." in letters.to(LEAD_ONE)[0]
    stage.pass_time(minutes=16)
    stage.workspace.wait_for(lambda: len(letters.kept) == 5)
    assert {whom for whom, _ in letters.kept[2:]} == {LEAD_ONE, LEAD_TWO, DEPUTY}
    assert "It has been asked 2 times. Open Slack to see it." in letters.to(DEPUTY)[0]
    stage.settle()
    assert "and have also sent an email, and will keep asking" in words_of(card_of(stage.staff))


def test_somebody_left_out_gets_no_email(stage: Stage, letters: Letters) -> None:
    """Whatever Slack does, and however often it is asked."""
    stage.begin()
    stage.answer("No")
    stage.leave_out("Lead two")
    stage.answer("No")
    stage.workspace.faults.server_error(POST, times=None)
    stage.press("Yes")
    stage.workspace.wait_for(lambda: letters.to(LEAD_ONE))
    stage.workspace.faults.clear()
    for _ in range(3):
        stage.pass_time(minutes=16)
    assert letters.to(LEAD_TWO) == []


def test_nobody_gets_an_email_about_what_somebody_leads_already(stage: Stage, letters: Letters) -> None:
    """The state is looked at again when it is sent."""
    _urgent(stage)
    stage.workspace.wait_for(lambda: len(letters.kept) == 2)
    stage.lead()
    stage.pass_time(hours=5)
    assert len(letters.kept) == 2


def test_a_mail_server_that_is_away_is_tried_again_and_nothing_is_called_sent(
    stage: Stage, letters: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The card says that nobody was reached, until somebody is."""
    stage.begin()
    stage.answer(*HARM[:-1])
    stage.workspace.faults.server_error(POST, times=None)
    monkeypatch.setattr("bot.delivery.other_channels.smtplib.SMTP", _away)
    stage.press("Yes")
    stage.pass_time(seconds=30)
    assert "I could not reach Lead one and Lead two in Slack yet." in words_of(card_of(stage.staff))
    monkeypatch.undo()
    for _ in range(10):
        stage.pass_time(minutes=1)
    assert letters.to(LEAD_ONE)
    assert "I have sent an email instead" in words_of(card_of(stage.staff))


def _away(*_args: object, **_kwargs: object) -> None:
    raise ConnectionRefusedError


def test_an_email_holds_reference_urgency_and_time_only(stage: Stage, letters: Letters) -> None:
    """No name, no school, nothing typed, no answer."""
    stage.begin()
    stage.answer(*POSSIBLY[:3])
    stage.press("Add a note")
    harness.opened(stage.staff, "Add a note")
    stage.staff.submit({"note": "marker of something typed"})
    stage.workspace.faults.server_error(POST, times=None)
    stage.press("Ask a lead")
    stage.workspace.wait_for(lambda: letters.to(LEAD_ONE))
    said = " ".join(text for _, text in letters.kept)
    for never in ("marker", "Staff", "Lead one", "School", "U0STAFF", "Possibly", "risk"):
        assert never not in said
