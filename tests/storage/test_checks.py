"""Checks: started once, loaded as they were saved, and nobody left out comes back."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from time import sleep

import pytest
from sqlalchemy import text

from flows.case import CheckStatus
from flows.checklist import CHECKLIST
from flows.events import EventKind
from flows.model import Level, Outcome
from services.paper import Entered, Paper
from storage import checks
from storage.engine import idempotent
from storage.engine.database import Database
from storage.errors import CannotOpen, NoReference, NoSuchCheck
from tests.storage.builders import START, Office


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


def test_a_new_check_is_an_empty_draft(office: Office) -> None:
    """Nothing is answered and nothing is raised."""
    found = office.check(office.start())
    assert (found.status, found.level, found.answers, found.revision) == (CheckStatus.DRAFT, Level.NONE, {}, 0)
    assert (found.started_at, found.touched_at, found.reporter) == (START, START, "U0STAFF")
    assert found.checklist_version == CHECKLIST.version


def test_the_same_request_starts_one_check(office: Office) -> None:
    """I24: a replayed command finds the draft it started."""
    with office.reporting() as work:
        first = work.start("U0STAFF", "the-request").check
    with office.reporting() as work:
        again = work.start("U0STAFF", "the-request").check
        other = work.start("U0STAFF", "another").check
    assert again.id == first.id
    assert other.id != first.id
    assert office.happened(first.id) == [EventKind.STARTED]


def test_references_are_random_and_can_be_read_over_the_phone(office: Office) -> None:
    """No letter that sounds or looks like another, and no counting what was before."""
    refs = [office.check(office.start(f"U{number}")).ref for number in range(30)]
    assert len(set(refs)) == 30
    for ref in refs:
        assert ref.startswith("SC-")
        assert len(ref) == 7
        assert not set(ref[3:]) & set("01OILU")


def test_a_reference_is_known_however_it_is_written_down(office: Office) -> None:
    """Small letters, spaces, another dash or no "SC": over the phone nobody says them."""
    check = office.start()
    with office.database.begin() as tx:
        tx.execute(text("UPDATE checks SET ref = 'SC-SC7K' WHERE id = :check"), {"check": check})
        for said in ("SC-SC7K", "sc-sc7k", " SC7K", "sc7k", "S C 7 K", "SC SC7K", "scsc7k", "SC\u2013SC7K"):
            assert checks.by_ref(tx, said) == check, said
        for said in ("", "SC-", "SC", "7K", "SC-7K2M", "SC-SC7K2", "%", "\0"):
            assert checks.by_ref(tx, said) is None, said


def test_what_is_saved_comes_back(office: Office) -> None:
    """Every column, in the types of the domain; the revision grows."""
    check = office.start()
    with office.database.begin() as tx:
        opened = checks.load(tx, office.keys, check, lock=True)
        changes = {
            "answers": {"S1": ("no",), "3.1.6": ("someone_at_risk", "not_sure")},
            "status": CheckStatus.SENT,
            "level": Level.CONSULT_URGENT,
            "outcome": Outcome.CONSULT_URGENT,
            "revisiting": "S1",
            "asked_lead": True,
            "sent_at": START,
        }
        checks.save(tx, opened, office.now, **changes)
    found = office.check(check)
    assert {name: getattr(found, name) for name in changes} == changes
    assert found.revision == 1


def test_a_check_that_is_not_there_has_a_name_of_its_own(office: Office) -> None:
    """Whoever asks can tell it from an error."""
    with pytest.raises(NoSuchCheck):
        office.check("nothing")


def test_answers_moved_to_another_check_do_not_open(office: Office) -> None:
    """Whoever can write to the database still cannot answer for somebody else."""
    mine, theirs = office.start(), office.start("U2")
    move = "UPDATE checks SET {0} FROM (SELECT * FROM checks WHERE id = :a) AS other WHERE checks.id = :b"
    with office.database.begin() as tx:
        both = "sealed_answers = other.sealed_answers, wrapped_key = other.wrapped_key"
        tx.execute(text(move.format(both)), {"a": mine, "b": theirs})
    with pytest.raises(CannotOpen):
        office.check(theirs)


def test_drafts_are_a_persons_own_newest_first(office: Office) -> None:
    """Nobody is shown another's, and what was sent is no draft."""
    first = office.start()
    office.forward(minutes=1)
    second = office.start()
    office.start("U2")
    with office.database.begin() as tx:
        drafts = checks.drafts(tx, office.keys, "U0STAFF")
        assert [one.id for one in drafts] == [second, first]
        checks.save(tx, checks.load(tx, office.keys, first), office.now, status=CheckStatus.SENT)
        assert [one.id for one in checks.drafts(tx, office.keys, "U0STAFF")] == [second]
        assert [one.id for one in checks.of_reporter(tx, office.keys, "U0STAFF", 1)] == [second]
        assert len(checks.of_reporter(tx, office.keys, "U0STAFF", 5)) == 2


