"""Rows changed by plain SQL: the running bot finds each by its own look, alarms, and goes by what the record says."""

from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.findings import Condition
from flows.case import CaseStatus
from flows.events import EventKind
from sandbox.client.people import Person
from storage.tables import metadata
from tests.harness import HARM, LEADS, Stage, on_every_stage, words_of

ALARM = "share-check's database was changed by somebody else."
ON_CASE = "UPDATE cases SET {}"
ON_CHECK = "UPDATE checks SET {} WHERE reporter = 'U0STAFF'"
ON_PAGE = "UPDATE outbox SET {} WHERE what = 'page' AND target <> 'C0LEADS'"

MANIPULATIONS: Mapping[str, str] = {
    "asked next in ten years": ON_CASE.format("next_page_at = '2036-01-01 00:00:00'"),
    "asked next in a day": ON_CASE.format("next_page_at = '2027-01-01 00:00:00'"),
    "called practice": ON_CHECK.format("is_drill = true"),
    "called closed": ON_CASE.format("status = 'closed', closed_at = raised_at, next_page_at = NULL"),
    "check called closed": ON_CHECK.format("status = 'closed'"),
    "check called a draft": ON_CHECK.format("status = 'shelved'"),
    "led by somebody": ON_CASE.format("status = 'led', led_by = 'lead_two', led_at = raised_at"),
    "called less urgent": ON_CASE.format("urgency = 'P3'"),
    "called decided": ON_CASE.format("decision = 'no_further_action'"),
    "called agreed": ON_CASE.format("plan_round = 1, plan_stands = true, reporter_agreed_at = raised_at"),
    "called shared": ON_CASE.format("shared = 'recorded'"),
    "a question that waits": ON_CASE.format("waiting_for_answer = true"),
    "on hold": ON_CHECK.format("held_at = started_at"),
    "kept until later": ON_CHECK.format("keep_until = '2036-01-01 00:00:00'"),
    "level lowered": ON_CHECK.format("level = 0"),
    "asked for a lead": ON_CHECK.format("asked_lead = true"),
    "a lead left out": "INSERT INTO left_out (check_id, person, stepped_aside, slack)"
    " SELECT check_id, 'lead_one', false, 'U0LEAD1' FROM cases",
    "approved for deletion": "INSERT INTO deletions (check_id, approved_by, approved_at, is_private)"
    " SELECT check_id, 'U0LEAD1', raised_at, false FROM cases",
    "case deleted": "DELETE FROM asked; DELETE FROM cases",
    "pages deleted": "DELETE FROM outbox WHERE what = 'page'",
    "pages for nobody": ON_PAGE.format("target = 'U0STAFF2', ts = NULL, due_at = NULL"),
    "another reporter": ON_CHECK.format("reporter = 'U0STAFF2'"),
    "no key": ON_CHECK.format("wrapped_key = ''"),
}


def everything_shown(person: Person) -> list[str]:
    return [words_of(each) for each in person.messages()]


def _do(stage: Stage, statements: str) -> None:
    with stage.bot.services.database.begin() as tx:
        for each in statements.split("; "):
            tx.execute(text(each))


def _look(stage: Stage) -> None:
    """Let the hour go by in which the bot looks of itself, and the minute in which it tells."""
    _look_at_what_does_not_open(stage)
    stage.settle()


def _look_at_what_does_not_open(stage: Stage) -> None:
    """The same without waiting until nothing is due: messages of such a check are tried again for ever."""
    stage.forward(minutes=31)
    stage.bot.auditor.turn()
    stage.bot.auditor.turn()


def _alarmed(person: Person) -> bool:
    return any(ALARM in words for words in everything_shown(person))


@pytest.fixture
def case(stage: Stage) -> str:
    """An urgent case that nobody leads, and an alarm about nothing."""
    stage.begin()
    stage.answer(*HARM)
    _look(stage)
    assert not _alarmed(stage.independent)
    return stage.check().id


def test_nothing_differs_in_a_case_from_start_to_end(stage: Stage) -> None:
    """The record says the same as the tables, after every step that people take."""
    stage.begin()
    stage.answer(*HARM)
    for step in _whole_story(stage):
        step()
        _look(stage)
        assert Condition.RECORD_DIFFERS not in stage.bot.services.conditions.present, step
    assert EventKind.TABLES_PUT_RIGHT not in stage.events()


