"""What machines may ask: each state provoked, and nothing of a case in any answer."""

import json
import re
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from bot.config.settings import SettingsError, load_settings
from bot.fields import DETAILS
from bot.monitoring import health
from bot.monitoring.health import Watched
from tests import harness
from tests.harness import HARM, Stage, free_port

GOOD = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "SHARE_CHECK_KEYS": "A" * 43 + "="}
CANARIES = ("Xanthippe", "quokka", "U0STAFF", "U0LEAD1", "lead-1", "Lead one", "School one", "C0LEADS", "Social Sense")


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with harness.stage(tmp_path) as found:
        yield found


class Asked:
    """A health endpoint over a bot, and what it answers."""

    def __init__(self, watched: Watched, port: int, stopping: threading.Event) -> None:
        self.watched = watched
        self.stopping = stopping
        self._port = port

    def get(self, path: str, method: str = "GET") -> tuple[int, str]:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=10)
        try:
            connection.request(method, path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def parts(self, path: str = "/readyz") -> tuple[int, dict[str, str]]:
        status, body = self.get(path)
        return status, json.loads(body)


@contextmanager
def asking(stage: Stage | None) -> Iterator[Asked]:
    port, stopping = free_port(), threading.Event()
    with health.serving(f"127.0.0.1:{port}", stopping) as watched:
        if stage:
            watched.watch(stage.bot)
        yield Asked(watched, port, stopping)


def test_a_bot_that_works_is_alive_and_ready(stage: Stage) -> None:
    """Each part by itself, so that whoever looks knows where to look further."""
    with asking(stage) as asked:
        stage.bot.scheduler.turn()
        assert asked.parts() == (200, dict.fromkeys(("socket", "database", "scheduler", "auditor", "conditions"), "ok"))
        assert asked.parts("/healthz") == (200, {"process": "ok"})
        assert asked.get("/readyz", "HEAD") == (200, "")


def test_while_slack_is_waited_for_it_is_alive_and_not_ready() -> None:
    """A restart would not help, and nothing should be sent its way yet."""
    with asking(None) as asked:
        assert asked.parts() == (503, {"bot": "starting"})
        assert asked.parts("/healthz")[0] == 200
        status, text = asked.get("/metrics")
        assert status == 200
        assert "share_check_ready 0.0" in text


def test_without_a_connection_to_slack_it_is_not_ready(stage: Stage) -> None:
    """Presses would not reach it."""
    with asking(stage) as asked:
        stage.workspace.faults.refuse(times=None)
        stage.workspace.drop_sockets()
        stage.workspace.wait_for(lambda: not stage.bot.is_connected)
        status, parts = asked.parts()
        assert (status, parts["socket"]) == (503, "not connected")
        assert parts["database"] == "ok"
        text = asked.get("/metrics")[1]
        assert "share_check_ready 0.0" in text
        assert "share_check_socket_age_seconds" not in text


def test_without_a_database_it_is_not_ready(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing would be kept; the numbers that need no database are still there."""
    (stage.bot.services.database.engine.pool).dispose()
    database = stage.bot.services.database

    def gone() -> None:
        raise OperationalError("", {}, Exception("away"))

    monkeypatch.setattr(database, "begin", gone)
    with asking(stage) as asked:
        status, parts = asked.parts()
        assert (status, parts["database"], parts["socket"]) == (503, "does not answer", "ok")
        assert "share_check_database_up 0.0" in asked.get("/metrics")[1]


def test_a_database_that_hangs_does_not_hang_the_answer(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks gets an answer in seconds, each time, and only one question is ever on its way."""
    release = threading.Event()
    monkeypatch.setattr(health, "PATIENCE", 0.2)
    monkeypatch.setattr(stage.bot.services.database, "can_write", lambda: release.wait(20))
    with asking(stage) as asked:
        began = time.monotonic()
        for _ in range(3):
            assert asked.parts()[1]["database"] == "does not answer"
        assert time.monotonic() - began < 5
        waiting = [thread for thread in threading.enumerate() if thread.name.startswith("health_")]
        assert len(waiting) == 1
        release.set()


@pytest.mark.parametrize(("loop", "after"), [("scheduler", 40), ("auditor", 200)])
def test_a_loop_that_has_not_turned_is_late(stage: Stage, loop: str, after: float) -> None:
    """The process is there, and yet nothing that is due would happen."""
    with asking(stage) as asked:
        meters = stage.bot.services.meters
        meters.turned(loop)
        real = meters._monotonic  # noqa: SLF001 - the clock nobody sets
        meters._monotonic = lambda: real() + after  # noqa: SLF001 - another clock
        for each in stage.bot.loops:
            each.stop()
        for each in stage.bot.loops:
            each.join(5)
        meters._monotonic = real  # noqa: SLF001 - the clock it had
        meters._turned[loop] = real() - after  # noqa: SLF001 - as if it had turned then
        status, parts = asked.parts()
        assert (status, parts[loop]) == (503, "late")
        assert asked.parts("/healthz") == (503, {"process": "ok", "loops": "a loop has ended"})


def test_a_bot_that_is_told_to_stop_takes_itself_out_first(stage: Stage) -> None:
    """It is alive, and finishes what it has begun."""
    with asking(stage) as asked:
        asked.stopping.set()
        assert asked.parts() == (503, {"bot": "stopping"})
        assert asked.parts("/healthz")[0] == 200


def test_the_numbers_tell_what_happened_and_nothing_of_whom(stage: Stage) -> None:
    """Scraped after an urgent check with everything in it; read by Prometheus's own parser."""
    from prometheus_client.parser import text_string_to_metric_families  # noqa: PLC0415 - an extra

    stage.begin()
    stage.answer(*HARM)
    stage.settle()
    stage.staff.press("Tell them what happened", harness.card_of(stage.staff))
    harness.opened(stage.staff, "Tell them what happened")
    assert stage.staff.submit({field.key: "Xanthippe the quokka" for field in DETAILS}).acked
    stage.lead()
    with asking(stage) as asked:
        status, text = asked.get("/metrics")
    assert status == 200
    found = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert found["share_check_ready",] == 1
    assert found["share_check_acks_total",] >= 7
    assert found["share_check_not_taken_total",] == 0
    assert found["share_check_step_seconds_count",] == found["share_check_acks_total",]
    assert found["share_check_step_seconds_bucket", "+Inf"] == found["share_check_acks_total",]
    assert found["share_check_sent_total", "page"] == 3, "the channel and two leads"
    assert found["share_check_sent_late_total",] == 0
    assert found["share_check_pages_due",] == 0
    assert found["share_check_late",] == 0
    assert found["share_check_socket_age_seconds",] > 0
    assert ("share_check_backup_age_seconds",) not in found, "there is none"
    check = stage.check()
    assert not [one for one in (*CANARIES, check.ref, check.id) if one.lower() in text.lower()]
    labels = set(re.findall(r"(\w+)=\"", text))
    assert labels <= {"kind", "le", "name"}


def test_pages_that_cannot_go_out_are_counted_as_due_and_then_as_late(stage: Stage) -> None:
    """The numbers to set an alarm on."""
    stage.begin()
    stage.answer("No", "No", "No")
    with asking(stage) as asked:
        stage.workspace.faults.refuse("chat.postMessage", times=None)
        assert stage.staff.press("Yes", harness.card_of(stage.staff)).acked
        assert _number(asked, "pages_due") == 3
        stage.forward(minutes=3)
        assert _number(asked, "pages_due") >= 3
        assert _number(asked, "late") >= 3
        assert _number(asked, "oldest_overdue_seconds") >= 179
        stage.workspace.faults.clear()
        for _ in range(3):  # one that was being tried meanwhile waits a minute more
            stage.pass_time(minutes=2)
        assert _number(asked, "pages_due") == 0
        assert _number(asked, "oldest_overdue_seconds") == 0
        assert _number(asked, "sent_late_total") >= 3


def _number(asked: Asked, name: str) -> float:
    found = re.search(rf"^share_check_{name} (\S+)$", asked.get("/metrics")[1], re.MULTILINE)
    assert found
    return float(found[1])


def test_without_the_library_the_numbers_say_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Health and readiness need none."""
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    with asking(None) as asked:
        status, text = asked.get("/metrics")
        assert status == 501
        assert 'pip install "./share_check-' in text
        assert "[metrics]" in text
        assert asked.get("/healthz")[0] == 200


def test_anything_else_is_not_there() -> None:
    """Nothing can be sent to it, and no other path is a page."""
    with asking(None) as asked:
        assert asked.get("/")[0] == 404
        assert asked.get("/metrics/../.env")[0] == 404
        assert asked.get("/readyz", "POST")[0] == 501


def test_a_port_that_is_taken_is_named() -> None:
    """In words, before anything is connected."""
    with asking(None) as asked:
        port = asked._port  # noqa: SLF001 - the one that is taken
        with (
            pytest.raises(SettingsError, match=f"127.0.0.1:{port}"),
            health.serving(f"127.0.0.1:{port}", asked.stopping),
        ):
            pass


def test_without_the_setting_nothing_listens() -> None:
    """Off unless somebody asks for it."""
    before = threading.active_count()
    with health.serving(None, threading.Event()):
        assert threading.active_count() == before


@pytest.mark.parametrize(
    "where", ["9090", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:99999", "http://127.0.0.1:9090", "a b:1"]
)
def test_an_address_that_cannot_be_listened_on_is_refused(where: str, tmp_path: Path) -> None:
    """In words, with how to write it."""
    with pytest.raises(SettingsError) as refused:
        load_settings(tmp_path / ".env", **GOOD, SHARE_CHECK_HEALTH=where)
    assert refused.value.problems == (
        "SHARE_CHECK_HEALTH must be an address and a port to listen on, like 127.0.0.1:9090.",
    )


@pytest.mark.parametrize("where", ["127.0.0.1:9090", "localhost:80", "[::1]:9090", "0.0.0.0:65535"])
def test_an_address_with_a_port_is_taken(where: str, tmp_path: Path) -> None:
    """Also of a network that only the monitoring is in."""
    assert load_settings(tmp_path / ".env", **GOOD, SHARE_CHECK_HEALTH=where).health == where


def test_the_log_is_text_or_json_and_nothing_else(tmp_path: Path) -> None:
    """A misspelt word is not taken for text."""
    assert load_settings(tmp_path / ".env", **GOOD, SHARE_CHECK_LOG="json").log == "json"
    with pytest.raises(SettingsError, match='SHARE_CHECK_LOG must be "text" or "json"'):
        load_settings(tmp_path / ".env", **GOOD, SHARE_CHECK_LOG="jason")
