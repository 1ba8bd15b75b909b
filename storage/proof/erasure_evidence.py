"""Evidence of erasures that outlives them, and whether a missing key was destroyed lawfully.

Anybody who can write to the database could write the rows that say a check was erased. So each erasure is recorded once
more in a record of the bot's own, as digests are: which check, who approved it, and its last entry. Writing that needs
the organisation's keys.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import count

from sqlalchemy import ColumnElement, Connection, LargeBinary, Row, and_, case, cast, func, or_, select

from flows.case import SYSTEM, CheckStatus
from flows.checklist import CHECKLIST
from flows.events import EventKind
from storage import checks
from storage import events as record
from storage.checks import Opened
from storage.crypto.envelope import Keyring
from storage.errors import CannotOpen
from storage.events import SALT_BYTES
from storage.proof.seal import EVENTS, IN_PORTIONS
from storage.tables import checks as check_table
from storage.tables import deletions, events


class Doubt(StrEnum):
    """Why an entry whose key is gone does not count as erased."""

    LOST = "lost"
    """Nothing shows that its check was erased under the retention rule."""
    LATE = "late"
    """It was recorded after its check was erased, when nobody could have written it."""
    UNSURE = "unsure"
    """The record of erasures does not open with these keys."""


@dataclass(frozen=True, slots=True)
class Erased:
    """A recorded erasure. last: id of the check's last entry. entries: how many it had."""

    approved_by: str
    entries: int
    last: int


def keep(tx: Connection, keys: Keyring, check: str, approved_by: str, now: datetime) -> None:
    """Record an erasure under a key that stays, in the transaction that destroys the check's own key."""
    opened = _kept_in(tx, keys, now)
    ids = select(func.count(), func.max(events.c.id)).where(events.c.check_id == check)
    entries, last = tx.execute(ids).one()
    content = {"check": check, "approved_by": approved_by, "entries": entries, "last": last or 0}
    record.append(tx, opened.check.id, opened.sealer, now, SYSTEM, EventKind.CHECK_ERASED, content)


def _kept_in(tx: Connection, keys: Keyring, now: datetime) -> Opened:
    """Return the bot's own record of erasures, which is about nobody; start another if its key was lost."""
    for number in count(1):
        with suppress(CannotOpen):
            request = f"erasures:{number}"
            opened, is_new = checks.start(tx, keys, SYSTEM, request, now, CHECKLIST.version, is_drill=True)
            if is_new:
                checks.save(tx, opened, now, status=CheckStatus.CLOSED)
            return opened
    raise AssertionError


def has_no_key() -> ColumnElement[bool]:
    """Return the condition, on events joined with checks, that the check is missing or its key is gone."""
    wrapped = cast(check_table.c.wrapped_key, LargeBinary)
    return or_(check_table.c.id.is_(None), func.length(wrapped) == 0)


class Erasures:
    """What the database says of keys that are gone and, if keys are given, what the record of erasures says."""

    def __init__(self, tx: Connection, keys: Keyring | None) -> None:
        self._ids: dict[str, list[int]] = defaultdict(list)
        self._said: dict[str, int] = {}
        self._is_sure = True
        joined = select(
            events.c.check_id, events.c.id, case((events.c.what == EventKind.ERASED, 1), else_=0).label("says")
        )
        gone = joined.outerjoin(check_table, check_table.c.id == events.c.check_id).where(has_no_key())
        for row in tx.execute(gone.order_by(events.c.id), execution_options=IN_PORTIONS):
            self._ids[row.check_id].append(row.id)
            if row.says:
                self._said.setdefault(row.check_id, row.id)
        columns = (check_table.c.id, deletions.c.approved_by)
        stones = select(*columns).join(deletions, deletions.c.check_id == check_table.c.id)
        is_stone = and_(check_table.c.status == CheckStatus.ERASED, deletions.c.erased_at.is_not(None))
        self._approved: dict[str, str] = {row.id: row.approved_by for row in tx.execute(stones.where(is_stone))}
        self.recorded: Mapping[str, Erased] | None = self._opened(tx, keys) if keys else None
        self._ends: dict[str, int | Doubt] = {}

    def doubt(self, check: str | None, entry: int) -> Doubt | None:
        """Return why an entry without a key does not count as erased; None if the check was lawfully erased later."""
        if check is None:
            return Doubt.LOST
        if check not in self._ends:
            self._ends[check] = self._end(check)
        end = self._ends[check]
        if isinstance(end, Doubt):
            return end
        return Doubt.LATE if entry > end else None

    def _end(self, check: str) -> int | Doubt:
        """Return the id of the check's last entry when it was erased, or a doubt."""
        approved = self._approved.get(check)
        if approved is None:
            return Doubt.LOST
        if self.recorded is None:
            return self._said.get(check, Doubt.LOST)
        found = self.recorded.get(check)
        if found is None:
            return Doubt.LOST if self._is_sure else Doubt.UNSURE
        there = sum(each <= found.last for each in self._ids[check])
        return found.last if (approved, there) == (found.approved_by, found.entries) else Doubt.LOST

    def _opened(self, tx: Connection, keys: Keyring) -> Mapping[str, Erased]:
        """Return the recorded erasures by check. Entries that do not match their commitment are ignored."""
        wrapped = cast(check_table.c.wrapped_key, LargeBinary).label("wrapped_key")
        lines = EVENTS.add_columns(wrapped).outerjoin(check_table, check_table.c.id == events.c.check_id)
        found: dict[str, Erased] = {}
        for row in tx.execute(lines.where(events.c.what == EventKind.CHECK_ERASED, events.c.who == SYSTEM)):
            try:
                text = keys.sealer(row.wrapped_key or b"").open(row.sealed, f"event:{row.check_id}")
            except CannotOpen:
                self._is_sure = False
                continue
            said = _said(row, text)
            if said is not None:
                found[said[0]] = said[1]
        return found


def _said(row: Row[tuple[object, ...]], text: bytes) -> tuple[str, Erased] | None:
    salt, body = text[:SALT_BYTES], text[SALT_BYTES:]
    if record.commitment(salt, row.check_id, row.at, row.who, row.what, body) != row.commitment:
        return None
    content = json.loads(body)
    return content["check"], Erased(content["approved_by"], content["entries"], content["last"])
