"""Socket Mode and signed HTTP: tickets, turns, redelivery, disconnects."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from slack_bolt import App, BoltRequest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox import Person, Workspace
from tests.sandbox.bots import Bot, Json, ack_late, noting


def counted(counts: list[int], index: int) -> Callable[[str], None]:
    def count(message: str) -> None:
        counts[index] += '"slash_commands"' in message

    return count


def test_each_payload_goes_to_one_connection_in_turn(bot: Bot, staff: Person) -> None:
    heard: list[Json] = []
    bot.app.command("/share-check")(noting(heard))
    for _ in range(2):
        bot.connect()
    bot.workspace.wait_for_bot(connections=2)
    counts = [0, 0]
    for index, handler in enumerate(bot.handlers):
        handler.client.on_message_listeners.append(counted(counts, index))
    for _ in range(4):
        staff.command("/share-check")
    assert len({body["trigger_id"] for body in heard}) == 4
    assert counts == [2, 2]


def test_a_ticket_opens_one_connection_and_needs_the_app_token(bot: Bot) -> None:
    with pytest.raises(SlackApiError, match="not_allowed_token_type"):
        bot.client.apps_connections_open(app_token="xoxb-sandbox")
    address = bot.client.apps_connections_open(app_token="xapp-sandbox")["url"]
    assert address.startswith("ws://127.0.0.1:")
    ticket = address.split("ticket=")[1].split("&")[0]
    tickets = bot.workspace.slack.tickets
    assert [tickets.redeem(ticket), tickets.redeem(ticket)] == [True, False]


def test_an_event_is_redelivered_until_acknowledged(bot: Bot, staff: Person) -> None:
    attempts: list[Json] = []
    done = threading.Event()

    def flaky(body: Json) -> None:
        attempts.append(body)
        if len(attempts) < 3:
            raise OSError("not now")
        done.set()

    bot.app.event("app_home_opened")(flaky)
    bot.connect()
    bot.app.logger.disabled = True
    assert not staff.open_home().acked
    assert done.wait(5)
    assert len({body["event_id"] for body in attempts}) == 1


def keeping(heard: list[Json]) -> Callable[[Json], None]:
    """A listener that never acknowledges."""

    def listen(body: Json) -> None:
        heard.append(body)

    return listen


def test_an_interaction_is_never_redelivered(bot: Bot, staff: Person) -> None:
    heard: list[Json] = []
    bot.app.shortcut("slow")(keeping(heard))
    bot.connect()
    assert not staff.shortcut("slow").acked
    time.sleep(0.3)
    assert len(heard) == 1


def test_a_late_acknowledgement_is_complained_about(bot: Bot, staff: Person) -> None:
    bot.app.shortcut("slow")(ack_late(0.5))
    bot.connect()
    assert not staff.shortcut("slow").acked
    bot.workspace.wait_for(lambda: any("too late" in each for each in bot.workspace.complaints))


def test_a_refresh_makes_the_client_come_back(bot: Bot, staff: Person) -> None:
    bot.app.shortcut("start")(lambda ack: ack())
    bot.connect()
    before = bot.handlers[0].client.session_id()
    bot.workspace.disconnect("refresh_requested")
    bot.workspace.wait_for(lambda: staff.shortcut("start").acked)
    assert bot.handlers[0].client.session_id() != before


@pytest.fixture
def listening() -> Iterator[tuple[Workspace, App, list[dict[str, str]]]]:
    """A workspace that delivers to a bot over HTTP, and the headers the bot got."""
    headers: list[dict[str, str]] = []
    apps: list[App] = []

    class Edge(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            headers.append({key.lower(): value for key, value in self.headers.items()})
            answer = apps[0].dispatch(BoltRequest(body=body, headers=dict(self.headers.items())))
            self.send_response(answer.status)
            self.send_header("content-type", answer.first_headers().get("content-type", "text/plain"))
            self.end_headers()
            self.wfile.write((answer.body or "").encode())

        def log_message(self, *_: object) -> None:
            """Not on the test's output."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Edge)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/slack/events"
    with Workspace(delivery="http", request_url=url, ack_seconds=0.5, retry_seconds=(0.0,)) as workspace:
        client = WebClient(workspace.bot_token, base_url=workspace.api_url)
        apps.append(App(client=client, signing_secret=workspace.signing_secret, process_before_response=True))
        yield workspace, apps[0], headers
    server.shutdown()
    server.server_close()


Listening = tuple[Workspace, App, list[dict[str, str]]]


def test_http_delivers_signed_commands_presses_and_events(listening: Listening) -> None:
    workspace, app, headers = listening
    heard: list[Json] = []
    app.command("/share-check")(noting(heard, text="Opened"))
    app.shortcut("start")(noting(heard))
    app.event("app_home_opened")(noting(heard))
    staff = workspace.person("U0STAFF")
    assert staff.command("/share-check").acked
    assert "Opened" in staff.text()
    assert staff.shortcut("start").acked
    assert staff.open_home().acked
    assert len(heard) == 3
    assert all(each["x-slack-signature"].startswith("v0=") for each in headers)
    assert json.loads(json.dumps(heard[1]))["type"] == "shortcut"


def test_http_retries_events_and_says_so(listening: Listening) -> None:
    workspace, _, headers = listening
    workspace.person("U0STAFF").open_home()
    workspace.wait_for(lambda: len(headers) == 2)
    assert "x-slack-retry-num" not in headers[0]
    assert (headers[1]["x-slack-retry-num"], headers[1]["x-slack-retry-reason"]) == ("1", "http_error")


def test_http_with_a_wrong_secret_is_refused(listening: Listening) -> None:
    workspace, _, _ = listening
    app = App(client=WebClient("x"), signing_secret="other", token_verification_enabled=False)
    request = BoltRequest(body="{}", headers={"x-slack-signature": "v0=no", "x-slack-request-timestamp": "1"})
    assert app.dispatch(request).status == 401
    assert workspace.signing_secret != "other"
