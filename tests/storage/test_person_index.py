"""Records are found by person, as people spell; nothing of the person is in the database in clear."""

from datetime import date

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import Connection, func, select, update

from flows.events import EventKind
from flows.records.matching import Described
from storage import person_index, tables
from storage.crypto import rotation
from storage.crypto.envelope import Keyring
from storage.engine.database import Database
from tests.storage.builders import REPORTER, Office

TODAY = date(2026, 11, 23)
ANNA = {"person": "Anna-Maria O'Brien", "born": "12 March 2014", "number": "UPN 0042-A"}
BEN = {"person": "Benjamin Okafor", "born": "3/4/2011", "number": ""}


@pytest.fixture
def two(database: Database) -> tuple[Office, str, str]:
    """Build two checks about two people."""
    office = Office(database)
    return office, about(office, ANNA), about(office, BEN)


def about(office: Office, details: dict[str, str]) -> str:
    """Build a check with these details."""
    check = office.start()
    with office.reporting() as work:
        work.write(check, REPORTER, EventKind.DETAILS, details, office.request())
    return check


def found(office: Office, name: str = "", born: str = "", number: str = "") -> set[str]:
    with office.database.begin() as tx:
        return set(person_index.index(tx, office.keys, TODAY).find(Described(name, born, number), TODAY))


def rows(tx: Connection, check: str) -> int:
    return tx.scalar(select(func.count()).select_from(tables.people).where(tables.people.c.check_id == check)) or 0


@pytest.mark.parametrize(
    "search",
    [
        {"name": "Anna-Maria O'Brien"},
        {"name": "  obrien   ANNA MARIA "},
        {"name": "Annamaria O Brien"},
        {"name": "Ánna Maria O\u2019Brien"},
        {"name": "Anna Mariah OBrian"},
        {"name": "Ana Maria Obrien"},
        {"name": "Anna O'Brien"},
        {"name": "Anna Louise Maria O'Brien"},
        {"number": "upn0042a"},
        {"number": "UPN-0042 A", "name": "somebody else"},
        {"born": "12/03/2014"},
        {"born": "2014-03-12"},
        {"born": "March 12th, 2014"},
        {"born": "12.3.14", "name": "Anna Maria Obrien"},
    ],
)
def test_a_record_is_found_as_people_write(two: tuple[Office, str, str], search: dict[str, str]) -> None:
    """Spelling, spacing, accents, order and the way a date is written do not matter."""
    office, anna, _ = two
    assert found(office, **search) == {anna}


@pytest.mark.parametrize(
    "search",
    [
        {"name": "Anna Smith"},
        {"name": "Maria Okafor"},
        {"name": "Anna Maria O'Brien", "born": "13/03/2014"},
        {"born": "13 March 2014"},
        {"number": "UPN 0043-A"},
        {"born": "12/03/2014", "number": "UPN 0043-A"},
        {"name": "12345"},
        {},
    ],
)
def test_somebody_else_is_not_found(two: tuple[Office, str, str], search: dict[str, str]) -> None:
    """Half a name, another birthday or another number is another person."""
    office, *_ = two
    assert found(office, **search) == set()


def test_what_a_record_said_before_finds_it_still(two: tuple[Office, str, str]) -> None:
    """A name put right adds: the record goes on holding the name that was wrong."""
    office, anna, _ = two
    with office.reporting() as work:
        work.write(anna, REPORTER, EventKind.DETAILS, {**ANNA, "person": "Hannah Byrne"}, office.request())
    assert found(office, "Hannah Byrne") == {anna}
    assert found(office, "Anna O'Brien") == {anna}


def test_a_number_in_the_name_of_an_older_record_finds_it(database: Database) -> None:
    """Before there was a box for it, people typed it beside the name."""
    office = Office(database)
    old = about(office, {"person": "Anna Smith, 77-4411, born 12/3/2014", "born": "12"})
    assert found(office, born="12 March 2014") == {old}
    assert found(office, "Anna Smith") == {old}
    assert found(office, number="7744 11 12/3/2014") == {old}


def test_the_same_person_is_seen_again(two: tuple[Office, str, str]) -> None:
    """Earlier checks about the same child belong in front of a lead."""
    office, anna, _ = two
    again = about(office, {"person": "Anna Maria Obrien", "born": "12-03-14", "number": ""})
    with office.reporting() as work:
        assert person_index.same_person(work.tx, office.keys, work.load(again), TODAY) == (anna,)


