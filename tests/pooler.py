"""A pool in front of PostgreSQL that gives each transaction another connection, as PgBouncer does in transaction mode.

Like PgBouncer it refuses the startup parameter `options`, and hands out a process number that is not the server's.
"""

from __future__ import annotations

import itertools
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from queue import Queue

_SSL = 80877103
_ENDS = (b"Q", b"S")
"""Messages after which the client waits for the server: a simple query, and Sync."""
_REFUSAL = b"SFATAL\0C08P01\0Munsupported startup parameter: options\0\0"


@dataclass
class _Wire:
    """PostgreSQL's messages over a socket: a type byte, a length, and the rest."""

    line: socket.socket
    rest: bytes = field(default=b"")

    def take(self, count: int) -> bytes:
        while len(self.rest) < count:
            more = self.line.recv(65536)
            if not more:
                raise EOFError
            self.rest += more
        taken, self.rest = self.rest[:count], self.rest[count:]
        return taken

    def start(self) -> bytes:
        """Return a startup message without its length."""
        (length,) = struct.unpack("!I", self.take(4))
        return self.take(length - 4)

    def message(self) -> bytes:
        head = self.take(5)
        return head + self.take(struct.unpack("!I", head[1:])[0] - 4)

    def until_ready(self) -> tuple[bytes, bytes]:
        """Return all messages up to ReadyForQuery, and its state: I where no transaction is open."""
        found = b""
        while True:
            message = self.message()
            found += message
            if message[:1] == b"Z":
                return found, message[5:6]


class Pooler:
    """Listens on a port of its own. refused: how many clients gave `options`."""

    def __init__(self, server: tuple[str, int], connections: int) -> None:
        self._server = server
        self._connections = connections
        self._pools: dict[bytes, Queue[_Wire]] = {}
        self._greetings: dict[bytes, bytes] = {}
        self._making = threading.Lock()
        self._numbers = itertools.count(900_000)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._lines: list[socket.socket] = []
        self.refused = 0

    @property
    def port(self) -> int:
        port: int = self._listening.getsockname()[1]
        return port

    def listen(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def close(self) -> None:
        for line in (self._listening, *self._lines):
            with closing(line), suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def _serve(self, line: socket.socket) -> None:
        with closing(line), suppress(EOFError, OSError):
            client = _Wire(line)
            start = client.start()
            while struct.unpack("!I", start[:4])[0] == _SSL:
                line.sendall(b"N")
                start = client.start()
            given = start[4:].split(b"\0")
            if b"options" in given[::2]:
                self.refused += 1
                line.sendall(b"E" + struct.pack("!I", len(_REFUSAL) + 4) + _REFUSAL)
                return
            pool = self._pool(given)
            key = b"K" + struct.pack("!III", 12, next(self._numbers), 7)
            greeting = self._greetings[given[given.index(b"database") + 1]]
            line.sendall(greeting + key + b"Z" + struct.pack("!I", 5) + b"I")
            self._pass_on(client, pool)

    def _pool(self, given: list[bytes]) -> Queue[_Wire]:
        user, database = (given[given.index(name) + 1] for name in (b"user", b"database"))
        with self._making:
            if database not in self._pools:
                pool = self._pools[database] = Queue()
                for _ in range(self._connections):
                    wire = _Wire(socket.create_connection(self._server))
                    words = struct.pack("!I", 196608) + b"user\0" + user + b"\0database\0" + database + b"\0\0"
                    wire.line.sendall(struct.pack("!I", len(words) + 4) + words)
                    greeting, _ = wire.until_ready()
                    self._greetings[database] = _without(greeting, b"KZ")
                    pool.put(wire)
                    self._lines.append(wire.line)
            return self._pools[database]

    @staticmethod
    def _pass_on(client: _Wire, pool: Queue[_Wire]) -> None:
        while True:
            message = client.message()
            if message[:1] == b"X":
                return
            server, state = pool.get(), b"T"
            while state != b"I":
                asked = message
                while message[:1] not in _ENDS:
                    message = client.message()
                    asked += message
                server.line.sendall(asked)
                answer, state = server.until_ready()
                client.line.sendall(answer)
                if state != b"I":
                    message = client.message()
            pool.put(server)


def _without(messages: bytes, kinds: bytes) -> bytes:
    """Return the messages but those of these kinds."""
    found = b""
    while messages:
        length = 1 + struct.unpack("!I", messages[1:5])[0]
        found += b"" if messages[:1] in kinds else messages[:length]
        messages = messages[length:]
    return found


@contextmanager
def pooler(host: str, port: int, connections: int = 3) -> Iterator[Pooler]:
    """Run a pool of so many connections to this server."""
    made = Pooler((host, port), connections)
    threading.Thread(target=made.listen, daemon=True).start()
    try:
        yield made
    finally:
        made.close()
