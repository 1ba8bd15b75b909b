"""share-check serve: run the bot as a process that a supervisor starts and stops."""

from __future__ import annotations

import os
import signal
import threading

import click
from slack_sdk.errors import SlackApiError

from bot import serve as serving
from bot.cli import session
from bot.doctor import tokens
from bot.exit_codes import exit_with
from bot.monitoring import logs

PRIVATE = 0o077
"""The umask: files are readable only by the account that runs share-check."""
WHAT = "cannot start"


@click.command()
def serve() -> None:
    """Run the bot. Stops cleanly on SIGTERM or Ctrl+C.

    Exit 75 if Slack answers but the connection to it does not work, even made anew: start share-check serve again.
    """
    logs.set_up("text")
    os.umask(PRIVATE)
    stopping = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopping.set())
    with session.end_plainly(WHAT):
        try:
            serving.serve(stopping)
        except SlackApiError as error:
            exit_with(WHAT, [tokens.slack_says(error)])