def test_nobody_left_out_comes_back_and_twice_is_once(office: Office) -> None:
    """They may have been told why."""
    check = office.start()
    slack = {"lead-1": "U0LEAD1", "lead-2": "U0LEAD2"}
    with office.database.begin() as tx:
        checks.leave_out(tx, check, ["lead-1"], slack)
        checks.leave_out(tx, check, ["lead-1", "lead-2"], slack, stepped_aside=True)
        checks.leave_out(tx, check, [], slack)
        assert checks.people_left_out(tx, check) == {"lead-1", "U0LEAD1", "lead-2", "U0LEAD2"}


def test_a_check_given_to_somebody_else_in_the_table_opens_for_nobody(office: Office) -> None:
    """Whoever can write to the database and has no key makes nobody the reporter of what others typed."""
    check = office.start()
    office.answer(check, "S1", "no")
    with office.database.begin() as tx:
        tx.exec_driver_sql("UPDATE checks SET reporter = 'U0OTHER'")
        with pytest.raises(CannotOpen):
            checks.load(tx, office.keys, check)
        assert list(checks.ended_without_page(tx, office.keys)) == []


def test_the_same_request_many_times_at_once_starts_one_check(office: Office) -> None:
    """I24: each of them gets the one draft, and nobody an error."""
    together = Barrier(6)

    def start(_: int) -> str:
        together.wait()
        with office.reporting() as work:
            return work.start("U0STAFF", "the-request").check.id

    with ThreadPoolExecutor(6) as fingers:
        found = list(fingers.map(start, range(6)))
    assert len(set(found)) == 1
    assert office.happened(found[0]) == [EventKind.STARTED]


def test_the_same_request_while_the_first_is_not_kept_yet_is_a_repeat(office: Office) -> None:
    """The second waits for the first, and then finds what it made."""

    def second() -> tuple[str, bool]:
        with office.database.begin() as tx:
            opened, is_new = checks.start(tx, office.keys, "U0STAFF", "the-request", START, "v")
            return opened.check.id, is_new

    with ThreadPoolExecutor(1) as other:
        with office.database.begin() as tx:
            first, _ = checks.start(tx, office.keys, "U0STAFF", "the-request", START, "v")
            waiting = other.submit(second)
            sleep(0.3)
            assert not waiting.done()
        assert waiting.result(5) == (first.check.id, False)


def test_whoever_comes_with_the_same_name_sees_what_the_first_did(office: Office) -> None:
    """Two requests of one person at one moment: the second finds the draft of the first."""

    def drafts() -> list[str]:
        with office.database.begin() as tx:
            idempotent.advisory_lock(tx, "U0STAFF")
            return [one.id for one in checks.drafts(tx, office.keys, "U0STAFF")]

    with ThreadPoolExecutor(1) as other:
        with office.database.begin() as tx:
            idempotent.advisory_lock(tx, "U0STAFF")
            first, _ = checks.start(tx, office.keys, "U0STAFF", "one", START, "v")
            waiting = other.submit(drafts)
            sleep(0.3)
            assert not waiting.done()
        assert waiting.result(5) == [first.check.id]


def test_the_same_sheet_typed_twice_at_once_is_entered_once(office: Office) -> None:
    """The second is told the reference of the first."""
    together = Barrier(2)

    def enter(_: int) -> Entered:
        together.wait()
        with office.database.begin() as tx:
            paper = Paper(tx, office.keys, office.roster, office.now, "U0ADMIN", START)
            return paper.enter("U0STAFF", {"S1": ("no",), "S2": ("no",), "S3": ("none",), "S4": ("yes",)})

    with ThreadPoolExecutor(2) as hands:
        first, second = hands.map(enter, range(2))
    assert first.ref == second.ref
    assert sorted((first.is_new, second.is_new)) == [False, True]


def test_a_reference_that_is_taken_is_made_anew(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where somebody else took it a moment ago."""
    taken = office.check(office.start()).ref
    refs = iter((taken, "SC-NEW2"))
    monkeypatch.setattr(checks, "_new_ref", lambda _tx: next(refs))
    assert office.check(office.start("U2")).ref == "SC-NEW2"


def test_references_grow_longer_where_they_are_taken_and_looking_for_one_ends(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With one letter there are six, of four to nine letters; a seventh is refused, and none is looked for for ever."""
    monkeypatch.setattr(checks, "_ALPHABET", "2")
    made = [office.check(office.start()).ref for _ in range(6)]
    assert made == [f"SC-{'2' * letters}" for letters in range(4, 10)]
    with pytest.raises(NoReference):
        office.start()


def test_a_longer_reference_is_found_as_it_is_read_out(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also one that begins like the letters before the dash."""
    monkeypatch.setattr(checks, "_new_ref", lambda _tx: "SC-SCAB2")
    check = office.start()
    with office.database.read() as tx:
        assert [checks.by_ref(tx, said) for said in ("SC-SCAB2", "scab2", "sc scab2", "AB2")] == [check] * 3 + [None]
