"""Checks: started once, loaded as they were saved, and nobody left out comes back."""

import pytest
from sqlalchemy import text

from flows.case import CheckStatus
from flows.checklist import CHECKLIST
from flows.model import Level, Outcome
from storage import checks
from storage.database import Database
from storage.errors import CannotOpen, NoSuchCheck
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
    assert office.happened(first.id) == ["started"]


def test_references_are_random_and_can_be_read_over_the_phone(office: Office) -> None:
    """No letter that sounds or looks like another, and no counting what was before."""
    refs = [office.check(office.start(f"U{number}")).ref for number in range(30)]
    assert len(set(refs)) == 30
    for ref in refs:
        assert ref.startswith("SC-")
        assert len(ref) == 7
        assert not set(ref[3:]) & set("01OILU")


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
