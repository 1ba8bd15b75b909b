"""Twelve weeks of digests by a clock that is moved: what each says, that each is made once, and what no two betray."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from bot.app import renderers
from bot.clock import Clock
from bot.config.organisation import Organisation
from bot.context import Services
from bot.delivery.render import Outgoing
from bot.digest.content import tip_of
from bot.digest.schedule import Digests
from flows.checklist import CHECKLIST
from flows.events import OutboxKind
from flows.reports.bands import SMALLEST
from flows.reports.figures import Week, WeekFigures
from sandbox.state.visible_text import of_blocks
from storage import digests, outbox
from storage.engine.database import Database
from storage.tables import digests as table
from storage.tables import outbox as rows
from tests.bot.builders import ORGANISATION
from tests.databases import sqlite_database
from tests.flows.builders import calm_but
from tests.services.weeks import CONFLICTS, recount, work
from tests.storage.builders import Office

LONDON = ZoneInfo("Europe/London")
AUTUMN, SPRING = datetime(2026, 10, 5, tzinfo=LONDON), datetime(2027, 2, 8, tzinfo=LONDON)
STAFF = "C0STAFF"
HEAD = re.compile(r"[0-9a-f]{64}")


@dataclass
class At(Clock):
    """A clock that stands where it is put."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment


class House:
    """An office with a bot that makes digests, and a clock for both."""

    def __init__(self, database: Database, first: datetime, organisation: Organisation = ORGANISATION) -> None:
        self.office = Office(database)
        self.clock = At(first.astimezone(UTC))
        self.office.now = self.clock.moment
        self.services = Services(organisation, self.office.roster, database, self.office.keys, self.clock)
        self.digests = Digests(self.services)

    def turn(self, moment: datetime) -> None:
        """What the scheduler does then."""
        self.clock.moment = moment.astimezone(UTC)
        self.digests.turn()

    def morning(self, week: Week, at: time = time(8, 30)) -> None:
        """The Monday after this week."""
        self.turn(datetime.combine(week.following.first, at, LONDON))

    def sent(self, what: OutboxKind = OutboxKind.DIGEST) -> list[tuple[str, str]]:
        """For whom, and what it says now; what Slack has of it does not change any more."""
        with self.services.database.begin() as tx:
            tx.execute(
                update(rows)
                .where(rows.c.what.not_in((OutboxKind.DIGEST, OutboxKind.STAFF_DIGEST, OutboxKind.DIGEST_LINE)))
                .values(due_at=None)
            )
            tx.execute(update(rows).where(rows.c.what != what, rows.c.ts.is_(None)).values(lane=outbox.ELSEWHERE))
            tx.execute(update(rows).where(rows.c.what == what, rows.c.ts.is_(None)).values(lane=outbox.LATER))
            claimed = outbox.claim(tx, self.clock.moment, 50, (outbox.LATER,))
        found = []
        for row in claimed:
            with self.services.database.begin() as tx:
                message = renderers().render(self.services, tx, row)
                outbox.stamp(tx, row, self.clock.moment, row.target, "1.1")
            found.append((row.target, _words(message)))
        return found


def _words(found: Outgoing) -> str:
    return of_blocks(list(found.message.blocks)) if found.message else ""


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    found = sqlite_database(tmp_path / "digest.db")
    yield found
    found.close()


@pytest.mark.parametrize("first", [AUTUMN, SPRING], ids=["autumn", "spring"])
def test_twelve_weeks_each_told_once_at_half_past_eight_by_the_clocks_on_the_wall(
    database: Database, first: datetime
) -> None:
    """Also in the weeks in which the clocks change; with the figures that a second count of the events finds."""
    house = House(database, first)
    house.turn(first)
    week, words = Week.of(first.date()), ""
    for number in range(12):
        chance = random.Random(number)  # noqa: S311 - a story, not a key
        work(house.office, 1, chance, most=0 if number == 6 else 5)
        house.morning(week, time(8, 29, 59))
        assert house.sent() == []
        house.morning(week)
        house.morning(week)
        (where, words), *more = house.sent()
        assert (where, more) == ("C0LEADS", [])
        assert week.words in words
        assert "late" not in words.partition("share-check itself")[0]
        house.office.now = house.clock.moment
        _is_told(recount(house.office, week), house, week)
        week = week.following
        house.office.now = max(house.office.now, datetime.combine(week.first, time(9), LONDON).astimezone(UTC))
    assert f"In the last {12} weeks" in words


