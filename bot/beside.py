"""What commands that work beside the running bot share: the settings, the database, and leaving with plain words."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import click
from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from bot.settings import SettingsError
from storage.database import Database
from storage.errors import DatabaseNotReady, NotKept, StorageError

BAD_INPUT = 2
NOT_DONE = 1


@contextmanager
def in_words(what: str) -> Iterator[None]:
    """Whatever goes wrong here ends the command with sentences: 2 where the settings are wrong, else 1."""
    try:
        yield
    except SettingsError as error:
        _leave(what, error.problems, BAD_INPUT)
    except NotKept:
        _leave(what, ["The database is busy, or its disk is full. What was done is kept: run this again."], NOT_DONE)
    except StorageError as error:
        _leave(what, [str(error)], NOT_DONE)
    except SQLAlchemyError as error:
        _leave(what, [f"The database could not be opened or read ({type(error).__name__})."], NOT_DONE)
    except OSError as error:
        _leave(what, [f"{error.filename or 'The file'}: {error.strerror}."], NOT_DONE)


@contextmanager
def of_this_version(url: str) -> Iterator[Database]:
    """The database, which must be there and of this version. Raises DatabaseNotReady."""
    known = make_url(url)
    if known.get_backend_name() == "sqlite" and not Path(known.database or "").is_file():
        message = f"There is no database {known.database}. Start share-check serve once, which makes it."
        raise DatabaseNotReady(message)
    database = Database(url)
    try:
        found, needed = database.version()
        if found != needed:
            message = "The database is not of this version. Start share-check serve once, which brings it up to date."
            raise DatabaseNotReady(message)
        yield database
    finally:
        database.close()


def _leave(what: str, problems: Iterable[str], code: int) -> NoReturn:
    click.echo(f"share-check {what}:", err=True)
    for problem in problems:
        click.echo(f"- {problem}", err=True)
    sys.exit(code)
