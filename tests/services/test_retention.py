"""Deleting what is due, on both databases: approved, held back, erased for good, and proven afterwards."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import func, inspect, select, text, update

from flows.case import CheckStatus, Did, Strand, StrandName, StrandStatus
from flows.events import EventKind, OutboxKind
from flows.paging.roster import Roster
from flows.records.matching import Described
from flows.records.retention import ReasonKept, Schedule
from services import access_requests
from services.access_requests import Requests
from services.drill import Drill
from services.retention import Retention
from storage import checks, erasure, export_files, outbox, person_index, tables
from storage.crypto.envelope import Keyring
from storage.engine.database import Database
from storage.erasure import erase_again, erasures, tombstones
from storage.errors import NoSuchCheck
from storage.export_files import Pack
from storage.proof.bundle import of_record
from storage.proof.seal import seal_now
from storage.proof.verify import judge
from tests.flows.builders import calm_but
from tests.storage.backup.backups import backed_up, restored
from tests.storage.builders import LEAD_ONE, LEAD_TWO, REPORTER, SAID, Office
from tests.storage.records_with_secrets import OLD, URGENT, KeyedOffice, url_of

SCHEDULE = Schedule(timedelta(days=366), 25, timedelta(days=731))
YEAR = 366
AFTER = {"3.4.1": ("yes_told",), "3.4.2": ("yes",)}
MARKS = ("Xanthippe", "quokkas", "periwinkle", "marzipan", "armadillo", "velociped")
BORN = "4 March 2012"


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


@contextmanager
def _keeping(office: Office, roster: Roster | None = None) -> Iterator[Retention]:
    with office.database.begin() as tx:
        yield Retention(tx, office.keys, roster or office.roster, office.now, SCHEDULE)


def _hold(office: Office, reporter: str = REPORTER) -> str:
    """A check that ended with nothing to share."""
    check = office.start(reporter)
    office.answers(check, calm_but())
    with office.reporting() as work:
        work.send(check, reporter)
    return check


def _closed(office: Office, sheet: dict[str, tuple[str, ...]] | None = None, born: str = BORN) -> str:
    """A case with everything that people type, closed."""
    who, details, plan, reason, note, last = MARKS
    check = office.led(sheet or URGENT)
    with office.reporting() as work:
        work.write(check, REPORTER, EventKind.NOTE, {"question": "S3", "text": note}, office.request())
        content = {"person": who, "born": born, "facts": details}
        work.write(check, REPORTER, EventKind.DETAILS, content, office.request())
        person_index.remember(work.tx, office.keys, check, content, office.now.date())
    with office.leading() as work:
        work.decide(check, LEAD_ONE, "share", {**SAID, "reason": f"for {reason}"}, office.request())
    office.plan(check, tuple(Strand(name, StrandStatus.DONE, f"a step: {plan}") for name in StrandName))
    with office.leading() as work:
        work.agree(check, REPORTER, 1)
        work.shared(check, LEAD_ONE, AFTER, {**SAID, "what": last}, office.request())
        work.close(check, LEAD_ONE, {"outcome": last}, office.request())
    return check


def _all_sent(office: Office) -> None:
    """Slack has taken every message."""
    with office.database.begin() as tx:
        for row in outbox.claim(tx, office.now, 1000):
            outbox.stamp(tx, row, office.now, row.target, f"{row.id}.0", "shown")
        tx.execute(update(tables.outbox).values(due_at=None))


def _listed(office: Office, days: float = 0) -> list[str]:
    with _keeping(office) as work:
        return [item.check.id for item in work.items(office.now + timedelta(days=days))]


def _approve(office: Office, check: str) -> ReasonKept | None:
    with _keeping(office) as work:
        return work.approve(check, LEAD_ONE, "its time is over", office.request())


def _erase(office: Office, check: str, who: str = LEAD_ONE) -> ReasonKept | None:
    with _keeping(office) as work:
        return work.erase(check, who)


def _erased(office: Office, make: Callable[[Office], str] = _hold) -> str:
    check = make(office)
    _all_sent(office)
    office.forward(days=26 * YEAR)
    assert _approve(office, check) is None
    assert _erase(office, check) is None
    return check


def test_the_list_holds_what_is_due_and_nothing_else(office: Office) -> None:
    """Twelve months for what raised no risk, 25 years from birth for a child's, the longest where nobody knows."""
    hold = _hold(office)
    child, unknown = _closed(office), _closed(office, born="")
    open_case = office.led(URGENT)
    draft = office.start()
    _all_sent(office)
    assert _listed(office, 366) == [hold]
    assert _listed(office, 365) == []
    office.now = datetime(2037, 3, 3, 23, 59, tzinfo=office.now.tzinfo)
    assert _listed(office) == [hold]
    office.forward(minutes=1)
    assert _listed(office) == [hold, child]
    office.now = office.now.replace(year=2052)
    assert _listed(office) == [hold, child, unknown]
    office.forward(days=50 * YEAR)
    assert not {open_case, draft} & set(_listed(office))


