"""The weekly digests: planned, made once each, and turned into messages when they are sent.

What is counted is counted once, when a digest is made, and kept: a check that somebody is left out of later does not
change what was printed, and no trend can be set against another to find it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection

from bot.context import Services
from bot.digest import leads_message
from bot.digest.leads_message import LeadsDigest
from bot.digest.staff_message import OwnLine, StaffDigest, own_line, staff
from bot.permission import Act, Subject, may
from bot.slack.block_kit import Message
from flows.checklist import CHECKLIST
from flows.events import OutboxKind
from flows.paging.cover import Gap, gaps, on_cover
from flows.reports.bands import SMALLEST
from flows.reports.figures import TREND, Trend, Week, WeekFigures, added, most
from flows.training.briefings import BRIEFINGS
from services.restricted_cases import RestrictedCases, apart
from services.week_figures import WeekCounter
from storage import cover, digests, outbox
from storage.digests import Audience, Planned
from storage.outbox import Claimed

PLAN_EVERY = timedelta(hours=1)
TRY_AGAIN = timedelta(minutes=1)
LATE = timedelta(minutes=15)
"""A digest that goes out later than this says that it is late."""
_WEEK_DAYS = 7

log = logging.getLogger(__name__)


class Digests:
    """Plans them at the start and every hour, and makes those that are due. Any instance may."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._planned = datetime.min.replace(tzinfo=UTC)
        self._not_before = datetime.min.replace(tzinfo=UTC)

    def turn(self) -> None:
        """Do what is due. What goes wrong is tried again in a minute, and holds up nothing else."""
        now = self._services.clock.now()
        if now < self._not_before <= now + TRY_AGAIN:
            return
        try:
            self._turn(now)
        except Exception as error:  # noqa: BLE001 - a digest never holds up a page
            log.error("the digest could not be made: %s", type(error).__name__)  # noqa: TRY400 - no words of it
            self._not_before = now + TRY_AGAIN

    def _turn(self, now: datetime) -> None:
        if abs(now - self._planned) >= PLAN_EVERY:
            self.plan()
        with self._services.database.read() as tx:
            due = digests.due(tx, now)
            is_sealed = digests.is_sealed(tx)
        for planned in due:
            self._make(planned, is_newest=planned.week == max(each.week for each in due))
        if not is_sealed and not self._services.chain.is_broken:
            with self._services.write() as tx:
                digests.seal_made(tx, self._services.seal_key, now)

    def plan(self) -> None:
        """See to it that there is a row for each digest, so that one that nobody is there to make is made later."""
        now, organisation = self._services.clock.now(), self._services.organisation
        week = Week.of(self._services.roster.week.day_of(now))
        with self._services.database.begin() as tx:
            for audience in Audience:
                if audience is Audience.LEADS or organisation.staff_channel:
                    digests.plan(tx, audience, week, self._due)
        self._planned = now

    def _due(self, week: Week) -> datetime:
        when = self._services.organisation.digest
        return week.due(when.weekday, when.at, self._services.organisation.zone)

    def _make(self, planned: Planned, *, is_newest: bool) -> None:
        """Count first, reading only: nobody waits meanwhile who has something to save."""
        services, now = self._services, self._services.clock.now()
        if planned.audience is Audience.STAFF:
            self._make_staff(planned, now, is_newest=is_newest)
            return
        with services.database.read() as tx:
            counting = counting_of(services, tx, planned.week)
            figures, own = counting.figures(), own_lines(services, apart(counting), planned.week)
        with services.write() as tx:
            if not digests.take(tx, planned, now):
                return
            digests.keep(tx, services.keys, planned, figures, now)
            if not services.chain.is_broken:
                digests.seal_made(tx, services.seal_key, now)
            self._put(tx, planned, OutboxKind.DIGEST, services.organisation.leads_channel, now)
            for person in own:
                self._put(tx, planned, OutboxKind.DIGEST_LINE, services.roster.slack[person], now)

    def _make_staff(self, planned: Planned, now: datetime, *, is_newest: bool) -> None:
        """Of several that were missed only the newest goes out: nobody needs last month's tip."""
        channel = self._services.organisation.staff_channel
        with self._services.write() as tx:
            if digests.take(tx, planned, now) and is_newest and channel:
                self._put(tx, planned, OutboxKind.STAFF_DIGEST, channel, now)

    @staticmethod
    def _put(tx: Connection, planned: Planned, what: OutboxKind, target: str, now: datetime) -> None:
        key = f"{what}:{planned.week}:{target}"
        outbox.put(tx, key, what, target, now, ask=planned.week.key)


