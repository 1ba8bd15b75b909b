"""The outside heartbeat: taken or not, it never disturbs, and its address is in no log."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bot.alarms.heartbeat import Heartbeat
from tests.harness import free_port

SECRET = "a-word-that-nobody-may-read"


class Service(ThreadingHTTPServer):
    """What listens for the heartbeat: its path says how it answers."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.closing = threading.Event()
        super().__init__(("127.0.0.1", 0), Answer)

    def address(self, answer: str) -> str:
        return f"http://127.0.0.1:{self.server_port}/{answer}/{SECRET}"


class Answer(BaseHTTPRequestHandler):
    server: Service

    def do_GET(self) -> None:
        self.server.heard.append(self.headers["User-Agent"])
        answer = self.path.split("/")[1]
        if answer == "silence":
            self.server.closing.wait(10)
            return
        self.send_response(int(answer))
        if answer == "302":
            self.send_header("Location", self.server.address("200"))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing: the test's own output stays readable."""


@pytest.fixture
def service() -> Iterator[Service]:
    with Service() as service:
        thread = threading.Thread(target=service.serve_forever, args=(0.01,))
        thread.start()
        yield service
        service.closing.set()
        service.shutdown()
        thread.join()


@pytest.mark.parametrize("answer", ["200", "204", "302"])
def test_a_beat_that_arrives_is_taken(service: Service, answer: str, caplog: pytest.LogCaptureFixture) -> None:
    """Once for each beat, under our own name, and without a word in the log."""
    heartbeat = Heartbeat(service.address(answer))
    assert heartbeat.beat()
    assert heartbeat.beat()
    assert set(service.heard) == {"share-check"}
    assert caplog.text == ""


@pytest.mark.parametrize("answer", ["404", "500", "503"])
def test_a_beat_that_is_turned_away_is_not_taken(
    service: Service, answer: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The log says how it was turned away, not by whom."""
    assert not Heartbeat(service.address(answer)).beat()
    assert f"HTTPError {answer}" in caplog.text
    assert SECRET not in caplog.text


def test_a_service_that_is_silent_is_not_waited_for(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    """It costs its caller the time-out and no more."""
    began = time.monotonic()
    assert not Heartbeat(service.address("silence"), timeout=0.2).beat()
    assert time.monotonic() - began < 2
    assert "TimeoutError" in caplog.text or "URLError" in caplog.text
    assert SECRET not in caplog.text


@pytest.mark.parametrize(
    "address",
    [
        f"http://127.0.0.1:{free_port()}/{SECRET}",
        f"http://{SECRET}.invalid/",
        f"http://127.0.0.1:{SECRET}/",
        f"http://127.0.0.1/{SECRET} with a space",
        SECRET,
    ],
    ids=["refused", "no such host", "no port", "no path", "no address"],
)
def test_an_address_where_nobody_answers_disturbs_nobody(address: str, caplog: pytest.LogCaptureFixture) -> None:
    """No error leaves it, and the log holds the error's name alone."""
    assert not Heartbeat(address, timeout=2).beat()
    (entry,) = caplog.records
    assert "Error" in entry.getMessage() or "InvalidURL" in entry.getMessage()
    assert SECRET not in caplog.text
    assert entry.exc_info is None


def test_something_that_does_not_speak_http_is_not_taken(caplog: pytest.LogCaptureFixture) -> None:
    """As when another program has taken its port."""
    with socket.create_server(("127.0.0.1", 0)) as other:

        def babble() -> None:
            caller, _ = other.accept()
            with caller:
                caller.recv(1000)
                caller.sendall(b"good day\r\n\r\n")

        thread = threading.Thread(target=babble)
        thread.start()
        assert not Heartbeat(f"http://127.0.0.1:{other.getsockname()[1]}/{SECRET}", timeout=2).beat()
        thread.join()
    assert "BadStatusLine" in caplog.text
    assert SECRET not in caplog.text


def test_without_an_address_nothing_is_sent_and_nothing_is_said(caplog: pytest.LogCaptureFixture) -> None:
    """Nobody asked for it."""
    assert not Heartbeat(None).beat()
    assert caplog.text == ""


def test_certificates_are_loaded_once_and_only_where_they_are_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A context is built at start and not for each beat."""
    made: list[ssl.SSLContext] = []
    create = ssl.create_default_context

    def counting() -> ssl.SSLContext:
        made.append(create())
        return made[-1]

    monkeypatch.setattr(ssl, "create_default_context", counting)
    Heartbeat(None)
    Heartbeat("http://127.0.0.1:9/")
    assert made == []
    heartbeat = Heartbeat(f"https://127.0.0.1:{free_port()}/", timeout=1)
    assert not heartbeat.beat()
    assert not heartbeat.beat()
    assert len(made) == 1
    assert made[0].check_hostname
