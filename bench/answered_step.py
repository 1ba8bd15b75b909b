"""Benchmark of one answered step over Socket Mode: payload in, durable write, ack out.

The baseline is an ack-only Bolt listener on the same transport in the same run, interleaved with the bot: with
process_before_response for CPU, and with Bolt's defaults for steps per second. Also how long the next question takes
to reach a crowd that answers at once while Slack is slow, and whether a burst is kept. Times are never asserted; that
everything measured has happened is: a bot that keeps nothing, or shows nothing, fails.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import WSMsgType, web

from tests.flows.builders import calm_but

Json = dict[str, Any]
ROUNDS, CHECKS = 3, 64
AT_ONCE = (1, 10, 32, 64)
"""People who press at the same moment. By default Bolt has ten listener threads, each polling for acks every 10 ms."""
WALK = tuple((question, choices[0]) for question, choices in list(calm_but().items())[:5])
"""The first questions, in their order, with an answer for each that raises nothing."""
CROWDS = ((80, 0.05), (80, 0.5), (200, 0.05), (200, 0.5))
"""People who answer at once, and how long Slack takes for each call, in seconds."""
BURST = 2000
KINDS = {
    "floor": "ack only, process_before_response",
    "shipped": "ack only, as Bolt ships",
    "step": "answered step, SQLite",
    "step_postgresql": "answered step, PostgreSQL",
}
KEEPS_NOTHING = ("floor", "shipped")
_CHECK = re.compile("[0-9a-f]{32}")


def press(check: str, question: str, option: str, number: int, ts: str = "1.1", url: str = "") -> Json:
    """Return a button press as complete as Slack's, with a card of typical size in it. ts, url: of the card."""
    card = [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 200}} for _ in range(5)]
    return {
        "type": "block_actions",
        "user": {"id": "U0STAFF", "username": "staff", "name": "staff", "team_id": "T0"},
        "api_app_id": "A0",
        "token": "t",
        "team": {"id": "T0", "domain": "bench"},
        "enterprise": None,
        "is_enterprise_install": False,
        "container": {"type": "message", "message_ts": ts, "channel_id": "D0", "is_ephemeral": False},
        "channel": {"id": "D0", "name": "directmessage"},
        "trigger_id": f"1.{number}",
        "message": {"ts": "1.1", "text": "x", "blocks": card},
        "state": {"values": {}},
        "response_url": url or "http://127.0.0.1:9/none",
        "actions": [
            {
                "type": "button",
                "action_id": f"answer.{option}",
                "block_id": "b",
                "value": f"{check}:{question}",
                "action_ts": f"{number}.1",
            }
        ],
    }


