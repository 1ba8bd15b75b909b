"""The one way out: a row of the outbox becomes a message, and is stamped once Slack, or a mail server, has taken it.

No network call inside a transaction. What goes out is made from the state at the moment of sending, so no page
goes out for a case somebody already leads. A crash between Slack's answer and our stamp sends twice with the
same reference, never zero times (docs/design-decisions.md, 8).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor, wait
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from http.client import HTTPException
from typing import Any, Protocol

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse
from sqlalchemy import Connection

from bot.alarms.broken_seal import broken, broken_elsewhere
from bot.alarms.messages import alarm, alarm_elsewhere
from bot.cases.notices import notice
from bot.cases.page import alert, asked_again_below, line, page
from bot.cases.shrunk import shrunk
from bot.check_view import CheckView
from bot.checks.card import card
from bot.checks.reminder import reminder
from bot.context import Services
from bot.cover.listeners import closed_account_letter, gaps_letter
from bot.cover.messages import marked_away
from bot.delivery.other_channels import NotSent, Via
from bot.digest.content import leads_messages, own_message, staff_message
from bot.home import tab as home
from bot.monitoring.metrics import ELSEWHERE, OTHER, PAGE
from bot.retention.listeners import letter as deletions_due
from bot.slack import block_kit
from bot.slack.block_kit import Message
from bot.supervised_loop import SupervisedLoop
from bot.words import Words
from flows.case import SYSTEM, CheckStatus, Entry
from flows.events import EventKind, OutboxKind
from storage import old_messages, outbox
from storage.health import overdue
from storage.outbox import Claimed

Json = dict[str, Any]
log = logging.getLogger(__name__)
BATCH = 20
QUEUES = ((outbox.PAGE,), (outbox.CARD, outbox.LATER), (outbox.ELSEWHERE,))
"""Lanes that wait for each other. Cards that hang never hold up a page, nor a slow mail server a message to Slack."""
LATE = timedelta(seconds=60)
"""A page posted later than this after it was due says so."""
LONGEST_WAIT = timedelta(seconds=60)
THREAD_WAIT = timedelta(seconds=2)
GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
"""Slack's words for a message that can no longer be edited: it is posted anew."""
FIXED = GONE | {"is_archived", "channel_not_found", "not_in_channel", "cant_delete_message", "restricted_action"}
"""Slack's words for what will not change however often it is asked."""
PASSING = frozenset(
    {"ratelimited", "internal_error", "fatal_error", "service_unavailable", "request_timeout", "unknown"}
)
"""Slack's words for what passes."""
MOST_TRIES = 50
"""About 45 minutes, for whatever else Slack says where a message should be cut or taken away."""
REFUSED = frozenset({"invalid_blocks", "invalid_blocks_format"})
"""Slack's words for blocks that this workspace does not take, such as pictures of figures."""
HANDED_OVER = "handed over"
"""Stands where Slack's ts would: a mail server or a service has taken it."""
WITHDRAWN = Message("Nothing to do here.", [block_kit.context("Nothing to do here.")])


@dataclass(frozen=True, slots=True)
class Letter:
    """What to do about a row: post, edit, take away (`message` None), or come back later. home: a tab to publish.

    plain: the same message in blocks that every workspace takes. shrinks: it says less than what stands there, so it
    is never posted anew, and Slack's refusal is reported.
    """

    message: Message | None
    thread: str | None = None
    later: bool = False
    home: Json | None = None
    plain: Message | None = None
    shrinks: bool = False


class Holds:
    """What Slack asked us to wait with: Retry-After counts for one method and one channel."""

    def __init__(self) -> None:
        self._until: dict[tuple[str, str], datetime] = {}

    def hold(self, row: Claimed, until: datetime) -> None:
        """Nothing of this kind goes to this channel before then."""
        self._until[self._key(row)] = until

    def until(self, row: Claimed, now: datetime) -> datetime | None:
        """Until when this row must wait, None where it may go."""
        until = self._until.get(self._key(row))
        return until if until is not None and until > now else None

    @staticmethod
    def _key(row: Claimed) -> tuple[str, str]:
        return ("update" if row.ts else "post"), row.channel or row.target


