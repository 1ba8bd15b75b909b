"""The weekly digest, through the real bot: sent once, with what its readers may know, whatever becomes of Slack."""

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, time
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.config.organisation import example_organisation_path, load_organisation
from bot.digest.schedule import Digests
from flows.events import OutboxKind
from flows.reports.figures import Week
from sandbox.state.models import SlackMessage
from storage.proof import bundle
from storage.proof.verify import judge
from storage.tables import outbox
from tests import harness
from tests.harness import HARM, LEADS, Stage, on_every_stage, sees_nothing, words_of

TEXT = "The weekly digest for safeguarding leads is here. Open Slack to read it."
OWN = "There is a line for you beside the weekly digest. Open Slack to read it."


def _now(stage: Stage) -> datetime:
    return stage.bot.services.clock.now()


def _this_week(stage: Stage) -> Week:
    return Week.of(stage.bot.services.roster.week.day_of(_now(stage)))


def to_monday(stage: Stage, hour: int = 8, minute: int = 31) -> None:
    """The next Monday, at this time in the organisation's zone."""
    zone = stage.bot.services.organisation.zone
    monday = _this_week(stage).following.first
    wanted = datetime(monday.year, monday.month, monday.day, hour, minute, tzinfo=zone)
    stage.forward(seconds=(wanted - _now(stage)).total_seconds())
    stage.settle()


def _sent(stage: Stage, text: str = TEXT, channel: str = LEADS) -> list[SlackMessage]:
    return [one for one in stage.workspace.slack.world.messages if one.text == text and one.channel == channel]


def _kinds(message: SlackMessage) -> Sequence[str]:
    return [block["type"] for block in message.blocks]


@on_every_stage
def test_on_monday_the_leads_read_what_happened(stage: Stage) -> None:
    """Once, at half past eight, with pictures; and again a week later, although nothing happened."""
    stage.begin()
    stage.answer(*HARM)
    stage.settle()
    stage.lead()
    week = _this_week(stage)
    to_monday(stage, 8, 29)
    assert _sent(stage) == []
    stage.pass_time(minutes=2)
    (first,) = _sent(stage)
    said = words_of(first)
    assert week.words in said
    assert "1 check was started; 1 came to a lead." in said
    assert "data_table" in _kinds(first)
    stage.pass_time(hours=2)
    assert len(_sent(stage)) == 1
    to_monday(stage)
    assert len(_sent(stage)) == 2
    assert "No checks were started, 1 fewer than the week before; none came to a lead." in words_of(_sent(stage)[-1])
    assert _kinds(_sent(stage)[-1]).count("data_visualization") == 1


def test_a_workspace_that_refuses_pictures_gets_the_same_figures_in_words(stage: Stage) -> None:
    """One message, and nothing in it is missing."""
    stage.workspace.faults.no_charts()
    stage.begin()
    stage.answer(*HARM)
    stage.settle()
    stage.lead()
    to_monday(stage)
    to_monday(stage)
    first, second = _sent(stage)
    for message in (first, second):
        assert not {"data_table", "data_visualization"} & set(_kinds(message))
    assert "Checks started: 1 (average of 1 week 1.0)" in words_of(first)
    assert "Checks started: 0 (week before 1; average of 2 weeks 0.5)" in words_of(second)
    assert "started 1, finished 0, came to a lead 1" in words_of(second)


def test_after_a_missed_monday_it_is_sent_late_and_says_so(stage: Stage) -> None:
    """Nobody was there for sixteen days: each week is told of, in their order, once."""
    week = _this_week(stage)
    stage.stop_bot()
    stage.workspace.forward(16 * 24 * 3600)
    stage.start_bot()
    stage.settle()
    now = _this_week(stage)
    missed = []
    while week < now:
        missed.append(week)
        week = week.following
    stage.pass_time(seconds=30)
    stage.pass_time(seconds=30)
    said = [words_of(message) for message in _sent(stage)]
    assert [one.splitlines()[0] for one in said] == [each.words for each in missed]
    assert all("*This digest is late.* It was due on Monday " in one for one in said)
    stage.pass_time(hours=2)
    stage.stop_bot()
    stage.start_bot()
    stage.settle()
    assert len(_sent(stage)) == len(missed)