def test_nobody_is_somebody_without_a_name(two: tuple[Office, str, str]) -> None:
    """Two checks that say nothing of the person have nothing in common."""
    office, *_ = two
    about(office, {"person": "", "born": "", "number": ""})
    nobody = about(office, {"person": "", "born": "", "number": ""})
    with office.reporting() as work:
        assert person_index.same_person(work.tx, office.keys, work.load(nobody), TODAY) == ()


def test_a_forgotten_check_is_found_no_more(two: tuple[Office, str, str]) -> None:
    """Erasing a check takes it out of the index."""
    office, anna, ben = two
    with office.database.begin() as tx:
        person_index.forget(tx, anna)
        assert rows(tx, anna) == 0
        assert rows(tx, ben) > 0
    assert found(office, "Anna O'Brien") == set()
    assert found(office, "Benjamin Okafor") == {ben}


def test_the_number_of_rows_does_not_tell_the_length_of_a_name(database: Database) -> None:
    """Short names and long ones fill the same portions."""
    office = Office(database)
    short, longer = about(office, {"person": "Al Bo"}), about(office, {"person": "Amy Jones"})
    with office.database.begin() as tx:
        assert rows(tx, short) == rows(tx, longer) == 32


def test_the_index_holds_nothing_in_clear(two: tuple[Office, str, str]) -> None:
    """Without the organisation's keys a guess cannot even be tried: the same name under other keys looks different."""
    office, anna, _ = two
    with office.database.read() as tx:
        forms = set(tx.scalars(select(tables.people.c.form).where(tables.people.c.check_id == anna)))
        kept = repr([tuple(row) for row in tx.execute(select(tables.people))])
    assert not [word for word in ("anna", "obrien", "0042", "2014") if word in kept.lower()]
    with office.database.begin() as tx:
        tx.execute(tables.index_keys.delete())
        tx.execute(tables.people.delete())
        person_index.index(tx, office.keys, TODAY)
        again = set(tx.scalars(select(tables.people.c.form).where(tables.people.c.check_id == anna)))
    assert again
    assert not forms & again


def test_everything_is_found_while_the_keys_are_changed_and_after(database: Database) -> None:
    """The old key can be taken out once `keys rotate` is through; nothing has to be hashed anew."""
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    office = Office(database)
    office.keys = Keyring([old])
    before = about(office, ANNA)
    office.keys = Keyring([new, old])
    assert found(office, "Anna O'Brien") == {before}
    with database.read() as tx:
        index_before = set(tx.scalars(select(tables.people.c.form)))
    rotation.rotate(database, [new, old])
    office.keys = Keyring([new])
    assert found(office, "Anna O'Brien") == {before}
    after = about(office, ANNA)
    assert found(office, number="UPN0042A") == {before, after}
    with database.read() as tx:
        assert index_before <= set(tx.scalars(select(tables.people.c.form)))


def test_a_lost_key_costs_no_details_and_the_index_heals(two: tuple[Office, str, str]) -> None:
    """What somebody types is kept whatever the index says, and all that still opens is found again."""
    office, anna, ben = two
    with office.database.begin() as tx:
        tx.execute(update(tables.index_keys).values(wrapped_key=Keyring([Fernet.generate_key().decode()]).new_key()))
    third = about(office, {"person": "Chloe Grant"})
    assert found(office, "Chloe Grant") == {third}
    assert found(office, "Anna O'Brien") == {anna}
    assert found(office, "Benjamin Okafor") == {ben}


def test_checks_from_before_the_index_are_in_it(two: tuple[Office, str, str]) -> None:
    """An update finds the records that were there already."""
    office, anna, _ = two
    with office.database.begin() as tx:
        tx.execute(tables.people.delete())
        tx.execute(tables.index_keys.delete())
    assert found(office, "Anna O'Brien") == {anna}


def test_an_index_of_another_edition_is_made_anew(two: tuple[Office, str, str]) -> None:
    """Forms that an older version wrote would never be found; what it wrote beside a newer one is not lost either."""
    office, anna, _ = two
    with office.database.begin() as tx:
        tx.execute(tables.people.delete())
        tx.execute(tables.index_keys.insert().values(name="people", wrapped_key=b"old", sealed=b"old"))
    assert found(office, "Anna O'Brien") == {anna}
    with office.database.read() as tx:
        assert list(tx.scalars(select(tables.index_keys.c.name))) == ["people-2"]
