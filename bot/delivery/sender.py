"""The senders: the only way out. A row of the outbox becomes a message, and is marked delivered once it was accepted.

No network call inside a transaction. A crash between Slack's answer and the mark sends the message twice with the
same reference, never zero times (docs/design-decisions.md, 8).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, wait
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from http.client import HTTPException
from typing import Protocol

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from sqlalchemy import Connection

from bot.context import Services
from bot.delivery import differences
from bot.delivery.addressees import WrongAddressee
from bot.delivery.calls import HANDED_OVER, Calls, MessageGone, Shown
from bot.delivery.limits import Limits, Line
from bot.delivery.other_channels import NotSent, Via
from bot.delivery.render import LATE, Differs, Outgoing, Renderers
from bot.delivery.slack_errors import (
    code_of,
    is_answer_unknown,
    is_refused,
    is_slacks_trouble,
    method_called,
    retry_after,
)
from bot.delivery.turns import Turns
from bot.monitoring.metrics import ELSEWHERE, OTHER, PAGE
from bot.slack.response_urls import ResponseUrls
from bot.supervised_loop import SupervisedLoop
from bot.words import Words
from flows.case import SYSTEM
from flows.events import EventKind, OutboxKind
from storage import checks, delivery_proof, outbox, outbox_times
from storage.outbox import RATELIMITED, UNKNOWN, WAITS, Claimed
from storage.outbox_order import EMERGENCY_PAGE

log = logging.getLogger(__name__)
BATCH = 20
QUEUES = ((outbox.PAGE,), (outbox.CARD, outbox.LATER), (outbox.ELSEWHERE,))
"""Lanes that share a sender. Cards that hang never hold up a page, nor a slow mail server a message to Slack."""
LONGEST_WAIT = timedelta(seconds=60)
PAGES_WAIT = timedelta(seconds=5)
"""The longest wait of a page between two tries while Slack is away."""
UNKNOWN_POST_WAITS = timedelta(minutes=5)
"""The longest wait before a post is sent again whose answer did not come: each may be one more copy."""
UNKNOWN_WAITS = tuple(timedelta(minutes=wait) for wait in (1, 4, 10, 15, 30, 60))
"""The waits before an e-mail or a push is sent again that may have arrived: at most six within the first hour."""
PATIENCE = (PAGES_WAIT, timedelta(seconds=20))
"""How long Slack may hold back a page of an emergency, or any other page, before it goes elsewhere too."""
GATHERS = 1.0
"""Seconds for which edits of one message are gathered, at most; no longer than the loop's tick."""
JUST_POSTED = timedelta(seconds=5)
THREAD_WAIT = timedelta(seconds=2)
SAME_FOR_ALL = frozenset({OutboxKind.ALARM, OutboxKind.CONDITION, OutboxKind.BROKEN_CHAIN, OutboxKind.DIFFERENCE})
"""Kinds whose words say nothing of a check or of a person, whoever reads them."""
CROWDED, STEP_BACK = 8, timedelta(seconds=0.5)
"""So many posts to one channel wait in memory; each further one waits in the database, this much longer."""


class OtherWays(Protocol):
    """Ways to reach somebody without Slack. `send` raises NotSent unless the message was handed over."""

    def send(self, via: Via, person: str, words: Words, key: str = "") -> None: ...


@dataclass(frozen=True, slots=True)
class SenderState:
    """What the senders of a process share: response_urls of presses, Slack's limits, and whether Slack is there."""

    urls: ResponseUrls | None = None
    limits: Limits = field(default_factory=Limits)
    line: Line = field(default_factory=Line)


