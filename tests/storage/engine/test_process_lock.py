"""One serving process for one SQLite file, as real processes: the second refuses, and death always lets go."""

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import text

from bot.config.organisation import example_organisation_path
from bot.config.settings import setting_names
from storage.engine.database import Database
from storage.engine.process_lock import lock_beside, process_lock
from storage.errors import DatabaseNotReady
from tests.harness import ROOT

HOLD = """
import sys
from storage.engine.process_lock import process_lock
with process_lock(input()):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'share-check.db'}"


@pytest.fixture
def started() -> Iterator[ExitStack]:
    """Yield a stack of processes that end with the test."""
    with ExitStack() as stack:
        yield stack


def _holder(started: ExitStack, url: str) -> subprocess.Popen[str]:
    """Start another process that holds the lock."""
    process = subprocess.Popen(  # noqa: S603 - our own words
        [sys.executable, "-c", HOLD], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    started.enter_context(process)
    started.callback(process.kill)
    assert process.stdin
    assert process.stdout
    process.stdin.write(f"{url}\n")
    process.stdin.flush()
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_process_is_told_why_and_what_to_do(started: ExitStack, url: str) -> None:
    """The words are for whoever started it twice."""
    _holder(started, url)
    with pytest.raises(DatabaseNotReady) as refusal, process_lock(url):
        pass
    said = str(refusal.value)
    assert "already serving with share-check.db" in said
    assert "Stop the other one" in said
    assert "PostgreSQL" in said


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_process_that_dies_lets_go(started: ExitStack, url: str, how: signal.Signals) -> None:
    """Kill -9 included: nobody has to remove a file before it starts again."""
    holder = _holder(started, url)
    holder.send_signal(how)
    assert holder.wait(10) == -how
    with process_lock(url):
        pass


def test_a_process_that_ends_well_lets_go_and_leaves_the_file(started: ExitStack, tmp_path: Path, url: str) -> None:
    """Removing it would let two hold one lock each."""
    holder = _holder(started, url)
    holder.communicate("", timeout=10)
    assert holder.returncode == 0
    assert (tmp_path / "share-check.db.lock").exists()
    with process_lock(url):
        pass
    with process_lock(url):
        pass


def test_what_it_starts_does_not_keep_the_lock(started: ExitStack, url: str) -> None:
    """A child that outlives it is no serving process."""
    with process_lock(url):
        child = started.enter_context(subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE))
        started.callback(child.kill)
    with process_lock(url):
        assert child.poll() is None


def test_the_lock_is_for_our_account_alone(tmp_path: Path, url: str) -> None:
    """Also where files are made readable for all."""
    before = os.umask(0)
    try:
        with process_lock(url):
            assert stat.S_IMODE((tmp_path / "share-check.db.lock").stat().st_mode) == 0o600
    finally:
        os.umask(before)


def test_a_link_to_the_database_is_the_same_database(started: ExitStack, tmp_path: Path, url: str) -> None:
    """Whatever name it is reached by."""
    _holder(started, url)
    (tmp_path / "elsewhere").mkdir()
    link = tmp_path / "elsewhere" / "ours.db"
    link.symlink_to(tmp_path / "share-check.db")
    assert lock_beside(link) == lock_beside(tmp_path / "share-check.db")
    with pytest.raises(DatabaseNotReady), process_lock(f"sqlite:///{link}"):
        pass


def test_other_databases_are_not_in_the_way(started: ExitStack, tmp_path: Path, url: str) -> None:
    """Another file, and PostgreSQL, which several processes share; what is not understood is Database's to say."""
    _holder(started, url)
    with process_lock(f"sqlite:///{tmp_path / 'other.db'}"), process_lock(f"sqlite:///{tmp_path / 'third.db'}"):
        pass
    for several in ("postgresql+psycopg://us:hush@127.0.0.1:9/db", "no address at all", "postgresql://host:port/db"):
        with process_lock(several), process_lock(several):
            pass


def test_a_command_beside_the_serving_process_reads_and_writes(started: ExitStack, url: str) -> None:
    """The lock keeps a second server out, not those who look or add a row."""
    _holder(started, url)
    database = Database(url)
    database.migrate()
    assert database.can_write()
    with database.read() as tx:
        assert tx.scalar(text("SELECT count(*) FROM checks")) == 0
    database.close()


@pytest.mark.parametrize("where", ["/nowhere/at/all.db", "/proc/share-check.db"])
def test_where_no_lock_can_be_made_the_database_is_not_ready(where: str) -> None:
    """In the words of a database that cannot be opened: which folder, and that a path can be written whole."""
    with pytest.raises(DatabaseNotReady, match="could not be opened") as refused, process_lock(f"sqlite:///{where}"):
        pass
    assert f"in {Path(where).parent}. " in str(refused.value)
    assert "whole path" in str(refused.value)


def test_a_second_serve_on_the_same_file_refuses_to_start(tmp_path: Path, started: ExitStack, url: str) -> None:
    """The first goes on; the second ends with 2 and a sentence, without a trace, and without a secret."""
    key = Fernet.generate_key().decode()
    given = {
        "SLACK_API_URL": "http://127.0.0.1:9/api/",
        "SLACK_BOT_TOKEN": "xoxb-test",
        "SLACK_APP_TOKEN": "xapp-test",
        "SHARE_CHECK_DATABASE_URL": url,
        "SHARE_CHECK_ORGANISATION": str(example_organisation_path()),
        "SHARE_CHECK_KEYS": key,
        "PYTHONPATH": str(ROOT),
    }
    environment = {name: value for name, value in os.environ.items() if name not in setting_names()} | given
    first = _serving(started, tmp_path, environment)
    assert first.stderr
    assert any("Slack could not be reached" in line for line in first.stderr)
    second = _serving(started, tmp_path, environment)
    _, said = second.communicate(timeout=20)
    assert second.returncode == 2
    head, problem = said.strip().splitlines()
    assert head == "share-check cannot start:"
    assert "already serving with share-check.db" in problem
    assert key not in said
    assert first.poll() is None


def _serving(started: ExitStack, folder: Path, environment: dict[str, str]) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "serve"], cwd=folder, env=environment, stderr=subprocess.PIPE, text=True
    )
    started.enter_context(process)
    started.callback(process.kill)
    return process
