"""What goes first, and what Slack's limits hold back: never an emergency behind routine, never e-mail behind Slack."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from slack_sdk import WebClient

from bot.delivery.limits import Line
from flows.case import CaseStatus, CheckStatus, Told
from flows.events import EventKind, OutboxKind
from sandbox import Workspace
from storage import cases, checks, outbox
from storage.old_messages import not_shrunk
from storage.outbox_order import EMERGENCY_PAGE, LATER, PAGE, SHOWN, SHRINKING
from tests.bot.delivery.test_sender import MANIFEST, Rig, rig_in
from tests.flows.builders import calm_but, stopped_after

EMERGENCY = {**stopped_after("S2", calm_but(S1="yes")), "S2": ("no",)}
ROUTINE = stopped_after("S4", calm_but(S4="possibly"))


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    with Workspace(manifest=MANIFEST, rates=False) as workspace:
        with rig_in(workspace, tmp_path) as rig:
            yield rig
        assert workspace.complaints == []


def test_an_emergency_page_goes_before_sixty_routine_ones(rig: Rig) -> None:
    """Whatever was queued before it, in whatever number: it is the first that is claimed."""
    for number in range(60):
        _urgent(rig, f"request {number}", "U0STAFF")
    last = rig.check(EMERGENCY, "U0STAFF2")
    with rig.database.begin() as tx:
        claimed = outbox.claim(tx, rig.clock.now(), 3, (outbox.PAGE,))
    assert {row.check for row in claimed} == {last}
    assert {row.rank for row in claimed} == {EMERGENCY_PAGE}


def _urgent(rig: Rig, request: str, reporter: str) -> str:
    """A check that pages the leads, put there without answering each question."""
    with rig.services.write() as tx:
        work = rig.services.reporting(tx)
        check = work.start(reporter, request).check.id
        work.answer(check, reporter, "S1", ("no",))
        work.answer(check, reporter, "S2", ("no",))
        work.answer(check, reporter, "S3", ("none",))
        work.answer(check, reporter, "S4", ("yes",))
    return check


def test_reporters_take_turns(rig: Rig) -> None:
    """Whoever types the command forty times does not make another wait for forty cards."""
    for number in range(40):
        with rig.services.write() as tx:
            rig.services.reporting(tx).start("U0STAFF", f"many {number}")
    with rig.services.write() as tx:
        rig.services.reporting(tx).start("U0STAFF2", "one")
    with rig.database.begin() as tx:
        first = outbox.claim(tx, rig.clock.now(), 2, (outbox.CARD,))
    assert {row.target for row in first} == {"U0STAFF", "U0STAFF2"}


def test_ranks_are_pages_then_cards_then_what_can_wait_then_shrinking(rig: Rig) -> None:
    """The order of a queue in which everything stands."""
    urgent = _urgent(rig, "urgent", "U0STAFF")
    rig.deliver()
    rig.check(EMERGENCY, "U0STAFF2")
    with rig.services.write() as tx:
        outbox.mark_due(tx, urgent, rig.clock.now(), OutboxKind.PAGE)
        outbox.retire_pages(tx, urgent, "U0LEAD2", rig.clock.now())
        outbox.put_once(tx, "digest", OutboxKind.DIGEST, "C0LEADS", rig.clock.now())
        outbox.put_once(tx, "alarm", OutboxKind.ALARM, "C0LEADS", rig.clock.now())
    with rig.database.begin() as tx:
        ranks = [row.rank for row in outbox.claim(tx, rig.clock.now(), 100)]
    assert ranks == sorted(ranks)
    assert set(ranks) == {EMERGENCY_PAGE, PAGE, SHOWN, LATER, SHRINKING}


def test_a_limit_on_edits_holds_every_edit_and_no_page(rig: Rig) -> None:
    """chat.update is counted for the workspace: no other card tries meanwhile, and pages go."""
    first, second = rig.check({}, "U0STAFF"), _started(rig, "U0STAFF2")
    rig.deliver()
    rig.workspace.faults.ratelimit("chat.update", times=1, retry_after=30)
    _hide(rig, first, "U0STAFF")
    rig.deliver()
    _hide(rig, second, "U0STAFF2")
    rig.deliver()
    assert len(rig.workspace.calls("chat.update")) == 1
    _urgent(rig, "meanwhile", "U0STAFF")
    rig.deliver()
    assert len(rig.dms("U0LEAD1")) == 1
    assert len(rig.workspace.calls("chat.update")) == 1
    for _ in range(10):
        rig.clock.forward(seconds=10)
        rig.deliver()
    assert "Paused" in rig.workspace.person("U0STAFF").text()
    assert "Paused" in rig.workspace.person("U0STAFF2").text()
    assert rig.due() == 0


def _started(rig: Rig, reporter: str) -> str:
    with rig.services.write() as tx:
        return rig.services.reporting(tx).start(reporter, f"of {reporter}").check.id


def _close(rig: Rig, check: str) -> None:
    """Close a case in the tables and in its record, without each step on the way."""
    with rig.services.write() as tx:
        work = rig.services.casework(tx)
        opened = work.load(check)
        cases.save(tx, check, status=CaseStatus.CLOSED, closed_at=rig.clock.now(), next_page_at=None)
        checks.save(tx, opened, rig.clock.now(), status=CheckStatus.CLOSED)
        work.record(opened, "U0LEAD1", EventKind.CLOSED, {})
        outbox.mark_due(tx, check, rig.clock.now(), *outbox.PAGES)


def _hide(rig: Rig, check: str, reporter: str) -> None:
    with rig.services.write() as tx:
        rig.services.reporting(tx).hide(check, reporter)


def test_five_edits_that_wait_are_one_call(rig: Rig) -> None:
    """Cases: 5 drafts of edits in one second on one card are 1 chat.update: it shows the last of them."""
    check = rig.check({})
    rig.deliver()
    for _ in range(2):
        _hide(rig, check, "U0STAFF")
        with rig.services.write() as tx:
            rig.services.reporting(tx).show(check, "U0STAFF")
    _hide(rig, check, "U0STAFF")
    rig.deliver()
    assert len(rig.workspace.calls("chat.update")) == 1
    assert "Paused" in rig.workspace.person("U0STAFF").text()


def test_what_slack_did_not_take_goes_as_soon_as_it_takes_anything(rig: Rig) -> None:
    """After an outage nobody waits for the rest of a minute: one call that works wakes everything."""
    rig.check({})
    rig.workspace.faults.server_error("*", times=None)
    for _ in range(6):
        rig.deliver()
        rig.clock.forward(seconds=60)
    rig.deliver()
    rig.workspace.faults.clear()
    assert rig.dms("U0STAFF") == []
    rig.clock.forward(seconds=1)
    _started(rig, "U0STAFF2")
    rig.deliver()
    assert len(rig.dms("U0STAFF2")) == 1
    assert len(rig.dms("U0STAFF")) == 1


def test_a_card_alone_goes_as_soon_as_slack_answers_a_question(rig: Rig) -> None:
    """Nothing else is due that could find out: the bot asks Slack itself, and only while a call has failed."""
    client = WebClient(rig.workspace.bot_token, base_url=rig.workspace.api_url, retry_handlers=[])
    rig.deliverer.ask_whether_slack_is_back(client)
    assert rig.workspace.calls("auth.test") == []
    rig.check({})
    rig.workspace.faults.html("*", times=None)
    for _ in range(8):
        rig.deliver()
        rig.clock.forward(seconds=60)
    rig.deliver()
    rig.deliverer.ask_whether_slack_is_back(client)
    rig.workspace.faults.clear()
    rig.clock.forward(seconds=1)
    rig.deliver()
    assert rig.dms("U0STAFF") == []
    rig.deliverer.ask_whether_slack_is_back(client)
    rig.deliver()
    assert len(rig.dms("U0STAFF")) == 1


def test_slack_that_comes_and_goes_is_not_asked_for_everything_each_time() -> None:
    """It may post what it does not answer about: what waits is tried less and less often."""
    line, now = Line(), datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
    woken = 0
    for _ in range(600):
        line.lost(now)
        now += timedelta(seconds=1)
        woken += line.is_back(now)
    assert 2 < woken < 12


def test_messages_are_cut_after_an_outage_however_long(rig: Rig) -> None:
    """Cases: HTML with 503 for 75 minutes while a case is closed. The trouble is the line's, not the message's."""
    check = _urgent(rig, "a request", "U0STAFF")
    rig.deliver()
    _close(rig, check)
    rig.workspace.faults.html("*", times=None)
    for _ in range(75):
        rig.deliver()
        rig.clock.forward(seconds=61)
    rig.workspace.faults.clear()
    rig.deliver()
    (page,) = rig.dms("U0LEAD1")
    assert "is closed" in page.text


def test_what_slack_refuses_to_cut_is_tried_once_a_day_and_reported(rig: Rig) -> None:
    """An archived channel may come back: nothing is given up, and what could not be done is listed."""
    check = _urgent(rig, "a request", "U0STAFF")
    rig.deliver()
    _close(rig, check)
    rig.workspace.faults.error("chat.update", "is_archived", times=None)
    rig.deliver()
    with rig.database.read() as tx:
        assert [each.why for each in not_shrunk(tx)] == ["is_archived"]
    tries = len(rig.workspace.calls("chat.update"))
    rig.clock.forward(hours=23)
    rig.deliver()
    assert len(rig.workspace.calls("chat.update")) == tries
    rig.workspace.faults.clear()
    rig.clock.forward(hours=2)
    rig.deliver()
    assert "is closed" in rig.dms("U0LEAD1")[0].text
    with rig.database.read() as tx:
        assert not_shrunk(tx) == ()


def test_a_page_is_tried_again_within_five_seconds_however_long_slack_is_away(rig: Rig) -> None:
    """Ten minutes away, and the page is there five seconds after."""
    check = _urgent(rig, "a request", "U0STAFF")
    rig.workspace.faults.server_error("*", times=None)
    for _ in range(120):
        rig.deliver()
        rig.clock.forward(seconds=5)
    rig.workspace.faults.clear()
    rig.deliver()
    assert len(rig.dms("U0LEAD1")) == 1
    with rig.database.read() as tx:
        assert rig.services.look(tx, check).told is Told.DELIVERED


def test_a_channel_at_its_limit_is_asked_once_and_not_by_every_row(rig: Rig) -> None:
    """Slack takes one a second: of thirty pages one learns it, and the others wait for their second."""
    for number in range(30):
        _urgent(rig, f"request {number}", "U0STAFF")
    rig.workspace.faults.ratelimit("chat.postMessage", times=1, retry_after=1)
    rig.deliver()
    refused = [call for call in rig.workspace.calls("chat.postMessage") if not call.response.get("ok")]
    assert len(refused) == 1


def test_an_hour_of_slacks_does_not_hold_email(rig: Rig) -> None:
    """Slack says to wait an hour: the row for e-mail is not held by it, and the page is asked for elsewhere now."""
    rig.workspace.faults.ratelimit("chat.postMessage", times=None, retry_after=3600)
    check = _urgent(rig, "a request", "U0STAFF")
    rig.deliver()
    with rig.services.write() as tx:
        outbox.put_elsewhere(tx, "mail", OutboxKind.ALERT, "U0LEAD1", "email", rig.clock.now(), check=check, ask=1)
    rig.deliver()
    with rig.database.read() as tx:
        waiting = tx.exec_driver_sql("SELECT via FROM outbox WHERE due_at IS NOT NULL").scalars().all()
    assert set(waiting) == {"slack"}
