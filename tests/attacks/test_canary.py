"""Whatever anybody types stays in the record, sealed: not in a message, a log, a mail, a file, a command's output."""

from __future__ import annotations

import base64
import gzip
import io
import json
import logging
import os
import traceback
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from email.message import Message as Mail
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any
from urllib.parse import quote

import click
import psycopg
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as Mailroom
from click.testing import CliRunner
from slack_bolt import App
from sqlalchemy import select, text

from bot.cli.main import main
from bot.config.organisation import example_organisation_path
from bot.config.settings import setting_names
from bot.monitoring import health, logs
from bot.monitoring.metrics import written
from sandbox.wire.envelopes import Ack, Envelope
from storage.proof.signed_note import SealKey
from storage.tables import checks, metadata
from tests import harness
from tests.attacks.canary import Marks, Typist, boxes_of, files_in, found_in, what_acts, zipped
from tests.attacks.story import Story
from tests.harness import Stage, opened

LIBRARIES = ("slack_bolt", "slack_sdk", "sqlalchemy", "sqlalchemy.engine", "apprise", "alembic", "urllib3", "asyncio")
OURS = ("share-check", "bot", "storage", "flows")
WINDOWS = frozenset({"views.open", "views.push", "views.update"})


class _Letters(Mailroom):
    """What a mail server was given, as it came."""

    def __init__(self) -> None:
        super().__init__(Mail)
        self.kept: list[bytes] = []

    def handle_message(self, message: Any) -> None:
        self.kept.append(bytes(message))


class _Service(BaseHTTPRequestHandler):
    """A notification service, and a watch that is told that we are well."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.kept.append(str(self.headers).encode() + body)  # type: ignore[attr-defined] # see `outside`
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST  # noqa: N815 - the server looks for this name

    def log_message(self, *_: object) -> None:
        """Nothing on the terminal."""


@dataclass
class Outside:
    """Everything that left the process, apart from Slack's Web API, which keeps its own list."""

    letters: list[bytes] = field(default_factory=list)
    pushes: list[bytes] = field(default_factory=list)
    acks: list[tuple[str, Any]] = field(default_factory=list)
    written: io.StringIO = field(default_factory=io.StringIO)
    raw: list[logging.LogRecord] = field(default_factory=list)
    said: list[tuple[str, str]] = field(default_factory=list)
    views: list[str] = field(default_factory=list)


class _Raw(logging.Handler):
    """Every record as it was made, whatever a formatter would leave of it."""

    def __init__(self, kept: list[logging.LogRecord]) -> None:
        super().__init__(logging.NOTSET)
        self._kept = kept

    def emit(self, record: logging.LogRecord) -> None:
        self._kept.append(record)


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> Iterator[Outside]:
    """Logging to the last detail for everything, written as the product writes it, and kept as it was made."""
    kept = Outside()
    register = App.view

    def noting(self: App, constraint: Any, *args: Any, **kwargs: Any) -> Any:
        kept.views.append(str(constraint))
        return register(self, constraint, *args, **kwargs)

    monkeypatch.setattr(App, "view", noting)
    handlers: list[logging.Handler] = [_Raw(kept.raw)]
    handlers.append(logging.StreamHandler(kept.written))
    handlers[-1].setFormatter(logs.Plain())
    levels = {name: logging.getLogger(name).level for name in ("", *OURS, *LIBRARIES)}
    for name in levels:
        logging.getLogger(name).setLevel(logging.DEBUG)
    for handler in handlers:
        logging.getLogger().addHandler(handler)
    yield kept
    for handler in handlers:
        logging.getLogger().removeHandler(handler)
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


