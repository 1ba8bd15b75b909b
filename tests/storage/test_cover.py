"""Days away and closed accounts: kept once, taken back with who and when, and the ladder goes by them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from flows.case import Entry
from flows.events import EventKind, OutboxKind
from flows.model import Answers
from flows.paging.cover import Away
from storage import cover, outbox
from storage.engine.database import Database
from storage.tables import away
from storage.tables import outbox as box
from tests.storage.builders import LEAD_ONE, LEAD_TWO, START, Office

TODAY = START.date()
TOMORROW = TODAY + timedelta(days=1)
URGENT: Answers = {"S1": ("no",), "S2": ("no",), "S3": ("harm",)}


class Diary:
    """Days away in a database; each verb is one transaction."""

    def __init__(self, database: Database) -> None:
        self.office = Office(database)
        self.database = database

    def away(self, person: str, first: date = TODAY, last: date | None = None, request: str | None = None) -> bool:
        with self.database.begin() as tx:
            ask = request or self.office.request()
            return cover.set_away(tx, person, first, last or first, by=LEAD_ONE, now=START, request=ask)

    def end(self, entry: int, today: date = TODAY) -> bool:
        with self.database.begin() as tx:
            return cover.end(tx, entry, today, by=LEAD_TWO, now=START + timedelta(hours=1))

    def close(self, person: str) -> bool:
        with self.database.begin() as tx:
            return cover.mark_unreachable(tx, person, START)

    def open(self, person: str) -> bool:
        with self.database.begin() as tx:
            return cover.mark_back(tx, person)

    def entries(self, day: date = TODAY) -> tuple[Away, ...]:
        with self.database.read() as tx:
            return cover.from_day(tx, day)

    def absent(self, day: date = TODAY) -> frozenset[str]:
        with self.database.read() as tx:
            return cover.absent(tx, day)


@pytest.fixture
def diary(database: Database) -> Diary:
    return Diary(database)


def test_both_days_count_and_the_days_around_them_do_not(diary: Diary) -> None:
    """From the first day to the last."""
    assert diary.away("lead-1", TOMORROW, TOMORROW + timedelta(days=2))
    days = [TODAY + timedelta(days=number) for number in range(5)]
    assert [day for day in days if diary.absent(day)] == days[1:4]
    assert diary.absent(TOMORROW) == {"lead-1"}


def test_the_same_request_is_kept_once(diary: Diary) -> None:
    """A replayed submission adds no second entry."""
    assert diary.away("lead-1", request="the-request")
    assert not diary.away("lead-1", request="the-request")
    assert diary.away("lead-2")
    assert len(diary.entries()) == 2


def test_a_day_lists_what_is_not_over_then(diary: Diary) -> None:
    """What is to come, and what goes on; the first to begin stands first."""
    diary.away("lead-2", TODAY + timedelta(days=3))
    diary.away("lead-1", TODAY - timedelta(days=3), TODAY)
    diary.away("deputy-1", TODAY - timedelta(days=3), TODAY - timedelta(days=1))
    assert [each.person for each in diary.entries()] == ["lead-1", "lead-2"]
    (last,) = diary.entries(TODAY + timedelta(days=3))
    assert (last.person, last.first, last.last, last.set_by) == (
        "lead-2",
        TODAY + timedelta(days=3),
        TODAY + timedelta(days=3),
        LEAD_ONE,
    )


def test_days_to_come_that_are_removed_are_listed_no_more(diary: Diary) -> None:
    """Who removed them, and when, is kept."""
    diary.away("lead-1", TOMORROW, TOMORROW + timedelta(days=2))
    (entry,) = diary.entries()
    assert diary.end(entry.id)
    assert diary.entries() == ()
    assert not diary.absent(TOMORROW)
    assert not diary.end(entry.id)
    with diary.database.read() as tx:
        row = tx.execute(select(away)).one()
    assert (row.set_by, row.set_at) == (LEAD_TWO, START + timedelta(hours=1))


def test_coming_back_early_leaves_the_days_that_were(diary: Diary) -> None:
    """There again from today on; what is past stays as it was."""
    diary.away("lead-1", TODAY - timedelta(days=2), TOMORROW)
    (entry,) = diary.entries()
    assert diary.end(entry.id)
    assert not diary.absent()
    assert diary.absent(TODAY - timedelta(days=1)) == {"lead-1"}
    assert not diary.end(entry.id)


def test_days_that_are_over_or_were_never_set_are_not_removed(diary: Diary) -> None:
    """An old button changes nothing."""
    diary.away("lead-1", TODAY, TOMORROW)
    (entry,) = diary.entries()
    assert not diary.end(entry.id, TODAY + timedelta(days=2))
    assert not diary.end(entry.id + 1)
    assert diary.absent(TOMORROW) == {"lead-1"}


def test_a_closed_account_is_absent_until_it_is_back(diary: Diary) -> None:
    """Said once each time."""
    assert diary.close("lead-2")
    assert not diary.close("lead-2")
    diary.away("lead-1")
    assert diary.absent() == {"lead-1", "lead-2"}
    assert diary.absent(TOMORROW) == {"lead-2"}
    assert diary.open("lead-2")
    assert not diary.open("lead-2")
    assert diary.absent() == {"lead-1"}


def test_a_message_of_no_check_is_put_once(diary: Diary) -> None:
    """Whichever instance thinks of it again, and also once it was sent: it is not shown anew."""

    def put() -> bool:
        with diary.database.begin() as tx:
            return outbox.put_once(tx, "gaps:2026-11-23:C0LEADS", OutboxKind.GAPS, "C0LEADS", START)

    assert put()
    assert not put()
    with diary.database.begin() as tx:
        (row,) = outbox.claim(tx, START, 20)
        assert (row.what, row.target, row.check) == (OutboxKind.GAPS, "C0LEADS", None)
        outbox.stamp(tx, row, START, "C0LEADS", "1.1")
    assert not put()
    with diary.database.read() as tx:
        assert tx.scalar(select(func.count()).select_from(box).where(box.c.due_at.is_not(None))) == 0


def test_two_instances_that_think_of_it_at_the_same_moment_put_it_once(diary: Diary) -> None:
    """One of them finds that it is there."""

    def put(_: int) -> bool:
        with diary.database.begin() as tx:
            return outbox.put_once(tx, "gaps:2026-11-24:C0LEADS", OutboxKind.GAPS, "C0LEADS", START)

    with ThreadPoolExecutor(8) as instances:
        assert sorted(instances.map(put, range(8))) == [False] * 7 + [True]


def _last(office: Office, check: str, what: str) -> Entry:
    return [entry for entry in office.history(check) if entry.what == what][-1]


def test_leads_who_are_away_are_skipped_and_the_record_says_so(diary: Diary) -> None:
    """The deputies are asked at once; the leads' channel hears of it all the same."""
    diary.away("lead-1")
    diary.away("lead-2", TODAY - timedelta(days=1), TOMORROW)
    check = diary.office.raised(URGENT)
    assert diary.office.paged(check) == ["C0LEADS", "U0DEPUTY"]
    raised = _last(diary.office, check, EventKind.RAISED)
    assert (raised.content["asked"], raised.content["skipped"]) == (["deputy-1"], ["lead-1", "lead-2"])


