"""The bot as a process runs it: assembled by bot/app.py, one process after another on one file, in one thread."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from slack_bolt import BoltContext, BoltRequest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient, WebhookResponse
from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError

from bot.alarms.heartbeat import Heartbeat
from bot.app import Edges, assemble
from bot.clock import Clock
from bot.config.organisation import Organisation
from bot.context import Services
from bot.delivery.sender import QUEUES, Deliverer, OtherWays
from flows.paging.roster import Roster
from storage.crypto.envelope import Keyring
from storage.engine.database import Database

Json = dict[str, Any]
P = ParamSpec("P")
T = TypeVar("T")


class InlineExecutor(Executor):
    """An executor that runs what is submitted at once in the caller's thread, so that a seed is always the same run."""

    def submit(self, do: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run it now."""
        done: Future[T] = Future()
        try:
            done.set_result(do(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - as any executor does
            done.set_exception(error)
        return done


class FaultyDatabase(Database):
    """The bot's database, in which a process can be killed before and after every commit, or the disk be full.

    Processes are killed, but the power is never cut: so nothing waits for the disk. One object serves one process
    after another, so that SQL is compiled once.
    """

    def __init__(self, file: Path) -> None:
        super().__init__(f"sqlite:///{file}")
        event.listen(self.engine, "connect", _does_not_wait)
        event.listen(self.engine, "commit", self._committing)
        self.open = 0
        self.set_faults(lambda _where: None, lambda: False)

    def set_faults(self, kill_point: Callable[[str], None], is_full: Callable[[], bool]) -> None:
        """Set what may kill the process, and what says that the disk is full."""
        self._kill_point, self._is_full, self._is_write, self.open = kill_point, is_full, False, 0

    def begin(self) -> AbstractContextManager[Connection]:
        """Begin, as Database does, with kill points around the commit."""
        return self._begin_writing()

    @contextmanager
    def _begin_writing(self) -> Iterator[Connection]:
        with super().begin() as tx, self._opened():
            yield tx
            self._kill_point("before a commit")
            self._is_write = True
        self._kill_point("after a commit")

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Read, as Database does."""
        with super().read() as tx, self._opened():
            yield tx

    @contextmanager
    def _opened(self) -> Iterator[None]:
        self.open += 1
        try:
            yield
        finally:
            self.open -= 1

    def _committing(self, _connection: Connection) -> None:
        is_write, self._is_write = self._is_write, False
        if is_write and self._is_full():
            raise OperationalError("COMMIT", None, OSError("disk full"))


def _does_not_wait(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")


@dataclass(frozen=True, slots=True)
class SimulatedReply:
    """The bot's answer to a payload. said: texts posted to its response_url. action: response_action and view."""

    acked: bool
    action: Mapping[str, Any]
    said: tuple[str, ...] = ()


class SimulatedWebhook(WebhookClient):
    """A response_url that notes what is posted there and does it, as far as Slack does."""

    def __init__(self, url: str, respond: Callable[[str, Json], None], posted: list[tuple[str, str]]) -> None:
        super().__init__(url)
        self._respond = respond
        self._posted = posted

    def send(self, **message: Any) -> WebhookResponse:
        """Post words to whoever pressed, or replace the message they pressed."""
        if not message.get("replace_original"):
            self._posted.append((self.url, str(message.get("text", ""))))
        try:
            self._respond(self.url, message)
        except SlackApiError:
            return WebhookResponse(url=self.url, status_code=HTTPStatus.NOT_FOUND, body="expired_url", headers={})
        return WebhookResponse(url=self.url, status_code=HTTPStatus.OK, body="ok", headers={})


@dataclass(frozen=True, slots=True)
class ProcessParts:
    """What every process is made of."""

    organisation: Organisation
    roster: Roster
    keys: Keyring
    clock: Clock
    slack: WebClient
    other_ways: OtherWays
    respond: Callable[[str, Json], None]


class SimulatedProcess:
    """The product's own Bot with simulated edges, from its start to its end.

    Raises what Slack raises where it does not answer at the start.
    """

    def __init__(self, parts: ProcessParts, database: FaultyDatabase) -> None:
        self.database = database
        self._posted: list[tuple[str, str]] = []
        self.services = Services(parts.organisation, parts.roster, database, parts.keys, parts.clock)
        self._bot = assemble(self.services, self._edges(parts))
        self._bot.app.middleware(_over_the_wire_of(parts.slack))
        self._senders = [
            _Sender(deliverer, frozenset(lanes)) for deliverer, lanes in zip(self._bot.deliverers, QUEUES, strict=True)
        ]
        self._is_turning = False
        self._slack = parts.slack

    def _edges(self, parts: ProcessParts) -> Edges:
        inline = InlineExecutor()
        return Edges(
            slack=parts.slack,
            sending=parts.slack,
            probe=parts.slack,
            webhook=lambda url: SimulatedWebhook(url, parts.respond, self._posted),
            signing_secret="unused",  # noqa: S106 - nothing is signed here
            other_ways=parts.other_ways,
            ways_to_administrators=(),
            heartbeat=Heartbeat(None),
            listeners=inline,
            replies=inline,
            senders=[inline] * len(QUEUES),
            conditions=frozenset,
        )

    def wake_up(self) -> None:
        """Do what Bot.start does before its loops."""
        self._bot.scheduler.wake_up()

    def turn(self) -> None:
        """Run the scheduler once, unless it is running."""
        if not self._is_turning:
            self._is_turning = True
            with suppress(Exception):  # as the bot's own loop does
                self._bot.scheduler.turn()
            self._is_turning = False

    def audit(self) -> None:
        """Run the auditor once."""
        with suppress(Exception):  # as the bot's own loop does
            self._bot.auditor.turn()

    def send(self, lanes: frozenset[int]) -> None:
        """Let each free sender of these lanes send one batch."""
        for sender in self._senders:
            sender.send(lanes)

    def ask_whether_slack_is_back(self) -> None:
        """Run the probe once."""
        with suppress(Exception):  # as the bot's own loop does
            self._bot.deliverers[0].ask_whether_slack_is_back(self._slack)

    def take(self, payload: Json) -> SimulatedReply:
        """Dispatch a payload to Bolt, and return the bot's answer."""
        before = len(self._posted)
        response = self._bot.app.dispatch(BoltRequest(body=payload, mode="socket_mode"))
        action: Json = json.loads(response.body) if response.body else {}
        said = tuple(words for url, words in self._posted[before:] if url == payload.get("response_url"))
        return SimulatedReply(response.status == HTTPStatus.OK, action, said)


def _over_the_wire_of(slack: WebClient) -> Callable[..., None]:
    """Return a middleware that replaces the client which Bolt makes for each request."""

    def replace_client(context: BoltContext, next: Callable[[], None]) -> None:  # noqa: A002 - Bolt's name
        context["client"] = slack
        next()

    return replace_client


@dataclass
class _Sender:
    """One of the loops that send: not called again while it waits for Slack."""

    deliverer: Deliverer
    lanes: frozenset[int]
    is_busy: bool = field(default=False, init=False)

    def send(self, due: frozenset[int]) -> None:
        if self.is_busy or not self.lanes & due:
            return
        self.is_busy = True
        with suppress(Exception):  # as the bot's own loop does
            self.deliverer.deliver_due()
        self.is_busy = False
