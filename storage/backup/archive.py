"""The backup file: a tar of a copy of the database, a manifest of what the copy must contain, and its signature."""

from __future__ import annotations

import json
import os
import re
import shutil
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import file_digest
from io import BytesIO
from pathlib import Path
from typing import IO, BinaryIO

from storage.backup.signature import is_signed, sign
from storage.backup.source import BackupRefused

PRIVATE = 0o600
_FORMAT = 1
_MANIFEST, _SIGNATURE = "manifest.json", "manifest.hmac"
_MOST = 1_000_000
"""Bytes of a manifest or a signature. With a larger one the file is not one of ours."""

_OURS = re.compile(r"share-check-\d{8}T\d{6}\.\d{3}Z\.backup", re.ASCII)
_UNREADABLE = (tarfile.TarError, EOFError, ValueError, KeyError, TypeError, AttributeError, OverflowError)


@dataclass(frozen=True, slots=True)
class BackupManifest:
    """The manifest in a backup. schema: the Alembic revision. database: sqlite or postgresql.

    counts: rows of each table. wrapped_keys: wrapped keys of checks; shut_keys: those that no key in the settings
    unwrapped when the backup was made. sha256: of the copy of the database, as hex.
    """

    share_check: str
    schema: str
    database: str
    made_at: datetime
    counts: Mapping[str, int]
    wrapped_keys: int
    shut_keys: int
    sha256: str


def stamp(now: datetime) -> str:
    """Return `now` in UTC for a file name, so that names sort by time."""
    utc = now.astimezone(UTC)
    return f"{utc:%Y%m%dT%H%M%S}.{utc.microsecond // 1000:03}Z"


def name_of(manifest: BackupManifest) -> str:
    """Return the file name of this backup."""
    return f"share-check-{stamp(manifest.made_at)}.backup"


def is_ours(file: Path) -> bool:
    """Return whether the name and type of `file` are those of a backup."""
    return bool(_OURS.fullmatch(file.name)) and file.is_file() and not file.is_symlink()


def digest(file: Path) -> str:
    """Return the SHA-256 of a file, as hex."""
    with file.open("rb") as content:
        return file_digest(content, "sha256").hexdigest()


def write(file: Path, manifest: BackupManifest, copy: Path, keys: Sequence[str]) -> None:
    """Write the backup file, signed with the first key and readable by our account only, and fsync it."""
    said = asdict(manifest) | {"format": _FORMAT, "made_at": manifest.made_at.isoformat()}
    words = json.dumps(said, indent=2, sort_keys=True).encode()
    signature = sign(words, keys).encode()
    with private(file) as target:
        with tarfile.open(fileobj=target, mode="w") as tar, copy.open("rb") as content:
            tar.addfile(_member(_MANIFEST, len(words), manifest), BytesIO(words))
            tar.addfile(_member(_SIGNATURE, len(signature), manifest), BytesIO(signature))
            tar.addfile(_member(_copy_of(manifest), copy.stat().st_size, manifest), content)
        target.flush()
        os.fsync(target.fileno())


def read(file: Path, keys: Sequence[str], *, may_be_unsigned: bool = False) -> BackupManifest:
    """Return the manifest of a backup. Raises BackupRefused if the file is not a backup, or not signed by one of ours.

    may_be_unsigned: take one without any signature, as versions before 0.2.0 made them.
    """
    with _opened(file) as tar:
        words = _small(tar, _MANIFEST)
        manifest = _manifest(json.loads(words))
        signature = _small(tar, _SIGNATURE).decode() if _SIGNATURE in tar.getnames() else None
    if signature is None and not may_be_unsigned:
        message = (
            f"{file.name} is not signed, as backups of versions before 0.2.0 were not: nothing shows that it is yours. "
            "If you know where it was all the time, add --unsigned."
        )
        raise BackupRefused(message)
    if signature is not None and not is_signed(words, signature, keys):
        message = (
            f"{file.name} was changed since it was made, or it was made with other keys. If it is of before the keys "
            "were changed, add the old ones to SHARE_CHECK_KEYS, after the first."
        )
        raise BackupRefused(message)
    return manifest


def unpack(file: Path, manifest: BackupManifest, to: Path) -> None:
    """Extract the copy of the database. Raises BackupRefused if its checksum is not the manifest's."""
    with _opened(file) as tar, private(to) as target:
        shutil.copyfileobj(_content(tar, _copy_of(manifest)), target)
    if digest(to) != manifest.sha256:
        message = f"{file.name} was changed or damaged since it was made: its checksum is not the one it names."
        raise BackupRefused(message)


def _small(tar: tarfile.TarFile, name: str) -> bytes:
    words = _content(tar, name).read(_MOST + 1)
    if len(words) > _MOST:
        raise ValueError
    return words


def _content(tar: tarfile.TarFile, name: str) -> IO[bytes]:
    """Return the content of a member. Raises ValueError for what would be larger than the file it is in."""
    member = tar.getmember(name)
    content = tar.extractfile(member)
    if content is None or not member.isreg() or member.issparse():
        raise ValueError
    return content


@contextmanager
def private(file: Path) -> Iterator[BinaryIO]:
    """Create a file that only our account can read, whatever the umask. Raises FileExistsError."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, PRIVATE)
    with os.fdopen(descriptor, "wb") as opened:
        with suppress(OSError):  # a file system without permissions
            os.fchmod(descriptor, PRIVATE)
        yield opened


@contextmanager
def _opened(file: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(file, "r:") as tar:
            yield tar
    except FileNotFoundError as error:
        message = f"There is no file {file}."
        raise BackupRefused(message) from error
    except (*_UNREADABLE, RecursionError) as error:
        message = f"{file.name} is not a backup of share-check, or it was cut off while it was copied."
        raise BackupRefused(message) from error


def _manifest(said: Mapping[str, object]) -> BackupManifest:
    if said["format"] != _FORMAT:
        message = f"The backup was made by share-check {said['share_check']}, which is newer. Install that version."
        raise BackupRefused(message)
    made_at = datetime.fromisoformat(_text(said["made_at"]))
    if made_at.tzinfo is None:
        raise ValueError
    counts = said["counts"]
    if not isinstance(counts, dict):
        raise TypeError
    return BackupManifest(
        share_check=_text(said["share_check"]),
        schema=_text(said["schema"]),
        database=_text(said["database"]),
        made_at=made_at,
        counts={_text(table): _number(rows) for table, rows in counts.items()},
        wrapped_keys=_number(said["wrapped_keys"]),
        shut_keys=_number(said["shut_keys"]),
        sha256=_text(said["sha256"]),
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _number(value: object) -> int:
    if not isinstance(value, int) or value < 0:
        raise TypeError
    return value


def _member(name: str, size: int, manifest: BackupManifest) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = size, PRIVATE, int(manifest.made_at.timestamp())
    return member


def _copy_of(manifest: BackupManifest) -> str:
    return f"database.{manifest.database}"
