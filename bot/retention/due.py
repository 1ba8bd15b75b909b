"""Which records are due for deletion, for whom. A record is in no list or count of people who may not know of it."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection

from bot.context import Services
from bot.permission import Act, Subject, may
from flows.records.retention import DueRecord
from services.retention import Retention
from storage.erasure import was_private
from storage.errors import CannotOpen
from storage.old_messages import NotShrunk, not_shrunk

AHEAD = timedelta(days=31)
"""How long before the end of its retention period a record is announced: as long as the longest month."""


def keeper(services: Services, tx: Connection) -> Retention:
    """Return the retention service in this transaction."""
    return Retention(tx, services.keys, services.roster, services.clock.now(), services.organisation.retention.schedule)


def items_for(services: Services, tx: Connection, who: str) -> tuple[DueRecord, ...]:
    """Return the records due now or within a month that this person may decide about."""
    items = keeper(services, tx).items(services.clock.now() + AHEAD)
    return tuple(item for item in items if may(_subject(item), who, Act.ERASE, services.roster))


def _subject(item: DueRecord) -> Subject:
    return Subject(item.check, item.left_out, item.case)


def is_for_everybody(services: Services, item: DueRecord) -> bool:
    """Return whether every lead but its reporter may decide about the record, so the leads' channel may count it."""
    return _is_shared(services, _subject(item), Act.ERASE)


def _is_shared(services: Services, subject: Subject, act: Act) -> bool:
    leads = [services.roster.slack[lead] for lead in services.roster.people.leads]
    others = [lead for lead in leads if lead != subject.check.reporter]
    is_private = bool(subject.left_out) or (subject.case is not None and subject.case.dm_only)
    return bool(others) and not is_private and all(may(subject, one, act, services.roster) for one in others)


def copies_left(services: Services, tx: Connection, target: str) -> tuple[NotShrunk, ...]:
    """Return messages that Slack did not let us shorten or delete, for the leads' channel or one person by Slack id.

    Nobody can tell any more who might know of an erased record, so erased ones that some leads could not know of are
    left out. Of any other erased record only its reference is left.
    """
    return tuple(each for each in not_shrunk(tx) if _is_for(services, tx, each.check, target))


def _is_for(services: Services, tx: Connection, check: str, target: str) -> bool:
    try:
        return not was_private(tx, check) and _may_count(services, services.subject(tx, check), target)
    except CannotOpen:  # nobody can tell who may know of it; doctor reports that it cannot be decrypted
        return False


def _may_count(services: Services, subject: Subject | None, target: str) -> bool:
    if subject is None:
        return True
    if target == services.roster.channel:
        return _is_shared(services, subject, Act.COUNT)
    return may(subject, target, Act.COUNT, services.roster)


def _is_counted(services: Services, item: DueRecord, target: str) -> bool:
    for_everybody = is_for_everybody(services, item)
    if target == services.roster.channel:
        return for_everybody
    return not for_everybody and may(_subject(item), target, Act.ERASE, services.roster)


def due_for(services: Services, tx: Connection) -> tuple[str, ...]:
    """Return who gets a monthly message: the channel, if it has anything to count, and people by Slack id."""
    items = keeper(services, tx).items(services.clock.now() + AHEAD)
    targets = (services.roster.channel, *services.roster.slack.values())
    return tuple(target for target in targets if any(_is_counted(services, item, target) for item in items))


def count_for(services: Services, tx: Connection, target: str) -> int:
    """Return how many records the message to this target counts.

    The channel's message counts what every lead may decide about; a person's own counts the rest of theirs.
    """
    items = keeper(services, tx).items(services.clock.now() + AHEAD)
    return sum(_is_counted(services, item, target) for item in items)
