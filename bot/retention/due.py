"""What is due for deletion, for whom: whoever may not know of a record sees it in no list and in no number."""

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
"""How long before the end of its time a record is announced: no month is longer."""


def keeper(services: Services, tx: Connection) -> Retention:
    """The use cases, in this transaction."""
    return Retention(tx, services.keys, services.roster, services.clock.now(), services.organisation.retention.schedule)


def items_for(services: Services, tx: Connection, who: str) -> tuple[DueRecord, ...]:
    """What is due, or will be within a month, of what this person may decide about."""
    items = keeper(services, tx).items(services.clock.now() + AHEAD)
    return tuple(item for item in items if may(_subject(item), who, Act.ERASE, services.roster))


def _subject(item: DueRecord) -> Subject:
    return Subject(item.check, item.left_out, item.case)


def is_for_everybody(services: Services, item: DueRecord) -> bool:
    """Whether every lead but its reporter may decide about it, so that the leads' channel may count it."""
    return _is_shared(services, _subject(item), Act.ERASE)


def _is_shared(services: Services, subject: Subject, act: Act) -> bool:
    leads = [services.roster.slack[lead] for lead in services.roster.people.leads]
    others = [lead for lead in leads if lead != subject.check.reporter]
    is_private = bool(subject.left_out) or (subject.case is not None and subject.case.dm_only)
    return bool(others) and not is_private and all(may(subject, one, act, services.roster) for one in others)


def copies_left(services: Services, tx: Connection, target: str) -> tuple[NotShrunk, ...]:
    """Messages that Slack did not let us cut, for the digest of the leads' channel, or of one person by Slack id.

    Of a record that was erased nobody can say any more who might know of it, so there are none of one that not every
    lead could know of. What is left of any other is its reference.
    """
    return tuple(each for each in not_shrunk(tx) if _is_for(services, tx, each.check, target))


def _is_for(services: Services, tx: Connection, check: str, target: str) -> bool:
    try:
        return not was_private(tx, check) and _may_count(services, services.subject(tx, check), target)
    except CannotOpen:  # who may know of it cannot be told; doctor says that it does not open
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
    """The channel, where it has something to count, and the Slack ids of those who have something of their own."""
    items = keeper(services, tx).items(services.clock.now() + AHEAD)
    targets = (services.roster.channel, *services.roster.slack.values())
    return tuple(target for target in targets if any(_is_counted(services, item, target) for item in items))


def count_for(services: Services, tx: Connection, target: str) -> int:
    """How many records the message to this target counts.

    The channel's counts what every lead may decide about; somebody's own counts what the channel's does not.
    """
    items = keeper(services, tx).items(services.clock.now() + AHEAD)
    return sum(_is_counted(services, item, target) for item in items)
