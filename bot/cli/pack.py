"""share-check pack: write out a pack that a lead made. Whoever runs this cannot read the pack."""

from __future__ import annotations

from pathlib import Path

import click

from bot.cli import session
from bot.clock import clock_of
from bot.exit_codes import Exit, exit_with
from storage import export_files
from storage.backup import archive

WHAT = "could not write the pack"


@click.command()
@click.argument("number")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="A file that does not exist yet.")
def pack(number: str, out: Path) -> None:
    """Write out the pack with this NUMBER, which a lead tells you. Only the lead's passphrase opens it."""
    with session.settings_and_database(WHAT) as (settings, database):
        with database.read() as tx:
            found = export_files.find(tx, number, clock_of(settings.clock_file).now())
        if found is None:
            kept = export_files.KEPT.days
            words = f"There is no pack with this number. It is kept for {kept} days; a lead can make it again."
            exit_with(WHAT, [words], Exit.NO)
        with archive.private(out) as file:
            file.write(found.content)
    click.echo(f"{out} is written. Hand it to the lead who made it. It does not open without their passphrase.")
