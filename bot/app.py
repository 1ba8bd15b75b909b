"""The composition root: the one place where things are put together."""

from __future__ import annotations

import gc
import logging
import ssl
import threading
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from urllib.parse import urlsplit

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from bot import aftercare, casework, conversation, errors, home, start
from bot.clock import Clock
from bot.clockwork import Clockwork
from bot.deliver import Deliverer
from bot.facts import roster_of
from bot.organisation import Organisation
from bot.outsiders import Outsiders
from bot.settings import Settings
from bot.views import Desk
from storage.crypto import Keyring
from storage.database import Database

log = logging.getLogger(__name__)
SENDERS = 8
TICK = 1.0
PING_EVERY = 3
"""Seconds. The client notices a dead socket after four of these; until then every press fails."""
PING = 3.0
SLACK_TIMEOUT = 10
CLOSE_WITHIN = 10


class Bot:
    """A bot that is put together; `start` connects it, `stop` lets it finish what it has begun."""

    def __init__(
        self,
        app: App,
        desk: Desk,
        deliverer: Deliverer,
        clockwork: Clockwork,
        pools: tuple[ThreadPoolExecutor, ...],
    ) -> None:
        self.app = app
        self.desk = desk
        self.deliverer = deliverer
        self.clockwork = clockwork
        self._pools = pools
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._socket: SocketModeHandler | None = None

    def start(self, tick: float = TICK) -> None:
        """Start the loops that send and that watch the clock, each `tick` seconds."""
        self.clockwork.wake_up()
        loops: tuple[Callable[[threading.Event, float], None], ...] = (self.deliverer.run, self.clockwork.run)
        for loop in loops:
            thread = threading.Thread(target=loop, args=(self._stopping, tick), daemon=True, name=loop.__qualname__)
            thread.start()
            self._threads.append(thread)

    def connect(self, app_token: str, workers: int, ping: float = PING) -> None:
        """Connect over Socket Mode; a connection that is gone is noticed after four to five `ping` seconds."""
        self._socket = SocketModeHandler(self.app, app_token, concurrency=workers, ping_interval=ping)
        self._socket.connect()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped

    def stop(self) -> None:
        """Take nothing new, finish what was begun, let go of the database. What is unsent stays in the outbox."""
        if self._socket is not None:
            self._socket.close()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped
        self._stopping.set()
        self.deliverer.wake()
        for thread in self._threads:
            thread.join(CLOSE_WITHIN)
        for pool in self._pools:
            pool.shutdown(wait=True, cancel_futures=False)
        self.desk.database.close()


def build(settings: Settings, organisation: Organisation, database: Database, clock: Clock) -> Bot:
    """A bot ready to start. Raises SlackApiError where Slack refuses the token."""
    client = web_client(settings)
    listeners = ThreadPoolExecutor(settings.workers, thread_name_prefix="listener")
    senders = ThreadPoolExecutor(SENDERS, thread_name_prefix="sender")
    bolt_log = logging.getLogger("share-check.bolt")
    bolt_log.setLevel(logging.ERROR)  # its warnings quote what it was sent
    app = App(
        client=client,
        logger=bolt_log,
        signing_secret=settings.signing_secret.get_secret_value() if settings.signing_secret else "unused",
        process_before_response=True,
        listener_executor=listeners,
        token_verification_enabled=True,
        ignoring_self_events_enabled=False,  # the manifest asks for no messages, and these cost every press
        ignoring_self_assistant_message_events_enabled=False,
        attaching_function_token_enabled=False,
        attaching_conversation_kwargs_enabled=False,
    )
    keys = Keyring([key.get_secret_value() for key in settings.keys])
    desk = Desk(organisation, roster_of(organisation), database, keys, clock)
    deliverer = Deliverer(desk, client, senders)
    _register(app, desk, client, senders)
    gc.freeze()  # what was loaded at start stays: there is no need to look through it again and again
    return Bot(app, desk, deliverer, Clockwork(desk, deliverer), (listeners, senders))


def _register(app: App, desk: Desk, client: WebClient, senders: Executor) -> None:
    replies = errors.Replies(client, senders, errors.phone_words(desk.organisation))
    outsiders = Outsiders(client, str(client.auth_test().get("team_id") or ""))
    errors.register(app, desk.organisation, replies)
    conversation.register(app, desk, replies)  # first: Bolt tries matchers in this order, and answers are most
    start.register(app, start.Door(desk, client, replies, outsiders))
    casework.register(app, desk, replies)
    aftercare.register(app, desk, replies)
    home.register(app, desk, outsiders)


def web_client(settings: Settings) -> WebClient:
    """One client with one ssl context: building one a call costs 24 ms of CPU. Retries belong to the outbox."""
    encrypted = urlsplit(settings.slack_api_url).scheme == "https"
    return WebClient(
        token=settings.bot_token.get_secret_value(),
        base_url=settings.slack_api_url,
        ssl=ssl.create_default_context() if encrypted else None,
        timeout=SLACK_TIMEOUT,
        retry_handlers=[],
    )
