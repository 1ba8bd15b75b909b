"""Verification of the chain of seals: each seal by itself, its link to the one before, and its signature."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from storage.proof.seal import START, Seal
from storage.proof.signed_note import PublicKey

_LINE = re.compile(r"(-?\d{1,20}) (\S+) ([0-9a-f]{64})")


class Wrong(StrEnum):
    """The kinds of findings, worded to follow "Entry 7 " or "Seal 2 "."""

    CHANGED = "was changed"
    REMOVED = "was removed"
    ADDED = "was added"
    REORDERED = "was reordered"
    BACK_DATED = "is back-dated"
    LOCKED = "cannot be opened"
    LOST = "lost its key"
    UNSEALED = "is not sealed"
    UNMATCHED = "printed a head that no seal has"
    REPLACED = "does not follow from the one before"
    UNSIGNED = "is not signed"
    STRANGE = "is signed by another key"


@dataclass(frozen=True, slots=True)
class ChainFinding:
    """Something that is wrong. subject: "Entry 7" or "Seal 2". why: the evidence."""

    subject: str
    what: Wrong
    why: str

    def __str__(self) -> str:
        return f"{self.subject} {self.what}: {self.why}."


@dataclass(frozen=True, slots=True)
class ChainLine:
    """What a seal, or the record itself, says of one entry."""

    id: int
    at: datetime
    digest: str

    def __str__(self) -> str:
        return f"{self.id} {self.at.isoformat()} {self.digest}\n"


@dataclass(frozen=True, slots=True)
class Page:
    """A seal with its list parsed. is_whole: its head matches its content; is_sound: its numbers match its list too."""

    seal: Seal
    lines: tuple[ChainLine, ...]
    is_whole: bool
    is_sound: bool

    @classmethod
    def of(cls, seal: Seal) -> Page:
        lines = tuple(_lines(seal.listed))
        is_whole = seal.due_head() == seal.head
        said = (seal.first, seal.last, seal.entries)
        counted = bool(lines) and said == (lines[0].id, lines[-1].id, len(lines))
        return cls(seal, lines, is_whole, is_whole and counted)

    @property
    def number(self) -> int:
        return self.seal.number

    def found(self, what: Wrong, why: str) -> ChainFinding:
        return ChainFinding(f"Seal {self.number}", what, why)


def _lines(listed: str) -> Iterator[ChainLine]:
    """Yield the well-formed lines of a seal's list."""
    for found in filter(None, map(_LINE.fullmatch, listed.split("\n"))):
        try:
            at = datetime.fromisoformat(found[2])
        except ValueError:
            continue
        if at.tzinfo:
            yield ChainLine(int(found[1]), at, found[3])


def moment(at: datetime) -> str:
    """Return a time in the verifier's format: 16 Nov 2026, 08:30 UTC."""
    utc = at.astimezone(UTC)
    return f"{utc.day} {utc:%b %Y, %H:%M} UTC"


def order(thing: str, numbers: Iterable[int]) -> Iterator[ChainFinding]:
    """Yield a finding for each number that is repeated, or that follows a higher one."""
    seen: set[int] = set()
    highest: int | None = None
    for number in numbers:
        if number in seen:
            yield ChainFinding(f"{thing} {number}", Wrong.ADDED, "it stands there twice")
        elif highest is not None and number < highest:
            yield ChainFinding(f"{thing} {number}", Wrong.REORDERED, f"it stands after {thing.lower()} {highest}")
        seen.add(number)
        highest = number if highest is None else max(highest, number)


def chain(pages: Sequence[Page]) -> Iterator[ChainFinding]:
    """Yield what is wrong with seals in order, apart from their signatures."""
    for page in pages:
        if not page.is_whole:
            yield page.found(Wrong.CHANGED, "its head does not follow from what it says")
        elif not page.is_sound:
            yield page.found(Wrong.CHANGED, "its numbers are not those of its list")
    for before, page in zip([None, *pages], pages, strict=False):
        yield from _follows(before, page)


def _follows(before: Page | None, page: Page) -> Iterator[ChainFinding]:
    expected = before.number + 1 if before else 1
    if page.number > expected:
        yield ChainFinding(f"Seal {expected}", Wrong.REMOVED, f"the next that is there is seal {page.number}")
    elif page.is_sound and (before is None or before.is_sound):
        yield from _links(before.seal if before else None, page)


def _links(before: Seal | None, page: Page) -> Iterator[ChainFinding]:
    seal = page.seal
    if seal.previous != (before.head if before else START):
        yield page.found(Wrong.REPLACED, "it names another head for it")
    elif seal.size != seal.entries + (before.size if before else 0):
        yield page.found(Wrong.CHANGED, "its count of entries does not add up")
    if before and seal.made_at < before.made_at:
        yield page.found(Wrong.BACK_DATED, f"seal {before.number} before it is younger")


def signatures(pages: Sequence[Page], trusted: Collection[PublicKey]) -> Iterator[ChainFinding]:
    """Yield what is wrong with the signatures: after the first signed seal all must be signed, and by a trusted key.

    trusted: with none given, any key may sign.
    """
    signed: Page | None = None
    sound = [page for page in pages if page.is_sound]
    for page in sound:
        if page.seal.signer is not None:
            signed = page
            yield from _signature(page, page.seal.signer, trusted)
        elif signed:
            yield page.found(Wrong.UNSIGNED, f"seal {signed.number} is, and was made before it")
        elif page.seal.signature is not None:
            yield page.found(Wrong.CHANGED, "it names no key, and has a signature")
    if trusted and sound and not signed:
        yield sound[-1].found(Wrong.UNSIGNED, "nor is any seal before it")


def _signature(page: Page, signer: PublicKey, trusted: Collection[PublicKey]) -> Iterator[ChainFinding]:
    if page.seal.signature is None:
        yield page.found(Wrong.UNSIGNED, "it names the key, and the signature is gone")
    elif not signer.has_signed(page.seal.text, page.seal.signature):
        yield page.found(Wrong.CHANGED, "its signature does not fit")
    elif trusted and signer not in trusted:
        yield page.found(Wrong.STRANGE, signer.name)
