"""What may have arrived although no answer came: it is not sent again and again (docs/design-decisions.md, 21)."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from slack_sdk import WebClient

from bot.app import renderers
from bot.delivery.other_channels import NotSent, Via
from bot.delivery.sender import BATCH, Deliverer
from bot.delivery.turns import KEPT, SENDING_TIMEOUT
from bot.words import Words
from flows.events import OutboxKind
from sandbox import Workspace
from storage import outbox
from tests.bot.delivery.test_sender import MANIFEST, PATIENCE, URGENT, Rig, rig_in


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    with Workspace(manifest=MANIFEST, rates=False) as workspace, rig_in(workspace, tmp_path) as rig:
        yield rig


class Silent:
    """A mail server that takes every e-mail and never says so."""

    def __init__(self, *, is_unknown: bool) -> None:
        self.keys: list[str] = []
        self._is_unknown = is_unknown

    def send(self, _via: Via, _person: str, _words: Words, key: str = "") -> None:
        self.keys.append(key)
        raise NotSent("SMTPServerDisconnected", is_unknown=self._is_unknown)


def _mailing(rig: Rig, ways: Silent) -> Deliverer:
    client = WebClient(rig.workspace.bot_token, base_url=rig.workspace.api_url, timeout=PATIENCE, retry_handlers=[])
    return Deliverer(rig.services, renderers(), client, rig.senders, ways)


def _an_hour(rig: Rig, ways: Silent) -> None:
    """One ask by e-mail, and a mail server that is like that for an hour."""
    check = rig.check(URGENT)
    with rig.services.write() as tx:
        key = f"alert:{check}:1:U0LEAD1:email"
        outbox.put_elsewhere(tx, key, OutboxKind.ALERT, "U0LEAD1", "email", rig.clock.now(), check=check, ask=1)
    deliverer = _mailing(rig, ways)
    for _ in range(360):
        while deliverer.deliver_due():
            pass
        rig.clock.forward(seconds=10)


def test_a_mail_server_that_hangs_up_after_taking_it_gets_at_most_six_in_an_hour(rig: Rig) -> None:
    """Cases: one Message-ID, at most 6 mails, where it was 280."""
    ways = Silent(is_unknown=True)
    _an_hour(rig, ways)
    assert 1 < len(ways.keys) <= 6
    assert len(set(ways.keys)) == 1


def test_a_mail_server_that_took_nothing_is_asked_again_within_a_minute(rig: Rig) -> None:
    """Nobody has two of it, and whoever waits for it must not wait for longer."""
    ways = Silent(is_unknown=False)
    _an_hour(rig, ways)
    assert len(ways.keys) >= 60


def test_a_page_whose_answer_never_comes_is_not_posted_every_few_seconds(rig: Rig) -> None:
    """Slack posts it each time and does not answer: each try is one more copy, so the tries grow apart."""
    rig.workspace.faults.lose_answer("chat.postMessage", times=None)
    rig.check(URGENT)
    for _ in range(60):
        rig.deliver()
        rig.clock.forward(seconds=5)
    assert 1 < len(rig.dms("U0LEAD1")) <= 7


def test_a_call_that_sends_outlasts_slacks_worst_and_ends_within_its_lease() -> None:
    """An 11-second Slack posts once; and no other worker posts what is still under way."""
    assert SENDING_TIMEOUT >= 30
    assert timedelta(seconds=KEPT + 2 * SENDING_TIMEOUT) < outbox.LEASE
    assert KEPT > 0


def test_a_row_whose_worker_is_gone_may_have_arrived(rig: Rig) -> None:
    """A process that died in the middle of a call: the next one knows that it does not know."""
    rig.check({})
    with rig.database.begin() as tx:
        (row,) = outbox.claim(tx, rig.clock.now(), 1)
        assert not row.is_unknown
        outbox.release(tx, rig.clock.now())
        (row,) = outbox.claim(tx, rig.clock.now(), 1)
    assert row.is_unknown


def test_a_worker_whose_lease_is_over_sends_nothing_more_by_any_way(rig: Rig) -> None:
    """Another worker has the rows by then: two would send the same page, and the same e-mail, twice."""
    ways = Silent(is_unknown=False)
    slow, other = _mailing(rig, ways), _mailing(rig, ways)
    check = rig.check(URGENT)
    with rig.services.write() as tx:
        key = f"alert:{check}:1:U0LEAD1:email"
        outbox.put_elsewhere(tx, key, OutboxKind.ALERT, "U0LEAD1", "email", rig.clock.now(), check=check, ask=1)
    held = slow._claim(BATCH)  # noqa: SLF001 - the moment between claiming and sending
    rig.clock.forward(seconds=outbox.LEASE.total_seconds() + 1)
    assert {row.id for row in other._claim(BATCH)} >= {row.id for row in held}  # noqa: SLF001 - as above
    for row in held:
        slow._deliver(row)  # noqa: SLF001 - as above
    assert {row.via for row in held} == {outbox.SLACK, "email"}
    assert ways.keys == []
    assert rig.workspace.calls("chat.postMessage") == []
