"""Tokens and keys are changed while somebody needs a lead: no page is lost, and none goes out twice."""

from dataclasses import replace

from cryptography.fernet import Fernet
from pydantic import SecretStr
from sqlalchemy import select

from storage.tables import outbox
from tests.harness import HARM, LEADS, Stage, card_of, words_of

NEW_BOT, NEW_APP = "xoxb-after-the-change", "xapp-after-the-change"


def _revoke(stage: Stage) -> None:
    """Slack knows only the new tokens from now on; a connection that is open stays."""
    core = stage.workspace.slack
    core.options = replace(core.options, bot_token=NEW_BOT, app_token=NEW_APP)


def _restart(stage: Stage, **changed: object) -> None:
    """As somebody does who has written something new into .env."""
    stage.stop_bot()
    stage.settings = stage.settings.model_copy(update=changed)
    stage.start_bot()
    stage.settle()


def test_a_page_that_slack_refuses_for_a_revoked_token_goes_out_with_the_new_one(stage: Stage) -> None:
    """Between revoking and restarting nothing is lost: the press is ticked off, the page waits, and goes out once."""
    stage.begin()
    stage.answer(*HARM[:-1])
    _revoke(stage)
    assert stage.staff.press("Yes", card_of(stage.staff)).acked
    stage.workspace.wait_for(lambda: "invalid_auth" in str(_errors(stage)))
    assert stage.pages() == []
    _restart(stage, bot_token=SecretStr(NEW_BOT), app_token=SecretStr(NEW_APP))
    stage.pass_time(minutes=2)
    assert stage.paged() == {LEADS, "U0LEAD1", "U0LEAD2"}
    assert len(stage.pages()) == len(stage.pages("U0LEAD1")) == 1
    assert "I have told Lead one and Lead two" in words_of(card_of(stage.staff))
    complaints = stage.workspace.complaints
    assert {each.partition(": ")[2] for each in complaints} == {"invalid_auth"}
    complaints.clear()


def test_with_a_new_key_in_front_an_open_case_goes_on(stage: Stage) -> None:
    """The old key opens what was there; the new one seals what comes."""
    stage.begin()
    stage.answer(*HARM)
    old = stage.settings.keys
    _restart(stage, keys=(SecretStr(Fernet.generate_key().decode()), *old))
    assert stage.paged() == {LEADS, "U0LEAD1", "U0LEAD2"}
    stage.lead()
    stage.begin(stage.colleague)
    stage.answer(*HARM, who=stage.colleague)
    stage.settle()
    assert len(stage.pages()) == 2


def _errors(stage: Stage) -> list[str]:
    with stage.bot.services.database.read() as tx:
        return [str(error) for error in tx.scalars(select(outbox.c.last_error))]