@pytest.fixture
def stage(tmp_path: Path, outside: Outside, request: pytest.FixtureRequest) -> Iterator[Stage]:
    """The bot with every way out there is: Slack, mail, notifications, a heartbeat, seals."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else None
    with ExitStack() as stack:
        port = harness.free_port()
        letters = _Letters()
        letters.kept = outside.letters
        server = Controller(letters, hostname="127.0.0.1", port=port)
        server.start()
        stack.callback(server.stop)
        service = ThreadingHTTPServer(("127.0.0.1", 0), _Service)
        service.kept = outside.pushes  # type: ignore[attr-defined] # read by its handler
        Thread(target=service.serve_forever, daemon=True).start()
        stack.callback(service.server_close)
        stack.callback(service.shutdown)
        there = f"127.0.0.1:{service.server_port}"
        more = {
            "SHARE_CHECK_SMTP_URL": f"smtp://127.0.0.1:{port}",
            "SHARE_CHECK_MAIL_FROM": "share-check@example.org",
            "SHARE_CHECK_ALARM_EMAIL": "whoever.runs.it@example.org",
            "SHARE_CHECK_NOTIFY": json.dumps({"lead-1": [f"json://{there}/push"]}),
            "SHARE_CHECK_HEARTBEAT_URL": f"http://{there}/heartbeat",
            "SHARE_CHECK_SEAL_KEY": SealKey.new().written,
        }
        (tmp_path / "bot").mkdir()
        set_stage = stack.enter_context(harness.stage(tmp_path / "bot", url, more=more))
        _listen_in(set_stage, outside)
        yield set_stage


def _listen_in(stage: Stage, outside: Outside) -> None:
    """What the bot answers to each delivery, which is in no list of calls."""
    hands = stage.workspace.user_actions
    send = hands.send

    def noting(envelope: Envelope) -> Ack:
        ack = send(envelope)
        outside.acks.append((str((envelope.payload.get("user") or {}).get("id")), ack.response))
        return ack

    hands.send = noting


def _environment(stage: Stage) -> dict[str, str | None]:
    """The settings of the running bot, for commands beside it."""
    given = {}
    for name, info in type(stage.settings).model_fields.items():
        value = getattr(stage.settings, name)
        value = value.get_secret_value() if hasattr(value, "get_secret_value") else value
        if isinstance(value, (str, int, Path)) and info.alias:
            given[info.alias] = str(value)
    given["SHARE_CHECK_KEYS"] = ",".join(key.get_secret_value() for key in stage.settings.keys)
    return {**dict.fromkeys(setting_names()), **given, "SHARE_CHECK_ORGANISATION": str(example_organisation_path())}


NOT_RUN = {
    "serve": "it is what runs here",
    "demo": "serves a workspace of its own",
    "init": "asks questions, and writes settings",
    "checklist": "knows of no database",
    "decide": "knows of no database",
    "manifest": "knows of no database",
    "grants": "prints SQL, with the name that is typed",
    "migrate": "says which version the tables have",
    "new": "prints a key",
    "new-seal": "prints a key",
    "move": "wants an empty database to copy to: the copy is made by the same code as a backup's",
    "enter-paper": "its sheet holds ticks, and nothing that was typed",
}


def _commands(group: click.Group = main) -> Iterator[str]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from _commands(command)
        else:
            yield name


def _run_commands(stage: Stage, folder: Path) -> list[tuple[str, str]]:
    """Everything that is run beside the bot, with all that it says, wrongly used as well."""
    backups = folder / "backups"
    backups.mkdir()
    with stage.bot.services.database.read() as tx:
        numbers = list(tx.scalars(text("SELECT number FROM packs")))
    ways = [
        ["seal"],
        ["verify"],
        ["verify", "--head", "0" * 64],
        ["export-proof", "--out", str(folder / "proof.json")],
        ["verify", str(folder / "proof.json")],
        ["verify", str(folder / "nothing.json")],
        ["backup", "--to", str(backups)],
        ["keys", "check"],
        ["keys", "rotate"],
        ["doctor"],
        ["doctor", "--json"],
        ["healthy"],
        ["digest", "--preview"],
        ["digest", "--audience", "board", "--format", "csv"],
        ["retention", "--dry-run"],
        ["drill"],
        *(["pack", number, "--out", str(folder / f"{number}.html")] for number in numbers),
        ["pack", "PK-222222", "--out", str(folder / "none.html")],
    ]
    said = [_run(stage, way) for way in ways]
    said += [_run(stage, ["restore", str(file), "--verify"]) for file in sorted(backups.iterdir())]
    run = {word for way in (*ways, ["restore"]) for word in way}
    assert set(_commands()) - run == set(NOT_RUN)
    return said


def _run(stage: Stage, way: list[str]) -> tuple[str, str]:
    result = CliRunner().invoke(main, way, env=_environment(stage))
    assert result.exception is None or isinstance(result.exception, SystemExit), (way, result.exception)
    return " ".join(way), result.output


def _figures(stage: Stage) -> dict[str, bytes]:
    """What a monitoring system reads of it."""
    watched = health.Watched(Event())
    watched.watch(stage.bot)
    shown, _ = written(watched.reading())
    parts = [watched.alive(), watched.ready()]
    watched.close()
    return {"metrics": shown, "health": _json(parts)}


def _rows(stage: Stage) -> bytes:
    """Every cell of every table, as it is kept."""
    with stage.bot.services.database.read() as tx:
        cells = [cell for table in metadata.sorted_tables for row in tx.execute(select(table)) for cell in row]
    return b"\n".join(bytes(cell) if isinstance(cell, (bytes, memoryview)) else str(cell).encode() for cell in cells)


def _files_of_the_server(stage: Stage) -> dict[str, bytes]:
    """PostgreSQL's own files: tables, indexes, write-ahead log."""
    url = stage.settings.database_url.get_secret_value()
    if not url.startswith("postgresql"):
        return {}
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        [folder] = connection.execute("SHOW data_directory").fetchone() or [""]
    return files_in(Path(folder))


