"""Prove that a backup can be restored, and restore it. Nothing is replaced before the proof succeeded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from storage.backup import archive
from storage.backup.archive import BackupManifest
from storage.backup.make import state
from storage.backup.source import BackupRefused, Source
from storage.checks import open_answers
from storage.crypto.envelope import Keyring, Sealer
from storage.engine import schema_objects
from storage.engine.database import Database, known_revisions
from storage.erasure import Erasure, erase_again
from storage.errors import CannotOpen
from storage.events import SALT_BYTES, commitment
from storage.proof.bundle import of_record
from storage.proof.chain import Wrong
from storage.proof.seal import Seal
from storage.proof.signed_note import PublicKey
from storage.proof.verify import Verdict, judge
from storage.tables import checks, events, strands

_AT_ONCE = 500

_ANSWERS = select(checks.c.id, checks.c.reporter, checks.c.wrapped_key, checks.c.sealed_answers)
_PLANS = select(strands, checks.c.wrapped_key).join(checks).order_by(strands.c.check_id)
_EVENTS = select(events, checks.c.wrapped_key).join(checks).order_by(events.c.check_id)


@dataclass(frozen=True, slots=True)
class RestoreProof:
    """The result of verifying a backup. schema: the revision after migrating the copy.

    texts: sealed answers and plans that opened. lines: entries of the record that opened and match their commitment.
    closed: texts and entries of checks whose key was destroyed, or already could not be unwrapped when the backup was
    made. seals: over the record, all chained. trusted: the seals are signed by the keys given as ours. matched: the
    seal whose head was asked about. unsealed: a warning about entries that should have been sealed before the backup
    but were not because the bot was not running; it does not stop a restore.
    """

    manifest: BackupManifest
    schema: str
    texts: int
    lines: int
    closed: int
    seals: int
    trusted: bool = False
    matched: Seal | None = None
    unsealed: str | None = None


@dataclass(frozen=True, slots=True)
class Expected:
    """What is known of the backup from elsewhere. trusted: keys that may have signed the record; if empty, any key may.

    head: of a seal that was printed. may_be_unsigned: the file itself, as those of versions before 0.2.0 are.
    """

    trusted: frozenset[PublicKey] = frozenset()
    head: bytes | None = None
    may_be_unsigned: bool = False


_NOTHING = Expected()


def verify(source: Source, keys: Sequence[str], file: Path, expected: Expected = _NOTHING) -> RestoreProof:
    """Prove that a backup can be restored. Raises BackupRefused with the reason, DatabaseNotReady or BadKey."""
    with _tried(source, keys, file, expected) as (proof, _):
        return proof


def replace(
    source: Source,
    keys: Sequence[str],
    file: Path,
    now: datetime,
    erased: Iterable[Erasure] = (),
    expected: Expected = _NOTHING,
) -> tuple[RestoreProof, str]:
    """Verify the backup, then put it in place. Return the proof and words on where the previous database is.

    erased: erasures since the backup was made; they are repeated in the copy before it is put in place. Raises as
    verify does.
    """
    with source.quiet(), _tried(source, keys, file, expected) as (proof, trial):
        again = erase_again(trial, Keyring(keys), erased, now)
        said = source.put_in_place(trial, now)
    return proof, f"{said} What had been erased since is erased in it as well: {again}." if again else said


@contextmanager
def _tried(
    source: Source, keys: Sequence[str], file: Path, expected: Expected
) -> Iterator[tuple[RestoreProof, Database]]:
    manifest = archive.read(file, keys, may_be_unsigned=expected.may_be_unsigned)
    _refuse_strangers(source, manifest)
    with source.workshop() as place:
        copy = place / "copy"
        archive.unpack(file, manifest, copy)
        if source.counts(copy) != manifest.counts:
            raise _changed(file)
        with source.trial(copy) as trial:
            yield _proved(trial, manifest, keys, file, expected), trial


def _refuse_strangers(source: Source, manifest: BackupManifest) -> None:
    if manifest.schema not in known_revisions():
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


def _proved(
    trial: Database, manifest: BackupManifest, keys: Sequence[str], file: Path, expected: Expected
) -> RestoreProof:
    with trial.read() as tx:
        _refuse_planted(schema_objects.strangers(tx), file)
        found = state(tx, keys)
    if (found.schema, found.counts, found.keys.wrapped) != (manifest.schema, manifest.counts, manifest.wrapped_keys):
        raise _changed(file)
    if found.keys.unopened > manifest.shut_keys:
        message = (
            f"{found.keys.unopened} of {found.keys.wrapped} checks cannot be opened: the key they were sealed with is "
            "not in SHARE_CHECK_KEYS. Add the keys that were in use when the backup was made, after the first."
        )
        raise BackupRefused(message)
    trial.migrate()
    schema, _ = trial.version()
    with trial.read() as tx:
        _refuse_planted(schema_objects.differences(tx), file)
        texts, lines, closed = _opened(tx, Keyring(keys), file)
        proof = of_record(tx, Keyring(keys))
        verdict = judge(proof, expected.trusted, expected.head, open_all=True, now=manifest.made_at)
    unsealed = _refuse_broken(verdict, manifest, file, expected)
    seals, is_trusted = len(verdict.seals), bool(expected.trusted)
    return RestoreProof(manifest, schema or "", texts, lines, closed, seals, is_trusted, verdict.matched, unsealed)


def _refuse_planted(objects: Sequence[str], file: Path) -> None:
    if objects:
        message = (
            f"The database in {file.name} holds what share-check never made, or lacks what it makes: "
            f"{', '.join(objects)}. Somebody changed the database before the backup was made. Take an older backup."
        )
        raise BackupRefused(message)


def _changed(file: Path) -> BackupRefused:
    return BackupRefused(f"{file.name} does not hold what it says it holds: it was changed since it was made.")


def _opened(tx: Connection, keys: Keyring, file: Path) -> tuple[int, int, int]:
    """Open every sealed text. Return the numbers of texts, of entries of the record, and of either without a key.

    Raises BackupRefused if one does not open or does not match its commitment.
    """
    texts = Counter(_has_answers(keys, row) for row in _each(tx, _ANSWERS))
    texts.update(_has_plan(keys, row) for row in _each(tx, _PLANS))
    lines = Counter(_holds(keys, row) for row in _each(tx, _EVENTS))
    if broken := texts[False] + lines[False]:
        message = f"{broken} sealed texts in {file.name} do not open, or do not say what was recorded."
        raise BackupRefused(message)
    return texts[True], lines[True], texts[None] + lines[None]


def _refuse_broken(verdict: Verdict, manifest: BackupManifest, file: Path, expected: Expected) -> str | None:
    """Raise BackupRefused for every finding except those that were already so when the backup was made.

    Those are keys lost by then, and entries left unsealed because the bot was not running; the warning about the latter
    is returned. A record without any seal is not excused that way.
    """
    allowed = {Wrong.LOCKED} if manifest.shut_keys else set()
    allowed |= {Wrong.UNSEALED} if verdict.seals else set()
    wrong = [str(finding) for finding in verdict.findings if finding.what not in allowed]
    if expected.head and not verdict.matched:
        wrong.append(f"No seal in it has the head {expected.head.hex()}.")
    if wrong:
        by_another = any(finding.what is Wrong.STRANGE for finding in verdict.findings)
        more = (
            " If the seals were signed by an older key of yours, give its public key with --key." if by_another else ""
        )
        message = f"The record in {file.name} is not what was sealed: {wrong[0]}{more}"
        raise BackupRefused(message)
    return next((str(finding) for finding in verdict.findings if finding.what is Wrong.UNSEALED), None)


def _each(tx: Connection, rows: Select[Any]) -> Iterable[Row[Any]]:
    return tx.execute(rows.execution_options(yield_per=_AT_ONCE))


def _has_answers(keys: Keyring, row: Row[Any]) -> bool | None:
    """Return whether a check's answers open; None if its key cannot be unwrapped."""
    sealer = _box(keys, row)
    if sealer is None:
        return None
    try:
        open_answers(sealer, row.id, row.reporter, row.sealed_answers)
    except CannotOpen:
        return False
    return True


def _has_plan(keys: Keyring, row: Row[Any]) -> bool | None:
    """Return whether a part of a plan opens; None if the check's key cannot be unwrapped."""
    sealer = _box(keys, row)
    return None if sealer is None else _text(sealer, row.sealed, f"strand:{row.check_id}:{row.name}") is not None


def _holds(keys: Keyring, row: Row[Any]) -> bool | None:
    """Return whether an entry of the record matches its commitment; None if the check's key cannot be unwrapped."""
    sealer = _box(keys, row)
    if sealer is None:
        return None
    text = _text(sealer, row.sealed, f"event:{row.check_id}")
    if text is None:
        return False
    salt, body = text[:SALT_BYTES], text[SALT_BYTES:]
    return commitment(salt, row.check_id, row.at, row.who, row.what, body) == bytes(row.commitment)


def _box(keys: Keyring, row: Row[Any]) -> Sealer | None:
    try:
        return keys.sealer(row.wrapped_key)
    except CannotOpen:
        return None


def _text(sealer: Sealer, sealed: bytes, about: str) -> bytes | None:
    try:
        return sealer.open(sealed, about)
    except CannotOpen:
        return None
