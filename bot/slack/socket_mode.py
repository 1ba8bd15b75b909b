"""The Socket Mode connection and its supervisor, which replaces a lost or dead connection.

If new connections do not help, the supervisor gives up, so that the process can be restarted. Slack's client can
reconnect by itself, and can then be left with a connection that nobody reads from. So a client here lives for one
connection, and only the supervisor makes another.
"""

from __future__ import annotations

import json
import logging
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPException

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk.errors import SlackApiError, SlackClientError, SlackClientNotConnectedError
from slack_sdk.socket_mode.builtin import SocketModeClient
from slack_sdk.socket_mode.builtin.connection import ConnectionState
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.slack import away
from bot.slack.away import NetworkFault
from bot.slack.frames import WholeMessages
from bot.supervised_loop import SupervisedLoop

log = logging.getLogger("share-check")

PINGS_OF_GRACE = 6
"""Unanswered pings after which a connection counts as dead. Slack's client gives up after four or five, if at all."""

GIVE_UP_AFTER = 180.0
"""Seconds during which new connections stay dead although Slack's Web API answers."""

LOOK_EVERY = 0.5
SELDOM = 10
"""The longest pause between two attempts, in pings: Slack rate-limits new connections to a few a minute."""

SAY_AGAIN_AFTER = 60.0
FINISH_WITHIN = 2.0
QUIET_LOOK, QUIET_LOOKS = 0.01, 3
"""Seconds between two checks that nothing is in progress, and how many in a row must find so."""
CLOSE_WITHIN = 2.0
GONE = getattr(select, "POLLRDHUP", 0)
"""The poll flag for a peer that has hung up, on Linux only. Elsewhere failing pings tell, later."""

SLACKS_OWN_TROUBLE = frozenset({"fatal_error", "internal_error", "request_timeout", "service_unavailable"})


class SlackAway(Exception):
    """Slack cannot be reached. This is temporary, and no reason to give up.

    code: for tests, such as "status 503". why: the reason in words, which are also the error's text, and the fix.
    """

    def __init__(self, code: str, why: NetworkFault = away.UNKNOWN) -> None:
        super().__init__(why.words.rstrip("."))
        self.code, self.why = code, why


class TooSoon(SlackAway):
    """Slack answers that it is rate-limiting. wait: seconds until the next attempt."""

    def __init__(self, wait: float) -> None:
        super().__init__("ratelimited", away.TOO_MANY)
        self.wait = wait


@contextmanager
def asking_slack() -> Iterator[None]:
    """Convert the errors of a Slack call.

    Raises SlackAway if Slack does not answer, or has trouble of its own; SlackApiError if it refuses.
    """
    try:
        yield
    except SlackApiError as error:
        code, status = str(error.response.get("error")), error.response.status_code
        if code == "ratelimited":
            raise TooSoon(_retry_after(error)) from error
        if status >= 500 or code in SLACKS_OWN_TROUBLE or not code.isidentifier():  # noqa: PLR2004 - HTTP's server errors
            raise SlackAway(f"status {status}", away.ITS_OWN) from error
        raise
    except (OSError, HTTPException, SlackClientError, ValueError) as error:
        raise SlackAway(type(error).__name__, away.why(error)) from error


def _retry_after(error: SlackApiError) -> float:
    try:
        return float(error.response.headers["Retry-After"])
    except (KeyError, ValueError):
        return 0.0


