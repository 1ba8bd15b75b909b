"""Seals: nothing is missed, nothing is sealed twice, and whatever was done to the record afterwards is named."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import Connection, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from flows.events import EventKind
from storage import checks
from storage import events as record
from storage.crypto.envelope import Keyring
from storage.crypto.rotation import rotate
from storage.engine.database import Database
from storage.errors import BadKey
from storage.proof import bundle, seal
from storage.proof.bundle import NotAProof, Proof
from storage.proof.seal import Seal
from storage.proof.signed_note import PublicKey, SealKey
from storage.proof.verify import Verdict, judge
from storage.tables import checks as check_table
from storage.tables import events, seals
from tests.proofs import (
    KEY,
    WELL,
    Deed,
    Undone,
    both,
    erase,
    exported,
    note,
    seal_now,
    sealed_record,
    strangers,
    tamper,
    unguard,
)
from tests.storage.builders import START, Office

CHANGED, REMOVED, ADDED = "was changed", "was removed", "was added"
REORDERED, BACK_DATED = "was reordered", "is back-dated"
UNSIGNED, REPLACED = "is not signed", "does not follow from the one before"
LONG_AGO = START - timedelta(days=365)


def _all(office: Office) -> list[Seal]:
    with office.database.read() as tx:
        return [seal.seal_of(row) for row in tx.execute(seal.SEALS)]


def _verdict(office: Office, *, head: bytes | None = None, trusted: tuple[PublicKey, ...] = ()) -> Verdict:
    with office.database.read() as tx:
        return judge(bundle.of_record(tx, office.keys), trusted, head, open_all=True)


def _any_check(office: Office) -> str:
    with office.database.read() as tx:
        return str(tx.scalars(select(check_table.c.id)).first())


def _set(table: str, number: int, column: str, value: object) -> Deed:
    """Return an UPDATE of one column, as a database administrator could make."""
    known = events if table == "events" else seals
    return lambda tx: tx.execute(update(known).where(next(iter(known.c)) == number).values({column: value}))


# Sealing


def test_what_was_added_is_sealed_in_batches_that_follow_each_other(database: Database) -> None:
    """Each lists what is new, counts all there is, and names the head of the one before; nothing is wrong."""
    office = sealed_record(database)
    first, second, third = _all(office)
    assert [(each.first, each.last, each.entries, each.size) for each in (first, second, third)] == [
        (1, 3, 3, 3),
        (4, 6, 3, 6),
        (7, 9, 3, 9),
    ]
    assert first.previous == seal.START
    assert (second.previous, third.previous) == (first.head, second.head)
    verdict = _verdict(office, head=second.head, trusted=(KEY.public,))
    assert (verdict.findings, verdict.entries, verdict.newer, verdict.erased) == ((), 10, 1, 0)
    assert verdict.matched
    assert verdict.matched.number == 2


def test_sealing_is_due_every_five_minutes_whoever_asks(database: Database) -> None:
    """At once the first time; then not before five minutes have gone by, and not where nothing was added."""
    office = Office(database)
    check = office.start()

    def due() -> Seal | None:
        with database.begin() as tx:
            return seal.seal_due(tx, KEY, office.now)

    assert due()
    note(office, check)
    office.forward(minutes=4)
    assert due() is None
    office.forward(minutes=1)
    assert due()
    office.forward(minutes=15)
    assert due() is None
    assert [each.last for each in _all(office)] == [1, 2]


def test_a_clock_that_was_set_back_never_dates_a_seal_before_another(database: Database) -> None:
    """And it goes on being sealed; what was recorded meanwhile is called back-dated, for so it would look."""
    office = sealed_record(database)
    office.forward(days=-2)
    seal_now(office)
    *_, before, newest = _all(office)
    assert newest.made_at == before.made_at
    assert _verdict(office).findings == ()
    note(office, office.start())
    assert {str(each.what) for each in _verdict(office).findings} == {BACK_DATED}


def test_a_note_says_what_is_published_and_opens_with_the_public_key_alone(office: Office) -> None:
    """The text, an empty line and the signature, as other programs write signed notes."""
    office.start()
    made = seal_now(office)
    assert made
    body, _, signature = made.note.rpartition("\n\n")
    assert body.splitlines() == [
        "share-check record v1",
        "seal 1",
        "made 2026-11-23T10:00:00+00:00",
        "entries 1",
        f"head {made.head.hex()}",
    ]
    assert signature.startswith("— share-check ")
    assert made.signature
    assert KEY.public.has_signed(body + "\n", made.signature)
    assert not KEY.public.has_signed(body, made.signature)


def test_without_a_key_it_is_chained_and_says_that_it_is_not_signed(database: Database) -> None:
    """The chain holds; who made it is not shown. A key that is set later signs from then on."""
    office = sealed_record(database, None)
    verdict = _verdict(office)
    assert (verdict.findings, verdict.unsigned, verdict.signers) == ((), 3, ())
    assert seal_now(office, KEY)
    verdict = _verdict(office, trusted=(KEY.public,))
    assert (verdict.findings, verdict.unsigned, verdict.signers) == ((), 3, (KEY.public,))


def test_nobody_changes_deletes_or_replaces_a_seal(database: Database) -> None:
    """I21 holds for the seals too: the database refuses, whoever asks."""
    office = sealed_record(database)
    before = _all(office)
    columns = ", ".join(column.name for column in seals.c)
    statements = ["UPDATE seals SET size = size", "DELETE FROM seals", "DELETE FROM seals WHERE number = 3"]
    if database.is_lone:
        statements += [f"{how} INTO seals SELECT {columns} FROM seals" for how in ("REPLACE", "INSERT OR REPLACE")]  # noqa: S608 - ours
    else:
        statements += ["TRUNCATE seals"]
    for statement in statements:
        with pytest.raises(DBAPIError, match="append-only"), database.begin() as tx:
            tx.execute(text(statement))
    assert _all(office) == before


# Nothing is missed


def test_a_step_that_is_kept_later_than_a_newer_one_is_not_missed(postgresql: Database) -> None:
    """PostgreSQL gives ids before the commit. While a lower one may still come, nothing is sealed past it."""
    office = Office(postgresql)
    slow, quick = office.start("U1"), office.start("U2")
    with office.leading() as work:
        work.record(work.load(slow), "U1", EventKind.NOTE, {})
        note(office, quick)
        assert seal_now(office) is None
    made = seal_now(office)
    assert made
    assert (made.first, made.last, made.entries) == (1, 4, 4)
    assert _verdict(office).findings == ()


def test_a_step_that_is_taken_back_leaves_a_gap_and_nothing_else(postgresql: Database) -> None:
    """Its id is never used; an entry that appears there later was added."""
    office = Office(postgresql)
    check = office.start()
    with suppress(Undone), office.leading() as work:
        work.record(work.load(check), "U1", EventKind.NOTE, {})
        raise Undone
    note(office, check)
    made = seal_now(office)
    assert made
    assert (made.first, made.last, made.entries) == (1, 3, 2)
    assert tamper(office, _copy_of(3, 2, {"who": "U9"})) == ({("Entry 2", ADDED)},) * 2


def test_nobody_waits_for_a_seal_that_is_being_made(postgresql: Database) -> None:
    """The lock is gone before the work begins."""
    office = Office(postgresql)
    check = office.start()
    with postgresql.begin() as tx:
        assert seal.seal_now(tx, KEY, office.now)
        with ThreadPoolExecutor(1) as other:
            other.submit(note, office, check).result(timeout=5)
    assert office.happened(check) == [EventKind.STARTED, EventKind.NOTE]


def test_one_seals_at_a_time(postgresql: Database) -> None:
    """A second instance leaves it to the first, and nothing is sealed twice."""
    office = Office(postgresql)
    office.start()
    with postgresql.begin() as tx:
        assert seal.seal_now(tx, KEY, office.now)
        with ThreadPoolExecutor(1) as other:
            assert other.submit(seal_now, office).result(timeout=5) is None
    assert seal_now(office) is None
    assert len(_all(office)) == 1


def test_many_write_while_two_seal_and_every_entry_is_sealed_once(database: Database) -> None:
    """In whatever order the steps are kept; some of them are taken back."""
    office = Office(database)
    drafts = [office.start(f"U{number}") for number in range(6)]
    written = threading.Event()

    def write(check: str) -> None:
        for number in range(15):
            with suppress(Undone), office.leading() as work:
                work.record(work.load(check), "U1", EventKind.NOTE, {"number": number})
                time.sleep(0.003 * (hash((check, number)) % 4))
                if number % 5 == 4:
                    raise Undone

    def go_on_sealing() -> None:
        while not written.is_set():
            seal_now(office)

    with ThreadPoolExecutor(8) as threads:
        sealers = [threads.submit(go_on_sealing) for _ in range(2)]
        writers = [threads.submit(write, check) for check in drafts]
        for writer in writers:
            writer.result()
        written.set()
        for sealer in sealers:
            sealer.result()
    seal_now(office)
    verdict = _verdict(office)
    assert (verdict.findings, verdict.entries, verdict.newer) == ((), 6 + 6 * 12, 0)
    assert verdict.seals[-1].size == 6 + 6 * 12
    assert len(verdict.seals) > 1


# What is sealed tells nothing by its length


def test_short_answers_cannot_be_told_apart_by_their_length(office: Office) -> None:
    """Everything up to 400 bytes looks the same, whoever wrote it; longer texts fall into few classes."""
    check = office.start()
    lengths = {}
    for size in (0, 1, 50, 229, 230, 400, 900, 3000):
        with office.leading() as work:
            event = work.record(work.load(check), "U1", EventKind.NOTE, {"text": "x" * size})
        with office.database.read() as tx:
            sealed = tx.scalars(select(events.c.sealed).where(events.c.id == event)).one()
        lengths[size] = len(sealed) - 32  # an edition, a nonce and a tag
    assert lengths == dict.fromkeys((0, 1, 50, 229, 230, 400), 512) | {900: 1024, 3000: 4096}
    assert [entry.content.get("text") for entry in office.history(check)[1:]] == ["x" * size for size in lengths]


def test_what_was_sealed_without_padding_still_opens_and_is_proven(office: Office) -> None:
    """Nothing of the record has to be written anew."""
    check = office.start()
    salt, body = b"s" * 16, b'{"text":"old"}'
    with office.database.begin() as tx:
        box = checks.load(tx, office.keys, check).sealer
        sealed = box.seal(salt + body, f"event:{check}")
        commitment = record.commitment(salt, check, START, "U1", EventKind.NOTE, body)
        row = {"check_id": check, "at": START, "who": "U1", "what": EventKind.NOTE}
        tx.execute(insert(events).values(**row, commitment=commitment, sealed=sealed))
    seal_now(office)
    assert office.history(check)[-1].content == {"text": "old"}
    assert _verdict(office).findings == ()


# What is done to the record afterwards


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("who", "U9"),
        ("what", "closed"),
        ("request", None),
        ("request", "another"),
        ("check_id", None),
        ("commitment", b"c" * 32),
        ("sealed", b"s" * 284),
        ("at", START + timedelta(days=1)),
    ],
)
def test_a_changed_entry_is_named(sqlite: Database, column: str, value: object) -> None:
    """Whichever column it was, the first of a seal or the last, and also where two were changed."""
    office = sealed_record(sqlite)
    for number in (4, 5, 6):
        assert tamper(office, _set("events", number, column, value)) == ({(f"Entry {number}", CHANGED)},) * 2
    found = tamper(office, _set("events", 3, column, value), _set("events", 8, "who", "U9"))
    assert found == ({("Entry 3", CHANGED), ("Entry 8", CHANGED)},) * 2


def _copy_of(number: int, new: int, changes: dict[str, object]) -> Deed:
    """Return an INSERT of a copy of an event with some columns changed."""

    def deed(tx: Connection) -> None:
        row = tx.execute(select(events).where(events.c.id == number)).mappings().one()
        tx.execute(insert(events).values({**row, "id": new, "request": None, **changes}))

    return deed


def _swap(one: int, other: int) -> list[str]:
    """Return the SQL that exchanges the ids of two events."""
    steps = ((one, -one), (other, one), (-one, other))
    return [f"UPDATE events SET id = {new} WHERE id = {old}" for old, new in steps]  # noqa: S608 - numbers


def test_whatever_is_done_to_entries_is_named(database: Database) -> None:
    """Changed, removed, added, reordered, back-dated: on both databases, by both verifiers, and the right entry."""
    office = sealed_record(database)
    assert tamper(office) == (WELL, WELL)
    for deeds, found in (
        ([_set("events", 5, "who", "U9")], {("Entry 5", CHANGED)}),
        (["DELETE FROM events WHERE id = 5"], {("Entry 5", REMOVED)}),
        (["DELETE FROM events WHERE id IN (1, 9)"], {("Entry 1", REMOVED), ("Entry 9", REMOVED)}),
        ([_copy_of(5, 0, {"who": "U9"})], {("Entry 0", ADDED)}),
        ([_copy_of(1, 11, {})], {("Entry 11", ADDED)}),
        ([_copy_of(1, 11, {"who": "U9"})], {("Entry 11", BACK_DATED)}),
        (_swap(5, 6), {("Entry 5", REORDERED), ("Entry 6", REORDERED)}),
        (_swap(2, 8), {("Entry 2", REORDERED), ("Entry 8", REORDERED)}),
        (["UPDATE events SET id = 0 WHERE id = 5"], {("Entry 0", REORDERED)}),
        ([_set("events", 5, "at", LONG_AGO)], {("Entry 5", BACK_DATED)}),
        ([_set("events", 10, "at", LONG_AGO)], {("Entry 10", BACK_DATED)}),
    ):
        assert tamper(office, *deeds) == (found, found), deeds


def test_an_entry_that_was_written_with_an_old_time_is_named_also_once_it_is_sealed(database: Database) -> None:
    """Somebody who can do all that the program can still cannot make the seals that would have listed it."""
    office = sealed_record(database)
    with database.begin() as tx:
        opened = checks.load(tx, office.keys, _any_check(office))
        record.append(tx, opened.check.id, opened.sealer, LONG_AGO, "U1", EventKind.NOTE, {})
    found = {("Entry 11", BACK_DATED)}
    assert tamper(office) == (found, found)
    assert seal_now(office)
    assert tamper(office) == (found, found)


@pytest.mark.parametrize(("minutes", "found"), [(4, WELL), (6, {("Entry 11", BACK_DATED)})])
def test_clocks_may_differ_by_five_minutes(office: Office, minutes: int, found: set[tuple[str, str]]) -> None:
    """Two servers are never quite together, and a step takes a moment from its time to its place in the record."""
    office = sealed_record(office.database)
    assert seal_now(office)
    office.forward(minutes=-minutes)
    note(office, _any_check(office))
    assert tamper(office) == (found, found)
    office.forward(minutes=10)
    assert seal_now(office)
    assert tamper(office) == (found, found)


def test_an_entry_that_was_changed_before_it_was_sealed_is_named_by_whoever_has_the_key(database: Database) -> None:
    """The seal came too late, the entry's own commitment did not; a stranger sees no content, and cannot know."""
    office = sealed_record(database)

    def seal_again(tx: Connection) -> None:
        assert seal.seal_now(tx, KEY, office.now)

    assert tamper(office, _set("events", 10, "who", "U9"), seal_again) == ({("Entry 10", CHANGED)}, WELL)
    assert tamper(office, _set("events", 10, "who", "U9")) == ({("Entry 10", CHANGED)}, WELL)


