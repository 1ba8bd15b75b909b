"""The watch over the connection: a deaf one is replaced, a press is answered once, what is hopeless ends plainly."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from slack_bolt import App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.config.organisation import example_organisation_path
from bot.config.settings import setting_names
from bot.exit_codes import Exit
from bot.slack.socket_mode import SocketConnection, SocketWatch
from flows.events import EventKind
from sandbox import Person, Workspace
from storage.engine.process_lock import process_lock
from tests import harness
from tests.harness import MANIFEST, ROOT, stage

OPEN = "apps.connections.open"
PING = 0.1
GRACE = 6 * PING
SOON = 20.0
"""Seconds until something that happens within a second or two has surely happened, on the busiest machine."""

STARTED_WITHIN = 20
STOPPED_WITHIN = 6
SERVE = """
from functools import partial
from bot import serve
from bot.cli.main import main
serve.serve = partial(serve.serve, ping=0.2, give_up_after=1)
main(["serve"])
"""
"""share-check serve, less patient than usual."""


class Watched:
    """A watch over the connection of an app that counts, and may be slow."""

    def __init__(
        self, workspace: Workspace, monotonic: Callable[[], float] = time.monotonic, ping: float = PING
    ) -> None:
        client = WebClient(workspace.bot_token, base_url=workspace.api_url, timeout=1, retry_handlers=[])
        self.app = App(client=client, process_before_response=True)
        self.app.logger.disabled = True
        self.workspace = workspace
        self.heard = 0
        self.has_begun = threading.Event()
        self.may_end = threading.Event()
        self.may_end.set()
        self.given_up: list[float] = []
        self.app.shortcut("start")(self._listen)
        self.watch = SocketWatch(
            self.app,
            workspace.app_token,
            4,
            ping=ping,
            give_up=lambda: self.given_up.append(time.monotonic()),
            give_up_after=1,
            monotonic=monotonic,
        )

    def _listen(self, ack: Callable[[], None]) -> None:
        self.has_begun.set()
        self.may_end.wait(5)
        self.heard += 1
        ack()

    def becomes(self, *, well: bool) -> None:
        self.workspace.wait_for(lambda: self.watch.is_well is well, SOON)

    def replaced(self, end: Callable[[], None]) -> None:
        """End the connection in this way, and wait for the next one."""
        connections = self.workspace.server.sockets.connections
        before = list(connections)
        end()
        self.workspace.wait_for(lambda: len(connections) == 1 and connections[0] not in before, SOON)

    def opened(self) -> int:
        """How often a connection was asked for."""
        return len(self.workspace.calls(OPEN))


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    """Impatient, so that giving up takes no test long."""
    with Workspace(ack_seconds=1) as workspace:
        yield workspace


@pytest.fixture
def watched(workspace: Workspace) -> Iterator[Watched]:
    watched = Watched(workspace)
    watched.watch.start()
    workspace.wait_for_bot()
    yield watched
    watched.watch.stop()


@pytest.fixture
def staff(workspace: Workspace) -> Person:
    return workspace.person("U0STAFF")


def test_a_deaf_connection_is_replaced_and_the_next_press_is_answered_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole bot: the press that nobody heard failed where the person saw it, and nothing is answered twice."""
    monkeypatch.setattr(harness, "PING", PING)
    with stage(tmp_path) as here:
        here.begin()
        here.settle()
        assert here.bot.is_connected
        here.workspace.deafen_sockets()
        card = harness.card_of(here.staff)
        assert not here.staff.press("No", card).acked
        here.workspace.wait_for(lambda: here.bot.is_connected, SOON)
        assert here.staff.press("No", card).acked
        here.answer("No")
        assert here.events()[EventKind.ANSWERED] == 2
        assert here.workspace.connections == 1
        assert here.workspace.complaints == []


def test_it_is_well_only_while_slack_answers_our_pings(watched: Watched) -> None:
    """A connection that stands and says hello is not enough."""
    watched.becomes(well=True)
    watched.workspace.faults.deaf = True
    watched.becomes(well=False)
    before = watched.opened()
    watched.workspace.wait_for(lambda: watched.opened() > before, SOON)
    assert not watched.watch.is_well
    watched.workspace.faults.deaf = False
    watched.becomes(well=True)
    watched.workspace.wait_for(lambda: watched.workspace.connections == 1, SOON)
    assert watched.given_up == []


def test_where_new_connections_do_not_help_it_gives_up_once(watched: Watched, caplog: pytest.LogCaptureFixture) -> None:
    """After the time that was given, and in plain words."""
    watched.workspace.faults.deaf = True
    began = time.monotonic()
    watched.workspace.wait_for(lambda: watched.given_up, 2 * SOON)
    assert watched.watch.has_given_up
    assert watched.given_up[0] - began > 1
    assert "for 1 seconds no connection to it carried anything" in caplog.text
    time.sleep(GRACE)
    assert len(watched.given_up) == 1


