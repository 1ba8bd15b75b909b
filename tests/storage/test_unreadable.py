"""Checks that do not open: lists go on without them, and what the columns say of them is true."""

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import update

from bot.config.organisation import example_organisation_path, load_organisation
from services.retention import Retention
from storage import checks, unreadable
from storage.crypto.envelope import Keyring
from storage.engine.database import Database
from storage.tables import checks as table
from storage.unreadable import Unreadable
from tests.flows.builders import calm_but
from tests.storage.builders import REPORTER, Office

SCHEDULE = load_organisation(example_organisation_path()).retention.schedule
URGENT = calm_but(S4="yes")


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


def close(office: Office, check: str) -> None:
    """Replace the check's wrapped key by one that nobody can unwrap."""
    with office.database.begin() as tx:
        lost = Keyring([Fernet.generate_key().decode()]).new_key()
        tx.execute(update(table).where(table.c.id == check).values(wrapped_key=lost))


def test_a_persons_lists_go_on_without_it(office: Office) -> None:
    """It is named by its reference; what is another's is not."""
    ref, good, theirs = office.check(broken := office.start()).ref, office.start(), office.start("U2")
    close(office, broken)
    close(office, theirs)
    with office.database.read() as tx:
        assert [one.id for one in checks.drafts(tx, office.keys, REPORTER)] == [good]
        assert [one.id for one in checks.of_reporter(tx, office.keys, REPORTER, 5)] == [good]
        assert unreadable.of_reporter(tx, REPORTER, [good], 5) == [ref]


def test_a_case_is_known_by_its_columns(office: Office) -> None:
    """Whoever is left out, and who leads."""
    check = office.led({**URGENT, "S2": ("lead-2",)})
    ref = office.check(check).ref
    close(office, check)
    with office.database.read() as tx:
        out = frozenset({"lead-2", "U0LEAD2"})
        assert unreadable.find(tx, check) == Unreadable(
            ref, REPORTER, out, dm_only=True, content_free=False, led_by="lead-1"
        )
        assert unreadable.find(tx, "0" * 32) is None


def test_the_list_of_what_is_due_goes_on_without_it(office: Office) -> None:
    """The others can be deleted all the same."""
    kept, broken = office.start(), office.start("U2")
    with office.database.begin() as tx:
        tx.execute(update(table).values(status="shelved"))
    office.forward(days=400)
    close(office, broken)
    with office.database.begin() as tx:
        work = Retention(tx, office.keys, office.roster, office.now, SCHEDULE)
        assert [item.check.id for item in work.items(office.now)] == [kept]
