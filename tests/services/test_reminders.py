"""Nothing is forgotten: reminders of plans, of sharing and at a time of one's own, other ways than Slack, drills."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from flows.case import SYSTEM, CaseStatus, CheckStatus, Did, Shared, Told
from flows.events import EventKind, OutboxKind
from services.casework import DRILL_LASTS
from services.drill import Drill
from storage import cases, checks, outbox
from storage.engine.database import Database
from storage.health import liveness, overdue
from storage.outbox import Reach
from tests.flows.builders import calm_but, stopped_after
from tests.storage.builders import LEAD_ONE, LEAD_TWO, REPORTER, START, Office

URGENT = stopped_after("S4", calm_but(S4="yes"))
SOON = stopped_after("S3", calm_but(S3="low_level"))
AFTER = {"3.4.1": ("yes_told",), "3.4.2": ("yes",)}
MORNING = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
"""The working morning after START."""


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


def _climb(office: Office, check: str) -> None:
    with office.leading() as work:
        work.escalate_due(check)


def _agree(office: Office, check: str) -> None:
    with office.leading() as work:
        assert work.agree(check, REPORTER, 1).did is Did.DONE


def _look(office: Office) -> overdue.Findings:
    with office.database.read() as tx:
        return overdue.look(tx, office.now)


def _send_all(office: Office) -> None:
    """As if Slack, or a mail server, had taken all that is due."""
    with office.database.begin() as tx:
        for row in outbox.claim(tx, office.now, 100):
            outbox.stamp(tx, row, office.now, "D1", "1.1")


def test_work_on_a_case_resets_the_reminder_and_only_a_plan_ends_it(office: Office) -> None:
    """A note or a question shows that somebody is at it; silence does not."""
    check = office.led(URGENT)
    office.forward(hours=3)
    with office.leading() as work:
        work.write(check, LEAD_ONE, EventKind.NOTE, {"text": "called"}, office.request())
    assert office.next_page_at(check) == office.now + timedelta(hours=4)
    with office.leading() as work:
        work.write(check, REPORTER, EventKind.REPLY, {"text": "yes"}, office.request())
    assert office.next_page_at(check) == office.now + timedelta(hours=4)
    office.decide(check, "share")
    office.plan(check)
    assert office.next_page_at(check) == MORNING


def test_a_plan_that_waits_is_shown_to_the_reporter_each_working_morning(office: Office) -> None:
    """Until they agree, in a message of its own."""
    check = office.planned(URGENT)
    for days in range(1, 4):
        office.now = MORNING + timedelta(days=days - 1)
        _climb(office, check)
        assert office.happened(check).count(EventKind.PLAN_WAITS) == days
        assert len(office.rows(check, OutboxKind.NOTICE)) == 2 + days  # led, planned, and each of these
    _agree(office, check)
    office.now += timedelta(days=1)
    _climb(office, check)
    assert office.happened(check).count(EventKind.PLAN_WAITS) == 3


def test_the_last_two_questions_are_asked_again_until_they_are_answered(office: Office) -> None:
    """After one day, after three, then every week (organisation.toml, aftercare)."""
    check = office.planned(URGENT)
    _agree(office, check)
    agreed = office.now
    for days in (1, 3, 10, 17):
        assert office.next_page_at(check) == agreed + timedelta(days=days)
        office.now = agreed + timedelta(days=days)
        _climb(office, check)
    assert office.happened(check).count(EventKind.AFTERCARE_REMINDED) == 4
    with office.leading() as work:
        assert work.shared(check, REPORTER, AFTER, {}, office.request()).did is Did.DONE
    office.forward(days=30)
    _climb(office, check)
    assert office.happened(check).count(EventKind.AFTERCARE_REMINDED) == 4
    assert office.next_page_at(check) is None


def test_a_plan_without_sharing_asks_nothing_afterwards(office: Office) -> None:
    """There is nothing to ask about where S6 says that nothing was shared."""
    check = office.planned(calm_but(S4="yes"), "no_further_action")
    _agree(office, check)
    office.forward(days=30)
    _climb(office, check)
    assert office.the_case(check).shared is Shared.CHOSE_NOT_TO
    assert EventKind.AFTERCARE_REMINDED not in office.happened(check)


def test_whoever_leads_is_reminded_when_they_asked_to_be(office: Office) -> None:
    """While there is no plan it takes the place of the next reminder; later it stands by itself. Once."""
    check = office.led(URGENT)
    at = office.now + timedelta(minutes=30)
    with office.leading() as work:
        assert work.remind_me(check, LEAD_ONE, at, "remind-1").did is Did.DONE
        assert work.remind_me(check, LEAD_ONE, at, "remind-1").did is Did.ALREADY
    assert office.next_page_at(check) == at + timedelta(hours=4)
    office.decide(check, "share")
    office.plan(check)
    with office.leading() as work:
        work.remind_me(check, LEAD_ONE, at, office.request())
        work.remind(check)
    assert EventKind.REMINDED_LEADER not in office.happened(check)
    office.now = at
    for _ in range(2):
        with office.leading() as work:
            work.remind(check)
    assert office.happened(check).count(EventKind.REMINDED_LEADER) == 1
    newest = office.rows(check, OutboxKind.PAGE)[-1]
    assert (newest["target"], newest["ask"]) == (LEAD_ONE, 2)


def test_only_what_somebody_leads_can_be_put_off(office: Office) -> None:
    """An open case is paged for; a closed one is over."""
    check = office.raised(URGENT)
    with office.leading() as work:
        assert work.remind_me(check, LEAD_ONE, office.now + timedelta(days=7), office.request()).did is Did.STALE


def test_where_the_ladder_says_so_people_are_asked_another_way_as_well(office: Office) -> None:
    """Urgent ones from the first ask on, once for each ask and way; nobody without an address."""
    office.roster = replace(office.roster, ways={"lead-1": ("email", "push"), "deputy-1": ("email",)})
    check = office.raised(URGENT)
    first = [(1, LEAD_ONE, "email"), (1, LEAD_ONE, "push")]
    for _ in range(2):
        office.forward(minutes=16)
        _climb(office, check)
    ways = [(row["ask"], row["target"], row["via"]) for row in office.rows(check, OutboxKind.ALERT)]
    second = [(2, LEAD_ONE, "email"), (2, LEAD_ONE, "push"), (2, "U0DEPUTY", "email")]
    assert ways == [*first, *second, *((3, target, via) for _, target, via in second)]


def test_somebody_slack_cannot_reach_is_asked_another_way_at_once(office: Office) -> None:
    """Once for each page, and never somebody who may not know."""
    office.roster = replace(office.roster, ways={"lead-1": ("email",), "lead-2": ("email",)})
    check = office.raised({**URGENT, "S2": ("lead-2",)})
    for target in (LEAD_ONE, LEAD_ONE, LEAD_TWO, "C0LEADS", "U0NOBODY"):
        with office.leading() as work:
            work.not_taken(check, target, 1)
    assert [row["target"] for row in office.rows(check, OutboxKind.ALERT)] == [LEAD_ONE]


def test_what_was_handed_over_elsewhere_is_not_called_delivered_in_slack(office: Office) -> None:
    """The reporter hears that it was an email, and to phone."""
    office.roster = replace(office.roster, ways={"lead-1": ("email",)})
    check = office.raised(URGENT)
    with office.leading() as work:
        work.not_taken(check, LEAD_ONE, 1)
    with office.database.begin() as tx:
        (alert,) = outbox.claim(tx, office.now, 20, (outbox.ELSEWHERE,))
        outbox.stamp(tx, alert, office.now, "email", "handed over")
        reach = outbox.reach(tx, check, office.now)
    assert reach == Reach(
        Told.ELSEWHERE, elsewhere=frozenset({"email"}), handed_to=frozenset({LEAD_ONE}), has_asked=True
    )
    _send_all(office)
    with office.database.read() as tx:
        assert outbox.reach(tx, check, office.now).told is Told.DELIVERED


def test_a_practice_goes_up_the_real_ladder_and_ends_when_somebody_leads(office: Office) -> None:
    """Pages like an urgent check; the reporter is told how it went; nobody works on it afterwards."""
    with office.database.begin() as tx:
        drills = [Drill(tx, office.keys, office.roster, office.now).start(REPORTER, "once") for _ in range(2)]
    assert len(set(drills)) == 1
    check = drills[0]
    assert office.paged(check) == ["C0LEADS", LEAD_ONE, LEAD_TWO]
    office.forward(minutes=16)
    _climb(office, check)
    assert "U0DEPUTY" in office.paged(check)
    assert office.rows(check, OutboxKind.NOTICE) == []  # nobody is sent to social care for practice
    with office.leading() as work:
        assert work.lead(check, LEAD_TWO, "lead-2").did is Did.DONE
    ended = office.the_case(check)
    assert (ended.status, ended.led_by) == (CaseStatus.CLOSED, "lead-2")
    assert office.next_page_at(check) is None
    assert len(office.rows(check, OutboxKind.NOTICE)) == 1
    _send_all(office)
    assert _look(office).is_well


def test_a_practice_that_nobody_answers_is_over_after_an_hour(office: Office) -> None:
    """And says so."""
    with office.database.begin() as tx:
        check = Drill(tx, office.keys, office.roster, office.now).start(REPORTER, "once")
    office.now = START + DRILL_LASTS
    _climb(office, check)
    assert office.check(check).status is CheckStatus.CLOSED
    assert office.happened(check)[-1] == EventKind.DRILL_UNANSWERED


def test_a_practice_that_nobody_is_behind_is_told_in_the_channel_and_to_nobody_else(office: Office) -> None:
    """Started by a command, with no administrator: the thread says how it went, and no message is for ourselves."""
    with office.database.begin() as tx:
        check = Drill(tx, office.keys, office.roster, office.now).start(SYSTEM, "once")
    with office.leading() as work:
        assert work.lead(check, LEAD_TWO, "lead-2").did is Did.DONE
    assert [row["target"] for row in office.rows(check, OutboxKind.LINE)] == ["C0LEADS"]
    assert office.rows(check, OutboxKind.NOTICE) == []
    _send_all(office)
    assert _look(office).is_well


def test_a_practice_is_in_nobodys_list(office: Office) -> None:
    """Neither among somebody's checks nor among those to look at."""
    with office.database.begin() as tx:
        Drill(tx, office.keys, office.roster, office.now).start(REPORTER, "once")
        assert checks.of_reporter(tx, office.keys, REPORTER, 10) == []
        assert checks.drafts(tx, office.keys, REPORTER) == []
        assert list(checks.ended_without_page(tx, office.keys)) == []