class OtherWays(Protocol):
    """How somebody is reached without Slack. `send` raises NotSent unless it was handed over."""

    def send(self, via: Via, person: str, words: Words) -> None: ...


class Deliverer:
    """Sends what is due in its lanes. Any number of these may run, in any number of processes.

    instance: the process's name, so that what it holds is sent by the others when it is gone.
    """

    def __init__(
        self,
        services: Services,
        client: WebClient,
        senders: Executor,
        other_ways: OtherWays | None = None,
        instance: str = "",
        lanes: Sequence[int] = outbox.LANES,
    ) -> None:
        self._services = services
        self._client = client
        self._senders = senders
        self._other_ways = other_ways
        self._instance = instance
        self._lanes = lanes
        self._drawn: dict[str, str] = {}
        self._holds = Holds()

    def loop(self, tick: float) -> SupervisedLoop:
        """Send what is due at the start, until nothing is; then every `tick` seconds, or at once when woken."""
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
        """Send one batch; how many rows were taken."""
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
            if (until := self._holds.until(row, now)) is not None:
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
            log.error("outbox row %s: %s", row.id, type(error).__name__)  # noqa: TRY400 - not its words
            self._put_off(row, type(error).__name__)

    def _send(self, row: Claimed) -> None:
        with self._services.database.read() as tx:
            letter = Letters(self._services, tx).write(row)
        if letter.home is not None:
            self._publish(row, letter.home)
        elif letter.later:
            self._put_off(row, "waits", min(THREAD_WAIT * 2 ** min(row.attempts, 6), LONGEST_WAIT))
        elif letter.message is None:
            self._take_away(row)
        elif row.ts and row.channel:
            self._edit(row, letter)
        else:
            self._post(row, letter)

    def _publish(self, row: Claimed, view: Json) -> None:
        """A Home tab. One row a person: two workers never draw it at once, so that no older one comes last."""
        digest = sha256(json.dumps(view, sort_keys=True).encode()).hexdigest()
        if row.shown != digest:
            self._draw(row.target, view)
        self._stamp(row, row.target, HANDED_OVER, digest)

    def _draw(self, user: str, view: Json) -> None:
        """Over what was drawn last, and nothing else: a call that got lost and arrives late draws over no newer one."""
        try:
            drawn = self._client.views_publish(user_id=user, view=view, hash=self._drawn.get(user))
        except SlackApiError as error:
            if _code(error) != "hash_conflict":
                raise
            drawn = self._client.views_publish(user_id=user, view=view)  # another instance has drawn, or it was ours
        self._drawn[user] = drawn["view"]["hash"]

    def _send_elsewhere(self, row: Claimed) -> None:
        """By e-mail or whatever else reaches this person; dropped where there is nothing to say any more."""
        with self._services.database.read() as tx:
            words = Letters(self._services, tx).words(row)
        person = self._services.roster.person_at(row.target) or row.target
        if words is None or self._other_ways is None:
            self._stamp(row, None, None)
            return
        self._other_ways.send(Via(row.via), person, words)
        self._stamp(row, row.via, HANDED_OVER)

    def _post(self, row: Claimed, letter: Letter) -> None:
        message = letter.message
        assert message is not None  # noqa: S101 - _send asked
        try:
            answer = self._client.chat_postMessage(
                channel=row.target,
                text=message.text,
                blocks=message.blocks,
                thread_ts=letter.thread,
                unfurl_links=False,
                unfurl_media=False,
            )
        except SlackApiError as error:
            if letter.plain is None or _code(error) not in REFUSED:
                raise
            self._post(row, Letter(letter.plain, letter.thread))
        else:
            self._stamp(row, str(answer["channel"]), str(answer["ts"]), _digest(message))

    def _edit(self, row: Claimed, letter: Letter) -> None:
        message = letter.message
        assert row.channel and row.ts and message  # noqa: S101, PT018 - _send asked
        digest = _digest(message)
        if row.shown == digest:  # three of four times a step changes nothing of a message, and Slack counts calls
            self._stamp(row, row.channel, row.ts, digest)
            return
        try:
            self._client.chat_update(channel=row.channel, ts=row.ts, text=message.text, blocks=message.blocks)
        except SlackApiError as error:
            if letter.plain is not None and _code(error) in REFUSED:
                self._edit(row, Letter(letter.plain, letter.thread))
            elif letter.shrinks and _code(error) == "message_not_found":
                self._stamp(row, row.channel, row.ts, digest)
            elif letter.shrinks:
                self._leave(row, error)
            elif _code(error) in GONE:
                self._post(row, letter)
            else:
                raise
        else:
            self._stamp(row, row.channel, row.ts, digest)

    def _take_away(self, row: Claimed) -> None:
        """Nothing should stand there: what was never posted is dropped, what was posted is deleted."""
        if row.ts and row.channel:
            try:
                self._client.chat_delete(channel=row.channel, ts=row.ts)
            except SlackApiError as error:
                if _code(error) == "cant_delete_message":  # some workspaces allow no deleting: leave it empty
                    self._client.chat_update(
                        channel=row.channel, ts=row.ts, text=WITHDRAWN.text, blocks=WITHDRAWN.blocks
                    )
                elif _code(error) != "message_not_found":
                    raise
        self._stamp(row, None, None)

    def _leave(self, row: Claimed, error: SlackApiError) -> None:
        """Slack does not let it be cut or taken away: that is kept and reported, and not tried for ever."""
        if not _gives_up(row, error):
            raise error
        log.warning("outbox row %s (%s) stays as it is in Slack: %s", row.id, row.what, _code(error))
        with self._services.database.begin() as tx:
            outbox.leave(tx, row, self._services.clock.now(), _code(error)[:64])

    def _stamp(self, row: Claimed, channel: str | None, ts: str | None, shown: str | None = None) -> None:
        """The check is locked first, as every use case does: otherwise the two wait for each other.

        Where somebody else took the row meanwhile, ours may have come last and be the older: it is shown anew.
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
            elif opened is not None and ts and not row.ts:
                sent = {"to": row.target, "ask": row.ask, "via": row.via}
                self._services.casework(tx).record(opened, SYSTEM, EventKind.PAGE_SENT, sent)
                outbox.mark_due(tx, opened.check.id, now, OutboxKind.CARD, OutboxKind.LINE)  # lines wait for their page
        if ts and not row.ts:
            kind = ELSEWHERE if row.via != outbox.SLACK else PAGE if row.what is OutboxKind.PAGE else OTHER
            self._services.meters.sent(kind, is_late=kind == PAGE and now - row.created_at > LATE)
        self._services.unsent.wake()

    def _refused(self, row: Claimed, error: SlackApiError) -> None:
        if row.what is OutboxKind.ERASED and _gives_up(row, error):
            self._leave(row, error)
            return
        code = _code(error)
        after = error.response.headers.get("Retry-After") if isinstance(error.response, SlackResponse) else None
        wait_for = timedelta(seconds=float(after)) if after else None
        if code != "ratelimited":
            log.warning("outbox row %s (%s): Slack says %s", row.id, row.what, code)
        elif wait_for is not None:
            self._holds.hold(row, self._services.clock.now() + wait_for)
        if row.what is OutboxKind.HOME and wait_for is None:  # it is drawn again when it is opened again
            self._stamp(row, None, None)
        else:
            self._put_off(row, code[:64], wait_for)

    def _put_off(self, row: Claimed, error: str, wait_for: timedelta | None = None) -> None:
        """Try again later. A page that Slack does not take, and not because of too many, goes another way at once."""
        delay = wait_for or min(timedelta(seconds=2 ** min(row.attempts, 6)), LONGEST_WAIT)
        now = self._services.clock.now()
        with self._services.database.begin() as tx:
            work = self._services.casework(tx)
            if row.check and _asks(row):
                work.load(row.check)
            is_ours = outbox.retry_later(tx, row, now + delay, error)
            if row.check and _asks(row) and not row.ts:
                outbox.mark_due(tx, row.check, now, OutboxKind.CARD)  # it may have to say that nobody was reached
                if is_ours and row.what is OutboxKind.PAGE and wait_for is None:
                    work.not_taken(row.check, row.target, row.ask)
        self._services.unsent.wake()


def _digest(message: Message) -> str:
    """Of all that is shown of a message."""
    return sha256(json.dumps([message.text, message.blocks], sort_keys=True).encode()).hexdigest()


def _in_turn(rows: Sequence[Claimed]) -> Iterable[Sequence[Claimed]]:
    """All at once, but lines of one thread one after the other, so that they stand in the order things happened."""
    turns: dict[tuple[object, ...], list[Claimed]] = {}
    for row in rows:
        key = (row.check, row.target) if row.what is OutboxKind.LINE else (row.id,)
        turns.setdefault(key, []).append(row)
    return turns.values()


def _asks(row: Claimed) -> bool:
    """Whether it asks somebody for help: the reporter's card speaks of it."""
    return row.what.properties.asks


