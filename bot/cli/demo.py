"""make demo: the real bot on SQLite, started inside the sandbox workspace, afresh each time."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import NoReturn

from cryptography.fernet import Fernet

from bot.config.organisation import example_organisation_path


def run(folder: Path, port: int) -> NoReturn:
    """Start the sandbox with the bot as its child and wait for Ctrl+C. The sandbox is a program, not a library."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    root = example_organisation_path().parent
    clock = (folder / "clock").absolute()
    given = {
        "SHARE_CHECK_DATABASE_URL": f"sqlite:///{(folder / 'share-check.db').absolute()}",
        "SHARE_CHECK_ORGANISATION": str(example_organisation_path()),
        "SHARE_CHECK_KEYS": Fernet.generate_key().decode(),
        "SHARE_CHECK_CLOCK_FILE": str(clock),
    }
    command = [sys.executable, "-m", "sandbox", "--manifest", str(root / "manifest.yml")]
    command += ["--port", str(port), "--clock-file", str(clock), "--run", f"{sys.executable} -m bot serve"]
    for name, value in given.items():
        command += ["--env", f"{name}={value}"]
    os.execv(sys.executable, command)  # noqa: S606 - our own words; in our place, so that a signal reaches it