def counting_of(services: Services, tx: Connection, week: Week) -> WeekCounter:
    """Ready to count a week as things stand now."""
    return WeekCounter(
        tx, services.keys, services.roster, week, services.clock.now(), services.organisation.retention.schedule
    )


def leads_messages(services: Services, tx: Connection, row: Claimed) -> tuple[Message, Message] | None:
    """With pictures, and without. None while what it says is not sealed yet, or an older one is not sent."""
    planned = digests.find(tx, Week.from_key(row.ask)) if outbox.is_first(tx, row) else None
    if planned is None or planned.figures is None or planned.head is None:
        return None
    found = leads_digest(services, tx, planned.week, planned.figures, planned, services.clock.now())
    return leads_message.leads(found), leads_message.leads(found, pictures=False)


def leads_digest(
    services: Services,
    tx: Connection,
    week: Week,
    figures: WeekFigures,
    planned: Planned | None = None,
    sent: datetime | None = None,
) -> LeadsDigest:
    """What the leads' digest says of a week. planned: where it goes out, or has gone out. sent: when."""
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
    """The week so many weeks before."""
    return Week.of(week.first - timedelta(weeks=number))


def _gaps(services: Services, tx: Connection, first: date) -> tuple[Gap, ...]:
    roster, away = services.roster, cover.from_day(tx, first)
    return gaps(roster.people, away, cover.unreachable(tx), roster.week, first, _WEEK_DAYS)


def _late(services: Services, due_at: datetime, sent: datetime) -> str | None:
    """When it was due, in the organisation's zone, where it goes out later than it should."""
    if sent - due_at <= LATE:
        return None
    due = due_at.astimezone(services.organisation.zone)
    return f"{due:%A} {due.day} {due:%B} at {due:%H:%M}"


def staff_message(services: Services, tx: Connection, row: Claimed) -> Message:
    """The staff's digest, as it is true now."""
    return staff(staff_digest(services, tx, Week.from_key(row.ask)))


def staff_digest(services: Services, tx: Connection, week: Week, figures: WeekFigures | None = None) -> StaffDigest:
    """The tip is drawn from all that the leads' digests have said in the last weeks, never from a few checks.

    figures: of the week, where its digest is not made yet.
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
    """The question people were least sure of, five times or more; else each of the policy's questions in its turn."""
    unsure = added(figures.unsure for figures in kept.values())
    often = {one: number for one, number in unsure.items() if number >= SMALLEST and one in BRIEFINGS}
    if often:
        return most(often, 1)[0][0]
    turns = [question.id for question in CHECKLIST if question.is_policy]
    return turns[week.number % len(turns)]


def own_message(services: Services, tx: Connection, row: Claimed) -> Message | None:
    """One person's line, as far as they may know now; None where that is nothing."""
    counting = counting_of(services, tx, Week.from_key(row.ask))
    person = services.roster.person_at(row.target)
    found = own_lines(services, apart(counting), counting.week).get(person or "")
    return own_line(found) if found else None


def own_lines(services: Services, found: Iterable[RestrictedCases], week: Week) -> dict[str, OwnLine]:
    """By organisation id: everybody who may know of any case that the shared figures leave out."""
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
