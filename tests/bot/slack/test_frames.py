"""Messages from Slack, whatever came between: in a burst, in pieces, cut anywhere."""

import json
import struct

import pytest

from bot.slack.frames import LONGEST, FrameReader, TooLong

TEXT, CONTINUED, PING = 1, 0, 9


def _frame(opcode: int, data: bytes, *, is_last: bool = True) -> bytes:
    size = len(data)
    length = bytes([size]) if size < 126 else b"\x7e" + struct.pack("!H", size)
    return bytes([opcode | (0x80 if is_last else 0)]) + length + data


@pytest.mark.parametrize("at_once", [1, 7, 1024, 10**7])
def test_a_burst_of_two_thousand_is_read_whole_however_it_is_cut(at_once: int) -> None:
    """Each envelope once, in order, with nothing of it missing."""
    sent = [json.dumps({"envelope_id": str(number), "more": "x" * (number % 300)}).encode() for number in range(2000)]
    stream = b"".join(_frame(TEXT, each) for each in sent)
    reader, read = FrameReader(), []
    for at in range(0, len(stream), at_once):
        read += [data for _, data in reader.feed(stream[at : at + at_once])]
    assert read == sent


def test_a_message_that_a_proxy_has_split_is_put_together() -> None:
    """With a ping between its parts, as RFC 6455 allows."""
    stream = (
        _frame(TEXT, b'{"a"', is_last=False)
        + _frame(PING, b"?")
        + _frame(CONTINUED, b": ", is_last=False)
        + _frame(CONTINUED, b"1}")
    )
    assert list(FrameReader().feed(stream)) == [(PING, b"?"), (TEXT, b'{"a": 1}')]


def test_what_the_handshake_leaves_is_no_message() -> None:
    """slack_sdk reads its answer up to the last carriage return."""
    assert list(FrameReader().feed(b"\n" + _frame(TEXT, b"{}"))) == [(TEXT, b"{}")]


def test_a_message_without_end_fills_no_memory() -> None:
    """What is longer than anything of Slack's ends the connection, and another is made."""
    with pytest.raises(TooLong):
        list(FrameReader().feed(b"\x81\x7f" + struct.pack("!Q", LONGEST + 1)))