@pytest.mark.parametrize("fault", ["refuse", "server_error", "down"])
def test_while_slack_is_away_it_stays_and_comes_back(
    watched: Watched, staff: Person, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Longer than it would be deaf: ending would not help."""
    slack = watched.workspace
    if fault == "down":
        slack.down = True
    else:
        getattr(slack.faults, fault)(OPEN, times=None)
        slack.drop_sockets()
    watched.becomes(well=False)
    time.sleep(1.5)
    assert watched.given_up == []
    assert "Slack cannot be reached" in caplog.text
    slack.down = False
    slack.faults.clear()
    watched.becomes(well=True)
    assert staff.shortcut("start").acked


def test_a_slack_that_asks_for_patience_is_not_away(watched: Watched) -> None:
    """It answers, so that being deaf for long counts."""
    watched.workspace.faults.ratelimit(OPEN, times=None, retry_after=0)
    watched.workspace.faults.deaf = True
    watched.workspace.wait_for(lambda: watched.given_up, 2 * SOON)


def test_slack_is_not_asked_for_connections_all_the_time(watched: Watched) -> None:
    """Each attempt that fails is followed by a longer rest."""
    watched.workspace.faults.ratelimit(OPEN, times=None, retry_after=0)
    watched.workspace.drop_sockets()
    time.sleep(1.2)
    assert watched.opened() <= 7


def test_who_is_told_to_leave_has_a_new_connection_first(watched: Watched, staff: Person) -> None:
    """As every few hours: no press fails meanwhile."""
    for reason in ("warning", "refresh_requested", "warning"):
        watched.replaced(partial(watched.workspace.disconnect, reason))
        assert staff.shortcut("start").acked
    assert watched.heard == 3
    assert watched.watch.is_well


def test_a_press_that_was_begun_is_acknowledged_before_its_connection_goes(watched: Watched, staff: Person) -> None:
    """Slack asks to leave while somebody's answer is being saved."""
    watched.may_end.clear()
    with ThreadPoolExecutor(1) as pool:
        pressed = pool.submit(staff.shortcut, "start")
        assert watched.has_begun.wait(SOON)
        watched.workspace.disconnect("warning")
        watched.workspace.wait_for(lambda: watched.workspace.connections == 2, SOON)
        watched.may_end.set()
        assert pressed.result(SOON).acked
    watched.workspace.wait_for(lambda: watched.workspace.connections == 1, SOON)
    assert watched.heard == 1


def test_stopping_lets_a_press_that_was_begun_have_its_tick(watched: Watched, staff: Person) -> None:
    """Whoever restarts it makes nobody press twice."""
    watched.may_end.clear()
    with ThreadPoolExecutor(2) as pool:
        pressed = pool.submit(staff.shortcut, "start")
        assert watched.has_begun.wait(SOON)
        stopped = pool.submit(watched.watch.stop)
        time.sleep(0.2)
        watched.may_end.set()
        assert pressed.result(SOON).acked
        stopped.result(SOON)
    assert watched.workspace.connections == 0


def test_what_slack_still_sends_while_it_leaves_is_answered_too(watched: Watched, staff: Person) -> None:
    """Slack does not know yet that it goes: a press that came that way would show its person an error."""
    colleague = watched.workspace.person("U0STAFF2")
    watched.may_end.clear()
    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(staff.shortcut, "start")
        assert watched.has_begun.wait(SOON)
        stopped = pool.submit(watched.watch.stop)
        time.sleep(0.2)
        second = pool.submit(colleague.shortcut, "start")
        time.sleep(0.2)
        watched.may_end.set()
        assert first.result(SOON).acked
        assert second.result(SOON).acked
        stopped.result(SOON)
    assert watched.heard == 2


def test_what_a_connection_receives_after_its_end_is_not_handled(watched: Watched) -> None:
    """Nobody could acknowledge it: the person would see an error for something that happened."""
    token = watched.workspace.app_token
    line = SocketConnection(watched.app, token, 2, PING, lambda: None)
    line.open(str(watched.app.client.apps_connections_open(app_token=token)["url"]))
    request = SocketModeRequest("interactive", "E1", {"type": "shortcut", "callback_id": "start"})
    line.handle(line.client, request)
    assert watched.heard == 1
    line.retire()
    assert not line.is_open
    line.handle(line.client, request)
    assert watched.heard == 1


def test_a_connection_that_is_cut_is_missed_before_any_ping_has_failed(workspace: Workspace, staff: Person) -> None:
    """With pings so seldom that none could tell."""
    watched = Watched(workspace, ping=60)
    watched.watch.start()
    try:
        workspace.wait_for_bot()
        workspace.drop_sockets()
        workspace.wait_for_bot(timeout=SOON)
        assert staff.shortcut("start").acked
    finally:
        watched.watch.stop()
    assert watched.heard == 1


def test_connections_that_are_gone_leave_no_thread_and_no_socket(watched: Watched) -> None:
    """However many there were, deaf ones included."""
    watched.becomes(well=True)
    threads, files = threading.active_count() + 1, _open_files()  # the first message brings a worker
    for end in (watched.workspace.drop_sockets, watched.workspace.deafen_sockets, watched.workspace.disconnect) * 2:
        watched.replaced(end)
        watched.becomes(well=True)
    watched.workspace.wait_for(lambda: threading.active_count() <= threads, SOON)
    watched.workspace.wait_for(lambda: _open_files() <= files, SOON)
    watched.watch.stop()
    assert watched.workspace.connections == 0
    assert threading.active_count() < threads


def _open_files() -> int:
    return len(list(Path("/dev/fd").iterdir()))


def test_the_wall_clock_is_not_asked(workspace: Workspace) -> None:
    """Time goes by on a clock that nobody sets: while it stands, no connection grows deaf."""
    now = 1000.0
    watched = Watched(workspace, lambda: now)
    watched.watch.start()
    watched.becomes(well=True)
    workspace.faults.deaf = True
    time.sleep(0.3)
    assert watched.watch.is_well
    assert watched.opened() == 1
    now += GRACE + 0.1
    watched.becomes(well=False)
    workspace.wait_for(lambda: watched.opened() == 2, SOON)
    watched.watch.stop()


def test_a_token_that_slack_refuses_is_said_at_the_start(workspace: Workspace) -> None:
    """Not tried again and again."""
    watched = Watched(workspace)
    watched.watch = SocketWatch(watched.app, "xapp-of-another-app", 1, ping=PING, give_up=lambda: None)
    with pytest.raises(SlackApiError, match="invalid_auth"):
        watched.watch.start()
    assert not watched.watch.is_well
    watched.watch.stop()


def test_a_slack_that_is_away_at_the_start_is_waited_for(workspace: Workspace) -> None:
    """It went between the first question and the connection."""
    workspace.faults.refuse(OPEN, times=3)
    watched = Watched(workspace)
    watched.watch.start()
    assert not watched.watch.is_well
    watched.becomes(well=True)
    watched.watch.stop()


@pytest.mark.parametrize("fault", ["never_arrive", "slow"])
def test_stopping_does_not_wait_for_a_slack_that_hangs(watched: Watched, fault: str) -> None:
    """In the middle of asking for a new connection."""
    if fault == "never_arrive":
        watched.workspace.faults.never_arrive(OPEN, times=None)
    else:
        watched.workspace.faults.slow(OPEN, milliseconds=900)
    watched.workspace.deafen_sockets()
    watched.becomes(well=False)
    time.sleep(0.3)
    began = time.monotonic()
    watched.watch.stop()
    assert time.monotonic() - began < 3
    watched.workspace.wait_for(lambda: watched.workspace.connections == 0, SOON)


# The program itself


@pytest.fixture
def slack() -> Iterator[Workspace]:
    with Workspace(manifest=MANIFEST) as workspace:
        yield workspace


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'share-check.db'}"


