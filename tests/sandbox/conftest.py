"""Fixtures: a workspace, and a bot in it."""

from collections.abc import Iterator

import pytest

from sandbox import Person, Workspace
from tests.sandbox.bots import Bot


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    """Yield a workspace whose timeouts are 0.4 s, so that tests of timeouts are quick."""
    with Workspace(ack_seconds=0.4, trigger_seconds=0.4, retry_seconds=(0.0, 0.1)) as workspace:
        yield workspace


@pytest.fixture
def bot(workspace: Workspace) -> Iterator[Bot]:
    bot = Bot(workspace)
    yield bot
    bot.stop()


@pytest.fixture
def staff(workspace: Workspace) -> Person:
    return workspace.person("U0STAFF")
