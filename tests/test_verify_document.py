"""docs/verify.py: one file for a stranger, which finds what share-check finds and shares no code with it."""

import copy
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from storage.proof import bundle as proof
from storage.proof import bundle_file
from storage.proof.signed_note import SealKey
from storage.tables import checks
from tests.databases import sqlite_database
from tests.proofs import KEY, VERIFIER, WELL, Found, export, ours, sealed_record, strangers
from tests.storage.builders import START, Office

pytestmark = pytest.mark.docs

CHANGED, REMOVED, ADDED = "was changed", "was removed", "was added"
REORDERED, BACK_DATED = "was reordered", "is back-dated"
ELSEWHERE = "ab" * 32
Proof = dict[str, Any]
Draw = Callable[[Any], Any]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    database = sqlite_database(tmp_path_factory.mktemp("proof") / "record.db")
    yield sealed_record(database)
    database.close()


@pytest.fixture(scope="module")
def exported(office: Office) -> Proof:
    """Three seals of three entries each, and a tenth entry."""
    found: Proof = export(office)
    return found


def _run(*words: str, given: str = "", alone: bool = False) -> tuple[int, str]:
    """The file on its own; alone: with nothing but the standard library."""
    command = [sys.executable, "-I", *(["-S"] if alone else []), str(VERIFIER), *words]
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    return done.returncode, done.stdout + done.stderr


def _both(proof: Proof) -> tuple[int, Found]:
    """What both say, which is the same."""
    written = json.dumps(proof)
    assert ours(written) == strangers(written)
    return ours(written)


# What it says


def test_what_is_well_is_said_in_one_line(exported: Proof, tmp_path: Path) -> None:
    """And then what a reader must know to judge how much that is worth."""
    file = tmp_path / "proof.json"
    file.write_text(json.dumps(exported))
    head = exported["seals"][-1]["head"]
    last = "seal 3 of 23 Nov 2026, 13:06 UTC"
    code, said = _run(str(file))
    assert code == 0
    assert said.splitlines() == [
        "10 entries, 3 seals. Chain unbroken.",
        f"The last is {last}, with the head {head}.",
        "1 entry is newer, and not sealed yet.",
        f"Signed by {KEY.public}: compare this key with the published one.",
    ]
    code, said = _run(str(file), "--head", f"Seal of the week: {head.upper()}", "--key", str(KEY.public))
    assert code == 0
    assert said.startswith(f"10 entries, 3 seals. Chain unbroken. Matches {last}.\n")
    assert f"Signed by {KEY.public.name}, as expected.\n" in said


def test_erased_entries_are_counted(exported: Proof) -> None:
    """The sentence that an inspector looks for."""
    erased = copy.deepcopy(exported)
    for entry in erased["entries"][:2]:
        entry["erased"] = True
    code, said = _run("-", given=json.dumps(erased))
    assert code == 0
    assert said.startswith("10 entries, 3 seals. Chain unbroken. 2 entries erased under the retention rule.\n")


def test_without_cryptography_everything_else_is_checked_and_that_is_said(exported: Proof) -> None:
    """An inspector's machine may install nothing."""
    code, said = _run("-", given=json.dumps(exported), alone=True)
    assert code == 0
    assert "Chain unbroken." in said
    assert "Signatures were NOT checked." in said
    forged = copy.deepcopy(exported)
    forged["seals"][1]["signature"] = "00" * 64
    assert _run("-", given=json.dumps(forged), alone=True)[0] == 0
    assert _run("-", given=json.dumps(forged))[0] == 1
    forged["entries"][4]["commitment"] = ELSEWHERE
    code, said = _run("-", given=json.dumps(forged), alone=True)
    assert code == 1
    assert "- Entry 5 was changed: it is not what seal 2 lists.\n" in said


def test_a_head_from_elsewhere_shows_what_the_file_alone_cannot(exported: Proof) -> None:
    """The newest seals are gone, and nothing in what is left misses them."""
    cut = copy.deepcopy(exported)
    gone = cut["seals"].pop()
    assert _both(cut) == (0, WELL)
    code, said = _run("-", "--head", gone["head"], given=json.dumps(cut))
    assert code == 1
    assert f"- No seal here has the head {gone['head']}:" in said


