"""The bot as a child process, restarted when it exits and stopped with the sandbox."""

import os
import shlex
import signal
import subprocess
import threading
import time
from collections.abc import Callable

from sandbox.state.models import Json

STOP_SECONDS = 8.0
RESTART_SECONDS = 1.0


class BotProcess:
    """Keeps one command running. Its output goes to the sandbox's own stdout and stderr."""

    def __init__(self, command: str, environment: dict[str, str], changed: Callable[[], None]) -> None:
        self._command = shlex.split(command)
        self._environment = {**os.environ, **environment}
        self._changed = changed
        self._wanted = threading.Event()
        self._over = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._starts = 0
        self._thread = threading.Thread(target=self._keep, name="bot", daemon=True)

    def start(self) -> None:
        """Start the process and restart it whenever it exits."""
        self._wanted.set()
        self._thread.start()

    def state(self) -> Json:
        """Return `running` and `restarts` for the page."""
        process = self._process
        running = process is not None and process.poll() is None
        return {"running": running, "restarts": max(0, self._starts - 1)}

    def restart(self) -> None:
        """End the process; the supervising thread starts it again."""
        self._end()
        self._wanted.set()

    def stop(self) -> None:
        """End the process and do not start it again until `restart`."""
        self._wanted.clear()
        self._end()

    def finish(self) -> None:
        """End the process and its supervising thread, because the sandbox stops."""
        self._over.set()
        self.stop()
        self._wanted.set()
        self._thread.join(STOP_SECONDS)

    def _keep(self) -> None:
        while self._wanted.wait() and not self._over.is_set():
            began = time.monotonic()
            self._starts += 1
            self._process = self._launch()
            self._changed()
            if self._over.is_set():
                self._end()
            self._process.wait()
            self._changed()
            self._over.wait(max(0.0, RESTART_SECONDS - (time.monotonic() - began)))

    def _launch(self) -> subprocess.Popen[bytes]:
        """Start the process in its own session: Ctrl-C then reaches it only through `finish`, and only once."""
        return subprocess.Popen(  # noqa: S603 - the developer's own command line
            self._command, env=self._environment, start_new_session=True
        )

    def _end(self) -> None:
        process = self._process
        if process is None or process.poll() is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
