"""Benchmark of one answered step over Socket Mode: payload in, durable write, ack out.

The baseline is an ack-only Bolt listener on the same transport in the same run, interleaved with the bot: with
process_before_response for CPU, and with Bolt's defaults for steps per second. Times are printed, never asserted.

    make bench
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import os
import sqlite3
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

Json = dict[str, Any]
ROUNDS, CHECKS = 3, 120
AT_ONCE = (1, 4, 10, 32)
"""People who press at the same moment. By default Bolt has ten listener threads, each polling for acks every 10 ms."""
WALK = (("S1", "no"), ("S2", "no"), ("S3", "none"), ("S4", "no"), ("S6", "no"))
"""The questions up to S7, which takes ticks: each is answered with one button."""
KINDS = {
    "floor": "ack only, process_before_response",
    "shipped": "ack only, as Bolt ships",
    "step": "answered step, SQLite",
    "step_and_card": "answered step and its card edited",
}


def press(check: str, question: str, option: str, number: int) -> Json:
    """Return a button press as complete as Slack's, with a card of typical size in it."""
    card = [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 200}} for _ in range(5)]
    return {
        "type": "block_actions",
        "user": {"id": "U0STAFF", "username": "staff", "name": "staff", "team_id": "T0"},
        "api_app_id": "A0",
        "token": "t",
        "team": {"id": "T0", "domain": "bench"},
        "enterprise": None,
        "is_enterprise_install": False,
        "container": {"type": "message", "message_ts": "1.1", "channel_id": "D0", "is_ephemeral": False},
        "channel": {"id": "D0", "name": "directmessage"},
        "trigger_id": f"1.{number}",
        "message": {"ts": "1.1", "text": "x", "blocks": card},
        "state": {"values": {}},
        "response_url": "http://127.0.0.1:9/none",
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
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        self._started.set()

    async def _answer(self, _request: web.Request) -> web.Response:
        self._ts += 1
        answer = {"ok": True, "team_id": "T0", "user_id": "U0BOT", "bot_id": "B0BOT", "user": {}, "channel": "D0"}
        socket = self.url.replace("http", "ws") + "/socket"
        return web.json_response({**answer, "url": socket, "ts": f"{self._ts}.1"})

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
def child(kind: str, edge: Edge, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Run a bot of this kind in a child process."""
    process = subprocess.Popen(  # noqa: S603 - runs this file
        [sys.executable, __file__, kind, edge.url, str(folder)],
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


def measure(kind: str, edge: Edge, at_once: int) -> Figure:
    """Measure one round with new checks, after a warm-up."""
    with tempfile.TemporaryDirectory() as folder, child(kind, edge, Path(folder)) as process:
        warm, *checks = tell(process, "checks").split()
        for number, step in enumerate(WALK):
            edge.flood([press(warm, *step, number)], 1)
        before = float(tell(process, "cpu"))
        # Everybody answers one question before anybody is asked the next, as on a card.
        seconds = sum(edge.flood([press(check, *step, n) for n, check in enumerate(checks)], at_once) for step in WALK)
        spent = float(tell(process, "cpu")) - before
        steps = len(WALK) * len(checks)
        assert int(tell(process, "kept")) in (0, steps + len(WALK)), "a step was not kept"
    return Figure(cpu=spent / steps * 1000, rate=steps / seconds)


def bare_write(steps: int = 600) -> Figure:
    """Insert rows with sqlite3 alone, as durably as the bot: the cost of the disk and the library."""
    with tempfile.TemporaryDirectory() as folder, contextlib.closing(sqlite3.connect(f"{folder}/bare.db")) as database:
        database.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            database.execute(f"PRAGMA {pragma}")
        database.execute("CREATE TABLE kept (id INTEGER PRIMARY KEY, sealed BLOB)")
        began, cpu = time.perf_counter(), time.process_time()
        for _ in range(steps):
            database.execute("BEGIN IMMEDIATE")
            database.execute("INSERT INTO kept (sealed) VALUES (?)", (b"x" * 500,))
            database.execute("COMMIT")
        return Figure((time.process_time() - cpu) / steps * 1000, steps / (time.perf_counter() - began))


def main() -> None:
    """Interleave the kinds of bot; print medians and ratios."""
    edge = Edge()
    edge.start()
    print(f"An answered step over Socket Mode: medians of {ROUNDS} rounds of {CHECKS * len(WALK)}")
    for at_once in AT_ONCE:
        found: dict[str, list[Figure]] = {kind: [] for kind in KINDS}
        for _ in range(ROUNDS):
            for kind, figures in found.items():
                figures.append(measure(kind, edge, at_once))
        cpu = {kind: statistics.median(figure.cpu for figure in figures) for kind, figures in found.items()}
        rate = {kind: statistics.median(figure.rate for figure in figures) for kind, figures in found.items()}
        print(f"{at_once} at once: the step costs {cpu['step'] / cpu['floor']:.1f}x the CPU of the ack-only floor,")
        print(f"  and {rate['step'] / rate['shipped']:.2f}x the steps a second of ack-only as Bolt ships")
        for kind, words in KINDS.items():
            print(f"  {words:38} {cpu[kind]:6.2f} ms CPU {rate[kind]:7.0f} a second {cpu[kind] / cpu['floor']:5.1f}x")
    bare = [bare_write() for _ in range(ROUNDS)]
    bare_cpu, bare_rate = (statistics.median(figures) for figures in zip(*((b.cpu, b.rate) for b in bare), strict=True))
    print(f"One bare durable write, no Slack: {bare_cpu:.2f} ms CPU, {bare_rate:.0f} a second")


def be(kind: str, url: str, folder: Path) -> None:
    """Run the child process: connect, then answer the parent's questions on standard input."""
    checks = ["none"] * (CHECKS + 1)
    if kind in ("floor", "shipped"):
        _ack_only(url, process_before_response=kind == "floor")
    else:
        checks = _ours(url, folder, cards=kind == "step_and_card")
    for line in sys.stdin:
        match line.strip():
            case "checks":
                print(*checks, flush=True)
            case "cpu":
                print(time.process_time(), flush=True)
            case "kept":
                print(kept(folder), flush=True)


def kept(folder: Path) -> int:
    """Return the number of answers in the record; 0 for a bot that keeps none."""
    file = folder / "bench.db"
    if not file.exists():
        return 0
    with contextlib.closing(sqlite3.connect(file)) as database:
        return int(database.execute("SELECT count(*) FROM events WHERE what = 'answered'").fetchone()[0])


def _ack_only(url: str, *, process_before_response: bool) -> None:
    import re  # noqa: PLC0415 - only this process needs it

    from slack_bolt import Ack, App  # noqa: PLC0415 - only this process needs it
    from slack_bolt.adapter.socket_mode import SocketModeHandler  # noqa: PLC0415 - only this process needs it
    from slack_sdk import WebClient  # noqa: PLC0415 - only this process needs it

    app = App(client=WebClient("xoxb-bench", base_url=f"{url}/api/"), process_before_response=process_before_response)

    @app.action(re.compile(r"^answer\."))
    def answer(ack: Ack) -> None:
        ack()

    SocketModeHandler(app, "xapp-bench").connect()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped


def _ours(url: str, folder: Path, *, cards: bool) -> list[str]:
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
    database = Database(f"sqlite:///{folder / 'bench.db'}")
    database.migrate()
    organisation = load_organisation(example_organisation_path())
    bot = build(Settings.model_validate(given), organisation, database, SystemClock())
    gc.freeze()  # as bot/serve.py does
    checks = []
    for number in range(CHECKS + 1):
        with database.begin() as tx:
            checks.append(bot.services.reporting(tx).start("U0STAFF", f"bench-{number}").check.id)
    if cards:
        bot.start()
    bot.connect("xapp-bench", 64)
    return checks


if __name__ == "__main__":
    if len(sys.argv) > 1:
        be(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
    else:
        main()
