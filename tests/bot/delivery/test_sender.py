"""The one way out, against the sandbox with everything that goes wrong there."""

import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.app import renderers
from bot.clock import Clock
from bot.config.organisation import example_organisation_path, load_organisation
from bot.config.roster import roster_of
from bot.context import Services
from bot.delivery.sender import Deliverer
from flows.case import SYSTEM
from flows.events import EventKind, OutboxKind
from flows.model import Answers
from sandbox import Workspace
from sandbox.state.models import Json, SlackMessage
from storage import outbox
from storage.crypto.envelope import Keyring
from storage.engine.database import Database
from tests.databases import sqlite_database
from tests.flows.builders import calm_but, stopped_after
from tests.harness import words_of

URGENT = stopped_after("S4", calm_but(S4="yes"))
ORGANISATION = load_organisation(example_organisation_path())
MANIFEST = Path(__file__).parents[3] / "manifest.yml"
PATIENCE = 1
"""Seconds until an answer that does not come is given up."""


class HandClock(Clock):
    """Moves when it is told to."""

    def __init__(self) -> None:
        self._now = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self._now

    def forward(self, **wait: float) -> None:
        self._now += timedelta(**wait)


class Rig:
    """A workspace, a database and a deliverer that sends when it is told to."""

    def __init__(self, workspace: Workspace, database: Database) -> None:
        self.workspace = workspace
        self.database = database
        self.clock = HandClock()
        roster, keys = roster_of(ORGANISATION), Keyring([Fernet.generate_key().decode()])
        self.services = Services(ORGANISATION, roster, database, keys, self.clock)
        self.senders = ThreadPoolExecutor(4)
        self.deliverer = self.another()

    def another(self) -> Deliverer:
        token, url = self.workspace.bot_token, self.workspace.api_url
        client = WebClient(token, base_url=url, timeout=PATIENCE, retry_handlers=[])
        return Deliverer(self.services, renderers(), client, self.senders)

    def check(self, sheet: Answers, reporter: str = "U0STAFF") -> str:
        """A check answered so far, with nothing sent yet."""
        with self.services.write() as tx:
            check = self.services.reporting(tx).start(reporter, "request").check.id
        for question, choices in sheet.items():
            with self.services.write() as tx:
                self.services.reporting(tx).answer(check, reporter, question, choices)
        return check

    def lead(self, check: str) -> None:
        with self.services.write() as tx:
            self.services.casework(tx).lead(check, "U0LEAD1", "lead-1")

    def deliver(self) -> None:
        """Send all that is due now."""
        while self.deliverer.deliver_due():
            pass

    def due(self) -> int:
        """How many rows are due now, taking none of them."""
        with self.database.read() as tx:
            return len(tx.exec_driver_sql("SELECT id FROM outbox WHERE due_at IS NOT NULL").all())

    def dms(self, user: str) -> list[SlackMessage]:
        return self.workspace.person(user).dm

    def channel(self) -> list[SlackMessage]:
        return self.workspace.person("U0LEAD1").messages("C0LEADS")


@contextmanager
def rig_in(workspace: Workspace, folder: Path) -> Iterator[Rig]:
    database = sqlite_database(folder / "test.db")
    rig = Rig(workspace, database)
    yield rig
    rig.senders.shutdown()
    database.close()


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    with Workspace(manifest=MANIFEST, rates=False) as workspace:
        yield workspace
        assert workspace.complaints == []


@pytest.fixture
def rig(workspace: Workspace, tmp_path: Path) -> Iterator[Rig]:
    with rig_in(workspace, tmp_path) as rig:
        yield rig


def _posts(workspace: Workspace) -> list[Json]:
    return [call.args for call in workspace.calls("chat.postMessage") if call.response.get("ok")]


def test_a_check_is_one_card_and_a_page_reaches_everybody_asked(rig: Rig) -> None:
    """The card in the direct message, the page in the channel and to each lead, and nothing else."""
    rig.check(URGENT)
    rig.deliver()
    assert len(rig.dms("U0STAFF")) == 1
    assert "I have told Lead one and Lead two" in rig.workspace.person("U0STAFF").text()
    assert [len(rig.dms(user)) for user in ("U0LEAD1", "U0LEAD2", "U0DEPUTY", "U0INDEP")] == [1, 1, 0, 0]
    assert len(rig.channel()) == 1
    assert rig.due() == 0


