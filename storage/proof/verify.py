"""Judge a proof: find every seal or entry that is not what it was."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from storage.proof.bundle import Printed, Proof, ProofEntry
from storage.proof.chain import ChainFinding, ChainLine, Page, Wrong, chain, moment, order, signatures
from storage.proof.erasure_evidence import Doubt
from storage.proof.replay_check import Replayed
from storage.proof.seal import Seal
from storage.proof.signed_note import PublicKey

TOLERANCE = timedelta(minutes=5)
"""How far two servers' clocks may differ before an entry counts as back-dated."""
SEALED_WITHIN = timedelta(hours=2)
"""With a key, an entry this old and unsealed is a finding: the bot seals every five minutes."""
_UNFIT = "its content is not what it committed to"
_LOCKED = "its check's key was replaced, or is wrapped with a key that SHARE_CHECK_KEYS does not have"
_GONE = {
    Doubt.LOST: (Wrong.LOST, "nothing shows that its check was erased under the retention rule"),
    Doubt.LATE: (Wrong.ADDED, "its check had been erased before"),
    Doubt.UNSURE: (Wrong.LOCKED, "its key is gone, and the record of erasures does not open with SHARE_CHECK_KEYS"),
}


@dataclass(frozen=True)
class Verdict:
    """The result. entries: how many. erased: entries whose content was erased. newer: entries not sealed yet.

    matched: the seal whose head was asked about.
    """

    seals: tuple[Seal, ...]
    findings: tuple[ChainFinding, ...]
    entries: int
    erased: int
    newer: int
    matched: Seal | None

    @property
    def signers(self) -> tuple[PublicKey, ...]:
        """Return the keys that signed, in the order of the seals."""
        return tuple(dict.fromkeys(seal.signer for seal in self.seals if seal.signer and seal.signature))

    @property
    def unsigned(self) -> int:
        """Return how many seals have no signature."""
        return sum(seal.signature is None for seal in self.seals)


def judge(
    proof: Proof,
    trusted: Collection[PublicKey] = (),
    head: bytes | None = None,
    *,
    open_all: bool = False,
    now: datetime | None = None,
) -> Verdict:
    """Return everything that is wrong with a proof.

    trusted: keys that may have signed; if empty, any may. head: a seal's head that was published elsewhere. open_all:
    every entry should open unless it was erased, and the tables beside the record are compared with it. now: the time
    of asking; by default the time the proof was made.
    """
    replayed = Replayed()
    rows = _Rows.of(proof.entries, replayed, open_all=open_all)
    unique = {seal.number: seal for seal in reversed(proof.seals)}
    pages = [Page.of(unique[number]) for number in sorted(unique)]
    findings = [*order("Seal", [seal.number for seal in proof.seals]), *chain(pages), *signatures(pages, trusted)]
    comparison = _Comparison(rows, pages)
    findings += [*order("Entry", rows.ids), *comparison.findings(), *_printed(proof.printed, pages)]
    if trusted and (asked := now or proof.made_at):
        findings += comparison.unsealed(asked - SEALED_WITHIN)
    if open_all:
        findings += replayed.findings(proof.standing)
    return Verdict(
        seals=tuple(page.seal for page in pages),
        findings=tuple(findings),
        entries=len(rows.lines),
        erased=rows.erased,
        newer=comparison.newer,
        matched=next((page.seal for page in pages if page.is_sound and page.seal.head == head), None),
    )


def _printed(printed: Iterable[Printed], pages: Sequence[Page]) -> Iterator[ChainFinding]:
    """Yield a finding for each head that a digest printed and no seal has."""
    heads = {page.seal.head.hex() for page in pages if page.is_sound}
    for each in printed:
        if each.head not in heads:
            why = "seals were removed or made anew since"
            yield ChainFinding(f"Digest {each.week} ({each.audience})", Wrong.UNMATCHED, why)


@dataclass(frozen=True, slots=True)
class _Rows:
    """The entries as stored. ids: in stored order. unfit: findings about their content."""

    ids: Sequence[int]
    lines: Mapping[int, ChainLine]
    unfit: Mapping[int, ChainFinding]
    erased: int

    @classmethod
    def of(cls, entries: Iterable[ProofEntry], replayed: Replayed, *, open_all: bool) -> _Rows:
        ids: list[int] = []
        lines: dict[int, ChainLine] = {}
        unfit: dict[int, ChainFinding] = {}
        erased = 0
        for shown in entries:
            entry = shown.entry
            ids.append(entry.id)
            lines.setdefault(entry.id, ChainLine(entry.id, entry.at, entry.digest))
            erased += shown.is_erased
            if shown.doubt:
                unfit[entry.id] = _entry(entry.id, *_GONE[shown.doubt])
            elif shown.opened and not shown.opened.is_of(entry):
                unfit[entry.id] = _entry(entry.id, Wrong.CHANGED, _UNFIT)
            elif shown.opened:
                replayed.take(shown.opened)
            elif open_all and not shown.is_erased:
                unfit[entry.id] = _entry(entry.id, Wrong.LOCKED, _LOCKED)
        return cls(ids, lines, unfit, erased)


@dataclass(frozen=True, slots=True)
class _Listed:
    """A seal's line for an entry. earliest: an older entry would be in the seal before."""

    line: ChainLine
    seal: Seal
    earliest: datetime | None


