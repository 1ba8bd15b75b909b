"""Recipients of an alarm, and how it is queued for them: the leads and whoever runs the bot, by every way there is.

A lead is told that something is late only if they may know of the check concerned.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection

from bot.config.settings import ADMINISTRATORS
from bot.context import Services
from bot.delivery.other_channels import Via
from flows.events import OutboxKind
from storage import outbox

Way = tuple[Via, str]
"""A way other than Slack, and whom it reaches: a Slack id, or "administrators"."""


def elsewhere(services: Services, leads: Iterable[str], administrators: Sequence[Via]) -> Sequence[Way]:
    """Return the ways other than Slack to these leads, by organisation id, and to the administrators."""
    roster = services.roster
    theirs = ((Via(via), roster.slack[lead]) for lead in leads for via in roster.ways.get(lead, ()))
    return (*theirs, *((via, ADMINISTRATORS) for via in administrators))


def tell(
    services: Services, tx: Connection, key: str, kind: OutboxKind, in_slack: Iterable[str], ways: Iterable[Way]
) -> None:
    """Queue an alarm, once for each recipient and key; one that is queued already is shown as it is true now.

    in_slack: Slack ids of channels and people.
    """
    now = services.clock.now()
    for target in dict.fromkeys(in_slack):
        outbox.put(tx, f"{key}:{target}", kind, target, now)
    for via, target in ways:
        outbox.put_elsewhere(tx, f"{key}:{target}:{via}", kind, target, via, now)


def whose(services: Services, tx: Connection, troubled: Iterable[str]) -> frozenset[str]:
    """Return the ids of the people on the roster who may know of any of these checks."""
    return frozenset(person for check in troubled for person in services.who_may_know(tx, check))


def is_open_to_all(services: Services, tx: Connection, troubled: Iterable[str]) -> bool:
    """Return whether at least one of these checks may be known to everybody on the roster."""
    return any(services.who_may_know(tx, check) == set(services.roster.everyone) for check in troubled)