def test_a_change_edits_the_card_and_posts_no_second(rig: Rig) -> None:
    """One message, always true; nothing sounds on the reporter's phone."""
    check = rig.check({})
    rig.deliver()
    with rig.services.write() as tx:
        rig.services.reporting(tx).answer(check, "U0STAFF", "S1", ("no",))
    rig.deliver()
    assert len(_posts(rig.workspace)) == 1
    assert len(rig.workspace.calls("chat.update")) == 1


def test_what_slack_shows_already_is_not_sent_again(rig: Rig) -> None:
    """Slack counts every call; a step that changes nothing of a message costs none."""
    check = rig.check({})
    rig.deliver()
    with rig.services.write() as tx:
        outbox.mark_due(tx, check, rig.clock.now(), OutboxKind.CARD)
    rig.deliver()
    assert rig.workspace.calls("chat.update") == []
    assert rig.due() == 0


def test_an_edit_whose_fate_is_unknown_is_sent_again_even_back_to_what_was_there(rig: Rig) -> None:
    """Slack may show either: only what it surely shows is left alone."""
    check = rig.check({})
    rig.deliver()
    staff = rig.workspace.person("U0STAFF")
    with rig.services.write() as tx:
        rig.services.reporting(tx).hide(check, "U0STAFF")
    rig.workspace.faults.lose_answer("chat.update", times=1)
    rig.deliver()
    assert "Paused" in staff.text()
    with rig.services.write() as tx:
        rig.services.reporting(tx).show(check, "U0STAFF")
    rig.clock.forward(seconds=5)
    rig.deliver()
    assert rig.due() == 0
    assert "Paused" not in staff.text()


def test_too_many_requests_waits_as_long_as_slack_says(rig: Rig) -> None:
    """429 with Retry-After: not a second sooner, and then it arrives once."""
    rig.check({})
    rig.workspace.faults.ratelimit("chat.postMessage", times=1, retry_after=7)
    rig.deliver()
    assert rig.dms("U0STAFF") == []
    rig.clock.forward(seconds=6.5)
    rig.deliver()
    assert len(rig.workspace.calls("chat.postMessage")) == 1
    rig.clock.forward(seconds=0.5)
    rig.deliver()
    assert len(rig.dms("U0STAFF")) == 1


def test_a_lost_answer_is_sent_again_with_the_same_reference_and_never_not_at_all(rig: Rig) -> None:
    """A visible duplicate beats silence: both pages carry the one reference."""
    check = rig.check({**URGENT, "S2": ("not_sure",)})
    rig.workspace.faults.lose_answer("chat.postMessage", times=2)
    rig.deliver()
    rig.clock.forward(seconds=90)
    rig.deliver()
    with rig.database.read() as tx:
        ref = rig.services.look(tx, check).check.ref
    pages = rig.dms("U0INDEP")
    assert len(pages) == 2
    assert all(ref in page.posted for page in pages)
    assert rig.due() == 0


@pytest.mark.parametrize("status", [500, 503])
def test_an_error_of_slacks_is_tried_again_later_and_later(rig: Rig, status: int) -> None:
    """One, two, four seconds, never more than a minute, for as long as it takes."""
    rig.check({})
    rig.workspace.faults.server_error("chat.postMessage", times=None, status=status)
    for wait in (1, 2, 4, 8, 16, 32, 60, 60):
        calls = len(rig.workspace.calls("chat.postMessage"))
        rig.deliver()
        assert len(rig.workspace.calls("chat.postMessage")) == calls + 1
        rig.clock.forward(seconds=wait - 0.1)
        rig.deliver()
        assert len(rig.workspace.calls("chat.postMessage")) == calls + 1
        rig.clock.forward(seconds=0.1)
    rig.workspace.faults.clear()
    rig.deliver()
    assert len(rig.dms("U0STAFF")) == 1


