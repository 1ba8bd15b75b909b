"""Somebody's account is closed while a case is open: nothing waits for them, and those who can help know (I32)."""

import pytest

from bot.cover.schedule import look_for_closed_accounts
from flows.events import EventKind
from tests.harness import CLEAR, LEADS, NO_CONSENT, POSSIBLY, Stage, page_of, words_of

GONE = "The staff member's account is closed. What waited for them waits for a lead now."


def _look(stage: Stage) -> None:
    """Ask Slack about everybody, as the auditor does each hour and at start."""
    look_for_closed_accounts(stage.bot.services, stage.bot.app.client)
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
    assert "has left: their account is closed." in words_of(page_of(stage.lead_one, LEADS))
    if step == "planned":
        stage.pass_time(hours=72)
        assert stage.events()[EventKind.PLAN_WAITS] == 0
        assert stage.events()[EventKind.PLAN_REMINDED] > 1
    stage.workspace.change_person("U0STAFF", deactivated=False)
    _look(stage)
    assert "has left" not in words_of(page_of(stage.lead_one, LEADS))


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


def in_channel(stage: Stage) -> list[str]:
    """Every line in the leads' channel."""
    return [words_of(message) for message in stage.lead_two.messages(LEADS)]
