"""Days on which nobody is on cover, as the store has them."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection

from bot.context import Services
from flows.paging.cover import AHEAD, Gap, gaps
from storage import cover


def gaps_from(services: Services, tx: Connection, first: date, days: int = AHEAD) -> tuple[Gap, ...]:
    """Those of so many days from the first."""
    roster = services.roster
    return gaps(roster.people, cover.from_day(tx, first), cover.unreachable(tx), roster.week, first, days)


def today(services: Services) -> date:
    """By the organisation's own clock."""
    return services.roster.week.day_of(services.clock.now())
