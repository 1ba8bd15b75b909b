"""Whether anybody was there: the clockwork leaves the time it last turned."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from storage.tables import pulse

_NAME = "clockwork"


def beat(tx: Connection, now: datetime) -> datetime | None:
    """Leave the time; returns the time left before, None the first time ever."""
    before: datetime | None = tx.scalar(select(pulse.c.at).where(pulse.c.name == _NAME).with_for_update())
    if before is None:
        tx.execute(insert(pulse).values(name=_NAME, at=now))
    else:
        tx.execute(update(pulse).where(pulse.c.name == _NAME).values(at=now))
    return before
