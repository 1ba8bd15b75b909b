"""Whether anybody is there: the clockwork leaves the time it last turned, and each instance its own."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from storage.engine import idempotent
from storage.tables import pulse

_NAME = "clockwork"
_INSTANCE = "i:"
_BACKUP = "backup"
_SOCKET = "socket"


def beat(tx: Connection, now: datetime) -> datetime | None:
    """Leave the time; returns the time left before, None the first time ever."""
    before: datetime | None = tx.scalar(select(pulse.c.at).where(pulse.c.name == _NAME).with_for_update())
    _leave(tx, _NAME, now)
    return before


def beat_as(tx: Connection, instance: str, now: datetime) -> None:
    """Leave the time in this instance's own name."""
    _leave(tx, _INSTANCE + instance, now)


def stamps(tx: Connection) -> dict[str, datetime]:
    """The time each instance left last, by that instance's own clock."""
    rows = tx.execute(select(pulse.c.name, pulse.c.at).where(pulse.c.name.startswith(_INSTANCE)))
    return {row.name.removeprefix(_INSTANCE): row.at for row in rows}


def forget(tx: Connection, gone: Iterable[str]) -> None:
    """These instances are gone for good."""
    tx.execute(delete(pulse).where(pulse.c.name.in_([_INSTANCE + instance for instance in gone])))


def backed_up(tx: Connection, now: datetime) -> None:
    """A backup of this database was made and read again."""
    _leave(tx, _BACKUP, now)


def last_backup(tx: Connection) -> datetime | None:
    """When the newest backup was made."""
    return _left(tx, _BACKUP)


def connected(tx: Connection, now: datetime) -> None:
    """A serving bot found its connection to Slack good."""
    _leave(tx, _SOCKET, now)


def last_connected(tx: Connection) -> datetime | None:
    """When a serving bot last found its connection to Slack good."""
    return _left(tx, _SOCKET)


def last_beat(tx: Connection) -> datetime | None:
    """When the clockwork of any instance last turned."""
    return _left(tx, _NAME)


def _left(tx: Connection, name: str) -> datetime | None:
    found: datetime | None = tx.scalar(select(pulse.c.at).where(pulse.c.name == name))
    return found


def _leave(tx: Connection, name: str, now: datetime) -> None:
    if not idempotent.insert_if_absent(tx, pulse, name=name, at=now):
        tx.execute(update(pulse).where(pulse.c.name == name).values(at=now))
