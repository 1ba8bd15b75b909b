"""share-check keys: make keys, check which of them open which checks, and move every check to the first key."""

from __future__ import annotations

import sys

import click
from cryptography.fernet import Fernet

from bot.cli import session
from bot.exit_codes import Exit, say
from storage import sealed_texts
from storage.crypto import rotation
from storage.crypto.rotation import Tally
from storage.proof.signed_note import SealKey
from storage.sealed_texts import Unopened


@click.group()
def keys() -> None:
    """Make, check and change the keys that records are sealed with."""


@keys.command()
def new() -> None:
    """Print a new key, for SHARE_CHECK_KEYS.

    Keep it apart from the database: without it nobody can read the records.
    """
    click.echo(Fernet.generate_key().decode())


@keys.command()
def new_seal() -> None:
    """Print a new key, for SHARE_CHECK_SEAL_KEY, and the public key to publish.

    You can copy the lines into .env as they are.
    """
    key = SealKey.new()
    click.echo("# Signs the record. Keep it secret, and apart from the database.")
    click.echo(f"SHARE_CHECK_SEAL_KEY={key.written}")
    click.echo("# Publish this, where whoever runs the server cannot change it:")
    click.echo(f"# {key.public}")


@keys.command()
def check() -> None:
    """Check that the keys in the settings open every check. Exit 1 if one does not open."""
    with session.settings_and_database("could not try the keys") as (settings, database), database.read() as tx:
        found = rotation.tally(tx, settings.secrets.keys)
        texts = sealed_texts.find(tx, settings.secrets.keys)
    for place, opens in enumerate(found.opens, 1):
        click.echo(f"Key {place} opens {_checks(opens)}.{' It seals new ones.' if place == 1 else ''}")
    _say_rest(found, texts)
    sys.exit(Exit.NO if found.unopened or texts.damaged else Exit.DONE)


@keys.command()
def rotate() -> None:
    """Move every check to the first key, while the bot runs. You can stop it and run it again.

    First write the new key into SHARE_CHECK_KEYS, before the old ones, and restart share-check serve: a bot that does
    not know the new key cannot read checks that were moved to it.
    """
    with session.settings_and_database("could not move every check to the first key") as (settings, database):
        done = rotation.rotate(database, settings.secrets.keys)
        with database.read() as tx:
            texts = sealed_texts.find(tx, settings.secrets.keys)
    click.echo(f"Moved {_checks(done.moved)} to key 1, which opens {done.left.opens[0]} of {done.left.wrapped} now.")
    _say_needed(done.left)
    _say_rest(done.left, texts)
    sys.exit(Exit.NO if done.left.unopened or sum(done.left.opens[1:]) else Exit.DONE)


def _say_needed(left: Tally) -> None:
    for place, opens in enumerate(left.opens[1:], 2):
        if opens:
            click.echo(
                f"Key {place} is still needed: {_checks(opens)} started meanwhile, in a bot that has another key "
                "first. Restart it with the same settings, and run this again."
            )
        else:
            click.echo(
                f"Key {place} is no longer needed. Take it out of SHARE_CHECK_KEYS, and keep it apart for as long as "
                "there are backups from before today."
            )


def _say_rest(found: Tally, texts: Unopened) -> None:
    if found.destroyed:
        click.echo(f"Erased for good: {_checks(found.destroyed)}. Nothing is missing there.")
    if found.unopened:
        click.echo(
            f"Not opened by any key: {_checks(found.unopened)} ({', '.join(texts.locked)}). Nothing was changed there. "
            "Add the key of that time to SHARE_CHECK_KEYS, after the first."
        )
    if texts.damaged:
        say(
            f"Damaged, though the key fits: {_checks(len(texts.damaged))} ({', '.join(texts.damaged)}). Something in "
            "them does not open. share-check verify says what was changed; a backup from before has it whole."
        )
    if not found.unopened and not texts.damaged:
        click.echo("Every check opens.")


def _checks(count: int) -> str:
    return "1 check" if count == 1 else f"{count} checks"
