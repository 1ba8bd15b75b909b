"""The proof as a JSON file (docs/decisions/0011-the-seal.md). The reader trusts nothing in the file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from flows.events import EventKind
from storage.proof.bundle import NotAProof, OpenedEntry, Proof, ProofEntry
from storage.proof.erasure_evidence import Doubt
from storage.proof.seal import Seal, SealedEntry
from storage.proof.signed_note import PublicKey

FORMAT = "share-check proof v1"
EXPORTED = "share-check entries v1"
_IN_UTC = timedelta(0)
_OF_ITSELF = frozenset({"at", "about", "commitment", "opened"})


def written(proof: Proof, now: datetime) -> str:
    """Return the proof as JSON."""
    found = {
        "format": FORMAT,
        "made_at": now.isoformat(),
        "seals": [_seal_as_json(each) for each in proof.seals],
        "entries": [_shown_as_json(each) for each in proof.entries],
    }
    return json.dumps(found, indent=1) + "\n"


def export_written(entries: Iterable[ProofEntry]) -> str:
    """Return the opened entries of one check as JSON, for comparison with the whole proof.

    Entry numbers and seals are left out: they grow with all that is recorded, and so reveal how much that is and when.
    An entry is found in the whole proof by its digest.
    """
    shown = [{name: said for name, said in _shown_as_json(each).items() if name in _OF_ITSELF} for each in entries]
    return json.dumps({"format": EXPORTED, "entries": shown}, indent=1) + "\n"


def _seal_as_json(given: Seal) -> Mapping[str, object]:
    return {
        "number": given.number,
        "made_at": given.made_at.isoformat(),
        "first": given.first,
        "last": given.last,
        "entries": given.entries,
        "size": given.size,
        "previous": given.previous.hex(),
        "head": given.head.hex(),
        "signer": given.signer.raw.hex() if given.signer else None,
        "signature": given.signature.hex() if given.signature is not None else None,
        "listed": given.listed.splitlines(),
    }


def _shown_as_json(given: ProofEntry) -> Mapping[str, object]:
    entry = given.entry
    found = {"id": entry.id, "at": entry.at.isoformat(), "about": entry.about.hex()}
    found |= {"commitment": entry.commitment.hex(), "erased": given.is_erased}
    found |= {"doubt": str(given.doubt)} if given.doubt else {}
    return found | ({"opened": _opened_as_json(given.opened)} if given.opened else {})


def _opened_as_json(given: OpenedEntry) -> Mapping[str, object]:
    return {
        "check": given.check,
        "who": given.who,
        "what": given.what,
        "request": given.request,
        "sealed": given.sealed,
        "salt": given.salt.hex(),
        "content": given.content,
    }


def read(text: str) -> Proof:
    """Read a proof from JSON. Raises NotAProof."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        message = "The file is not JSON, or the end of it is missing. Ask for it again."
        raise NotAProof(message) from error
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        message = f'The file is not a proof of this kind ("{FORMAT}").'
        raise NotAProof(message)
    whole = _Fields(found, "the file")
    made_at = whole.time("made_at")
    seals = tuple(_seal_of(each) for each in whole.each("seals"))
    return Proof(seals, tuple(_shown_of(each) for each in whole.each("entries")), made_at)


def _seal_of(given: _Fields) -> Seal:
    signer, signature = given.maybe("signer"), given.maybe("signature")
    return Seal(
        number=given.number("number"),
        made_at=given.time("made_at"),
        first=given.number("first"),
        last=given.number("last"),
        entries=given.number("entries"),
        size=given.number("size"),
        previous=given.octets("previous"),
        head=given.octets("head"),
        listed="".join(f"{line}\n" for line in given.lines("listed")),
        signer=PublicKey(given.octets("signer")) if signer is not None else None,
        signature=given.octets("signature") if signature is not None else None,
    )


def _shown_of(given: _Fields) -> ProofEntry:
    entry = SealedEntry(given.number("id"), given.time("at"), given.octets("about"), given.octets("commitment"))
    opened = _opened_of(given.inside("opened")) if given.maybe("opened") is not None else None
    doubt = given.doubt() if given.maybe("doubt") is not None else None
    return ProofEntry(entry, given.maybe("erased") is True and doubt is None, opened, doubt)


def _opened_of(given: _Fields) -> OpenedEntry:
    return OpenedEntry(
        check=given.words("check"),
        who=given.words("who"),
        what=EventKind.stored(given.words("what")),
        request=given.words("request") if given.maybe("request") is not None else None,
        sealed=given.words("sealed"),
        salt=given.octets("salt"),
        content=given.words("content"),
    )


class _Fields:
    """One object of the file, with typed access. Raises NotAProof that names the faulty place."""

    def __init__(self, found: object, place: str) -> None:
        if not isinstance(found, dict):
            raise self._refusal(place)
        self._found = found
        self._place = place

    @staticmethod
    def _refusal(place: str) -> NotAProof:
        return NotAProof(f"The file is damaged: {place} is missing, or is not what it should be.")

    def maybe(self, name: str) -> object:
        return self._found.get(name)

    def number(self, name: str) -> int:
        found = self._found.get(name)
        if type(found) is not int:
            raise self._refusal(f"{name} in {self._place}")
        return found

    def words(self, name: str) -> str:
        """Return text that can be encoded again: JSON can contain half a surrogate pair."""
        found = self._found.get(name)
        if not isinstance(found, str) or not _is_text(found):
            raise self._refusal(f"{name} in {self._place}")
        return found

    def octets(self, name: str) -> bytes:
        """Return bytes written in lower-case hex."""
        written = self.words(name)
        try:
            found = bytes.fromhex(written)
        except ValueError:
            found = b""
        if found.hex() != written:
            raise self._refusal(f"{name} in {self._place}")
        return found

    def time(self, name: str) -> datetime:
        """Return a time in UTC, written exactly as it is hashed."""
        written = self.words(name)
        try:
            found = datetime.fromisoformat(written)
        except ValueError:
            found = None
        if found is None or found.isoformat() != written or found.utcoffset() != _IN_UTC:
            raise self._refusal(f"{name} in {self._place}")
        return found

    def doubt(self) -> Doubt:
        found = self._found.get("doubt")
        if not isinstance(found, str) or found not in set(Doubt):
            raise self._refusal(f"doubt in {self._place}")
        return Doubt(found)

    def lines(self, name: str) -> Iterable[str]:
        found = self._found.get(name)
        if not isinstance(found, list) or not all(isinstance(each, str) and each.isascii() for each in found):
            raise self._refusal(f"{name} in {self._place}")
        return found

    def each(self, name: str) -> Iterator[_Fields]:
        found = self._found.get(name)
        if not isinstance(found, list):
            raise self._refusal(f"{name} in {self._place}")
        return (_Fields(each, f"{name}, place {place},") for place, each in enumerate(found, 1))

    def inside(self, name: str) -> _Fields:
        return _Fields(self._found.get(name), f"{name} in {self._place}")


def _is_text(found: str) -> bool:
    try:
        found.encode()
    except UnicodeEncodeError:
        return False
    return True