def test_slack_down_then_up_sends_everything_once_and_the_card_is_honest(rig: Rig) -> None:
    """Nobody is said to be told before somebody is; afterwards nothing is missing."""
    check = rig.check(URGENT, "U0STAFF2")
    rig.workspace.faults.refuse("*", times=None)
    for _ in range(3):
        rig.deliver()
        rig.clock.forward(seconds=30)
    with rig.database.read() as tx:
        assert rig.services.look(tx, check).told == "failed"
    rig.workspace.faults.clear()
    rig.clock.forward(seconds=60)
    rig.deliver()
    assert "I have told" in rig.workspace.person("U0STAFF2").text()
    assert [len(rig.dms(user)) for user in ("U0STAFF2", "U0LEAD1", "U0LEAD2")] == [1, 1, 1]
    assert len(rig.channel()) == 1
    assert rig.due() == 0


def test_while_the_page_cannot_be_sent_the_card_says_so_with_numbers(rig: Rig) -> None:
    """I19: the reporter is told plainly, and whom to phone."""
    check = rig.check({})
    rig.deliver()
    for question, choices in URGENT.items():
        with rig.services.write() as tx:
            rig.services.reporting(tx).answer(check, "U0STAFF", question, choices)
    rig.workspace.faults.server_error("chat.postMessage", times=None)
    for _ in range(3):
        rig.deliver()
        rig.clock.forward(seconds=3)
    said = rig.workspace.person("U0STAFF").text()
    assert "I could not reach Lead one and Lead two in Slack yet." in said
    assert "020 7946 0101" in said
    rig.workspace.faults.clear()
    rig.clock.forward(seconds=60)
    rig.deliver()
    assert "I have told" in rig.workspace.person("U0STAFF").text()


def test_a_card_that_was_deleted_is_posted_anew(rig: Rig) -> None:
    """Whatever happened to the message, the check goes on."""
    check = rig.check({})
    rig.deliver()
    call = rig.workspace.calls("chat.postMessage")[0]
    client = WebClient(rig.workspace.bot_token, base_url=rig.workspace.api_url, retry_handlers=[])
    client.chat_delete(channel=call.response["channel"], ts=call.response["ts"])
    with rig.services.write() as tx:
        rig.services.reporting(tx).answer(check, "U0STAFF", "S1", ("no",))
    rig.deliver()
    assert len(rig.dms("U0STAFF")) == 1
    assert rig.due() == 0


def test_a_card_stays_whole_until_the_one_that_takes_its_place_is_there(rig: Rig) -> None:
    """A newer card that Slack does not take yet takes nothing away."""
    check = rig.check({})
    rig.deliver()
    rig.workspace.faults.server_error("chat.postMessage", times=None)
    rig.clock.forward(minutes=1)
    with rig.services.write() as tx:
        rig.services.reporting(tx).carry_on(check, "U0STAFF")
    rig.deliver()
    [only] = rig.dms("U0STAFF")
    assert "in danger right now" in words_of(only)
    rig.workspace.faults.clear()
    rig.clock.forward(minutes=2)
    rig.deliver()
    old, new = rig.dms("U0STAFF")
    assert "continues in a newer card below" in words_of(old)
    assert "in danger right now" in words_of(new)


def test_no_page_goes_out_for_a_case_somebody_already_leads(rig: Rig) -> None:
    """Slack was away; meanwhile somebody pressed I will lead elsewhere: nobody is called for nothing."""
    check = rig.check(URGENT)
    rig.workspace.faults.server_error("chat.postMessage", times=None)
    rig.deliver()
    rig.clock.forward(minutes=2)
    rig.lead(check)
    rig.workspace.faults.clear()
    rig.clock.forward(minutes=2)
    rig.deliver()
    assert rig.channel() == []
    assert rig.dms("U0LEAD2") == []
    assert "is on it" in rig.workspace.person("U0STAFF").text()


def test_a_page_sent_after_somebody_handed_on_does_go_out(rig: Rig) -> None:
    """Led and given back: the next people are asked as if nobody had."""
    check = rig.check(URGENT)
    rig.deliver()
    rig.lead(check)
    rig.deliver()
    rig.clock.forward(minutes=1)
    with rig.services.write() as tx:
        rig.services.casework(tx).hand_on(check, "U0LEAD1")
    rig.deliver()
    assert len(rig.dms("U0DEPUTY")) == 1
    assert len([page for page in rig.channel() if page.thread_ts in (None, page.ts)]) == 2