def _whole_story(stage: Stage) -> tuple[Callable[[], object], ...]:
    return (
        stage.lead,
        stage.plan,
        lambda: stage.staff.press("I agree"),
        stage.record_sharing,
    )


@pytest.mark.parametrize("what", MANIPULATIONS)
def test_what_is_changed_in_the_tables_is_found_within_the_hour(stage: Stage, case: str, what: str) -> None:
    """Who is told, when, or what is open: the heartbeat stops, and those who may know of the check hear of it."""
    _do(stage, MANIPULATIONS[what])
    _look_at_what_does_not_open(stage)
    assert case
    assert Condition.RECORD_DIFFERS in stage.bot.services.conditions.present
    stage.workspace.wait_for(lambda: _alarmed(stage.independent))
    assert not _alarmed(stage.colleague)


@on_every_stage
def test_what_the_record_says_is_put_right(stage: Stage, case: str) -> None:
    """The next people are asked within their rung, whatever stood in the table for an hour."""
    _do(stage, MANIPULATIONS["led by somebody"])
    _do(stage, MANIPULATIONS["asked next in ten years"])
    _do(stage, MANIPULATIONS["called practice"])
    _look(stage)
    stage.pass_time(minutes=1)
    found = stage.case()
    assert found is not None
    assert found.status is CaseStatus.OPEN
    assert found.led_by is None
    assert not found.check.is_drill
    with stage.bot.services.database.read() as tx:
        row = tx.execute(metadata.tables["cases"].select()).one()
    assert row.next_page_at < stage.bot.services.clock.now() + timedelta(hours=1)
    assert case == found.check.id


def test_a_trigger_that_stamps_pages_makes_the_card_say_nothing(stage: Stage) -> None:
    """Only the record makes the card say who was told; what only the table calls sent goes out at once."""
    _do(
        stage,
        "CREATE TRIGGER silence AFTER INSERT ON outbox WHEN NEW.what = 'page' BEGIN UPDATE outbox SET"
        " due_at = NULL, delivered_at = NEW.created_at, ts = '1700000000.000100', channel = NEW.target"
        " WHERE id = NEW.id;END",
    )
    stage.begin()
    stage.answer(*HARM)
    stage.settle()
    assert stage.pages("U0LEAD1")
    assert "U0LEAD1" in stage.paged()
    _look(stage)
    assert _alarmed(stage.independent)


def test_answers_of_another_check_are_found(stage: Stage, case: str) -> None:
    """They do not open, and the hourly look says so."""
    stage.begin(stage.colleague)
    other = stage.checks()[-1].id
    move = "UPDATE checks SET sealed_answers = (SELECT sealed_answers FROM checks WHERE id = '{}') WHERE id = '{}'"
    _do(stage, move.format(other, case))
    _look_at_what_does_not_open(stage)
    assert Condition.RECORD_DIFFERS in stage.bot.services.conditions.present


@pytest.mark.parametrize(
    "lifted",
    [
        "DELETE FROM events WHERE what = 'raised'",
        "DELETE FROM events WHERE what = 'answered'",
        "UPDATE events SET who = 'U0LEAD2' WHERE what = 'started'",
        "DELETE FROM seals",
        "UPDATE seals SET listed = ''",
    ],
)
def test_what_is_done_to_the_record_is_found(stage: Stage, case: str, lifted: str) -> None:
    """Whoever lifts what keeps the record append-only is found out by the bot itself."""
    with stage.bot.services.database.begin() as tx:
        for trigger in tx.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            tx.execute(text(f'DROP TRIGGER "{trigger}"'))
        tx.execute(text(lifted))
    _look(stage)
    present = stage.bot.services.conditions.present
    assert Condition.RECORD_DIFFERS in present or stage.bot.services.chain.is_broken
    assert case


def test_a_left_out_lead_hears_of_no_alarm(stage: Stage) -> None:
    """Neither in the channel nor by themselves: the alarm would tell them that there is a check."""
    stage.begin()
    stage.answer("No")
    stage.leave_out("Lead one")
    stage.answer("No", "Yes")
    _look(stage)
    _do(stage, ON_CASE.format("dm_only = false"))
    _look(stage)
    assert _alarmed(stage.independent)
    assert not _alarmed(stage.lead_one)
    assert not any(ALARM in words_of(each) for each in stage.workspace.slack.world.messages if each.channel == LEADS)