def test_a_record_that_was_found_or_given_out_is_due_all_the_same(office: Office) -> None:
    """Somebody who searches for a person puts nothing off."""
    check = _hold(office)
    office.forward(days=YEAR)
    assert _listed(office) == [check]
    with office.leading() as work:
        work.viewed(check, LEAD_ONE, EventKind.FOUND)
        work.record(work.load(check), LEAD_ONE, EventKind.RELEASED, {"pack": "PK-7K2M4X"})
    assert _listed(office) == [check]
    _all_sent(office)
    assert _approve(office, check) is None


def _request(office: Office) -> str:
    """Somebody asked for a copy of what is kept about them."""
    asked = {"name": MARKS[0], "born": BORN, "number": "", "asked_by": MARKS[1]}
    with office.database.begin() as tx:
        work = Requests(tx, office.keys, office.roster, office.now)
        return work.open(LEAD_ONE, asked, office.now.date(), office.request()).id


def _answer(office: Office, request: str) -> None:
    with office.database.begin() as tx:
        work = Requests(tx, office.keys, office.roster, office.now)
        work.release(request, LEAD_ONE, Pack(export_files.new_number(), b"closed"), [], office.request())
        work.close(request, LEAD_ONE, MARKS[2], office.request())


def test_a_request_is_on_the_list_two_years_after_it_was_closed_and_never_while_it_is_open(office: Office) -> None:
    """From its closing, whoever looks at it afterwards; what was done with it since counts anew."""
    waiting, answered = _request(office), _request(office)
    office.forward(days=60)
    _answer(office, answered)
    office.forward(days=700)
    with office.database.begin() as tx:
        Requests(tx, office.keys, office.roster, office.now).viewed(answered, LEAD_TWO)
    assert _listed(office, 30.9) == []
    assert _listed(office, 31) == [answered]
    assert _approve(office, answered) is ReasonKept.NOT_YET
    office.forward(days=50 * YEAR)
    assert _listed(office) == [answered]
    assert _approve(office, waiting) is ReasonKept.OPEN
    assert _erase(office, waiting) is ReasonKept.OPEN
    with _keeping(office) as work:
        work.hold(answered, LEAD_ONE, "a complaint", office.request())
    assert _listed(office) == []


def test_a_request_is_erased_like_a_check(office: Office) -> None:
    """The key is destroyed and its row and packs go; the tombstone stays, and the record still verifies."""
    waiting, request = _request(office), _request(office)
    _answer(office, request)
    with office.database.begin() as tx:
        seal_now(tx, None, office.now)
    office.forward(days=731)
    assert _erase(office, request) is ReasonKept.NOT_APPROVED
    assert _approve(office, request) is None
    assert _erase(office, request) is None
    with office.database.begin() as tx:
        seal_now(tx, None, office.now)
        work = Requests(tx, office.keys, office.roster, office.now)
        with pytest.raises(NoSuchCheck):
            work.request(request)
        assert [one.id for one in access_requests.recent(tx, office.keys, office.now.date())] == [waiting]
        assert tx.scalars(select(tables.requests.c.check_id)).all() == [waiting]
        assert tx.scalar(select(func.count()).select_from(tables.packs)) == 0
        assert tx.scalar(select(tables.checks.c.wrapped_key).where(tables.checks.c.id == request)) == b""
        assert [stone.approved_by for stone in tombstones(tx)] == [LEAD_ONE]
        assert judge(of_record(tx, office.keys), open_all=True).findings == ()
    with _keeping(office) as keeping, pytest.raises(NoSuchCheck):
        keeping.hold(request, LEAD_ONE, "too late", office.request())


