"""The proof: what a stranger needs to check the record, and nothing of what it says.

It comes from the database, or from a file that was exported (`storage/proof/bundle_file.py`).
`storage/proof/verify.py` judges both alike.
"""

from __future__ import annotations

import json
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
from storage.checks import about_answers
from storage.crypto.envelope import Keyring
from storage.errors import CannotOpen, StorageError
from storage.proof import seal
from storage.proof.erasure_evidence import Doubt, Erasures
from storage.proof.seal import EVENTS, IN_PORTIONS, SEALS, Seal, SealedEntry
from storage.tables import checks, digests, events, left_out


class NotAProof(StorageError):
    """A file is not a proof, or not a whole one; or a row of the record cannot be read at all."""


@dataclass(frozen=True, slots=True)
class OpenedEntry:
    """An event with all that it says. sealed: SHA-256 of what was sealed, in hex. content: JSON, as it was sealed."""

    check: str
    who: str
    what: EventKind
    request: str | None
    sealed: str
    salt: bytes
    content: str

    def is_of(self, entry: SealedEntry) -> bool:
        """Whether it is what the entry committed to."""
        said = record.commitment(self.salt, self.check, entry.at, self.who, self.what, self.content.encode())
        return said == entry.commitment and self._about() == entry.about

    def _about(self) -> bytes:
        return seal.about(self.check, self.who, self.what, self.request, self.sealed)


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry of the proof. is_erased: its key was destroyed. opened: where its content is shown too.

    doubt: its key is gone, and why that does not count as erased.
    """

    entry: SealedEntry
    is_erased: bool
    opened: OpenedEntry | None = None
    doubt: Doubt | None = None


@dataclass(frozen=True, slots=True)
class Left:
    """Somebody who is left out. person: an organisation id. slack: their Slack id then."""

    person: str
    slack: str | None
    stepped_aside: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """What the tables beside the record say of a check that has a key. answers: None where they do not open."""

    check: str
    ref: str
    answers: Answers | None
    left_out: tuple[Left, ...]
    was_erased: bool


@dataclass(frozen=True, slots=True)
class Printed:
    """A head that a digest printed, as it is kept with it."""

    week: str
    audience: str
    head: str


@dataclass(frozen=True)
class Proof:
    """Seals and entries, each in the order in which they stand. The entries can be gone through once.

    made_at: when it was written out, by its own word. printed, standing: known of a database alone, the latter only
    where it was opened; to be gone through once, after the entries.
    """

    seals: tuple[Seal, ...]
    entries: Iterable[Shown]
    made_at: datetime | None = None
    printed: tuple[Printed, ...] = ()
    standing: Iterable[Standing] = ()


def of_record(tx: Connection, keys: Keyring | None = None, of: Callable[[str], bool] = lambda _: True) -> Proof:
    """The proof of everything that is recorded, its entries read as they are asked for.

    keys: open what these open, of those checks that `of` says yes to; without keys nothing is opened, and what is
    recorded of erasures is not known.
    Raises NotAProof, also later, where somebody wrote what is not even a time.
    """
    with _readable():
        found = tuple(seal.seal_of(row) for row in tx.execute(SEALS))
        erasures = Erasures(tx, keys)
        heads = select(digests.c.week, digests.c.audience, digests.c.head).where(digests.c.head.is_not(None))
        printed = tuple(Printed(*row) for row in tx.execute(heads.order_by(digests.c.week)))
    standing = _standing(tx, keys, erasures) if keys else ()
    return Proof(found, _entries(tx, keys, of, erasures), printed=printed, standing=standing)


def of_check(tx: Connection, keys: Keyring, check: str) -> tuple[Shown, ...]:
    """The entries of one check that open, oldest first, and nothing that was recorded beside them."""
    rows = EVENTS.add_columns(cast(checks.c.wrapped_key, LargeBinary).label("wrapped_key"))
    mine = rows.join(checks, checks.c.id == events.c.check_id).where(events.c.check_id == check)
    with _readable():
        found = [(row, _open(row, keys)) for row in tx.execute(mine)]
    return tuple(Shown(seal.entry_of(row), is_erased=False, opened=opened) for row, opened in found if opened)


def _entries(tx: Connection, keys: Keyring | None, of: Callable[[str], bool], erasures: Erasures) -> Iterator[Shown]:
    with_key = cast(checks.c.wrapped_key, LargeBinary).label("wrapped_key")
    rows = EVENTS.add_columns(with_key).outerjoin(checks, checks.c.id == events.c.check_id)
    with _readable():
        for row in tx.execute(rows, execution_options=IN_PORTIONS):
            opened = _open(row, keys) if keys and of(row.check_id) else None
            doubt = None if row.wrapped_key else erasures.doubt(row.check_id, row.id)
            yield Shown(seal.entry_of(row), not row.wrapped_key and doubt is None, opened, doubt)


def _standing(tx: Connection, keys: Keyring, erasures: Erasures) -> Iterator[Standing]:
    """Of every check whose key opens: what it says beside the record."""
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
            said = json.loads(sealer.open(row.b1, about_answers(row.id, row.reporter)))
            answers = {question: tuple(choices) for question, choices in said.items()}
        except CannotOpen:
            answers = None
        was_erased = row.id in (erasures.recorded or {})
        yield Standing(row.id, row.ref, answers, tuple(out[row.id]), was_erased)


def _open(row: Row[Any], keys: Keyring) -> OpenedEntry | None:
    """None where its key is gone, is not one of ours, or does not fit."""
    try:
        text = keys.sealer(row.wrapped_key or b"").open(row.sealed, f"event:{row.check_id}")
        salt, content = text[: record.SALT_BYTES], text[record.SALT_BYTES :].decode()
    except (CannotOpen, UnicodeDecodeError):
        return None
    return OpenedEntry(row.check_id, row.who, row.what, row.request, sha256(row.sealed).hexdigest(), salt, content)


@contextmanager
def _readable() -> Iterator[None]:
    """SQLite keeps words where a time or a number should be; then a row cannot even be read."""
    try:
        yield
    except (ValueError, TypeError) as error:
        message = f"A row of the record cannot be read ({type(error).__name__}): it was not written by share-check."
        raise NotAProof(message) from error
