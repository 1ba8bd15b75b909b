# ruff: noqa: INP001, T201 - one file to be handed on, and it speaks by printing
"""Check a proof of a share-check record, without share-check.

    python verify.py proof.json
    python verify.py proof.json --head "a seal as it was printed elsewhere"
    python verify.py proof.json --key "the public key that the organisation published"
    python verify.py proof.json --export "the entries that were saved from the export of one record"

Python 3.11 or newer is enough. To check signatures too: pip install cryptography

It ends with 0 where everything is as it was, 1 where something is wrong, 2 where the file cannot be read.

What is checked. The proof has entries (one for each thing that was recorded) and seals (about one an hour). A seal
lists the entries that were new, each as a line "number time digest", where the digest is a SHA-256 of the entry. The
seal's head is the SHA-256 of that list together with the head of the seal before. So every head depends on everything
that was ever recorded before it, and one head that was printed elsewhere vouches for all of that. The same words are in
docs/decisions/0011-the-seal.md.

What is not. That an entry was erased under the retention rule, and when the file was made, is the organisation's word.
"share-check verify" with their keys holds each erasure against a record of it that nobody else can write; and it alone
sees the tables beside the record, and the heads that the digests printed. Ask for what it says. Without --key or --head
nothing here shows that the whole record was not made anew. Of an export: that each of its entries is in the proof, as
it was recorded; not that the export has all of them.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import sys
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

FORMAT = "share-check proof v1"
EXPORTED = "share-check entries v1"
FIRST_PREVIOUS = "00" * 32
CLOCKS_MAY_DIFFER_BY = timedelta(minutes=5)
SEALED_WITHIN = timedelta(hours=2)
DOUBTS = {
    "lost": "lost its key: nothing shows that its check was erased under the retention rule",
    "late": "was added: its check had been erased before",
    "unsure": "cannot be opened: its key is gone, and the record of erasures does not open",
}
MOST_LINES = 50
Fields = dict[str, Any]


class Unreadable(Exception):
    """The file, or what was typed with it, cannot be used."""


# What is hashed. Every text here is written exactly as it was when the seal was made.


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def digest_of(entry: Fields) -> str:
    return sha256(f"share-check entry v1\n{entry['about']}\n{entry['commitment']}\n")


def line_of(entry: Fields) -> str:
    return f"{entry['id']} {entry['at']} {digest_of(entry)}"


def head_of(seal: Fields, lines: list[Any]) -> str:
    header = [
        "share-check seal v1",
        f"previous {seal['previous']}",
        f"number {seal['number']}",
        f"made {seal['made_at']}",
        f"signer {seal['signer'] or 'none'}",
        f"size {seal['size']}",
    ]
    return sha256("".join(f"{line}\n" for line in [*header, *lines]))


def signed_text_of(seal: Fields) -> str:
    return (
        f"share-check record v1\nseal {seal['number']}\nmade {seal['made_at']}\n"
        f"entries {seal['size']}\nhead {seal['head']}\n"
    )


def is_as_committed(entry: Fields) -> bool:
    """Whether an entry whose content is shown too is the one that was recorded."""
    said = entry["opened"]
    who_and_what = [said["check"], said["who"], said["what"], said["request"], said["sealed"]]
    about = sha256(json.dumps(["share-check about v1", *who_and_what], separators=(",", ":")))
    plain = f"\n{said['check']}\n{entry['at']}\n{said['who']}\n{said['what']}\n{said['content']}".encode()
    commitment = hashlib.sha256(bytes.fromhex(said["salt"]) + plain).hexdigest()
    return (about, commitment) == (entry["about"], entry["commitment"])


# Reading the file. Nothing in it is believed: what is not what it should be ends the program.


def read(path: str) -> Fields:
    try:
        return checked(sys.stdin.read() if path == "-" else Path(path).read_text("utf-8-sig", "replace"))
    except OSError as error:
        raise Unreadable(f"{path} cannot be opened: {error.strerror}.") from error


def checked(text: str) -> Fields:
    try:
        proof = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable("The file is not JSON, or the end of it is missing. Ask for it again.") from error
    if isinstance(proof, dict) and proof.get("format") == EXPORTED:
        return checked_export(proof)
    if not isinstance(proof, dict) or proof.get("format") != FORMAT:
        raise Unreadable(f'The file is not a proof of this kind ("{FORMAT}").')
    need(proof, "made_at", a_time, "the file")
    for place, seal in enumerate(need(proof, "seals", a_list, "the file"), 1):
        check_seal(seal, f"seals, place {place}")
    for place, entry in enumerate(need(proof, "entries", a_list, "the file"), 1):
        check_entry(entry, f"entries, place {place}")
    found: Fields = proof
    return found


def checked_export(found: Fields) -> Fields:
    """Return an export of one record, its entries numbered by their place, once each is found to be opened."""
    for place, entry in enumerate(need(found, "entries", a_list, "the file"), 1):
        need(entry, "opened", lambda opened: isinstance(opened, dict), f"entries, place {place}")
        check_entry(entry | {"id": place}, f"entries, place {place}")
    return found


def check_seal(seal: object, place: str) -> None:
    for name in ("number", "first", "last", "entries", "size"):
        need(seal, name, a_number, place)
    for name in ("previous", "head"):
        need(seal, name, hexadecimal, place)
    for name in ("signer", "signature"):
        need(seal, name, hexadecimal_or_nothing, place)
    need(seal, "made_at", a_time, place)
    if not all(isinstance(line, str) and line.isascii() for line in need(seal, "listed", a_list, place)):
        raise damaged("listed", place)


def check_entry(entry: object, place: str) -> None:
    need(entry, "id", a_number, place)
    need(entry, "at", a_time, place)
    for name in ("about", "commitment"):
        need(entry, name, hexadecimal, place)
    need(entry, "doubt", a_doubt_or_nothing, place)
    opened = entry.get("opened") if isinstance(entry, dict) else None
    if opened is None:
        return
    for name in ("check", "who", "what", "sealed", "content"):
        need(opened, name, words, place)
    need(opened, "salt", hexadecimal, place)
    need(opened, "request", words_or_nothing, place)


def need(fields: object, name: str, is_right: Callable[[object], bool], place: str) -> Any:
    if not isinstance(fields, dict) or not is_right(fields.get(name)):
        raise damaged(name, place)
    return fields.get(name)


def damaged(name: str, place: str) -> Unreadable:
    return Unreadable(f"The file is damaged: {name} in {place} is missing, or is not what it should be.")


def a_list(value: object) -> bool:
    return isinstance(value, list)


def a_number(value: object) -> bool:
    return type(value) is int


def words(value: object) -> bool:
    return isinstance(value, str) and value == value.encode(errors="replace").decode()


def words_or_nothing(value: object) -> bool:
    return value is None or words(value)


def hexadecimal(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"(?:[0-9a-f]{2})*", value) is not None


def hexadecimal_or_nothing(value: object) -> bool:
    return value is None or hexadecimal(value)


def a_doubt_or_nothing(value: object) -> bool:
    return value is None or (isinstance(value, str) and value in DOUBTS)


def a_time(value: object) -> bool:
    """In UTC, and written in the one way that is hashed."""
    try:
        return isinstance(value, str) and value.endswith("+00:00") and time(value).isoformat() == value
    except ValueError:
        return False


def time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def in_words(moment: datetime) -> str:
    return f"{moment.day} {moment:%b %Y, %H:%M} UTC"


def parts_of(lines: list[Any]) -> list[Any]:
    """Return what a seal lists, as (number, time, digest). A line that share-check never writes is left out."""
    found = [re.fullmatch(r"(-?\d{1,20}) (\S+) ([0-9a-f]{64})", line) for line in lines]
    return [(int(line[1]), time(line[2]), line[3]) for line in found if line and a_time(line[2])]


# The seals: each by itself, each after the one before, and who signed it.


def wrong_order(kind: str, numbers: Iterable[int]) -> list[Any]:
    """List what stands in the file twice, or after a higher number."""
    wrong, seen = [], {}
    highest = None
    for number in numbers:
        if number in seen:
            wrong.append(f"{kind} {number} was added: it stands there twice.")
        elif highest is not None and number < highest:
            wrong.append(f"{kind} {number} was reordered: it stands after {kind.lower()} {highest}.")
        seen[number] = True
        highest = number if highest is None else max(number, highest)
    return wrong


def is_whole(seal: Fields) -> bool:
    return bool(head_of(seal, seal["listed"]) == seal["head"])


def is_sound(seal: Fields) -> bool:
    """Whole, and its own numbers are those of its list."""
    numbers = [number for number, _, _ in parts_of(seal["listed"])]
    said = [seal["entries"], seal["first"], seal["last"]]
    return is_whole(seal) and numbers != [] and said == [len(numbers), numbers[0], numbers[-1]]


def wrong_seals(seals: list[Any]) -> list[Any]:
    """Of seals that stand in order."""
    wrong, before = [], None
    for seal in seals:
        name, expected = f"Seal {seal['number']}", before["number"] + 1 if before else 1
        if not is_whole(seal):
            wrong.append(f"{name} was changed: its head does not follow from what it says.")
        elif not is_sound(seal):
            wrong.append(f"{name} was changed: its numbers are not those of its list.")
        if seal["number"] > expected:
            wrong.append(f"Seal {expected} was removed: the next that is there is seal {seal['number']}.")
        elif is_sound(seal) and (before is None or is_sound(before)):
            wrong += wrong_link(before, seal, name)
        before = seal
    return wrong


def wrong_link(before: Fields | None, seal: Fields, name: str) -> list[Any]:
    wrong = []
    if seal["previous"] != (before["head"] if before else FIRST_PREVIOUS):
        wrong.append(f"{name} does not follow from the one before: it names another head for it.")
    elif seal["size"] != seal["entries"] + (before["size"] if before else 0):
        wrong.append(f"{name} was changed: its count of entries does not add up.")
    if before and time(seal["made_at"]) < time(before["made_at"]):
        wrong.append(f"{name} is back-dated: seal {before['number']} before it is younger.")
    return wrong


def wrong_signatures(seals: list[Any], published: list[Any]) -> list[Any]:
    """List what is wrong with the signatures, which are checked only where `cryptography` is installed.

    published: public keys, in hex.
    """
    wrong, signed, sound = [], None, [seal for seal in seals if is_sound(seal)]
    for seal in sound:
        name, key, signature = f"Seal {seal['number']}", seal["signer"], seal["signature"]
        if key is None and signed is not None:
            wrong.append(f"{name} is not signed: seal {signed} is, and was made before it.")
        elif key is None and signature is not None:
            wrong.append(f"{name} was changed: it names no key, and has a signature.")
        elif key is not None and signature is None:
            wrong.append(f"{name} is not signed: it names the key, and the signature is gone.")
        elif key is not None and not is_signed(key, signature, signed_text_of(seal)):
            wrong.append(f"{name} was changed: its signature does not fit.")
        elif key is not None and published and key not in published:
            wrong.append(f"{name} is signed by another key: {short_name_of(key)}.")
        signed = seal["number"] if key is not None else signed
    if published and sound and signed is None:
        wrong.append(f"Seal {sound[-1]['number']} is not signed: nor is any seal before it.")
    return wrong


def can_check_signatures() -> bool:
    try:
        import cryptography  # noqa: F401, PLC0415 - everything else works without it
    except ImportError:
        return False
    return True


def is_signed(key: str, signature: str, text: str) -> bool:
    if not can_check_signatures():
        return True
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - without it all but signatures is checked
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415 - as above

    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(signature), text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


# Public keys as they are published: name+id+key (c2sp.org/signed-note).


def short_name_of(key: str) -> str:
    said = b"share-check\n\x01" + bytes.fromhex(key)
    return f"share-check+{hashlib.sha256(said).hexdigest()[:8]}"


def published_form_of(key: str) -> str:
    coded = base64.b64encode(b"\x01" + bytes.fromhex(key)).decode()
    return f"{short_name_of(key)}+{coded}"


def key_in(published: str) -> str:
    """Return the published key in hex. Raises Unreadable where it is none."""
    try:
        key = base64.b64decode(published.strip().split("+", 2)[2], validate=True)[1:].hex()
    except (IndexError, ValueError):
        key = ""
    if published_form_of(key) != published.strip():
        raise Unreadable("--key is not a public key, or not all of it.")
    return key


# The entries, held against what the seals list.


class Sealed(NamedTuple):
    """What a seal lists. not_before: when the seal before it was made, which would list it were it older."""

    number: int
    at: datetime
    digest: str
    seal: int
    not_before: datetime | None


class Book:
    """All that is there (rows), and all that the seals say should be (sealed)."""

    def __init__(self, seals: list[Any], entries: list[Any]) -> None:
        self.rows = {entry["id"]: entry for entry in reversed(entries)}
        self.digests = {number: digest_of(entry) for number, entry in self.rows.items()}
        self.last_seal = seals[-1] if seals else None
        self.sealed: dict[int, Sealed] = {}
        self.spans: list[tuple[float, float]] = []
        before = None
        for seal in seals:
            self.add(before, seal)
            before = seal
        self.by_digest = {each.digest: each for each in self.sealed.values()}

    def add(self, before: Fields | None, seal: Fields) -> None:
        found = parts_of(self.list_of(seal))
        both_sound = before is not None and is_sound(before) and is_sound(seal)
        not_before = time(before["made_at"]) - CLOCKS_MAY_DIFFER_BY if before is not None and both_sound else None
        for number, at, digest in found:
            self.sealed[number] = Sealed(number, at, digest, seal["number"], not_before)
        if found:
            is_next = seal["number"] == (before["number"] + 1 if before else 1)
            self.spans.append((self.last() if is_next else found[0][0] - 1, found[-1][0]))

    def list_of(self, seal: Fields) -> list[Any]:
        """Its list. Where that was changed: the entries that stand there, if the head says that they were its list."""
        listed: list[Any] = seal["listed"]
        if is_whole(seal):
            return listed
        standing = [line_of(self.rows[each]) for each in sorted(self.rows) if seal["first"] <= each <= seal["last"]]
        return standing if head_of(seal, standing) == seal["head"] else listed

    def last(self) -> float:
        """Return the number of the last sealed entry."""
        return self.spans[-1][1] if self.spans else float("-inf")

    def newer(self) -> int:
        """How many entries no seal lists yet."""
        return sum(number > self.last() for number in self.rows)

    def unsealed(self, since: datetime) -> list[Any]:
        """Report the oldest entry that should have been sealed by then, with how many more there are."""
        late = sorted(number for number, row in self.rows.items() if number > self.last() and time(row["at"]) < since)
        if not late:
            return []
        more = f", and {len(late) - 1} more are as old" if len(late) > 1 else ""
        made = in_words(time(self.rows[late[0]]["at"]))
        return [f"Entry {late[0]} is not sealed: it is of {made}, and the bot seals every five minutes{more}."]

    def wrong(self) -> list[Any]:
        found = ((number, self.wrong_with(number)) for number in sorted({*self.rows, *self.sealed}))
        return [f"Entry {number} {words}." for number, words in found if words]

    def wrong_with(self, number: int) -> str | None:
        entry, sealed = self.rows.get(number), self.sealed.get(number)
        if entry is None:
            if sealed is None or sealed.digest in self.digests.values():
                return None
            return f"was removed: seal {sealed.seal} lists it, and it is not there"
        if sealed is not None and sealed.digest == self.digests[number]:
            found = self.wrong_time(entry, sealed)
        else:
            found = self.wrong_place(number, sealed)
        if found is None and entry.get("doubt"):
            return DOUBTS[entry["doubt"]]
        if found is None and entry.get("opened") and not is_as_committed(entry):
            return "was changed: its content is not what it committed to"
        return found

    def wrong_time(self, entry: Fields, sealed: Sealed) -> str | None:
        if time(entry["at"]) != sealed.at:
            how = "is back-dated" if time(entry["at"]) < sealed.at else "was changed"
            return f"{how}: seal {sealed.seal} lists it at {in_words(sealed.at)}"
        if sealed.not_before and sealed.at < sealed.not_before:
            return f"is back-dated: the seal before seal {sealed.seal} is younger and does not list it"
        return None

    def wrong_place(self, number: int, sealed: Sealed | None) -> str | None:
        original = self.by_digest.get(self.digests[number])
        if original and self.digests.get(original.number) == original.digest:
            return f"was added: it is a copy of entry {original.number}"
        if original:
            return f"was reordered: seal {original.seal} lists it as entry {original.number}"
        if sealed:
            return f"was changed: it is not what seal {sealed.seal} lists"
        if any(after < number <= last for after, last in self.spans):
            return "was added: it stands among sealed entries, and no seal lists it"
        return self.too_late(number)

    def too_late(self, number: int) -> str | None:
        """Of an entry that no seal lists yet: it cannot be much older than the last seal."""
        seal = self.last_seal
        if seal is None or not is_sound(seal) or number <= self.last():
            return None
        if time(self.rows[number]["at"]) >= time(seal["made_at"]) - CLOCKS_MAY_DIFFER_BY:
            return None
        return f"is back-dated: seal {seal['number']}, made on {in_words(time(seal['made_at']))}, does not list it"


# What is said in the end.


def main() -> int:
    parser = argparse.ArgumentParser(description="Check a proof of a share-check record.")
    parser.add_argument("file", help="the proof; - for standard input")
    parser.add_argument("--head", help="a seal as it was printed elsewhere: the whole note, or only its head")
    parser.add_argument("--key", action="append", default=[], help="a public key that the organisation published")
    parser.add_argument("--export", help="the entries that were saved from the export of one record")
    given = parser.parse_args()
    try:
        published, head = [key_in(each) for each in given.key], head_in(given.head)
        proof, export = read(given.file), read(given.export) if given.export else None
        if export:
            check_kinds(proof, export)
    except Unreadable as error:
        print(error, file=sys.stderr)
        return 2
    if proof["format"] == EXPORTED:
        return judge_export(proof, None)
    return max(judge(proof, published, head), judge_export(export, proof) if export else 0)


def check_kinds(proof: Fields, export: Fields) -> None:
    if (proof["format"], export["format"]) != (FORMAT, EXPORTED):
        raise Unreadable("--export needs the entries of an export, and the proof of the whole record before it.")


def judge_export(export: Fields, proof: Fields | None) -> int:
    """Whether each entry is what it committed to, and stands in the proof of the whole record, where there is one."""
    kept = {digest_of(entry) for entry in proof["entries"]} if proof else None
    wrong, seen = [], set()
    for place, entry in enumerate(export["entries"], 1):
        digest = digest_of(entry)
        if not is_as_committed(entry):
            wrong.append(f"Entry {place} of the export was changed: its content is not what it committed to.")
        elif digest in seen:
            wrong.append(f"Entry {place} of the export was added: it stands there twice.")
        elif kept is not None and digest not in kept:
            wrong.append(
                f"Entry {place} of the export is not in the proof: it was added, or is younger than the proof."
            )
        seen.add(digest)
    said = f"The export: {count(len(export['entries']), 'entry', 'entries')}."
    if wrong:
        print(f"{said} {count(len(wrong), 'thing is', 'things are')} wrong:", *wrong[:MOST_LINES], sep="\n- ")
    elif kept is None:
        print(f"{said} Each fits itself, which whoever made them anew could have done too. To see whether they were")
        print("recorded, ask for the proof of the whole record: python verify.py proof.json --export this-file")
    else:
        print(f"{said} Each is in the proof. That none was kept back, this cannot show.")
    return 1 if wrong else 0


def head_in(text: str | None) -> str | None:
    found = re.search(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])", (text or "").lower())
    if text is not None and found is None:
        raise Unreadable("--head has no head in it: 64 digits from 0 to 9 and a to f.")
    return found[0] if found else None


def judge(proof: Fields, published: list[Any], head: str | None) -> int:
    unique = {seal["number"]: seal for seal in reversed(proof["seals"])}
    seals = [unique[number] for number in sorted(unique)]
    book = Book(seals, proof["entries"])
    wrong = wrong_order("Seal", [seal["number"] for seal in proof["seals"]]) + wrong_seals(seals)
    wrong += wrong_signatures(seals, published)
    wrong += wrong_order("Entry", [entry["id"] for entry in proof["entries"]]) + book.wrong()
    wrong += book.unsealed(time(proof["made_at"]) - SEALED_WITHIN) if published else []
    matched = [seal for seal in seals if seal["head"] == head and is_sound(seal)]
    if head and not matched:
        wrong.append(f"No seal here has the head {head}: seals were removed or made anew, or it is another record.")
    say_result(book, seals, wrong, matched, sum(is_erased(entry) for entry in proof["entries"]))
    say_more(book, seals, published)
    return 1 if wrong else 0


def is_erased(entry: Fields) -> bool:
    return entry.get("erased") is True and not entry.get("doubt")


def say_result(book: Book, seals: list[Any], wrong: list[Any], matched: list[Any], erased: int) -> None:
    counts = f"{count(len(book.rows), 'entry', 'entries')}, {count(len(seals), 'seal', 'seals')}."
    if wrong:
        print(f"{counts} {count(len(wrong), 'thing is', 'things are')} wrong:")
        for line in wrong[:MOST_LINES]:
            print(f"- {line}")
        if len(wrong) > MOST_LINES:
            print(f"- and {len(wrong) - MOST_LINES} more.")
        return
    said = [counts, "Chain unbroken."] if seals else [counts, "Nothing is sealed yet."]
    said += [f"Matches {name_of(seal)}." for seal in matched]
    said += [f"{count(erased, 'entry', 'entries')} erased under the retention rule."] if erased else []
    print(" ".join(said))


def say_more(book: Book, seals: list[Any], published: list[Any]) -> None:
    """Print what a reader must know to judge how much the first line is worth."""
    if seals:
        print(f"The last is {name_of(seals[-1])}, with the head {seals[-1]['head']}.")
    if book.newer():
        print(f"{count(book.newer(), 'entry is', 'entries are')} newer, and not sealed yet.")
    if any(is_erased(entry) for entry in book.rows.values()):
        print("That they were erased lawfully is the organisation's word: a proof cannot show it (share-check verify).")
    signers = list(dict.fromkeys(seal["signer"] for seal in seals if seal["signer"] and seal["signature"]))
    if signers and not can_check_signatures():
        print("Signatures were NOT checked. To check them: pip install cryptography")
    for key in signers if can_check_signatures() else []:
        if key in published:
            print(f"Signed by {short_name_of(key)}, as expected.")
        else:
            print(f"Signed by {published_form_of(key)}: compare this key with the published one.")
    unsigned = sum(seal["signature"] is None for seal in seals)
    if unsigned:
        print(
            f"{unsigned} of {count(len(seals), 'seal', 'seals')} not signed: for those, only a head that was printed "
            "elsewhere shows that they were not made anew."
        )


def name_of(seal: Fields) -> str:
    return f"seal {seal['number']} of {in_words(time(seal['made_at']))}"


def count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


if __name__ == "__main__":
    sys.exit(main())
