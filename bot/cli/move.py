"""share-check move, migrate and grants: another database, this version's tables, and who may write to them."""

from __future__ import annotations

import click
from sqlalchemy import URL, make_url

from bot.cli import session
from bot.config.settings import SettingsError, database_address
from bot.exit_codes import say
from storage.backup.transfer import Transferred
from storage.backup.transfer import move as move_everything
from storage.engine.database import Database
from storage.engine.grants import statements


@click.command()
@click.option(
    "--to",
    "address",
    required=True,
    metavar="URL",
    help=(
        "An empty database: postgresql://user@host/database, or sqlite:///a-new-file.db. "
        "share-check asks for the password: what is typed here, every account of this machine could read."
    ),
)
def move(address: str) -> None:
    """Copy all of it to another database, and prove that it arrived. Then it says what to do next. It deletes nothing.

    Stop the bot first. The database in the settings is only read.
    """
    with session.settings("did not move anything") as settings:
        target = _with_password(make_url(database_address(address, "--to")))
        secrets = settings.secrets
        with session.opened(secrets.database_url):
            pass
        moved = move_everything(secrets.database_url, target, secrets.keys)
    _say(moved)
    click.echo("Next:")
    click.echo(f"1. In .env, write SHARE_CHECK_DATABASE_URL={make_url(target).render_as_string()}")
    if make_url(target).password:
        click.echo("   with the password in the place of ***.")
    say("2. Start share-check serve, and run share-check doctor.")
    say("3. Make a backup: share-check backup. Backups from before are of the old database.")
    click.echo("4. The old database is as it was. Keep it until you have that backup, then delete it and its copies.")


def _with_password(url: URL) -> str:
    """Ask for the password of an account of PostgreSQL. Raises SettingsError where the address holds it already."""
    if url.password:
        raise SettingsError(
            ["--to has a password in it, which others on this machine can read. Leave it out: you are asked."]
        )
    if url.username and url.drivername != "sqlite":
        hidden = click.prompt(
            f"Password of {url.username} (Enter if it has none)", default="", hide_input=True, show_default=False
        )
        url = url.set(password=hidden or None)
    return url.render_as_string(hide_password=False)


def _say(moved: Transferred) -> None:
    rows = sum(moved.rows.values())
    click.echo(f"{rows} rows of {len(moved.rows)} tables are there, {moved.rows['checks']} of them checks.")
    click.echo(f"- Every row is the same. {sum(moved.keys.opens)} of {moved.keys.wrapped} keys open.")
    click.echo(f"- {moved.entries} lines of the record say what was recorded; {moved.seals} seals stand over it.")
    for finding in moved.findings:
        click.echo(f"- As it was before: {finding}")


@click.command()
def migrate() -> None:
    """Make the tables, or bring them to this version. share-check serve does it by itself, where its account may.

    Make a backup first, and stop the bot.
    """
    with session.settings("did not bring the tables to this version") as settings:
        database = Database(settings.secrets.database_url)
        try:
            database.migrate()
            version, _ = database.version()
        finally:
            database.close()
    click.echo(f"The tables are of this version ({version}).")


@click.command()
@click.option(
    "--to", "account", required=True, metavar="ACCOUNT", help="The account that the bot will use; createuser makes it."
)
def grants(account: str) -> None:
    """Print the SQL that lets an account of PostgreSQL run the bot, without changing what is in the record.

    Type, as the owner of the tables: share-check grants --to share_check_bot | psql share_check
    """
    for statement in statements(account):
        click.echo(statement)