def _traces(blobs: dict[str, bytes]) -> dict[str, list[bytes]]:
    return {name: found for name, blob in blobs.items() if (found := found_in(blob))}


def _as_made(record: logging.LogRecord) -> str:
    """All that a careless formatter could print."""
    trace = "".join(traceback.format_exception(*record.exc_info)) if record.exc_info else ""
    return f"{record.name} {record.getMessage()} {trace} {record.exc_text}"


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, default=str).encode()


@pytest.mark.timeout(240)
@pytest.mark.parametrize("stage", ["sqlite", pytest.param("postgres", marks=pytest.mark.needs_postgres)], indirect=True)
def test_what_is_typed_anywhere_is_found_nowhere(stage: Stage, outside: Outside, tmp_path: Path) -> None:
    """Every box of every window, on every way through the product; then every byte that left it or was written."""
    mark = Marks()
    story = Story(stage, Typist(mark), mark)
    story.tell()
    _go_wrong(story)
    outside.said += _run_commands(stage, tmp_path)
    stage.settle()
    assert _traces(_figures(stage)) == {}
    _every_box_was_filled(stage, outside, story.typist)
    _record_has_it(stage, mark)

    shown = [call.args for call in stage.workspace.requests] + [ack for _, ack in outside.acks]
    assert {token for each in shown for token in what_acts(each)} == set()

    messages = [call for call in stage.workspace.requests if call.method not in WINDOWS]
    assert _traces({f"{n} {call.method}": _json([call.args, call.response]) for n, call in enumerate(messages)}) == {}
    people = [stage.workspace.person(each.id) for each in stage.workspace.people]
    ours = [push for person in people for push in person.pushes if not _is_by_people(stage, push.ts)]
    assert _traces({"notifications": "\n".join(push.phone + push.desktop for push in ours).encode()}) == {}
    assert len(outside.letters) >= 2
    assert len(outside.pushes) >= 2
    sent = {"mails": b"\n".join(outside.letters), "notifications elsewhere": b"\n".join(outside.pushes)}
    assert _traces(sent) == {}
    assert _traces({name: said.encode() for name, said in outside.said}) == {}
    _nobody_else_saw_a_window(stage, outside)

    assert len(outside.written.getvalue()) > 10_000
    assert _traces({"the log": outside.written.getvalue().encode()}) == {}
    assert _traces({"every line as it was made": "\n".join(map(_as_made, outside.raw)).encode()}) == {}

    assert _traces({"rows": _rows(stage)}) == {}
    files = {**files_in(tmp_path), **_files_of_the_server(stage)}
    assert any(name.startswith("backups/") for name in files)
    assert _traces(files) == {}


