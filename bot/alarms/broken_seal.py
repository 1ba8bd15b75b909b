"""The alarm that a seal is missing from the database: the record was tampered with, or an older copy was restored."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from sqlalchemy import Connection

from bot.alarms import audience
from bot.context import Services
from bot.delivery.other_channels import Via
from flows.events import OutboxKind

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
    key, roster = f"broken_chain:{services.clock.now():%Y-%m-%dT%H}", services.roster
    ways = audience.elsewhere(services, roster.people.leads, administrators)
    in_slack = (roster.channel, *services.organisation.administrators)
    audience.tell(services, tx, key, OutboxKind.BROKEN_CHAIN, in_slack, ways)
    return False