def test_whoever_is_left_out_after_the_page_loses_it(rig: Rig) -> None:
    """I13: the message is taken from their chat and from the shared channel; the others keep theirs."""
    check = rig.check(URGENT)
    rig.deliver()
    assert len(rig.dms("U0LEAD1")) == 1
    with rig.services.write() as tx:
        rig.services.reporting(tx).change(check, "U0STAFF", "S2", ("lead-1",))
    rig.deliver()
    assert rig.dms("U0LEAD1") == []
    assert rig.channel() == []
    assert len(rig.dms("U0LEAD2")) == 1


def test_lines_wait_for_their_thread_and_hang_under_the_page(rig: Rig) -> None:
    """A line never stands alone in the channel."""
    check = rig.check(URGENT)
    rig.workspace.faults.ratelimit("chat.postMessage", times=20, retry_after=5)
    rig.deliver()
    with rig.services.write() as tx:
        rig.services.reporting(tx).write(check, "U0STAFF", EventKind.DETAILS, {"facts": "typed"}, "a-request")
    rig.deliver()
    rig.workspace.faults.clear()
    for _ in range(5):
        rig.clock.forward(seconds=10)
        rig.deliver()
    page, line = rig.channel()
    assert line.thread_ts == page.ts
    assert "typed" not in line.text + str(line.blocks)
    assert rig.due() == 0


def test_a_row_asked_to_change_while_slack_is_slow_is_shown_as_it_is_now(rig: Rig) -> None:
    """The answer given in the meantime is on the card at the end, and the card is one message."""
    check = rig.check({})
    rig.workspace.faults.slow("chat.postMessage", milliseconds=400, times=1)
    with ThreadPoolExecutor(1) as other:
        sending = other.submit(rig.deliverer.deliver_due)
        rig.workspace.wait_for(lambda: rig.workspace.slack.world.requests or _is_claimed(rig))
        with rig.services.write() as tx:
            rig.services.reporting(tx).answer(check, "U0STAFF", "S1", ("no",))
        rig.another().deliver_due()
        sending.result()
    rig.deliver()
    assert len(rig.dms("U0STAFF")) == 1
    assert "Is this about one of our safeguarding leads" in rig.workspace.person("U0STAFF").text()


def _is_claimed(rig: Rig) -> bool:
    with rig.database.read() as tx:
        return bool(tx.exec_driver_sql("SELECT id FROM outbox WHERE token IS NOT NULL").all())


def test_a_worker_that_comes_back_after_its_lease_changes_nothing(rig: Rig) -> None:
    """Slack answered after somebody else had taken the row: the newer stamp stands."""
    check = rig.check({})
    with rig.database.begin() as tx:
        (slow,) = outbox.claim(tx, rig.clock.now(), 1)
    rig.clock.forward(seconds=outbox.LEASE.total_seconds() + 1)
    rig.deliver()
    with rig.database.begin() as tx:
        assert not outbox.stamp(tx, slow, rig.clock.now(), "D9", "9.9")
        assert tx.exec_driver_sql("SELECT ts FROM outbox").scalar() != "9.9"
    assert len(rig.dms("U0STAFF")) == 1
    assert check


def test_each_page_slack_took_is_in_the_record_once(rig: Rig) -> None:
    """I19, I21: to whom and which ask; editing it later adds nothing."""
    check = rig.check(URGENT)
    rig.deliver()
    rig.lead(check)
    rig.deliver()
    with rig.database.read() as tx:
        entries = rig.services.look(tx, check, history=True).entries
    sent = [(entry.who, entry.content["to"]) for entry in entries if entry.what == EventKind.PAGE_SENT]
    assert sorted(sent) == [(SYSTEM, to) for to in ("C0LEADS", "U0LEAD1", "U0LEAD2")]


