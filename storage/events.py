"""The record: append-only events, each committing to its content (docs/design-decisions.md, 11)."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection, bindparam, func, insert, select

from flows.case import Entry
from flows.events import EventKind
from storage.crypto.envelope import Sealer, padded
from storage.errors import CannotOpen
from storage.tables import events

SYSTEM = "share-check"
"""Who did what nobody pressed a button for."""

SALT_BYTES = 16
_APPEND = insert(events)
_BY_REQUEST = select(events.c.id).where(events.c.request == bindparam("request"))
_OF_CHECK = select(events).where(events.c.check_id == bindparam("check")).order_by(events.c.id)


def append(
    tx: Connection,
    check: str,
    sealer: Sealer,
    at: datetime,
    who: str,
    what: EventKind,
    content: Mapping[str, object],
    request: str | None = None,
) -> int:
    """Add an event and return its id. The content is sealed; the commitment is a salted hash over all of it.

    What is sealed is 256 bytes long, or 512, or 1024, and so on: its length tells next to nothing of what it says.

    request: what Slack sent, so that the same again can be recognised (`is_repeat`).
    """
    body = padded(json.dumps(content, sort_keys=True, separators=(",", ":")).encode(), SALT_BYTES)
    salt = os.urandom(SALT_BYTES)
    row = {
        "check_id": check,
        "at": at,
        "who": who,
        "what": what,
        "commitment": commitment(salt, check, at, who, what, body),
        "sealed": sealer.seal(salt + body, f"event:{check}"),
        "request": request,
    }
    key = tx.execute(_APPEND, row).inserted_primary_key
    return int(key[0]) if key else 0


def is_repeat(tx: Connection, request: str) -> bool:
    """Whether this request already did what it asked for."""
    return tx.execute(_BY_REQUEST, {"request": request}).first() is not None


def commitment(salt: bytes, check: str, at: datetime, who: str, what: str, body: bytes) -> bytes:
    """SHA-256 over the salt, the event's own columns and its content, each ended by a line feed."""
    head = f"{check}\n{at.isoformat()}\n{who}\n{what}".encode()
    return sha256(salt + b"\n" + head + b"\n" + body).digest()


def history(tx: Connection, check: str, sealer: Sealer) -> tuple[Entry, ...]:
    """Everything recorded of a check, oldest first."""
    return tuple(
        Entry(row.id, row.at, row.who, row.what, content_of(sealer, check, row.sealed))
        for row in tx.execute(_OF_CHECK, {"check": check})
    )


def content_of(sealer: Sealer, check: str, sealed: bytes) -> dict[str, object]:
    """What an event's sealed text says; empty where its key is gone."""
    try:
        opened = sealer.open(sealed, f"event:{check}")
    except CannotOpen:
        return {}
    found: dict[str, object] = json.loads(opened[SALT_BYTES:])
    return found


def newest(tx: Connection) -> int:
    """Id of the newest event of all; 0 where there is none."""
    return int(tx.scalar(select(func.max(events.c.id))) or 0)


def newest_of(tx: Connection, check: str, what: EventKind) -> int:
    """Id of the newest event of a kind that a check has; 0 where there is none."""
    return int(tx.scalar(select(func.max(events.c.id)).where(events.c.check_id == check, events.c.what == what)) or 0)


def count(tx: Connection, check: str, what: EventKind) -> int:
    """How many events of a kind a check has."""
    rows = select(func.count()).select_from(events).where(events.c.check_id == check, events.c.what == what)
    return int(tx.scalar(rows) or 0)


def latest(entries: Iterable[Entry], what: EventKind) -> Entry | None:
    """The newest entry of a kind, None where there is none."""
    return next((entry for entry in reversed(tuple(entries)) if entry.what == what), None)