@pytest.mark.parametrize(
    ("column", "value", "what"),
    [
        ("made_at", START, CHANGED),
        ("first_event", 3, CHANGED),
        ("last_event", 7, CHANGED),
        ("entries", 4, CHANGED),
        ("size", 7, CHANGED),
        ("previous", b"p" * 32, CHANGED),
        ("head", b"h" * 32, CHANGED),
        ("listed", "", CHANGED),
        ("listed", "5 2026-11-23T10:00:00+00:00 nonsense\n", CHANGED),
        ("listed", "99999999999999999999999 never\n", CHANGED),
        ("signer", b"k" * 32, CHANGED),
        ("signer", b"k", CHANGED),
        ("signer", None, CHANGED),
        ("signature", b"s" * 64, CHANGED),
        ("signature", b"s", CHANGED),
        ("signature", None, UNSIGNED),
        ("number", 9, CHANGED),
    ],
)
def test_a_changed_seal_is_named_and_its_entries_are_not(
    sqlite: Database, column: str, value: object, what: str
) -> None:
    """The entries still say what its head says of them."""
    office = sealed_record(sqlite)
    for number in (1, 2, 3):
        ours, strangers = tamper(office, _set("seals", number, column, value))
        expected = {(f"Seal {number if column != 'number' else 9}", what)}
        if column == "number":
            expected |= {(f"Seal {number}", REMOVED)} | ({("Seal 4", REMOVED)} if number < 3 else set())
        assert ours == strangers == expected


