"""A background thread that runs a function again and again: it survives errors, and reports if it has ended."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

log = logging.getLogger(__name__)


class SupervisedLoop:
    """A daemon thread that calls `turn` every `every` seconds until stopped.

    name: of the thread and of the meter. first: seconds before the first call; `every` where it is None.
    wake: ends a wait early when set. drains: call again without a wait as long as `turn` returns something true.
    failure: what the log says when `turn` raises; only the error's class is added, as its text may hold personal data.
    level: of that line. meter: called with the name after each call that raised nothing.
    """

    def __init__(
        self,
        name: str,
        turn: Callable[[], object],
        *,
        every: float,
        failure: str,
        first: float | None = None,
        wake: threading.Event | None = None,
        drains: bool = False,
        level: int = logging.ERROR,
        meter: Callable[[str], None] = lambda _name: None,
    ) -> None:
        self.name = name
        self._turn = turn
        self._every = every
        self._first = every if first is None else first
        self._failure = failure
        self._wake = wake or threading.Event()
        self._drains = drains
        self._level = level
        self._meter = meter
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name=name)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Stop after the call that is under way. Returns at once; may be called from `turn`."""
        self._stopping.set()
        self._wake.set()

    def join(self, seconds: float) -> None:
        """Wait for the thread to end, for at most this many seconds; not at all where it was never started."""
        if self._thread.is_alive():
            self._thread.join(seconds)

    @property
    def is_stopping(self) -> bool:
        """Return whether `stop` was called."""
        return self._stopping.is_set()

    @property
    def has_ended(self) -> bool:
        """Return whether the thread was started and has ended."""
        return self._thread.ident is not None and not self._thread.is_alive()

    def _run(self) -> None:
        pause = self._first
        while not self._is_stopped_within(pause):
            has_more = self._turn_once()
            pause = 0 if has_more and self._drains else self._every

    def _is_stopped_within(self, seconds: float) -> bool:
        """Wait until the time is up, or the loop is woken or stopped. Return whether it was stopped."""
        if seconds > 0:
            self._wake.wait(seconds)
            self._wake.clear()
        return self._stopping.is_set()

    def _turn_once(self) -> object:
        """Call `turn` and return its result; None where it raised."""
        try:
            result = self._turn()
        except Exception as error:  # noqa: BLE001 - the loop outlives a database or a network that is away
            log.log(self._level, "%s: %s", self._failure, type(error).__name__)
            return None
        self._meter(self.name)
        return result
