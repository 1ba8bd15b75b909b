"""`share-check serve` as programs: started, killed without warning, started again, and always stopped in the end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from cryptography.fernet import Fernet

from bot.config.organisation import example_organisation_path
from bot.config.settings import setting_names
from sandbox import Workspace
from tests.harness import ROOT

CONNECTED_WITHIN = 40.0
"""Seconds in which a program has started, on a machine that is busy with several."""

STOPPED_WITHIN = 15.0
"""Seconds in which a program that was told to stop has stopped."""

WORKERS = "16"


class Program:
    """One instance, with a log and a clock of its own. Its process comes and goes.

    skew: seconds by which its clock differs from Slack's. falls: how often it ended although nobody ended it.
    killed_at, frozen: when, and from when to when, by Slack's clock, in seconds.
    """

    def __init__(self, name: str, folder: Path, environment: dict[str, str], skew: float) -> None:
        self.name = name
        self.skew = skew
        self.killed_at: list[float] = []
        self.frozen: list[tuple[float, float]] = []
        self.falls = 0
        self._log = folder / f"{name}.log"
        self._clock = folder / f"{name}.clock"
        self._folder = folder
        self._environment = {**environment, "SHARE_CHECK_CLOCK_FILE": str(self._clock)}
        self._process: subprocess.Popen[bytes] | None = None

    def set_clock(self, offset: float) -> None:
        """Be this many seconds, and the skew, ahead of the system's clock."""
        draft = self._clock.with_suffix(".new")
        draft.write_text(f"{offset + self.skew:.3f}\n", encoding="ascii")
        draft.replace(self._clock)

    def start(self) -> None:
        """Start it; it connects some time later."""
        inherited = {name: value for name, value in os.environ.items() if name not in setting_names()}
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bot", "serve"],
                cwd=self._folder,
                env={**inherited, **self._environment, "PYTHONPATH": str(ROOT)},
                stdout=log,
                stderr=log,
            )

    @property
    def is_running(self) -> bool:
        """Whether there is a process now."""
        return self._process is not None and self._process.poll() is None

    def has_fallen(self) -> bool:
        """Whether it ended although nobody ended it."""
        return self._process is not None and self._process.poll() is not None

    def kill(self, now: float) -> None:
        """SIGKILL: no goodbye, nothing is finished."""
        if self._process is None or self.has_fallen():
            self.falls += self._process is not None
            return
        self._process.kill()
        self._process.wait()
        self._process = None
        self.killed_at.append(now)

    def freeze(self) -> None:
        """It stands still, as on a machine that is put to sleep: its connections stay."""
        if self._process is not None:
            self._process.send_signal(signal.SIGSTOP)

    def thaw(self, since: float, now: float) -> None:
        """It goes on as if no time had passed."""
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)
            self.frozen.append((since, now))

    def tell_to_stop(self) -> None:
        """SIGTERM: it finishes what it has begun."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)

    def wait(self) -> int | None:
        """Wait until it has stopped; its exit code, None where it was not there."""
        if self._process is None:
            return None
        try:
            code = self._process.wait(STOPPED_WITHIN)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        self._process = None
        return code

    def said(self) -> str:
        """All that any of its processes wrote."""
        return self._log.read_text(encoding="utf-8", errors="replace") if self._log.exists() else ""


class Fleet:
    """Instances on one database and one workspace. None of them outlives the `with`."""

    def __init__(self, folder: Path, workspace: Workspace, database_url: str, skews: Sequence[float] = (0.0,)) -> None:
        self.workspace = workspace
        self.database_url = database_url
        self.key = Fernet.generate_key().decode()
        environment = _environment(workspace, database_url, self.key)
        self.programs = tuple(
            Program(f"instance-{number}", folder, environment, skew) for number, skew in enumerate(skews, 1)
        )
        self.leaving: list[tuple[float, float]] = []
        self.forward(0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for program in self.programs:
            program.kill(self.now)

    @property
    def now(self) -> float:
        """Slack's clock."""
        return self.workspace.clock.now()

    def leave(self, number: int) -> int | None:
        """Tell one of them to stop and wait until it has: its exit code."""
        told = self.now
        self.programs[number].tell_to_stop()
        code = self.programs[number].wait()
        self.leaving.append((told, self.now))
        return code

    @property
    def kills(self) -> list[float]:
        """When any of them was killed, by Slack's clock."""
        return sorted(at for program in self.programs for at in program.killed_at)

    @property
    def troubles(self) -> list[tuple[float, float]]:
        """From when to when something happened to one of them; a kill takes no time."""
        return [(at, at) for at in self.kills] + self.sleeps

    @property
    def sleeps(self) -> list[tuple[float, float]]:
        """From when to when any of them stood still."""
        return [span for program in self.programs for span in program.frozen]

    @property
    def running(self) -> int:
        """How many have a process."""
        return sum(program.is_running for program in self.programs)

    def start(self, *which: int) -> None:
        """Start these, or all, and wait until they are connected."""
        started = [self.programs[number] for number in which] or list(self.programs)
        self.workspace.wait_for(lambda: self.workspace.connections <= self.running, CONNECTED_WITHIN)
        wanted = self.running + len(started)
        for program in started:
            program.start()
        self.workspace.wait_for(lambda: self.workspace.connections >= wanted or self._has_fallen(), CONNECTED_WITHIN)
        fallen = [f"{program.name} fell:\n{program.said()[-2000:]}" for program in started if program.has_fallen()]
        assert fallen == [], "\n".join(fallen)

    def _has_fallen(self) -> bool:
        return any(program.has_fallen() for program in self.programs)

    def kill(self, number: int) -> None:
        """Kill one, for good unless it is started again."""
        self.programs[number].kill(self.now)

    def forward(self, seconds: float) -> None:
        """Move every clock alike; those that disagree go on disagreeing."""
        self.workspace.forward(seconds)
        for program in self.programs:
            program.set_clock(self.workspace.clock.offset)

    def stop(self) -> list[int]:
        """Stop all that run; their exit codes."""
        for program in self.programs:
            program.tell_to_stop()
        codes = [program.wait() for program in self.programs]
        return [code for code in codes if code is not None]

    def said(self) -> str:
        """Everything any of them wrote."""
        return "\n".join(program.said() for program in self.programs)


def _environment(workspace: Workspace, database_url: str, key: str) -> dict[str, str]:
    return {
        "SLACK_API_URL": workspace.api_url,
        "SLACK_BOT_TOKEN": workspace.bot_token,
        "SLACK_APP_TOKEN": workspace.app_token,
        "SLACK_SIGNING_SECRET": workspace.signing_secret,
        "SHARE_CHECK_DATABASE_URL": database_url,
        "SHARE_CHECK_ORGANISATION": str(example_organisation_path()),
        "SHARE_CHECK_KEYS": key,
        "SHARE_CHECK_WORKERS": WORKERS,
    }
