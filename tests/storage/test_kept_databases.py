"""What every release before this one kept is upgraded, opened and read.

tests/data/databases holds a small database of each released schema, as SQL, with real sealed content, written by the
code of its time; KEY opens them. The next is made before its successor is released.
"""

import re
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import select

from flows.events import EventKind
from flows.records.matching import Described
from storage import cases, checks, events, person_index, sealed_texts
from storage.checks import Opened
from storage.crypto.envelope import Keyring
from storage.engine.database import Database
from storage.proof.bundle import of_record
from storage.proof.chain import Wrong
from storage.proof.verify import judge
from storage.sealed_texts import Unopened
from storage.tables import checks as check_table
from tests.databases import sqlite_database
from tests.harness import ROOT
from tests.storage.test_person_index import TODAY

KEPT = sorted((ROOT / "tests" / "data" / "databases").glob("*.sql"))
KEY = "c2hhcmUtY2hlY2stdGVzdHMtb25seS0tLS0tLS0tLS0="
ANSWERS = {
    "U0STAFF": {"S1": ("no",), "S2": ("no",), "S3": ("harm",)},
    "U0STAFF2": {"S1": ("no",), "S2": ("no",), "S3": ("none",), "S4": ("no",)},
    "U0STAFF3": {"S1": ("no",), "S2": ("lead-1",), "S3": ("none",), "S4": ("possibly",)},
}


def restored(kept: Path, folder: Path) -> Path:
    """Return a database file with what was kept, as it was left."""
    file = folder / "share-check.db"
    with sqlite3.connect(file) as target:
        target.executescript(kept.read_text("utf-8"))
    target.close()
    return file


@pytest.fixture(params=KEPT, ids=lambda kept: kept.stem)
def upgraded(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    """Build a kept database, and upgrade it as serve does at its start."""
    database = sqlite_database(restored(request.param, tmp_path))
    database.migrate()
    return database


def _checks(database: Database) -> dict[str, Opened]:
    """Return each check by its reporter, opened."""
    keys = Keyring([KEY])
    with database.read() as tx:
        ids = tx.scalars(select(check_table.c.id)).all()
        return {found.check.reporter: found for found in (checks.load(tx, keys, one) for one in ids)}


def test_every_sealed_text_opens(upgraded: Database) -> None:
    """Answers, plans and entries, by the keys of that time."""
    with upgraded.read() as tx:
        assert sealed_texts.find(tx, [KEY]) == Unopened()


def test_every_answer_reads_as_it_was_given(upgraded: Database) -> None:
    """The check goes on where it was."""
    assert {reporter: found.check.answers for reporter, found in _checks(upgraded).items()} == ANSWERS


def test_what_people_typed_reads_as_it_was_typed(upgraded: Database) -> None:
    """The note, the details, the decision's reason and the plan."""
    found = _checks(upgraded)["U0STAFF"]
    with upgraded.read() as tx:
        said = {entry.what: entry.content for entry in events.history(tx, found.check.id, found.sealer)}
        case = cases.find(tx, found)
    assert said[EventKind.NOTE]["text"] == "marzipan in a note"
    assert said[EventKind.DETAILS]["person"] == "Quokka Periwinkle"
    assert {strand.what for strand in case.strands} == {"quokkas are told"} if case else False
    assert "because of marzipan" in str(said)


def test_the_record_verifies_and_no_entry_is_lost(upgraded: Database) -> None:
    """Entry by entry against its hash; where seals were made then, against them."""
    with upgraded.read() as tx:
        verdict = judge(of_record(tx, Keyring([KEY])), open_all=True)
    assert verdict.entries == 20
    assert {finding.what for finding in verdict.findings} <= {Wrong.UNSEALED}


def test_a_person_of_then_is_found_now(upgraded: Database) -> None:
    """By the forms of today."""
    with upgraded.begin() as tx:
        index = person_index.index(tx, Keyring([KEY]), TODAY)
        assert index.find(Described("Periwinkle Quoka"), TODAY) == (_checks(upgraded)["U0STAFF"].check.id,)


def test_it_goes_on_with_what_is_sealed_now(upgraded: Database) -> None:
    """A check of then is answered, sealed in this edition, and read again."""
    found = _checks(upgraded)["U0STAFF2"]
    answers = {**ANSWERS["U0STAFF2"], "S5": ("no",)}
    with upgraded.begin() as tx:
        checks.save(tx, found, found.check.touched_at, answers=answers)
    assert _checks(upgraded)["U0STAFF2"].check.answers == answers
    with upgraded.read() as tx:
        assert sealed_texts.find(tx, [KEY]) == Unopened()


def test_each_release_has_left_one() -> None:
    """The changelog names the releases; the newest heading is the one being made."""
    versions = re.findall(r"^## (\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert [one for one in versions[1:] if not any(kept.name.startswith(f"{one}-") for kept in KEPT)] == []