def test_a_key_that_is_not_the_published_one_is_named(exported: Proof) -> None:
    """And a file in which nothing is signed does not pass for one that is."""
    other = SealKey.new().public
    every = {(f"Seal {number}", "is signed by another key") for number in (1, 2, 3)}
    written = json.dumps(exported)
    assert ours(written, (other,)) == strangers(written, (other,)) == (1, every)
    assert ours(written, (other, KEY.public)) == strangers(written, (other, KEY.public)) == (0, WELL)


def test_a_record_without_a_key_is_well_and_says_so_plainly(tmp_path: Path) -> None:
    """Whoever expects a key is told that there is none."""
    database = sqlite_database(tmp_path / "record.db")
    unsigned = json.dumps(export(sealed_record(database, None)))
    database.close()
    assert ours(unsigned) == strangers(unsigned) == (0, WELL)
    _, said = _run("-", given=unsigned)
    assert "3 of 3 seals not signed: for those, only a head that was printed elsewhere shows" in said
    missing = {("Seal 3", "is not signed")}
    assert ours(unsigned, (KEY.public,)) == strangers(unsigned, (KEY.public,)) == (1, missing)


def test_a_record_with_nothing_in_it_is_said_to_prove_nothing(tmp_path: Path) -> None:
    """No seal is not an unbroken chain."""
    database = sqlite_database(tmp_path / "record.db")
    empty = json.dumps(export(Office(database)))
    database.close()
    assert ours(empty) == strangers(empty) == (0, WELL)
    assert _run("-", given=empty) == (0, "0 entries, 0 seals. Nothing is sealed yet.\n")


@pytest.mark.parametrize(
    "words",
    [
        ("nowhere.json",),
        (),
        ("-", "--head", "the head"),
        ("-", "--key", "share-check+0"),
        ("-", "--key", f"{KEY.public}x"),
        ("-", "--unknown"),
    ],
)
def test_what_cannot_be_asked_ends_with_2(exported: Proof, words: tuple[str, ...]) -> None:
    """Neither well nor wrong, and never a trace."""
    code, said = _run(*words, given=json.dumps(exported))
    assert code == 2
    assert "Traceback" not in said


def test_a_file_that_is_not_all_there_is_neither_well_nor_wrong(exported: Proof) -> None:
    """Cut anywhere, or something else altogether."""
    whole = json.dumps(exported)
    for written in (
        *(whole[:length] for length in range(0, len(whole), 97)),
        "[" * 100000,
        "9" * 5000,
        "null",
        "[]",
        "{}",
        '{"format": "share-check proof v2"}',
        '{"format": "share-check proof v1"}',
        '{"format": "share-check proof v1", "seals": [], "entries": [7]}',
        whole.replace('"share-check proof v1"', "7"),
        whole.replace("+00:00", "Z"),
        whole.replace("+00:00", ""),
        whole.replace("2026-11-23T", "2026-11-23 "),
        whole.replace('"id": 5', '"id": 5.0'),
        whole.replace('"id": 5', '"id": true'),
        whole.replace('"id": 5', '"id": null'),
        whole.replace('"listed": ["', '"listed": ["\\ud800'),
    ):
        assert written != whole
        assert ours(written) == strangers(written) == (2, WELL)
    code, said = _run("-", given=whole[:-100])
    assert (code, said) == (2, "The file is not JSON, or the end of it is missing. Ask for it again.\n")


def test_a_proof_that_was_made_long_ago_is_still_one() -> None:
    """tests/data/proof.json is never made anew: what was sealed once must be checkable for as long as it is kept."""
    file = VERIFIER.parent.parent / "tests" / "data" / "proof.json"
    head = "b1d22aa38ae41ba3da397aba9a54f0b4e11d35eb4c11dbe95363795982c5af73"
    written = file.read_text()
    assert ours(written, (KEY.public,)) == strangers(written, (KEY.public,)) == (0, WELL)
    code, said = _run(str(file), "--head", head)
    assert code == 0
    assert "Matches seal 3 of 23 Nov 2026, 13:06 UTC. 4 entries erased under the retention rule.\n" in said
    opened = json.loads(written)["entries"][0]["opened"]
    assert (opened["who"], opened["what"]) == ("U1", "started")


# What was done to the file


def _entry(number: int, **changes: object) -> Callable[[Proof], None]:
    return lambda proof: proof["entries"][number - 1].update(changes)


def _seal(number: int, **changes: object) -> Callable[[Proof], None]:
    return lambda proof: proof["seals"][number - 1].update(changes)


def _swap(proof: Proof, things: str, one: int, other: int) -> None:
    rows = proof[things]
    rows[one - 1], rows[other - 1] = rows[other - 1], rows[one - 1]