def test_where_nobody_is_skipped_the_record_says_nothing_of_it(diary: Diary) -> None:
    """One of two leads is there, so no step was passed over."""
    diary.away("lead-1")
    check = diary.office.raised(URGENT)
    assert diary.office.paged(check) == ["C0LEADS", "U0LEAD2"]
    assert "skipped" not in _last(diary.office, check, EventKind.RAISED).content


def test_the_next_ask_goes_by_who_is_there_that_day(diary: Diary) -> None:
    """Leads and deputies away: the independent contact is asked, and the leads again once they are back."""
    for person in ("lead-1", "lead-2", "deputy-1"):
        diary.away(person)
    check = diary.office.raised(URGENT)
    with diary.office.leading() as work:
        diary.office.forward(minutes=15)
        work.now = diary.office.now
        work.escalate_due(check)
    again = _last(diary.office, check, EventKind.ASKED_AGAIN)
    assert again.content["asked"] == ["independent"]
    assert again.content["skipped"] == ["lead-1", "lead-2", "deputy-1"]
    diary.office.forward(days=1)
    with diary.office.leading() as work:
        work.escalate_due(check)
    again = _last(diary.office, check, EventKind.ASKED_AGAIN)
    assert again.content["asked"] == ["lead-1", "lead-2", "deputy-1", "independent"]
    assert "skipped" not in again.content


def test_everybody_away_is_everybody_asked_but_closed_accounts(diary: Diary) -> None:
    """I13: recipients are never empty."""
    for person in diary.office.roster.everyone:
        diary.away(person)
    diary.close("lead-1")
    check = diary.office.raised(URGENT)
    assert diary.office.paged(check) == ["C0LEADS", "U0LEAD2", "U0DEPUTY", "U0INDEP"]


def test_an_independent_contact_who_is_away_is_not_asked_beside_others(diary: Diary) -> None:
    """A concern about a lead: the other lead is there."""
    diary.away("independent")
    check = diary.office.raised({"S1": ("yes",), "S2": ("lead-1",)})
    assert diary.office.paged(check) == ["U0LEAD2"]
    other = diary.office.start()
    diary.office.answer(other, "S1", "yes")
    diary.office.forward(minutes=2)
    with diary.office.reporting() as work:
        work.wake(other)
    diary.office.answer(other, "S2", "lead-1")
    assert diary.office.paged(other) == ["U0LEAD1", "U0LEAD2"]


def test_whom_only_one_may_know_of_is_asked_even_when_away(diary: Diary) -> None:
    """Not sure whether it is about a lead: there is nobody else."""
    diary.away("independent")
    check = diary.office.raised({"S1": ("yes",), "S2": ("not_sure",)})
    assert diary.office.paged(check) == ["U0INDEP"]


def test_a_day_is_the_organisations_own(diary: Diary) -> None:
    """At half past eleven at night in summer it is still today in London, and tomorrow half an hour later."""
    diary.office.now = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    diary.away("lead-1", date(2026, 7, 2))
    assert diary.office.paged(diary.office.raised(URGENT)) == ["C0LEADS", "U0LEAD1", "U0LEAD2"]
    diary.office.forward(minutes=31)
    assert diary.office.paged(diary.office.raised(URGENT)) == ["C0LEADS", "U0LEAD2"]
