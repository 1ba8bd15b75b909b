"""Slack's clock, which a test or the page can push forward."""

import os
import threading
import time
from pathlib import Path


class Clock:
    """Seconds since the epoch plus an offset; the offset can be shared through a file."""

    def __init__(self, file: Path | None = None) -> None:
        self.offset = 0.0
        self._file = file
        self._last = 0
        self._lock = threading.Lock()
        self._share()

    def now(self) -> float:
        """Seconds since the epoch, shifted."""
        return time.time() + self.offset

    def forward(self, seconds: float) -> None:
        """Move on; another process that reads the file moves with us."""
        with self._lock:
            self.offset += seconds
            self._share()

    def stamp(self) -> str:
        """A message's `ts`: unique and growing, as Slack's are."""
        with self._lock:
            self._last = max(self._last + 1, int(self.now() * 1_000_000))
            return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"

    def _share(self) -> None:
        if self._file is None:
            return
        draft = self._file.with_name(f"{self._file.name}.{os.getpid()}.new")
        draft.write_text(f"{self.offset:.3f}\n", encoding="ascii")
        draft.replace(self._file)
