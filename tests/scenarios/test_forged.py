"""HTTP mode: what does not come from Slack gets nothing, not even an apology."""

import threading
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import ClassVar
from urllib.parse import urlencode

import pytest

from tests.harness import Stage

pytestmark = pytest.mark.parametrize("stage", [("http", "sqlite")], indirect=True)
TIMESTAMPS = ("abc", "", "0", "99999999999999999999")


class _Listening(BaseHTTPRequestHandler):
    """Somebody else's address; it keeps what it is sent."""

    heard: ClassVar[list[bytes]] = []

    def do_POST(self) -> None:
        self.heard.append(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        self.send_response(200)
        self.end_headers()


def _post(url: str, body: dict[str, str], timestamp: str) -> tuple[int, str]:
    headers = {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": "v0=00"}
    request = urllib.request.Request(url, urlencode(body).encode(), headers)  # noqa: S310 - our own bot
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310 - our own bot
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


@pytest.mark.parametrize("timestamp", TIMESTAMPS)
def test_a_forged_request_learns_no_number_and_moves_the_bot_to_nothing(stage: Stage, timestamp: str) -> None:
    """No name, no phone, no call to an address of the forger's choosing, whatever the header says."""
    url = stage.workspace.slack.options.request_url
    assert url is not None
    server = HTTPServer(("127.0.0.1", 0), _Listening)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    inside = f"http://127.0.0.1:{server.server_address[1]}/"
    press = f'{{"type":"block_actions","user":{{"id":"U0STAFF"}},"response_url":"{inside}","actions":[]}}'
    try:
        for body in ({"command": "/x", "user_id": "U0STAFF", "response_url": inside}, {"payload": press}):
            status, said = _post(url, body, timestamp)
            assert status in (400, 401)
            assert "020" not in said
            assert "Lead" not in said
        stage.workspace.quiet(0.3)
        assert _Listening.heard == []
    finally:
        server.shutdown()
        server.server_close()