class Edge:
    """A minimal stand-in for Slack: opens sockets, sends presses, counts acks, answers every API call with success."""

    def __init__(self) -> None:
        self.url = ""
        self._loop = asyncio.new_event_loop()
        self._socket: web.WebSocketResponse | None = None
        self._waiting: dict[str, None] = {}
        self._room = asyncio.Semaphore(0)
        self._connected = threading.Event()
        self._started = threading.Event()
        self._ts = 0
        self.delay = 0.0
        self.cards: dict[str, str] = {}
        self.shown: dict[str, float] = {}

    def start(self) -> None:
        threading.Thread(target=self._serve, daemon=True).start()
        self._started.wait()

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._listen())
        self._loop.run_forever()

    async def _listen(self) -> None:
        app = web.Application()
        app.add_routes([web.get("/socket", self._open_socket), web.post("/api/{method}", self._answer)])
        app.add_routes([web.post("/hook/{check}", self._edit)])
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        self._started.set()

    async def _edit(self, request: web.Request) -> web.Response:
        """Take an edit over a response_url, and note when the person sees it."""
        await asyncio.sleep(self.delay)
        self.shown.setdefault(request.match_info["check"], time.perf_counter())
        return web.Response(text="ok")

    async def _answer(self, request: web.Request) -> web.Response:
        self._ts += 1
        ts = f"{self._ts}.1"
        method, said = request.match_info["method"], await request.text()
        if method in ("chat.postMessage", "chat.update"):
            await asyncio.sleep(self.delay)
            for check in set(_CHECK.findall(said)):
                if method == "chat.postMessage":
                    self.cards[check] = ts
                else:
                    self.shown.setdefault(check, time.perf_counter())
        answer = {"ok": True, "team_id": "T0", "user_id": "U0BOT", "bot_id": "B0BOT", "user": {}, "channel": "D0"}
        socket = self.url.replace("http", "ws") + "/socket"
        return web.json_response({**answer, "url": socket, "ts": ts, "view": {"hash": ts}})

    async def _open_socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(autoping=True)
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": 1})
        self._socket = socket
        self._connected.set()
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                self._acked(json.loads(message.data).get("envelope_id"))
        return socket

    def _acked(self, envelope: str | None) -> None:
        if envelope in self._waiting:
            del self._waiting[envelope]
            self._room.release()

    def wait_for_bot(self) -> None:
        self._connected.wait(20)
        self._connected.clear()

    def flood(self, presses: list[Json], at_once: int) -> float:
        """Send all presses, with at most `at_once` unacknowledged. Return the seconds until the last ack."""
        return asyncio.run_coroutine_threadsafe(self._flood(presses, at_once), self._loop).result(120)

    async def _flood(self, presses: list[Json], at_once: int) -> float:
        assert self._socket is not None
        self._room = asyncio.Semaphore(at_once)
        started = time.perf_counter()
        for number, payload in enumerate(presses):
            await self._room.acquire()
            envelope = f"{started}-{number}"
            self._waiting[envelope] = None
            await self._socket.send_json(
                {"envelope_id": envelope, "type": "interactive", "payload": payload, "accepts_response_payload": True}
            )
        for _ in range(at_once):  # all permits returned: all presses are acked
            await self._room.acquire()
        return time.perf_counter() - started


@dataclass
class Figure:
    """The result of one round: CPU milliseconds of the bot's process per step, and steps per second."""

    cpu: float
    rate: float


