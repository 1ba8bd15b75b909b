"""The content of the weekly digests, read from the database.

A check that anybody is left out of is counted in no shared figure (docs/rules.md, decision 8).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from bot.context import Services
from bot.digest.leads_message import LeadsDigest
from bot.digest.staff_message import OwnLine, StaffDigest
from bot.permission import Act, Subject, may
from flows.checklist import CHECKLIST
from flows.paging.cover import Gap, gaps, on_cover
from flows.reports.bands import SMALLEST
from flows.reports.figures import TREND, Trend, Week, WeekFigures, added, most
from flows.training.briefings import BRIEFINGS
from services.restricted_cases import RestrictedCases
from services.week_figures import WeekCounter
from storage import cover, digests
from storage.digests import Planned

LATE = timedelta(minutes=15)
"""A digest that goes out later than this says that it is late."""
_WEEK_DAYS = 7


def counting_of(services: Services, tx: Connection, week: Week) -> WeekCounter:
    """Return a counter of the week's figures as of now."""
    return WeekCounter(
        tx, services.keys, services.roster, week, services.clock.now(), services.organisation.retention.schedule
    )


def leads_digest(
    services: Services,
    tx: Connection,
    week: Week,
    figures: WeekFigures,
    planned: Planned | None = None,
    sent: datetime | None = None,
) -> LeadsDigest:
    """Return the leads' digest of a week. `planned` is its row where it is due or was sent; `sent` is when."""
    kept = {**digests.kept(tx, week_back(week, TREND - 1), week.before), week: figures}
    return LeadsDigest(
        week=week,
        figures=figures,
        trend=Trend.up_to(week, kept),
        gaps=_gaps(services, tx, week.following.first),
        late=_late(services, planned.due_at, sent) if planned and sent else None,
        head=planned.head if planned else None,
        so_far=week.bounds(services.roster.week.zone)[1] > services.clock.now(),
    )


def week_back(week: Week, number: int) -> Week:
    """Return the week `number` weeks earlier."""
    return Week.of(week.first - timedelta(weeks=number))


def _gaps(services: Services, tx: Connection, first: date) -> tuple[Gap, ...]:
    roster, away = services.roster, cover.from_day(tx, first)
    return gaps(roster.people, away, cover.unreachable(tx), roster.week, first, _WEEK_DAYS)


def _late(services: Services, due_at: datetime, sent: datetime) -> str | None:
    """Return when the digest was due, in words and the organisation's zone; None unless it is late by over `LATE`."""
    if sent - due_at <= LATE:
        return None
    due = due_at.astimezone(services.organisation.zone)
    return f"{due:%A} {due.day} {due:%B} at {due:%H:%M}"


def staff_digest(services: Services, tx: Connection, week: Week, figures: WeekFigures | None = None) -> StaffDigest:
    """Return the staff's digest. Its tip is drawn from the last weeks of leads' digests, so never from a few checks.

    figures: those of the week, where its leads' digest is not made yet.
    """
    kept = {**digests.kept(tx, week_back(week, TREND - 1), week), **({week: figures} if figures else {})}
    there = on_cover(services.roster.people, cover.absent(tx, services.roster.week.day_of(services.clock.now())))
    people = [services.organisation.person(one) for one in there]
    phones = services.organisation.phones
    numbers = [(one.name, one.phone) for one in people]
    numbers += [("Children's social care", phones.childrens_social_care)] if phones.childrens_social_care else []
    return StaffDigest(
        question=tip_of(week, kept),
        present=tuple(one.name for one in people),
        phones=tuple(numbers),
        started=kept[week].started if week in kept else 0,
    )


def tip_of(week: Week, kept: Mapping[Week, WeekFigures]) -> str:
    """Return the question most often answered "not sure", if `SMALLEST` times or more, else a policy question.

    The policy questions come in turn, one a week.
    """
    unsure = added(figures.unsure for figures in kept.values())
    often = {one: number for one, number in unsure.items() if number >= SMALLEST and one in BRIEFINGS}
    if often:
        return most(often, 1)[0][0]
    turns = [question.id for question in CHECKLIST if question.is_policy]
    return turns[week.number % len(turns)]


def own_lines(services: Services, found: Iterable[RestrictedCases], week: Week) -> dict[str, OwnLine]:
    """Return a line, by organisation id, for everybody who may know of a case that the shared figures leave out."""
    cases = tuple(found)
    lines = {}
    for person, account in services.roster.slack.items():
        mine = [one for one in cases if may(_subject(one), account, Act.COUNT, services.roster)]
        if mine:
            lines[person] = _line(week, mine)
    return lines


def _subject(one: RestrictedCases) -> Subject:
    return Subject(one.check, one.left_out, one.case)


def _line(week: Week, mine: list[RestrictedCases]) -> OwnLine:
    open_now = [one for one in mine if one.case.closed_at is None]
    return OwnLine(
        week=week,
        cases=len(mine),
        raised=sum(one.raised for one in mine),
        open=len(open_now),
        nobody_leads=sum(one.case.led_by is None for one in open_now),
        missed=sum(one.missed for one in mine),
    )
