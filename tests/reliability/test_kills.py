"""Killed without warning, again and again, with people at work: nothing that was ticked off is lost, and nobody waits.

By hand, for longer: python -m tests.reliability.campaign --help
"""

import random
import secrets
import sqlite3
import sys
import time
from collections import Counter
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from sandbox import Workspace
from tests.harness import LEADS, MANIFEST, TELL_ALL
from tests.reliability.answer_paths import LEAD_ONE, LEAD_TWO, STOPS, URGENT
from tests.reliability.campaign import DISAGREEING, Plan, Report, run
from tests.reliability.final_state import POST, Books, books_of, pages
from tests.reliability.programs import Fleet

TAKEN_OVER_WITHIN = 40.0
"""Seconds after which whoever starts, or the others, have sent what a process held when it died: sooner than 60.

Sixty seconds is its lease, which would end by itself.
"""

IN_STEP = (0.0, 0.0, 0.0)
SOON = 20.0


@pytest.fixture
def seed() -> int:
    """Another one each time; a failing test names it."""
    return secrets.randbelow(1_000_000)


def _held(report: Report) -> None:
    """Every promise, on a campaign in which there was something to lose."""
    sys.stdout.write(f"{report}\n")
    assert report.broken == [], str(report)
    assert len(report.verdict.due) > 5, str(report)
    assert len(report.journal.acks) > 20, str(report)


@pytest.mark.timeout(180)
def test_the_one_process_on_sqlite_may_be_killed_at_any_moment(tmp_path: Path, seed: int) -> None:
    """What was ticked off is kept, and everybody who must know has a page, also of those who chose nobody."""
    plan = Plan(seed, seconds=12, mortal=(0,), walks=(*URGENT, STOPS), longest_life=2.5)
    file = tmp_path / "killed.db"
    report = run(plan, tmp_path, f"sqlite:///{file}")
    _held(report)
    assert report.kills > 1
    assert report.quiet_after < TAKEN_OVER_WITHIN
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_killed_while_it_makes_its_tables_it_makes_them_the_next_time(tmp_path: Path, seed: int) -> None:
    """A first start that fails half-way leaves nothing that stops the second."""
    chance = random.Random(seed)  # noqa: S311 - moments, not secrets
    url = f"sqlite:///{tmp_path / 'new.db'}"
    with Workspace(manifest=MANIFEST, rates=False) as workspace, Fleet(tmp_path, workspace, url) as fleet:
        for _ in range(3):
            fleet.programs[0].start()
            time.sleep(chance.uniform(0.7, 1.6))
            fleet.kill(0)
        fleet.start()
        assert fleet.programs[0].falls == 0, f"seed {seed}:\n{fleet.said()}"
        assert fleet.stop() == [0]


@pytest.mark.parametrize(
    ("skews", "late"), [(IN_STEP, None), (DISAGREEING, 2)], ids=["in step", "clocks that disagree"]
)
@pytest.mark.timeout(180)
def test_while_nobody_is_killed_no_message_is_sent_twice(
    tmp_path: Path, empty_postgres_url: str, seed: int, skews: tuple[float, ...], late: int | None
) -> None:
    """Three instances share the work: started at once, or with clocks some seconds apart and one that joins later."""
    report = run(Plan(seed, seconds=6, skews=skews, late=late, waits=False), tmp_path, empty_postgres_url)
    _held(report)
    assert report.verdict.twice == []
    assert report.verdict.posts == report.verdict.delivered, str(report)


@pytest.mark.timeout(180)
def test_of_three_instances_one_may_die_for_good_and_one_again_and_again(
    tmp_path: Path, empty_postgres_url: str, seed: int
) -> None:
    """The others go on where they were, though their clocks disagree."""
    plan = Plan(seed, seconds=12, skews=DISAGREEING, mortal=(2,), doomed=1, waits=False, longest_life=3.0)
    report = run(plan, tmp_path, empty_postgres_url)
    _held(report)
    assert report.kills > 1
    assert report.quiet_after < TAKEN_OVER_WITHIN


@pytest.mark.timeout(180)
def test_what_an_instance_was_sending_when_it_died_is_sent_by_the_others(
    tmp_path: Path, empty_postgres_url: str
) -> None:
    """Also where Slack had taken it and nobody heard: then it stands there twice, with the same reference."""
    with (
        Workspace(manifest=MANIFEST, rates=False) as workspace,
        Fleet(tmp_path, workspace, empty_postgres_url, IN_STEP) as fleet,
        books_of(empty_postgres_url, fleet.key) as books,
    ):
        fleet.start(0)
        _die_while_sending(workspace, fleet, books)
        died = time.monotonic()
        fleet.start(1, 2)
        workspace.wait_for(partial(_are_told, workspace), TAKEN_OVER_WITHIN)
        workspace.wait_for(books.is_quiet, TAKEN_OVER_WITHIN)
        assert time.monotonic() - died < TAKEN_OVER_WITHIN
        found = pages(workspace.requests)
        assert sorted(len(page.at) for page in found) == [1, 1, 2]
        assert Counter(page.ref for page in found).most_common(1)[0][1] == 3
        assert fleet.stop() == [0, 0]


def _are_told(workspace: Workspace) -> bool:
    """Whether the channel and both leads have a page."""
    return {page.target for page in pages(workspace.requests)} == {LEADS, LEAD_ONE, LEAD_TWO}


def _die_while_sending(workspace: Workspace, fleet: Fleet, books: Books) -> None:
    """Somebody is in danger; of three pages two never reach Slack, and of the third nobody hears that it did."""
    staff = workspace.person("U0STAFF")
    staff.command("/share-check")
    staff.wait_for("in danger right now", SOON)
    assert staff.press("answer.yes").acked
    staff.wait_for(TELL_ALL, SOON)
    workspace.faults.never_arrive(POST, times=2)
    workspace.faults.lose_answer(POST, times=3)
    assert staff.press(TELL_ALL).acked
    workspace.wait_for(lambda: books.claimed_pages() == 3 and pages(workspace.requests), SOON)
    fleet.kill(0)
