"""What the page reads and does, and that nobody else's page can."""

import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from http.client import HTTPResponse
from pathlib import Path

import pytest

from sandbox import Person, Workspace
from sandbox.__main__ import main
from tests.sandbox.bots import Ack, Bot, Json, actions, button, field, modal, section

ROOT = Path(__file__).parents[3]


def opened(url: str, data: bytes | None = None, headers: dict[str, str] | None = None) -> HTTPResponse:
    request = urllib.request.Request(url, data, headers or {})  # noqa: S310 - the sandbox's own address
    answer: HTTPResponse = urllib.request.urlopen(request, timeout=5)  # noqa: S310 - the same
    return answer


def ask(workspace: Workspace, path: str, body: Json | None = None, **headers: str) -> Json:
    data = json.dumps(body).encode() if body is not None else None
    with opened(f"{workspace.url}/sandbox/{path}", data, headers) as answer:
        answered: Json = json.load(answer)
        return answered


def refusal(workspace: Workspace, path: str, body: Json | None = None, **headers: str) -> int:
    with pytest.raises(urllib.error.HTTPError) as refused:
        ask(workspace, path, body, **headers)
    refused.value.close()
    return refused.value.code


def test_the_page_can_play_a_whole_round(bot: Bot, workspace: Workspace) -> None:
    def start(ack: Ack, body: Json) -> None:
        ack()
        blocks = [section("Danger?", block_id="q"), actions(button("Yes"), block_id="row")]
        bot.client.chat_postMessage(channel=body["user_id"], text="Q", blocks=blocks)

    def pressed(ack: Ack, body: Json) -> None:
        ack()
        bot.client.views_open(trigger_id=body["trigger_id"], view=modal(field("Name"), callback_id="m"))

    bot.app.command("/share-check")(start)
    bot.app.action("go")(pressed)
    bot.app.view("m")(lambda ack: ack())
    bot.connect()
    done = ask(workspace, "act", {"as": "U0STAFF", "do": "command", "command": "/share-check"})
    assert done == {"ok": True, "acked": True, "error": None}
    seen = ask(workspace, "state")["views"]["U0STAFF"]
    message = seen["conversations"][0]["messages"][0]
    assert (seen["conversations"][0]["id"], seen["conversations"][0]["unread"]) == ("D0STAFF", 1)
    where = {"surface": "message", "channel": "D0STAFF", "ts": message["ts"]}
    press = {"as": "U0STAFF", "do": "press", "block_id": "row", "action_id": "go", **where}
    assert ask(workspace, "act", press)["acked"]
    view = ask(workspace, "state")["views"]["U0STAFF"]["modals"][0]
    submit = {"as": "U0STAFF", "do": "submit", "view_id": view["id"]}
    assert ask(workspace, "act", submit)["error"] == "Please complete this required field."
    assert ask(workspace, "act", {**submit, "state": {"Name": {"name": "x"}}})["acked"]
    ask(workspace, "act", {"as": "U0STAFF", "do": "read", "channel": "D0STAFF"})
    seen = ask(workspace, "state")["views"]["U0STAFF"]
    assert seen["modals"] == []
    assert seen["conversations"][0]["unread"] == 0
    assert refusal(workspace, "act", submit) == 400


def test_the_page_can_break_and_mend_slack(workspace: Workspace) -> None:
    for body in ({"down": True}, {"forward": 60}, {"fault": {"kind": "slow", "milliseconds": 1}}):
        assert ask(workspace, "control", body) == {"ok": True}
    state = ask(workspace, "state")
    assert (state["down"], state["clock_offset"]) == (True, 60)
    assert refusal(workspace, "control", {"fault": {"kind": "flood"}}) == 400
    assert ask(workspace, "manifest")["commands"] == []


def test_a_foreign_page_is_refused(workspace: Workspace) -> None:
    assert refusal(workspace, "state", Origin="http://elsewhere.example") == 403
    assert refusal(workspace, "state", Host="rebound.example") == 403
    assert ask(workspace, "state", Origin=workspace.url)["version"] >= 0


def test_changes_are_streamed(workspace: Workspace, staff: Person) -> None:
    with opened(f"{workspace.url}/sandbox/events") as stream:
        first = json.loads(stream.readline().removeprefix(b"data: "))
        staff.post("C0GENERAL", "Hello")
        stream.readline()
        assert json.loads(stream.readline().removeprefix(b"data: "))["version"] > first["version"]


BOT = """
import os, threading
from slack_bolt import App
from slack_bolt.adapter.socket_mode.builtin import SocketModeHandler
from slack_sdk import WebClient
client = WebClient(os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"])
print("greeting", os.environ["GREETING"], flush=True)
SocketModeHandler(App(client=client), os.environ["SLACK_APP_TOKEN"]).connect()
threading.Event().wait()
"""


def test_the_command_line_runs_a_bot_restarts_it_and_stops_both(tmp_path: Path) -> None:
    script = tmp_path / "bot.py"
    script.write_text(BOT)
    run = [sys.executable, "-m", "sandbox", "--port", "0", "--run", f"{sys.executable} {script}"]
    command = [*run, "--env", "GREETING=hello", "--clock-file", str(tmp_path / "clock")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:  # noqa: S603 - ours
        assert process.stdout is not None
        assert process.stdout.readline() == "greeting hello\n"
        url = process.stdout.readline().split("open ")[1].split("/ ")[0]
        opened(f"{url}/sandbox/control", b'{"restart_bot": true}').close()
        assert process.stdout.readline() == "greeting hello\n"
        began = time.monotonic()
        process.terminate()
        assert process.wait(10) == 0
        assert time.monotonic() - began < 5


def test_a_port_that_is_taken_is_said_plainly(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    port = workspace.url.rsplit(":", 1)[1]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("signal.signal", lambda *_: None)
        assert main(["--port", port]) == 1
    assert f"Port {port} is taken" in capsys.readouterr().out
