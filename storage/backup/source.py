"""The database in the settings as something to copy, to try and to replace; and a place to do that in."""

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
    """A backup could not be made, or cannot be used. Nothing was put in the place of anything."""


class Source(Protocol):
    """One kind of database. All of these raise BackupRefused in words that hold no secret and nothing of a case."""

    kind: str

    def snapshot(self, to: Path) -> AbstractContextManager[Connection]:
        """Copy it to a new file while others write. What the connection sees is what the file holds."""

    def counts(self, copy: Path) -> Mapping[str, int]:
        """Read a copy from end to end: rows of each table."""

    def workshop(self) -> AbstractContextManager[Path]:
        """A folder for a copy to be tried in."""

    def trial(self, copy: Path) -> AbstractContextManager[Database]:
        """A copy as a database of its own, gone afterwards unless it was put in place."""

    def quiet(self) -> AbstractContextManager[None]:
        """Nobody else serves with the database meanwhile."""

    def put_in_place(self, trial: Database, now: datetime) -> str:
        """From now on this is the database; says where the one before is."""


def counts_of(tx: Connection) -> dict[str, int]:
    """Rows of each table there is."""
    names = sorted(inspect(tx).get_table_names())
    return {name: int(tx.scalar(select(func.count()).select_from(table(name))) or 0) for name in names}


@contextmanager
def workshop(folder: Path) -> Iterator[Path]:
    """A hidden folder inside this one, for our account alone; what a killed command left of its own is taken away.

    Raises BackupRefused where another command is at work there.
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
    """A file's content, or the names in a folder, survive a power cut."""
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
    """Some network disks cannot lock a folder: there, nothing is taken away."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        message = f"Another backup or restore is at work in {folder}. Wait until it has ended."
        raise BackupRefused(message) from error
    except OSError:
        return False
    return True
