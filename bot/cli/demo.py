"""share-check demo: the real bot on a new SQLite database, inside the sandbox workspace."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import click
from cryptography.fernet import Fernet

from bot.config.organisation import example_organisation_path

FOLDER = Path(".demo")
PRIVATE = 0o077
"""The umask: files are readable only by the account that runs share-check."""


@click.command()
@click.option("--port", default=8090, show_default=True, help="Where the page is shown.")
def demo(port: int) -> None:
    """Run the real bot in a workspace in your browser, without Slack. Nothing is kept for the next time."""
    os.umask(PRIVATE)
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    # The sandbox is a program, not a library. It replaces this process, so that signals reach it.
    os.execv(sys.executable, _command(FOLDER.absolute(), port))  # noqa: S606 - our own arguments


def _command(folder: Path, port: int) -> list[str]:
    """Return the command that runs the sandbox with the bot as its child process."""
    example = example_organisation_path()
    clock = folder / "clock"
    given = {
        "SHARE_CHECK_DATABASE_URL": f"sqlite:///{folder / 'share-check.db'}",
        "SHARE_CHECK_ORGANISATION": str(example),
        "SHARE_CHECK_KEYS": Fernet.generate_key().decode(),
        "SHARE_CHECK_CLOCK_FILE": str(clock),
    }
    command = [sys.executable, "-m", "sandbox", "--manifest", str(example.parent / "manifest.yml")]
    command += ["--port", str(port), "--clock-file", str(clock), "--run", f"{sys.executable} -m bot serve"]
    for name, value in given.items():
        command += ["--env", f"{name}={value}"]
    return command
