"""The proof: what an outsider needs to verify the record, without its content.

Read from the database, or from an exported file (`storage/proof/bundle_file.py`); `storage/proof/verify.py` judges both
the same way.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, LargeBinary, Row, cast, func, select

from flows.events import EventKind
from flows.model import Answers
from storage import events as record
from storage.checks import open_answers
from storage.crypto.envelope import Keyring
from storage.errors import CannotOpen, StorageError
from storage.proof import seal
from storage.proof.erasure_evidence import Doubt, Erasures
from storage.proof.seal import EVENTS, IN_PORTIONS, SEALS, Seal, SealedEntry
from storage.tables import checks, digests, events, left_out


class NotAProof(StorageError):
    """The file is not a complete proof, or a row of the record cannot be read at all."""


@dataclass(frozen=True, slots=True)
class OpenedEntry:
    """An event with its content. sealed: SHA-256 of the sealed bytes, as hex. content: JSON, exactly as sealed."""

    check: str
    who: str
    what: EventKind
    request: str | None
    sealed: str
    salt: bytes
    content: str

    def is_of(self, entry: SealedEntry) -> bool:
        """Return whether it matches the entry's commitment and hash."""
        said = record.commitment(self.salt, self.check, entry.at, self.who, self.what, self.content.encode())
        return said == entry.commitment and self._about() == entry.about

    def _about(self) -> bytes:
        return seal.about(self.check, self.who, self.what, self.request, self.sealed)


@dataclass(frozen=True, slots=True)
class ProofEntry:
    """An entry of the proof. is_erased: its key was destroyed lawfully. opened: its content, if it is shown too.

    doubt: its key is gone, and the reason it does not count as erased.
    """

    entry: SealedEntry
    is_erased: bool
    opened: OpenedEntry | None = None
    doubt: Doubt | None = None


@dataclass(frozen=True, slots=True)
class Left:
    """A person who is left out. person: an organisation id. slack: the Slack id they had then."""

    person: str
    slack: str | None
    stepped_aside: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """What the tables beside the record say of a check that has a key. answers: None if they do not open."""

    check: str
    ref: str
    answers: Answers | None
    left_out: tuple[Left, ...]
    was_erased: bool


@dataclass(frozen=True, slots=True)
class Printed:
    """A seal's head that a digest printed, as stored with the digest."""

    week: str
    audience: str
    head: str


@dataclass(frozen=True)
class Proof:
    """Seals and entries, each in stored order. The entries can be iterated once.

    made_at: when the file was exported, by its own account. printed, standing: only from a database, the latter only if
    opened with keys; to be iterated once, after the entries.
    """

    seals: tuple[Seal, ...]
    entries: Iterable[ProofEntry]
    made_at: datetime | None = None
    printed: tuple[Printed, ...] = ()
    standing: Iterable[Standing] = ()


def of_record(tx: Connection, keys: Keyring | None = None, of: Callable[[str], bool] = lambda _: True) -> Proof:
    """Return the proof of the whole record; entries are read as they are iterated.

    keys: open the entries these unwrap, of the checks that `of` accepts; without keys nothing is opened, and the record
    of erasures is not known. Raises NotAProof, also while iterating, if a column holds a value of the wrong type.
    """
    with _readable():
        found = tuple(seal.seal_of(row) for row in tx.execute(SEALS))
        erasures = Erasures(tx, keys)
        heads = select(digests.c.week, digests.c.audience, digests.c.head).where(digests.c.head.is_not(None))
        printed = tuple(Printed(*row) for row in tx.execute(heads.order_by(digests.c.week)))
    standing = _standing(tx, keys, erasures) if keys else ()
    return Proof(found, _entries(tx, keys, of, erasures), printed=printed, standing=standing)


def of_check(tx: Connection, keys: Keyring, check: str) -> tuple[ProofEntry, ...]:
    """Return the entries of one check that open, oldest first."""
    rows = EVENTS.add_columns(cast(checks.c.wrapped_key, LargeBinary).label("wrapped_key"))
    mine = rows.join(checks, checks.c.id == events.c.check_id).where(events.c.check_id == check)
    with _readable():
        found = [(row, _open(row, keys)) for row in tx.execute(mine)]
    return tuple(ProofEntry(seal.entry_of(row), is_erased=False, opened=opened) for row, opened in found if opened)


def _entries(
    tx: Connection, keys: Keyring | None, of: Callable[[str], bool], erasures: Erasures
) -> Iterator[ProofEntry]:
    with_key = cast(checks.c.wrapped_key, LargeBinary).label("wrapped_key")
    rows = EVENTS.add_columns(with_key).outerjoin(checks, checks.c.id == events.c.check_id)
    with _readable():
        for row in tx.execute(rows, execution_options=IN_PORTIONS):
            opened = _open(row, keys) if keys and of(row.check_id) else None
            doubt = None if row.wrapped_key else erasures.doubt(row.check_id, row.id)
            yield ProofEntry(seal.entry_of(row), not row.wrapped_key and doubt is None, opened, doubt)


def _standing(tx: Connection, keys: Keyring, erasures: Erasures) -> Iterator[Standing]:
    """Yield, for every check whose key opens, what the tables beside the record say."""
    out: dict[str, list[Left]] = defaultdict(list)
    for row in tx.execute(select(left_out)):
        out[row.check_id].append(Left(row.person, row.slack, row.stepped_aside))
    wanted = (cast(checks.c.wrapped_key, LargeBinary), cast(checks.c.sealed_answers, LargeBinary))
    rows = select(checks.c.id, checks.c.ref, checks.c.reporter, *(one.label(f"b{n}") for n, one in enumerate(wanted)))
    with_key = rows.where(func.length(wanted[0]) > 0).order_by(checks.c.id)
    for row in tx.execute(with_key, execution_options=seal.IN_PORTIONS):
        try:
            sealer = keys.sealer(row.b0)
        except CannotOpen:
            continue
        try:
            answers = open_answers(sealer, row.id, row.reporter, row.b1)
        except CannotOpen:
            answers = None
        was_erased = row.id in (erasures.recorded or {})
        yield Standing(row.id, row.ref, answers, tuple(out[row.id]), was_erased)


def _open(row: Row[Any], keys: Keyring) -> OpenedEntry | None:
    """Return the opened entry, or None if its key is gone, is not ours or does not fit."""
    try:
        text = keys.sealer(row.wrapped_key or b"").open(row.sealed, f"event:{row.check_id}")
        salt, content = text[: record.SALT_BYTES], text[record.SALT_BYTES :].decode()
    except (CannotOpen, UnicodeDecodeError):
        return None
    return OpenedEntry(row.check_id, row.who, row.what, row.request, sha256(row.sealed).hexdigest(), salt, content)


@contextmanager
def _readable() -> Iterator[None]:
    """Raise NotAProof if a row cannot be converted: SQLite accepts text in a time or number column."""
    try:
        yield
    except (ValueError, TypeError) as error:
        message = f"A row of the record cannot be read ({type(error).__name__}): it was not written by share-check."
        raise NotAProof(message) from error
