"""What each check's record says, kept in memory: a message is made of it at the cost of what was recorded since."""

from __future__ import annotations

import threading
from collections import OrderedDict

from sqlalchemy import Connection

from flows.records.recorded import Recorded, recorded
from storage import events
from storage.checks import Opened

_KEPT = 1024
_TURNS = 64
"""Threads that ask about one check take turns, so that each entry is decrypted once."""


class Replays:
    """The replays of the checks that messages were made of last, for all threads of a process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._turns = tuple(threading.Lock() for _ in range(_TURNS))
        self._kept: OrderedDict[str, Recorded] = OrderedDict()

    def of(self, tx: Connection, opened: Opened) -> Recorded:
        """Return what the check's record says; it must not be changed. In a transaction that has written nothing.

        Entries of one check are recorded with its row locked, so that none appears below one that was seen.
        """
        with self._turns[hash(opened.check.id) % _TURNS]:
            return self._of(tx, opened)

    def _of(self, tx: Connection, opened: Opened) -> Recorded:
        check = opened.check.id
        with self._lock:
            before = self._kept.get(check)
        newest = before.newest.id if before and before.newest else 0
        since = events.history(tx, check, opened.sealer, newest)
        said = recorded(since, before) if since or before is None else before
        with self._lock:
            self._kept[check] = said
            self._kept.move_to_end(check)
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return said