def _remake(since: int, key: SealKey | None, until: int = 99) -> Deed:
    """Return a forgery of the seals from `since` to `until` over the present events, with `key` or unsigned."""

    def deed(tx: Connection) -> None:
        before = [seal.seal_of(row) for row in tx.execute(seal.SEALS)]
        tx.execute(text(f"DELETE FROM seals WHERE number >= {since}"))  # noqa: S608 - a number
        kept = before[since - 2] if since > 1 else None
        for old in before[since - 1 :]:
            if old.number > until:
                tx.execute(insert(seals).values(**seal._columns(old)))  # noqa: SLF001 - as an intruder would
                continue
            wanted = seal.EVENTS.where(events.c.id >= old.first, events.c.id <= old.last)
            lines = [seal.entry_of(row).line for row in tx.execute(wanted)]
            kept = seal._made(kept, lines, key, old.made_at)  # noqa: SLF001 - as an intruder would
            tx.execute(insert(seals).values(**seal._columns(kept)))  # noqa: SLF001 - as an intruder would

    return deed


def test_whatever_is_done_to_seals_is_named(database: Database) -> None:
    """A seal that is gone, one that was replaced, and a chain that goes on without the key."""
    office = sealed_record(database)
    lie = _set("events", 5, "at", office.now)
    for deeds, found in (
        ([_set("seals", 2, "head", b"h" * 32)], {("Seal 2", CHANGED)}),
        (["DELETE FROM seals WHERE number = 1"], {("Seal 1", REMOVED)}),
        (["DELETE FROM seals WHERE number = 2"], {("Seal 2", REMOVED)}),
        (["DELETE FROM seals WHERE number < 3"], {("Seal 1", REMOVED)}),
        ([lie, _remake(2, KEY, until=2)], {("Seal 3", REPLACED)}),
        ([lie, _remake(2, None, until=2)], {("Seal 3", REPLACED), ("Seal 2", UNSIGNED)}),
        ([lie, _remake(2, None)], {("Seal 2", UNSIGNED), ("Seal 3", UNSIGNED)}),
        (["DELETE FROM events WHERE id < 4", "DELETE FROM seals WHERE number = 1"], {("Seal 1", REMOVED)}),
    ):
        ours, strangers = tamper(office, *deeds)
        assert {each for each in ours if each != ("Entry 5", CHANGED)} == strangers == found


