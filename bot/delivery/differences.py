"""The alarm that the tables say something else than the record: to those who may know of the check, and nobody else.

It names no check. Every process keeps it as a condition for a day, so that doctor, /readyz, the metrics and the
heartbeat say the same (docs/design-decisions.md, 18).
"""

from __future__ import annotations

import logging
from datetime import timedelta

from sqlalchemy import Connection

from bot.config.settings import ADMINISTRATORS
from bot.context import Services
from flows.events import OutboxKind
from storage import checks, outbox
from storage.errors import CannotOpen, NoSuchCheck
from storage.health import liveness

log = logging.getLogger("share-check")
REMEMBERED = timedelta(days=1)


def tell(services: Services, tx: Connection, check: str | None, what: str, *, everybody: bool = True) -> None:
    """Queue the alarm, once an hour for each person, and keep it as a condition. check: None if it is about none.

    what: for the log, without anything of a person. everybody: else it may be about a check that nobody can name, so
    only those hear of it whom nobody can have left out as a lead.
    """
    now, roster = services.clock.now(), services.roster
    log.error("the database says what the record does not: %s", what)
    liveness.found_a_difference(tx, now)
    key = f"difference:{now:%Y-%m-%dT%H}:{check or ''}"
    hears = readers(services, tx, check) if everybody else _beside_the_leads(services)
    for target in sorted(hears):
        outbox.put(tx, f"{key}:{target}", OutboxKind.DIFFERENCE, target, now, check=check)
        person = roster.person_at(target)
        for via in roster.ways.get(person, ()) if person else ():
            outbox.put_elsewhere(tx, f"{key}:{target}:{via}", OutboxKind.DIFFERENCE, target, via, now, check=check)
    for via in services.ways_to_administrators:
        outbox.put_elsewhere(
            tx, f"{key}:{ADMINISTRATORS}:{via}", OutboxKind.DIFFERENCE, ADMINISTRATORS, via, now, check=check
        )


def put_right(services: Services, tx: Connection, check: str) -> None:
    """Make the tables say what the check's record says, with its row locked, and alarm if anything differed.

    Raises NoSuchCheck and CannotOpen.
    """
    if found := services.judge(tx).put_right(check):
        tell(services, tx, check, ", ".join(sorted(found)))


def readers(services: Services, tx: Connection, check: str | None) -> frozenset[str]:
    """Return the Slack ids of those the alarm goes to: an administrator only where nobody left them out."""
    roster, administrators = services.roster, frozenset(services.organisation.administrators)
    if check is None:
        leads = (roster.slack[one] for one in roster.people.leads)
        return frozenset((roster.channel, *leads, *administrators)) | _beside_the_leads(services)
    known = frozenset(roster.slack[one] for one in services.who_may_know(tx, check))
    return known | (administrators - _left_out(services, tx, check) - frozenset(roster.slack.values()))


def _beside_the_leads(services: Services) -> frozenset[str]:
    """Return the Slack ids of the independent contact, and of the administrators who are on no list."""
    roster = services.roster
    administrators = frozenset(services.organisation.administrators) - frozenset(roster.slack.values())
    return administrators | {roster.slack[roster.people.independent]}


def _left_out(services: Services, tx: Connection, check: str) -> frozenset[str]:
    """Return everybody left out of a check, by the tables and by its record; nobody where it does not open."""
    out = checks.people_left_out(tx, check)
    try:
        return out | services.look_for(tx, check, None).left_out
    except (CannotOpen, NoSuchCheck):
        return out
