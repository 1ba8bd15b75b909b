"""The week's figures: what a second count of the events finds, and none from a check that somebody may not know of."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from bot.permission import Act, Role, Subject, gate, role
from bot.permission import Gate as Answer
from flows.case import Strand, StrandStatus
from flows.events import EventKind, OutboxKind
from flows.model import Answers
from flows.records.retention import Schedule
from flows.reports.figures import Week, WeekFigures
from services.restricted_cases import RestrictedCases, restricted_in
from services.retention import Retention
from services.week_figures import WeekCounter
from storage import cases, checks, outbox
from storage.engine.database import Database
from storage.tables import checks as table
from tests.flows.builders import calm_but
from tests.services.weeks import CONFLICTS, SHEETS, recount, work
from tests.storage.builders import LEAD_ONE, ROSTER, SAID, Office, not_done

LONDON = ZoneInfo("Europe/London")
AUTUMN, SPRING = datetime(2026, 10, 5, tzinfo=LONDON), datetime(2027, 2, 8, tzinfo=LONDON)
"""Mondays; in the twelve weeks from each the clocks change once."""
SCHEDULE = Schedule(timedelta(days=366), 25, timedelta(days=731))


def counting(office: Office, week: Week) -> WeekCounter:
    """As the digest counts, in a transaction that is left open until the test ends."""
    tx = office.database.engine.connect()
    return WeekCounter(tx, office.keys, office.roster, week, office.now, SCHEDULE)


def counted(office: Office, week: Week | None = None) -> WeekFigures:
    found = counting(office, week or Week.of(office.roster.week.day_of(office.now)))
    with found.tx:
        return found.figures()


def restricted(office: Office) -> tuple[RestrictedCases, ...]:
    found = counting(office, Week.of(office.roster.week.day_of(office.now)))
    with found.tx:
        return restricted_in(found)


@pytest.mark.parametrize("first", [AUTUMN, SPRING], ids=["autumn", "spring"])
@pytest.mark.parametrize("seed", range(2))
def test_figures_are_what_a_second_count_of_the_events_finds(database: Database, first: datetime, seed: int) -> None:
    """Twelve weeks of everything that happens, over the nights on which the clocks change."""
    office = Office(database)
    office.now = first.astimezone(UTC)
    work(office, 12, random.Random(seed))  # noqa: S311 - a story, not a key
    week = Week.of(first.date())
    seen = WeekFigures()
    for _ in range(12):
        found, second = counted(office, week), recount(office, week)
        for name, value in second.items():
            assert _plain(getattr(found, name)) == value, (str(week), name)
        seen, week = (found if found.cases > seen.cases else seen), week.following
    assert seen.cases


def _plain(value: object) -> object:
    return {key: number for key, number in value.items() if number} if isinstance(value, dict) else value


def test_the_hour_that_is_not_there_belongs_to_no_week(office: Office) -> None:
    """A week is from Monday to Monday by the organisation's clocks: 167 hours in spring, 169 in autumn."""
    for week, hours in ((Week(2027, 12), 167), (Week(2026, 43), 169), (Week(2026, 47), 168)):
        since, until = week.bounds(LONDON)
        assert (until - since) / timedelta(hours=1) == hours
    office.now = datetime(2026, 10, 25, 23, 59, tzinfo=LONDON)
    office.answers(office.start(), SHEETS[0])
    office.now = datetime(2026, 10, 26, 0, 0, tzinfo=LONDON)
    office.answers(office.start(), SHEETS[0])
    assert [counted(office, week).started for week in (Week(2026, 43), Week(2026, 44))] == [1, 1]


@pytest.mark.parametrize("sheet", CONFLICTS, ids=lambda sheet: "-".join(sheet["S2"]))
def test_a_conflict_leaves_every_figure_as_it_was(office: Office, sheet: Answers) -> None:
    """Whoever reads the shared figures cannot tell whether there was one: not by a count, a miss, or a time."""
    office.raised(calm_but(S4="yes"))
    office.forward(hours=1)
    before = counted(office)
    check = office.start()
    office.answers(check, sheet)
    office.forward(minutes=50)
    with office.reporting() as working:
        working.send(check, "U0STAFF")
    if office.case(check):
        with office.leading() as working:
            working.escalate_due(check)
        assert [one.check.id for one in restricted(office)] == [check]
    office.now -= timedelta(minutes=50)
    assert counted(office) == before


