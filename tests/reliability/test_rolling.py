"""Rolling restart: a new instance is there before the old one goes, and nobody who is pressing notices."""

import json
import sys
import time
from http.client import HTTPConnection
from pathlib import Path

import pytest

from sandbox import Workspace
from tests.harness import MANIFEST, UNHURRIED, free_port
from tests.reliability.answer_paths import CALM, URGENT
from tests.reliability.final_state import books_of
from tests.reliability.programs import Fleet, Program
from tests.reliability.promises import Verdict
from tests.reliability.users import Crowd

SLACK_TAKES = 80.0
"""Milliseconds: as with the real Slack, there is always something under way."""
READY_WITHIN = 40.0
QUIET_WITHIN = 60.0
ROUNDS = 1
"""In each both instances are replaced."""


@pytest.mark.timeout(240)
def test_a_rolling_restart_under_load_loses_no_press_and_no_page(tmp_path: Path, postgres_url: str) -> None:
    """Presses are ticked off, every page goes out once, and each instance that was told to stop ends with 0.

    As docs/tasks/upgrade.md has it: start the new one, wait until /readyz says 200, tell the old one to stop.
    """
    with (
        Workspace(manifest=MANIFEST, ack_seconds=UNHURRIED, rates=False) as workspace,
        Fleet(tmp_path, workspace, postgres_url, (0.0,) * (2 + 2 * ROUNDS)) as fleet,
        books_of(postgres_url, fleet.key) as books,
    ):
        ports = [_with_health(program) for program in fleet.programs]
        fleet.start(0, 1)
        workspace.faults.slow(milliseconds=SLACK_TAKES)
        crowd = Crowd(workspace, 6, 5, (*URGENT, *CALM))
        crowd.start()
        codes = []
        for old in range(2 * ROUNDS):
            time.sleep(1.5)
            fleet.start(old + 2)
            _wait_until_ready(ports[old + 2])
            codes.append(fleet.leave(old))
        time.sleep(1.5)
        crowd.stop()
        workspace.faults.clear()
        workspace.wait_for(books.is_quiet, QUIET_WITHIN)
        verdict = Verdict(fleet, crowd.journal, books, waited=False)
        sys.stdout.write(f"{len(crowd.journal.acks)} presses, {verdict.delivered} messages, {len(verdict.due)} due\n")
        assert codes == [0] * 2 * ROUNDS
        assert verdict.broken == []
        assert verdict.twice == []
        assert len(crowd.journal.acks) > 40
        assert len(verdict.due) > 5
        assert fleet.stop() == [0, 0]


def _with_health(program: Program) -> int:
    port = free_port()
    program._environment["SHARE_CHECK_HEALTH"] = f"127.0.0.1:{port}"  # noqa: SLF001 - a setting of this one alone
    return port


def _wait_until_ready(port: int) -> None:
    until = time.monotonic() + READY_WITHIN
    said: object = "nothing"
    while time.monotonic() < until:
        connection = HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            answer = connection.getresponse()
            said = json.loads(answer.read())
            if answer.status == 200:
                return
        except OSError:
            pass
        finally:
            connection.close()
        time.sleep(0.1)
    raise AssertionError(said)
