"""Socket Mode: tickets, hello, envelopes, acknowledgements, pings, disconnects."""

import asyncio
import contextlib
import itertools
import json
import time
from typing import Literal

from aiohttp import WSMsgType, web

from sandbox.state.core import Core
from sandbox.state.kinds import Json
from sandbox.wire.envelopes import Ack, Envelope

PING_SECONDS = 10.0
Reason = Literal["warning", "refresh_requested", "link_disabled"]


class Sockets:
    """The open connections; all of this runs on the server's loop.

    Each payload goes to one connection, in turn.
    """

    def __init__(self, core: Core) -> None:
        self.core = core
        self.connections: list[web.WebSocketResponse] = []
        self._deaf: list[web.WebSocketResponse] = []
        self._waiting: dict[str, asyncio.Future[Json | None]] = {}
        self._accepts: dict[str, bool] = {}
        self._turn = itertools.count()

    async def link(self, request: web.Request) -> web.StreamResponse:
        """The address that apps.connections.open gave out: each ticket opens one connection."""
        if self.core.down or not self.core.tickets.redeem(request.query.get("ticket", "")):
            return web.Response(status=403, text="ticket used or unknown")
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        self._joined(socket)
        await socket.send_json(self._hello())
        pinging = asyncio.create_task(self._ping(socket))
        try:
            await self._listen(socket)
        except ConnectionError:
            return socket
        finally:
            pinging.cancel()
            self._left(socket)
        return socket

    async def send(self, envelope: Envelope) -> Ack:
        """One envelope to one connection, and its acknowledgement."""
        started, limit = time.monotonic(), self.core.options.ack_seconds
        if not any(not each.closed for each in self.connections):
            return Ack(0.0, "not connected")
        future: asyncio.Future[Json | None] = asyncio.get_running_loop().create_future()
        self._waiting[envelope.id], self._accepts[envelope.id] = future, envelope.accepts_answer
        socket = None
        try:
            socket = await self._hand_over(envelope)
            response = await asyncio.wait_for(future, limit if socket is not None else 0)
        except TimeoutError:
            if socket is not None:  # else the connection broke under it, and nobody had it to answer
                self._missed(envelope, socket)
            return Ack(time.monotonic() - started, "timeout")
        finally:
            del self._waiting[envelope.id]
        return Ack(time.monotonic() - started, None, response)

    async def _hand_over(self, envelope: Envelope) -> web.WebSocketResponse | None:
        """To one that is there: what could not even be written to one that is closing goes to the next."""
        for _ in range(len(self.connections)):
            socket = self._next()
            if socket is None:
                return None
            try:
                if not self._is_deaf(socket):
                    await socket.send_json(_frame(envelope))
            except ConnectionError:
                continue
            return socket
        return None

    async def disconnect(self, reason: Reason) -> None:
        """Tell every connection to go; all but a warning then close."""
        for socket in list(self.connections):
            told = {"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}}
            await socket.send_json(told)
            if reason != "warning":
                await asyncio.sleep(0)
                self._left(socket)
                asyncio.get_running_loop().call_later(0.5, _cut, socket)

    async def drop(self) -> None:
        """Cut every connection without a word."""
        for socket in list(self.connections):
            self._left(socket)
            _cut(socket)

    async def deafen(self) -> None:
        """From now on these connections carry nothing; those made later do."""
        self._deaf = list(self.connections)

    async def close(self) -> None:
        """The workspace is going away."""
        await self.drop()

    async def _listen(self, socket: web.WebSocketResponse) -> None:
        async for message in socket:
            if self._is_deaf(socket):
                continue
            if message.type is WSMsgType.PING:
                await socket.pong(message.data)
            elif message.type is WSMsgType.TEXT:
                self._acknowledged(json.loads(message.data))

    def _acknowledged(self, body: Json) -> None:
        envelope = str(body.get("envelope_id"))
        future = self._waiting.get(envelope)
        if future is None:
            kind = "too late or twice" if envelope in self._accepts else "for an envelope never sent"
            self.core.world.complain(f"socket: acknowledgement {kind}")
            return
        if body.get("payload") and not self._accepts[envelope]:
            self.core.world.complain("socket: a payload in an acknowledgement that cannot carry one")
        if not future.done():
            future.set_result(body.get("payload"))

    def _missed(self, envelope: Envelope, socket: web.WebSocketResponse) -> None:
        if socket in self.connections and not self._is_deaf(socket):
            kind = envelope.payload.get("type", envelope.what)
            self.core.world.complain(f"socket: no acknowledgement of {kind} within {self.core.options.ack_seconds:g} s")

    def _is_deaf(self, socket: web.WebSocketResponse) -> bool:
        return self.core.faults.deaf or socket in self._deaf

    def _next(self) -> web.WebSocketResponse | None:
        usable = [each for each in self.connections if not each.closed]
        return usable[next(self._turn) % len(usable)] if usable else None

    def _joined(self, socket: web.WebSocketResponse) -> None:
        self.connections.append(socket)
        self.core.tickets.connections = len(self.connections)
        self.core.world.changed()

    def _left(self, socket: web.WebSocketResponse) -> None:
        if socket in self.connections:
            self.connections.remove(socket)
        self.core.tickets.connections = len(self.connections)
        self.core.world.changed()

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self.connections),
            "debug_info": {
                "host": "sandbox",
                "build_number": 1,
                "approximate_connection_time": 18060,
            },
            "connection_info": {"app_id": self.core.world.app_id},
        }

    async def _ping(self, socket: web.WebSocketResponse) -> None:
        """Slack pings too; a client that answers nothing is not our concern here."""
        with contextlib.suppress(ConnectionError):
            while not socket.closed:
                await asyncio.sleep(PING_SECONDS)
                if not self._is_deaf(socket):
                    await socket.ping(b"Ping from sandbox")


def _frame(envelope: Envelope) -> Json:
    frame: Json = {"envelope_id": envelope.id, "type": envelope.what, "payload": envelope.payload}
    frame["accepts_response_payload"] = envelope.accepts_answer
    if envelope.what == "events_api":
        frame["retry_attempt"] = envelope.attempt
        frame["retry_reason"] = envelope.reason
    return frame


def _cut(socket: web.WebSocketResponse) -> None:
    transport = socket._req.transport if socket._req else None  # noqa: SLF001 - aiohttp has no public way to abort
    if transport is not None:
        transport.abort()
