"""Days on which nobody is on cover, from the days away in the database."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection

from bot.context import Services
from flows.paging.cover import AHEAD, Gap, gaps
from storage import cover


def gaps_from(services: Services, tx: Connection, first: date, days: int = AHEAD) -> tuple[Gap, ...]:
    """Return the days without cover among `days` days from `first`."""
    roster = services.roster
    return gaps(roster.people, cover.from_day(tx, first), cover.unreachable(tx), roster.week, first, days)


def today(services: Services) -> date:
    """Return today's date in the organisation's time zone."""
    return services.roster.week.day_of(services.clock.now())