@contextlib.contextmanager
def child(kind: str, edge: Edge, folder: Path, database: str, checks: int = CHECKS) -> Iterator[subprocess.Popen[str]]:
    """Run a bot of this kind in a child process, with so many new checks in its database."""
    process = subprocess.Popen(  # noqa: S603 - runs this file
        [sys.executable, __file__, kind, edge.url, str(folder), database, str(checks)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
    )
    edge.wait_for_bot()
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def tell(process: subprocess.Popen[str], word: str) -> str:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{word}\n")
    process.stdin.flush()
    return process.stdout.readline().strip()


def measure(kind: str, edge: Edge, at_once: int, database: str = "") -> Figure:
    """Measure one round with new checks, after a warm-up. database: its address; a new SQLite file where empty."""
    with tempfile.TemporaryDirectory() as folder, child(kind, edge, Path(folder), database) as process:
        warm, *checks = tell(process, "checks").split()
        for number, step in enumerate(WALK):
            edge.flood([press(warm, *step, number)], 1)
        before = float(tell(process, "cpu"))
        # Everybody answers one question before anybody is asked the next, as on a card.
        seconds = sum(edge.flood([press(check, *step, n) for n, check in enumerate(checks)], at_once) for step in WALK)
        spent = float(tell(process, "cpu")) - before
        steps = len(WALK) * len(checks)
        expected = 0 if kind in KEEPS_NOTHING else steps + len(WALK)
        kept = int(tell(process, "kept"))
        assert kept == expected, f"{kept} of {expected} steps were kept"
    return Figure(cpu=spent / steps * 1000, rate=steps / seconds)


def crowd(people: int, delay: float, edge: Edge) -> tuple[float, float]:
    """Return the median and the longest seconds from a press to the next question, where so many answer at once."""
    edge.cards, edge.shown, edge.delay = {}, {}, 0.0
    with tempfile.TemporaryDirectory() as folder, child("step_and_card", edge, Path(folder), "", people) as process:
        _, *checks = tell(process, "checks").split()
        until = time.monotonic() + 120
        while not edge.cards.keys() >= set(checks) and time.monotonic() < until:
            time.sleep(0.05)
        assert edge.cards.keys() >= set(checks), "a card was not posted"
        edge.delay, began = delay, time.perf_counter()
        question, option = WALK[0]
        presses = [
            press(one, question, option, n, edge.cards[one], f"{edge.url}/hook/{one}") for n, one in enumerate(checks)
        ]
        edge.flood(presses, people)
        while not edge.shown.keys() >= set(checks) and time.monotonic() < until:
            time.sleep(0.01)
        kept = int(tell(process, "kept"))
        assert kept == people, f"{kept} of {people} answers were kept"
        waits = sorted(edge.shown[check] - began for check in checks)
    edge.delay = 0.0
    return statistics.median(waits), waits[-1]


def burst(edge: Edge, presses: int = BURST) -> float:
    """Return the seconds until all of so many presses sent at once are acknowledged, every one of them kept."""
    with tempfile.TemporaryDirectory() as folder, child("step", edge, Path(folder), "", presses) as process:
        _, *checks = tell(process, "checks").split()
        seconds = edge.flood([press(check, *WALK[0], number) for number, check in enumerate(checks)], presses)
        kept = int(tell(process, "kept"))
        assert kept == presses, f"{kept} of {presses} presses were kept"
        return seconds


def be(kind: str, url: str, folder: Path, database: str, number: int) -> None:
    """Run the child process: connect, then answer the parent's questions on standard input."""
    checks = ["none"] * (number + 1)
    database = database or f"sqlite:///{folder / 'bench.db'}"
    if kind in KEEPS_NOTHING:
        _ack_only(url, process_before_response=kind == "floor")
    else:
        checks = _ours(url, database, number, cards=kind == "step_and_card")
    for line in sys.stdin:
        match line.strip():
            case "checks":
                print(*checks, flush=True)
            case "cpu":
                print(time.process_time(), flush=True)
            case "kept":
                print(0 if kind in KEEPS_NOTHING else kept(database), flush=True)


def kept(url: str) -> int:
    """Return the number of answers in the record."""
    from sqlalchemy import create_engine  # noqa: PLC0415 - only this process needs it

    with create_engine(url).connect() as database:
        found = database.exec_driver_sql("SELECT count(*) FROM events WHERE what = 'answered'")
        return int(found.scalar_one())


def _ack_only(url: str, *, process_before_response: bool) -> None:
    from slack_bolt import Ack, App  # noqa: PLC0415 - only this process needs it
    from slack_bolt.adapter.socket_mode import SocketModeHandler  # noqa: PLC0415 - only this process needs it
    from slack_sdk import WebClient  # noqa: PLC0415 - only this process needs it

    app = App(client=WebClient("xoxb-bench", base_url=f"{url}/api/"), process_before_response=process_before_response)

    @app.action(re.compile(r"^answer\."))
    def answer(ack: Ack) -> None:
        ack()

    SocketModeHandler(app, "xapp-bench").connect()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped


def _ours(url: str, address: str, number: int, *, cards: bool) -> list[str]:
    from cryptography.fernet import Fernet  # noqa: PLC0415 - only this process needs it

    from bot.app import build  # noqa: PLC0415 - only this process needs it
    from bot.clock import SystemClock  # noqa: PLC0415 - only this process needs it
    from bot.config.organisation import example_organisation_path, load_organisation  # noqa: PLC0415 - only this process needs it
    from bot.config.settings import Settings  # noqa: PLC0415 - only this process needs it
    from storage.engine.database import Database  # noqa: PLC0415 - only this process needs it

    given = {
        "SLACK_BOT_TOKEN": "xoxb-bench",
        "SLACK_APP_TOKEN": "xapp-bench",
        "SLACK_API_URL": f"{url}/api/",
        "SHARE_CHECK_KEYS": Fernet.generate_key().decode(),
    }
    database = Database(address)
    database.migrate()
    organisation = load_organisation(example_organisation_path())
    bot = build(Settings.model_validate(given), organisation, database, SystemClock())
    gc.freeze()  # as bot/serve.py does
    checks = []
    for each in range(number + 1):
        with database.begin() as tx:
            checks.append(bot.services.reporting(tx).start("U0STAFF", f"bench-{each}").check.id)
    if cards:
        bot.start()
    bot.connect("xapp-bench", 64)
    return checks


if __name__ == "__main__":
    be(sys.argv[1], sys.argv[2], Path(sys.argv[3]), sys.argv[4], int(sys.argv[5]))
