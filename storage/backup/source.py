"""The interface of a database that can be copied, verified and replaced, and the work folder for that."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, func, inspect, select, table

from storage.engine.database import Database
from storage.errors import StorageError

_MARK, _END = ".share-check-", ".part"


class BackupRefused(StorageError):
    """A backup could not be made, or cannot be used. Nothing was replaced."""


class Source(Protocol):
    """One kind of database. All methods raise BackupRefused; its message has no secrets and no case content."""

    kind: str

    def snapshot(self, to: Path) -> AbstractContextManager[Connection]:
        """Copy the database to a new file while others write. The connection sees what the file holds."""

    def counts(self, copy: Path) -> Mapping[str, int]:
        """Read a copy completely and return the rows of each table."""

    def workshop(self) -> AbstractContextManager[Path]:
        """Yield a folder in which to try a copy."""

    def trial(self, copy: Path) -> AbstractContextManager[Database]:
        """Yield the copy as a separate database, deleted afterwards unless it was put in place."""

    def quiet(self) -> AbstractContextManager[None]:
        """Ensure that no other process serves with the database. Raises BackupRefused if one does."""

    def put_in_place(self, trial: Database, now: datetime) -> str:
        """Make the trial database the one in use. Return words on where the previous one is."""


def counts_of(tx: Connection) -> dict[str, int]:
    """Return the rows of each table in the database."""
    names = sorted(inspect(tx).get_table_names())
    return {name: int(tx.scalar(select(func.count()).select_from(table(name))) or 0) for name in names}


@contextmanager
def workshop(folder: Path) -> Iterator[Path]:
    """Yield a hidden folder inside `folder`, for our account only; delete those left by killed commands.

    Raises BackupRefused if another command is working there.
    """
    descriptor = _folder(folder)
    try:
        if _is_ours_alone(descriptor, folder):
            for left in folder.glob(f"{_MARK}*{_END}"):
                shutil.rmtree(left, ignore_errors=True)
        place = Path(tempfile.mkdtemp(prefix=_MARK, suffix=_END, dir=folder))
        try:
            yield place
        finally:
            shutil.rmtree(place, ignore_errors=True)
    finally:
        os.close(descriptor)


def see_onto_disk(path: Path) -> None:
    """Call fsync on a file, or on a folder for the names in it, so that it survives a power cut."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _folder(folder: Path) -> int:
    try:
        return os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        message = f"{folder} is not a folder that can be used ({error.strerror}). Make it, or connect its disk."
        raise BackupRefused(message) from error


def _is_ours_alone(descriptor: int, folder: Path) -> bool:
    """Lock the folder. Return False where a network disk cannot lock: then nothing is deleted.

    Raises BackupRefused if another command holds the lock.
    """
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        message = f"Another backup or restore is at work in {folder}. Wait until it has ended."
        raise BackupRefused(message) from error
    except OSError:
        return False
    return True
