"""A small bot on the real Bolt that tests connect to the sandbox, and builders for its blocks."""

import time
from collections.abc import Callable
from typing import Any

from slack_bolt import App
from slack_bolt.adapter.socket_mode.builtin import SocketModeHandler
from slack_sdk import WebClient

from sandbox import Workspace

Json = dict[str, Any]
Ack = Callable[..., None]


class Bot:
    """A Bolt app and Web API client. `connect` opens Socket Mode; tests of the Web API alone do not need it."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.client = WebClient(workspace.bot_token, base_url=workspace.api_url, timeout=1, retry_handlers=[])
        self.app = App(client=self.client, process_before_response=True)
        self.handlers: list[SocketModeHandler] = []

    def connect(self, ping_interval: float = 10) -> SocketModeHandler:
        handler = SocketModeHandler(self.app, self.workspace.app_token, ping_interval=ping_interval)
        handler.connect()  # type: ignore[no-untyped-call] # Bolt leaves it untyped
        self.handlers.append(handler)
        self.workspace.wait_for_bot()
        return handler

    def stop(self) -> None:
        """Close the sockets in this order: in any other the SDK takes seconds to notice."""
        for handler in self.handlers:
            handler.client.auto_reconnect_enabled = False
            handler.client.closed = True
            handler.client.message_queue.put(None)
            handler.client.current_session_state.terminated = True
        self.workspace.drop_sockets()
        for handler in self.handlers:
            handler.client.close()


def plain(words: str) -> Json:
    return {"type": "plain_text", "text": words}


def section(words: str, **more: object) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": words}, **more}


def button(label: str, action_id: str = "go", **more: object) -> Json:
    return {"type": "button", "action_id": action_id, "text": plain(label), **more}


def actions(*elements: Json, **more: object) -> Json:
    return {"type": "actions", "elements": list(elements), **more}


def options(*labels: str) -> list[Json]:
    return [{"text": plain(each), "value": each.lower()} for each in labels]


def field(label: str, element: Json | None = None, **more: object) -> Json:
    typed = element or {"type": "plain_text_input", "action_id": label.lower()}
    return {"type": "input", "block_id": label, "label": plain(label), "element": typed, **more}


def modal(*blocks: Json, **more: object) -> Json:
    base = {"type": "modal", "title": plain("A modal"), "submit": plain("Save")}
    return {**base, "blocks": list(blocks), **more}


def home(*blocks: Json) -> Json:
    return {"type": "home", "blocks": list(blocks)}


def noting(heard: list[Json], **answer: object) -> Callable[..., None]:
    """Return a listener that acknowledges with `answer` and appends each payload to `heard`."""

    def listen(ack: Ack, body: Json) -> None:
        heard.append(body)
        ack(**answer)

    return listen


def ack_late(seconds: float) -> Callable[..., None]:
    def listen(ack: Ack) -> None:
        time.sleep(seconds)
        ack()

    return listen
