"""What the auditor has done about cover: a report of gaps each working morning, and a look for closed accounts."""

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
from flows.events import OutboxKind
from storage import cases, cover, outbox

NO_ACCOUNT = frozenset({"users_not_found", "user_not_found"})
"""Slack's words for an account that is not there."""
log = logging.getLogger(__name__)


def plan_gap_report(services: Services, tx: Connection, now: datetime) -> None:
    """On a working day from the morning on: one report to each reader, while there are days with nobody on cover."""
    here = now.astimezone(services.roster.week.zone)
    is_time = services.roster.week.works(here.date()) and here.time() >= services.roster.morning
    if is_time and gaps_from(services, tx, here.date()):
        for target in _readers(services):
            outbox.put_once(tx, f"gaps:{here.date()}:{target}", OutboxKind.GAPS, target, now)


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
