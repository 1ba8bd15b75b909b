"""The senders: the only way out. A row of the outbox becomes a message, and is marked delivered once it was accepted.

No network call inside a transaction. A crash between Slack's answer and the mark sends the message twice with the
same reference, never zero times (docs/design-decisions.md, 8).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Sequence
from concurrent.futures import Executor, wait
from datetime import datetime, timedelta
from hashlib import sha256
from http.client import HTTPException
from typing import Any, Protocol

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from bot.context import Services
from bot.delivery.other_channels import NotSent, Via
from bot.delivery.render import LATE, Outgoing, Renderers
from bot.delivery.slack_errors import GONE, REFUSED, Holds, code_of, gives_up
from bot.monitoring.metrics import ELSEWHERE, OTHER, PAGE
from bot.slack import block_kit
from bot.slack.block_kit import Message
from bot.slack.response_urls import ResponseUrls
from bot.supervised_loop import SupervisedLoop
from bot.words import Words
from flows.case import SYSTEM
from flows.events import EventKind, OutboxKind
from storage import outbox
from storage.outbox import Claimed

Json = dict[str, Any]
log = logging.getLogger(__name__)
BATCH = 20
QUEUES = ((outbox.PAGE,), (outbox.CARD, outbox.LATER), (outbox.ELSEWHERE,))
"""Lanes that share a sender. Cards that hang never hold up a page, nor a slow mail server a message to Slack."""
LONGEST_WAIT = timedelta(seconds=60)
THREAD_WAIT = timedelta(seconds=2)
HANDED_OVER = "handed over"
"""In the place of Slack's ts: a mail server or a notification service has accepted the message."""
WITHDRAWN = Message("Nothing to do here.", [block_kit.context("Nothing to do here.")])


class OtherWays(Protocol):
    """Ways to reach somebody without Slack. `send` raises NotSent unless the message was handed over."""

    def send(self, via: Via, person: str, words: Words) -> None: ...


