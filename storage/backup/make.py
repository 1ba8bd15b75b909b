"""Make backups while the bot runs. A backup counts as made only after it was read back completely."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import Connection, make_url
from sqlalchemy.exc import SQLAlchemyError

from storage import sealed_texts
from storage.backup import archive
from storage.backup.archive import BackupManifest
from storage.backup.source import BackupRefused, Source, counts_of, see_onto_disk, workshop
from storage.backup.sqlite import SqliteFile
from storage.crypto.rotation import Tally, tally
from storage.engine import schema_objects
from storage.engine.database import Database, newest_revision, version_of
from storage.errors import NotKept
from storage.health import liveness
from storage.sealed_texts import Unopened

KEYS_ARE_IN = "checks"


@dataclass(frozen=True, slots=True)
class BackupState:
    """A database at one moment. schema: the Alembic revision. counts: rows of each table."""

    schema: str
    counts: dict[str, int]
    keys: Tally


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was made. removed: how many older backups were deleted. texts: what does not open in it.

    planted: what somebody put into the database from outside, or took away; a restore refuses such a backup.
    """

    file: Path
    manifest: BackupManifest
    removed: int
    texts: Unopened
    planted: tuple[str, ...] = ()


def source_of(url: str) -> Source:
    """Return the database in the settings, as something to back up."""
    known = make_url(url)
    if known.get_backend_name() == "sqlite":
        return SqliteFile(known)
    from storage.backup.postgresql import PostgresqlServer  # noqa: PLC0415 - an extra

    return PostgresqlServer(known)


def state(tx: Connection, keys: Sequence[str]) -> BackupState:
    """Read the state of a share-check database of any version. Raises BackupRefused if it is not one."""
    counts = counts_of(tx)
    schema = version_of(tx)
    if schema is None or KEYS_ARE_IN not in counts:
        message = "There is nothing of share-check in the database. Has share-check serve been started on it?"
        raise BackupRefused(message)
    return BackupState(schema, counts, tally(tx, keys))


def make(source: Source, keys: Sequence[str], folder: Path, now: datetime, keep: int | None = None) -> Made:
    """Make a backup in `folder`, then delete all but the newest `keep`; none while something in it does not open.

    The file gets its name only once it is complete, fsynced and read back, so that a killed run leaves nothing that
    looks like a backup. Raises BackupRefused; nothing is deleted then.
    """
    with workshop(folder) as place:
        manifest, texts, planted = _copied(source, keys, place / "copy", now)
        file = folder / archive.name_of(manifest)
        if file.exists():
            message = f"{file.name} is there already."
            raise BackupRefused(message)
        draft = place / file.name
        archive.write(draft, manifest, place / "copy", keys)
        _check(source, keys, draft, place / "again")
        draft.rename(file)
        see_onto_disk(folder)
        removed = _remove_older(file, keep) if keep and not texts.damaged and not planted else 0
        return Made(file, manifest, removed, texts, planted)


def note(url: str, made: Made) -> bool:
    """Record in the database when its newest backup was made. Return whether that worked; the backup is good anyway."""
    database = Database(url)
    try:
        with database.begin() as tx:
            liveness.backed_up(tx, made.manifest.made_at)
    except (SQLAlchemyError, NotKept):
        return False
    finally:
        database.close()
    return True


def _copied(
    source: Source, keys: Sequence[str], copy: Path, now: datetime
) -> tuple[BackupManifest, Unopened, tuple[str, ...]]:
    with source.snapshot(copy) as tx:
        found, planted = state(tx, keys), schema_objects.strangers(tx)
        texts = Unopened()
        if found.schema == newest_revision():
            texts, planted = sealed_texts.find(tx, keys), schema_objects.differences(tx)
    manifest = BackupManifest(
        share_check=version("share-check"),
        schema=found.schema,
        database=source.kind,
        made_at=now,
        counts=found.counts,
        wrapped_keys=found.keys.wrapped,
        shut_keys=found.keys.unopened,
        sha256=archive.digest(copy),
    )
    return manifest, texts, planted


def _check(source: Source, keys: Sequence[str], draft: Path, again: Path) -> None:
    """Read the backup back as a restore would. Raises BackupRefused if the row counts differ."""
    manifest = archive.read(draft, keys)
    archive.unpack(draft, manifest, again)
    if source.counts(again) != manifest.counts:
        message = "The backup does not hold what the database held. Nothing was kept of it; make another."
        raise BackupRefused(message)


def _remove_older(newest: Path, keep: int) -> int:
    """Delete all but the `keep` newest backups. Never delete `newest`, even if the clock dates it before others."""
    others = [file for file in newest.parent.iterdir() if archive.is_ours(file) and file != newest]
    older = sorted(others, reverse=True)[keep - 1 :]
    for file in older:
        file.unlink()
    return len(older)
