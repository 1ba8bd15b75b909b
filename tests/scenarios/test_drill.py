"""share-check drill says what became of the practice page, and ends accordingly."""

import pytest
from click.testing import CliRunner, Result

from bot.cli import drill
from bot.cli.main import main
from bot.exit_codes import Exit
from tests.harness import LEADS, Stage, command_settings


def _drill(stage: Stage) -> Result:
    result = CliRunner().invoke(main, ["drill"], env=command_settings(stage))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def test_a_drill_beside_the_running_bot_says_once_slack_has_it(stage: Stage) -> None:
    """Done means that the page is in Slack."""
    stage.bot.scheduler.turn()
    done = _drill(stage)
    assert done.exit_code == Exit.DONE, done.output
    assert "Slack has it" in done.output
    assert LEADS in stage.paged()


def test_a_drill_with_no_bot_running_says_that_nothing_was_sent_and_makes_no_page(stage: Stage) -> None:
    """Nobody is surprised by a practice page hours later, when the bot starts."""
    stage.stop_bot()
    stage.forward(minutes=5)
    refused = _drill(stage)
    assert refused.exit_code == Exit.NOT_NOW, refused.output
    assert "sent no practice page" in refused.output
    assert "No bot is running with this database, so nothing is sent" in refused.output
    assert "No page was made" in refused.output
    stage.start_bot()
    stage.settle()
    assert stage.checks() == []


def test_a_drill_that_slack_does_not_take_is_not_called_done(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """While Slack is down the page waits, and the command says so."""
    monkeypatch.setattr(drill, "SENT_WITHIN", 0.0)
    stage.bot.scheduler.turn()
    stage.workspace.faults.refuse(times=None)
    refused = _drill(stage)
    assert refused.exit_code == Exit.NOT_NOW, refused.output
    assert "Slack does not have it after 0 seconds" in refused.output
    assert "tried again" in refused.output
    stage.workspace.faults.clear()