def test_a_conflict_is_told_of_to_those_alone_who_may_know(stage: Stage) -> None:
    """I23: the shared digest reads as in an empty week; the lead who is left out finds no trace of anything else."""
    stage.begin()
    stage.answer("No")
    stage.leave_out("Lead one")
    stage.answer("No", "Yes")
    stage.settle()
    assert sees_nothing(stage.lead_one)
    to_monday(stage)
    (digest,) = _sent(stage)
    said = words_of(digest)
    assert "No checks were started; none came to a lead." in said
    assert "Nothing. No case is open." in said
    assert "No misses" in said
    own = {user: _sent(stage, OWN, f"D{user[1:]}") for user in ("U0LEAD1", "U0LEAD2", "U0INDEP", "U0DEPUTY")}
    assert {user: len(messages) for user, messages in own.items()} == {
        "U0LEAD1": 0,
        "U0LEAD2": 1,
        "U0INDEP": 1,
        "U0DEPUTY": 1,
    }
    line = words_of(own["U0LEAD2"][0])
    assert "1 case that you may know of is in none of the shared figures." in line
    assert "• Answer targets missed: 1" in line
    to_monday(stage)
    assert "*No checks were started, as in the week before; none came to a lead.*" in words_of(_sent(stage)[-1])
    assert OWN not in [message.text for message in stage.lead_one.messages()]


@on_every_stage
def test_two_instances_send_one(stage: Stage) -> None:
    """Whichever is first."""
    other = stage.bot.services
    rivals = [Digests(other) for _ in range(4)]
    zone = other.organisation.zone
    monday = _this_week(stage).following.first
    for rival in rivals:
        rival.turn()
    wanted = datetime(monday.year, monday.month, monday.day, 8, 30, 1, tzinfo=zone)
    stage.forward(seconds=(wanted - _now(stage)).total_seconds())
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda rival: rival.turn(), rivals))
    stage.settle()
    stage.pass_time(minutes=2)
    assert len(_sent(stage)) == 1


def _attempts(stage: Stage) -> int:
    """How often it was tried to send the digest."""
    with stage.bot.services.database.read() as tx:
        return tx.scalar(select(outbox.c.attempts).where(outbox.c.what == OutboxKind.DIGEST)) or 0


def test_the_digest_waits_for_slack_and_is_sent_once(stage: Stage) -> None:
    """Slack is away on Monday morning: it goes out when Slack is back, and says that it is late."""
    stage.workspace.down = True
    week = _this_week(stage)
    monday = datetime.combine(week.following.first, time(8, 31), stage.bot.services.organisation.zone)
    stage.forward(seconds=(monday - _now(stage)).total_seconds())
    stage.bot.scheduler.turn()
    stage.workspace.wait_for(lambda: _attempts(stage) > 0)
    stage.forward(minutes=40)
    tried = _attempts(stage)
    stage.workspace.wait_for(lambda: _attempts(stage) > tried + 1, 15)
    stage.workspace.down = False
    stage.forward(minutes=2)
    stage.settle()
    (late,) = _sent(stage)
    assert "*This digest is late.* It was due on Monday " in words_of(late)


def test_the_seal_that_is_printed_is_one_the_verifier_finds(stage: Stage) -> None:
    """And it changes also in a week in which nothing happened."""
    to_monday(stage)
    to_monday(stage)
    heads = [re.findall(r"[0-9a-f]{64}", words_of(message)) for message in _sent(stage)]
    assert len({*heads[0], *heads[1]}) == 2
    with stage.bot.services.database.read() as tx:
        verdict = judge(bundle.of_record(tx, stage.bot.services.keys), (), bytes.fromhex(heads[1][0]), open_all=True)
    assert not verdict.findings
    assert verdict.matched is not None
    assert verdict.erased == 0


def test_nobody_is_told_in_a_notification_what_it_says(stage: Stage) -> None:
    """A locked phone shows that a digest is there."""
    stage.begin()
    stage.answer(*HARM)
    stage.settle()
    ref = stage.check().ref
    to_monday(stage)
    assert [push.phone for push in stage.lead_two.pushes][-1] == TEXT
    assert ref not in words_of(_sent(stage)[0])


def test_the_staffs_channel_gets_its_tip_on_the_same_morning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the organisation has one; with names and numbers of those on cover, and no count under five."""
    example = load_organisation(example_organisation_path())
    with_staff = example.model_copy(update={"staff_channel": LEADS})
    monkeypatch.setattr(harness, "load_organisation", lambda _: with_staff)
    with harness.stage(tmp_path) as stage:
        stage.begin()
        stage.answer(*HARM)
        to_monday(stage)
        (tip,) = _sent(stage, "A short tip on sharing information, and who is on cover. Open Slack to read it.")
        assert "Last week fewer than 5 checks were started." in words_of(tip)
        assert "Lead one: 020 7946 0101" in words_of(tip)
        assert len(_sent(stage)) == 1
        assert stage.workspace.complaints == []
