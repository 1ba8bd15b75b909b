"""The clock of the bot's machine is wrong for a while: people are asked in time all the same, and the jump is named."""

import logging
from datetime import datetime, timedelta

import pytest

from bot.findings import Condition
from flows.case import CaseStatus
from flows.events import EventKind
from storage import cases
from tests.harness import HARM, POSSIBLY, Stage, card_of, page_of, press_on
from tests.mail import LEAD_ONE, MailServer

RUNG = timedelta(minutes=15)
HOURS, YEAR = 8 * 3600, 366 * 24 * 3600


def _due(stage: Stage) -> datetime:
    """When people are asked next."""
    with stage.bot.services.database.read() as tx:
        (timer,) = cases.timers(tx)
    assert timer.next_page_at is not None
    return timer.next_page_at


def _set_wrong(stage: Stage, seconds: float) -> None:
    """Let the clock of the bot's machine be wrong by so much, 0 for right, and everything that it brings happen."""
    stage.workspace.clock.set_machine_wrong(seconds)
    stage.settle()


def _away_and_back(stage: Stage, seconds: float) -> None:
    """The clock is wrong for one turn of the scheduler, then right."""
    _set_wrong(stage, seconds)
    _set_wrong(stage, 0)


@pytest.mark.parametrize("seconds", [HOURS, YEAR, 3600, -3600], ids=["8 hours", "a year", "an hour", "an hour back"])
def test_a_clock_that_is_wrong_for_a_moment_delays_no_ask(stage: Stage, seconds: float) -> None:
    """Cases: wall clock +8 h for 2 s, then right: the next ask comes within its rung, not in 8 h 15 min."""
    stage.begin()
    stage.answer(*HARM)
    stage.settle()
    _away_and_back(stage, seconds)
    now = stage.bot.services.clock.now()
    assert _due(stage) <= now + RUNG
    before = stage.events()[EventKind.ASKED_AGAIN]
    stage.pass_time(minutes=15, seconds=1)
    assert stage.events()[EventKind.ASKED_AGAIN] == before + 1


def test_what_was_raised_while_the_clock_was_ahead_is_asked_in_time(stage: Stage) -> None:
    """Its stamps lie ahead, and so does its next ask, until the clock is right: then they are put right."""
    _set_wrong(stage, HOURS)
    stage.begin()
    stage.answer(*HARM)
    stage.settle()
    _set_wrong(stage, 0)
    now = stage.bot.services.clock.now()
    case = stage.case()
    assert case is not None
    assert case.asked_at <= now
    assert _due(stage) <= now + RUNG
    assert EventKind.TIMES_PUT_RIGHT in stage.events()
    stage.pass_time(minutes=15, seconds=1)
    assert EventKind.ASKED_AGAIN in stage.events()


def test_a_worry_raised_while_the_clock_was_ahead_waits_for_its_own_rung(stage: Stage) -> None:
    """P2: an hour of the daytime from when it was raised, by the clock as it is now."""
    _set_wrong(stage, HOURS)
    stage.begin()
    stage.answer(*POSSIBLY)
    stage.press("Ask a lead")
    _set_wrong(stage, 0)
    services = stage.bot.services
    now = services.clock.now()
    assert _due(stage) <= services.roster.daytime.after(now, timedelta(hours=1))


def test_a_restart_between_the_jump_and_the_right_time_finds_what_lies_ahead(stage: Stage) -> None:
    """The new process saw no jump: a stamp that lies ahead is enough."""
    _set_wrong(stage, HOURS)
    stage.begin()
    stage.answer(*HARM)
    stage.settle()
    stage.stop_bot()
    stage.workspace.clock.set_machine_wrong(0)
    stage.start_bot()
    assert _due(stage) <= stage.bot.services.clock.now() + RUNG


def test_a_draft_left_while_the_clock_was_ahead_is_told_of_in_time(stage: Stage) -> None:
    """S1 yes and then nothing: the leads are asked a minute later, not 8 hours and a minute later (I12)."""
    _set_wrong(stage, HOURS)
    stage.begin()
    stage.answer("Yes")
    stage.settle()
    _set_wrong(stage, 0)
    stage.pass_time(minutes=1, seconds=1)
    case = stage.case()
    assert case is not None
    assert case.status is CaseStatus.OPEN


def test_a_lead_may_ask_again_although_the_last_ask_lies_ahead(stage: Stage) -> None:
    """An ask that lies ahead is no double click of this one."""
    stage.begin()
    stage.answer(*HARM)
    stage.lead()
    _set_wrong(stage, HOURS)
    press_on(stage.lead_one, "Page again", page_of(stage.lead_one))
    stage.settle()
    _set_wrong(stage, 0)
    before = stage.events()[EventKind.PAGED_AGAIN]
    stage.pass_time(minutes=2)
    assert press_on(stage.lead_one, "Page again", page_of(stage.lead_one)).acked
    stage.settle()
    assert stage.events()[EventKind.PAGED_AGAIN] == before + 1


def test_the_jump_is_named_in_log_and_alarm(
    stage_with_mail: Stage, letters: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    """A clock that went back is a condition: everybody is told, and the heartbeat rests."""
    stage = stage_with_mail
    stage.begin()
    stage.answer(*HARM)
    stage.settle()
    with caplog.at_level(logging.WARNING):
        _away_and_back(stage, HOURS)
    assert any("the clock jumped by -288" in line for line in caplog.messages)
    stage.bot.auditor.turn()
    assert Condition.CLOCK_JUMPED in stage.bot.services.conditions.present
    stage.workspace.wait_for(lambda: any("machine jumped" in letter for letter in letters.to(LEAD_ONE)))


def test_a_clock_that_only_went_forward_is_no_alarm(stage: Stage) -> None:
    """A machine that slept: what is due happens now, and Slack's clock agrees."""
    stage.pass_time(hours=8)
    stage.bot.auditor.turn()
    stage.bot.auditor.turn()
    assert stage.bot.services.conditions.present == set()


def test_a_clock_that_differs_from_slacks_is_a_condition_at_the_second_look(stage: Stage) -> None:
    """Slack's Date header is the only other clock that the bot can see."""
    _set_wrong(stage, 600)
    stage.bot.auditor.turn()
    assert stage.bot.services.conditions.present == set()
    stage.bot.auditor.turn()
    assert stage.bot.services.conditions.present == {Condition.CLOCK_WRONG}


def test_a_due_time_beyond_its_rung_is_brought_forward_within_a_minute(stage: Stage) -> None:
    """Whatever put it there: the look of the scheduler finds it, and the auditor names it."""
    stage.begin()
    stage.answer(*HARM)
    stage.settle()
    with stage.bot.services.database.begin() as tx:
        cases.save(tx, stage.check().id, next_page_at=datetime.fromisoformat("2036-01-01T00:00:00+00:00"))
    stage.bot.scheduler.look_at_due_times()
    assert _due(stage) <= stage.bot.services.clock.now() + RUNG
    stage.bot.auditor.turn()
    assert stage.bot.services.conditions.present == {Condition.CLOCK_JUMPED}


def test_a_year_ahead_for_a_moment_makes_no_digests_and_cuts_nothing(stage: Stage) -> None:
    """Thirteen digests of weeks that have not been, and a card of today cut because it is old."""
    stage.begin()
    stage.settle()
    before = stage.staff.buttons(card_of(stage.staff))
    _away_and_back(stage, YEAR)
    assert stage.staff.buttons(card_of(stage.staff)) == before
    assert not [each for each in stage.workspace.slack.world.messages if "weekly digest" in each.text]