def _rebuilt(number: int, **changes: object) -> Deed:
    """Return a forgery by somebody who has the key: a seal with other content and a matching head and signature."""

    def deed(tx: Connection) -> None:
        old = seal.seal_of(tx.execute(seal.SEALS.where(seals.c.number == number)).one())
        new = replace(old, **changes)  # type: ignore[arg-type] # by field name
        new = replace(new, head=new.due_head())
        columns = seal._columns(replace(new, signature=KEY.sign(new.text)))  # noqa: SLF001 - as an intruder would
        tx.execute(update(seals).where(seals.c.number == number).values(columns))

    return deed


@pytest.mark.parametrize(
    ("number", "changes", "found"),
    [
        (3, {}, WELL),
        (3, {"made_at": LONG_AGO}, {("Seal 3", BACK_DATED)}),
        (3, {"size": 10}, {("Seal 3", CHANGED)}),
        (3, {"previous": b"p" * 32}, {("Seal 3", REPLACED)}),
        (3, {"listed": ""}, {("Seal 3", CHANGED)}),
        (1, {"size": 10}, {("Seal 1", CHANGED), ("Seal 2", REPLACED)}),
        (1, {"previous": b"p" * 32}, {("Seal 1", REPLACED), ("Seal 2", REPLACED)}),
    ],
)
def test_a_seal_that_was_made_with_the_key_must_still_fit(
    sqlite: Database, number: int, changes: dict[str, object], found: set[tuple[str, str]]
) -> None:
    """Whoever has the key can sign; what was made before and after still says what it should say."""
    office = sealed_record(sqlite)
    ours, strangers = tamper(office, _rebuilt(number, **changes))
    assert {each for each in ours if each[0].startswith("Seal")} == found
    assert ours == strangers


