"""Proof that a backup can be restored, and restoring it: nothing is replaced that was not proved first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Row, Select, select

from storage import archive
from storage.archive import Manifest
from storage.backup import state
from storage.checks import about_answers
from storage.copies import BackupRefused, Source
from storage.crypto import Box, Keyring
from storage.database import Database
from storage.errors import CannotOpen
from storage.proof import of_record
from storage.record import SALT_BYTES, commitment
from storage.retention import Erasure, erase_again
from storage.tables import checks, events, strands
from storage.verdict import judge

_AT_ONCE = 500
_MIGRATIONS = Path(__file__).parent / "migrations"

_ANSWERS = select(checks.c.id, checks.c.reporter, checks.c.wrapped_key, checks.c.sealed_answers)
_PLANS = select(strands, checks.c.wrapped_key).join(checks).order_by(strands.c.check_id)
_EVENTS = select(events, checks.c.wrapped_key).join(checks).order_by(events.c.check_id)


@dataclass(frozen=True, slots=True)
class Proof:
    """What was proved. schema: the revision after the copy was brought up to date.

    texts: sealed answers and plans that opened. lines: of the record, that opened and say what they committed to.
    closed: texts and lines of checks whose key was destroyed, or opened with none of ours even when it was made.
    seals: over the record, in a chain that nothing breaks.
    """

    manifest: Manifest
    schema: str
    texts: int
    lines: int
    closed: int
    seals: int


def verify(source: Source, keys: Sequence[str], file: Path) -> Proof:
    """Prove that a backup can be restored. Raises BackupRefused with what is wrong, DatabaseNotReady or BadKey."""
    with _tried(source, keys, file) as (proof, _):
        return proof


def replace(
    source: Source, keys: Sequence[str], file: Path, now: datetime, erased: Iterable[Erasure] = ()
) -> tuple[Proof, str]:
    """Prove it, then put it in place; with words on where the database before is. Raises as verify does.

    erased: what was erased since it was made. It is erased in the copy before that takes any place.
    """
    with source.quiet(), _tried(source, keys, file) as (proof, trial):
        again = erase_again(trial, Keyring(keys), erased, now)
        said = source.put_in_place(trial, now)
    return proof, f"{said} What had been erased since is erased in it as well: {again}." if again else said


@contextmanager
def _tried(source: Source, keys: Sequence[str], file: Path) -> Iterator[tuple[Proof, Database]]:
    manifest = archive.read(file)
    _refuse_strangers(source, manifest)
    with source.workshop() as place:
        copy = place / "copy"
        archive.unpack(file, manifest, copy)
        if source.counts(copy) != manifest.counts:
            raise _changed(file)
        with source.trial(copy) as trial:
            yield _proved(trial, manifest, keys, file), trial


def _refuse_strangers(source: Source, manifest: Manifest) -> None:
    known = {script.revision for script in ScriptDirectory(str(_MIGRATIONS)).walk_revisions()}
    if manifest.schema not in known:
        message = (
            f"The backup was made by share-check {manifest.share_check}, whose tables this version does not know. "
            "Install that version or a newer one, then restore."
        )
        raise BackupRefused(message)
    if manifest.database != source.kind:
        message = (
            f"The backup is of a {manifest.database} database, and SHARE_CHECK_DATABASE_URL names a {source.kind} one. "
            "Write an address of the backup's kind there."
        )
        raise BackupRefused(message)


def _proved(trial: Database, manifest: Manifest, keys: Sequence[str], file: Path) -> Proof:
    with trial.read() as tx:
        found = state(tx, keys)
    if (found.schema, found.counts, found.keys.wrapped) != (manifest.schema, manifest.counts, manifest.wrapped_keys):
        raise _changed(file)
    if found.keys.shut > manifest.shut_keys:
        message = (
            f"{found.keys.shut} of {found.keys.wrapped} checks cannot be opened: the key they were sealed with is not "
            "in SHARE_CHECK_KEYS. Add the keys that were in use when the backup was made, after the first."
        )
        raise BackupRefused(message)
    trial.migrate()
    schema, _ = trial.version()
    with trial.read() as tx:
        texts, lines, closed = _opened(tx, Keyring(keys), file)
        seals = _unbroken(tx, file)
    return Proof(manifest, schema or "", texts, lines, closed, seals)


def _changed(file: Path) -> BackupRefused:
    return BackupRefused(f"{file.name} does not hold what it says it holds: it was changed since it was made.")


def _opened(tx: Connection, keys: Keyring, file: Path) -> tuple[int, int, int]:
    """Open everything; how many texts, how many lines of the record, and how many of either have no key."""
    texts = Counter(
        _opens(keys, row, row.sealed_answers, about_answers(row.id, row.reporter)) for row in _each(tx, _ANSWERS)
    )
    texts.update(_opens(keys, row, row.sealed, f"strand:{row.check_id}:{row.name}") for row in _each(tx, _PLANS))
    lines = Counter(_holds(keys, row) for row in _each(tx, _EVENTS))
    if broken := texts[False] + lines[False]:
        message = f"{broken} sealed texts in {file.name} do not open, or do not say what was recorded."
        raise BackupRefused(message)
    return texts[True], lines[True], texts[None] + lines[None]


def _unbroken(tx: Connection, file: Path) -> int:
    """How many seals there are; nothing that they list was changed, removed or added."""
    verdict = judge(of_record(tx))
    if verdict.findings:
        message = f"The record in {file.name} is not what was sealed: {verdict.findings[0]}"
        raise BackupRefused(message)
    return len(verdict.seals)


def _each(tx: Connection, rows: Select[Any]) -> Iterable[Row[Any]]:
    return tx.execute(rows.execution_options(yield_per=_AT_ONCE))


def _opens(keys: Keyring, row: Row[Any], sealed: bytes, about: str) -> bool | None:
    """Whether a sealed text opens; None where its key does not."""
    box = _box(keys, row)
    return None if box is None else _text(box, sealed, about) is not None


def _holds(keys: Keyring, row: Row[Any]) -> bool | None:
    """Whether a line of the record says what it committed to; None where its key does not open."""
    box = _box(keys, row)
    if box is None:
        return None
    text = _text(box, row.sealed, f"event:{row.check_id}")
    if text is None:
        return False
    salt, body = text[:SALT_BYTES], text[SALT_BYTES:]
    return commitment(salt, row.check_id, row.at, row.who, row.what, body) == bytes(row.commitment)


def _box(keys: Keyring, row: Row[Any]) -> Box | None:
    try:
        return keys.box(row.wrapped_key)
    except CannotOpen:
        return None


def _text(box: Box, sealed: bytes, about: str) -> bytes | None:
    try:
        return box.open(sealed, about)
    except CannotOpen:
        return None
