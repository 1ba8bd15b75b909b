"""Slack's clock, which a test or the page can move forward."""

import os
import threading
import time
from pathlib import Path


class Clock:
    """Real time plus an offset in seconds; a file can share the offset with the bot's process.

    The clock of the bot's machine can be wrong: then the file differs from Slack's time.
    """

    def __init__(self, file: Path | None = None) -> None:
        self.offset = 0.0
        self._wrong_by = 0.0
        self._file = file
        self._last = 0
        self._lock = threading.Lock()
        self._share()

    def now(self) -> float:
        """Return the workspace's time, in seconds since the epoch."""
        return time.time() + self.offset

    def forward(self, seconds: float) -> None:
        """Move the clock forward; a process that reads the clock file follows."""
        with self._lock:
            self.offset += seconds
            self._share()

    def set_machine_wrong(self, seconds: float) -> None:
        """Let the clock of the bot's machine be ahead of Slack's by so much, or behind; 0 puts it right."""
        with self._lock:
            self._wrong_by = seconds
            self._share()

    def stamp(self) -> str:
        """Return a new message `ts`: unique and increasing, as Slack's are."""
        with self._lock:
            self._last = max(self._last + 1, int(self.now() * 1_000_000))
            return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"

    def _share(self) -> None:
        if self._file is None:
            return
        draft = self._file.with_name(f"{self._file.name}.{os.getpid()}.new")
        draft.write_text(f"{self.offset + self._wrong_by:.3f}\n", encoding="ascii")
        draft.replace(self._file)
