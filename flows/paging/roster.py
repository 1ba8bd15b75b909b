"""Who can be asked, how soon, and in which order: what the organisation's file says, as plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum

from flows.case import Check, Signature
from flows.engine.outcome import left_out
from flows.model import Urgency
from flows.paging.recipients import People, may_know
from flows.paging.worktime import WorkingWeek

CEILING = timedelta(hours=72)
"""The longest between two asks of a routine check, over weekends and breaks (docs/rules.md, "Response targets")."""
STAFF = "staff member"
"""The role of whoever is on no list."""


class Counts(StrEnum):
    """Which time a rung's wait counts.

    WORKING_MORNINGS: so many working mornings, at `Roster.morning`. WORKING_DAYS: so many working days from when the
    case first needed an answer, not from this ask.
    """

    ALWAYS = "always"
    DAYTIME = "daytime"
    WORKING_TIME = "working time"
    WORKING_MORNINGS = "working mornings"
    WORKING_DAYS = "working days"


_ROUTINE = frozenset({Counts.WORKING_TIME, Counts.WORKING_MORNINGS, Counts.WORKING_DAYS})


@dataclass(frozen=True, slots=True)
class Rung:
    """Ids of the people to page, and how long until the next rung; the last one repeats without end.

    second_channel: they are asked by other ways than Slack as well. each_morning: the next ask comes when daytime
    begins, where the wait would end later.
    """

    who: tuple[str, ...]
    wait: timedelta
    counts: Counts = Counts.ALWAYS
    second_channel: bool = False
    each_morning: bool = False


@dataclass(frozen=True, slots=True)
class Roster:
    """The people, their Slack ids, the leads' channel, the ladders and the waits.

    week: working hours. daytime: the hours of any day in which a worry is asked about again.
    administrators: Slack ids of whoever runs the bot. data_protection: the id and Slack id of whoever is asked about a
    possible breach; they may be one of the people too. plan, plan_worry: how long until whoever leads an urgent check,
    or a worry, is reminded that there is no plan yet.
    ways: how each can be reached apart from Slack, such as "email". aftercare: how long until each reminder of the
    last two questions; the last one repeats without end. names: of Slack accounts: the people's, as the file has them,
    and those of other staff once Slack has said them.
    """

    people: People
    slack: Mapping[str, str]
    channel: str
    ladders: Mapping[Urgency, tuple[Rung, ...]]
    week: WorkingWeek
    daytime: WorkingWeek
    idle: timedelta
    morning: time
    plan: timedelta = timedelta(hours=4)
    plan_worry: timedelta = timedelta(days=1)
    no_choice: timedelta = timedelta(seconds=60)
    aftercare: tuple[timedelta, ...] = (timedelta(days=1), timedelta(days=2), timedelta(days=7))
    ways: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    administrators: frozenset[str] = frozenset()
    names: MutableMapping[str, str] = field(default_factory=dict)
    data_protection: tuple[str, str] | None = None

    @property
    def accounts(self) -> Mapping[str, str]:
        """Slack ids by id: of everybody who may be sent something about a check, the data protection lead included."""
        return {**self.slack, **dict([self.data_protection] if self.data_protection else [])}

    def told_of_breach(self, check: Check, out: frozenset[str]) -> str | None:
        """Return the Slack id of the data protection lead, where they may be told of a possible breach in a check.

        Not where they are left out or raised it themselves, nor while it is not known who has to be left out. out: as
        in `may_know`.
        """
        if self.data_protection is None:
            return None
        choices = check.answers.get("S2", ())
        is_known = choices == ("no",) or bool(left_out({"S2": choices}))
        slack = self.data_protection[1]
        return slack if is_known and out.isdisjoint(self.data_protection) and slack != check.reporter else None

    @property
    def everyone(self) -> tuple[str, ...]:
        """Leads first, then deputies, then the independent contact."""
        return (*self.people.leads, *self.people.deputies, self.people.independent)

    def person_at(self, slack: str) -> str | None:
        """Return the person with this Slack id, None for anybody else."""
        return next((person for person, account in self.slack.items() if account == slack), None)

    def signature(self, slack: str, named: Iterable[str] = ()) -> Signature:
        """Return who the person with this Slack id is now, and the names of the people `named`.

        named: organisation ids; each name is kept by Slack id as well, which `left_out` rows have.
        """
        known = [(one, self.accounts[one]) for one in named if one in self.accounts]
        people = {key: self.names[account] for one, account in known if account in self.names for key in (one, account)}
        return Signature(self.names.get(slack, ""), self._role(slack), people)

    def _role(self, slack: str) -> str:
        person = self.person_at(slack)
        if person is None and self.data_protection is not None and slack == self.data_protection[1]:
            return "data protection lead"
        if person is None:
            return "administrator" if slack in self.administrators else STAFF
        roles = {"safeguarding lead": self.people.leads, "deputy lead": self.people.deputies}
        return next((role for role, group in roles.items() if person in group), "independent contact")

    def may_know(self, check: Check, out: frozenset[str]) -> tuple[str, ...]:
        """Ids of the people who may know of a check: the one rule all else asks (docs/rules.md, I13 and decision 8).

        out: everybody left out, by the reporter or by stepping aside, each with the Slack id they had then: another
        id in the organisation's file lets nobody back in. The reporter is never their own reviewer.
        Never empty while anybody is left: somebody must be able to help.
        """
        choices = check.answers.get("S2", ())
        named = left_out({"S2": choices})
        conflict = bool(choices) and choices != ("no",)
        reporter = self.person_at(check.reporter)
        gone = out | {reporter, *(person for person, account in self.slack.items() if account in out)}
        # "Not sure" about the leads never ends with them, unless the independent contact is the one who asks.
        leads = self.people.leads if not conflict or named or reporter == self.people.independent else ()
        groups = (may_know(named, conflict, self.people), self.people.deputies, leads)
        known = (tuple(person for person in group if person not in gone) for group in groups)
        return next(filter(None, known), ())

    def first_asked(
        self,
        check: Check,
        out: frozenset[str],
        absent: frozenset[str] = frozenset(),
        unreachable: frozenset[str] = frozenset(),
    ) -> tuple[str, ...]:
        """Ids of those paged first: the leads who may know, and the independent contact where a lead may be part of it.

        Where none of these may know or all are absent, the deputies, then whoever is left. absent: those away and
        those whose account is closed, unreachable: the latter alone. Where all are absent, see `in_need`.
        """
        may = self.may_know(check, out)
        there = tuple(one for one in may if one not in absent)
        if not there:
            return in_need(may, unreachable)
        is_conflict = bool(out) or check.answers.get("S2") != ("no",)
        first = (*self.people.leads, *((self.people.independent,) if is_conflict else ()))
        groups = (tuple(one for one in group if one in there) for group in (first, self.people.deputies, there))
        return next(filter(None, groups), ())

    def plan_by(self, urgency: Urgency, now: datetime) -> datetime:
        """Return when somebody who leads is reminded that there is no plan yet (docs/rules.md, "Response targets")."""
        waits = {Urgency.P0: self.plan, Urgency.P1: self.plan, Urgency.P2: self.plan_worry}
        return now + waits[urgency] if urgency in waits else self.week.next_morning(now, self.morning)

    def answer_by(self, urgency: Urgency, now: datetime) -> datetime:
        """Return when the first people paged should have answered, which is when the next are asked."""
        return self._after(self.ladders[urgency][0], now, now)

    def latest_ask(self, urgency: Urgency, asked_at: datetime, needed_at: datetime, rung: int = 0) -> datetime:
        """Return the latest moment at which this rung of the ladder, or one after it, asks again after `asked_at`.

        Rungs after it, because one with nobody there is passed over.
        """
        ladder = self.ladders[urgency]
        return max(self._after(each, asked_at, needed_at) for each in ladder[min(rung, len(ladder) - 1) :])

    def uses_second_channel(self, urgency: Urgency, asks: int) -> bool:
        """Whether the people paged after `asks` pages are asked by other ways than Slack as well."""
        ladder = self.ladders[urgency]
        return ladder[min(asks, len(ladder) - 1)].second_channel

    def aftercare_at(self, reminded: int, now: datetime) -> datetime:
        """When the last two questions are asked again, after so many reminders."""
        return now + self.aftercare[min(reminded, len(self.aftercare) - 1)]

    def _after(self, rung: Rung, now: datetime, needed_at: datetime) -> datetime:
        """Return when the rung's wait is over; a routine wait never later than CEILING allows."""
        ends = self._ends(rung, now, needed_at)
        if rung.each_morning:
            ends = min(ends, self.daytime.next_opening(now))
        return min(ends, self._ceiling(now)) if rung.counts in _ROUTINE else ends

    def _ends(self, rung: Rung, now: datetime, needed_at: datetime) -> datetime:
        match rung.counts:
            case Counts.ALWAYS:
                return now + rung.wait
            case Counts.DAYTIME:
                return self.daytime.after(now, rung.wait)
            case Counts.WORKING_TIME:
                return self.week.after(now, rung.wait)
            case Counts.WORKING_MORNINGS:
                return self.week.mornings_after(now, rung.wait.days, self.morning)
            case Counts.WORKING_DAYS:
                ends = self.week.days_after(needed_at, rung.wait.days)
                return ends if ends > now else self.week.next_morning(now, self.morning)

    def _ceiling(self, now: datetime) -> datetime:
        """Return the last morning, of any day, within CEILING: nobody is woken for a routine check."""
        zone = self.week.zone
        latest = (now + CEILING).astimezone(zone)
        morning = datetime.combine(latest.date(), self.morning, zone)
        return (morning if morning <= latest else morning - timedelta(days=1)).astimezone(UTC)

    def next_ask(
        self,
        urgency: Urgency,
        asks: int,
        allowed: Iterable[str],
        now: datetime,
        absent: frozenset[str] = frozenset(),
        unreachable: frozenset[str] = frozenset(),
        needed_at: datetime | None = None,
    ) -> tuple[tuple[str, ...], datetime]:
        """Return who to page now, after `asks` pages, and when to page again. Never nobody (I13).

        A rung with nobody on it who may be told and is there is passed over at once. absent, unreachable: as in
        `first_asked`. needed_at: when the case first needed an answer; now, where it is not given.
        """
        start = needed_at or now
        ladder, may = self.ladders[urgency], frozenset(allowed)
        rungs = ladder[min(asks, len(ladder) - 1) :]
        known = tuple(person for person in self.everyone if person in may)
        there = tuple(person for person in known if person not in absent)
        if not there:
            return in_need(known, unreachable), self._after(rungs[0], now, start)
        for rung in rungs:
            people = tuple(person for person in rung.who if person in there)
            if people:
                return people, self._after(rung, now, start)
        return there, self._after(ladder[-1], now, start)


def able(allowed: Iterable[str], absent: frozenset[str], unreachable: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """Return who of these can answer: those who are there, or else everybody whose account works; it may be nobody."""
    known = tuple(allowed)
    there = tuple(person for person in known if person not in absent)
    return there or tuple(person for person in known if person not in unreachable)


def in_need(allowed: tuple[str, ...], unreachable: frozenset[str]) -> tuple[str, ...]:
    """Nobody is there: everybody allowed whose account works is asked all the same, and without one everybody (I13)."""
    return tuple(person for person in allowed if person not in unreachable) or allowed


def skipped(usual: tuple[str, ...], asked: tuple[str, ...]) -> tuple[str, ...]:
    """Ids of the step that was passed over because nobody on it is there; usual: who is asked when all are there."""
    return () if set(usual) & set(asked) else usual
