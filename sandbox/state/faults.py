"""What can go wrong with Slack, on demand."""

import fnmatch
import threading
from dataclasses import dataclass
from typing import Literal

Trouble = Literal["ratelimit", "server_error", "lose_answer", "never_arrive", "refuse", "slow", "error", "no_charts"]


@dataclass
class Fault:
    """One thing that will go wrong, for the next `times` calls (None: until cleared)."""

    kind: Trouble
    method: str
    times: int | None
    retry_after: int = 1
    status: int = 503
    seconds: float = 0.0
    error: str = ""


class Faults:
    """The faults in force. Methods are patterns: `chat.*`, `*`, or `response_url`."""

    def __init__(self) -> None:
        self.deaf = False
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def ratelimit(self, method: str = "*", times: int | None = 1, retry_after: int = 1) -> None:
        """Status 429 with Retry-After (whole seconds)."""
        self._add(Fault("ratelimit", method, times, retry_after=retry_after))

    def server_error(self, method: str = "*", times: int | None = 1, status: int = 503) -> None:
        """A 5xx without doing the work."""
        self._add(Fault("server_error", method, times, status=status))

    def error(self, method: str, error: str, times: int | None = 1) -> None:
        """Say no, in Slack's own word for why, without doing the work."""
        self._add(Fault("error", method, times, error=error))

    def lose_answer(self, method: str = "*", times: int | None = 1) -> None:
        """Do the work and never say so: the caller times out."""
        self._add(Fault("lose_answer", method, times))

    def never_arrive(self, method: str = "*", times: int | None = 1) -> None:
        """Neither do the work nor answer."""
        self._add(Fault("never_arrive", method, times))

    def refuse(self, method: str = "*", times: int | None = 1) -> None:
        """Cut the connection."""
        self._add(Fault("refuse", method, times))

    def slow(self, method: str = "*", milliseconds: float = 500, times: int | None = None) -> None:
        """Answer late."""
        self._add(Fault("slow", method, times, seconds=milliseconds / 1000))

    def no_charts(self, method: str = "chat.*", times: int | None = None) -> None:
        """A workspace that does not take charts and data tables: messages with them are refused."""
        self._add(Fault("no_charts", method, times))

    def clear(self) -> None:
        """Everything works again."""
        with self._lock:
            self._faults.clear()
            self.deaf = False

    def strike(self, method: str) -> list[Fault]:
        """The faults that hit this call; each is used up by one."""
        with self._lock:
            hit = [each for each in self._faults if fnmatch.fnmatchcase(method, each.method)]
            for each in hit:
                each.times = None if each.times is None else each.times - 1
            self._faults = [each for each in self._faults if each.times is None or each.times > 0]
            return hit

    def _add(self, fault: Fault) -> None:
        with self._lock:
            self._faults.append(fault)
