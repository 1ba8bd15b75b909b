"""One workspace and one bot for each story, and what must be true after any of them."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox import Workspace
from tests import harness
from tests.harness import Stage
from tests.mail import MailServer, mail_server

PATIENCE = 5.0


@pytest.fixture
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    """Slack has nothing to complain of afterwards, and no thread of the bot lives on."""
    mode, database = getattr(request, "param", ("socket", "sqlite"))
    url = request.getfixturevalue("postgres_url") if database == "postgres" else None
    before = set(threading.enumerate())
    with harness.stage(tmp_path, url, mode) as set_stage:
        yield set_stage
        set_stage.workspace.wait_for(lambda: True)
        complaints = set_stage.workspace.complaints
    assert complaints == []
    assert _left_behind(before) == []


@pytest.fixture
def letters() -> Iterator[MailServer]:
    """A mail server of its own."""
    with mail_server() as server:
        yield server


@pytest.fixture
def stage_with_mail(tmp_path: Path, letters: MailServer) -> Iterator[Stage]:
    """A bot that may send mail."""
    with harness.stage(tmp_path, more=letters.settings) as set_stage:
        yield set_stage


@pytest.fixture
def workspace(stage: Stage) -> Workspace:
    return stage.workspace


def _left_behind(before: set[threading.Thread]) -> list[str]:
    """Names of threads that began with the test and are still there when they should be gone."""
    until = time.monotonic() + PATIENCE
    while True:
        alive = [thread for thread in threading.enumerate() if thread not in before and thread.is_alive()]
        if not alive or time.monotonic() > until:
            return [thread.name for thread in alive]
        time.sleep(0.02)