def _go_wrong(story: Story) -> None:
    """Slack fails while a window full of words is on its way, and answers late or not at all."""
    stage, staff = story.stage, story.stage.staff
    stage.begin()
    for fault in (stage.workspace.faults.server_error, stage.workspace.faults.refuse):
        fault("views.open", times=1)
        stage.press("Add a note")
        stage.settle()
    stage.workspace.faults.clear()
    while staff.modal:
        staff.close(whole_stack=True)
    stage.press("Add a note")
    opened(staff, "Add a note")
    with _broken("storage.events.append"):
        staff.fill({"note": story.mark()})
        acted = staff.submit()
    assert "I could not save that" in str(acted.error)
    staff.close()


@contextmanager
def _broken(name: str) -> Iterator[None]:
    """Something of ours fails with what was typed in its own words, as a careless library would."""

    def fail(*args: object, **_: object) -> None:
        raise ValueError(repr(args))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(name, fail)
        yield


def _every_box_was_filled(stage: Stage, outside: Outside, typist: Typist) -> None:
    """A window or a box that the story does not fill fails here: tell it how."""
    answered = [(ack or {}).get("view") for _, ack in outside.acks if isinstance(ack, dict)]
    views = [call.args.get("view") for call in stage.workspace.requests if call.method.startswith("views.")]
    assert {box for view in (*views, *answered) for box in boxes_of(view)} <= typist.boxes
    assert {view for view in outside.views if not view.startswith("keep_")} == typist.windows
    assert {view.removeprefix("keep_") for view in outside.views} == typist.windows, "Keep mine has no box of its own"


def _record_has_it(stage: Stage, mark: Marks) -> None:
    """Otherwise nothing was tested: what was typed is there, once it is opened with its key."""
    with stage.bot.services.database.read() as tx:
        ids = tx.scalars(select(checks.c.id).where(checks.c.erased_at.is_(None))).all()
    kept = json.dumps([[entry.content for entry in stage.record(one)] for one in ids])
    there = [words for words in mark.given if json.dumps(words.strip())[1:-1] in kept]
    assert len(there) > len(mark.given) / 2


def _is_by_people(stage: Stage, ts: str) -> bool:
    found = [each for each in stage.workspace.slack.world.messages if each.ts == ts]
    return bool(found) and not found[0].bot


def _nobody_else_saw_a_window(stage: Stage, outside: Outside) -> None:
    """Words are shown in windows alone, and to nobody but those who work on it."""
    may = {"U0STAFF", "U0STAFF2", "U0LEAD1", "U0INDEP"}
    told = {who for who, ack in outside.acks if found_in(_json(ack))}
    assert told <= may
    for person in (stage.lead_two, stage.deputy, stage.workspace.person("U0ADMIN"), stage.workspace.person("U0GUEST")):
        shown: Callable[[], str] = person.text
        theirs = [each for each in person.messages() if not each.bot]
        assert not set(found_in(shown().encode())) - set(found_in("\n".join(each.text for each in theirs).encode()))


@pytest.mark.parametrize(
    "hidden",
    [
        "Markeruíst".encode(),
        unicodedata.normalize("NFD", "said Markeruíst").encode(),
        b"a CANARYWORD b",
        "Canaryword".encode("utf-16-le"),
        json.dumps({"name": "Markeruíst"}).encode(),
        quote("Markeruíst").encode(),
        base64.b64encode(b"a Canaryword and more"),
        base64.urlsafe_b64encode("{'name': 'Markeruíst'}".encode()),
        b"Canaryword".hex().encode(),
        gzip.compress(b"x" * 100 + b"Canaryword", mtime=0),
        zipped({"a": gzip.compress(b"born 14/03/2011", mtime=0)}),
    ],
)
def test_the_search_finds_a_mark_in_any_form(hidden: bytes) -> None:
    """Otherwise it would find nothing anywhere."""
    assert found_in(b"before " * 3 + hidden if hidden[:2] not in (b"\x1f\x8b", b"PK") else hidden)


def test_the_search_finds_nothing_in_noise() -> None:
    """Sealed bytes, and what base64 makes of them, hold no mark by accident."""
    noise = os.urandom(1_000_000)
    assert found_in(noise) == []
    assert found_in(base64.b64encode(noise)) == []