def test_all_is_well_while_everything_is_on_time(office: Office) -> None:
    """At every stage of a case, with what is due sent."""
    check = office.raised(URGENT)
    _send_all(office)
    assert _look(office).is_well
    with office.leading() as work:
        work.lead(check, LEAD_ONE, "lead-1")
    office.decide(check, "share")
    office.plan(check)
    _agree(office, check)
    _send_all(office)
    assert _look(office).is_well


def test_an_agreed_plan_whose_sharing_nobody_would_ask_about_is_found(office: Office) -> None:
    """Policy 3.4: it is not over before the last two questions are answered."""
    check = office.planned(URGENT)
    _agree(office, check)
    _send_all(office)
    with office.database.begin() as tx:
        cases.save(tx, check, next_page_at=None)
    assert _look(office).unwatched == (check,)
    with office.leading() as work:
        work.chose_not_to_share(check, REPORTER, "It can wait.", office.request())
    _send_all(office)
    assert _look(office).is_well


def test_a_timer_nobody_saw_to_is_found(office: Office) -> None:
    """An unanswered page, a check left part done, a reminder."""
    office.raised(URGENT)
    stopped = office.start()
    office.answers(stopped, SOON)
    led = office.led(URGENT)
    office.decide(led, "share")
    office.plan(led)
    with office.leading() as work:
        work.remind_me(led, LEAD_ONE, office.now + timedelta(minutes=20), office.request())
    _send_all(office)
    office.forward(minutes=20, seconds=31)
    assert len(_look(office).late) == 3