class Deliverer:
    """A sender of the rows due in its lanes. Any number may run, in any number of processes.

    instance: the process's name, so that other instances send what it had claimed when it is gone. width: how many
    calls are made at once, at most.
    """

    def __init__(
        self,
        services: Services,
        renderers: Renderers,
        client: WebClient,
        senders: Executor,
        other_ways: OtherWays | None = None,
        instance: str = "",
        lanes: Sequence[int] = outbox.LANES,
        shared: SenderState | None = None,
        width: int = BATCH,
    ) -> None:
        self._services = services
        self._renderers = renderers
        self._other_ways = other_ways
        self._instance = instance
        self._lanes = lanes
        self._width = width
        self.pause: Callable[[float], None] = time.sleep
        self._gathers = 0.0
        shared = shared or SenderState()
        self._limits, self._line = shared.limits, shared.line
        self._client = client
        self._calls = Calls(client, shared.urls, self._slack_answers)
        self._free = services.unsent.listen()
        self._turns = Turns(senders, self._deliver, self._free.set)

    def loop(self, tick: float) -> SupervisedLoop:
        """Return the loop that hands rows to free workers: at start-up, every `tick` seconds, or when woken."""
        self._gathers = min(tick, GATHERS)
        return SupervisedLoop(
            f"sender of {'-'.join(map(str, self._lanes))}",
            self.turn,
            first=0,
            every=tick,
            wake=self._free,
            drains=True,
            failure="the outbox could not be read",
            meter=self._services.meters.turned,
        )

    def turn(self) -> bool:
        """Hand as many rows to workers as are free, and wait for none. Return whether to look again at once."""
        free = self._width - self._turns.busy
        rows = self._claim(min(free, BATCH)) if free > 0 else []
        for row in rows:
            self._hand_over(row)
        return bool(rows)

    def _hand_over(self, row: Claimed) -> None:
        """Give a row to a worker, or back to the outbox for a moment where many wait for the same channel."""
        crowd = self._turns.behind(row)
        if crowd < CROWDED or row.rank == EMERGENCY_PAGE:
            self._turns.add(row)
            return
        with self._services.database.begin() as tx:
            outbox.put_back(tx, row, self._services.clock.now() + STEP_BACK * crowd)

    def deliver_due(self) -> int:
        """Claim and send one batch, and wait for it. Return how many rows were claimed."""
        rows = self._claim(BATCH)
        wait([work for row in rows if (work := self._turns.add(row)) is not None])
        return len(rows)

    def _claim(self, most: int) -> Sequence[Claimed]:
        with self._services.database.begin() as tx:
            return outbox.claim(tx, self._services.clock.now(), most, self._lanes, self._instance)

    def _deliver(self, row: Claimed) -> None:
        try:
            if row.via != outbox.SLACK:
                self._send_elsewhere(row)
            elif (held := self._held(row)) is not None:
                self._put_off(row, RATELIMITED, held)
            else:
                self._send(row)
        except MessageGone:
            self._deliver(self._forgotten(row))
        except SlackApiError as error:
            self._refused(row, error)
        except WrongAddressee:
            self._send_to_nobody(row)
        except outbox.ClaimLost:
            log.warning("outbox row %s is another worker's by now", row.id)
        except NotSent as error:
            self._put_off(row, _named(str(error), is_unknown=error.is_unknown))
        except (OSError, HTTPException) as error:
            self._line.lost(self._services.clock.now())
            self._put_off(row, _named(type(error).__name__, is_unknown=is_answer_unknown(error)))
        except Exception as error:  # noqa: BLE001 - one bad row never stops the others
            log.error("outbox row %s: %s", row.id, type(error).__name__)  # noqa: TRY400 - its text may hold personal data
            self._put_off(row, type(error).__name__)

    def _forgotten(self, row: Claimed) -> Claimed:
        """Note that Slack has the row's message no more: it tells nobody, and counts as not sent until it is posted."""
        with self._services.database.begin() as tx:
            outbox.forget_message(tx, row)
            if row.check and _asks(row):
                outbox.mark_due(tx, row.check, self._services.clock.now(), OutboxKind.CARD)
        return replace(row, channel=None, ts=None, shown=None, is_lost=True)

    def _held(self, row: Claimed) -> timedelta | None:
        """Return how long Slack's limits hold this row back; None where it may go, or goes by a response_url."""
        return None if self._calls.has_url(row) else self._limits.wait(row, self._services.clock.now())

    def _send(self, row: Claimed) -> None:
        if row.target == self._services.roster.channel and not self._may_post_to_channel(row):
            return
        if self._is_gathered(row):
            self.pause(self._gathers)
        try:
            row, found = self._rendered(row)
        except Differs:
            self._put_right(row)
            row, found = self._rendered(row, is_judged=True)
        if found.home is not None:
            self._stamp(row, self._calls.publish(row, found.home))
        elif found.later:
            self._put_off(row, WAITS, min(THREAD_WAIT * 2 ** min(row.attempts, 6), LONGEST_WAIT))
        elif found.message is None:
            self._take_away(row, found)
        elif row.ts and row.channel:
            self._edit(row, found)
        else:
            self._stamp(row, self._calls.post(row, found))

    def _rendered(self, row: Claimed, *, is_judged: bool = False) -> tuple[Claimed, Outgoing]:
        with self._services.database.read() as tx:
            row = outbox.as_wanted(tx, row)
            found = self._renderers.render(self._services, tx, row, is_judged=is_judged)
            return self._believed(tx, row, found), found

    def _put_right(self, row: Claimed) -> None:
        with self._services.write() as tx:
            differences.put_right(self._services, tx, str(row.check))

    def _believed(self, tx: Connection, row: Claimed, found: Outgoing) -> Claimed:
        """Return the row without a message that nothing proves to be its own, so that it is posted to its addressee.

        In a channel there is nobody else to show it to. What only removes cannot show anything.
        """
        if not (row.ts and row.channel) or found.message is None or found.shrinks or row.what in SAME_FOR_ALL:
            return row
        organisation = self._services.organisation
        if row.channel == row.target and row.target in (organisation.leads_channel, organisation.staff_channel):
            return row
        if row.check is not None and delivery_proof.holds(checks.load(tx, self._services.keys, row.check).sealer, row):
            return row
        return replace(row, channel=None, ts=None, shown=None)

    def _send_to_nobody(self, row: Claimed) -> None:
        """Refuse a row that names somebody it may not go to; alarm, unless Slack has it and the file has changed."""
        log.error("outbox row %s (%s) names somebody it may not go to: it is not sent", row.id, row.what)
        with self._services.write() as tx:
            outbox.refuse(tx, row, "addressee")
            if row.check is not None or row.ts is None:
                differences.tell(self._services, tx, row.check, f"the addressee of a row ({row.what})")

    def _is_gathered(self, row: Claimed) -> bool:
        """Return whether to wait a moment before this edit, so that what else happens to the message goes in one call.

        What answers a press does not wait, nor what was tried before or just posted, nor pages where many wait.
        """
        is_edit = row.ts is not None and row.via == outbox.SLACK and row.what is not OutboxKind.HOME
        if not is_edit or row.attempts or self._services.clock.now() - row.created_at < JUST_POSTED:
            return False
        is_crowd = self._turns.busy > self._width // 2 and row.what.properties.is_page
        return not is_crowd and not self._calls.has_url(row)

    def _may_post_to_channel(self, row: Claimed) -> bool:
        """Return whether the leads' channel is known to be private; else put the row off.

        Until Slack has said it after a start, the row waits; where others can read the channel, it counts as refused.
        """
        seen = self._services.conditions
        if not seen.is_channel_private:
            self._put_off(row, "channel_not_private")
        elif not seen.is_channel_checked:
            self._put_off(row, WAITS, THREAD_WAIT)
        else:
            return True
        return False

    def _take_away(self, row: Claimed, found: Outgoing) -> None:
        self._change(row, found, lambda: self._calls.take_away(row))

    def _edit(self, row: Claimed, found: Outgoing) -> None:
        self._change(row, found, lambda: self._calls.edit(row, found))

    def _change(self, row: Claimed, found: Outgoing, change: Callable[[], Shown]) -> None:
        try:
            shown = change()
        except SlackApiError as error:
            if not found.shrinks:
                raise
            self._report_refused(row, error)
        else:
            self._stamp(row, shown)

    def _send_elsewhere(self, row: Claimed) -> None:
        """Send by e-mail or push, as the row says; drop the row where there is nothing to say any more."""
        with self._services.database.read() as tx:
            row = outbox.as_wanted(tx, row)
            words = self._renderers.words(self._services, tx, row)
        accounts = self._services.roster.accounts
        person = next((one for one, account in accounts.items() if account == row.target), row.target)
        if words is None or self._other_ways is None:
            self._stamp(row, Shown())
            return
        self._other_ways.send(Via(row.via), person, words, row.key)
        self._stamp(row, Shown(row.via, HANDED_OVER))

    def _report_refused(self, row: Claimed, error: SlackApiError) -> None:
        """Report that Slack refuses to change this message, which is tried once a day; else raise the error."""
        if not is_refused(error):
            raise error
        log.warning("outbox row %s (%s) stays as it is in Slack: %s", row.id, row.what, code_of(error))
        now = self._services.clock.now()
        with self._services.database.begin() as tx:
            outbox.report_refused(tx, row, now, now + outbox_times.NEVER_GIVEN_UP, code_of(error)[:64])

    def _stamp(self, row: Claimed, shown: Shown) -> None:
        """Mark the row delivered. Lock the check first, in the same order as the services, to avoid deadlock.

        Where another worker has claimed the row meanwhile, this message may be the older one: make the row due again.
        So is one that was posted in its neutral form, to be edited into the whole.
        """
        now, ts = self._services.clock.now(), shown.ts
        with self._services.database.begin() as tx:
            proof = self._proof(tx, row, shown)
            is_new_card = row.what is OutboxKind.CARD and ts is not None and not row.ts
            if row.check and (_asks(row) or is_new_card):
                self._services.casework(tx).load(row.check)
            is_stamped = outbox.stamp(tx, row, now, shown.channel, ts, shown.digest, proof)
            if row.via == outbox.SLACK and not (is_stamped and shown.is_whole):
                outbox.mark_id_due(tx, row.id, now)
            if is_stamped:
                self._follow_up(tx, row, now, shown)
        if ts and not row.ts:
            kind = ELSEWHERE if row.via != outbox.SLACK else PAGE if row.what is OutboxKind.PAGE else OTHER
            self._services.meters.sent(kind, is_late=kind == PAGE and not row.is_lost and now - row.created_at > LATE)
        self._services.unsent.wake()

    def _proof(self, tx: Connection, row: Claimed, shown: Shown) -> bytes | None:
        """Return the proof of where the row is; the one it has, where it is only edited there.

        What is the same for all needs none: an alarm about a check that does not open is sent once, and stamped.
        """
        if shown.ts is None or shown.channel is None or row.check is None or row.what in SAME_FOR_ALL:
            return None
        if row.proof is not None and (shown.channel, shown.ts) == (row.channel, row.ts):
            return row.proof
        if not checks.has_key(tx, row.check):
            return None
        return delivery_proof.made(checks.load(tx, self._services.keys, row.check).sealer, row, shown.channel, shown.ts)

    def _follow_up(self, tx: Connection, row: Claimed, now: datetime, shown: Shown) -> None:
        """Make due what a new message changes elsewhere: an older card, the card that may say "told", waiting lines."""
        if not row.check or not shown.ts or row.ts:
            return
        if row.what is OutboxKind.CARD:
            outbox.mark_older_due(tx, row, now)
        elif row.what is OutboxKind.BREACH:
            outbox.mark_due(tx, row.check, now, OutboxKind.CARD)  # it may say now that they are told
        elif _asks(row):
            work = self._services.casework(tx)
            sent = {"to": row.target, "ask": row.ask, "via": row.via}
            work.record(work.load(row.check), SYSTEM, EventKind.PAGE_SENT, sent)
            outbox.mark_due(tx, row.check, now, OutboxKind.CARD)
            outbox.hasten_lines(tx, row.check, row.target, now)

    def _refused(self, row: Claimed, error: SlackApiError) -> None:
        if row.what is OutboxKind.ERASED and is_refused(error):
            self._report_refused(row, error)
            return
        code, held = code_of(error), retry_after(error)
        if is_slacks_trouble(error):
            self._line.lost(self._services.clock.now())
        if code != RATELIMITED:
            log.warning("outbox row %s (%s): Slack says %s", row.id, row.what, code)
        elif held is not None:
            self._limits.refused(row, method_called(error), self._services.clock.now(), held)
        if row.what is OutboxKind.HOME and held is None:  # opening the tab publishes it again
            self._stamp(row, Shown())
        else:
            self._put_off(row, code[:64], held)

    def _put_off(self, row: Claimed, error: str, held: timedelta | None = None) -> None:
        """Try again after the time Slack says, else after `_wait`.

        A page that Slack refuses, or holds back for long, is sent elsewhere at once.
        """
        delay = _wait(row, error) if held is None else min(held, outbox_times.LONGEST_WAIT)
        now = self._services.clock.now()
        with self._services.database.begin() as tx:
            work = self._services.casework(tx)
            if row.check and _asks(row):
                work.load(row.check)
            is_ours = outbox.retry_later(tx, row, now + delay, error)
            if row.check and row.is_unsent_page:
                outbox.mark_due(tx, row.check, now, OutboxKind.CARD)  # the card may have to say that nobody was reached
                if (
                    is_ours
                    and row.what is OutboxKind.PAGE
                    and (held is None or held > PATIENCE[row.rank > EMERGENCY_PAGE])
                ):
                    work.not_taken(row.check, row.target, row.ask)
        self._services.unsent.wake()

    def ask_whether_slack_is_back(self, client: WebClient) -> None:
        """Ask Slack with a call that changes nothing, while it does not take what was sent, so that nothing waits."""
        if not self._line.is_lost:
            return
        try:
            client.auth_test()
        except (SlackApiError, SlackClientError, OSError, HTTPException):
            return
        self._slack_answers()

    def _slack_answers(self) -> None:
        """Try everything again that Slack did not take, once it takes a call again."""
        now = self._services.clock.now()
        if self._line.is_back(now):
            with self._services.database.begin() as tx:
                outbox.hasten(tx, now)
            self._services.unsent.wake()


def _named(error: str, *, is_unknown: bool) -> str:
    """Return the error as the outbox keeps it: its class or Slack's code, and whether the message may have arrived."""
    return f"{UNKNOWN if is_unknown else ''}{error}"[:64]


def _wait(row: Claimed, error: str) -> timedelta:
    """Return how long to wait before the next try, growing from seconds; for an unsent page a few seconds at most.

    What may have arrived already is not sent again and again.
    """
    grown = timedelta(seconds=2 ** min(row.attempts, 9))
    if error.startswith(UNKNOWN) and row.via != outbox.SLACK:
        return UNKNOWN_WAITS[min(row.attempts, len(UNKNOWN_WAITS) - 1)]
    if error.startswith(UNKNOWN) and not row.ts:
        return min(grown * PAGES_WAIT.seconds, UNKNOWN_POST_WAITS)
    return min(grown, PAGES_WAIT if row.is_unsent_page and row.via == outbox.SLACK else LONGEST_WAIT)


def _asks(row: Claimed) -> bool:
    """Return whether the row asks somebody for help, so that the reporter's card reports its delivery."""
    return row.what.properties.asks