class Deliverer:
    """A sender of the rows due in its lanes. Any number may run, in any number of processes.

    instance: the process's name, so that other instances send what it had claimed when it is gone. urls: by which
    messages that were pressed are edited.
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
        urls: ResponseUrls | None = None,
    ) -> None:
        self._services = services
        self._renderers = renderers
        self._client = client
        self._senders = senders
        self._other_ways = other_ways
        self._instance = instance
        self._lanes = lanes
        self._drawn: dict[str, str] = {}
        self._holds = Holds()
        self._urls = urls

    def loop(self, tick: float) -> SupervisedLoop:
        """Return the loop that sends at start-up until nothing is due, then every `tick` seconds or when woken."""
        return SupervisedLoop(
            f"sender of {'-'.join(map(str, self._lanes))}",
            self.deliver_due,
            first=0,
            every=tick,
            wake=self._services.unsent.listen(),
            drains=True,
            failure="the outbox could not be read",
            meter=self._services.meters.turned,
        )

    def deliver_due(self) -> int:
        """Claim and send one batch. Return how many rows were claimed."""
        with self._services.database.begin() as tx:
            rows = outbox.claim(tx, self._services.clock.now(), BATCH, self._lanes, self._instance)
        wait([self._senders.submit(self._deliver_in_turn, each) for each in _in_turn(rows)])
        return len(rows)

    def _deliver_in_turn(self, rows: Sequence[Claimed]) -> None:
        for row in rows:
            self._deliver(row)

    def _deliver(self, row: Claimed) -> None:
        now = self._services.clock.now()
        try:
            if (until := self._held_until(row, now)) is not None:
                self._put_off(row, "ratelimited", until - now)
            elif row.via == outbox.SLACK:
                self._send(row)
            else:
                self._send_elsewhere(row)
        except SlackApiError as error:
            self._refused(row, error)
        except (OSError, HTTPException, NotSent) as error:
            self._put_off(row, str(error) if isinstance(error, NotSent) else type(error).__name__)
        except Exception as error:  # noqa: BLE001 - one bad row never stops the others
            log.error("outbox row %s: %s", row.id, type(error).__name__)  # noqa: TRY400 - its text may hold personal data
            self._put_off(row, type(error).__name__)

    def _held_until(self, row: Claimed, now: datetime) -> datetime | None:
        """Return until when Slack's limit holds this row back; None where it may go, or goes by a response_url."""
        if self._urls is not None and self._urls.has(row.channel, row.ts):
            return None
        return self._holds.until(row, now)

    def _send(self, row: Claimed) -> None:
        with self._services.database.read() as tx:
            found = self._renderers.render(self._services, tx, row)
        if found.home is not None:
            self._publish(row, found.home)
        elif found.later:
            self._put_off(row, "waits", min(THREAD_WAIT * 2 ** min(row.attempts, 6), LONGEST_WAIT))
        elif found.message is None:
            self._take_away(row)
        elif row.ts and row.channel:
            self._edit(row, found)
        else:
            self._post(row, found)

    def _publish(self, row: Claimed, view: Json) -> None:
        """Publish a Home tab, unless Slack shows the same.

        It has one row a person, so that no older draft overwrites a newer.
        """
        digest = sha256(json.dumps(view, sort_keys=True).encode()).hexdigest()
        if row.shown != digest:
            self._draw(row.target, view)
        self._stamp(row, row.target, HANDED_OVER, digest)

    def _draw(self, user: str, view: Json) -> None:
        """Publish over the view published last, by its hash, so that a delayed call never overwrites a newer tab."""
        try:
            drawn = self._client.views_publish(user_id=user, view=view, hash=self._drawn.get(user))
        except SlackApiError as error:
            if code_of(error) != "hash_conflict":
                raise
            # Another instance, or a call of ours whose answer was lost, has published since.
            drawn = self._client.views_publish(user_id=user, view=view)
        self._drawn[user] = drawn["view"]["hash"]

    def _send_elsewhere(self, row: Claimed) -> None:
        """Send by e-mail or push, as the row says; drop the row where there is nothing to say any more."""
        with self._services.database.read() as tx:
            words = self._renderers.words(self._services, tx, row)
        accounts = self._services.roster.accounts
        person = next((one for one, account in accounts.items() if account == row.target), row.target)
        if words is None or self._other_ways is None:
            self._stamp(row, None, None)
            return
        self._other_ways.send(Via(row.via), person, words)
        self._stamp(row, row.via, HANDED_OVER)

    def _post(self, row: Claimed, found: Outgoing) -> None:
        message = found.message
        assert message is not None  # noqa: S101 - _send has checked
        try:
            answer = self._client.chat_postMessage(
                channel=row.target,
                text=message.text,
                blocks=message.blocks,
                thread_ts=found.thread,
                unfurl_links=False,
                unfurl_media=False,
            )
        except SlackApiError as error:
            if found.plain is None or code_of(error) not in REFUSED:
                raise
            self._post(row, Outgoing(found.plain, found.thread))
        else:
            self._stamp(row, str(answer["channel"]), str(answer["ts"]), _digest(message))

    def _edit(self, row: Claimed, found: Outgoing) -> None:
        message = found.message
        assert row.channel and row.ts and message  # noqa: S101, PT018 - _send has checked
        digest = _digest(message)
        if row.shown == digest:  # three in four updates change nothing shown, and Slack limits calls
            self._stamp(row, row.channel, row.ts, digest)
            return
        if self._urls is not None and self._urls.edit(row.channel, row.ts, message):
            self._stamp(row, row.channel, row.ts, digest)
            return
        try:
            self._client.chat_update(channel=row.channel, ts=row.ts, text=message.text, blocks=message.blocks)
        except SlackApiError as error:
            if found.plain is not None and code_of(error) in REFUSED:
                self._edit(row, Outgoing(found.plain, found.thread))
            elif found.shrinks and code_of(error) == "message_not_found":
                self._stamp(row, row.channel, row.ts, digest)
            elif found.shrinks:
                self._leave(row, error)
            elif code_of(error) in GONE:
                self._post(row, found)
            else:
                raise
        else:
            self._stamp(row, row.channel, row.ts, digest)

    def _take_away(self, row: Claimed) -> None:
        """Delete the message in Slack, if it was posted. Where the workspace forbids that, replace its content."""
        if row.ts and row.channel:
            try:
                self._client.chat_delete(channel=row.channel, ts=row.ts)
            except SlackApiError as error:
                if code_of(error) == "cant_delete_message":  # some workspaces forbid deleting: replace the content
                    self._client.chat_update(
                        channel=row.channel, ts=row.ts, text=WITHDRAWN.text, blocks=WITHDRAWN.blocks
                    )
                elif code_of(error) != "message_not_found":
                    raise
        self._stamp(row, None, None)

    def _leave(self, row: Claimed, error: SlackApiError) -> None:
        """Give up on changing a message and report it, where Slack refuses for good; else raise the error."""
        if not gives_up(row, error):
            raise error
        log.warning("outbox row %s (%s) stays as it is in Slack: %s", row.id, row.what, code_of(error))
        with self._services.database.begin() as tx:
            outbox.leave(tx, row, self._services.clock.now(), code_of(error)[:64])

    def _stamp(self, row: Claimed, channel: str | None, ts: str | None, shown: str | None = None) -> None:
        """Mark the row delivered. Lock the check first, in the same order as the services, to avoid deadlock.

        Where another worker has claimed the row meanwhile, this message may be the older one: make the row due again.
        """
        now = self._services.clock.now()
        with self._services.database.begin() as tx:
            is_new_card = row.what is OutboxKind.CARD and ts is not None and not row.ts
            opened = self._services.casework(tx).load(row.check) if row.check and (_asks(row) or is_new_card) else None
            if not outbox.stamp(tx, row, now, channel, ts, shown):
                if row.via == outbox.SLACK:
                    outbox.show_id_anew(tx, row.id, now)
            elif is_new_card:
                outbox.show_older_anew(tx, row, now)
            elif row.what is OutboxKind.BREACH and row.check and ts and not row.ts:
                outbox.mark_due(tx, row.check, now, OutboxKind.CARD)  # it may say now that they are told
            elif opened is not None and ts and not row.ts:
                sent = {"to": row.target, "ask": row.ask, "via": row.via}
                self._services.casework(tx).record(opened, SYSTEM, EventKind.PAGE_SENT, sent)
                outbox.mark_due(tx, opened.check.id, now, OutboxKind.CARD, OutboxKind.LINE)  # lines wait for their page
        if ts and not row.ts:
            kind = ELSEWHERE if row.via != outbox.SLACK else PAGE if row.what is OutboxKind.PAGE else OTHER
            self._services.meters.sent(kind, is_late=kind == PAGE and now - row.created_at > LATE)
        self._services.unsent.wake()

    def _refused(self, row: Claimed, error: SlackApiError) -> None:
        if row.what is OutboxKind.ERASED and gives_up(row, error):
            self._leave(row, error)
            return
        code = code_of(error)
        after = error.response.headers.get("Retry-After") if isinstance(error.response, SlackResponse) else None
        wait_for = timedelta(seconds=float(after)) if after else None
        if code != "ratelimited":
            log.warning("outbox row %s (%s): Slack says %s", row.id, row.what, code)
        elif wait_for is not None:
            self._holds.hold(row, self._services.clock.now() + wait_for)
        if row.what is OutboxKind.HOME and wait_for is None:  # opening the tab publishes it again
            self._stamp(row, None, None)
        else:
            self._put_off(row, code[:64], wait_for)

    def _put_off(self, row: Claimed, error: str, wait_for: timedelta | None = None) -> None:
        """Try again after Slack's Retry-After, else with exponential backoff.

        A page that Slack refuses, unless by rate limit, is sent elsewhere at once.
        """
        delay = wait_for or min(timedelta(seconds=2 ** min(row.attempts, 6)), LONGEST_WAIT)
        now = self._services.clock.now()
        with self._services.database.begin() as tx:
            work = self._services.casework(tx)
            if row.check and _asks(row):
                work.load(row.check)
            is_ours = outbox.retry_later(tx, row, now + delay, error)
            if row.check and _asks(row) and not row.ts:
                outbox.mark_due(tx, row.check, now, OutboxKind.CARD)  # the card may have to say that nobody was reached
                if is_ours and row.what is OutboxKind.PAGE and wait_for is None:
                    work.not_taken(row.check, row.target, row.ask)
        self._services.unsent.wake()


def _digest(message: Message) -> str:
    """Return a hash of everything that is shown of a message."""
    return sha256(json.dumps([message.text, message.blocks], sort_keys=True).encode()).hexdigest()


def _in_turn(rows: Sequence[Claimed]) -> Iterable[Sequence[Claimed]]:
    """Group the rows to send at once; lines of one thread are in one group, so that they are posted in order."""
    turns: dict[tuple[object, ...], list[Claimed]] = {}
    for row in rows:
        key = (row.check, row.target) if row.what is OutboxKind.LINE else (row.id,)
        turns.setdefault(key, []).append(row)
    return turns.values()


def _asks(row: Claimed) -> bool:
    """Return whether the row asks somebody for help, so that the reporter's card reports its delivery."""
    return row.what.properties.asks