def test_a_record_that_was_remade_whole_is_seen_by_a_key_or_a_head_from_elsewhere(database: Database) -> None:
    """Nothing in it can tell; what was published before can."""
    office = sealed_record(database)
    published = _all(office)[-1].head
    for deeds, wrong in (
        ([_remake(1, SealKey.new())], {"is signed by another key"}),
        ([_remake(1, None)], {UNSIGNED}),
        ([_remake(1, KEY)], set()),
        (["DELETE FROM seals WHERE number = 3"], set()),
        (["DELETE FROM seals WHERE number = 3", "DELETE FROM events WHERE id > 6"], set()),
    ):
        with suppress(Undone), database.begin() as tx:
            unguard(tx)
            _set("events", 5, "request", "another")(tx)
            for deed in deeds:
                tx.execute(text(deed)) if isinstance(deed, str) else deed(tx)
            verdict = judge(bundle.of_record(tx), (KEY.public,), published)
            assert {str(each.what) for each in verdict.findings if each.subject != "Entry 5"} == wrong
            assert verdict.matched is None
            raise Undone
    assert _verdict(office, head=published, trusted=(KEY.public,)).matched


def test_keys_that_were_changed_in_time_are_all_good_where_all_are_known(office: Office) -> None:
    """Whoever knows only the new one is told which seals it did not make."""
    office = sealed_record(office.database)
    new = SealKey.new()
    assert seal_now(office, new)
    assert _verdict(office, trusted=(KEY.public, new.public)).findings == ()
    assert _verdict(office).signers == (KEY.public, new.public)
    found = _verdict(office, trusted=(new.public,)).findings
    assert [str(each) for each in found] == [
        f"Seal {number} is signed by another key: {KEY.public.name}." for number in (1, 2, 3)
    ]


# What may be done to it


def test_erasing_under_the_retention_rule_breaks_nothing(database: Database) -> None:
    """Destroying a check's key erases what its entries say. That they were made, and when, is proven as before."""
    office = sealed_record(database)
    head = _all(office)[-1].head
    erase(office, _any_check(office))
    verdict = _verdict(office, head=head, trusted=(KEY.public,))
    assert (verdict.findings, verdict.entries) == ((), 12)
    assert 0 < verdict.erased < 12
    with database.read() as tx:
        for keys in (None, office.keys):
            assert strangers(exported(tx, keys)) == (0, WELL)
    assert tamper(office, _set("events", 5, "who", "U9")) == ({("Entry 5", CHANGED)},) * 2


_EMPTIED = "UPDATE checks SET wrapped_key = '' WHERE id = (SELECT check_id FROM events WHERE id = 5)"
_SAID_ERASED = (
    "INSERT INTO events (id, check_id, at, who, what, commitment, sealed) SELECT 50, check_id, "
    "(SELECT max(at) FROM events), 'U0LEAD1', 'erased', commitment, sealed FROM events WHERE id = 5"
)
_FORGED_ROWS = (
    _EMPTIED,
    "UPDATE checks SET status = 'erased', erased_at = touched_at WHERE length(wrapped_key) = 0",
    (
        "INSERT INTO deletions (check_id, approved_by, approved_at, erased_at) "
        "SELECT id, 'U0LEAD1', erased_at, erased_at FROM checks WHERE status = 'erased'"
    ),
    _SAID_ERASED,
)


def _gone(tx: Connection) -> None:
    """Delete the row of one check, regardless of foreign keys."""
    is_lone = tx.dialect.name == "sqlite"
    tx.execute(text("PRAGMA defer_foreign_keys = ON" if is_lone else "SET LOCAL session_replication_role = replica"))
    tx.execute(text("DELETE FROM checks WHERE id = (SELECT check_id FROM events WHERE id = 5)"))