@pytest.mark.parametrize("given", [(), ("S1",)], ids=["nothing", "S1"])
def test_until_it_is_known_who_to_leave_out_nothing_is_counted(office: Office, given: tuple[str, ...]) -> None:
    """Also not that somebody began."""
    check = office.start()
    for question in given:
        office.answer(check, question, "no")
    assert counted(office) == WeekFigures()
    office.answers(check, SHEETS[0])
    assert counted(office).started == 1


def test_a_lead_who_steps_aside_takes_the_case_out_of_the_figures(office: Office) -> None:
    """They read the shared digest too."""
    check = office.raised(calm_but(S4="yes"))
    assert counted(office).cases == 1
    with office.leading() as working:
        working.step_aside(check, LEAD_ONE, "lead-1")
    assert counted(office) == WeekFigures()
    (one,) = restricted(office)
    assert (one.check.id, one.raised, one.missed) == (check, True, False)


def test_a_page_sent_before_the_choice_stays_out_of_the_figures(office: Office) -> None:
    """Danger, and nobody said who may know: everybody was asked, and it was never in the shared channel."""
    check = office.start()
    office.answer(check, "S1", "yes")
    office.forward(minutes=2)
    with office.reporting() as working:
        working.wake(check)
    office.answer(check, "S2", "no")
    assert office.the_case(check).dm_only
    assert counted(office) == WeekFigures()
    assert len(restricted(office)) == 1


@pytest.mark.parametrize("seed", range(6))
def test_what_is_counted_is_what_every_reader_of_the_channel_may_have_counted(office: Office, seed: int) -> None:
    """The rule in SQL and the gate agree, for each role: leads, deputies, the independent contact, and nobody else."""
    work(office, 3, random.Random(seed), most=8)  # noqa: S311 - a story, not a key
    hidden = {one.check.id for one in restricted(office)}
    with office.database.read() as tx:
        for check in cases.open_ids(tx):
            opened = checks.load(tx, office.keys, check)
            if opened.check.is_drill:
                continue
            subject = Subject(opened.check, checks.people_left_out(tx, check), cases.find(tx, opened))
            everybody = list(ROSTER.slack.values())
            may = {account: gate(subject, account, Act.COUNT, ROSTER) is Answer.ALLOWED for account in everybody}
            if check not in hidden:
                assert all(may.values()), check
            for account in ("U0STAFF", "U0ADMIN", "U0OTHER"):
                assert gate(subject, account, Act.COUNT, ROSTER) is not Answer.ALLOWED
            for account, allowed in may.items():
                assert allowed is (role(subject, account, ROSTER) is not Role.LEFT_OUT)


def test_a_target_is_held_against_what_was_asked_then(office: Office) -> None:
    """Answered too late, and more urgent afterwards: that was late all the same."""
    office.now = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    check = office.start()
    office.answers(check, calm_but(S3="low_level"))
    with office.reporting() as working:
        working.send(check, "U0STAFF")
    office.forward(hours=5)
    with office.leading() as working:
        working.lead(check, LEAD_ONE, "lead-1")
    found = counted(office)
    assert (found.cases, found.missed, found.answers) == (1, 1, (5 * 3600,))


def test_strands_are_overdue_from_the_day_after(office: Office) -> None:
    """By the organisation's own days."""
    check = office.led(calm_but(S4="yes"))
    office.decide(check, "share")
    today = office.now.date().isoformat()
    office.plan(check, tuple(_due(strand, today) for strand in not_done()))
    assert counted(office).strands_overdue == 0
    office.forward(days=1)
    assert counted(office).strands_overdue == 3


def _due(strand: Strand, day: str) -> Strand:
    return replace(strand, due=day, status=StrandStatus.TO_DO)


def test_late_pages_are_misses_and_drills_are_not_cases(office: Office) -> None:
    """A page that Slack had late, and one that it has not had yet."""
    office.raised(calm_but(S4="yes"))
    with office.database.begin() as tx:
        first, *_ = [row for row in outbox.claim(tx, office.now, 20) if row.what == OutboxKind.PAGE]
    office.forward(minutes=3)
    with office.database.begin() as tx:
        outbox.stamp(tx, first, office.now, "C0LEADS", "1.1")
    found = counted(office)
    assert (found.late, found.undelivered, found.misses) == ((180,), 2, 3)


def test_records_are_counted_in_the_week_before_their_time_ends(office: Office) -> None:
    """By the calendar: 366 days after the last change where nothing raised a risk."""
    check = office.start()
    office.answers(check, SHEETS[0])
    with office.reporting() as working:
        working.send(check, "U0STAFF")
    ends = office.now + timedelta(days=366)
    week = Week.of(ends.date()).before
    assert [counted(office, each).retention for each in (week.before, week, week.following)] == [0, 1, 0]