def _is_told(second: dict[str, object], house: House, week: Week) -> None:
    with house.services.database.read() as tx:
        planned = digests.find(tx, week)
    assert planned is not None
    assert planned.figures is not None
    assert planned.figures.started == second["started"]
    assert planned.figures.cases == second.get("cases", 0)
    assert planned.figures.answers == second["answers"]
    assert planned.figures.open_by_age == second["open_by_age"]


def test_with_hidden_cases_or_without_the_shared_digests_are_the_same_to_the_letter(tmp_path: Path) -> None:
    """Twelve weeks side by side, in one of them a case that some may not know of, every week: nothing to subtract."""
    told: list[list[str]] = []
    for name in ("without", "with"):
        found = sqlite_database(tmp_path / f"{name}.db")
        house = House(found, AUTUMN)
        house.turn(AUTUMN)
        told.append(list(_twelve_weeks(house, hidden=name == "with")))
        found.close()
    assert [HEAD.sub("", words) for words in told[0]] == [HEAD.sub("", words) for words in told[1]]
    for words in told:
        heads = [HEAD.findall(each)[0] for each in words]
        assert len(set(heads)) == len(heads)


def _twelve_weeks(house: House, *, hidden: bool) -> Iterator[str]:
    week = Week.of(AUTUMN.date())
    for number in range(12):
        house.office.now = datetime.combine(week.first, time(9), LONDON).astimezone(UTC)
        if hidden:
            _a_hidden_case(house.office, number)
        chance = random.Random(number)  # noqa: S311 - a story, not a key
        work(house.office, 1, chance, most=2 if number % 3 else 0, conflicts=False)
        house.morning(week)
        yield "\n".join(words for _, words in house.sent())
        house.sent(OutboxKind.DIGEST_LINE)
        week = week.following


def _a_hidden_case(office: Office, number: int) -> None:
    began = office.now
    check = office.start()
    office.answers(check, CONFLICTS[number % len(CONFLICTS)])
    office.forward(minutes=30)
    with office.reporting() as working:
        working.send(check, "U0STAFF")
    office.now = began


def test_what_was_printed_stays_when_somebody_is_left_out_later(database: Database) -> None:
    """The week that told of it goes on telling of it; from then on nothing does."""
    house = House(database, AUTUMN)
    house.turn(AUTUMN)
    check = house.office.raised(calm_but(S4="yes"))
    week = Week.of(AUTUMN.date())
    house.morning(week)
    assert "1 check was started; 1 came to a lead." in house.sent()[0][1]
    house.office.now = house.clock.moment
    with house.office.leading() as working:
        working.step_aside(check, "U0LEAD1", "lead-1")
    house.morning(week.following)
    words = house.sent()[0][1]
    assert "No checks were started, 1 fewer than the week before; none came to a lead." in words
    assert "Nothing. No case is open." in words


def test_a_line_is_not_sent_to_somebody_who_may_not_know_any_more(database: Database) -> None:
    """Between the making and the sending they stepped aside."""
    house = House(database, AUTUMN)
    house.turn(AUTUMN)
    check = house.office.raised(calm_but(S2="lead-2", S4="yes"))
    house.morning(Week.of(AUTUMN.date()))
    house.office.now = house.clock.moment
    with house.office.leading() as working:
        working.step_aside(check, "U0LEAD1", "lead-1")
    own = dict(house.sent(OutboxKind.DIGEST_LINE))
    assert own.keys() == {"U0LEAD1", "U0DEPUTY", "U0INDEP"}
    assert own["U0LEAD1"] == ""
    assert "1 case that you may know of" in own["U0INDEP"]


