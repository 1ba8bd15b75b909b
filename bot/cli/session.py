"""What commands that work beside the running bot share: the settings, the database, and leaving with plain words."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import click
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from bot.config.organisation import OrganisationError
from bot.config.settings import SettingsError
from storage.engine.database import Database
from storage.errors import DatabaseNotReady, NotKept, StorageError

BAD_INPUT = 2
NOT_DONE = 1
NOT_OPENED = (
    "The database could not be opened or read. Look whether its file or server is there, and whether this account may "
    "use it: share-check doctor."
)


RUN_AGAIN = "What was done is kept: run this again."


@contextmanager
def in_words(what: str, kept: str = RUN_AGAIN, not_done: int = NOT_DONE) -> Iterator[None]:
    """Whatever goes wrong here ends the command with sentences: 2 where settings or facts are wrong, else `not_done`.

    kept: what is true of the database where it takes no writes, and what to do.
    """
    try:
        yield
    except (SettingsError, OrganisationError) as error:
        _leave(what, error.problems, BAD_INPUT)
    except NotKept:
        _leave(what, [f"The database is busy, or its disk is full. {kept}"], not_done)
    except StorageError as error:
        _leave(what, [str(error) or "This could not be done."], not_done)
    except SQLAlchemyError:
        _leave(what, [NOT_OPENED], not_done)
    except OSError as error:
        _leave(what, [f"{error.filename or 'The file'}: {error.strerror}."], not_done)


@contextmanager
def of_this_version(url: str) -> Iterator[Database]:
    """The database, which must be there and of this version. Raises DatabaseNotReady."""
    database = opened(url)
    try:
        yield database
    finally:
        database.close()


def opened(url: str) -> Database:
    """As of_this_version; whoever asked closes it. A SQLite file that is not there is not made by asking."""
    _refuse_missing(url)
    database = Database(url)
    try:
        found, needed = database.version()
    except SQLAlchemyError as error:
        database.close()
        raise DatabaseNotReady(NOT_OPENED) from error
    if found == needed:
        return database
    database.close()
    message = "The database is not of this version. Start share-check serve once, which brings it up to date."
    if found is None:
        message = "There is nothing in the database yet. Start share-check serve once, which makes its tables."
    raise DatabaseNotReady(message)


def _refuse_missing(url: str) -> None:
    try:
        known = make_url(url)
    except (ArgumentError, ValueError):
        return  # Opening it says what is wrong, without the password.
    if known.get_backend_name() == "sqlite" and not Path(known.database or "").is_file():
        message = (
            f"There is no database {known.database}. Start share-check serve once, which makes it; or go to the "
            "folder of share-check, if this is another one."
        )
        raise DatabaseNotReady(message)


def _leave(what: str, problems: Iterable[str], code: int) -> NoReturn:
    click.echo(f"share-check {what}:", err=True)
    for problem in problems:
        click.echo(f"- {problem}", err=True)
    sys.exit(code)
