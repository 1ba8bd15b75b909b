"""share-check healthy: asks the bot that runs beside it whether it works, for a container's health check."""

from __future__ import annotations

import sys
from http.client import HTTPConnection, HTTPException

import click

NOT_WELL = 1
BAD_INPUT = 2
PATIENCE = 4


@click.command()
@click.option(
    "--ready", is_flag=True, help="Whether it can take presses and send pages now, not only whether it lives."
)
def healthy(*, ready: bool) -> None:
    """Ask the running bot whether it works. Exit 0 where it does, 1 where not."""
    from bot.settings import health_address  # noqa: PLC0415 - decide starts without it

    where = health_address()
    if where is None:
        click.echo("SHARE_CHECK_HEALTH is not set, so there is nobody to ask. Set it, like 127.0.0.1:9090.", err=True)
        sys.exit(BAD_INPUT)
    status, said = _ask(where, "/readyz" if ready else "/healthz")
    click.echo(said)
    sys.exit(0 if status == 200 else NOT_WELL)  # noqa: PLR2004 - HTTP's


def _ask(where: str, path: str) -> tuple[int, str]:
    host, _, port = where.rpartition(":")
    host = {"0.0.0.0": "127.0.0.1", "[::]": "::1"}.get(host, host.strip("[]"))  # noqa: S104 - asked for, not listened on
    connection = HTTPConnection(host, int(port), timeout=PATIENCE)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode().strip()
    except (OSError, HTTPException) as error:
        return 0, f"Nobody answers at {where} ({type(error).__name__}). Is share-check serve running?"
    finally:
        connection.close()
