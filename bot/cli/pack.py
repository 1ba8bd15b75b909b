"""share-check pack: writes out a pack that a lead made. Whoever does so cannot read it."""

from __future__ import annotations

import sys
from pathlib import Path

import click

NOT_THERE = 1


@click.command()
@click.argument("number")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="A file that does not exist yet.")
def pack(number: str, out: Path) -> None:
    """Write the pack with this NUMBER, which a lead tells you. It only opens with a passphrase that the lead has."""
    from bot.cli import session  # noqa: PLC0415 - decide starts without it
    from bot.config.settings import load_settings  # noqa: PLC0415
    from bot.serve import clock_of  # noqa: PLC0415
    from storage import export_files  # noqa: PLC0415
    from storage.backup import archive  # noqa: PLC0415

    with session.in_words("could not write the pack"):
        settings = load_settings()
        with session.of_this_version(settings.database_url.get_secret_value()) as database, database.read() as tx:
            found = export_files.find(tx, number, clock_of(settings).now())
        if found is None:
            kept = export_files.KEPT.days
            click.echo(
                f"There is no pack with this number. It is kept for {kept} days; a lead can make it again.", err=True
            )
            sys.exit(NOT_THERE)
        with archive.private(out) as file:
            file.write(found.content)
    click.echo(f"{out} is written. Hand it to the lead who made it. It does not open without their passphrase.")
