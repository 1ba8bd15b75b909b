"""share-check backup and share-check restore: make a backup of the database, verify one, and restore one."""

from __future__ import annotations

from pathlib import Path

import click

from bot.cli import session
from bot.cli.printed import known_head, known_keys
from bot.clock import SystemClock
from bot.exit_codes import Exit, exit_with, say
from storage.backup import erased_list
from storage.backup import restore as restoring
from storage.backup.make import make, note, source_of
from storage.backup.restore import RestoreProof

DAMAGED = "made a backup that holds something that does not open, in {refs}"
PLANTED = "made a backup that cannot be restored, as somebody changed the database from outside: {objects}"
FIND_OUT = "Keep the backups from before. share-check doctor names what to do."
KEEP_OLDER = "Keep the backups from before, which have it whole. share-check verify says what was changed."


@click.command()
@click.option("--to", "folder", required=True, type=click.Path(path_type=Path), help="A folder that is there.")
@click.option("--keep", type=click.IntRange(min=1), help="Then delete all but the newest so many backups in it.")
def backup(folder: Path, keep: int | None) -> None:
    """Make a backup of the database, while the bot runs, and prove it.

    The backup is read back completely before it counts.
    """
    with session.settings("could not make a backup") as settings:
        secrets = settings.secrets
        session.refuse_unreadable(secrets.database_url)
        made = make(source_of(secrets.database_url), secrets.keys, folder, SystemClock().now(), keep)
        is_noted = note(secrets.database_url, made)
        erased_list.add(folder, erased_list.of_database(secrets.database_url))
    click.echo(f"{made.file} is made and was read again: {made.manifest.counts['checks']} checks.")
    if made.removed:
        click.echo(f"Deleted {made.removed} older than the newest {keep}.")
    if not is_noted:
        say("The database did not take a note of it, so share-check doctor does not know of it.", err=True)
    if shut := made.manifest.shut_keys:
        which = f" ({', '.join(made.texts.locked)})" if made.texts.locked else ""
        say(f"{shut} of them do not open with the keys in the settings{which}: share-check keys check.", err=True)
    if made.planted:
        exit_with(PLANTED.format(objects=", ".join(made.planted)), [FIND_OUT], Exit.NO)
    if damaged := made.texts.damaged:
        exit_with(DAMAGED.format(refs=", ".join(damaged)), [KEEP_OLDER], Exit.NO)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--verify", "way", flag_value="verify", help="Prove that it can be restored. Replaces nothing.")
@click.option("--replace", "way", flag_value="replace", help="Prove it, then put it in the place of the database.")
@click.option("--head", help="A seal that was printed elsewhere: the whole note, or only its head.")
@click.option("--key", "published", multiple=True, help="A public key that was published. Can be given more than once.")
@click.option("--unsigned", is_flag=True, help="Take a backup that a version before 0.2.0 made, without a signature.")
def restore(file: Path, way: str | None, head: str | None, published: tuple[str, ...], *, unsigned: bool) -> None:
    """Prove a backup, or restore it. Uses the keys and the database in the settings."""
    if way is None:
        message = "Say --verify to try it, or --replace to put it in the place of the database."
        raise click.UsageError(message)
    trusted, printed = known_keys(published), known_head(head)
    with session.settings("did not restore anything") as settings:
        secrets = settings.secrets
        url, keys = secrets.database_url, secrets.keys
        source = source_of(url)
        if secrets.seal_key:
            trusted |= {secrets.seal_key.public}
        expected = restoring.Expected(frozenset(trusted), printed, unsigned)
        if way == "verify":
            _say(restoring.verify(source, keys, file, expected), file)
            click.echo("It can be restored. Nothing was replaced.")
        else:
            erased = (*erased_list.of_database(url), *erased_list.read(file.parent))
            proof, where = restoring.replace(source, keys, file, SystemClock().now(), erased, expected)
            _say(proof, file)
            click.echo(where)


def _say(proof: RestoreProof, file: Path) -> None:
    manifest = proof.manifest
    say(f"{file.name}, made {manifest.made_at:%d %B %Y %H:%M} UTC by share-check {manifest.share_check}:")
    click.echo("- It is whole: the checksum is right.")
    if proof.schema == manifest.schema:
        click.echo(f"- Its tables are of this version ({proof.schema}).")
    else:
        click.echo(f"- Its tables are older ({manifest.schema}) and were brought up to this version ({proof.schema}).")
    rows = sum(manifest.counts.values())
    click.echo(f"- All {rows} rows are there, {manifest.counts['checks']} of them checks.")
    click.echo(f"- {manifest.wrapped_keys - manifest.shut_keys} of {manifest.wrapped_keys} keys open.")
    click.echo(f"- {proof.texts} sealed texts open, and {proof.lines} lines of the record say what was recorded.")
    click.echo(f"- {proof.seals} seals stand over the record, and the chain is unbroken.")
    if proof.matched:
        click.echo(f"- Seal {proof.matched.number} has the head that you gave.")
    if not proof.trusted:
        click.echo("- Nothing was said of who signs the record (SHARE_CHECK_SEAL_KEY or --key), so anybody may have.")
    if proof.unsealed:
        click.echo(f"- {proof.unsealed} That is so where the bot did not run then.")
    if proof.closed:
        click.echo(f"- {proof.closed} texts and lines have no key any more, as when it was made.")