def test_a_missed_month_is_caught_up(office: Office) -> None:
    """What is due stays due, however long nobody looked."""
    first = _hold(office)
    office.forward(days=40)
    second = _hold(office)
    office.forward(days=3 * YEAR)
    assert _listed(office) == [first, second]


def test_a_check_that_was_put_away_is_due_after_a_year(office: Office) -> None:
    """Abandoned, with no risk in it; not while it might still be taken up."""
    check = office.start()
    office.answer(check, "S1", "no")
    for _ in range(4):
        office.forward(days=3)
        with office.reporting() as work:
            work.wake(check)
    assert office.check(check).status is CheckStatus.SHELVED
    assert _listed(office, 300) == []
    assert _listed(office, YEAR) == [check]
    with office.reporting() as work:
        work.carry_on(check, REPORTER)
    assert _listed(office, 10 * YEAR) == []


def test_what_the_reporter_added_to_a_closed_case_must_be_read_first(office: Office) -> None:
    """Somebody opens it; ninety quiet days later it is due again."""
    check = _closed(office)
    office.now = datetime(2040, 1, 1, tzinfo=office.now.tzinfo)
    assert _listed(office) == [check]
    with office.reporting() as work:
        work.write(check, REPORTER, EventKind.NOTE, {"text": "There is more."}, office.request())
    office.forward(days=YEAR)
    assert _listed(office) == []
    _approve(office, check)
    with office.leading() as work:
        work.viewed(check, LEAD_ONE, EventKind.OPENED_OPEN_CASE)
    assert _listed(office) == [check]


def test_nothing_is_erased_that_nobody_approved(office: Office) -> None:
    """The calendar alone deletes nothing."""
    check = _hold(office)
    _all_sent(office)
    office.forward(days=2 * YEAR)
    assert _erase(office, check) is ReasonKept.NOT_APPROVED
    assert office.check(check).reporter == REPORTER


@pytest.mark.parametrize("deed", ["hold", "keep", "change", "message"])
def test_an_approval_is_worth_nothing_once_something_happens(office: Office, deed: str) -> None:
    """Looked at again with the row locked: a hold, a wish to keep it, a change, or a message under way."""
    check = _hold(office)
    _all_sent(office)
    office.forward(days=2 * YEAR)
    assert _approve(office, check) is None
    with _keeping(office) as work:
        if deed == "hold":
            work.hold(check, LEAD_TWO, "a claim", office.request())
        elif deed == "keep":
            work.keep(check, LEAD_TWO, "still needed", office.now + timedelta(days=30), office.request())
        elif deed == "message":
            outbox.mark_due(work.tx, check, office.now, OutboxKind.CARD)
    if deed == "change":
        with office.reporting() as reporting:
            reporting.write(check, REPORTER, EventKind.NOTE, {"text": "more"}, office.request())
        _all_sent(office)
    why = {
        "hold": ReasonKept.HELD,
        "keep": ReasonKept.WANTED,
        "change": ReasonKept.NOT_YET,
        "message": ReasonKept.UNSENT,
    }
    assert _erase(office, check) is why[deed]
    assert office.check(check).reporter == REPORTER


def test_a_hold_stays_until_it_is_lifted_and_then_needs_a_new_approval(office: Office) -> None:
    """Each with its reason, in the record."""
    check = _hold(office)
    _all_sent(office)
    office.forward(days=2 * YEAR)
    _approve(office, check)
    with _keeping(office) as work:
        work.hold(check, LEAD_TWO, "a claim", office.request())
    office.forward(days=30 * YEAR)
    assert _listed(office) == []
    assert _approve(office, check) is ReasonKept.HELD
    with _keeping(office) as work:
        work.lift(check, LEAD_TWO, "settled", office.request())
    assert _listed(office) == [check]
    assert _erase(office, check) is ReasonKept.NOT_APPROVED
    assert _approve(office, check) is None
    assert _erase(office, check) is None
    with pytest.raises(NoSuchCheck):
        _erase(office, check)


