"""Rows in the hands of this process: as many at a time as there are workers, and posts to one channel one by one.

Nobody waits for a batch: a worker that is done takes what comes next. Posts to one channel share a worker, in the order
of their ranks, so that lines of a thread stay in order and Slack's limit for a channel is met once and not by all.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Hashable
from concurrent.futures import Executor, Future
from heapq import heappop, heappush
from itertools import count

from flows.events import OutboxKind
from storage import outbox
from storage.outbox import LEASE, Claimed

SENDING_TIMEOUT = 30
"""Seconds for a call that sends something: longer than Slack's own worst, so that nothing is posted twice for that."""
MARGIN = 5
log = logging.getLogger(__name__)
KEPT = LEASE.total_seconds() - 2 * SENDING_TIMEOUT - MARGIN
"""Seconds after which a row that did not get its turn is left to whoever claims it when its lease ends: the two calls
that a row may need come to an end before."""
_Waiting = tuple[int, int, float, Claimed]


class Turns:
    """The workers, and who waits for which. do: sends one row. done: called when a worker is free again."""

    def __init__(
        self,
        workers: Executor,
        do: Callable[[Claimed], None],
        done: Callable[[], None],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._workers = workers
        self._do = do
        self._done = done
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._waiting: dict[Hashable, list[_Waiting]] = {}
        self._numbers = count()

    @property
    def busy(self) -> int:
        """Return how many workers are at work."""
        return len(self._waiting)

    def behind(self, row: Claimed) -> int:
        """Return how many rows wait for the worker that this row would wait for."""
        with self._lock:
            return len(self._waiting.get(_turn_of(row), ()))

    def add(self, row: Claimed) -> Future[None] | None:
        """Give a row to a worker: to a new one, unless one is at work on what it must follow. Return the new one's."""
        key = _turn_of(row)
        with self._lock:
            is_new = key not in self._waiting
            waiting = self._waiting.setdefault(key, [])
            heappush(waiting, (row.rank, next(self._numbers), self._monotonic(), row))
        return self._workers.submit(self._work, key) if is_new else None

    def _work(self, key: Hashable) -> None:
        while (row := self._next(key)) is not None:
            try:
                self._do(row)
            except Exception as error:  # noqa: BLE001 - its lease ends, and it is sent again
                log.error("outbox row %s: %s", row.id, type(error).__name__)  # noqa: TRY400 - its text may hold personal data
        self._done()

    def _next(self, key: Hashable) -> Claimed | None:
        with self._lock:
            waiting = self._waiting[key]
            while waiting:
                _, _, since, row = heappop(waiting)
                if self._monotonic() - since < KEPT:
                    return row
            del self._waiting[key]
            return None


def _turn_of(row: Claimed) -> Hashable:
    """Return what rows share that are sent one after another: the channel of new posts. Any other row is alone."""
    is_new_post = row.via == outbox.SLACK and not row.ts and row.what is not OutboxKind.HOME
    return row.target if is_new_post else row.id
