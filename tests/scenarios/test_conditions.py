"""What keeps every page from arriving is said to everybody within two minutes, by a way that works."""

from sqlite3 import OperationalError

import pytest
from sqlalchemy import event, text

from bot.doctor import records
from bot.findings import Condition, State
from sandbox.state.models import SlackMessage
from storage.errors import DatabaseAway
from tests.harness import HARM, LEADS, Stage, words_of
from tests.mail import LEAD_ONE, LEAD_TWO, MailServer

OPEN_SLACK = "pages may not arrive"
ALARM = "share-check needs help: pages may not arrive."
OVER = "Pages might not have arrived for a while. That is over."


@pytest.fixture
def stage(stage_with_mail: Stage) -> Stage:
    return stage_with_mail


def _audit(stage: Stage) -> None:
    stage.bot.auditor.turn()
    stage.settle()


def _alarms(stage: Stage, where: str) -> list[str]:
    found: list[SlackMessage] = [each for each in stage.workspace.slack.world.messages if each.channel == where]
    return [words_of(each) for each in found if not each.deleted and each.posted in (ALARM, OVER)]


def test_a_revoked_token_is_told_by_mail_and_is_over_once_slack_takes_it(stage: Stage, letters: MailServer) -> None:
    """Slack takes nothing, so the other ways carry it; the alarm in Slack never says what is not true any more."""
    stage.workspace.faults.error("*", "token_revoked", times=None)
    stage.bot.auditor.turn()
    stage.workspace.wait_for(lambda: letters.to(LEAD_ONE) and letters.to(LEAD_TWO))
    (letter,) = letters.to(LEAD_ONE)
    assert OPEN_SLACK in letter
    assert "Slack does not take share-check's token any more" in letter
    stage.bot.auditor.turn()
    assert stage.bot.services.conditions.present == {"token_refused"}

    stage.workspace.faults.clear()
    stage.settle()  # what is on its way arrives before the clock jumps past its lease
    stage.pass_time(minutes=2)
    _audit(stage)
    assert stage.bot.services.conditions.present == set()
    assert not [words for words in _alarms(stage, LEADS) if words != OVER]
    assert letters.to(LEAD_ONE) == [letter]


def test_slack_away_for_a_moment_is_no_alarm_and_for_two_looks_it_is(stage: Stage, letters: MailServer) -> None:
    """Slack hiccups daily; an outage of minutes leaves leads without pages."""
    stage.workspace.faults.server_error("*", times=None)
    stage.bot.auditor.turn()
    assert stage.bot.services.conditions.present == set()
    stage.bot.auditor.turn()
    stage.workspace.wait_for(lambda: letters.to(LEAD_ONE))
    assert "Slack does not answer." in letters.to(LEAD_ONE)[0]
    stage.workspace.faults.clear()


def test_nothing_is_posted_to_a_channel_that_became_public(stage: Stage) -> None:
    """Everybody in the workspace could read who raised a check and when: the leads are asked directly."""
    stage.workspace.slack.world.channels[LEADS].kind = "public"
    stage.workspace.faults.error("conversations.info", "missing_scope", times=None)
    stage.bot.auditor.turn()
    assert stage.bot.services.conditions.present == {"channel_public"}
    stage.begin()
    stage.answer(*HARM)
    stage.workspace.wait_for(lambda: stage.pages("U0LEAD1") and stage.pages("U0LEAD2"))
    assert stage.pages(LEADS) == []
    assert any("The leads' channel is public" in words for words in _alarms(stage, "D0LEAD1"))

    stage.workspace.slack.world.channels[LEADS].kind = "private"
    stage.workspace.faults.clear()
    stage.bot.auditor.turn()
    stage.pass_time(minutes=2)
    assert stage.pages(LEADS)


def test_a_bot_that_was_taken_out_of_the_leads_channel_says_so(stage: Stage) -> None:
    """A quiet week would end without a digest, and nobody would know."""
    stage.workspace.leave(LEADS, stage.workspace.slack.world.bot_user)
    _audit(stage)
    (words,) = _alarms(stage, "D0LEAD1")
    assert "share-check is not in the leads' channel" in words
    assert "/invite @share-check" in words


def test_a_database_that_takes_no_writes_is_told_past_the_outbox(stage: Stage, letters: MailServer) -> None:
    """A full disk: presses fail in true words, and without this nobody would hear that no page is timed."""
    engine = stage.bot.services.database.engine

    def full(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.lstrip().upper().startswith(("UPDATE", "INSERT")):
            raise OperationalError("disk I/O error")

    event.listen(engine, "before_cursor_execute", full)
    try:
        with pytest.raises(DatabaseAway):
            stage.bot.auditor.turn()
    finally:
        event.remove(engine, "before_cursor_execute", full)
    assert "share-check cannot save anything" in letters.to(LEAD_ONE)[0]
    assert any("cannot save anything" in words for words in _alarms(stage, "D0LEAD1"))


def test_a_trigger_that_was_planted_is_told_past_the_outbox_that_it_empties(stage: Stage, letters: MailServer) -> None:
    """Whoever may write to the database needs no key to stop every page; and only our own tables say it was sent."""
    database = stage.bot.services.database
    with database.begin() as tx:
        tx.execute(text("CREATE TRIGGER hush AFTER INSERT ON outbox BEGIN DELETE FROM outbox WHERE id = NEW.id; END"))
    stage.bot.auditor.turn()
    stage.workspace.wait_for(lambda: letters.to(LEAD_ONE) and letters.to(LEAD_TWO))
    assert "changed share-check's database from outside" in letters.to(LEAD_ONE)[0]
    assert any("changed share-check's database from outside" in words for words in _alarms(stage, LEADS))
    assert stage.bot.services.conditions.present == {"tables_changed"}
    found = records.database(database)
    assert (found.state, found.condition) == (State.FATAL, Condition.DATABASE_CHANGED)
    assert "trigger hush" in found.words
    with database.begin() as tx:
        tx.execute(text("DROP TRIGGER hush"))
    stage.bot.auditor.turn()
    assert stage.bot.services.conditions.present == set()
