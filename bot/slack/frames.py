"""WebSocket messages as Slack sends them, read without recursion and put together where something has split them.

slack_sdk's own reader takes 1,024 bytes at a time, calls itself for each message, and drops continuation frames: 200
presses at once end its connection, and behind a proxy that splits messages every press is lost.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

from slack_sdk.socket_mode.builtin.connection import Connection, ConnectionState
from slack_sdk.socket_mode.builtin.frame_header import FrameHeader

AT_ONCE = 64 * 1024
"""Bytes read at a time."""
LONGEST = 16 * 1024 * 1024
"""Bytes of one message at most; Slack's are far shorter. A longer one ends the connection."""
_FIN, _OPCODE, _MASKED, _LENGTH = 0x80, 0x0F, 0x80, 0x7F
_TWO_BYTES, _EIGHT_BYTES = 126, 127
_CONTROL = 0x08
_END_OF_HANDSHAKE = b"\n"
"""slack_sdk reads the answer to its handshake up to the last "\r" and leaves this; no first frame begins with it."""
Message = tuple[int, bytes]


class TooLong(ConnectionError):
    """A message is longer than any of Slack's: what arrives is not understood."""


class FrameReader:
    """The bytes of a connection that are not a whole message yet (RFC 6455, 5.2 and 5.4)."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._has_begun = False
        self._opcode = 0
        self._parts = bytearray()

    def feed(self, received: bytes) -> Iterator[Message]:
        """Yield each message that is whole now: its opcode and its data. Raises TooLong."""
        self._bytes += received if self._has_begun else received.removeprefix(_END_OF_HANDSHAKE)
        self._has_begun = self._has_begun or bool(received)
        while (frame := self._next_frame()) is not None:
            is_last, opcode, data = frame
            if opcode & _CONTROL:  # may stand between the parts of a message
                yield opcode, data
                continue
            self._opcode = opcode or self._opcode
            self._parts += data
            if is_last:
                whole, self._parts = bytes(self._parts), bytearray()
                yield self._opcode, whole
        if len(self._bytes) + len(self._parts) > LONGEST:
            raise TooLong

    def _next_frame(self) -> tuple[bool, int, bytes] | None:
        """Take the first frame out of the buffer; None where it is not whole."""
        head = self._head()
        if head is None:
            return None
        start, length, mask = head
        if length > LONGEST:
            raise TooLong
        if len(self._bytes) < start + length:
            return None
        first, data = self._bytes[0], bytes(self._bytes[start : start + length])
        del self._bytes[: start + length]
        if mask:
            data = bytes(byte ^ mask[at % 4] for at, byte in enumerate(data))
        return bool(first & _FIN), first & _OPCODE, data

    def _head(self) -> tuple[int, int, bytes] | None:
        """Return where the data begins, how long it is, and its mask; None where the header is not whole."""
        if len(self._bytes) < 2:  # noqa: PLR2004 - the shortest header
            return None
        short, is_masked = self._bytes[1] & _LENGTH, bool(self._bytes[1] & _MASKED)
        more = {_TWO_BYTES: 2, _EIGHT_BYTES: 8}.get(short, 0)
        start = 2 + more + 4 * is_masked
        if len(self._bytes) < start:
            return None
        length = int.from_bytes(self._bytes[2 : 2 + more], "big") if more else short
        return start, length, bytes(self._bytes[start - 4 : start]) if is_masked else b""


class WholeMessages(Connection):
    """slack_sdk's connection with our reader in the place of its own."""

    def run_until_completion(self, state: ConnectionState) -> None:
        """Read until the connection ends, or `state` says that it was replaced."""
        reader = FrameReader()
        try:
            while not state.terminated and (received := self._receive()) is not None:
                for opcode, data in reader.feed(received):
                    self._take(opcode, data)
        except (OSError, ValueError) as error:
            self.logger.info("the connection to Slack ends: %s", type(error).__name__)
        state.terminated = True
        self.disconnect()

    def _receive(self) -> bytes | None:
        """Return what has arrived, empty where nothing has for a while; None where the connection has ended."""
        try:
            with self.sock_receive_lock:
                sock = self.sock
                return None if sock is None else sock.recv(AT_ONCE) or None
        except TimeoutError:
            time.sleep(0.01)  # whoever closes the connection needs the lock
            return b""

    def _take(self, opcode: int, data: bytes) -> None:
        if opcode == FrameHeader.OPCODE_PING:
            self.pong(data)
        elif opcode == FrameHeader.OPCODE_PONG:
            self._note_pong(data.decode(errors="replace"))
        elif opcode == FrameHeader.OPCODE_TEXT and self.on_message_listener is not None:
            self.on_message_listener(data.decode(errors="replace"))
        elif opcode == FrameHeader.OPCODE_CLOSE:
            raise ConnectionResetError

    def _note_pong(self, words: str) -> None:
        """Keep the time that our ping carried."""
        session, _, sent = words.partition(":")
        if session == self.session_id and sent.replace(".", "", 1).isdigit():
            self.last_ping_pong_time = float(sent)