def _swap_numbers(proof: Proof) -> None:
    """Each entry says what the other said, and they stand in order."""
    proof["entries"][4]["id"], proof["entries"][5]["id"] = 6, 5
    _swap(proof, "entries", 5, 6)


def _digest(entry: Proof) -> str:
    return sha256(f"share-check entry v1\n{entry['about']}\n{entry['commitment']}\n".encode()).hexdigest()


def _lie_twice(proof: Proof) -> None:
    """The entry is another, and the seal lists that."""
    entry = proof["entries"][4]
    entry["commitment"] = ELSEWHERE
    proof["seals"][1]["listed"][1] = f"{entry['id']} {entry['at']} {_digest(entry)}"


MOVED = {("Entry 11", REORDERED)}
EDITS: list[tuple[str, Callable[[Proof], object], Found]] = [
    ("commitment", _entry(5, commitment=ELSEWHERE), {("Entry 5", CHANGED)}),
    ("about", _entry(5, about=ELSEWHERE), {("Entry 5", CHANGED)}),
    ("later", _entry(5, at="2026-11-23T23:00:00+00:00"), {("Entry 5", CHANGED)}),
    ("earlier", _entry(5, at="2025-11-23T23:00:00+00:00"), {("Entry 5", BACK_DATED)}),
    ("newer, earlier", _entry(10, at="2025-11-23T23:00:00+00:00"), {("Entry 10", BACK_DATED)}),
    ("moved to the end", lambda proof: proof["entries"].append({**proof["entries"].pop(4), "id": 11}), MOVED),
    ("gone", lambda proof: proof["entries"].pop(4), {("Entry 5", REMOVED)}),
    ("first gone", lambda proof: proof["entries"].pop(0), {("Entry 1", REMOVED)}),
    ("all gone", lambda proof: proof["entries"].clear(), {(f"Entry {n}", REMOVED) for n in range(1, 10)}),
    ("one more", lambda proof: proof["entries"].insert(0, {**proof["entries"][4], "id": 0}), {("Entry 0", ADDED)}),
    ("twice", lambda proof: proof["entries"].insert(4, dict(proof["entries"][4])), {("Entry 5", ADDED)}),
    ("other order", lambda proof: _swap(proof, "entries", 5, 6), {("Entry 5", REORDERED)}),
    ("numbers swapped", _swap_numbers, {("Entry 5", REORDERED), ("Entry 6", REORDERED)}),
    ("seal's time", _seal(2, made_at="2026-11-23T09:00:00+00:00"), {("Seal 2", CHANGED)}),
    ("seal's head", _seal(2, head=ELSEWHERE), {("Seal 2", CHANGED)}),
    ("seal before", _seal(2, previous=ELSEWHERE), {("Seal 2", CHANGED)}),
    ("seal's size", _seal(2, size=7), {("Seal 2", CHANGED)}),
    ("seal's first", _seal(2, first=3), {("Seal 2", CHANGED)}),
    ("seal's last", _seal(2, last=7), {("Seal 2", CHANGED)}),
    ("seal's count", _seal(2, entries=2), {("Seal 2", CHANGED)}),
    ("seal's key", _seal(2, signer=ELSEWHERE), {("Seal 2", CHANGED)}),
    ("seal's key gone", _seal(2, signer=None), {("Seal 2", CHANGED)}),
    ("signature", _seal(2, signature="00" * 64), {("Seal 2", CHANGED)}),
    ("signature gone", _seal(2, signature=None), {("Seal 2", "is not signed")}),
    ("list emptied", _seal(2, listed=[]), {("Seal 2", CHANGED)}),
    ("list cut", lambda proof: proof["seals"][1]["listed"].pop(1), {("Seal 2", CHANGED)}),
    ("list turned", lambda proof: proof["seals"][1]["listed"].reverse(), {("Seal 2", CHANGED)}),
    ("entry and list", _lie_twice, {("Seal 2", CHANGED)}),
    ("seal gone", lambda proof: proof["seals"].pop(1), {("Seal 2", REMOVED)}),
    ("first seal gone", lambda proof: proof["seals"].pop(0), {("Seal 1", REMOVED)}),
    ("seal twice", lambda proof: proof["seals"].append(proof["seals"][0]), {("Seal 1", ADDED)}),
    ("seals turned", lambda proof: _swap(proof, "seals", 1, 2), {("Seal 1", REORDERED)}),
]


