"""Faults in Slack's Web API that a test or the page can inject."""

import fnmatch
import threading
from dataclasses import dataclass
from typing import Literal

FaultKind = Literal[
    "ratelimit", "server_error", "html", "lose_answer", "never_arrive", "refuse", "slow", "error", "no_charts"
]


@dataclass
class Fault:
    """One fault, for the next `times` calls (None: until cleared)."""

    kind: FaultKind
    method: str
    times: int | None
    retry_after: int = 1
    status: int = 503
    seconds: float = 0.0
    error: str = ""


class Faults:
    """The active faults. Methods are patterns: `chat.*`, `*`, or `response_url`.

    `deaf` leaves sockets connected that carry nothing and answer no ping. `split` cuts what is sent over a socket into
    frames of so many bytes, as a proxy may.
    """

    def __init__(self) -> None:
        self.deaf = False
        self.split: int | None = None
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def ratelimit(self, method: str = "*", times: int | None = 1, retry_after: int = 1) -> None:
        """Answer 429 with Retry-After (whole seconds), without doing the work."""
        self._add(Fault("ratelimit", method, times, retry_after=retry_after))

    def server_error(self, method: str = "*", times: int | None = 1, status: int = 503) -> None:
        """Answer 5xx, without doing the work."""
        self._add(Fault("server_error", method, times, status=status))

    def html(self, method: str = "*", times: int | None = 1, status: int = 503) -> None:
        """Answer a page of HTML with this status, 200 too, as something between the bot and Slack may."""
        self._add(Fault("html", method, times, status=status))

    def error(self, method: str, error: str, times: int | None = 1) -> None:
        """Answer `ok: false` with Slack's `error` code, without doing the work."""
        self._add(Fault("error", method, times, error=error))

    def lose_answer(self, method: str = "*", times: int | None = 1) -> None:
        """Do the work but never answer: the caller times out."""
        self._add(Fault("lose_answer", method, times))

    def never_arrive(self, method: str = "*", times: int | None = 1) -> None:
        """Neither do the work nor answer."""
        self._add(Fault("never_arrive", method, times))

    def refuse(self, method: str = "*", times: int | None = 1) -> None:
        """Cut the connection."""
        self._add(Fault("refuse", method, times))

    def slow(self, method: str = "*", milliseconds: float = 500, times: int | None = None) -> None:
        """Delay the answer."""
        self._add(Fault("slow", method, times, seconds=milliseconds / 1000))

    def no_charts(self, method: str = "chat.*", times: int | None = None) -> None:
        """Answer `invalid_blocks` to charts and data tables, as a workspace that does not support them."""
        self._add(Fault("no_charts", method, times))

    def clear(self) -> None:
        """Remove all faults."""
        with self._lock:
            self._faults.clear()
            self.deaf, self.split = False, None

    def take(self, method: str) -> list[Fault]:
        """Return the faults that apply to this call, and count it against their `times`."""
        with self._lock:
            hit = [each for each in self._faults if fnmatch.fnmatchcase(method, each.method)]
            for each in hit:
                each.times = None if each.times is None else each.times - 1
            self._faults = [each for each in self._faults if each.times is None or each.times > 0]
            return hit

    def _add(self, fault: Fault) -> None:
        with self._lock:
            self._faults.append(fault)