def test_what_a_lead_wants_kept_comes_back_on_the_list(office: Office) -> None:
    """Then, and not sooner."""
    check = _hold(office)
    office.forward(days=2 * YEAR)
    with _keeping(office) as work:
        work.keep(check, LEAD_ONE, "still needed", office.now + timedelta(days=100), office.request())
    assert _listed(office, 99) == []
    assert _listed(office, 100) == [check]
    kept = [entry for entry in office.history(check) if entry.what == EventKind.KEPT_LONGER]
    assert [entry.content["reason"] for entry in kept] == ["still needed"]


def test_the_same_press_again_changes_nothing(office: Office) -> None:
    """Slack sends some things twice."""
    check = _hold(office)
    _all_sent(office)
    office.forward(days=2 * YEAR)
    for _ in range(2):
        with _keeping(office) as work:
            work.approve(check, LEAD_ONE, "over", "one")
    with _keeping(office) as work:
        work.hold(check, LEAD_ONE, "a claim", "two")
        work.lift(check, LEAD_ONE, "settled", "three")
        work.hold(check, LEAD_ONE, "a claim", "two")
        assert work.lift(check, LEAD_ONE, "settled", "three") is Did.ALREADY
    happened = office.happened(check)
    assert (happened.count(EventKind.DELETION_APPROVED), happened.count(EventKind.HOLD_SET)) == (1, 1)
    assert _listed(office) == [check]


def test_a_second_hold_with_another_reason_is_not_taken_for_the_first(office: Office) -> None:
    """Whoever wrote it is told that it was not saved; nor is a second lifting."""
    check = _hold(office)
    with _keeping(office) as work:
        assert work.lift(check, LEAD_ONE, "settled", "zero") is Did.STALE
        assert work.hold(check, LEAD_ONE, "a claim", "one") is Did.DONE
        assert work.hold(check, LEAD_TWO, "an inquiry", "two") is Did.STALE
        assert work.hold(check, LEAD_ONE, "a claim", "one") is Did.ALREADY
        assert work.lift(check, LEAD_ONE, "settled", "three") is Did.DONE
        assert work.lift(check, LEAD_TWO, "withdrawn", "four") is Did.STALE
    reasons = [entry.content.get("reason") for entry in office.history(check) if entry.what.startswith("hold_")]
    assert reasons == ["a claim", "settled"]


def test_what_is_left_of_an_erased_check_is_a_tombstone(office: Office) -> None:
    """Reference, outcome word and dates; nothing of the reporter, of whoever was left out, or of what it said."""
    check = _closed(office, {**URGENT, "S2": ("lead-2",)})
    ref = office.check(check).ref
    _all_sent(office)
    office.forward(days=26 * YEAR)
    assert _approve(office, check) is None
    assert _erase(office, check) is None
    with pytest.raises(NoSuchCheck):
        office.check(check)
    with office.database.read() as tx:
        row = tx.execute(select(tables.checks).where(tables.checks.c.id == check)).one()
        [stone] = tombstones(tx)
        left = {
            name
            for name in inspect(tx).get_table_names()
            if "check_id" in {column["name"] for column in inspect(tx).get_columns(name)}
            and tx.scalar(text(f"SELECT count(*) FROM {name} WHERE check_id = '{check}'"))  # noqa: S608 - our names
        }
    assert (row.wrapped_key, row.sealed_answers, row.reporter, row.status) == (b"", b"", "", "erased")
    assert (row.level, row.asked_lead, row.request, row.erased_at) == (0, False, None, office.now)
    assert (stone.ref, stone.approved_by, stone.erased_at) == (ref, LEAD_ONE, office.now)
    assert left == erasure.STAYS


