"""share-check on the command line."""

from __future__ import annotations

import os
import re
import signal
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

import click
from slack_sdk.errors import SlackApiError

from bot.cli.backup import backup, restore
from bot.cli.checklist import checklist, decide
from bot.cli.digest import digest
from bot.cli.doctor import doctor, manifest
from bot.cli.enter_paper import enter_paper
from bot.cli.healthy import healthy
from bot.cli.init.command import init
from bot.cli.keys import check_keys, rotate_keys
from bot.cli.move import move
from bot.cli.pack import pack
from bot.cli.record import export_proof, new_seal, seal, verify
from bot.cli.retention import retention

BAD_INPUT = 2
MEMBER = re.compile(r"[UW][A-Z0-9]+")
SENT_WITHIN = 30.0
"""Seconds until a practice page should be in Slack."""
PRIVATE = 0o077
"""What we write is for the account that runs us alone."""


@click.group()
@click.version_option(package_name="share-check")
def main() -> None:
    """Social Sense's Information Sharing Checklist as a conversation in Slack."""


main.add_command(backup)
main.add_command(checklist)
main.add_command(decide)
main.add_command(digest)
for command in (seal, verify, export_proof):
    main.add_command(command)
main.add_command(enter_paper)
main.add_command(healthy)
main.add_command(move)
main.add_command(restore)
main.add_command(retention)
main.add_command(pack)
main.add_command(doctor)
main.add_command(init)
main.add_command(manifest)


@main.command()
def serve() -> None:
    """Run the bot. Stops cleanly on SIGTERM or Ctrl+C."""
    from bot import serve as serving  # noqa: PLC0415 - decide starts without Slack's libraries
    from bot.config.organisation import OrganisationError  # noqa: PLC0415
    from bot.config.settings import SettingsError  # noqa: PLC0415
    from bot.doctor import tokens  # noqa: PLC0415
    from bot.monitoring import logs  # noqa: PLC0415 - decide starts without Slack's libraries
    from storage.errors import StorageError  # noqa: PLC0415

    logs.set_up("text")
    os.umask(PRIVATE)
    stopping = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopping.set())
    try:
        serving.serve(stopping)
    except (SettingsError, OrganisationError) as error:
        fail(error.problems)
    except StorageError as error:
        fail([str(error)])
    except SlackApiError as error:
        fail([tokens.slack_says(error)])


@main.command()
@click.option("--by", help="Slack member ID of whoever is told how it went; else the first administrator, else nobody.")
def drill(by: str | None) -> None:
    """Start a practice page. The running bot sends it, up the real ladder, until a lead answers."""
    import secrets  # noqa: PLC0415 - decide starts without it

    from bot import serve as serving  # noqa: PLC0415 - decide starts without Slack's libraries
    from bot.cli import session  # noqa: PLC0415 - decide starts without Slack's libraries
    from bot.practice import drill as practice  # noqa: PLC0415
    from storage.events import SYSTEM  # noqa: PLC0415

    if by is not None and not MEMBER.fullmatch(by):
        message = f'"{by}" is not a Slack member ID. It starts with U: open the profile, the three dots, and copy it.'
        raise click.BadParameter(message, param_hint="--by")
    with session.in_words("could not start a practice page"):
        services = serving.services_for_command()
        try:
            who = by or next(iter(services.organisation.administrators), SYSTEM)
            for words in practice.follow(services, practice.start(services, who, secrets.token_hex(16)), SENT_WITHIN):
                click.echo(words)
        finally:
            services.database.close()
    click.echo(_told(who, SYSTEM))


def _told(who: str, nobody: str) -> str:
    if who != nobody:
        return f"How it went is told to {who} as well, in Slack."
    return (
        "How it went stands in the leads' channel, under the page. Nobody else is told: organisation.toml lists no "
        "administrators. share-check drill --by and your Slack member ID tells you."
    )


def fail(problems: Iterable[str]) -> NoReturn:
    """All problems at once, then leave."""
    click.echo("share-check cannot start:", err=True)
    for problem in problems:
        click.echo(f"- {problem}", err=True)
    sys.exit(BAD_INPUT)


@main.group()
def keys() -> None:
    """The keys that records are sealed with."""


@keys.command()
def new() -> None:
    """Print a new key, for SHARE_CHECK_KEYS. Keep it apart from the database: without it nothing opens."""
    from cryptography.fernet import Fernet  # noqa: PLC0415 - decide starts without it

    click.echo(Fernet.generate_key().decode())


keys.add_command(new_seal)
keys.add_command(check_keys)
keys.add_command(rotate_keys)


@main.command()
@click.option("--port", default=8090, show_default=True, help="Where the page is shown.")
def demo(port: int) -> None:
    """The real bot in a workspace in your browser, without Slack. Nothing is kept."""
    from bot.cli.demo import run  # noqa: PLC0415 - only here

    os.umask(PRIVATE)
    run(Path(".demo"), port)
