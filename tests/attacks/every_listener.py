"""A bot whose listeners can be pressed one by one by anybody, with anything, and that does nothing else meanwhile.

Its loops stand still, so whatever is different afterwards was done by the press.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from slack_bolt import App, BoltRequest
from sqlalchemy import select

from bot.app import Bot, build
from bot.clock import ShiftedClock
from bot.config.organisation import Organisation, example_organisation_path, load_organisation
from flows.case import Strand, StrandName, StrandStatus
from flows.events import EventKind
from flows.model import Answers
from sandbox import Workspace
from sandbox.methods import views
from storage import checks
from storage import events as record
from storage.engine.database import Database
from storage.erasure import Erasure, erase_again
from storage.tables import metadata
from tests import harness
from tests.databases import sqlite_file

Json = dict[str, Any]
KINDS = ("action", "view", "shortcut", "command", "event", "options", "message", "step", "function")
"""What Bolt lets a listener be registered as."""
STAFF, COLLEAGUE, GUEST, OTHER, ADMIN = "U0STAFF", "U0STAFF2", "U0GUEST", "U0OTHER", "U0ADMIN"
LEAD_ONE, LEAD_TWO, DEPUTY, INDEPENDENT, UNKNOWN = "U0LEAD1", "U0LEAD2", "U0DEPUTY", "U0INDEP", "U0NOBODY"
ELSEWHERE = {OTHER: "T0ELSEWHERE"}
DATA_PROTECTION = "U0DATA"
NO_CHECK = "0" * 32
_PATIENCE = 20.0
_SETTLES = 3
"""Looks at pools that are all idle: one may just be handing work to another."""


@dataclass(frozen=True, order=True)
class Listener:
    """kind: as Bolt registers it. name: of the button, modal, shortcut, command or event."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


IN_MODALS = frozenset(
    Listener("action", name)
    for name in (
        *("change", "update_strands", "open_record", "export_case", "request", "items", "item_move", "not_them"),
        *("extend", "close_request", "release"),
    )
)
"""Buttons that stand in modals; what they open lies on top."""


@dataclass(frozen=True)
class Answer:
    """All that came of a press: how Slack was answered, what was whispered, and what was put on the screen."""

    status: int
    body: str
    words: tuple[str, ...] = ()
    screens: tuple[str, ...] = ()

    @property
    def said(self) -> str:
        """Every word of it."""
        return "\n".join((self.body, *self.words, *self.screens))


class _Ear(BaseHTTPRequestHandler):
    """The address Slack gives for answers to one press; each press has its own."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        self.server.heard.setdefault(self.path, []).append(body)  # type: ignore[attr-defined] # see Booth
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing on the terminal."""


