"""Opening of settings and database for a command, and its end in plain words with the right exit code.

Commands that also need the services of listeners use bot/cli/beside_bot.py, which is slower to import.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from bot.config.organisation import OrganisationError
from bot.config.settings import Settings, SettingsError, load_settings
from bot.exit_codes import Exit, exit_with
from storage.engine import unusable
from storage.engine.database import Database
from storage.errors import BadKey, DatabaseAway, DatabaseNotReady, NotKept, StorageError
from storage.proof.bundle import NotAProof

RUN_AGAIN = "What was done is kept: run this again."


@contextmanager
def end_plainly(what: str, kept: str = RUN_AGAIN) -> Iterator[None]:
    """Turn every error of a command into sentences and an exit code, the same in every command.

    what: what could not be done, after "share-check". kept: if the database takes no writes, what was saved and what to
    do.
    """
    try:
        yield
    except (SettingsError, OrganisationError) as error:
        exit_with(what, error.problems)
    except NotKept:
        exit_with(what, [f"The database is busy, or its disk is full. {kept}"], Exit.NOT_NOW)
    except SQLAlchemyError as error:
        _exit_with(what, unusable.not_ready(error))
    except StorageError as error:
        _exit_with(what, error)
    except OSError as error:
        exit_with(what, [f"{error.filename or 'The file'}: {error.strerror}."])


def _exit_with(what: str, error: StorageError) -> None:
    exit_with(what, [str(error) or "This could not be done."], _code(error))


def _code(error: StorageError) -> Exit:
    match error:
        case DatabaseAway():
            return Exit.NOT_NOW
        case DatabaseNotReady() | BadKey() | NotAProof():
            return Exit.FIX_FIRST
        case _:
            return Exit.NO


@contextmanager
def settings(what: str, kept: str = RUN_AGAIN) -> Iterator[Settings]:
    """Yield the settings, for a command that opens the rest itself. what, kept: as in end_plainly."""
    with end_plainly(what, kept):
        yield load_settings()


@contextmanager
def settings_and_database(what: str, kept: str = RUN_AGAIN) -> Iterator[tuple[Settings, Database]]:
    """Yield the settings and the database, which has this version. what, kept: as in end_plainly."""
    with settings(what, kept) as found, opened(found.secrets.database_url) as database:
        yield found, database


@contextmanager
def opened(url: str) -> Iterator[Database]:
    """Open an existing database of this version. A missing SQLite file is not created.

    Raises DatabaseNotReady, or an error of SQLAlchemy.
    """
    _refuse_missing(url)
    database = Database(url)
    try:
        database.refuse_other_version()
        yield database
    finally:
        database.close()


def refuse_unreadable(url: str) -> None:
    """Refuse a database that is missing or has no tables; any version will do. Raises as opened does."""
    _refuse_missing(url)
    database = Database(url)
    try:
        found, _ = database.version()
    finally:
        database.close()
    if found is None:
        raise DatabaseNotReady(unusable.EMPTY)


def _refuse_missing(url: str) -> None:
    if not unusable.is_there(url):
        message = (
            f"There is no database {make_url(url).database}. Start share-check serve once, which makes it; or go to "
            "the folder of share-check, if this is another one."
        )
        raise DatabaseNotReady(message)