def _code(error: SlackApiError) -> str:
    """Slack's own word for what is wrong: one word, never anything a person typed."""
    response: Any = error.response
    return str(response.get("error", "unknown")) if isinstance(response, SlackResponse | dict) else "unknown"


def _gives_up(row: Claimed, error: SlackApiError) -> bool:
    """Whether a message stays as it is in Slack, of those that should be cut or taken away."""
    code = _code(error)
    return code in FIXED or (code not in PASSING and row.attempts >= MOST_TRIES)


class Letters:
    """Makes the message a row stands for, from the state as it is now."""

    def __init__(self, services: Services, tx: Connection) -> None:
        self._services = services
        self._tx = tx
        self._make_without_check: dict[OutboxKind, Callable[[Claimed], Letter]] = {
            OutboxKind.ALARM: self._alarm,
            OutboxKind.BROKEN_CHAIN: lambda _row: Letter(broken()),
            OutboxKind.HOME: lambda row: Letter(None, home=home.draw(services, tx, row.target, row.ask)),
            OutboxKind.GAPS: lambda row: Letter(gaps_letter(services, tx, row)),
            OutboxKind.MARKED_AWAY: lambda _row: Letter(marked_away()),
            OutboxKind.CLOSED_ACCOUNT: lambda row: Letter(closed_account_letter(services, tx, row)),
            OutboxKind.DIGEST: self._digest,
            OutboxKind.STAFF_DIGEST: lambda row: Letter(staff_message(services, tx, row)),
            OutboxKind.DIGEST_LINE: lambda row: Letter(own_message(services, tx, row)),
            OutboxKind.DELETIONS_DUE: lambda row: Letter(deletions_due(services, tx, row)),
        }
        self._make: dict[OutboxKind, Callable[[Claimed, CheckView], Letter]] = {
            OutboxKind.CARD: self._card,
            OutboxKind.PAGE: self._page,
            OutboxKind.OLD_PAGE: self._old_page,
            OutboxKind.LINE: self._line,
            OutboxKind.NOTICE: self._notice,
            OutboxKind.REMINDER: self._reminder,
        }

    def write(self, row: Claimed) -> Letter:
        """The message, or what to do instead."""
        if row.what is OutboxKind.ERASED:
            return Letter(None)
        if row.check is None:
            return self._make_without_check[row.what](row)
        view = self._services.look(self._tx, row.check, history=row.event is not None)
        return self._cut(row, view, self._make[row.what](row, view))

    def _cut(self, row: Claimed, view: CheckView, letter: Letter) -> Letter:
        """A posted message of a check that is closed, or to which nothing has happened for long, says less."""
        is_old = old_messages.is_old(self._tx, view.check, self._services.organisation.slack.keep_messages, view.now)
        is_cut = row.ts is not None and (is_old or view.check.status is CheckStatus.CLOSED)
        if letter.message is None or not is_cut:
            return letter
        message = shrunk(view, row.what, letter.message, _entry(view, row.event), is_old=is_old)
        return replace(letter, message=message, shrinks=True)

    def words(self, row: Claimed) -> Words | None:
        """The same for somebody who is not reached through Slack; None where there is nothing to say any more."""
        if row.what is OutboxKind.BROKEN_CHAIN:
            return broken_elsewhere()
        if row.check is None:
            return None if self._is_well() else alarm_elsewhere()
        view = self._services.look(self._tx, row.check)
        if view.case is None or view.case.led_by is not None or not self._may_read(row.target, view):
            return None
        return alert(view, view.case, not_taken=row.target in view.not_taken)

    def _alarm(self, row: Claimed) -> Letter:
        """Nothing where it was over before anybody saw it."""
        is_well = self._is_well()
        return Letter(None if is_well and row.ts is None else alarm(is_well=is_well))

    def _digest(self, row: Claimed) -> Letter:
        found = leads_messages(self._services, self._tx, row)
        return Letter(None, later=True) if found is None else Letter(found[0], plain=found[1])

    def _is_well(self) -> bool:
        return overdue.look(self._tx, self._services.clock.now()).is_well

    def _card(self, row: Claimed, view: CheckView) -> Letter:
        shown = outbox.newest_shown(self._tx, view.check.id, OutboxKind.CARD)
        newest = shown is None or row.id >= shown  # one that is not there yet takes nothing over
        away = _entry(view, row.event) if row.ask == view.check.revision else None
        return Letter(card(view, newest=newest, away=away))

    def _page(self, row: Claimed, view: CheckView) -> Letter:
        case = view.case
        if case is None or not self._may_read(row.target, view):
            return Letter(None)
        answered_before = case.led_at is not None and row.created_at < case.led_at and not case.disagreed
        if row.ts is None and (answered_before or case.closed_at is not None):
            return Letter(None)
        is_late = row.ts is None and view.now - row.created_at > LATE
        return Letter(page(view, case, row.ask, row.target, was_due=row.created_at if is_late else None))

    def _old_page(self, row: Claimed, view: CheckView) -> Letter:
        """A newer page stands below it: one that was never posted is not needed any more."""
        if row.ts is None or not self._may_read(row.target, view):
            return Letter(None)
        return Letter(asked_again_below(view))

    def _may_read(self, target: str, view: CheckView) -> bool:
        """The shared channel only where nobody is left out of it; a person only while they may know."""
        if target == self._services.roster.channel:
            return view.case is not None and not view.case.dm_only
        return self._services.roster.person_at(target) in view.people

    def _line(self, row: Claimed, view: CheckView) -> Letter:
        entry = _entry(view, row.event)
        if entry is None or not self._may_read(row.target, view):
            return Letter(None)
        if row.ts is None and view.check.status is CheckStatus.CLOSED and not entry.what.properties.ends_case:
            return Letter(None)
        thread = outbox.thread_of(self._tx, view.check.id, row.target)
        if thread is None:
            return Letter(None, later=outbox.is_awaited(self._tx, view.check.id, row.target))
        who = "share-check" if entry.who == SYSTEM else f"<@{entry.who}>"
        return Letter(line(entry.what, who, block_kit.at(entry.at), entry.content), thread)

    def _reminder(self, row: Claimed, view: CheckView) -> Letter:
        entry = _entry(view, row.event)
        return Letter(reminder(view, entry) if entry else None)

    def _notice(self, row: Claimed, view: CheckView) -> Letter:
        entry = _entry(view, row.event)
        if entry is None or view.case is None:
            return Letter(None)
        return Letter(notice(view, view.case, entry))


def _entry(view: CheckView, event: int | None) -> Entry | None:
    return next((entry for entry in view.entries if entry.id == event), None)