def test_missed_weeks_are_made_later_and_the_first_ever_is_the_one_that_runs(database: Database) -> None:
    """Three Mondays without anybody: three digests, oldest first, each late; what is older than the trend is not."""
    house = House(database, AUTUMN)
    week = Week.of(AUTUMN.date())
    house.turn(AUTUMN + timedelta(days=2))
    house.turn(AUTUMN + timedelta(days=24))
    told = house.sent()
    assert [words.splitlines()[0] for _, words in told] == [
        each.words for each in (week, week.following, week.following.following)
    ]
    assert all("It was due on Monday" in words for _, words in told)
    house.turn(AUTUMN + timedelta(weeks=40))
    assert len(house.sent()) <= digests.MOST_MISSED + 1


def test_staff_get_one_tip_and_never_a_small_number(database: Database) -> None:
    """Who is on cover and how to ask; of missed weeks only the newest."""
    house = House(database, AUTUMN, ORGANISATION.model_copy(update={"staff_channel": STAFF}))
    house.turn(AUTUMN)
    house.office.raised(calm_but(S4="yes"))
    house.turn(AUTUMN + timedelta(days=16))
    ((where, words),) = house.sent(OutboxKind.STAFF_DIGEST)
    assert where == STAFF
    assert f"Last week fewer than {SMALLEST} checks were started." in words
    assert "Lead one: 020 7946 0101" in words
    assert "*On cover today*\nLead one, Lead two, Deputy one" in words
    with house.services.database.read() as tx:
        assert (
            len(tx.execute(select(table).where(table.c.audience == "staff", table.c.made_at.is_not(None))).all()) == 2
        )


def test_the_tip_is_from_many_checks_or_from_none() -> None:
    """One person's doubt never becomes everybody's tip."""
    week = Week(2026, 47)
    policy = [question.id for question in CHECKLIST if question.is_policy]
    one = {week: WeekFigures(unsure={"S5": 4, "3.1.4": 1})}
    assert tip_of(week, one) == tip_of(week, {}) == policy[47 % 17]
    assert tip_of(week, {**one, week.before: WeekFigures(unsure={"3.1.4": 4})}) == "3.1.4"
    assert {tip_of(Week(2026, number), {}) for number in range(1, 53)} == set(policy)


def test_a_digest_that_cannot_be_made_is_tried_again(database: Database) -> None:
    """In a minute, not at once, and it holds nothing up."""
    house = House(database, AUTUMN)
    house.turn(AUTUMN)
    week = Week.of(AUTUMN.date())
    whole = house.digests._services  # noqa: SLF001 - to break it
    house.digests._services = replace(whole, keys=None)  # type: ignore[arg-type] # noqa: SLF001 - to break it
    house.morning(week)
    house.digests._services = whole  # noqa: SLF001 - to mend it
    house.morning(week, time(8, 30, 30))
    assert house.sent() == []
    house.morning(week, time(8, 31, 1))
    assert len(house.sent()) == 1


def test_it_waits_until_its_figures_are_sealed(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the record is in use for long the seal is made later, and the digest goes out with it."""
    house = House(database, AUTUMN)
    house.turn(AUTUMN)
    week = Week.of(AUTUMN.date())
    with monkeypatch.context() as busy:
        busy.setattr(digests, "seal_made", lambda *_: False)
        house.morning(week)
    with house.services.database.begin() as tx:
        (row,) = outbox.claim(tx, house.clock.moment, 50, (outbox.LATER,))
        assert renderers().render(house.services, tx, row).later
        outbox.retry_later(tx, row, house.clock.moment, "waits")
    house.morning(week, time(8, 30, 5))
    ((_, words),) = house.sent()
    assert HEAD.search(words)


@pytest.mark.parametrize("at", [time(0, 0), time(23, 59)])
def test_day_and_time_are_the_organisations_to_choose(database: Database, at: time) -> None:
    """Any day of the week after."""
    digest = ORGANISATION.digest.model_copy(update={"day": "wednesday", "at": at})
    house = House(database, AUTUMN, ORGANISATION.model_copy(update={"digest": digest}))
    house.turn(AUTUMN)
    due = datetime.combine(Week.of(AUTUMN.date()).following.first + timedelta(days=2), at, LONDON)
    house.turn(due - timedelta(seconds=1))
    assert house.sent() == []
    house.turn(due)
    assert len(house.sent()) == 1
