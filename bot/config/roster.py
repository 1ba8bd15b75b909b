"""Conversion of organisation.toml into the plain values that `flows` works with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from bot.config.organisation import WEEKDAYS, AftercareSettings, Organisation, PersonSettings
from flows.engine.facts import Facts, time_of_day
from flows.model import Urgency
from flows.paging.recipients import People
from flows.paging.roster import Roster, Rung
from flows.paging.worktime import WorkingWeek

_PAGING = (Urgency.P0, Urgency.P1, Urgency.P2, Urgency.P3)
_YEARS = range(2020, 2121)
"""The years whose bank holidays are computed: a roster may be in use for longer than the year in which it was read."""


def people_of(organisation: Organisation) -> People:
    """Return the ids of everybody who can be told, in the order in which they are paged."""
    return People(
        leads=tuple(person.id for person in organisation.leads),
        deputies=tuple(person.id for person in organisation.deputies),
        independent=organisation.independent.id,
    )


def roster_of(organisation: Organisation, ways: Mapping[str, tuple[str, ...]] | None = None) -> Roster:
    """Return the roster: people, ladders and the working week. ways: each person's channels other than Slack."""
    return Roster(
        people=people_of(organisation),
        slack={person.id: person.slack for person in organisation.everyone},
        channel=organisation.leads_channel,
        ladders={urgency: tuple(_rungs(organisation, urgency)) for urgency in _PAGING},
        week=WorkingWeek(
            zone=organisation.zone,
            days=tuple((day.start, day.end) if day else None for day in organisation.hours.week),
            closed=organisation.days_off(_YEARS),
        ),
        daytime=WorkingWeek(zone=organisation.zone, days=(organisation.targets.daytime,) * len(WEEKDAYS)),
        idle=organisation.targets.idle,
        morning=organisation.targets.morning,
        plan=organisation.targets.plan,
        plan_worry=organisation.targets.plan_worry,
        aftercare=tuple(_waits(organisation.aftercare)),
        ways=ways or {},
        names={person.slack: person.name for person in organisation.everybody},
        administrators=frozenset(organisation.administrators),
        data_protection=_data_protection(organisation),
    )


def _data_protection(organisation: Organisation) -> tuple[str, str] | None:
    person = organisation.data_protection
    return (person.id, person.slack) if person else None


def _rungs(organisation: Organisation, urgency: Urgency) -> Iterable[Rung]:
    for rung in organisation.rungs(urgency):
        who = tuple(person.id for group in rung.who for person in organisation.group(group))
        yield Rung(who, rung.wait.length, rung.clock, rung.second_channel, rung.each_morning)


def _waits(aftercare: AftercareSettings) -> Iterator[timedelta]:
    """Yield the wait before each aftercare reminder, counted from the one before.

    The file counts every reminder from the agreed plan. The last wait repeats.
    """
    before = timedelta()
    for after in sorted(aftercare.reminders):
        yield after - before
        before = after
    yield aftercare.then_every


def facts_of(
    organisation: Organisation,
    recipients: tuple[str, ...],
    *,
    now: datetime | None = None,
    school: str | None = None,
    led_by: str | None = None,
    elsewhere: Mapping[str, str] | None = None,
) -> Facts:
    """Return what a text may say about the organisation if these people are told. recipients: their ids.

    now: to say which number answers; None where it is read at any hour. school: as the details name it; the numbers are
    its council's where they are set. led_by: the id of whoever leads. elsewhere: of those not in Slack, by id, how.
    """
    told = [organisation.person(one) for one in recipients]
    leader = next((person for person in organisation.everyone if person.id == led_by), None)
    phones, own = organisation.phones, organisation.school(school)
    return Facts(
        organisation=organisation.name,
        recipients=in_words([_how_told(person, elsewhere or {}) for person in told]) or Facts().recipients,
        phones=tuple((person.name, person.phone) for person in told),
        tells_a_lead=not told or any(person in organisation.leads for person in told),
        leads=" or ".join(person.name for person in organisation.leads),
        led_by=(leader.name, leader.phone) if leader else None,
        social_care=own.social_care or phones.childrens_social_care,
        out_of_hours=own.out_of_hours or phones.out_of_hours,
        adult_social_care=own.adult_social_care or phones.adult_social_care,
        adult_out_of_hours=own.adult_out_of_hours or phones.adult_out_of_hours,
        lado=own.lado or phones.lado,
        hour=time_of_day(now, organisation.zone, organisation.bank_holidays(now.year)) if now else None,
        nspcc=phones.nspcc,
        whistleblowing=phones.whistleblowing,
    )


def _how_told(person: PersonSettings, elsewhere: Mapping[str, str]) -> str:
    return f"{person.name} ({elsewhere[person.id]})" if person.id in elsewhere else person.name


def in_words(names: list[str]) -> str:
    """Join names as in a sentence: "One, Two and Three"."""
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def phone_words(organisation: Organisation) -> str:
    """Return the phone numbers for when all else fails. No lead's: who may have been left out is not known here."""
    phones, contact = organisation.phones, organisation.independent
    known = {"children's social care": phones.childrens_social_care, "out of hours": phones.out_of_hours}
    numbers = [f"{label} {number}" for label, number in known.items() if number]
    return ", ".join([f"{contact.name} {contact.phone}", *numbers])