def test_a_childs_case_is_counted_by_the_birthday_that_was_written(office: Office) -> None:
    """The deletion list's own rule, not one beside it: 25 years from birth; nothing that is on hold."""
    check = office.raised(calm_but(S4="yes"))
    with office.reporting() as working:
        working.write(check, "U0STAFF", EventKind.DETAILS, {"person": "x", "born": "4 March 2012"}, office.request())
    with office.leading() as working:
        working.lead(check, LEAD_ONE, "lead-1")
    office.decide(check, "share")
    office.plan(check)
    with office.leading() as working:
        working.agree(check, "U0STAFF", 1)
        working.shared(check, LEAD_ONE, {"3.4.1": ("yes_told",), "3.4.2": ("yes",)}, SAID, office.request())
        working.close(check, LEAD_ONE, {"outcome": "x"}, office.request())
    week = Week.of(datetime(2037, 3, 4, tzinfo=UTC).date()).before
    assert [counted(office, each).retention for each in (week.before, week, week.following)] == [0, 1, 0]
    with office.database.begin() as tx:
        keeping = Retention(tx, office.keys, office.roster, office.now, SCHEDULE)
        keeping.hold(check, LEAD_ONE, "a claim", office.request())
    assert counted(office, week).retention == 0


def test_a_record_that_somebody_is_left_out_of_is_in_no_figure_at_its_end(office: Office) -> None:
    """Those who may know of it are told in the monthly message, and nobody else."""
    check = office.start()
    office.answers(check, calm_but(S2="lead-2"))
    with office.reporting() as working:
        working.send(check, "U0STAFF")
    week = Week.of((office.now + timedelta(days=366)).date()).before
    with office.database.begin() as tx:
        assert Retention(tx, office.keys, office.roster, office.now, SCHEDULE).items(office.now + timedelta(days=400))
    assert counted(office, week).retention == 0


def test_an_erased_check_is_counted_no_more(office: Office) -> None:
    """What was printed before stays printed; a new count finds nothing of it."""
    check = office.start()
    office.answers(check, SHEETS[0])
    with office.database.begin() as tx:
        tx.execute(update(table).where(table.c.id == check).values(wrapped_key=b""))
    assert counted(office) == WeekFigures()


def test_a_leads_question_waits_until_it_is_answered(office: Office) -> None:
    """And a case that nothing would have woken is a miss."""
    check = office.led(calm_but(S4="yes"))
    with office.leading() as working:
        working.write(check, LEAD_ONE, EventKind.QUESTION, {"text": "the question"}, office.request())
        working.look_again(check)
    assert (counted(office).questions_waiting, counted(office).forgotten) == (1, 1)
    with office.leading() as working:
        working.write(check, "U0STAFF", EventKind.REPLY, {"text": "the reply"}, office.request())
    assert counted(office).questions_waiting == 0


@pytest.mark.parametrize("looked", [EventKind.OPENED_CHECK, EventKind.OPENED_RECORD])
def test_what_a_lead_has_looked_at_is_no_longer_to_sample(office: Office, looked: EventKind) -> None:
    """Checks that ended without anybody being asked: opened from the sample, or found and opened."""
    check = office.start()
    office.answers(check, SHEETS[0])
    with office.reporting() as working:
        working.send(check, "U0STAFF")
    assert counted(office).to_sample == {"HOLD": 1}
    with office.leading() as working:
        working.viewed(check, LEAD_ONE, EventKind.FOUND)
    assert counted(office).to_sample == {"HOLD": 1}
    with office.leading() as working:
        working.viewed(check, LEAD_ONE, looked)
    assert counted(office).to_sample == {}


def test_a_case_that_became_more_urgent_is_held_against_the_newer_target(office: Office) -> None:
    """Four working hours at first, then fifteen minutes: an answer after twenty is late."""
    office.now = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    check = office.start()
    office.answer(check, "S1", "no")
    office.answer(check, "S2", "no")
    with office.reporting() as working:
        working.ask_lead(check, "U0STAFF", office.request())
    office.answer(check, "S3", "none")
    office.answer(check, "S4", "yes")
    assert EventKind.ESCALATED in office.happened(check)
    office.forward(minutes=20)
    with office.leading() as working:
        working.lead(check, LEAD_ONE, "lead-1")
    assert (counted(office).missed, counted(office).answers) == (1, (1200,))