class _Comparison:
    """The entries compared with what the seals list."""

    def __init__(self, rows: _Rows, pages: Sequence[Page]) -> None:
        self._rows = rows.lines
        self._unfit = rows.unfit
        self._newest = pages[-1] if pages else None
        self._spans: list[tuple[float, int]] = []
        self._listed: dict[int, _Listed] = {}
        for before, page in zip([None, *pages], pages, strict=False):
            self._add(before, page)
        self._listed_as = {each.line.digest: each for each in self._listed.values()}
        self._stand_as = {line.digest for line in self._rows.values()}

    def _add(self, before: Page | None, page: Page) -> None:
        lines = self._lines_of(page)
        is_next = page.number == (before.number + 1 if before else 1)
        earliest = before.seal.made_at - TOLERANCE if before and before.is_sound and page.is_sound else None
        if lines:
            after = self._last if is_next else lines[0].id - 1
            self._spans.append((after, lines[-1].id))
        self._listed |= {line.id: _Listed(line, page.seal, earliest) for line in lines}

    @property
    def _last(self) -> float:
        """Return the id of the last sealed entry."""
        return self._spans[-1][1] if self._spans else float("-inf")

    def _lines_of(self, page: Page) -> Sequence[ChainLine]:
        """Return the seal's list; if it was changed, the stored entries if they match the seal's head."""
        seal = page.seal
        if page.is_whole:
            return page.lines
        lines = [self._rows[number] for number in sorted(self._rows) if seal.first <= number <= seal.last]
        is_theirs = replace(seal, listed="".join(map(str, lines))).due_head() == seal.head
        return lines if is_theirs else page.lines

    @property
    def newer(self) -> int:
        """Return how many entries wait for the next seal."""
        return sum(number > self._last for number in self._rows)

    def unsealed(self, since: datetime) -> Iterator[ChainFinding]:
        """Yield a finding for the oldest entry that should have been sealed by now, with the number of others."""
        late = sorted(number for number, line in self._rows.items() if number > self._last and line.at < since)
        if late:
            oldest = self._rows[late[0]]
            more = f", and {len(late) - 1} more are as old" if len(late) > 1 else ""
            why = f"it is of {moment(oldest.at)}, and the bot seals every five minutes{more}"
            yield _entry(oldest.id, Wrong.UNSEALED, why)

    def findings(self) -> Iterator[ChainFinding]:
        """Yield at most one finding for each entry."""
        for number in sorted({*self._listed, *self._rows}):
            line, listed = self._rows.get(number), self._listed.get(number)
            found = self._wrong(line, listed) if line else self._removed(listed)
            found = found or self._unfit.get(number)
            if found:
                yield found

    def _removed(self, listed: _Listed | None) -> ChainFinding | None:
        """Return the finding for a listed entry that is missing, unless it is there under another number."""
        if listed is None or listed.line.digest in self._stand_as:
            return None
        return _entry(listed.line.id, Wrong.REMOVED, f"seal {listed.seal.number} lists it, and it is not there")

    def _wrong(self, line: ChainLine, listed: _Listed | None) -> ChainFinding | None:
        """Return the finding for an entry that is there, or None."""
        if listed and listed.line.digest == line.digest:
            return self._mistimed(line, listed)
        elsewhere = self._listed_as.get(line.digest)
        if elsewhere:
            return self._moved(line, elsewhere)
        if listed:
            return _entry(line.id, Wrong.CHANGED, f"it is not what seal {listed.seal.number} lists")
        if any(after < line.id <= last for after, last in self._spans):
            return _entry(line.id, Wrong.ADDED, "it stands among sealed entries, and no seal lists it")
        return self._too_late(line)

    def _mistimed(self, line: ChainLine, listed: _Listed) -> ChainFinding | None:
        number = listed.seal.number
        if line.at != listed.line.at:
            what = Wrong.BACK_DATED if line.at < listed.line.at else Wrong.CHANGED
            return _entry(line.id, what, f"seal {number} lists it at {moment(listed.line.at)}")
        if listed.earliest and line.at < listed.earliest:
            return _entry(line.id, Wrong.BACK_DATED, f"the seal before seal {number} is younger and does not list it")
        return None

    def _moved(self, line: ChainLine, listed: _Listed) -> ChainFinding:
        known = self._rows.get(listed.line.id)
        if known and known.digest == line.digest:
            return _entry(line.id, Wrong.ADDED, f"it is a copy of entry {known.id}")
        return _entry(line.id, Wrong.REORDERED, f"seal {listed.seal.number} lists it as entry {listed.line.id}")

    def _too_late(self, line: ChainLine) -> ChainFinding | None:
        """Return the finding for an unsealed entry that is much older than the newest seal, or None."""
        newest = self._newest
        if newest is None or not newest.is_sound or line.id <= self._last:
            return None
        if line.at >= newest.seal.made_at - TOLERANCE:
            return None
        why = f"seal {newest.number}, made on {moment(newest.seal.made_at)}, does not list it"
        return _entry(line.id, Wrong.BACK_DATED, why)


def _entry(number: int, what: Wrong, why: str) -> ChainFinding:
    return ChainFinding(f"Entry {number}", what, why)