@pytest.mark.parametrize(
    ("answers", "is_private"),
    [({"S2": ("no",)}, False), ({"S2": ("lead-2",)}, True)],
)
def test_whether_every_lead_could_know_of_it_outlives_a_check(
    office: Office, answers: dict[str, tuple[str, ...]], *, is_private: bool
) -> None:
    """Nobody can find it out afterwards, so it is kept with the erasure."""
    check = _closed(office, {**URGENT, **answers})
    _all_sent(office)
    office.forward(days=26 * YEAR)
    assert _approve(office, check) is None
    with office.database.read() as tx:
        assert not erasure.was_private(tx, check)
    assert _erase(office, check) is None
    with office.database.read() as tx:
        assert erasure.was_private(tx, check) is is_private
        assert [stone.is_private for stone in tombstones(tx)] == [is_private]


def test_every_table_with_something_of_a_check_is_named_or_emptied() -> None:
    """A new table is emptied unless somebody decides, here, that it stays."""
    with_a_check = {table.name for table in tables.metadata.tables.values() if "check_id" in table.c}
    assert with_a_check >= erasure.STAYS
    assert {"events", "outbox", "deletions"} == erasure.STAYS


def test_nobody_comes_upon_an_erased_check(office: Office) -> None:
    """Not its reporter, not the scheduler, not a search, not whoever presses an old button."""
    check = _erased(office, _closed)
    with office.database.read() as tx:
        assert checks.of_reporter(tx, office.keys, REPORTER, 10) == []
        assert checks.drafts(tx, office.keys, REPORTER) == []
        assert checks.waking(tx, office.now) == []
        assert person_index.index(tx, office.keys, office.now.date()).find(_who(), office.now.date()) == ()
    with office.leading() as work, pytest.raises(NoSuchCheck):
        work.lead(check, LEAD_ONE, "lead-1")
    with _keeping(office) as work, pytest.raises(NoSuchCheck):
        work.hold(check, LEAD_ONE, "too late", office.request())
    assert _listed(office, 100 * YEAR) == []


def _who() -> Described:
    return Described(name=MARKS[0])


def test_an_erasure_is_in_the_record_and_the_record_still_verifies(office: Office) -> None:
    """Sealed before and after: nothing is called wrong, and every entry that was erased is counted."""
    stays = _closed(office)
    check = _closed(office)
    _all_sent(office)
    with office.database.begin() as tx:
        seal_now(tx, None, office.now)
    office.forward(days=26 * YEAR)
    _approve(office, check)
    _erase(office, check)
    with office.database.begin() as tx:
        seal_now(tx, None, office.now)
    with office.database.read() as tx:
        verdict = judge(of_record(tx, office.keys), open_all=True)
        entries = tx.scalar(select(func.count()).where(tables.events.c.check_id == check))
        what = tx.scalars(select(tables.events.c.what).where(tables.events.c.check_id == check)).all()
    assert (verdict.findings, verdict.erased) == ((), entries)
    assert what[-2:] == [EventKind.DELETION_APPROVED, EventKind.ERASED]
    assert office.history(stays)[-1].content["outcome"] == MARKS[-1]


def test_its_messages_are_taken_away_and_what_went_elsewhere_is_forgotten(office: Office) -> None:
    """A row of what Slack shows stays until Slack has let go of it, and says nothing of which kind it was."""
    check = _closed(office)
    with office.database.begin() as tx:
        outbox.put_elsewhere(tx, f"alert:{check}", OutboxKind.ALERT, "U0LEAD1", "email", office.now, check=check)
    _all_sent(office)
    office.forward(days=26 * YEAR)
    _approve(office, check)
    _erase(office, check)
    rows = office.rows(check, OutboxKind.ERASED)
    assert rows
    assert all(row["due_at"] == office.now and row["event_id"] is None and check not in str(row["key"]) for row in rows)
    with office.database.read() as tx:
        assert tx.scalar(select(func.count()).where(tables.outbox.c.what != OutboxKind.ERASED)) == 0
    with office.database.begin() as tx:
        for row in outbox.claim(tx, office.now, 1000):
            outbox.stamp(tx, row, office.now, None, None)
        outbox.forget_taken_away(tx)
        assert tx.scalar(select(func.count()).select_from(tables.outbox)) == 0


