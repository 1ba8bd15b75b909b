"""Proofs of delivery: that we posted a message, for whom, and where, so that nobody can say so in the table alone.

An outbox row says in clear which message in Slack is edited. Whoever could write another one there would have a card
drawn in front of somebody else. So each row that was posted carries a seal of nothing under its check's key, which only
fits this row, this addressee and this message.
"""

from __future__ import annotations

from storage.crypto.envelope import Sealer
from storage.errors import CannotOpen
from storage.outbox import Claimed


def made(sealer: Sealer, row: Claimed, channel: str, ts: str) -> bytes:
    """Return the proof that this row was posted there."""
    return sealer.seal(b"", _about(row, channel, ts))


def holds(sealer: Sealer, row: Claimed) -> bool:
    """Return whether we posted this row where it says; False for rows of before there were proofs."""
    try:
        return sealer.open(row.proof or b"", _about(row, row.channel, row.ts)) == b""
    except CannotOpen:
        return False


def _about(row: Claimed, channel: str | None, ts: str | None) -> str:
    return f"posted:{row.id}:{row.check}:{row.target}:{row.via}:{channel}:{ts}"