@pytest.fixture
def program(slack: Workspace, tmp_path: Path, url: str) -> Iterator[subprocess.Popen[str]]:
    """share-check serve, connected."""
    given = {
        "SLACK_API_URL": slack.api_url,
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SHARE_CHECK_DATABASE_URL": url,
        "SHARE_CHECK_ORGANISATION": str(example_organisation_path()),
        "SHARE_CHECK_KEYS": Fernet.generate_key().decode(),
        "SHARE_CHECK_WORKERS": "4",
        "PYTHONPATH": str(ROOT),
    }
    environment = {name: value for name, value in os.environ.items() if name not in setting_names()} | given
    with subprocess.Popen(  # noqa: S603 - our own words
        [sys.executable, "-c", SERVE], cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True
    ) as process:
        slack.wait_for_bot(timeout=STARTED_WITHIN)
        yield process
        process.kill()


def test_the_program_that_stays_deaf_ends_with_a_code_of_its_own(
    slack: Workspace, program: subprocess.Popen[str], url: str
) -> None:
    """Cleanly stopped, one line in plain words, and the next one can start at once."""
    slack.faults.deaf = True
    _, said = program.communicate(timeout=STARTED_WITHIN)
    assert program.returncode == Exit.DEAF
    assert "no connection to it carried anything. share-check stops now" in said
    assert "Traceback" not in said
    assert slack.connections == 0
    with process_lock(url):
        pass


def test_the_program_stays_while_slack_is_away(slack: Workspace, program: subprocess.Popen[str]) -> None:
    """And works when it is back."""
    slack.down = True
    with pytest.raises(subprocess.TimeoutExpired):
        program.wait(2.5)
    slack.down = False
    slack.wait_for_bot()
    staff = slack.person("U0STAFF")
    assert staff.command("/share-check").acked
    staff.wait_for("Before you start")
    _, said = _told_to_stop(program)
    assert "Slack cannot be reached" in said
    assert "Traceback" not in said


def test_the_program_stops_in_time_while_it_is_deaf(slack: Workspace, program: subprocess.Popen[str]) -> None:
    """Being told to is not being deaf: the code is 0."""
    slack.faults.deaf = True
    time.sleep(0.5)
    took, said = _told_to_stop(program)
    assert took < STOPPED_WITHIN
    assert "Traceback" not in said


def _told_to_stop(program: subprocess.Popen[str]) -> tuple[float, str]:
    began = time.monotonic()
    program.send_signal(signal.SIGTERM)
    _, said = program.communicate(timeout=STARTED_WITHIN)
    assert program.returncode == 0, said
    return time.monotonic() - began, said