def test_a_page_nobody_has_is_found_however_often_it_was_tried(office: Office) -> None:
    """Its next try being in the future is no excuse."""
    office.raised(URGENT)
    office.forward(minutes=1)
    assert _look(office).unsent == ()
    office.forward(minutes=1, seconds=1)
    with office.database.begin() as tx:
        for row in outbox.claim(tx, office.now, 100):
            outbox.retry_later(tx, row, office.now + timedelta(minutes=1), "URLError")
    assert len(_look(office).unsent) == 3


def test_an_open_case_that_nothing_would_wake_is_found_and_woken(office: Office) -> None:
    """It must not happen; should it, somebody is asked again."""
    check = office.raised(URGENT)
    _send_all(office)
    with office.database.begin() as tx:
        tx.exec_driver_sql("UPDATE cases SET next_page_at = NULL")
    assert _look(office).unwatched == (check,)
    with office.leading() as work:
        work.look_again(check)
    assert _look(office).is_well
    pages = len(office.paged(check))
    _climb(office, check)
    assert len(office.paged(check)) > pages


def test_what_an_instance_held_that_is_gone_is_given_back_at_once(office: Office) -> None:
    """Without waiting for the lease; what the living hold stays theirs."""
    office.raised(URGENT)
    office.raised(URGENT)
    with office.database.begin() as tx:
        gone = outbox.claim(tx, office.now, 3, instance="11111111")
        living = outbox.claim(tx, office.now, 2, instance="22222222")
        assert outbox.holders(tx) == {"11111111", "22222222"}
        assert outbox.release_of(tx, ["11111111"], office.now) == 3
        taken = {row.id for row in outbox.claim(tx, office.now, 100, instance="22222222")}
        assert taken >= {row.id for row in gone}
        assert not taken & {row.id for row in living}
        assert not outbox.stamp(tx, gone[0], office.now, "D1", "1.1")


