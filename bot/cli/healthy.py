"""share-check healthy: ask the running bot whether it works, for a container's health check."""

from __future__ import annotations

import sys
import time
from http.client import HTTPConnection, HTTPException

import click

from bot.config.settings import health_address
from bot.exit_codes import Exit, exit_with

PATIENCE = 4
AGAIN_AFTER = 0.5
"""Seconds between two attempts."""


@click.command()
@click.option(
    "--ready", is_flag=True, help="Whether it can take presses and send pages now, not only whether it lives."
)
@click.option(
    "--wait",
    "seconds",
    type=click.FloatRange(min=0),
    default=0,
    metavar="SECONDS",
    help="Ask again until it is so, for at most so long. Without this it is asked once.",
)
def healthy(seconds: float, *, ready: bool) -> None:
    """Ask the running bot whether it works. Exit 0 if it does, 1 if it does not."""
    where = health_address()
    if where is None:
        exit_with("asked nobody", ["SHARE_CHECK_HEALTH is not set. Set it in .env, like 127.0.0.1:9090."])
    until = time.monotonic() + seconds
    is_well, said = _ask(where, "/readyz" if ready else "/healthz")
    while not is_well and time.monotonic() < until:
        time.sleep(AGAIN_AFTER)
        is_well, said = _ask(where, "/readyz" if ready else "/healthz")
    click.echo(said)
    sys.exit(Exit.DONE if is_well else Exit.NO)


def _ask(where: str, path: str) -> tuple[bool, str]:
    """Request a health page. Return whether all is well, and the text of the answer or of the failure."""
    host, _, port = where.rpartition(":")
    host = {"0.0.0.0": "127.0.0.1", "[::]": "::1"}.get(host, host.strip("[]"))  # noqa: S104 - connected to, not listened on
    connection = HTTPConnection(host, int(port), timeout=PATIENCE)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status == 200, answer.read().decode().strip()  # noqa: PLR2004 - HTTP's OK
    except (OSError, HTTPException):
        return False, f"Nobody answers at {where}. Is share-check serve running?"
    finally:
        connection.close()
