"""share-check move: the whole record to another database, while the bot is stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from storage.backup.transfer import Moved


@click.command()
@click.option(
    "--to",
    "address",
    required=True,
    metavar="URL",
    help="An empty database: postgresql+psycopg://user:password@host/database, or sqlite:///a-new-file.db.",
)
def move(address: str) -> None:
    """Copy everything to another database, prove that it arrived, and say what to do next. Deletes nothing.

    Stop the bot first. The database in the settings is only read.
    """
    from sqlalchemy import make_url  # noqa: PLC0415 - decide starts without it

    from bot.cli import session  # noqa: PLC0415
    from bot.config.settings import database_address, load_settings  # noqa: PLC0415
    from storage.backup.transfer import move as moving  # noqa: PLC0415

    with session.in_words("did not move anything"):
        settings = load_settings()
        target = database_address(address, "--to").get_secret_value()
        source = settings.database_url.get_secret_value()
        with session.of_this_version(source):
            pass
        moved = moving(source, target, [key.get_secret_value() for key in settings.keys])
    _say(moved)
    click.echo("Next:")
    click.echo(f"1. In .env, write SHARE_CHECK_DATABASE_URL={make_url(target).render_as_string()}")
    if make_url(target).password:
        click.echo("   with the password in the place of ***.")
    click.echo("2. Start share-check serve, and run share-check doctor.")
    click.echo("3. Make a backup: share-check backup. Backups from before are of the old database.")
    click.echo("4. The old database is as it was. Keep it until you have that backup, then delete it and its copies.")


def _say(moved: Moved) -> None:
    rows = sum(moved.rows.values())
    click.echo(f"{rows} rows of {len(moved.rows)} tables are there, {moved.rows['checks']} of them checks.")
    click.echo(f"- Every row is the same. {sum(moved.keys.opens)} of {moved.keys.wrapped} keys open.")
    click.echo(f"- {moved.entries} lines of the record say what was recorded; {moved.seals} seals stand over it.")
    for finding in moved.findings:
        click.echo(f"- As it was before: {finding}")
