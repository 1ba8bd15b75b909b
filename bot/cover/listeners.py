"""Days away, closed accounts, and days on which nobody is on cover."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import date, datetime
from http.client import HTTPException

from slack_bolt import App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from sqlalchemy import Connection

from bot.context import Services
from bot.cover import messages, modals
from bot.each import each
from bot.permission import may_set_away
from bot.slack import block_kit
from bot.slack.block_kit import Message
from bot.slack.listeners import Answer, Listeners, Taken, close, errors, update
from bot.slack.payloads import Press, Sent
from bot.slack.replies import Replies
from flows.events import OutboxKind
from flows.paging.cover import AHEAD, Gap, gaps
from storage import cases, cover, outbox
from storage.outbox import Claimed

NO_ACCOUNT = frozenset({"users_not_found", "user_not_found"})
"""Slack's words for an account that is not there."""

log = logging.getLogger(__name__)


class DaysAway:
    """Listeners of the Home tab's part about cover. People who are not on the list do nothing here."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def open_modal(self, press: Press) -> block_kit.Block | None:
        """Open Set days away."""
        roster = self._services.roster
        me = roster.person_at(press.user.id)
        if me is None:
            return None
        mine = [one for one in roster.everyone if may_set_away(press.user.id, one, roster)]
        people = {one: self._services.organisation.person(one).name for one in mine}
        return modals.set_days(people, me, _today(self._services))

    def save(self, sent: Sent) -> Answer:
        """Keep the days chosen; where nobody is there on some of them, say so at once."""
        person = next(iter(sent.chosen("person")), self._services.roster.person_at(sent.user.id))
        if person is None or not may_set_away(sent.user.id, person, self._services.roster):
            return update(modals.not_saved())
        first, last = _date(sent.typed("first")), _date(sent.typed("last"))
        wrong = modals.problems(first, last, _today(self._services))
        if wrong or first is None or last is None:
            return errors(wrong)
        alone = self._keep(sent, person, first, last)
        return update(modals.saved(alone), note=SAVED) if alone else close(note=SAVED)

    def _keep(self, sent: Sent, person: str, first: date, last: date) -> tuple[Gap, ...]:
        """Keep the days; those of them on which nobody is on cover now."""
        now, who = self._services.clock.now(), sent.user.id
        with self._services.write() as tx:
            is_new = cover.set_away(tx, person, first, last, by=who, now=now, request=sent.request)
            account = self._services.roster.slack[person]
            if is_new and account != who:
                outbox.put_once(tx, f"away:{sent.request}", OutboxKind.MARKED_AWAY, account, now)
            days = (last - first).days + 1
            return _gaps(self._services, tx, first, days) if person != self._services.roster.people.independent else ()

    def redraw(self, sent: Taken, _client: WebClient) -> None:
        """Draw the Home tab anew where days were kept."""
        if sent.note == SAVED:
            self._services.show_home(sent.user.id)

    def remove(self, press: Press) -> None:
        """Take an entry back, or come back early."""
        entry, now, who = press.action.value, self._services.clock.now(), press.user.id
        with self._services.write() as tx:
            found = cover.find(tx, int(entry)) if entry.isdecimal() and len(entry) < _LONGEST_ID else None
            if found is None or not may_set_away(who, found.person, self._services.roster):
                return
            cover.end(tx, found.id, _today(self._services), by=who, now=now)
        self._services.show_home(who)


SAVED = "saved"
_LONGEST_ID = 18


def register(app: App, services: Services, replies: Replies) -> None:
    """The buttons and the modal of days away."""
    days, on = DaysAway(services), Listeners(app, replies)
    on.opens("set_days_away", days.open_modal)
    on.press("remove_days_away", days.remove)
    on.submission("days_away", days.save, then=days.redraw)


def plan_gap_report(services: Services, tx: Connection, now: datetime) -> None:
    """On a working day from the morning on: one report to each reader, while there are days with nobody on cover."""
    here = now.astimezone(services.roster.week.zone)
    is_time = services.roster.week.works(here.date()) and here.time() >= services.roster.morning
    if is_time and _gaps(services, tx, here.date()):
        for target in _readers(services):
            outbox.put_once(tx, f"gaps:{here.date()}:{target}", OutboxKind.GAPS, target, now)


def gaps_letter(services: Services, tx: Connection, row: Claimed) -> Message | None:
    """The report as it is true now; None where there is nothing to report any more, or its day is over."""
    today = _today(services)
    if row.ts is None and services.roster.week.day_of(row.created_at) != today:
        return None
    return messages.gap_report(_gaps(services, tx, today))


def look_for_closed_accounts(services: Services, client: WebClient) -> None:
    """Ask Slack about everybody on the list; who has no account any more is skipped, and whoever runs this is told."""
    found = {person: _is_closed(client, account) for person, account in services.roster.slack.items()}
    now, has_new = services.clock.now(), False
    with services.write() as tx:
        for person, is_closed in found.items():
            if is_closed is None:
                continue
            if not is_closed:
                cover.mark_back(tx, person)
            elif cover.mark_unreachable(tx, person, now):
                day = services.roster.week.day_of(now)
                has_new = True
                for target in _readers(services):
                    outbox.put_once(tx, f"closed:{person}:{day}:{target}", OutboxKind.CLOSED_ACCOUNT, target, now)
        led = cases.open_ids(tx) if has_new else ()
    each(services, led, lambda tx, check: services.casework(tx).check_leader(check))


def closed_account_letter(services: Services, tx: Connection, row: Claimed) -> Message | None:
    """The alarm; None where every account works again."""
    closed = cover.unreachable(tx) & frozenset(services.roster.everyone)
    return messages.closed_account() if closed or row.ts else None


def _is_closed(client: WebClient, account: str) -> bool | None:
    """Whether Slack has this account closed; None where Slack cannot say."""
    try:
        return bool(client.users_info(user=account)["user"].get("deleted"))
    except SlackApiError as error:
        if error.response.get("error") in NO_ACCOUNT:
            return True
        problem = type(error).__name__
    except (OSError, HTTPException) as error:
        problem = type(error).__name__
    log.warning("whether an account is closed could not be asked: %s", problem)
    return None


def _readers(services: Services) -> Iterator[str]:
    """Where cover is reported: the leads' channel, and whoever runs the bot."""
    yield services.organisation.leads_channel
    yield from services.organisation.administrators


def _gaps(services: Services, tx: Connection, first: date, days: int = AHEAD) -> tuple[Gap, ...]:
    roster = services.roster
    return gaps(roster.people, cover.from_day(tx, first), cover.unreachable(tx), roster.week, first, days)


def _today(services: Services) -> date:
    return services.roster.week.day_of(services.clock.now())


def _date(picked: str) -> date | None:
    try:
        return date.fromisoformat(picked)
    except ValueError:
        return None
