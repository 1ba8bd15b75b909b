"""Which messages are cut because they are old, on both databases: each once, spread out, and none that still lives."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select, update

from flows.events import EventKind, OutboxKind
from storage import outbox, tables
from storage.engine.database import Database
from storage.old_messages import NotShrunk, is_old, not_shrunk, shrink_old
from tests.flows.builders import calm_but
from tests.storage.builders import LEAD_ONE, REPORTER, Office
from tests.storage.records_with_secrets import URGENT

DAY, MONTH = timedelta(days=1), timedelta(days=30)


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


def _ended(office: Office) -> str:
    check = office.start()
    office.answers(check, calm_but())
    with office.reporting() as work:
        work.send(check, REPORTER)
    return check


def _all_sent(office: Office) -> None:
    """Mark every message as posted in Slack."""
    with office.database.begin() as tx:
        for row in outbox.claim(tx, office.now + timedelta(days=1), 1000):
            outbox.stamp(tx, row, office.now, row.target, row.ts or f"{row.id}.0", "shown")
        tx.execute(update(tables.outbox).values(due_at=None))


def _shrink(office: Office, most: int = 100) -> int:
    with office.database.begin() as tx:
        return shrink_old(tx, MONTH, office.now, most)


def _due(office: Office) -> list[datetime]:
    box = tables.outbox
    with office.database.read() as tx:
        return list(tx.scalars(select(box.c.due_at).where(box.c.due_at.is_not(None)).order_by(box.c.due_at)))


def test_an_old_check_is_cut_once(office: Office) -> None:
    """Not a day sooner, and not again."""
    _ended(office)
    _all_sent(office)
    office.forward(days=29)
    assert _shrink(office) == 0
    office.forward(days=1)
    assert _shrink(office) == 1
    assert len(_due(office)) == 1
    _all_sent(office)
    office.forward(days=300)
    assert _shrink(office) == 0


def test_whatever_happens_to_it_makes_it_young_again_and_looking_does_not(office: Office) -> None:
    """Then it is cut anew, when it is old again."""
    check = office.led(URGENT)
    _all_sent(office)
    office.forward(days=20)
    with office.leading() as work:
        work.write(check, LEAD_ONE, EventKind.NOTE, {"text": "more"}, office.request())
    _all_sent(office)
    office.forward(days=20)
    with office.leading() as work:
        work.viewed(check, LEAD_ONE, EventKind.OPENED_OPEN_CASE)
        work.viewed(check, LEAD_ONE, EventKind.FOUND)
        work.record(work.load(check), LEAD_ONE, EventKind.RELEASED, {})
    with office.database.read() as tx:
        assert not is_old(tx, office.check(check), MONTH, office.now)
    assert _shrink(office) == 0
    office.forward(days=10)
    with office.database.read() as tx:
        assert is_old(tx, office.check(check), MONTH, office.now)
    assert _shrink(office) == 1
    _all_sent(office)
    with office.leading() as work:
        work.write(check, LEAD_ONE, EventKind.NOTE, {"text": "news"}, office.request())
    _all_sent(office)
    assert _shrink(office) == 0
    office.forward(days=30)
    assert _shrink(office) == 1


def test_they_are_spread_out_so_that_nothing_waits_behind_them(office: Office) -> None:
    """Slack takes about one edit a second; and only so many checks in one turn."""
    for _ in range(3):
        office.raised(URGENT)
    _all_sent(office)
    office.forward(days=40)
    assert _shrink(office, most=2) == 2
    due = _due(office)
    assert len(due) >= 6
    assert {after - before for before, after in pairwise(due)} == {timedelta(seconds=1.5)}
    assert _shrink(office, most=2) == 1


def test_a_message_that_is_being_sent_is_left_to_whoever_sends_it(office: Office) -> None:
    """Its lease is not touched."""
    _ended(office)
    _all_sent(office)
    office.forward(days=40)
    with office.database.begin() as tx:
        tx.execute(update(tables.outbox).values(due_at=office.now))
        [row] = outbox.claim(tx, office.now, 10)
    assert _shrink(office) == 1
    assert _due(office) == [office.now + outbox.LEASE]
    with office.database.begin() as tx:
        assert outbox.stamp(tx, row, office.now, "D1", "1.0")


def test_what_slack_refused_is_reported_until_slack_takes_it(office: Office) -> None:
    """By check and by Slack's word; a later edit that works takes it off."""
    check = office.raised(URGENT)
    ref = office.check(check).ref
    _all_sent(office)
    with office.database.begin() as tx:
        outbox.mark_due(tx, check, office.now, OutboxKind.CARD, OutboxKind.PAGE)
        rows = outbox.claim(tx, office.now, 10)
        assert all(outbox.report_refused(tx, row, office.now, office.now + DAY, "edit_window_closed") for row in rows)
        assert not outbox.report_refused(tx, rows[0], office.now, office.now + DAY, "is_archived")
    assert _due(office) == [office.now + DAY] * len(rows)
    with office.database.read() as tx:
        assert not_shrunk(tx) == (NotShrunk(check, ref, "edit_window_closed", len(rows)),)
    with office.database.begin() as tx:
        outbox.mark_due(tx, check, office.now, OutboxKind.CARD, OutboxKind.PAGE)
    _all_sent(office)
    with office.database.read() as tx:
        assert not_shrunk(tx) == ()


def test_a_message_that_should_change_again_meanwhile_is_tried_again(office: Office) -> None:
    """Slack may refuse the old words and take the new."""
    check = _ended(office)
    _all_sent(office)
    with office.database.begin() as tx:
        outbox.mark_due(tx, check, office.now, OutboxKind.CARD)
        [row] = outbox.claim(tx, office.now, 10)
        outbox.mark_due(tx, check, office.now, OutboxKind.CARD)
        outbox.report_refused(tx, row, office.now, office.now + DAY, "edit_window_closed")
    assert _due(office) == [office.now]