@pytest.mark.parametrize("deeds", [(_EMPTIED,), (_gone,), _FORGED_ROWS], ids=["key", "row", "forged"])
def test_a_check_that_was_destroyed_in_the_table_does_not_pass_for_erased(
    database: Database, deeds: tuple[Deed | str, ...]
) -> None:
    """Whatever the rows say: each of its entries is named by both, for no record that outlives a key says so."""
    office = sealed_record(database)
    with database.read() as tx:
        of = select(events.c.check_id).where(events.c.id == 5).scalar_subquery()
        theirs = set(tx.scalars(select(events.c.id).where(events.c.check_id == of)))
    forged = {50} if deeds == _FORGED_ROWS else set()
    found = {(f"Entry {number}", "lost its key") for number in theirs | forged}
    assert tamper(office, *deeds) == (found, found)


def test_an_entry_that_comes_after_its_check_was_erased_was_added(database: Database) -> None:
    """Nor does one that belongs to no check count as erased; also where a seal lists them since."""
    office = sealed_record(database)
    erase(office, _any_check(office))
    erased = "(SELECT id FROM checks WHERE status = 'erased')"
    row = "(SELECT max(at) FROM events), 'U0LEAD2', 'opened', commitment, sealed || sealed FROM events WHERE id = 1"
    columns = "INSERT INTO events (id, check_id, at, who, what, commitment, sealed)"
    late, nobodys = f"{columns} SELECT 50, {erased}, {row}", f"{columns} SELECT 51, NULL, {row}"

    def seal_again(tx: Connection) -> None:
        assert seal.seal_now(tx, KEY, office.now)

    found = {("Entry 50", ADDED), ("Entry 51", "lost its key")}
    assert tamper(office, late, nobodys) == (found, found)
    assert tamper(office, late, nobodys, seal_again) == (found, found)


def test_an_erasure_is_held_against_what_was_recorded_of_it(database: Database) -> None:
    """Who approved it, and that there is such a record: the rows in clear are not enough."""
    office = sealed_record(database)
    check = _any_check(office)
    erase(office, check)
    with database.read() as tx:
        before = set(tx.scalars(select(events.c.id).where(events.c.check_id == check)))
        (kept,) = tx.scalars(select(events.c.id).where(events.c.what == EventKind.CHECK_ERASED))
    lost = {(f"Entry {number}", "lost its key") for number in before}
    for deed in ("UPDATE deletions SET approved_by = 'U9'", "DELETE FROM deletions"):
        assert tamper(office, deed) == (lost, lost)
    assert tamper(office, f"DELETE FROM events WHERE id = {kept}")[0] == lost  # noqa: S608 - a number
    office.keys = Keyring([Fernet.generate_key().decode()])
    assert {str(each.what) for each in _verdict(office).findings} == {"cannot be opened"}


def test_a_check_that_has_its_key_again_after_it_was_erased_is_named(database: Database) -> None:
    """Put back from an old copy of the database."""
    office = sealed_record(database)
    check = _any_check(office)
    with database.read() as tx:
        row = tx.execute(select(check_table).where(check_table.c.id == check)).one()._asdict()
    erase(office, check)
    again = update(check_table).where(check_table.c.id == check).values(row)
    assert tamper(office, lambda tx: tx.execute(again))[0] == {(f"Check {row['ref']}", CHANGED)}


# What stands beside the record, and what should have been sealed


def test_answers_that_were_rolled_back_and_somebody_let_in_are_named(database: Database) -> None:
    """An older answer still opens: what the entries say is what counts, for whoever has the keys."""
    office = Office(database)
    check = office.start()
    office.answer(check, "S1", "no")
    with database.read() as tx:
        mine = select(check_table.c.sealed_answers, check_table.c.ref).where(check_table.c.id == check)
        old, ref = tx.execute(mine).one()
    office.answer(check, "S2", "lead-2")
    office.answer(check, "S3", "none")
    other = office.led({"S1": ("no",), "S2": ("no",), "S3": ("harm",)})
    with office.leading() as work:
        work.step_aside(other, "U0LEAD1", "lead-1")
    seal_now(office)
    assert _verdict(office).findings == ()
    rolled_back = update(check_table).where(check_table.c.id == check).values(sealed_answers=old)
    changed = {(f"Check {ref}", CHANGED)}
    also = {(f"Check {office.check(other).ref}", CHANGED)}
    invented = f"INSERT INTO left_out (check_id, person, stepped_aside) VALUES ('{other}', 'lead-2', false)"  # noqa: S608 - ours
    for deeds, found in (
        ([lambda tx: tx.execute(rolled_back)], changed),
        (["DELETE FROM left_out WHERE person = 'lead-2'"], changed),
        ([lambda tx: tx.execute(rolled_back), "DELETE FROM left_out WHERE person = 'lead-2'"], changed),
        (["DELETE FROM left_out WHERE stepped_aside"], also),
        ([invented], also),
        (["UPDATE checks SET reporter = 'U9'"], changed | also),
    ):
        assert tamper(office, *deeds)[0] == found


