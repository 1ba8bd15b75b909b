"""How much is due and how late: counted alike on both databases, and nothing of one check is in it."""

from datetime import timedelta

from storage import outbox
from storage.engine.database import Database
from storage.health import figures, liveness
from storage.health.figures import DueFigures
from tests.storage.builders import Office
from tests.storage.records_with_secrets import URGENT


def _figures(office: Office) -> DueFigures:
    with office.database.read() as tx:
        return figures.of(tx, office.now)


def _send_all(office: Office) -> None:
    with office.database.begin() as tx:
        for number, row in enumerate(outbox.claim(tx, office.now, 100)):
            outbox.stamp(tx, row, office.now, row.target, f"{number}.0")


def test_where_nothing_was_ever_asked_nothing_is_due(database: Database) -> None:
    """An empty database is well, and has no backup."""
    assert _figures(Office(database)) == DueFigures(0, 0, timedelta(), None)


def test_pages_are_due_until_somebody_has_them(database: Database) -> None:
    """Also those that were tried, and wait for their next time."""
    office = Office(database)
    office.raised(URGENT)
    assert _figures(office).pages_due == 3
    with office.database.begin() as tx:
        for row in outbox.claim(tx, office.now, 100):
            outbox.retry_later(tx, row, office.now + timedelta(minutes=10), "URLError")
    office.forward(minutes=5)
    found = _figures(office)
    assert (found.pages_due, found.oldest_overdue) == (3, timedelta(minutes=5))
    assert found.late == 3
    office.forward(minutes=5)
    _send_all(office)
    assert _figures(office).pages_due == 0


def test_a_timer_that_nobody_sees_to_is_late(database: Database) -> None:
    """The scheduler is gone, though every message went out."""
    office = Office(database)
    office.raised(URGENT)
    _send_all(office)
    assert _figures(office).oldest_overdue == timedelta()
    office.forward(minutes=20)
    found = _figures(office)
    assert found.late == 1
    assert found.oldest_overdue == timedelta(minutes=5)


def test_the_age_of_the_backup_is_that_of_the_newest(database: Database) -> None:
    """As the database knows of it; one from a clock that is ahead is not younger than now."""
    office = Office(database)
    with database.begin() as tx:
        liveness.backed_up(tx, office.now - timedelta(hours=30))
    assert _figures(office).since_backup == timedelta(hours=30)
    with database.begin() as tx:
        liveness.backed_up(tx, office.now + timedelta(minutes=1))
    assert _figures(office).since_backup == timedelta()
