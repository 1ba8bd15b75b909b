"""The auditor's jobs about cover: a report of days without cover each working morning, a check for closed accounts."""

from __future__ import annotations

import logging
from collections.abc import Iterator
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
_GUEST = ("is_restricted", "is_ultra_restricted")
log = logging.getLogger(__name__)


def plan_gap_report(services: Services, tx: Connection, now: datetime) -> None:
    """Queue one report a reader on each working day, from its morning on, while there are days without cover."""
    here = now.astimezone(services.roster.week.zone)
    is_time = services.roster.week.works(here.date()) and here.time() >= services.roster.morning
    if is_time and gaps_from(services, tx, here.date()):
        for target in _readers(services):
            outbox.put_once(tx, f"gaps:{here.date()}:{target}", OutboxKind.GAPS, target, now)


def look_for_closed_accounts(services: Services, client: WebClient) -> None:
    """Ask Slack about every account on the safeguarding list; mark closed ones, which the ladder then skips.

    The leads' channel and the administrators are told of a newly closed account, and cases it led get another lead.
    """
    found = {person: _is_closed(client, account) for person, account in services.roster.slack.items()}
    now = services.clock.now()
    with services.write() as tx:
        for person, is_closed in found.items():
            if is_closed is None:
                continue
            if not is_closed:
                cover.mark_back(tx, person)
            elif cover.mark_unreachable(tx, person, now):
                day = services.roster.week.day_of(now)
                for target in _readers(services):
                    outbox.put_once(tx, f"closed:{person}:{day}:{target}", OutboxKind.CLOSED_ACCOUNT, target, now)
        waiting = cases.open_ids(tx) if any(found.values()) else ()
    each(services, waiting, lambda tx, check: services.casework(tx).check_leader(check))
    each(services, waiting, lambda tx, check: services.casework(tx).check_asked(check))
    _look_for_reporters(services, client)


def _look_for_reporters(services: Services, client: WebClient) -> None:
    """Ask Slack about whoever raised an open case; where their account is closed or a guest's the leads are told."""
    with services.database.read() as tx:
        raised = dict(cases.open_reporters(tx))
    gone = {account: _is_closed(client, account, _GUEST) for account in set(raised.values()) - {SYSTEM}}
    known = {check: state for check, account in raised.items() if (state := gone.get(account)) is not None}
    each(services, known, lambda tx, check: services.casework(tx).found_reporter(check, is_gone=known[check]))


def _is_closed(client: WebClient, account: str, also: tuple[str, ...] = ()) -> bool | None:
    """Return whether Slack has this account closed; None where Slack cannot be asked. also: other marks that count."""
    try:
        found = client.users_info(user=account)["user"]
        return any(found.get(mark) for mark in ("deleted", *also))
    except SlackApiError as error:
        if error.response.get("error") in NO_ACCOUNT:
            return True
        problem = type(error).__name__
    except (OSError, HTTPException) as error:
        problem = type(error).__name__
    log.warning("whether an account is closed could not be asked: %s", problem)
    return None


def _readers(services: Services) -> Iterator[str]:
    """Yield who is told about cover: the leads' channel and every administrator."""
    yield services.organisation.leads_channel
    yield from services.organisation.administrators
