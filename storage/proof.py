"""The proof: what a stranger needs to check the record, and nothing of what it says.

It comes from the database, or from a file that was exported (`storage/proof_file.py`); `storage/verdict.py` judges both
alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, LargeBinary, Row, cast

from storage import record, seal
from storage.crypto import Keyring
from storage.errors import CannotOpen, StorageError
from storage.seal import EVENTS, IN_PORTIONS, SEALS, Entry, Seal
from storage.tables import checks, events


class NotAProof(StorageError):
    """A file is not a proof, or not a whole one; or a row of the record cannot be read at all."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An event with all that it says. sealed: SHA-256 of what was sealed, in hex. content: JSON, as it was sealed."""

    check: str
    who: str
    what: str
    request: str | None
    sealed: str
    salt: bytes
    content: str

    def is_of(self, entry: Entry) -> bool:
        """Whether it is what the entry committed to."""
        said = record.commitment(self.salt, self.check, entry.at, self.who, self.what, self.content.encode())
        return said == entry.commitment and self._about() == entry.about

    def _about(self) -> bytes:
        return seal.about(self.check, self.who, self.what, self.request, self.sealed)


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry of the proof. is_erased: its key was destroyed. opened: where its content is shown too."""

    entry: Entry
    is_erased: bool
    opened: Opened | None = None


@dataclass(frozen=True)
class Proof:
    """Seals and entries, each in the order in which they stand. The entries can be gone through once."""

    seals: tuple[Seal, ...]
    entries: Iterable[Shown]


def of_record(tx: Connection, keys: Keyring | None = None, of: Callable[[str], bool] = lambda _: True) -> Proof:
    """The proof of everything that is recorded, its entries read as they are asked for.

    keys: open what these open, of those checks that `of` says yes to; without keys nothing is opened.
    Raises NotAProof, also later, where somebody wrote what is not even a time.
    """
    with _readable():
        found = tuple(seal.seal_of(row) for row in tx.execute(SEALS))
    return Proof(found, _entries(tx, keys, of))


def _entries(tx: Connection, keys: Keyring | None, of: Callable[[str], bool]) -> Iterator[Shown]:
    with_key = cast(checks.c.wrapped_key, LargeBinary).label("wrapped_key")
    rows = EVENTS.add_columns(with_key).outerjoin(checks, checks.c.id == events.c.check_id)
    with _readable():
        for row in tx.execute(rows, execution_options=IN_PORTIONS):
            opened = _open(row, keys) if keys and of(row.check_id) else None
            yield Shown(seal.entry_of(row), not row.wrapped_key, opened)


def _open(row: Row[Any], keys: Keyring) -> Opened | None:
    """None where its key is gone, is not one of ours, or does not fit."""
    try:
        text = keys.box(row.wrapped_key or b"").open(row.sealed, f"event:{row.check_id}")
        salt, content = text[: record.SALT_BYTES], text[record.SALT_BYTES :].decode()
    except (CannotOpen, UnicodeDecodeError):
        return None
    return Opened(row.check_id, row.who, row.what, row.request, sha256(row.sealed).hexdigest(), salt, content)


@contextmanager
def _readable() -> Iterator[None]:
    """SQLite keeps words where a time or a number should be; then a row cannot even be read."""
    try:
        yield
    except (ValueError, TypeError) as error:
        message = f"A row of the record cannot be read ({type(error).__name__}): it was not written by share-check."
        raise NotAProof(message) from error