def test_what_should_have_been_sealed_long_since_is_named_where_there_is_a_key(database: Database) -> None:
    """By both: removing all seals leaves nothing that is well. Without a key nobody was promised seals."""
    office = sealed_record(database)

    def found(*deeds: str, later: float) -> list[str]:
        now = office.now + timedelta(hours=later)
        with suppress(Undone), database.begin() as tx:
            unguard(tx)
            for deed in deeds:
                tx.execute(text(deed))
            ours = judge(bundle.of_record(tx, office.keys), (KEY.public,), open_all=True, now=now).findings
            said = {(each.subject, str(each.what)) for each in ours}
            written = exported(tx, office.keys, now)
            assert strangers(written, (KEY.public,))[1] == said
            assert strangers(written)[1] == WELL
            raise Undone
        return [str(each) for each in ours]

    assert found(later=1.9) == []
    late = "is not sealed: it is of 23 Nov 2026, 13:07 UTC, and the bot seals every five minutes."
    assert found(later=2.1) == [f"Entry 10 {late}"]
    assert found("DELETE FROM seals", "DELETE FROM events WHERE id = 1", later=2.1) == [
        f"Entry 2 {late.replace('13:07', '10:00').rstrip('.')}, and 8 more are as old."
    ]


@pytest.mark.parametrize(
    "deeds",
    [
        ("DELETE FROM seals",),
        ("DELETE FROM seals WHERE number = 3",),
        ("DELETE FROM seals", "DELETE FROM events WHERE id = 5", "again"),
        ("DELETE FROM seals WHERE number > 3", "DELETE FROM events WHERE id = 10", "again"),
    ],
    ids=["all", "the last", "made anew", "newer ones made anew"],
)
def test_a_chain_that_was_made_anew_is_noticed_by_whoever_saw_the_last(
    database: Database, deeds: tuple[str, ...]
) -> None:
    """Also where all that is there fits together, and is signed: it does not go on from what was seen."""
    office, watch = sealed_record(database), seal.SealWatch()

    def looked() -> int | None:
        with database.read() as tx:
            found = watch.look(tx)
        return found.number if found else None

    assert (looked(), looked(), watch.is_broken) == (3, None, False)
    note(office, _any_check(office))
    office.forward(hours=1)
    seal_now(office)
    if deeds[0] == "DELETE FROM seals WHERE number > 3":
        assert (looked(), looked(), watch.is_broken) == (4, None, False)
    last = watch.seen
    with suppress(Undone), database.begin() as tx:
        unguard(tx)
        for deed in deeds:
            if deed == "again":
                assert seal.seal_now(tx, KEY, office.now)
            else:
                tx.execute(text(deed))
        assert watch.look(tx) is None
        assert watch.is_broken
        raise Undone
    assert (looked(), watch.is_broken, watch.seen) == (None, True, last)


def test_a_head_that_a_digest_printed_must_still_be_there(database: Database) -> None:
    """A record that was made anew with the key, by the bot itself, has other heads than were printed."""
    office = sealed_record(database)
    printed = _all(office)[1].head.hex()
    columns = "INSERT INTO digests (week, audience, due_at, made_at, head)"
    now = "(SELECT max(at) FROM events)"
    digest = f"{columns} SELECT '2026-W47', 'leads', {now}, {now}, '{printed}'"
    with database.begin() as tx:
        tx.execute(text(digest))
    assert _verdict(office).findings == ()

    def seal_again(tx: Connection) -> None:
        assert seal.seal_now(tx, KEY, office.now)

    found = {("Digest 2026-W47 (leads)", "printed a head that no seal has")}
    assert tamper(office, "DELETE FROM seals", "DELETE FROM events WHERE id = 5", seal_again)[0] == found


def test_new_keys_for_the_organisation_break_nothing(office: Office) -> None:
    """A check's key is wrapped anew; what is sealed under it stays."""
    office = sealed_record(office.database)
    new = Fernet.generate_key().decode()
    rotate(office.database, [new, office.key])
    office.keys = Keyring([new])
    assert _verdict(office).findings == ()


def test_a_key_that_was_overwritten_is_no_erasure(database: Database) -> None:
    """Nor is one that is missing from the settings: what cannot be opened is named."""
    office = sealed_record(database)
    with database.read() as tx:
        mine = tx.scalars(select(check_table.c.id)).first()
        theirs = set(tx.scalars(select(events.c.id).where(events.c.check_id == mine)))
    overwritten = update(check_table).where(check_table.c.id == mine).values(wrapped_key=b"x")
    assert tamper(office, lambda tx: tx.execute(overwritten))[0] == {
        (f"Entry {number}", "cannot be opened") for number in theirs
    }
    office.keys = Keyring([Fernet.generate_key().decode()])
    assert len(_verdict(office).findings) == 10