def test_a_lost_claim_ends_at_two_copies(office: Office) -> None:
    """Whoever holds the row finishes first; then it is shown once more, as an edit: nobody takes it from anybody."""
    check = office.raised(URGENT)
    with office.database.begin() as tx:
        first = outbox.claim(tx, office.now, 100, instance="11111111")[0]
        outbox.release_of(tx, ["11111111"], office.now)
        second = next(row for row in outbox.claim(tx, office.now, 100, instance="22222222") if row.id == first.id)
        assert not outbox.stamp(tx, first, office.now, "D1", "1.1")
        outbox.mark_id_due(tx, first.id, office.now)
        assert outbox.claim(tx, office.now, 100) == []
        assert outbox.stamp(tx, second, office.now, "D1", "1.2")
        (again,) = outbox.claim(tx, office.now, 100)
        assert (again.id, again.ts) == (first.id, "1.2")
    assert office.case(check) is not None


def test_a_page_that_is_being_posted_when_a_newer_follows_points_to_it_afterwards(office: Office) -> None:
    """It is not dropped while it is under way: it would stand there for ever with live buttons."""
    check = office.raised(URGENT)
    with office.database.begin() as tx:
        pages = [row for row in outbox.claim(tx, office.now, 100) if row.what == OutboxKind.PAGE]
    office.forward(minutes=16)
    with office.leading() as work:
        work.escalate_due(check)
        now = office.now - timedelta(minutes=16) + timedelta(seconds=1)
        assert not {row.id for row in outbox.claim(work.tx, now, 100)} & {row.id for row in pages}
        for row in pages:
            assert outbox.stamp(work.tx, row, office.now, "D1", "1.1")
        again = {row.id: row for row in outbox.claim(work.tx, office.now, 100)}
    assert all(again[row.id].what == OutboxKind.OLD_PAGE and again[row.id].ts for row in pages)


def test_each_instance_leaves_its_own_time(office: Office) -> None:
    """By its own clock; whoever is gone is forgotten."""
    with office.database.begin() as tx:
        for _ in range(2):
            liveness.beat_as(tx, "11111111", office.now)
        liveness.beat_as(tx, "22222222", office.now + timedelta(seconds=15))
        assert liveness.stamps(tx) == {"11111111": office.now, "22222222": office.now + timedelta(seconds=15)}
        liveness.forget(tx, ["11111111"])
        assert list(liveness.stamps(tx)) == ["22222222"]


def test_an_older_page_that_arrived_is_no_comfort_when_the_newest_does_not(office: Office) -> None:
    """The reporter is not told "I asked again" while nobody was."""
    check = office.raised(URGENT)
    _send_all(office)
    office.forward(minutes=16)
    _climb(office, check)
    with office.database.begin() as tx:
        reach = outbox.reach(tx, check, office.now)
        assert (reach.told, reach.has_asked) == (Told.DELIVERED, False)
        for _ in range(2):
            office.forward(minutes=1)
            for row in outbox.claim(tx, office.now, 100):
                outbox.retry_later(tx, row, office.now, "channel_not_found")
        assert outbox.reach(tx, check, office.now).told is Told.FAILED
    _send_all(office)
    with office.database.read() as tx:
        reach = outbox.reach(tx, check, office.now)
        assert (reach.told, reach.has_asked) == (Told.DELIVERED, True)
