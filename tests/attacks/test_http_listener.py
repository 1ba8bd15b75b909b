"""Half requests, slow ones and large ones: the listener of HTTP mode goes on answering Slack.

tests/attacks/test_forged_http.py shows that nothing unsigned does anything.
"""

from __future__ import annotations

import json
import socket
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest

from bot.slack import http_mode
from tests.harness import Stage

over_http = pytest.mark.parametrize("stage", [("http", "sqlite")], indirect=True)
HALF = b"POST /slack/events HTTP/1.1\r\nHost: bot\r\nContent-Length: 400\r\n\r\npayload="


def _address(stage: Stage) -> tuple[str, int]:
    where = urlsplit(stage.workspace.slack.options.request_url or "")
    return where.hostname or "", where.port or 0


@contextmanager
def _half_requests(stage: Stage, many: int) -> Iterator[list[socket.socket]]:
    with ExitStack() as held:
        opened = [held.enter_context(socket.create_connection(_address(stage))) for _ in range(many)]
        for each in opened:
            each.sendall(HALF)
        yield opened


def _is_hung_up_on(connection: socket.socket, meanwhile: Callable[[], None] = lambda: None) -> bool:
    """Say whether the other end hangs up within four times what a request may take."""
    connection.settimeout(0.2)
    until = time.monotonic() + 4 * http_mode.UNFINISHED
    while time.monotonic() < until:
        try:
            meanwhile()
            if not connection.recv(100):
                return True
        except TimeoutError:
            continue
        except OSError:
            return True
    return False


@over_http
def test_half_requests_hold_up_no_press(stage: Stage) -> None:
    """A hundred and fifty connections that say nothing more: waitress alone stops at a hundred."""
    with _half_requests(stage, 150):
        stage.begin()
        stage.answer("No")
        stage.settle()
    assert stage.check().answers["S1"] == ("no",)


@over_http
def test_a_request_that_does_not_end_is_hung_up_on(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Silent, or with a byte now and then, which waitress alone would take for activity."""
    stage.stop_bot()
    monkeypatch.setattr(http_mode, "UNFINISHED", 1)
    stage.start_bot()
    with _half_requests(stage, 2) as (silent, dripping):
        assert _is_hung_up_on(dripping, lambda: dripping.sendall(b"x"))
        assert _is_hung_up_on(silent)


class _Untouched:
    """Stands for a library that must not be called."""

    def __call__(self, *_args: Any, **_more: Any) -> Any:
        raise AssertionError("it was parsed before it was known to be Slack's")


def _call(app: Any, body: bytes, **more: str) -> tuple[str, bytes]:
    """Call a WSGI application as waitress does."""
    from io import BytesIO  # noqa: PLC0415 - this function's alone

    said: list[str] = []
    wsgi = {"PATH_INFO": http_mode.PATH, "REQUEST_METHOD": "POST", "wsgi.input": BytesIO(body), **more}
    answer: Iterable[bytes] = app(wsgi, lambda status, _headers: said.append(status))
    return said[0], b"".join(answer)


@over_http
def test_nothing_is_parsed_before_its_signature_is_known(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    app = http_mode.web_app(stage.bot.app, stage.workspace.signing_secret)
    monkeypatch.setattr(json, "loads", _Untouched())
    monkeypatch.setattr(stage.bot.app, "dispatch", _Untouched())
    body = b"[" * (http_mode.LARGEST - 1)
    stamped = {"HTTP_X_SLACK_REQUEST_TIMESTAMP": str(int(time.time())), "HTTP_X_SLACK_SIGNATURE": "v0=" + "0" * 64}
    assert _call(app, body)[0] == "401 Unauthorized"
    assert _call(app, body, **stamped)[0] == "401 Unauthorized"


@over_http
def test_a_request_is_kept_in_memory_and_in_no_file(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A body larger than half a megabyte is refused before it is read; any other never touches a disk."""
    monkeypatch.setattr(tempfile, "TemporaryFile", _Untouched())
    monkeypatch.setattr(tempfile, "NamedTemporaryFile", _Untouched())
    for length, status in ((http_mode.LARGEST, b"401"), (http_mode.LARGEST + 1, b"413")):
        with socket.create_connection(_address(stage)) as slow:
            slow.sendall(HALF.replace(b"400", str(length).encode()).removesuffix(b"payload="))
            slow.sendall(b"x" * length)
            assert slow.recv(100).split()[1] == status
