"""share-check serve, as a program of its own: it starts, it says plainly why it cannot, and it stops when told."""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.fernet import Fernet

from bot import serve as serving
from bot.cli.main import main
from bot.config.organisation import example_organisation_path
from bot.config.settings import setting_names
from bot.exit_codes import Exit
from sandbox import Workspace
from storage.engine.database import Database
from storage.errors import DatabaseAway
from tests.harness import HARM, MANIFEST, ROOT, card_of, command_settings, free_port
from tests.harness import stage as stage_of
from tests.mail import LEAD_ONE, LEAD_TWO, mail_server

KEY = Fernet.generate_key().decode()
SOON = 15
"""Seconds in which a program has started, on a busy machine."""

PATIENCE = 6
"""Seconds in which it has stopped."""


class Program:
    """One run of it, in a folder of its own."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        inherited = {name: value for name, value in os.environ.items() if name not in setting_names()}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot", "serve"],
            cwd=folder,
            env={**inherited, **environment, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def says(self, words: str) -> str:
        """Wait until it has said this; all it said until then."""
        assert self.process.stderr is not None
        said = ""
        while words not in said:
            line = self.process.stderr.readline()
            assert line, said
            said += line
        return said

    def end(self) -> tuple[int, str]:
        """How it ended and all it said."""
        out, err = self.process.communicate(timeout=SOON)
        return self.process.returncode, out + err

    def told_to_stop(self, how: signal.Signals) -> tuple[int, str, float]:
        """The same, and the seconds it took."""
        began = time.monotonic()
        self.process.send_signal(how)
        code, said = self.end()
        return code, said, time.monotonic() - began


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    with Workspace(manifest=MANIFEST) as workspace:
        yield workspace


@pytest.fixture
def good(workspace: Workspace, tmp_path: Path) -> dict[str, str]:
    """An environment with which it starts."""
    return {
        "SLACK_API_URL": workspace.api_url,
        "SLACK_BOT_TOKEN": workspace.bot_token,
        "SLACK_APP_TOKEN": workspace.app_token,
        "SLACK_SIGNING_SECRET": workspace.signing_secret,
        "SHARE_CHECK_DATABASE_URL": f"sqlite:///{tmp_path / 'share-check.db'}",
        "SHARE_CHECK_ORGANISATION": str(example_organisation_path()),
        "SHARE_CHECK_KEYS": KEY,
        "SHARE_CHECK_WORKERS": "4",
    }


@pytest.fixture
def _handlers() -> Iterator[None]:
    """As they were: serve takes the signals of its process, and its log."""
    before = {name: signal.getsignal(name) for name in (signal.SIGTERM, signal.SIGINT)}
    root = logging.getLogger()
    handlers = list(root.handlers)
    yield
    root.handlers[:] = handlers
    for name, handler in before.items():
        signal.signal(name, handler)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, _handlers: None) -> Path:
    """A folder without any settings, in which the program runs."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _refused(_folder: Path, environment: dict[str, str], code: Exit = Exit.FIX_FIRST) -> list[str]:
    """The problems it names, run in this process: starting Python anew for each takes too long."""
    nothing = dict.fromkeys(setting_names())
    result = CliRunner().invoke(main, ["serve"], env={**nothing, **environment})
    assert isinstance(result.exception, SystemExit), result.exception
    return _problems(result.exit_code, result.output, environment, code)


