"""Somebody's account is closed while a case is open: nothing waits for them, and those who can help know (I32)."""

import pytest

from bot.cases.schedule import PageWatch
from bot.cover.schedule import AccountWatch
from flows.events import EventKind, OutboxKind
from storage import cover, outbox
from tests.harness import CLEAR, LEADS, NO_CONSENT, POSSIBLY, Stage, card_of, page_of, words_of

GONE = "The staff member can answer here no more. What waited for them waits for a lead now."


def _look(stage: Stage) -> None:
    """Ask Slack about everybody, as the auditor does each hour and at start."""
    AccountWatch(stage.bot.services, stage.bot.app.client).turn()
    stage.settle()


@pytest.mark.parametrize("step", ["open", "led", "planned"])
def test_the_leads_are_told_at_once_that_the_reporter_has_left(stage: Stage, step: str) -> None:
    """At each point of a case; said once, and taken back where the account works again."""
    stage.finish(*POSSIBLY, *NO_CONSENT, *CLEAR, "Yes")
    if step != "open":
        stage.lead()
    if step == "planned":
        stage.plan()
    stage.workspace.change_person("U0STAFF", deactivated=True)
    _look(stage)
    _look(stage)
    assert sum(GONE in words for words in in_channel(stage)) == 1
    assert stage.events()[EventKind.REPORTER_GONE] == 1
    assert "can answer here no more." in words_of(page_of(stage.lead_one, LEADS))
    if step == "planned":
        stage.pass_time(hours=72)
        assert stage.events()[EventKind.PLAN_WAITS] == 0
        assert stage.events()[EventKind.PLAN_REMINDED] > 1
    stage.workspace.change_person("U0STAFF", deactivated=False)
    _look(stage)
    assert "can answer here no more" not in words_of(page_of(stage.lead_one, LEADS))


def test_a_lead_who_leaves_gives_the_case_back_to_be_asked_for(stage: Stage) -> None:
    stage.finish(*POSSIBLY, *NO_CONSENT, *CLEAR, "Yes")
    stage.lead()
    stage.workspace.change_person("U0LEAD1", deactivated=True)
    _look(stage)
    case = stage.case()
    assert case is not None
    assert case.led_by is None
    assert any("Whoever led this can answer no more." in words for words in in_channel(stage))
    stage.lead(stage.lead_two)


def test_a_closed_account_is_noticed_at_once_without_a_look(stage: Stage) -> None:
    """Slack says that an account has changed: both leads' are closed, and the deputy is asked now; the card says so."""
    stage.finish(*POSSIBLY, *NO_CONSENT, *CLEAR, "Yes")
    assert "I have told Lead one and Lead two" in words_of(card_of(stage.staff))
    for lead in ("U0LEAD1", "U0LEAD2"):
        stage.workspace.change_person(lead, deactivated=True)
    stage.staff.wait_for(lambda: "I have told Deputy" in words_of(card_of(stage.staff)))
    shown = words_of(card_of(stage.staff))
    assert "Those I asked before can answer no more, so I ask others." in shown
    assert "Lead one" not in shown
    assert "Lead two" not in shown
    stage.workspace.change_person("U0STAFF", deactivated=True)
    stage.lead_two.wait_for(lambda: "can answer here no more." in words_of(stage.pages("U0DEPUTY")[-1]))


def test_a_lead_who_goes_away_is_on_no_card_any_more(stage: Stage) -> None:
    """Set by another lead on the Home tab: the case is offered to the others within a second."""
    stage.finish(*POSSIBLY, *NO_CONSENT, *CLEAR, "Yes")
    stage.lead()
    assert "Lead one is on it" in words_of(card_of(stage.staff))
    stage.forward(minutes=1)
    today = stage.bot.services.roster.week.day_of(stage.bot.services.clock.now())
    with stage.bot.services.write() as tx:
        cover.set_away(tx, "lead-1", today, today, by="U0LEAD2", now=stage.bot.services.clock.now(), request="r1")
    stage.staff.wait_for(lambda: "I have told Lead two" in words_of(card_of(stage.staff)))
    shown = words_of(card_of(stage.staff))
    assert "Whoever was on it can answer no more, so I ask others." in shown
    assert "Lead one" not in shown
    assert any("needs another lead" in words_of(message) for message in stage.staff.dm)


def in_channel(stage: Stage) -> list[str]:
    """Every line in the leads' channel."""
    return [words_of(message) for message in stage.lead_two.messages(LEADS)]


def test_a_page_that_somebody_deleted_is_posted_anew_and_until_then_tells_nobody(stage: Stage) -> None:
    """Noticed at the next look, though nothing of the case has changed; Slack does not take it at once."""
    stage.finish(*POSSIBLY, *NO_CONSENT, *CLEAR, "Yes")
    for lead in ("U0LEAD1", "U0LEAD2"):
        stage.pages(lead)[-1].deleted = True
    stage.workspace.faults.error("chat.postMessage", "channel_not_found", times=None)
    watch = PageWatch(stage.bot.services)
    watch.turn()
    stage.staff.wait_for(lambda: "could not reach" in words_of(card_of(stage.staff)))
    assert "I have told" not in words_of(card_of(stage.staff))
    stage.workspace.faults.clear()
    stage.forward(minutes=1)
    stage.settle()
    assert [len(stage.pages(lead)) for lead in ("U0LEAD1", "U0LEAD2")] == [1, 1]
    assert "I have told Lead one and Lead two" in words_of(card_of(stage.staff))
    assert "This is late" not in words_of(page_of(stage.lead_one))
    watch.turn()
    stage.settle()
    assert [len(stage.pages(lead)) for lead in ("U0LEAD1", "U0LEAD2")] == [1, 1]


def test_the_page_of_whoever_leads_is_posted_anew_too(stage: Stage) -> None:
    """They need its buttons."""
    stage.finish(*POSSIBLY, *NO_CONSENT, *CLEAR, "Yes")
    stage.lead()
    stage.workspace.wait_for(lambda: "Agree plan" in stage.lead_one.buttons(stage.pages("U0LEAD1")[-1]))
    stage.pass_time(seconds=5)  # edits of one message are gathered for a moment
    stage.pages("U0LEAD1")[-1].deleted = True
    for _minute in range(5):  # the look at standing pages comes each minute; one may meet an edit under way
        if not stage.pages("U0LEAD1"):
            with stage.bot.services.write() as tx:
                outbox.force_resend(tx, stage.check().id, OutboxKind.PAGE)
                outbox.mark_due(tx, stage.check().id, stage.bot.services.clock.now(), OutboxKind.PAGE)
            stage.pass_time(seconds=60)
    assert len(stage.pages("U0LEAD1")) == 1
    assert "Agree plan" in stage.lead_one.buttons(stage.pages("U0LEAD1")[-1])