def test_words_where_a_time_should_be_are_said_to_be_unreadable(sqlite: Database) -> None:
    """SQLite keeps anything; a row that cannot even be read ends in a sentence, not in a trace."""
    office = sealed_record(sqlite)
    for statement in (
        "UPDATE events SET at = 'yesterday' WHERE id = 5",
        "UPDATE seals SET made_at = 'yesterday' WHERE number = 2",
        "UPDATE seals SET size = 'many' WHERE number = 2",
    ):
        with pytest.raises(NotAProof, match="cannot be read"):
            tamper(office, statement)
    assert tamper(office, "UPDATE events SET sealed = 'words' WHERE id = 5") == ({("Entry 5", CHANGED)},) * 2


def test_whose_content_is_shown_can_be_chosen_and_is_proven_too(office: Office) -> None:
    """One check's entries are opened, and hold up against their commitments."""
    office = sealed_record(office.database)
    with office.database.read() as tx:
        mine = tx.scalars(select(check_table.c.id)).first()
        shown = tuple(bundle.of_record(tx, office.keys, lambda check: check == mine).entries)
        found = tuple(bundle.of_record(tx).seals)
    opened = [each.opened for each in shown if each.opened]
    assert {each.check for each in opened} == {mine}
    assert 0 < len(opened) < len(shown)
    assert judge(Proof(found, shown)).findings == ()


@pytest.mark.parametrize(
    "written",
    [
        "",
        "share-check",
        "share-check+00000000",
        "share-check+00000000+",
        "share-check+00000000+AAAA",
        f"share-check+00000000+{str(KEY.public).split('+', 2)[2]}",
        f"somebody+{str(KEY.public).split('+', 1)[1]}",
        f"{KEY.public}A",
        KEY.written,
    ],
)
def test_a_key_with_a_slip_in_it_is_refused(written: str) -> None:
    """Rather than called a stranger's."""
    with pytest.raises(BadKey):
        PublicKey.read(written)
    assert PublicKey.read(str(KEY.public)) == KEY.public
    assert SealKey.read(KEY.written).public == KEY.public
    with pytest.raises(BadKey):
        SealKey.read(f"PRIVATE+KEY+{written}")


# Whatever happens


WORDS = some.dictionaries(some.text(max_size=9), some.text(max_size=300), max_size=3)
STEPS = some.lists(
    some.one_of(
        some.tuples(some.just("note"), some.integers(0, 2), WORDS),
        some.tuples(some.just("seal"), some.integers(0, 1), some.just({})),
        some.tuples(some.just("wait"), some.integers(1, 300), some.just({})),
    ),
    max_size=20,
)


def _live(tx: Connection, office: Office, steps: list[tuple[str, int, dict[str, str]]]) -> None:
    """Build three checks, written to and sealed in any order; the first note is always sealed."""
    opened = [checks.start(tx, office.keys, f"U{who}", f"start-{who}", START, "1")[0] for who in range(3)]
    now = START
    for what, number, content in [("note", 0, {}), ("seal", 0, {}), *steps]:
        if what == "note":
            record.append(
                tx, opened[number].check.id, opened[number].sealer, now, f"U{number}", EventKind.NOTE, content
            )
        elif what == "seal":
            seal.seal_now(tx, KEY if number else None, now)
        now += timedelta(minutes=number)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, data=some.data())
def test_any_history_is_proven_and_any_one_entry_that_was_touched_is_named(
    office: Office, steps: list[tuple[str, int, dict[str, str]]], data: some.DataObject
) -> None:
    """Both verifiers are well with it, until one row was changed, dated back, removed, added or moved."""
    with suppress(Undone), office.database.begin() as tx:
        unguard(tx)
        _live(tx, office, steps)
        before = {str(each.what) for each in judge(bundle.of_record(tx, office.keys), open_all=True).findings}
        assert before <= {UNSIGNED}  # a seal without the key after one with it
        last = seal.latest(tx)
        assert last
        number = data.draw(some.integers(1, last.last))
        deed, found = data.draw(some.sampled_from(_touched(number, last.last)))
        tx.execute(text(deed)) if isinstance(deed, str) else deed(tx)
        entries = [{each for each in found if each[0].startswith("Entry")} for found in both(tx, office.keys)]
        assert entries == [found, found]
        raise Undone


def _touched(number: int, last: int) -> list[tuple[Deed | str, set[tuple[str, str]]]]:
    """Return every way to tamper with one entry, each with the findings it must cause."""
    here = f"Entry {number}"
    return [
        (_set("events", number, "who", "U9"), {(here, CHANGED)}),
        (_set("events", number, "sealed", b"s" * 284), {(here, CHANGED)}),
        (_set("events", number, "at", LONG_AGO), {(here, BACK_DATED)}),
        (f"DELETE FROM events WHERE id = {number}", {(here, REMOVED)}),  # noqa: S608 - a number
        (_copy_of(number, 0, {}), {("Entry 0", ADDED)}),
        (_copy_of(number, 0, {"what": "closed"}), {("Entry 0", ADDED)}),
        (f"UPDATE events SET id = {-number} WHERE id = {number}", {(f"Entry {-number}", REORDERED)}),  # noqa: S608 - a number
        (f"DELETE FROM events WHERE id <= {last}", {(f"Entry {each}", REMOVED) for each in range(1, last + 1)}),  # noqa: S608 - a number
    ]
