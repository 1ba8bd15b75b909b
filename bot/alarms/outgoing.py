"""What alarms put in Slack and send elsewhere."""

from __future__ import annotations

from sqlalchemy import Connection

from bot.alarms.messages import (
    alarm,
    alarm_elsewhere,
    broken,
    broken_elsewhere,
    conditions_elsewhere,
    conditions_present,
    differs,
    differs_elsewhere,
)
from bot.context import Services
from bot.delivery.render import Outgoing, Renderers
from bot.findings import ABOUT_A_CHECK, Condition
from bot.words import Words
from flows.events import OutboxKind
from storage.health import liveness, overdue
from storage.outbox import Claimed


def register(renderers: Renderers) -> None:
    renderers.add(OutboxKind.ALARM, _alarm)
    renderers.add_elsewhere(OutboxKind.ALARM, _alarm_elsewhere)
    renderers.add(OutboxKind.CONDITION, _conditions)
    renderers.add_elsewhere(OutboxKind.CONDITION, _conditions_elsewhere)
    renderers.add(OutboxKind.BROKEN_CHAIN, lambda *_: Outgoing(broken()))
    renderers.add_elsewhere(OutboxKind.BROKEN_CHAIN, lambda *_: broken_elsewhere())
    renderers.add(OutboxKind.DIFFERENCE, lambda *_: Outgoing(differs()))
    renderers.add_elsewhere(OutboxKind.DIFFERENCE, lambda *_: differs_elsewhere())


def _alarm(services: Services, tx: Connection, row: Claimed) -> Outgoing:
    """Nothing where it was over before anybody saw it."""
    is_well = _is_well(services, tx)
    return Outgoing(None if is_well and row.ts is None else alarm(is_well=is_well))


def _alarm_elsewhere(services: Services, tx: Connection, _row: Claimed) -> Words | None:
    return None if _is_well(services, tx) else alarm_elsewhere()


def _conditions(_services: Services, tx: Connection, row: Claimed) -> Outgoing:
    """Nothing where it was over before anybody saw it."""
    present = _present(tx)
    return Outgoing(conditions_present(present) if present or row.ts else None)


def _conditions_elsewhere(_services: Services, tx: Connection, _row: Claimed) -> Words | None:
    return conditions_elsewhere(present) if (present := _present(tx)) else None


def _present(tx: Connection) -> frozenset[Condition]:
    """Return the conditions that any process saw last, and that everybody may be told of.

    What a newer version knows besides is left out.
    """
    return frozenset(Condition(name) for name in liveness.conditions(tx) if name in set(Condition)) - ABOUT_A_CHECK


def _is_well(services: Services, tx: Connection) -> bool:
    return overdue.look(tx, services.clock.now()).is_well
