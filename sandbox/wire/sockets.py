"""Socket Mode: tickets, hello, envelopes, acknowledgements, pings, disconnects."""

import asyncio
import contextlib
import itertools
import json
import time
from typing import Literal

from aiohttp import WSMsgType, web

from sandbox.state.fake_slack import FakeSlack
from sandbox.state.models import Json
from sandbox.state.tickets import LIMIT
from sandbox.wire.envelopes import Ack, Envelope

PING_SECONDS = 10.0
SHORT = 126
"""Bytes from which a frame's length needs more than one byte."""
Reason = Literal["warning", "refresh_requested", "link_disabled", "too_many_websockets"]


class Sockets:
    """The open Socket Mode connections, all on the server's loop.

    Each payload goes to one connection, round robin.
    """

    def __init__(self, slack: FakeSlack) -> None:
        self.slack = slack
        self.connections: list[web.WebSocketResponse] = []
        self._deaf: list[web.WebSocketResponse] = []
        self._unacknowledged: dict[str, asyncio.Future[Json | None]] = {}
        self._may_carry_payload: dict[str, bool] = {}
        self._turn = itertools.count()

    async def link(self, request: web.Request) -> web.StreamResponse:
        """Accept a WebSocket at the URL from apps.connections.open; each ticket opens one connection."""
        if self.slack.down or not self.slack.tickets.redeem(request.query.get("ticket", "")):
            return web.Response(status=403, text="ticket used or unknown")
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        if len(self.connections) >= LIMIT:
            await socket.send_json(_goodbye("too_many_websockets"))
            await socket.close()
            return socket
        self._add(socket)
        await socket.send_json(self._hello())
        pinging = asyncio.create_task(self._ping(socket))
        try:
            await self._listen(socket)
        except ConnectionError:
            return socket
        finally:
            pinging.cancel()
            self._remove(socket)
        return socket

    async def send(self, envelope: Envelope) -> Ack:
        """Send one envelope to one connection and wait for its acknowledgement."""
        started, limit = time.monotonic(), self.slack.options.ack_seconds
        if not any(not each.closed for each in self.connections):
            return Ack(0.0, "not connected")
        future: asyncio.Future[Json | None] = asyncio.get_running_loop().create_future()
        self._unacknowledged[envelope.id] = future
        self._may_carry_payload[envelope.id] = envelope.accepts_response_payload
        socket = None
        try:
            socket = await self._write(envelope)
            response = await asyncio.wait_for(future, limit if socket is not None else 0)
        except TimeoutError:
            if socket is not None:  # None: no connection took the envelope, so the bot is not to blame.
                self._complain_of_timeout(envelope, socket)
            return Ack(time.monotonic() - started, "timeout")
        finally:
            del self._unacknowledged[envelope.id]
        return Ack(time.monotonic() - started, None, response)

    async def _write(self, envelope: Envelope) -> web.WebSocketResponse | None:
        """Write the envelope to one connection, or to the next if that one is closing. Return it, or None."""
        for _ in range(len(self.connections)):
            socket = self._next()
            if socket is None:
                return None
            try:
                if not self._is_deaf(socket):
                    await self._send_text(socket, json.dumps(_as_json(envelope)))
            except ConnectionError:
                continue
            return socket
        return None

    async def _send_text(self, socket: web.WebSocketResponse, text: str) -> None:
        """Send a message in one frame or, with the fault `split`, in several as some proxies do."""
        if self.slack.faults.split is None or (transport := _transport(socket)) is None:
            await socket.send_str(text)
            return
        data, size = text.encode(), self.slack.faults.split
        parts = [data[start : start + size] for start in range(0, len(data), size)]
        for number, part in enumerate(parts):
            transport.write(_frame(part, first=number == 0, last=number == len(parts) - 1))

    async def disconnect(self, reason: Reason) -> None:
        """Send every connection a `disconnect`; close it unless the reason is `warning`."""
        for socket in list(self.connections):
            await socket.send_json(_goodbye(reason))
            if reason != "warning":
                await asyncio.sleep(0)
                self._remove(socket)
                asyncio.get_running_loop().call_later(0.5, _abort, socket)

    async def drop(self) -> None:
        """Cut every connection without a `disconnect`."""
        for socket in list(self.connections):
            self._remove(socket)
            _abort(socket)

    async def deafen(self) -> None:
        """Keep the current connections open but carry nothing on them any more; later ones work."""
        self._deaf = list(self.connections)

    async def close(self) -> None:
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
        future = self._unacknowledged.get(envelope)
        if future is None:
            kind = "too late or twice" if envelope in self._may_carry_payload else "for an envelope never sent"
            self.slack.world.complain(f"socket: acknowledgement {kind}")
            return
        if body.get("payload") and not self._may_carry_payload[envelope]:
            self.slack.world.complain("socket: a payload in an acknowledgement that cannot carry one")
        if not future.done():
            future.set_result(body.get("payload"))

    def _complain_of_timeout(self, envelope: Envelope, socket: web.WebSocketResponse) -> None:
        if socket in self.connections and not self._is_deaf(socket):
            kind = envelope.payload.get("type", envelope.type)
            self.slack.world.complain(
                f"socket: no acknowledgement of {kind} within {self.slack.options.ack_seconds:g} s"
            )

    def _is_deaf(self, socket: web.WebSocketResponse) -> bool:
        return self.slack.faults.deaf or socket in self._deaf

    def _next(self) -> web.WebSocketResponse | None:
        usable = [each for each in self.connections if not each.closed]
        return usable[next(self._turn) % len(usable)] if usable else None

    def _add(self, socket: web.WebSocketResponse) -> None:
        self.connections.append(socket)
        self.slack.tickets.connections = len(self.connections)
        self.slack.world.changed()

    def _remove(self, socket: web.WebSocketResponse) -> None:
        if socket in self.connections:
            self.connections.remove(socket)
        self.slack.tickets.connections = len(self.connections)
        self.slack.world.changed()

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self.connections),
            "debug_info": {
                "host": "sandbox",
                "build_number": 1,
                "approximate_connection_time": 18060,
            },
            "connection_info": {"app_id": self.slack.world.app_id},
        }

    async def _ping(self, socket: web.WebSocketResponse) -> None:
        """Ping the client every PING_SECONDS, as Slack does. A client that does not answer is not disconnected."""
        with contextlib.suppress(ConnectionError):
            while not socket.closed:
                await asyncio.sleep(PING_SECONDS)
                if not self._is_deaf(socket):
                    await socket.ping(b"Ping from sandbox")


def _as_json(envelope: Envelope) -> Json:
    frame: Json = {"envelope_id": envelope.id, "type": envelope.type, "payload": envelope.payload}
    frame["accepts_response_payload"] = envelope.accepts_response_payload
    if envelope.type == "events_api":
        frame["retry_attempt"] = envelope.attempt
        frame["retry_reason"] = envelope.reason
    return frame


def _goodbye(reason: Reason) -> Json:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}}


def _frame(part: bytes, *, first: bool, last: bool) -> bytes:
    """Return a WebSocket frame of text, or one that continues the frame before it (RFC 6455, 5.2 and 5.4)."""
    head = bytes([(0x80 if last else 0) | (0x01 if first else 0)])
    if len(part) < SHORT:
        return head + bytes([len(part)]) + part
    return head + b"\x7f" + len(part).to_bytes(8, "big") + part


def _transport(socket: web.WebSocketResponse) -> asyncio.Transport | None:
    return socket._req.transport if socket._req else None  # noqa: SLF001 - aiohttp has no public way to it


def _abort(socket: web.WebSocketResponse) -> None:
    transport = _transport(socket)
    if transport is not None:
        transport.abort()
