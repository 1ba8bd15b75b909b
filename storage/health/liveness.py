"""Heartbeats: when the scheduler last ran, when each instance was last alive, the last backup and connection."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from storage.engine import idempotent
from storage.tables import pulse

_NAME = "clockwork"  # as the first edition stored it; its row is kept
_INSTANCE = "i:"
_BACKUP = "backup"
_SOCKET = "socket"
_CONDITION = "c:"
_DIFFERS = "differs"


def beat(tx: Connection, now: datetime) -> datetime | None:
    """Record that the scheduler runs. Return the time recorded before, or None the first time."""
    before: datetime | None = tx.scalar(select(pulse.c.at).where(pulse.c.name == _NAME).with_for_update())
    _stamp(tx, _NAME, now)
    return before


def beat_as(tx: Connection, instance: str, now: datetime) -> None:
    """Record that this instance is alive."""
    _stamp(tx, _INSTANCE + instance, now)


def stamps(tx: Connection) -> dict[str, datetime]:
    """Return each instance's last heartbeat, by that instance's own clock."""
    rows = tx.execute(select(pulse.c.name, pulse.c.at).where(pulse.c.name.startswith(_INSTANCE)))
    return {row.name.removeprefix(_INSTANCE): row.at for row in rows}


def forget(tx: Connection, gone: Iterable[str]) -> None:
    """Delete the heartbeats of instances that are gone."""
    tx.execute(delete(pulse).where(pulse.c.name.in_([_INSTANCE + instance for instance in gone])))


def backed_up(tx: Connection, now: datetime) -> None:
    """Record that a backup of this database was made and verified."""
    _stamp(tx, _BACKUP, now)


def last_backup(tx: Connection) -> datetime | None:
    """Return when the newest backup was made, or None."""
    return _left(tx, _BACKUP)


def connected(tx: Connection, now: datetime) -> None:
    """Record that a serving instance is connected to Slack."""
    _stamp(tx, _SOCKET, now)


def last_connected(tx: Connection) -> datetime | None:
    """Return when a serving instance was last known to be connected to Slack, or None."""
    return _left(tx, _SOCKET)


def last_beat(tx: Connection) -> datetime | None:
    """Return when the scheduler of any instance last ran, or None."""
    return _left(tx, _NAME)


def conditions(tx: Connection) -> frozenset[str]:
    """Return the names of the conditions that are recorded as present."""
    found = tx.scalars(select(pulse.c.name).where(pulse.c.name.startswith(_CONDITION)))
    return frozenset(name.removeprefix(_CONDITION) for name in found)


def keep_conditions(tx: Connection, present: Iterable[str], now: datetime) -> bool:
    """Record exactly these conditions as present, with when each was first seen. Return whether any changed."""
    wanted, before = frozenset(present), conditions(tx)
    tx.execute(delete(pulse).where(pulse.c.name.in_([_CONDITION + name for name in before - wanted])))
    for name in wanted - before:
        idempotent.insert_if_absent(tx, pulse, name=_CONDITION + name, at=now)
    return wanted != before


def found_a_difference(tx: Connection, now: datetime) -> None:
    """Record that something in the tables was found to differ from the record."""
    _stamp(tx, _DIFFERS, now)


def last_difference(tx: Connection) -> datetime | None:
    """Return when something in the tables was last found to differ from the record, or None."""
    return _left(tx, _DIFFERS)


def _left(tx: Connection, name: str) -> datetime | None:
    found: datetime | None = tx.scalar(select(pulse.c.at).where(pulse.c.name == name))
    return found


def _stamp(tx: Connection, name: str, now: datetime) -> None:
    if not idempotent.insert_if_absent(tx, pulse, name=name, at=now):
        tx.execute(update(pulse).where(pulse.c.name == name).values(at=now))