def test_a_hold_and_an_erasure_at_the_same_moment_never_both_happen(office: Office) -> None:
    """Whoever comes second is told; nothing on hold is ever gone."""
    for _ in range(8):
        check = _hold(office)
        _all_sent(office)
        office.forward(days=2 * YEAR)
        _approve(office, check)
        start = threading.Barrier(2)
        outcome: dict[str, object] = {}

        def held(check: str = check, start: threading.Barrier = start, outcome: dict[str, object] = outcome) -> None:
            start.wait()
            try:
                with _keeping(office) as work:
                    outcome["hold"] = work.hold(check, LEAD_TWO, "a claim", f"hold-{check}")
            except NoSuchCheck:
                outcome["hold"] = "gone"

        def erased(check: str = check, start: threading.Barrier = start, outcome: dict[str, object] = outcome) -> None:
            start.wait()
            outcome["erase"] = _erase(office, check)

        threads = [threading.Thread(target=each) for each in (held, erased)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert outcome in ({"hold": "done", "erase": ReasonKept.HELD}, {"hold": "gone", "erase": None})


def test_two_who_confirm_at_once_erase_it_once(office: Office) -> None:
    """One event, one tombstone."""
    check = _hold(office)
    _all_sent(office)
    office.forward(days=2 * YEAR)
    _approve(office, check)
    start, gone = threading.Barrier(2), []

    def erase(who: str) -> None:
        start.wait()
        try:
            assert _erase(office, check, who) is None
        except NoSuchCheck:
            gone.append(who)

    threads = [threading.Thread(target=erase, args=(who,)) for who in (LEAD_ONE, LEAD_TWO)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with office.database.read() as tx:
        assert tx.scalar(select(func.count()).where(tables.events.c.what == EventKind.ERASED)) == 1
        assert len(tombstones(tx)) == len(gone) == 1


def test_what_came_back_from_a_backup_is_erased_again(office: Office) -> None:
    """By its id alone; who approved it and when is kept, and the rest is left as it is."""
    check, other = _hold(office), _hold(office)
    done = erasure.Erasure(check, LEAD_TWO, office.now - timedelta(days=3))
    missing = erasure.Erasure("0" * 32, LEAD_TWO, office.now)
    assert erase_again(office.database, office.keys, [done, missing], office.now) == 1
    assert erase_again(office.database, office.keys, [done], office.now) == 0
    with office.database.read() as tx:
        assert erasures(tx) == (done,)
        assert judge(of_record(tx, office.keys), open_all=True).findings == ()
    assert office.check(other).reporter == REPORTER
    stranger = Keyring([Fernet.generate_key().decode()])
    unreadable = replace(done, check=other)
    assert erase_again(office.database, stranger, [unreadable], office.now) == 1


def test_the_file_holds_nothing_of_what_was_erased(sqlite: Database) -> None:
    """The key, what was sealed under it in tables that change, and the reporter: not in the file, nor in its log.

    Among many others, so that rows move between pages.
    """
    office = Office(sqlite)
    theirs = [_closed(office) for _ in range(3)]
    mine = [_closed(office) for _ in range(3)]
    for number in range(40):
        _hold(office, f"U0OTHER{number}")
    gone = _traces(office, mine)
    stays = _traces(office, theirs)
    _all_sent(office)
    office.forward(days=26 * YEAR)
    for check in mine:
        _approve(office, check)
        _erase(office, check)
    assert sqlite.empty_log()
    on_disk = _on_disk(sqlite)
    assert all(trace in on_disk for trace in stays)
    assert not [trace for trace in gone if trace in on_disk]
    assert not [mark for mark in MARKS if mark.encode() in on_disk]


def _traces(office: Office, ids: list[str]) -> list[bytes]:
    """Pieces of every sealed text that is not an event's, and of every key."""
    answers = select(tables.checks.c.wrapped_key, tables.checks.c.sealed_answers).where(tables.checks.c.id.in_(ids))
    plans = select(tables.strands.c.sealed).where(tables.strands.c.check_id.in_(ids))
    forms = select(tables.people.c.form).where(tables.people.c.check_id.in_(ids))
    with office.database.read() as tx:
        texts = [each for row in tx.execute(answers) for each in row] + list(tx.scalars(plans))
        assert tx.execute(forms).first() is not None
    assert len(texts) == 5 * len(ids)
    return [bytes(each)[20:60] for each in texts]


def _on_disk(database: Database) -> bytes:
    file = database.engine.url.database
    assert file is not None
    return b"".join(path.read_bytes() for path in Path(file).parent.glob("test.db*"))


def test_the_log_is_not_said_to_be_empty_while_somebody_reads(sqlite: Database) -> None:
    """Then it is tried again later."""
    office = Office(sqlite)
    with sqlite.read() as tx:
        tx.execute(select(tables.checks)).all()
        _hold(office)
        assert not sqlite.empty_log()
    assert sqlite.empty_log()


def test_an_unwrapped_key_is_not_kept_in_memory(office: Office) -> None:
    """What was unwrapped before is forgotten with the erasure."""
    check = _hold(office)
    with office.database.read() as tx:
        wrapped = bytes(tx.scalar(select(tables.checks.c.wrapped_key).where(tables.checks.c.id == check)) or b"")
    before = office.keys.sealer(wrapped)
    assert office.keys.sealer(wrapped) is before
    _all_sent(office)
    office.forward(days=2 * YEAR)
    _approve(office, check)
    _erase(office, check)
    assert office.keys.sealer(wrapped) is not before


def test_practice_pages_do_not_fill_the_list(office: Office) -> None:
    """They are about nobody, and there is one every few weeks."""
    with office.database.begin() as tx:
        check = Drill(tx, office.keys, office.roster, office.now).start(REPORTER, "drill")
    with office.leading() as work:
        work.lead(check, LEAD_ONE, "lead-1")
    assert _listed(office, 10 * YEAR) == []


def test_a_backup_that_is_put_in_place_has_it_erased_first(database: Database, tmp_path: Path) -> None:
    """On a copy; what takes the place of the database never held it."""
    office = KeyedOffice(database, OLD)
    check, other = _hold(office), _hold(office)
    folder = tmp_path / "backups"
    folder.mkdir()
    made = backed_up(database, folder)
    url = url_of(database)
    database.close()
    done = erasure.Erasure(check, LEAD_ONE, office.now)
    with restored(url, made.file, erased=[done]) as again:
        office = KeyedOffice(again, OLD)
        assert office.check(other).reporter == REPORTER
        with again.read() as tx:
            assert erasures(tx) == (done,)
            assert judge(of_record(tx, office.keys), open_all=True).findings == ()
        with pytest.raises(NoSuchCheck):
            office.check(check)


def test_a_case_of_today_is_not_destroyed_by_the_tables_and_one_lead(office: Office) -> None:
    """Whatever the tables say: since when it is there, that it is closed, and who approved, the record says."""
    check = office.raised(URGENT)
    old = datetime(1990, 1, 1, tzinfo=office.now.tzinfo)
    with office.database.begin() as tx:
        here = tables.checks.c.id == check
        tx.execute(update(tables.checks).where(here).values(started_at=old, touched_at=old, status=CheckStatus.CLOSED))
        tx.execute(update(tables.cases).values(status="closed", closed_at=old, raised_at=old, next_page_at=None))
        tx.execute(update(tables.outbox).values(due_at=None))
    with _keeping(office) as work:
        assert check not in {item.check.id for item in work.items(office.now)}
        assert work.approve(check, LEAD_ONE, "It is old.", office.request()) is not None
    with office.database.begin() as tx:
        forged = {"check_id": check, "approved_by": LEAD_ONE, "approved_at": old, "is_private": False}
        tx.execute(tables.deletions.insert().values(forged))
    office.forward(days=26 * YEAR)
    with _keeping(office) as work:
        assert work.erase(check, LEAD_ONE) is not None
    assert office.check(check).answers
