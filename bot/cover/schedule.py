"""The auditor's jobs about cover: a report of days without cover each working morning, a check for closed accounts."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from http.client import HTTPException

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from sqlalchemy import Connection

from bot.context import Services
from bot.cover.gaps import gaps_from
from bot.each import each
from flows.case import SYSTEM
from flows.events import OutboxKind
from storage import cases, cover, outbox

NO_ACCOUNT = frozenset({"users_not_found", "user_not_found"})
"""Slack's error codes for an account that does not exist."""
CLOSED = "deleted"
CANNOT_LEAD = (CLOSED, "is_restricted", "is_ultra_restricted", "is_stranger")
"""Slack's marks of accounts that the ladder skips. A staff member who became a guest can still answer in their case."""
EVERY = 3600.0
"""Seconds between two looks at an account that nothing waits for."""
AT_ONCE = 40
"""Accounts that are asked about in one round: Slack allows about a hundred such calls a minute."""
log = logging.getLogger(__name__)


def plan_gap_report(services: Services, tx: Connection, now: datetime) -> None:
    """Queue one report a reader on each working day, from its morning on, while there are days without cover."""
    here = now.astimezone(services.roster.week.zone)
    is_time = services.roster.week.works(here.date()) and here.time() >= services.roster.morning
    if is_time and gaps_from(services, tx, here.date()):
        for target in _readers(services):
            outbox.put_once(tx, f"gaps:{here.date()}:{target}", OutboxKind.GAPS, target, now)


class AccountWatch:
    """Asks Slack about the accounts of everybody on the safeguarding list and of everybody something waits for.

    A closed account is marked: the ladder skips it. Nothing is concluded while Slack does not answer.
    """

    def __init__(self, services: Services, client: WebClient) -> None:
        self._services = services
        self._client = client
        self._asked: dict[str, float] = {}

    def turn(self) -> None:
        """Ask about those who were asked about longest ago, and first about those that something waits for.

        Once a minute that is everybody within two minutes, as long as fewer than 80 are waited for.
        """
        with self._services.database.read() as tx:
            waited_for = [*self._waited_for(tx), *(one for _, one in cases.waiting_reporters(tx) if one != SYSTEM)]
        now = self._services.clock.monotonic()
        everybody = dict.fromkeys((*waited_for, *self._services.roster.accounts.values()))
        old = [one for one in everybody if one in waited_for or now - self._asked.get(one, -EVERY) >= EVERY]
        self.look_at(*sorted(old, key=lambda one: self._asked.get(one, -EVERY))[:AT_ONCE])

    def _waited_for(self, tx: Connection) -> Sequence[str]:
        """Return the accounts of everybody on the list while anything is open: any of them may be asked next."""
        return tuple(self._services.roster.accounts.values()) if cases.open_ids(tx) else ()

    def look_at(self, *accounts: str) -> None:
        """Ask Slack about these accounts, and do at once what follows. Stop where Slack cannot be reached."""
        found: dict[str, frozenset[str]] = {}
        for account in accounts:
            marks = self._marks(account)
            if marks is None:
                break
            found[account] = marks
            self._asked[account] = self._services.clock.monotonic()
        self._mark({account: not marks for account, marks in found.items()})
        self._tell_of_reporters({account: CLOSED in marks for account, marks in found.items()})

    def concerns(self, account: str) -> bool:
        """Return whether this account is on the list, or something waits for it."""
        with self._services.database.read() as tx:
            waiting = {one for _, one in cases.waiting_reporters(tx)}
        return account in waiting or account in self._services.roster.accounts.values()

    def _mark(self, can_answer: Mapping[str, bool]) -> None:
        """Mark accounts that cannot answer, and those that can again; say so in the leads' channel and to who runs it.

        Their cases are offered to others at the scheduler's next turn, a second later.
        """
        now, accounts = self._services.clock.now(), self._services.roster.accounts
        listed = {person: can_answer[account] for person, account in accounts.items() if account in can_answer}
        if not listed:
            return
        with self._services.write() as tx:
            for person, is_back in listed.items():
                if is_back:
                    cover.mark_back(tx, person)
                elif cover.mark_unreachable(tx, person, now):
                    day = self._services.roster.week.day_of(now)
                    for target in _readers(self._services):
                        outbox.put_once(tx, f"closed:{person}:{day}:{target}", OutboxKind.CLOSED_ACCOUNT, target, now)

    def _tell_of_reporters(self, is_closed: Mapping[str, bool]) -> None:
        with self._services.database.read() as tx:
            known = {check: is_closed[who] for check, who in cases.waiting_reporters(tx) if who in is_closed}
        services = self._services
        each(services, known, lambda tx, check: services.leavers(tx).found_reporter(check, is_gone=known[check]))

    def _marks(self, account: str) -> frozenset[str] | None:
        """Return why this account can lead nothing here, in Slack's words; None where Slack cannot be asked."""
        try:
            found = self._client.users_info(user=account)["user"]
            return frozenset(mark for mark in CANNOT_LEAD if found.get(mark))
        except SlackApiError as error:
            if error.response.get("error") in NO_ACCOUNT:
                return frozenset({CLOSED})
            problem = type(error).__name__
        except (OSError, HTTPException) as error:
            problem = type(error).__name__
        log.warning("whether an account is closed could not be asked: %s", problem)
        return None


def _readers(services: Services) -> Iterator[str]:
    """Yield who is told about cover: the leads' channel and every administrator."""
    yield services.organisation.leads_channel
    yield from services.organisation.administrators
