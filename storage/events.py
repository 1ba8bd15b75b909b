"""The record: append-only events, each with a commitment to its content (docs/design-decisions.md, 11)."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, or_, select

from flows.case import Entry, Signature
from flows.events import EventKind
from storage.crypto.envelope import Sealer, padded
from storage.errors import CannotOpen
from storage.tables import events

SALT_BYTES = 16
_SIGNED = "signed"
"""The key, beside the content, of who the author was at that time."""
_APPEND = insert(events)
_BY_REQUEST = select(events.c.id).where(events.c.request == bindparam("request"))
_OF_CHECK = (
    select(events)
    .where(events.c.check_id == bindparam("check"), events.c.id > bindparam("after"))
    .order_by(events.c.id)
)
_OF_EACH_KIND = select(func.max(events.c.id)).where(events.c.check_id == bindparam("check")).group_by(events.c.what)
_GIST = (
    select(events)
    .where(
        events.c.check_id == bindparam("check"),
        or_(
            events.c.id == bindparam("event"),
            events.c.id.in_(_OF_EACH_KIND),
            events.c.what == EventKind.REPLY,
        ),
    )
    .order_by(events.c.id)
)
_NEWEST_OF_KIND = (
    select(events)
    .where(events.c.check_id == bindparam("check"), events.c.what == bindparam("what", type_=events.c.what.type))
    .order_by(events.c.id.desc())
    .limit(1)
)


def append(
    tx: Connection,
    check: str,
    sealer: Sealer,
    at: datetime,
    who: str,
    what: EventKind,
    content: Mapping[str, object],
    request: str | None = None,
    signed: Signature | None = None,
) -> int:
    """Insert an event and return its id. The content is sealed; the commitment is a salted hash of the whole event.

    signed: who they were then, sealed with the content.

    Sealed content is padded to 512 bytes, 1024 and so on, so that its length reveals almost nothing; without an author
    to 256.

    request: identifies Slack's request, so that a repeat can be recognised (`is_repeat`).
    """
    content = {**content, _SIGNED: asdict(signed)} if signed else content
    body = padded(
        json.dumps(content, sort_keys=True, separators=(",", ":")).encode(), SALT_BYTES, 512 if signed else 256
    )
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
    """Return whether this request has already recorded its event."""
    return of_request(tx, request) is not None


def of_request(tx: Connection, request: str) -> int | None:
    """Return the id of the event that this request has recorded, or None."""
    found: int | None = tx.scalar(_BY_REQUEST, {"request": request})
    return found


def commitment(salt: bytes, check: str, at: datetime, who: str, what: str, body: bytes) -> bytes:
    """Return the SHA-256 of the salt, the event's columns and its content, separated by line feeds."""
    head = f"{check}\n{at.isoformat()}\n{who}\n{what}".encode()
    return sha256(salt + b"\n" + head + b"\n" + body).digest()


def history(tx: Connection, check: str, sealer: Sealer, after: int = 0) -> tuple[Entry, ...]:
    """Return all events of a check, oldest first; after: only those with a higher id.

    A copy of one that is there already is not sound.
    """
    seen: set[bytes] = set()
    found: list[Entry] = []
    for row in tx.execute(_OF_CHECK, {"check": check, "after": after}):
        entry = _entry(row, sealer, check)
        found.append(replace(entry, is_sound=False) if row.commitment in seen else entry)
        seen.add(row.commitment)
    return tuple(found)


def gist(tx: Connection, check: str, sealer: Sealer, event: int) -> tuple[Entry, ...]:
    """Return what a message about one event may speak of, oldest first: that event, the newest of each kind, replies.

    However long a case goes on, that is no more to decrypt than a message or two about each kind.
    """
    return tuple(_entry(row, sealer, check) for row in tx.execute(_GIST, {"check": check, "event": event}))


def content_of(sealer: Sealer, check: str, sealed: bytes) -> dict[str, object]:
    """Return an event's content; empty if it does not open."""
    try:
        return _parts(sealer.open(sealed, f"event:{check}"))[0]
    except CannotOpen:
        return {}


def _entry(row: Row[Any], sealer: Sealer, check: str) -> Entry:
    try:
        opened = sealer.open(row.sealed, f"event:{check}")
    except CannotOpen:
        return Entry(row.id, row.at, row.who, row.what, is_sound=False)
    content, signed = _parts(opened)
    salt, body = opened[:SALT_BYTES], opened[SALT_BYTES:]
    is_sound = commitment(salt, check, row.at, row.who, row.what, body) == row.commitment
    return Entry(row.id, row.at, row.who, row.what, content, signed, is_sound)


def _parts(opened: bytes) -> tuple[dict[str, object], Signature | None]:
    """Return an event's content and who its author was then."""
    found: dict[str, Any] = json.loads(opened[SALT_BYTES:])
    signed = found.pop(_SIGNED, None)
    return found, Signature(**signed) if signed else None


def checks_since(tx: Connection, since: datetime) -> Sequence[str]:
    """Return the ids of the checks in which anything was recorded since then."""
    recent = select(events.c.check_id).where(events.c.at >= since, events.c.check_id.is_not(None)).distinct()
    return tx.scalars(recent.order_by(events.c.check_id)).all()


def newest(tx: Connection) -> int:
    """Return the highest event id, or 0."""
    return int(tx.scalar(select(func.max(events.c.id))) or 0)


def newest_of(tx: Connection, check: str, what: EventKind) -> int:
    """Return the id of a check's newest event of this kind, or 0."""
    return int(tx.scalar(select(func.max(events.c.id)).where(events.c.check_id == check, events.c.what == what)) or 0)


def newest_among(tx: Connection, check: str, kinds: Collection[EventKind]) -> int:
    """Return the id of a check's newest event of these kinds, or 0."""
    found = select(func.max(events.c.id)).where(events.c.check_id == check, events.c.what.in_(kinds))
    return int(tx.scalar(found) or 0) if kinds else 0


def newest_kind(tx: Connection, check: str, kinds: Collection[EventKind]) -> EventKind | None:
    """Return which of these kinds a check's newest event of any of them is; None where there is none."""
    found = select(events.c.what).where(events.c.check_id == check, events.c.what.in_(kinds))
    what: EventKind | None = tx.scalar(found.order_by(events.c.id.desc()).limit(1))
    return what


def newest_at(tx: Connection, check: str, what: EventKind) -> datetime | None:
    """Return when a check's newest event of this kind was, or None."""
    of_kind = select(events.c.at).where(events.c.check_id == check, events.c.what == what)
    found: datetime | None = tx.scalar(of_kind.order_by(events.c.id.desc()).limit(1))
    return found


def newest_entry(tx: Connection, check: str, sealer: Sealer, what: EventKind) -> Entry | None:
    """Return a check's newest event of this kind, or None."""
    row = tx.execute(_NEWEST_OF_KIND, {"check": check, "what": what}).first()
    return None if row is None else _entry(row, sealer, check)


def is_known(tx: Connection, check: str, who: str) -> bool:
    """Return whether this Slack account has done anything in a check."""
    mine = select(events.c.id).where(events.c.check_id == check, events.c.who == who).limit(1)
    return tx.execute(mine).first() is not None


def count(tx: Connection, check: str, what: EventKind) -> int:
    """Return how many events of this kind a check has."""
    rows = select(func.count()).select_from(events).where(events.c.check_id == check, events.c.what == what)
    return int(tx.scalar(rows) or 0)
