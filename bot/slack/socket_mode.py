"""The watch over the Socket Mode connection: one that is gone or deaf is replaced, and we say so where that is no help.

Slack's client can reconnect by itself, and can be left with a connection that nobody reads from. So a client here
lives for one connection, and nobody but the watch makes another.
"""

from __future__ import annotations

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
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.supervised_loop import SupervisedLoop

log = logging.getLogger("share-check")

PINGS_OF_GRACE = 6
"""Pings without an answer after which a connection is deaf. Slack's client gives up after four to five, if it does."""

GIVE_UP_AFTER = 180.0
"""Seconds of new connections that stay deaf while Slack answers otherwise."""

LOOK_EVERY = 0.5
SELDOM = 10
"""Pings between two attempts at the most: Slack lets an app ask for few connections a minute."""

SAY_AGAIN_AFTER = 60.0
FINISH_WITHIN = 2.0
QUIET_LOOK, QUIET_LOOKS = 0.01, 3
"""Seconds between two looks whether nothing is under way, and how many in a row must find it so."""
CLOSE_WITHIN = 2.0
GONE = getattr(select, "POLLRDHUP", 0)
"""What only Linux can ask: whether the other side has hung up. Elsewhere failing pings tell, later."""

SLACKS_OWN_TROUBLE = frozenset({"fatal_error", "internal_error", "request_timeout", "service_unavailable"})


class SlackAway(Exception):
    """Slack cannot be reached: not a reason to give up, it comes back."""


class TooSoon(SlackAway):
    """Slack answers, and wants to be asked again later, in `wait` seconds."""

    def __init__(self, wait: float) -> None:
        super().__init__("ratelimited")
        self.wait = wait


@contextmanager
def asking_slack() -> Iterator[None]:
    """Raises SlackAway where nobody answers, or not as Slack would; SlackApiError where Slack refuses us."""
    try:
        yield
    except SlackApiError as error:
        code, status = str(error.response.get("error")), error.response.status_code
        if code == "ratelimited":
            raise TooSoon(_retry_after(error)) from error
        if status >= 500 or code in SLACKS_OWN_TROUBLE or not code.isidentifier():  # noqa: PLR2004 - HTTP's
            raise SlackAway(f"status {status}") from error
        raise
    except (OSError, HTTPException, SlackClientError, ValueError) as error:
        raise SlackAway(type(error).__name__) from error


def _retry_after(error: SlackApiError) -> float:
    try:
        return float(error.response.headers["Retry-After"])
    except (KeyError, ValueError):
        return 0.0


class SocketConnection(SocketModeHandler):
    """One connection, and a client that lives and dies with it. Nothing is handled whose receipt Slack cannot get."""

    def __init__(self, app: App, app_token: str, workers: int, ping: float, leave: Callable[[], None]) -> None:
        super().__init__(app, app_token, concurrency=workers, ping_interval=ping, auto_reconnect_enabled=False)
        self.client.connect_to_new_endpoint = self._be_told_to_leave  # type: ignore[method-assign]  # see there
        self._leave = leave
        self._states = [self.client.current_session_state]
        self._gate = threading.Condition()
        self._busy = 0
        self._is_retired = False
        self.is_told_to_leave = False

    def open(self, address: str) -> None:
        """Connect to an address that Slack gave out; whether it worked is_open tells."""
        self.client.wss_uri = address
        self.client.connect()
        self._states.append(self.client.current_session_state)

    @property
    def is_open(self) -> bool:
        """Whether there is a connection, deaf or not."""
        session = self.client.current_session
        return session is not None and session.sock is not None and not _is_hung_up(session.sock)

    @property
    def pong(self) -> float | None:
        """The stamp of the last ping that Slack answered: a new one means that it hears us and we hear it."""
        session = self.client.current_session
        return session.last_ping_pong_time if session else None

    def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]  # as in Bolt
        """As Bolt does, while there is somebody to acknowledge it to: else the person sees that it did not work."""
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
        """Leave in a moment in which nothing is under way; a press that hangs is not waited for.

        Until that moment what Slack still sends here is taken and acknowledged: it is sent to no other connection.
        Socket Mode has no way to ask for nothing more: what is on its way in that very moment shows Slack's error.
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
        """Whether nothing waits between the socket and the handlers, or is being handled."""
        waiting = self.client.message_workers._work_queue  # noqa: SLF001 - the executor tells nobody else
        if self._busy or not self.client.message_queue.empty() or not waiting.empty():
            return False
        session = self.client.current_session
        return session is None or session.sock is None or not _sees(session.sock, select.POLLIN)

    def _hang_up(self) -> None:
        session = self.client.current_session
        if session is not None and session.sock is not None:
            with suppress(OSError):
                socket.socket.shutdown(session.sock, socket.SHUT_RDWR)  # under TLS too: it wakes who reads

    def _be_told_to_leave(self, force: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 - the client's own
        """Where the client would reconnect, in the thread that hands out what it received."""
        self.is_told_to_leave = True
        self._leave()

    def _close(self) -> None:
        """End all four kinds of threads at once: left alone, they notice seconds later, or never."""
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
        with suppress(AttributeError):  # the client looks before it takes its lock: another thread can be first
            self.client.disconnect()
        self.close()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped


def _is_hung_up(sock: socket.socket) -> bool:
    """Whether the other side is gone. Slack's client reads on until its own pings have failed."""
    return _sees(sock, GONE)


def _sees(sock: socket.socket, what: int) -> bool:
    """Whether any of these is so of a socket now, or it is closed."""
    look = select.poll()
    try:
        look.register(sock, what)
    except (ValueError, OSError):  # closed meanwhile
        return True
    return bool(look.poll(0))


class SocketWatch:
    """Keeps one good connection; every time is in seconds of a clock that nobody sets.

    give_up: called once, when new connections did not help for give_up_after seconds although Slack answered.
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
        """Whether Slack heard us, and we it, within the grace period, on a connection that is still there."""
        line = self._line
        return line is not None and line.is_open and self._monotonic() - self._heard <= self._grace

    @property
    def age(self) -> float | None:
        """Seconds since the connection was opened; None without one."""
        line = self._line
        return self._monotonic() - self._opened if line is not None and line.is_open else None

    def start(self) -> None:
        """Connect, or go on trying to. Raises SlackApiError where Slack refuses us."""
        with suppress(SlackAway):
            self._open(self._address())
            self._heard = self._opened
        self._loop.start()

    def stop(self) -> None:
        """Take nothing new, finish what was begun, and leave."""
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
        """Ask the Web API for a new connection, which tells as well whether it is Slack that is away, or only this."""
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
        """Have a new connection before the old one goes."""
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