class SocketConnection(SocketModeHandler):
    """One connection with a client of its own. A request is handled only while its ack can reach Slack."""

    def __init__(self, app: App, app_token: str, workers: int, ping: float, leave: Callable[[], None]) -> None:
        super().__init__(app, app_token, concurrency=workers, ping_interval=ping, auto_reconnect_enabled=False)
        self.client.connect_to_new_endpoint = self._be_told_to_leave  # type: ignore[method-assign]  # see its docstring
        self._leave = leave
        self._states = [self.client.current_session_state]
        self._gate = threading.Condition()
        self._busy = 0
        self._is_retired = False
        self.is_told_to_leave = False
        self.unreadable = 0

    def open(self, address: str) -> None:
        """Connect to the WebSocket URL that Slack gave. Raises nothing: is_open says whether it worked."""
        self.client.wss_uri = address
        self._connect()
        self._states.append(self.client.current_session_state)

    def _connect(self) -> None:
        """Connect as the client does, with a reader that takes bursts and split messages (bot/slack/frames.py)."""
        client = self.client
        session = WholeMessages(
            url=str(client.wss_uri),
            logger=client.logger,
            ping_interval=client.ping_interval,
            proxy=client.proxy,
            proxy_headers=client.proxy_headers,
            on_message_listener=self._arrived,
            ssl_context=client.web_client.ssl,
        )
        session.connect()
        client.current_session, client.current_session_state = session, ConnectionState()  # type: ignore[no-untyped-call]  # the SDK leaves it untyped
        client.current_app_monitor_started = True
        client.current_app_monitor.start()

    def _arrived(self, words: str) -> None:
        """Queue an envelope. One that cannot be read is counted and logged, never its words."""
        try:
            json.loads(words)
        except ValueError:
            self.unreadable += 1
            words = "Slack sent something that could not be read (%s so far on this connection)"
            log.error(words, self.unreadable)  # noqa: TRY400 - the error holds what was sent
            return
        self.client.enqueue_message(words)

    @property
    def is_open(self) -> bool:
        """Return whether the socket is connected. It may still be dead."""
        session = self.client.current_session
        return session is not None and session.sock is not None and not _is_hung_up(session.sock)

    @property
    def pong(self) -> float | None:
        """Return the stamp of the last ping that Slack answered.

        A new one shows that the connection works both ways.
        """
        session = self.client.current_session
        return session.last_ping_pong_time if session else None

    def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]  # as in Bolt
        """Handle a request as Bolt does, if its ack can be sent.

        Otherwise ignore it, and Slack shows the person an error.
        """
        with self._gate:
            if self._is_retired or not self.is_open:
                return
            self._busy += 1
        try:
            super().handle(client, req)
        except SlackClientNotConnectedError:
            log.warning("a press was kept, but Slack could not be told: its connection was gone")
        finally:
            with self._gate:
                self._busy -= 1
                self._gate.notify_all()

    def retire(self) -> None:
        """Close the connection when nothing is in progress; do not wait for a press that hangs.

        Until then, requests that Slack still sends here are handled and acknowledged, because Slack sends them to no
        other connection. Socket Mode has no way to ask Slack to stop sending: a request that arrives at the very moment
        of closing shows Slack's error.
        """
        self._leave_in_a_quiet_moment()
        with self._gate:
            self._is_retired = True
            self._gate.wait_for(lambda: not self._busy, FINISH_WITHIN)
        closing = threading.Thread(target=self._close, daemon=True, name="closing a connection")
        closing.start()
        closing.join(CLOSE_WITHIN)

    def _leave_in_a_quiet_moment(self) -> None:
        until, quiet = time.monotonic() + FINISH_WITHIN, 0
        while self.is_open and time.monotonic() < until:
            with self._gate:
                quiet = quiet + 1 if self._is_quiet() else 0
                if quiet > QUIET_LOOKS:
                    self._hang_up()
                    return
            time.sleep(QUIET_LOOK)

    def _is_quiet(self) -> bool:
        """Return whether nothing waits between the socket and the handlers, and nothing is being handled."""
        waiting = self.client.message_workers._work_queue  # noqa: SLF001 - the executor has no public way to ask
        if self._busy or not self.client.message_queue.empty() or not waiting.empty():
            return False
        session = self.client.current_session
        return session is None or session.sock is None or not _sees(session.sock, select.POLLIN)

    def _hang_up(self) -> None:
        session = self.client.current_session
        if session is not None and session.sock is not None:
            with suppress(OSError):
                socket.socket.shutdown(session.sock, socket.SHUT_RDWR)  # also under TLS: it wakes the reading thread

    def _be_told_to_leave(self, force: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 - the client's signature
        """Wake the supervisor when Slack sends `disconnect`, in place of the client's own reconnect.

        Called in the thread that dispatches what the client received.
        """
        self.is_told_to_leave = True
        self._leave()

    def _close(self) -> None:
        """Stop all four kinds of the client's threads now: by themselves they stop seconds later, or never."""
        self.client.closed = True
        self.client.message_queue.put(None)
        reading = self.client.current_session_runner
        self._hang_up()
        self.client.current_app_monitor.event.set()
        reading.event.set()
        while reading.is_alive():
            for state in self._states:
                state.terminated = True
            reading.thread.join(0.05)
        with suppress(AttributeError):  # the client checks before it takes its lock, so another thread can be first
            self.client.disconnect()
        self.close()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped


def _is_hung_up(sock: socket.socket) -> bool:
    """Return whether the peer has hung up. Slack's client would go on reading until its pings have failed."""
    return _sees(sock, GONE)


def _sees(sock: socket.socket, what: int) -> bool:
    """Return whether any of these poll flags is set now, or the socket is closed."""
    look = select.poll()
    try:
        look.register(sock, what)
    except (ValueError, OSError):  # closed meanwhile
        return True
    return bool(look.poll(0))


class SocketWatch:
    """The supervisor that keeps one good connection. All times are seconds of a monotonic clock.

    give_up: called once, if new connections did not help for give_up_after seconds although Slack's Web API answered.
    """

    def __init__(
        self,
        app: App,
        app_token: str,
        workers: int,
        *,
        ping: float,
        give_up: Callable[[], None],
        give_up_after: float = GIVE_UP_AFTER,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app = app
        self._app_token = app_token
        self._workers = workers
        self._ping = ping
        self._grace = PINGS_OF_GRACE * ping
        self._give_up = give_up
        self._give_up_after = give_up_after
        self._monotonic = monotonic
        self._line: SocketConnection | None = None
        self._change = threading.Lock()
        self._wake = threading.Event()
        self._loop = SupervisedLoop(
            "socket watch",
            self._look,
            every=min(LOOK_EVERY, ping / 2),
            wake=self._wake,
            failure="the watch over the connection to Slack stumbled",
        )
        self._pong: float | None = None
        self._opened = self._heard = float("-inf")
        self._deaf_since: float | None = None
        self._next = float("-inf")
        self._rest = ping
        self._said = float("-inf")
        self.has_given_up = False

    @property
    def is_well(self) -> bool:
        """Return whether the connection is open and Slack answered a ping within the grace period."""
        line = self._line
        return line is not None and line.is_open and self._monotonic() - self._heard <= self._grace

    @property
    def age(self) -> float | None:
        """Return the seconds since the connection was opened; None without one."""
        line = self._line
        return self._monotonic() - self._opened if line is not None and line.is_open else None

    def start(self) -> None:
        """Connect, and start the supervisor's thread, which retries if Slack is away.

        Raises SlackApiError if Slack refuses.
        """
        with suppress(SlackAway):
            self._open(self._address())
            self._heard = self._opened
        self._loop.start()

    def stop(self) -> None:
        """Take nothing new, finish what is in progress, and disconnect."""
        self._loop.stop()
        self._drop()
        self._loop.join(CLOSE_WITHIN)

    def _look(self) -> None:
        now = self._monotonic()
        self._listen(now)
        line = self._line
        if line is not None and self._is_lost(line, now):
            self._drop()
            line = None
        if (line is None or line.is_told_to_leave) and now >= self._next and not self._loop.is_stopping:
            self._renew()

    def _listen(self, now: float) -> None:
        pong = self._line.pong if self._line else None
        if pong is None or pong == self._pong:
            return
        self._pong, self._heard, self._rest = pong, now, self._ping
        if self._deaf_since is not None:
            log.info("the connection to Slack is good again")
            self._deaf_since = None

    def _is_lost(self, line: SocketConnection, now: float) -> bool:
        if not line.is_open:
            log.info("the connection to Slack is gone")
            return True
        if now - max(self._heard, self._opened) > self._grace:
            log.warning("the connection to Slack is deaf: nothing was heard for %.0f s", self._grace)
            return True
        return False

    def _renew(self) -> None:
        """Ask the Web API for a new connection. Its answer also tells whether Slack is away, or only our connection."""
        try:
            address = self._address()
        except TooSoon as limit:
            self._rest, address = max(self._rest, limit.wait), None
        except SlackAway as away:
            self._be_patient(away)
            return
        except SlackApiError as refusal:
            log.error("Slack gives no connection: %s", refusal.response.get("error"))  # noqa: TRY400 - a code says it
            address = None
        now = self._monotonic()
        self._deaf_since = now if self._deaf_since is None else self._deaf_since
        if now - self._deaf_since >= self._give_up_after:
            self._say_it_is_no_use()
            return
        self._next, self._rest = now + self._rest, min(2 * self._rest, SELDOM * self._ping)
        if address is not None:
            self._open(address)

    def _address(self) -> str:
        with asking_slack():
            return str(self._app.client.apps_connections_open(app_token=self._app_token)["url"])

    def _open(self, address: str) -> None:
        """Open a new connection before closing the old one."""
        line = SocketConnection(self._app, self._app_token, self._workers, self._ping, self._wake.set)
        line.open(address)
        with self._change:
            if self._loop.is_stopping or not line.is_open:
                old: SocketConnection | None = line
            else:
                old, self._line = self._line, line
                self._pong, self._opened = None, self._monotonic()
        if old is not None:
            old.retire()

    def _drop(self) -> None:
        with self._change:
            line, self._line = self._line, None
        if line is not None:
            line.retire()

    def _be_patient(self, away: SlackAway) -> None:
        now = self._monotonic()
        self._deaf_since, self._rest, self._next = None, self._ping, now + self._ping
        if now - self._said >= SAY_AGAIN_AFTER:
            self._said = now
            log.error("Slack cannot be reached (%s). Check the network. share-check keeps trying.", away)

    def _say_it_is_no_use(self) -> None:
        log.error(
            "Slack answers, but for %.0f seconds no connection to it carried anything. share-check stops now, "
            "so that whatever runs it can start it afresh.",
            self._give_up_after,
        )
        self.has_given_up = True
        self._loop.stop()
        self._give_up()
