"""The alarm that a seal is missing from the database: the record was tampered with, or an older copy was restored."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from sqlalchemy import Connection

from bot.config.settings import ADMINISTRATORS
from bot.context import Services
from bot.delivery.other_channels import Via
from flows.events import OutboxKind
from storage import outbox

log = logging.getLogger("share-check")


def look(services: Services, tx: Connection, administrators: Sequence[Via]) -> bool:
    """Check that the last seal this process saw is still in the database. If not, alarm everybody, once an hour each.

    A new head is logged, so that it is kept outside the database too. The alarm is about no check, so nobody is left
    out. administrators: their channels other than Slack.
    """
    if services.chain.look(tx):
        log.info("the record is sealed: %s", services.chain.seen)
    if not services.chain.is_broken:
        return True
    log.error("the last seal that was seen is not in the database any more: %s", services.chain.seen)
    now, roster = services.clock.now(), services.roster
    key = f"broken_chain:{now:%Y-%m-%dT%H}"
    for target in (roster.channel, *services.organisation.administrators):
        outbox.put(tx, f"{key}:{target}", OutboxKind.BROKEN_CHAIN, target, now)
    leads = [(via, roster.slack[lead]) for lead in roster.people.leads for via in roster.ways.get(lead, ())]
    for via, target in (*leads, *((via, ADMINISTRATORS) for via in administrators)):
        outbox.put_elsewhere(tx, f"{key}:{target}:{via}", OutboxKind.BROKEN_CHAIN, target, via, now)
    return False
