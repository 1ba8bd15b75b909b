"""Back up a SQLite file with SQLite's online backup; restore it by one rename."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path

from sqlalchemy import URL, Connection, NullPool, create_engine

from storage.backup import archive
from storage.backup.source import BackupRefused, counts_of, see_onto_disk, workshop
from storage.engine.database import Database
from storage.engine.process_lock import process_lock
from storage.engine.unusable import damaged, is_damage

_LOGS = ("-wal", "-journal")
"""Suffixes of SQLite's journals. A journal left beside a different database of that name would be applied to it."""


class SqliteFile:
    """The SQLite file in the settings, which may not exist yet."""

    kind = "sqlite"

    def __init__(self, url: URL) -> None:
        self.file = Path(url.database or "").resolve()

    @contextmanager
    def snapshot(self, to: Path) -> Iterator[Connection]:
        """Implement Source.snapshot with SQLite's online backup: a consistent copy, and writers do not wait."""
        if not self.file.is_file():
            message = f"There is no database {self.file.name} yet. Start share-check serve once."
            raise BackupRefused(message)
        try:
            with archive.private(to), closing(_connect(self.file)) as live, closing(_connect(to)) as copy:
                live.backup(copy)
                copy.execute("PRAGMA journal_mode=DELETE")  # no journal beside the copy
        except sqlite3.Error as error:
            if is_damage(error):
                raise damaged() from error
            message = f"{self.file.name} could not be copied ({error.sqlite_errorname}). Is there room on the disk?"
            raise BackupRefused(message) from error
        with _reading(to) as tx:
            yield tx

    def counts(self, copy: Path) -> Mapping[str, int]:
        """Implement Source.counts, after SQLite's integrity and foreign key checks."""
        with _reading(copy) as tx:
            whole = tx.exec_driver_sql("PRAGMA integrity_check").scalars().all() == ["ok"]
            if not whole or tx.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
                message = "The copy is damaged: SQLite's own check says so. So was the database when it was made."
                raise BackupRefused(message)
            return counts_of(tx)

    def workshop(self) -> AbstractContextManager[Path]:
        """Yield a folder beside the database, so that one rename puts the verified copy in place."""
        return workshop(self.file.parent)

    @contextmanager
    def trial(self, copy: Path) -> Iterator[Database]:
        """Implement Source.trial: open the copy itself."""
        database = Database(_url(copy))
        try:
            yield database
        finally:
            database.close()

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """Implement Source.quiet with the lock that a serving process holds."""
        if self.file.exists() and self.file.stat().st_uid != os.geteuid():
            message = f"{self.file.name} belongs to another account. Run this as the account that runs the bot."
            raise BackupRefused(message)
        with process_lock(_url(self.file)):
            yield

    def put_in_place(self, trial: Database, now: datetime) -> str:
        """Implement Source.put_in_place. The name in the settings always refers to a complete database."""
        new = Path(str(trial.engine.url.database))
        trial.close()
        see_onto_disk(new)
        said = f"{self.file.name} is that backup now. There was none before."
        if self.file.exists():
            kept = self.file.with_name(f"{self.file.name}.replaced-{archive.stamp(now)}")
            _set_aside(self.file, kept)
            said = f"{self.file.name} is that backup now. The one before is kept beside it: {kept.name}."
        new.replace(self.file)
        see_onto_disk(self.file.parent)
        return said


def _url(file: Path) -> str:
    return URL.create("sqlite", database=str(file)).render_as_string()


def _connect(file: Path, patience: float = 30) -> sqlite3.Connection:
    """Connect to an existing file; SQLite would create a missing one. patience: seconds to wait for locks."""
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=rw", uri=True, timeout=patience)


@contextmanager
def _reading(copy: Path) -> Iterator[Connection]:
    """Yield a connection to a copy that nobody writes, leaving no journal beside it."""
    engine = create_engine("sqlite://", creator=lambda: _connect(copy), poolclass=NullPool, hide_parameters=True)
    with engine.connect() as tx:
        yield tx


def _set_aside(file: Path, kept: Path) -> None:
    """Link a database and its journals under a second name, and leave no journal beside the first.

    SQLite is asked to checkpoint the journals into the file; if it cannot, they are kept beside the second name.
    """
    for end in ("", *_LOGS):
        if (part := _beside(file, end)).exists():
            _name_twice(part, _beside(kept, end))
    with suppress(sqlite3.Error), closing(_connect(file, patience=1)) as last:
        last.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for end in (*_LOGS, "-shm"):
        _beside(file, end).unlink(missing_ok=True)
    for log in (_beside(kept, end) for end in _LOGS):
        if log.exists() and not log.stat().st_size:
            log.unlink()


def _beside(file: Path, end: str) -> Path:
    return file.with_name(file.name + end)


def _name_twice(file: Path, second: Path) -> None:
    try:
        os.link(file, second)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        shutil.copy2(file, second)
        see_onto_disk(second)
