"""The outbox: lanes, leases and tokens, and what may truthfully be said of a page."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from flows.case import Told
from flows.events import OutboxKind
from storage import outbox
from storage.engine.database import Database
from storage.outbox import LEASE, Claimed
from storage.tables import outbox as box
from tests.storage.builders import START, Office

SECOND = timedelta(seconds=1)


class Post:
    """An outbox of one check."""

    def __init__(self, database: Database) -> None:
        self.office = Office(database)
        self.database = database
        self.check = self.office.start()
        for row in self.claim():
            self.stamp(row)

    def put(self, key: str, what: OutboxKind = OutboxKind.NOTICE, target: str = "U1") -> None:
        with self.database.begin() as tx:
            outbox.put(tx, key, what, target, self.office.now, check=self.check)

    def claim(self, most: int = 20) -> list[Claimed]:
        with self.database.begin() as tx:
            return list(outbox.claim(tx, self.office.now, most))

    def claim_one(self) -> Claimed:
        (row,) = self.claim()
        return row

    def stamp(self, row: Claimed, ts: str | None = "1.1") -> bool:
        with self.database.begin() as tx:
            return outbox.stamp(tx, row, self.office.now, "D1" if ts else None, ts)

    def put_off(self, row: Claimed, wait: timedelta = SECOND) -> bool:
        with self.database.begin() as tx:
            return outbox.retry_later(tx, row, self.office.now + wait, "ratelimited")

    def mark_due(self, *whats: OutboxKind) -> None:
        with self.database.begin() as tx:
            outbox.mark_due(tx, self.check, self.office.now, *whats)

    def told(self) -> Told:
        with self.database.read() as tx:
            return outbox.reach(tx, self.check, self.office.now).told


@pytest.fixture
def post(database: Database) -> Post:
    return Post(database)


def test_pages_go_before_cards_and_cards_before_the_rest(post: Post) -> None:
    """A page never waits behind a hundred cards, neither to be taken nor in what was taken."""
    for number in range(3):
        post.put(f"later-{number}", OutboxKind.DIGEST)
        post.put(f"card-{number}")
    post.put("page", OutboxKind.PAGE)
    assert [row.what for row in post.claim(2)] == [OutboxKind.PAGE, OutboxKind.NOTICE]
    rows = post.claim()
    with post.database.read() as tx:
        keys = [tx.scalar(select(box.c.key).where(box.c.id == row.id)) for row in rows]
    assert keys == ["card-1", "card-2", "later-0", "later-1", "later-2"]


def test_what_waits_longest_goes_first_within_a_lane(post: Post) -> None:
    """Nobody is overtaken for ever."""
    post.put("one")
    post.office.forward(seconds=1)
    post.put("two")
    first, second = post.claim()
    assert first.id < second.id
    post.put_off(first)
    post.put_off(second, timedelta(0))
    post.office.forward(seconds=5)
    assert [row.id for row in post.claim(1)] == [second.id]


def test_the_same_key_again_is_the_same_message_marked_due(post: Post) -> None:
    """I24: whatever caused it twice makes one message."""
    post.put("page:1", OutboxKind.PAGE)
    post.put("page:1", OutboxKind.PAGE)
    row = post.claim_one()
    assert row.wanted == 2
    assert post.stamp(row)
    assert post.claim() == []


def test_a_claimed_row_is_nobody_elses_until_the_lease_runs_out(post: Post) -> None:
    """A worker that died gives its row back after a minute, with its token gone."""
    post.put("one")
    mine = post.claim_one()
    assert post.claim() == []
    post.office.forward(seconds=LEASE.total_seconds() - 1)
    assert post.claim() == []
    post.office.forward(seconds=1)
    theirs = post.claim_one()
    assert theirs.id == mine.id
    assert theirs.token != mine.token


def test_a_worker_whose_token_is_gone_changes_nothing(post: Post) -> None:
    """The slow one comes back after its lease: its stamp and its excuse are both ignored."""
    post.put("one")
    slow = post.claim_one()
    post.office.forward(seconds=outbox.LEASE.total_seconds() + 1)
    quick = post.claim_one()
    assert not post.stamp(slow, "slow")
    assert not post.put_off(slow)
    assert post.stamp(quick, "quick")
    assert not post.stamp(slow, "slow")
    with post.database.read() as tx:
        row = tx.execute(select(box).where(box.c.id == quick.id)).one()
    assert (row.ts, row.due_at, row.attempts, row.last_error) == ("quick", None, 0, None)


def test_a_row_asked_to_change_while_it_is_being_sent_stays_due(post: Post) -> None:
    """What was shown is no longer true, so it is shown once more, by editing."""
    post.put("one")
    row = post.claim_one()
    post.mark_due(OutboxKind.NOTICE)
    assert post.stamp(row)
    again = post.claim_one()
    assert (again.id, again.ts) == (row.id, "1.1")
    assert post.stamp(again)
    assert post.claim() == []


@pytest.mark.parametrize("how", ["by kind", "by key"])
def test_a_row_that_is_being_sent_is_not_given_to_a_second_worker_because_it_changed(post: Post, how: str) -> None:
    """Two processes never post the same new message side by side, of which one could never be edited again."""
    post.put("one")
    row = post.claim_one()
    if how == "by kind":
        post.mark_due(OutboxKind.NOTICE)
    else:
        post.put("one")
    assert post.claim() == []
    assert post.stamp(row)
    assert post.claim_one().id == row.id


def test_a_row_that_was_put_off_waits_and_counts(post: Post) -> None:
    """The class of the error is kept, and how often it was tried."""
    post.put("one")
    assert post.put_off(post.claim_one(), 30 * SECOND)
    post.office.forward(seconds=29)
    assert post.claim() == []
    post.office.forward(seconds=1)
    row = post.claim_one()
    assert row.attempts == 1
    with post.database.read() as tx:
        assert tx.scalar(select(box.c.last_error).where(box.c.id == row.id)) == "ratelimited"


def test_marking_due_touches_only_the_kinds_asked_for(post: Post) -> None:
    """A card that changed does not page anybody again."""
    for key, what in (("a", OutboxKind.CARD), ("b", OutboxKind.PAGE), ("c", OutboxKind.LINE), ("d", OutboxKind.NOTICE)):
        post.put(key, what)
    for row in post.claim():
        post.stamp(row)
    post.mark_due(OutboxKind.CARD, OutboxKind.NOTICE)
    assert sorted(row.what for row in post.claim()) == [OutboxKind.CARD, OutboxKind.CARD, OutboxKind.NOTICE]


def test_a_lone_process_that_starts_gives_every_claim_back(post: Post) -> None:
    """Nobody waits a minute for a process that is gone."""
    post.put("one")
    before = post.claim_one()
    with post.database.begin() as tx:
        assert outbox.release(tx, post.office.now) == 1
    after = post.claim_one()
    assert after.id == before.id
    assert not post.stamp(before)


def test_a_message_taken_away_is_not_in_slack_any_more(post: Post) -> None:
    """It has no address, so that the next time it is posted anew."""
    post.put("one")
    post.stamp(post.claim_one())
    post.mark_due(OutboxKind.NOTICE)
    for row in post.claim():
        post.stamp(row, None)
    with post.database.read() as tx:
        kept = tx.execute(select(box).where(box.c.key == "one")).one()
        assert not outbox.is_delivered(tx, post.check, OutboxKind.NOTICE)
    assert (kept.channel, kept.ts, kept.due_at) == (None, None, None)
    assert kept.delivered_at == START


def test_the_first_delivery_keeps_its_time(post: Post) -> None:
    """Editing later does not make a page younger."""
    post.put("one")
    post.stamp(post.claim_one())
    post.office.forward(hours=1)
    post.put("one")
    post.stamp(post.claim_one())
    with post.database.read() as tx:
        assert tx.scalar(select(box.c.delivered_at).where(box.c.key == "one")) == START


def test_threads_hang_under_the_first_page_posted_there(post: Post) -> None:
    """Lines of one check stay together, whatever pages follow."""
    for number, target in enumerate(("C1", "C1", "U2")):
        post.put(f"page-{number}", OutboxKind.PAGE, target=target)
    for number, row in enumerate(post.claim()):
        post.stamp(row, f"{number}.0")
    with post.database.read() as tx:
        assert outbox.thread_of(tx, post.check, "C1") == "0.0"
        assert outbox.thread_of(tx, post.check, "U2") == "2.0"
        assert outbox.thread_of(tx, post.check, "U3") is None


def test_nobody_is_said_to_be_told_where_nobody_is_paged(post: Post) -> None:
    """A check without a page says so."""
    assert post.told() is Told.NOBODY


def test_told_only_once_slack_has_taken_a_page(post: Post) -> None:
    """One of several is enough: somebody has it."""
    for number in range(2):
        post.put(f"page-{number}", OutboxKind.PAGE)
    assert post.told() is Told.NOT_YET
    first, second = post.claim()
    assert post.told() is Told.NOT_YET
    post.stamp(first)
    assert post.told() is Told.DELIVERED
    post.put_off(second)
    post.office.forward(hours=1)
    assert post.told() is Told.DELIVERED


def test_failed_is_said_after_the_second_failure(post: Post) -> None:
    """One hiccup alarms nobody; a second one puts the phone numbers on the card."""
    post.put("page", OutboxKind.PAGE)
    post.put_off(post.claim_one())
    assert post.told() is Told.NOT_YET
    post.office.forward(seconds=2)
    post.put_off(post.claim_one())
    assert post.told() is Told.FAILED
    post.office.forward(seconds=2)
    post.stamp(post.claim_one())
    assert post.told() is Told.DELIVERED


def test_failed_is_said_after_twenty_seconds_of_silence(post: Post) -> None:
    """Nobody looks at "I am telling them now" for a minute."""
    post.put("page", OutboxKind.PAGE)
    post.office.forward(seconds=20)
    assert post.told() is Told.NOT_YET
    post.office.forward(seconds=1)
    assert post.told() is Told.FAILED


def test_once_those_asked_last_are_left_out_it_counts_whether_the_others_are_reached(office: Office) -> None:
    """Their messages are taken back; the only one left cannot be reached, and the reporter hears that."""
    check = office.raised({"S1": ("no",), "S2": ("lead-1",), "S3": ("harm",)})
    with office.database.begin() as tx:
        rows = {row.target: row for row in outbox.claim(tx, office.now, 20) if row.what == OutboxKind.PAGE}
        outbox.stamp(tx, rows["U0LEAD2"], office.now, None, None)
        outbox.retry_later(tx, rows["U0INDEP"], office.now, "channel_not_found")
        key = f"page:{check}:2:U0DEPUTY"
        outbox.put(tx, key, OutboxKind.PAGE, "U0DEPUTY", office.now, check=check, ask=2)
        [newer] = [row for row in outbox.claim(tx, office.now, 20) if row.target == "U0DEPUTY"]
        outbox.stamp(tx, newer, office.now, None, None)
        assert outbox.reach(tx, check, office.now + timedelta(minutes=1)).told is Told.FAILED
