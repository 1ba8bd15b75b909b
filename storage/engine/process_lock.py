"""The lock that lets only one process serve with a SQLite file.

A kernel lock (flock) on a file beside the database: it ends with the process, kill -9 included. The file itself stays.
Commands that only read or add rows do not take the lock.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from storage.errors import DatabaseNotReady

MODE = 0o600


@contextmanager
def process_lock(url: str) -> Iterator[None]:
    """Hold the lock of a serving process on this SQLite file. No-op on PostgreSQL, where several may serve.

    Raises DatabaseNotReady if another process serves, or the file cannot be locked.
    """
    database = _file_of(url)
    if database is None:
        yield
        return
    descriptor = _opened(lock_beside(database))
    try:
        _lock(descriptor, database)
        yield
    finally:
        os.close(descriptor)


def lock_beside(database: Path) -> Path:
    """Return the lock file's path, the same through whatever symbolic links the database is reached."""
    file = database.resolve()
    return file.with_name(f"{file.name}.lock")


def _file_of(url: str) -> Path | None:
    """Return the SQLite file, or None for another database or a malformed URL (which Database reports)."""
    try:
        known = make_url(url)
    except (ArgumentError, ValueError):
        return None
    is_file = known.get_backend_name() == "sqlite" and known.database
    return Path(known.database) if is_file and known.database else None


def _opened(lock: Path) -> int:
    try:
        return os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, MODE)
    except OSError as error:
        message = (
            f"The database could not be opened: no file can be made in {lock.parent}. Let SHARE_CHECK_DATABASE_URL "
            "name a file where this account may write, with its whole path: docs/tasks/keep-it-running.md"
        )
        raise DatabaseNotReady(message) from error


def _lock(descriptor: int, database: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        message = (
            f"Another share-check is already serving with {database.name}, and a SQLite file is for one at a time: "
            "two would send everything twice. Stop the other one, or use PostgreSQL (SHARE_CHECK_DATABASE_URL)."
        )
        raise DatabaseNotReady(message) from error
    except OSError as error:
        message = (
            "The database could not be opened: its disk cannot lock files. "
            "Keep it on a disk of this machine, or use PostgreSQL (SHARE_CHECK_DATABASE_URL)."
        )
        raise DatabaseNotReady(message) from error