def test_a_tab_drawn_late_draws_over_no_newer_one(rig: Rig) -> None:
    """What another instance drew meanwhile is no reason to give up."""

    def draw(deliverer: Deliverer) -> list[bool]:
        """Whether each of the calls said over which view it meant to draw."""
        before = len(rig.workspace.calls("views.publish"))
        with rig.services.write() as tx:
            rig.services.reporting(tx).start("U0LEAD1", f"request {before}")
            outbox.put_home(tx, "U0LEAD1", rig.clock.now())
        while deliverer.deliver_due():
            pass
        return ["hash" in call.args for call in rig.workspace.calls("views.publish")[before:]]

    assert draw(rig.deliverer) == [False]
    late = rig.workspace.calls("views.publish")[-1]
    assert draw(rig.deliverer) == [True]
    client = WebClient(rig.workspace.bot_token, base_url=rig.workspace.api_url, retry_handlers=[])
    with pytest.raises(SlackApiError, match="hash_conflict"):
        client.views_publish(user_id="U0LEAD1", view=late.args["view"], hash=late.response["view"]["hash"])
    assert draw(rig.another()) == [False]
    assert draw(rig.deliverer) == [True, False]


def test_nothing_is_sent_while_a_transaction_is_open(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow Slack holds up no lock: at every call no connection of ours is in use."""
    in_use: list[int] = []
    ask = WebClient.api_call

    def counting(self: WebClient, *args: object, **more: object) -> object:
        in_use.append(rig.database.engine.pool.checkedout())  # type: ignore[attr-defined] # of a queue pool
        return ask(self, *args, **more)  # type: ignore[arg-type] # passed on as they came

    monkeypatch.setattr(WebClient, "api_call", counting)
    check = rig.check({})
    rig.deliver()
    with rig.services.write() as tx:
        rig.services.reporting(tx).answer(check, "U0STAFF", "S1", ("no",))
    rig.deliver()
    assert in_use == [0, 0]


def test_a_row_that_cannot_be_made_stops_no_other_and_logs_no_words(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    """One bad row is put off and named by its class; the others go out."""
    secret = "a name nobody may read"
    with rig.database.begin() as tx:
        outbox.put(tx, "bad", OutboxKind.stored(secret[:16]), "U0STAFF", rig.clock.now())
    rig.check({})
    with caplog.at_level(logging.DEBUG, logger="bot"):
        rig.deliver()
    assert len(rig.dms("U0STAFF")) == 1
    assert "KeyError" in caplog.text
    assert "Traceback" not in caplog.text
    assert secret[:16] not in caplog.text


def test_the_loop_outlives_a_database_that_is_away(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """It looks again a tick later, and stops when it is told to."""
    rig.check({})
    begin, broken = rig.database.begin, threading.Event()

    def failing() -> object:
        if not broken.is_set():
            broken.set()
            raise OSError("the database is away")
        return begin()

    monkeypatch.setattr(rig.database, "begin", failing)
    loop = rig.deliverer.loop(tick=0.05)
    loop.start()
    try:
        rig.workspace.wait_for(lambda: rig.dms("U0STAFF"))
    finally:
        loop.stop()
        loop.join(5)
    assert broken.is_set()
    assert loop.has_ended


def test_two_deliverers_never_send_the_same_message(workspace: Workspace, postgres_url: str) -> None:
    """On a real PostgreSQL, several workers at once: every card is posted exactly once."""
    database = Database(postgres_url)
    rig = Rig(workspace, database)
    _in_parallel(lambda number: _start(rig, number), 30)
    together = threading.Barrier(4)

    def work(_: int) -> int:
        mine = rig.another()
        together.wait()
        return sum(iter(mine.deliver_due, 0))

    sent = _in_parallel(work, 4)
    posts = _posts(workspace)
    assert sum(sent) == len(posts) == 30
    assert len({post["channel"] for post in posts}) == 1
    assert len({str(post["blocks"]) for post in posts}) == 30
    rig.senders.shutdown()
    database.close()


def _start(rig: Rig, number: int) -> int:
    with rig.services.write() as tx:
        rig.services.reporting(tx).start("U0STAFF", f"request-{number}")
    return number


def _in_parallel(do: Callable[[int], int], times: int) -> list[int]:
    with ThreadPoolExecutor(4) as threads:
        return list(threads.map(do, range(times)))