class Booth:
    """The bot, and hands that press what they should not."""

    def __init__(self, bot: Bot, workspace: Workspace, listeners: tuple[Listener, ...]) -> None:
        self.bot = bot
        self.workspace = workspace
        self.listeners = listeners
        self._ear = ThreadingHTTPServer(("127.0.0.1", 0), _Ear)
        self._ear.heard = {}  # type: ignore[attr-defined] # what was said where
        self._numbers = count(1)
        threading.Thread(target=self._ear.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._ear.shutdown()
        self._ear.server_close()

    # What can be sent

    def payload(self, listener: Listener, who: str, value: object, state: Mapping[str, Any] | None = None) -> Json:
        """What Slack would send. value: of a button, or a modal's private metadata."""
        number = next(self._numbers)
        body: Json = {
            "user": {"id": who, "team_id": ELSEWHERE.get(who, "T0SANDBOX")},
            "team": {"id": "T0SANDBOX", "domain": "sandbox"},
            "api_app_id": "A0SANDBOX",
            "token": "a-token",
            "trigger_id": self.workspace.slack.triggers.issue(who),
        }
        url = f"http://127.0.0.1:{self._ear.server_port}/{number}"
        match listener.kind:
            case "action":
                action = {"type": "button", "action_id": listener.name, "block_id": "b", "value": value}
                body |= {"type": "block_actions", "actions": [{**action, "action_ts": f"{number}.000100"}]}
                if listener in IN_MODALS:
                    view = self._view("", value, state, who)
                    body |= {"view": view, "trigger_id": self.workspace.slack.triggers.issue(who, view["id"])}
                else:
                    body |= {"response_url": url, "channel": {"id": "C0GENERAL", "name": "general"}}
                    body |= {"container": {"type": "message", "is_ephemeral": False}, "state": {"values": state or {}}}
            case "view":
                view = self._view(listener.name, value, state, who)
                body |= {"type": "view_submission", "view": view, "response_urls": []}
            case "shortcut":
                body |= {"type": "shortcut", "callback_id": listener.name, "action_ts": f"{number}.000100"}
                if listener.name == "check_before_sharing":
                    said = {"type": "message", "user": STAFF, "ts": "1.1", "text": str(value)}
                    body |= {"type": "message_action", "message": said, "channel": {"id": "C0GENERAL"}}
                    body |= {"message_ts": "1.1", "response_url": url}
            case "command":
                body |= {"command": listener.name, "text": str(value), "user_id": who, "response_url": url}
                body |= {"team_id": ELSEWHERE.get(who, "T0SANDBOX"), "channel_id": "C0GENERAL"}
            case "event":
                inner = {"type": listener.name, "user": who, "channel": "D0", "tab": "home", "event_ts": "1.1"}
                body |= {"type": "event_callback", "event_id": f"Ev{number}", "event": inner}
                body |= {"authorizations": [{"team_id": "T0SANDBOX", "is_bot": True, "user_id": "U0BOT"}]}
        return body

    def _view(self, callback_id: str, metadata: object, state: Mapping[str, Any] | None, who: str) -> Json:
        """A modal that is on this person's screen."""
        body: Json = {"type": "modal", "callback_id": callback_id, "title": {"type": "plain_text", "text": "A modal"}}
        made = views.start_stack(self.workspace.slack, who, {**body, "blocks": []})
        inputs = [{"type": "input", "block_id": key} for key in state or {}]
        more = {"id": made.id, "root_view_id": made.id, "hash": made.hash, "private_metadata": metadata}
        return {**body, **more, "blocks": inputs, "state": {"values": state or {}}}

    # What comes of it

    def press(self, listener: Listener, who: str, value: object, state: Mapping[str, Any] | None = None) -> Answer:
        """Press once, and wait for all that comes of it."""
        return self.send(self.payload(listener, who, value, state))

    def send(self, body: Json) -> Answer:
        """What comes of a payload, once everything has."""
        before = len(self.workspace.requests)
        response = self.bot.app.dispatch(BoltRequest(body=body, mode="socket_mode"))
        self.settle()
        heard: dict[str, list[str]] = self._ear.heard  # type: ignore[attr-defined] # see __init__
        words = heard.pop("/" + str(body.get("response_url", "/none")).rpartition("/")[2], [])
        calls = [call for call in self.workspace.requests[before:] if call.method.startswith("views.")]
        screens = [json.dumps(call.args.get("view"), sort_keys=True) for call in calls]
        return Answer(response.status, str(response.body or ""), tuple(words), tuple(screens))

    def settle(self) -> None:
        """Wait until every listener and every reply is done."""
        until, idle = time.monotonic() + _PATIENCE, 0
        while idle < _SETTLES:
            assert time.monotonic() < until, "a listener never ended"
            idle = idle + 1 if all(map(_is_idle, self.bot._executors)) else 0  # noqa: SLF001 - nobody else needs to know
            time.sleep(0.001)

    def kept(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every table."""
        with self.bot.services.database.read() as tx:
            return {table.name: [tuple(row) for row in tx.execute(select(table))] for table in metadata.sorted_tables}

    # What there is to press

    def start(self, who: str = STAFF) -> str:
        """A draft."""
        with self.bot.services.database.begin() as tx:
            return self.bot.services.reporting(tx).start(who, f"start-{next(self._numbers)}").check.id

    def answered(self, answers: Answers, who: str = STAFF) -> str:
        """A draft with these answers."""
        check = self.start(who)
        for question, choices in answers.items():
            with self.bot.services.database.begin() as tx:
                self.bot.services.reporting(tx).answer(check, who, question, choices)
        return check

    def planned(
        self, *, left_out: tuple[str, ...] = (), who: str = STAFF, leader: str = LEAD_ONE, is_breach: bool = False
    ) -> str:
        """A case with a question, a note and a plan that waits for the reporter; "lead-1" leads it.

        is_breach: what was shared may have gone to the wrong person.
        """
        harm: dict[str, tuple[str, ...]] = {"S1": ("no",), "S2": left_out or ("no",), "S3": ("none",), "S4": ("yes",)}
        if is_breach:
            harm |= {"S5": ("no",), "S6": ("gone_wrong",)}
        check, by = self.answered(harm, who), str(self.bot.services.roster.person_at(leader))
        plan = tuple(Strand(name, StrandStatus.TO_DO, "What is planned.") for name in StrandName)
        with self.bot.services.database.begin() as tx:
            work = self.bot.services.casework(tx)
            work.lead(check, leader, by)
            work.write(check, leader, EventKind.QUESTION, {"text": "When?"}, f"q-{check}")
            work.write(check, leader, EventKind.NOTE, {"text": "A note."}, f"n-{check}")
            work.decide(check, leader, "share", {"reason": "It protects them."}, f"d-{check}")
            work.plan(check, leader, by, plan, f"p-{check}")
        return check

    def sent(self, answers: Answers, who: str = STAFF) -> str:
        """A check that was sent and needed nobody."""
        check = self.answered(answers, who)
        with self.bot.services.database.begin() as tx:
            self.bot.services.reporting(tx).send(check, who)
        return check

    def erased(self) -> str:
        """One whose key is destroyed."""
        check, services = self.planned(), self.bot.services
        assert erase_again(
            services.database, services.keys, [Erasure(check, LEAD_ONE, services.clock.now())], services.clock.now()
        )
        return check

    def events(self, check: str) -> list[EventKind]:
        """What the record says of a check."""
        with self.bot.services.database.read() as tx:
            found = checks.load(tx, self.bot.services.keys, check)
            return [entry.what for entry in record.history(tx, check, found.sealer)]

    def event(self, check: str, what: EventKind) -> int:
        """The id of the newest of these events."""
        with self.bot.services.database.read() as tx:
            found = checks.load(tx, self.bot.services.keys, check)
            return [entry.id for entry in record.history(tx, check, found.sealer) if entry.what == what][-1]


def _is_idle(pool: Executor) -> bool:
    """Whether it has nothing to do and nobody at work."""
    assert isinstance(pool, ThreadPoolExecutor)
    waiting, at_rest = pool._work_queue, pool._idle_semaphore  # noqa: SLF001 - there is no other way to ask
    return waiting.empty() and at_rest._value >= len(pool._threads)  # noqa: SLF001 - whether the pool is idle is known to it alone


@contextmanager
def open_booth(
    folder: Path, monkeypatch: pytest.MonkeyPatch, url: str | None = None, organisation: Organisation | None = None
) -> Iterator[Booth]:
    """A workspace, a bot and its listeners, which are whatever it registered while it was built."""
    found: list[Listener] = []
    for kind in KINDS:
        monkeypatch.setattr(App, kind, _noting(kind, getattr(App, kind), found))
    clock_file = folder / "clock"
    with Workspace(manifest=harness.MANIFEST, clock_file=clock_file, rates=False) as workspace:
        workspace.slack.triggers.lifetime = _PATIENCE
        settings = harness.settings_for(workspace, url or sqlite_file(folder / "test.db"), clock_file)
        database = Database(settings.database_url.get_secret_value())
        known = organisation or load_organisation(example_organisation_path())
        bot = build(settings, known, database, ShiftedClock(clock_file))
        with closing(Booth(bot, workspace, tuple(sorted(set(found))))) as booth:
            try:
                yield booth
            finally:
                bot.stop()


def _noting(kind: str, original: Any, found: list[Listener]) -> Any:
    def register(self: App, constraint: Any = None, *args: Any, **kwargs: Any) -> Any:
        name = constraint if isinstance(constraint, str) else getattr(constraint, "pattern", repr(constraint))
        found.append(Listener(kind, str(name).removeprefix("^").removesuffix(r"(\.|$)")))
        return original(self, constraint, *args, **kwargs)

    return register