def _problems(code: int, said: str, environment: dict[str, str], expected: Exit = Exit.FIX_FIRST) -> list[str]:
    """One a line; it must have left with this code, without a trace, and without a secret."""
    assert code == expected, said
    assert "Traceback" not in said
    for name in ("SHARE_CHECK_KEYS", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"):
        assert not environment.get(name) or environment[name] not in said
    head, *problems = said.strip().splitlines()
    assert head == "share-check cannot start:"
    assert problems
    assert all(problem.startswith("- ") for problem in problems), said
    return problems


def test_with_nothing_set_up_everything_that_is_needed_is_said_at_once(tmp_path: Path) -> None:
    """Settings and organisation in one list: one run, not five."""
    said = "\n".join(_problems(*Program(tmp_path, {}).end(), {}))
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SHARE_CHECK_KEYS", "organisation.toml"):
        assert name in said


def test_problems_of_settings_and_organisation_come_together(here: Path, good: dict[str, str]) -> None:
    """Also where the organisation's file is not where it usually is."""
    file = here / "ours.toml"
    file.write_text("colour = 'blue'\n")
    broken = {**good, "SLACK_BOT_TOKEN": "", "SHARE_CHECK_ORGANISATION": str(file)}
    said = "\n".join(_refused(here, broken))
    assert "SLACK_BOT_TOKEN" in said
    assert "colour" in said
    assert "leads" in said


def test_an_organisation_that_is_fine_is_not_called_missing(here: Path, good: dict[str, str]) -> None:
    """A wrong setting does not make the other file look wrong."""
    (problem,) = _refused(here, {**good, "SHARE_CHECK_WORKERS": "many"})
    assert "SHARE_CHECK_WORKERS" in problem


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"SLACK_BOT_TOKEN": "xoxb-of-another-workspace"}, "Slack does not know the token"),
        ({"SLACK_APP_TOKEN": "xapp-of-another-app"}, "Slack does not know the token"),
        ({"SHARE_CHECK_DATABASE_URL": "sqlite:////nowhere/at/all.db"}, "there is no such folder"),
        ({"SHARE_CHECK_DATABASE_URL": "sqlite:////proc/share-check.db"}, "database could not be opened"),
        ({"SHARE_CHECK_DATABASE_URL": "postgresql://us:hush@host:port/db"}, "SHARE_CHECK_DATABASE_URL"),
        ({"SHARE_CHECK_ORGANISATION": "elsewhere.toml"}, "elsewhere.toml is not there"),
        ({"SHARE_CHECK_KEYS": "hush"}, "SHARE_CHECK_KEYS"),
        ({"SHARE_CHECK_LOG_LEVEL": "DEBUG"}, "SHARE_CHECK_LOG_LEVEL"),
    ],
    ids=str,
)
def test_what_is_wrong_is_said_in_plain_words(
    here: Path, good: dict[str, str], change: dict[str, str], words: str
) -> None:
    """Exit 2, no stack trace, no secret, one sentence somebody can act on."""
    (problem,) = _refused(here, {**good, **change})
    assert words in problem
    assert "hush" not in problem


def test_a_database_server_that_is_away_is_waited_for(tmp_path: Path, good: dict[str, str]) -> None:
    """It may be back in a moment. It says so, without the password, and stops when it is told to."""
    url = "postgresql://us:hush@127.0.0.1:9/db"
    program = Program(tmp_path, {**good, "SHARE_CHECK_DATABASE_URL": url})
    first = program.says("share-check waits for it and tries again")
    code, said, _ = program.told_to_stop(signal.SIGTERM)
    assert code == 0, said
    assert "server does not answer" in first
    assert "hush" not in first + said


def test_a_database_that_comes_later_is_used_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As after a power cut, when PostgreSQL is up twenty seconds after the bot; or SQLite's file is held by a copy."""
    left = [DatabaseAway("The database is busy."), DatabaseAway("The database is busy.")]
    migrate = Database.migrate

    def away_twice(database: Database) -> None:
        if left:
            raise left.pop()
        migrate(database)

    monkeypatch.setattr(Database, "migrate", away_twice)
    monkeypatch.setattr(serving, "FIRST_PAUSE", 0)
    found = serving.opened(f"sqlite:///{tmp_path / 'late.db'}", threading.Event())
    assert found is not None
    assert found.can_write()
    found.close()
    assert left == []


def test_a_page_that_was_owed_when_slack_is_away_at_the_start_goes_out_by_mail(tmp_path: Path) -> None:
    """Killed after the press and before the page: the ladder and the e-mails need no Slack."""
    with mail_server() as mail, stage_of(tmp_path, more=mail.settings) as stage:
        stage.begin()
        stage.answer(*HARM[:-1])
        stage.workspace.faults.server_error("*", times=None)
        for loop in stage.bot.loops:
            loop.stop()
        assert stage.staff.press("Yes", card_of(stage.staff)).acked
        stage.stop_bot()
        assert mail.kept == []
        beside = {name: value for name, value in command_settings(stage).items() if value is not None}
        environment = {**beside, **mail.settings, "SLACK_API_URL": "http://127.0.0.1:9/api/"}
        program = Program(tmp_path, environment)
        stage.workspace.wait_for(lambda: mail.to(LEAD_ONE) and mail.to(LEAD_TWO), SOON)
        _stopped_well(program, signal.SIGTERM)


