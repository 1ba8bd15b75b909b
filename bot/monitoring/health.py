"""Health endpoint for machines: /healthz, /readyz and /metrics, on an address that only this machine should reach.

/healthz is OK unless a restart would help. /readyz is OK if the bot can take presses and send pages. Neither says
anything about a check.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Protocol

from bot.clock import Clock
from bot.config.settings import SettingsError
from bot.monitoring import metrics
from bot.monitoring.conditions import ConditionsSeen
from bot.monitoring.metrics import NoMetrics, Reading
from storage.engine.database import Database
from storage.health import figures

SCHEDULER_WITHIN = 30.0
"""Seconds since the scheduler's last round; it runs once a second."""
AUDITOR_WITHIN = 150.0
"""Seconds since the auditor's last round; it runs once a minute, the first time a minute after the start."""
PATIENCE = 3.0
"""Seconds that the database may take to answer."""
JSON = "application/json"
PLAIN = "text/plain; charset=utf-8"
OK = "ok"


class HealthSources(Protocol):
    """What of the bot's services is asked about."""

    @property
    def meters(self) -> metrics.Meters: ...

    @property
    def database(self) -> Database: ...

    @property
    def clock(self) -> Clock: ...

    @property
    def conditions(self) -> ConditionsSeen: ...


class Running(Protocol):
    """A bot, as far as this endpoint asks about it."""

    @property
    def services(self) -> HealthSources: ...

    @property
    def is_connected(self) -> bool: ...

    @property
    def socket_age(self) -> float | None: ...

    @property
    def ended_loops(self) -> tuple[str, ...]: ...

    def since(self, loop: str) -> float: ...


class Watched:
    """The bot as the health endpoint sees it: none while it starts or waits for Slack."""

    def __init__(self, stopping: threading.Event) -> None:
        self._stopping = stopping
        self._bot: Running | None = None
        self._prober = ThreadPoolExecutor(1, thread_name_prefix="health")
        self._asked: Future[figures.DueFigures] | None = None

    def watch(self, bot: Running) -> None:
        """Report on this bot from now on."""
        self._bot = bot

    def close(self) -> None:
        """Stop querying the database."""
        self._prober.shutdown(wait=False, cancel_futures=True)

    def alive(self) -> dict[str, str]:
        """Return the state of each part that a restart could fix: OK, or what is wrong."""
        bot = self._bot
        ended = bot.ended_loops if bot is not None and not self._stopping.is_set() else ()
        return {"process": OK, **({"loops": "a loop has ended"} if ended else {})}

    def ready(self) -> dict[str, str]:
        """Return the state of each part that the bot needs to take presses and send pages: OK, or what is wrong."""
        bot = self._bot
        if self._stopping.is_set():
            return {"bot": "stopping"}
        if bot is None:
            return {"bot": "starting"}
        return {
            "socket": OK if bot.is_connected else "not connected",
            "database": OK if self._figures() is not None else "does not answer",
            "scheduler": _on_time(bot.since("scheduler"), SCHEDULER_WITHIN),
            "auditor": _on_time(bot.since("auditor"), AUDITOR_WITHIN),
            "conditions": ", ".join(sorted(bot.services.conditions.present)) or OK,
        }

    def reading(self) -> Reading:
        """Return the values for /metrics. Before there is a bot, all counts are zero."""
        bot = self._bot
        if bot is None:
            return Reading(metrics.Meters().counts(), None, is_ready=False, socket_age=None, loops={})
        loops = {name: bot.since(name) for name in ("scheduler", "auditor")}
        return Reading(
            counts=bot.services.meters.counts(),
            figures=self._figures(),
            is_ready=_is_well(self.ready()),
            socket_age=bot.socket_age,
            loops=loops,
            conditions=bot.services.conditions.present,
        )

    def _figures(self) -> figures.DueFigures | None:
        """Return the figures; None if the database is away, takes no writes or is too slow.

        At most one query runs at a time.
        """
        if self._asked is None or self._asked.done():
            self._asked = self._prober.submit(self._ask)
        try:
            return self._asked.result(PATIENCE)
        except Exception:  # noqa: BLE001 - any failure means that the database does not answer
            return None

    def _ask(self) -> figures.DueFigures:
        bot = self._bot
        if bot is None or not bot.services.database.can_write():
            raise ConnectionError
        with bot.services.database.read() as tx:
            return figures.of(tx, bot.services.clock.now())


def _on_time(since: float, within: float) -> str:
    return OK if since <= within else "late"


def _is_well(parts: dict[str, str]) -> bool:
    return all(state == OK for state in parts.values())


@contextmanager
def serving(where: str | None, stopping: threading.Event) -> Iterator[Watched]:
    """Serve the health endpoint at `where`, "host:port", until the context ends. None: no endpoint.

    Raises SettingsError if the address cannot be listened on.
    """
    watched = Watched(stopping)
    server = _server(where, watched) if where else None
    try:
        if server is not None:
            threading.Thread(target=server.serve_forever, daemon=True, name="health").start()
        yield watched
    finally:
        if server is not None:
            server.shutdown()
            server.server_close()
        watched.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, where: tuple[str, int], watched: Watched) -> None:
        super().__init__(where, _Handler)
        self.watched = watched

    def handle_error(self, *_: object) -> None:
        """Ignore clients that disconnect early."""


def _server(where: str, watched: Watched) -> _Server:
    host, _, port = where.rpartition(":")
    try:
        return _Server((host.strip("[]"), int(port)), watched)
    except OSError as error:
        problem = f"Cannot listen on {where}: {error.strerror}. Choose another SHARE_CHECK_HEALTH."
        raise SettingsError([problem]) from error


class _Handler(BaseHTTPRequestHandler):
    """The handler of the three pages, read-only."""

    timeout = 5
    server_version = "share-check"
    sys_version = ""

    @property
    def _watched(self) -> Watched:
        assert isinstance(self.server, _Server)  # noqa: S101 - only _Server creates this handler
        return self.server.watched

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/healthz":
            self._parts(self._watched.alive())
        elif path == "/readyz":
            self._parts(self._watched.ready())
        elif path == "/metrics":
            self._metrics()
        else:
            self._answer(HTTPStatus.NOT_FOUND, b"There is /healthz, /readyz and /metrics.\n", PLAIN)

    def do_HEAD(self) -> None:
        self.do_GET()

    def _parts(self, parts: dict[str, str]) -> None:
        status = HTTPStatus.OK if _is_well(parts) else HTTPStatus.SERVICE_UNAVAILABLE
        self._answer(status, json.dumps(parts).encode() + b"\n", JSON)

    def _metrics(self) -> None:
        try:
            text, kind = metrics.written(self._watched.reading())
        except NoMetrics as error:
            self._answer(HTTPStatus.NOT_IMPLEMENTED, f"{error}\n".encode(), PLAIN)
        else:
            self._answer(HTTPStatus.OK, text, kind)

    def _answer(self, status: HTTPStatus, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Log no requests."""
