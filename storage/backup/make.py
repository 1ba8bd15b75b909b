"""Backups: made while the bot runs, and counted as made only once they were read again from end to end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, make_url
from sqlalchemy.exc import SQLAlchemyError

from storage.backup import archive
from storage.backup.archive import BackupManifest
from storage.backup.source import BackupRefused, Source, counts_of, see_onto_disk, workshop
from storage.backup.sqlite import SqliteFile
from storage.crypto.rotation import Tally, tally
from storage.engine.database import Database
from storage.errors import NotKept
from storage.health import liveness

KEYS_ARE_IN = "checks"


@dataclass(frozen=True, slots=True)
class BackupState:
    """How a database stands at one moment. schema: the revision of its tables. counts: rows of each."""

    schema: str
    counts: dict[str, int]
    keys: Tally


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that is there. removed: older ones that are not any more."""

    file: Path
    manifest: BackupManifest
    removed: int


def source_of(url: str) -> Source:
    """The database in the settings."""
    known = make_url(url)
    if known.get_backend_name() == "sqlite":
        return SqliteFile(known)
    from storage.backup.postgresql import PostgresqlServer  # noqa: PLC0415 - an extra

    return PostgresqlServer(known)


def state(tx: Connection, keys: Sequence[str]) -> BackupState:
    """Look at a database of ours, of any version. Raises BackupRefused where it is none."""
    counts = counts_of(tx)
    schema = MigrationContext.configure(tx).get_current_revision()
    if schema is None or KEYS_ARE_IN not in counts:
        message = "There is nothing of share-check in the database. Has share-check serve been started on it?"
        raise BackupRefused(message)
    return BackupState(schema, counts, tally(tx, keys))


def make(source: Source, keys: Sequence[str], folder: Path, now: datetime, keep: int | None = None) -> Made:
    """Make one in this folder, then take away all but the newest `keep`.

    It has its name only once it is complete, on the disk and read again: what is killed half-way leaves no file that
    looks like a backup. Raises BackupRefused; then nothing was taken away.
    """
    with workshop(folder) as place:
        manifest = _copied(source, keys, place / "copy", now)
        file = folder / archive.name_of(manifest)
        if file.exists():
            message = f"{file.name} is there already."
            raise BackupRefused(message)
        draft = place / file.name
        archive.write(draft, manifest, place / "copy")
        _check(source, draft, place / "again")
        draft.rename(file)
        see_onto_disk(folder)
        return Made(file, manifest, 0 if keep is None else _remove_older(file, keep))


def note(url: str, made: Made) -> bool:
    """Leave in the database when its newest backup was made; whether that was kept. The backup is good either way."""
    database = Database(url)
    try:
        with database.begin() as tx:
            liveness.backed_up(tx, made.manifest.made_at)
    except (SQLAlchemyError, NotKept):
        return False
    finally:
        database.close()
    return True


def _copied(source: Source, keys: Sequence[str], copy: Path, now: datetime) -> BackupManifest:
    with source.snapshot(copy) as tx:
        found = state(tx, keys)
    return BackupManifest(
        share_check=version("share-check"),
        schema=found.schema,
        database=source.kind,
        made_at=now,
        counts=found.counts,
        wrapped_keys=found.keys.wrapped,
        shut_keys=found.keys.shut,
        sha256=archive.digest(copy),
    )


def _check(source: Source, draft: Path, again: Path) -> None:
    """Read it as a restore would."""
    manifest = archive.read(draft)
    archive.unpack(draft, manifest, again)
    if source.counts(again) != manifest.counts:
        message = "The backup does not hold what the database held. Nothing was kept of it; make another."
        raise BackupRefused(message)


def _remove_older(newest: Path, keep: int) -> int:
    """The one just made stays, whatever the clock said when the others were made."""
    others = [file for file in newest.parent.iterdir() if archive.is_ours(file) and file != newest]
    older = sorted(others, reverse=True)[keep - 1 :]
    for file in older:
        file.unlink()
    return len(older)
