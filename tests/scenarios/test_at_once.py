"""The same person comes in twice at one moment: two fingers, or Slack and its own repeat."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import func, select

from storage.tables import checks
from tests.harness import Stage, on_every_stage


@on_every_stage
def test_two_commands_at_the_same_moment_open_one_check(stage: Stage) -> None:
    """A second draft would be a second card, and half of the answers in each."""
    stage.begin(stage.colleague)  # whoever is seen for the first time is asked for first
    with ThreadPoolExecutor(4) as fingers:
        done = list(fingers.map(lambda _: stage.staff.command("/share-check"), range(4)))
    assert all(each.acked for each in done)
    stage.settle()
    with stage.bot.services.database.read() as tx:
        assert tx.scalar(select(func.count()).where(checks.c.reporter == "U0STAFF")) == 1
