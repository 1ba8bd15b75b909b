"""share-check demo: the real bot on a new SQLite database, inside the sandbox workspace."""

from __future__ import annotations

import fcntl
import os
import shlex
import shutil
import socket
import sys
import tempfile
from pathlib import Path

import click
from cryptography.fernet import Fernet

from bot import extras
from bot.config.organisation import example_organisation_path
from bot.exit_codes import exit_with

FOLDER = Path(".demo")
LOCK = "lock"
FIRST_PORT, LAST_PORT = 8090, 8189
PRIVATE = 0o077
"""The umask: files are readable only by the account that runs share-check."""


@click.command()
@click.option("--port", type=int, help=f"Where the page is shown; else the first free one from {FIRST_PORT}.")
def demo(port: int | None) -> None:
    """Run the real bot in a workspace in your browser, without Slack. Nothing is kept for the next time."""
    if not extras.is_there("sandbox"):
        exit_with("has no demo here", [f"The workspace in a box is not installed. {extras.how_to_add('sandbox')}"])
    os.umask(PRIVATE)
    click.echo("Starting a workspace and the bot. In a few seconds it says which page to open.")
    # The sandbox is a program, not a library. It replaces this process, so that signals reach it.
    os.execv(sys.executable, _command(_own_folder(), port or _free_port()))  # noqa: S606 - our own arguments


def _own_folder() -> Path:
    """Make a folder for this demo, and delete those of demos that have ended. One that runs keeps its own."""
    FOLDER.mkdir(exist_ok=True)
    for other in FOLDER.iterdir():
        if not other.is_dir():
            other.unlink(missing_ok=True)
        elif (held := _locked(other)) is not None:
            shutil.rmtree(other, ignore_errors=True)
            os.close(held)
    folder = Path(tempfile.mkdtemp(dir=FOLDER)).absolute()
    if (held := _locked(folder)) is not None:
        os.set_inheritable(held, True)  # noqa: FBT003 - its only argument; the sandbox keeps the lock until it ends
    return folder


def _locked(folder: Path) -> int | None:
    """Lock a demo's folder. Return the descriptor that holds the lock, or None if a demo that runs has it."""
    descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def _free_port() -> int:
    """Return the first port of ours that nobody listens on."""
    found = next(filter(_is_free, range(FIRST_PORT, LAST_PORT + 1)), None)
    if found is None:
        exit_with("has no demo here", [f"Ports {FIRST_PORT} to {LAST_PORT} are all taken. Name another with --port."])
    return found


def _is_free(port: int) -> bool:
    with socket.socket() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            line.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


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
    command = [sys.executable, "-m", "sandbox", "--manifest", str(example.with_name("manifest.yml"))]
    again = shlex.join([sys.executable, "-m", "bot", "demo", "--port", str(port)])
    command += ["--guide", str(Path(__file__).with_name("demo_guide.json")), "--again", again]
    command += ["--port", str(port), "--clock-file", str(clock), "--run", f"{sys.executable} -m bot serve"]
    for name, value in given.items():
        command += ["--env", f"{name}={value}"]
    return command
