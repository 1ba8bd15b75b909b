"""Calls of Slack go over connections that stay open, one call at a time on each."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from bot.slack.kept_alive import KeptAliveClient, KeptAliveWebhook


class Edge(ThreadingHTTPServer):
    """Answers each call as told. opened: connections so far. at_once: calls that are answered together."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Line)
        self.opened: list[Any] = []
        self.said: list[tuple[int, bytes]] = []
        self.hangs_up = False
        self.at_once = threading.Barrier(1)
        self.url = f"http://127.0.0.1:{self.server_address[1]}/"


class _Line(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Edge

    def setup(self) -> None:
        super().setup()
        self.server.opened.append(self.connection)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.at_once.wait(10)
        status, body = self.server.said.pop(0) if self.server.said else (200, b'{"ok": true}')
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if status == 429:
            self.send_header("Retry-After", "3")
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = self.server.hangs_up

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def edge() -> Iterator[Edge]:
    with Edge() as server:
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        serving.start()
        yield server
        server.shutdown()
        serving.join()


@pytest.fixture
def client(edge: Edge) -> KeptAliveClient:
    return KeptAliveClient("xoxb-1", base_url=edge.url, timeout=10, retry_handlers=[])


def test_one_call_after_another_takes_one_connection(edge: Edge, client: KeptAliveClient) -> None:
    """Also a post to a response_url, which is at the same host in the sandbox."""
    for _ in range(3):
        assert client.api_test()["ok"]
    answer = KeptAliveWebhook(edge.url, client.lines, retry_handlers=[]).send(text="words")
    assert (answer.status_code, answer.body) == (200, '{"ok": true}')
    assert len(edge.opened) == 1


def test_calls_at_once_take_one_each_and_keep_them(edge: Edge, client: KeptAliveClient) -> None:
    """Nobody waits for another's call; none is opened twice."""
    edge.at_once = threading.Barrier(5)
    with ThreadPoolExecutor(5) as callers:
        for _ in range(3):
            assert all(done["ok"] for done in callers.map(lambda _: client.api_test(), range(5)))
    assert len(edge.opened) == 5


def test_one_that_the_other_side_closed_is_not_used(edge: Edge, client: KeptAliveClient) -> None:
    """It is noticed before anything is sent: nothing has to be sent twice."""
    edge.hangs_up = True
    assert client.api_test()["ok"]
    edge.opened[0].close()
    assert client.api_test()["ok"]
    assert len(edge.opened) == 2


def test_a_refusal_is_what_it_was(edge: Edge, client: KeptAliveClient) -> None:
    """With Slack's code, its status and its Retry-After; the connection is used on."""
    edge.said = [(429, b'{"ok": false, "error": "ratelimited"}'), (200, b'{"ok": false, "error": "is_archived"}')]
    with pytest.raises(SlackApiError) as too_many:
        client.api_test()
    assert (too_many.value.response.status_code, too_many.value.response["error"]) == (429, "ratelimited")
    assert too_many.value.response.headers["Retry-After"] == "3"
    with pytest.raises(SlackApiError, match="is_archived"):
        client.api_test()
    assert len(edge.opened) == 1


def test_one_that_breaks_is_an_error_of_the_network(edge: Edge, client: KeptAliveClient) -> None:
    """Nothing listens any more."""
    edge.shutdown()
    edge.server_close()
    with pytest.raises(OSError, match="refused"):
        client.api_test()