def test_a_wrong_token_is_said_by_the_program_itself(tmp_path: Path, good: dict[str, str]) -> None:
    """The whole of what a terminal shows: two lines."""
    wrong = {**good, "SLACK_BOT_TOKEN": "xoxb-of-another-workspace"}
    (problem,) = _problems(*Program(tmp_path, wrong).end(), wrong)
    assert "Copy it again" in problem


def test_a_database_that_is_a_folder_is_refused(here: Path, good: dict[str, str]) -> None:
    """Whatever the path turns out to be."""
    (problem,) = _refused(here, {**good, "SHARE_CHECK_DATABASE_URL": f"sqlite:///{here}"})
    assert "database could not be opened" in problem


def test_while_slack_is_away_it_says_so_and_waits(tmp_path: Path, good: dict[str, str]) -> None:
    """A restart during an outage does not end the bot: it is there when Slack is."""
    program = Program(tmp_path, {**good, "SLACK_API_URL": "http://127.0.0.1:9/api/"})
    first = program.says("Slack could not be reached")
    code, said, took = program.told_to_stop(signal.SIGTERM)
    assert (code, took < PATIENCE) == (0, True)
    assert "Traceback" not in first + said


def test_a_port_that_is_taken_is_named(tmp_path: Path, good: dict[str, str], workspace: Workspace) -> None:
    """Two programs cannot listen on one port; the words say which."""
    taken = workspace.url.rpartition(":")[2]
    http = {**good, "SHARE_CHECK_MODE": "http", "SHARE_CHECK_HTTP_PORT": taken}
    (problem,) = _problems(*Program(tmp_path, http).end(), http)
    assert taken in problem


def test_it_connects_answers_stops_within_seconds_and_goes_on_where_it_was(
    tmp_path: Path, good: dict[str, str], workspace: Workspace
) -> None:
    """A restart loses nothing and takes no patience: exit 0, no trace, no secret in what it said."""
    staff = workspace.person("U0STAFF")
    program = Program(tmp_path, good)
    workspace.wait_for_bot(timeout=SOON)
    assert staff.command("/share-check", text="a name nobody may read").acked
    staff.wait_for("Before you start", timeout=SOON)
    assert staff.press("No").acked
    staff.wait_for("Question 2", timeout=SOON)
    _stopped_well(
        program, signal.SIGTERM, (good["SLACK_BOT_TOKEN"], good["SHARE_CHECK_KEYS"], "a name nobody may read")
    )
    workspace.wait_for(lambda: workspace.connections == 0)
    again = Program(tmp_path, good)
    workspace.wait_for_bot(timeout=SOON)
    assert staff.press("No").acked
    staff.wait_for("Question 3", timeout=SOON)
    _stopped_well(again, signal.SIGINT)


def _stopped_well(program: Program, how: signal.Signals, secrets: tuple[str, ...] = ()) -> None:
    code, said, took = program.told_to_stop(how)
    assert code == 0, said
    assert took < PATIENCE
    assert "Traceback" not in said
    assert not [secret for secret in secrets if secret in said]


def test_in_http_mode_it_answers_and_stops_within_seconds(tmp_path: Path, good: dict[str, str]) -> None:
    """The same behind a load balancer."""
    port = free_port()
    with Workspace(
        manifest=MANIFEST, delivery="http", request_url=f"http://127.0.0.1:{port}/slack/events"
    ) as workspace:
        mode = {"SHARE_CHECK_MODE": "http", "SHARE_CHECK_HTTP_PORT": str(port), "SLACK_API_URL": workspace.api_url}
        program = Program(tmp_path, {**good, **mode})
        staff = workspace.person("U0STAFF")
        until = time.monotonic() + SOON
        while not staff.command("/share-check").acked:
            assert time.monotonic() < until
            time.sleep(0.1)
        _stopped_well(program, signal.SIGTERM)


def test_the_same_trouble_is_said_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    """A database that is away for an hour fills no log; other trouble is said at once."""
    said = None
    for _ in range(50):
        said = serving.say_seldom(said, "The database is away.")
    said = serving.say_seldom(said, "The disk is full.")
    assert caplog.messages == ["The database is away.", "The disk is full."]
    assert len(serving.say_seldom(("The disk is full.", said[1] - serving.SAY_AGAIN), "The disk is full.")) == len(said)
    assert caplog.messages[2:] == ["The disk is full."]