@pytest.mark.parametrize(("edit", "found"), [edit[1:] for edit in EDITS], ids=[edit[0] for edit in EDITS])
def test_what_was_done_to_a_file_is_named(exported: Proof, edit: Callable[[Proof], object], found: Found) -> None:
    """By both, and nothing else is."""
    changed = copy.deepcopy(exported)
    edit(changed)
    assert _both(changed) == (1, found)


def test_content_that_is_shown_is_held_against_what_was_committed_to(office: Office) -> None:
    """With an entry opened, a word of it, its author or its kind cannot be changed."""
    with office.database.read() as tx:
        chosen = tx.scalar(checks.select().with_only_columns(checks.c.id))
        written = bundle_file.written(proof.of_record(tx, office.keys, lambda check: check == chosen), START)
    opened: Proof = json.loads(written)
    assert _both(opened) == (0, WELL)
    shown = [each for each in opened["entries"] if "opened" in each]
    assert shown
    for name, other in (
        ("content", '{"text":"other"}'),
        ("who", "U9"),
        ("what", "é"),
        ("check", ELSEWHERE),
        ("salt", ELSEWHERE),
        ("sealed", ELSEWHERE),
        ("request", "another"),
    ):
        changed = copy.deepcopy(opened)
        entry = next(each for each in changed["entries"] if each["id"] == shown[-1]["id"])
        entry["opened"][name] = other
        assert _both(changed) == (1, {(f"Entry {entry['id']}", CHANGED)})
        entry["opened"][name] = 7
        assert _both(changed) == (2, WELL)


# Whatever was done to the file


VALUES = some.one_of(
    some.none(),
    some.booleans(),
    some.integers(-3, 12),
    some.text(max_size=5),
    some.sampled_from([ELSEWHERE, "00" * 64, "2026-11-23T11:00:30+00:00", "2020-01-01T00:00:00+00:00", [], {}]),
)


def _edited(proof: Proof, draw: Draw) -> bool:
    """One thing in the file is another; whether it is one that the seals cover."""
    things = draw(some.sampled_from(["seals", "entries"]))
    rows = proof[things]
    place = draw(some.integers(0, len(rows) - 1))
    row = rows[place]
    is_covered: bool = things == "seals" or place < 9
    how = draw(some.sampled_from(["change", "remove", "repeat", "move", "line"]))
    if how == "line" and things == "seals":
        line = draw(some.integers(0, 2))
        row["listed"][line] = draw(some.sampled_from(["", "x", ELSEWHERE, row["listed"][line] + " ", row["listed"][0]]))
    elif how == "remove":
        rows.pop(place)
        is_covered = is_covered and not (things == "seals" and place == len(rows))
    elif how == "repeat":
        rows.insert(draw(some.integers(0, len(rows))), dict(row))
        is_covered = True
    elif how == "move":
        rows.insert(draw(some.integers(0, len(rows) - 1)), rows.pop(place))
    else:
        name = draw(some.sampled_from(sorted(set(row) - {"erased"})))
        row[name] = draw(VALUES)
    return is_covered


@settings(max_examples=300, deadline=None)
@given(data=some.data())
def test_both_find_the_same_whatever_one_thing_was_done(exported: Proof, data: some.DataObject) -> None:
    """Two programs that share no code agree on every file, and neither overlooks what a seal covers."""
    changed = copy.deepcopy(exported)
    is_covered = _edited(changed, data.draw)
    code, _ = _both(changed)
    if is_covered and changed != exported:
        assert code > 0


@settings(max_examples=100, deadline=None)
@given(data=some.data())
def test_both_find_the_same_whatever_was_done_several_times_over(exported: Proof, data: some.DataObject) -> None:
    """Also in a file that is wrong in many places."""
    changed = copy.deepcopy(exported)
    for _ in range(data.draw(some.integers(2, 5))):
        with suppress(ValueError, TypeError, IndexError):  # what is no list any more has no lines
            _edited(changed, data.draw)
    _both(changed)


def test_it_can_be_handed_on_by_itself() -> None:
    """It imports nothing of ours, and nothing that must be installed except for signatures."""
    text = VERIFIER.read_text(encoding="utf-8")
    imported = {
        line.split()[1].split(".")[0] for line in text.splitlines() if line.lstrip().startswith(("import ", "from "))
    }
    assert imported - {"cryptography"} <= set(sys.stdlib_module_names)
