"""share-check keys check and share-check keys rotate: whether everything opens, and with which key."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from storage.crypto.rotation import Tally

NOT_WELL = 1


@click.command("check")
def check_keys() -> None:
    """Try every check's key with the keys in the settings. Exit 1 where one does not open."""
    from bot.cli import session  # noqa: PLC0415 - decide starts without it
    from bot.config.settings import load_settings  # noqa: PLC0415
    from storage.crypto.rotation import tally  # noqa: PLC0415

    with session.in_words("could not try the keys"):
        settings = load_settings()
        url = settings.database_url.get_secret_value()
        with session.of_this_version(url) as database, database.read() as tx:
            found = tally(tx, [key.get_secret_value() for key in settings.keys])
    for place, opens in enumerate(found.opens, 1):
        click.echo(f"Key {place} opens {_checks(opens)}.{' It seals new ones.' if place == 1 else ''}")
    _say_rest(found)
    sys.exit(NOT_WELL if found.shut else 0)


@click.command("rotate")
def rotate_keys() -> None:
    """Move every check to the first key, while the bot runs. Can be stopped and run again.

    Restart share-check serve first, once the new key stands first in SHARE_CHECK_KEYS and the old ones after it: a
    bot that does not know the new key cannot open what was moved to it.
    """
    from bot.cli import session  # noqa: PLC0415 - decide starts without it
    from bot.config.settings import load_settings  # noqa: PLC0415
    from storage.crypto.rotation import rotate  # noqa: PLC0415

    with session.in_words("could not move every check to the first key"):
        settings = load_settings()
        with session.of_this_version(settings.database_url.get_secret_value()) as database:
            done = rotate(database, [key.get_secret_value() for key in settings.keys])
    click.echo(f"Moved {_checks(done.moved)} to key 1, which opens {done.left.opens[0]} of {done.left.wrapped} now.")
    _say_needed(done.left)
    _say_rest(done.left)
    sys.exit(NOT_WELL if done.left.shut or sum(done.left.opens[1:]) else 0)


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


def _say_rest(found: Tally) -> None:
    if found.destroyed:
        click.echo(f"Erased for good: {_checks(found.destroyed)}. Nothing is missing there.")
    if found.shut:
        click.echo(
            f"Not opened by any key: {_checks(found.shut)}. Nothing was changed there. "
            "Add the key of that time to SHARE_CHECK_KEYS, after the first."
        )
    else:
        click.echo("Every check opens.")


def _checks(count: int) -> str:
    return "1 check" if count == 1 else f"{count} checks"
