"""Who can be asked, how soon, and in which order: what the organisation's file says, as plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from flows.case import Check
from flows.engine.outcome import left_out
from flows.model import Urgency
from flows.paging.recipients import People, may_know
from flows.paging.worktime import WorkingWeek


@dataclass(frozen=True, slots=True)
class Rung:
    """Ids of the people to page, and how long until the next rung; the last one repeats without end.

    second_channel: they are asked by other ways than Slack as well.
    """

    who: tuple[str, ...]
    wait: timedelta
    working_time: bool = False
    second_channel: bool = False


@dataclass(frozen=True, slots=True)
class Roster:
    """The people, their Slack ids, the leads' channel, the ladders and the waits.

    administrators: Slack ids of whoever runs the bot.
    ways: how each can be reached apart from Slack, such as "email". aftercare: how long until each reminder of the
    last two questions; the last one repeats without end.
    """

    people: People
    slack: Mapping[str, str]
    channel: str
    ladders: Mapping[Urgency, tuple[Rung, ...]]
    week: WorkingWeek
    idle: timedelta
    morning: time
    plan: timedelta = timedelta(hours=4)
    no_choice: timedelta = timedelta(seconds=60)
    aftercare: tuple[timedelta, ...] = (timedelta(days=1), timedelta(days=2), timedelta(days=7))
    ways: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    administrators: frozenset[str] = frozenset()

    @property
    def everyone(self) -> tuple[str, ...]:
        """Leads first, then deputies, then the independent contact."""
        return (*self.people.leads, *self.people.deputies, self.people.independent)

    def person_at(self, slack: str) -> str | None:
        """The person with this Slack id, None for anybody else."""
        return next((person for person, account in self.slack.items() if account == slack), None)

    def may_know(self, check: Check, out: frozenset[str]) -> tuple[str, ...]:
        """Ids of the people who may know of a check: the one rule everything else asks (I13, decision 8).

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
        """When somebody who leads is reminded that there is no plan yet (rules.md "Response targets")."""
        if urgency in (Urgency.P0, Urgency.P1):
            return now + self.plan
        return self.week.next_morning(now, self.morning)

    def answer_by(self, urgency: Urgency, now: datetime) -> datetime:
        """When the first people paged should have answered, which is when the next are asked."""
        return self._after(self.ladders[urgency][0], now)

    def uses_second_channel(self, urgency: Urgency, asks: int) -> bool:
        """Whether the people paged after `asks` pages are asked by other ways than Slack as well."""
        ladder = self.ladders[urgency]
        return ladder[min(asks, len(ladder) - 1)].second_channel

    def aftercare_at(self, reminded: int, now: datetime) -> datetime:
        """When the last two questions are asked again, after so many reminders."""
        return now + self.aftercare[min(reminded, len(self.aftercare) - 1)]

    def _after(self, rung: Rung, now: datetime) -> datetime:
        return self.week.after(now, rung.wait) if rung.working_time else now + rung.wait

    def next_ask(
        self,
        urgency: Urgency,
        asks: int,
        allowed: Iterable[str],
        now: datetime,
        absent: frozenset[str] = frozenset(),
        unreachable: frozenset[str] = frozenset(),
    ) -> tuple[tuple[str, ...], datetime]:
        """Who to page now, after `asks` pages, and when to page again. Never nobody (I13).

        A rung with nobody on it who may be told and is there is passed over at once. absent, unreachable: as in
        `first_asked`.
        """
        ladder, may = self.ladders[urgency], frozenset(allowed)
        rungs = ladder[min(asks, len(ladder) - 1) :]
        known = tuple(person for person in self.everyone if person in may)
        there = tuple(person for person in known if person not in absent)
        if not there:
            return in_need(known, unreachable), self._after(rungs[0], now)
        for rung in rungs:
            people = tuple(person for person in rung.who if person in there)
            if people:
                return people, self._after(rung, now)
        return there, self._after(ladder[-1], now)


def in_need(allowed: tuple[str, ...], unreachable: frozenset[str]) -> tuple[str, ...]:
    """Nobody is there: everybody allowed whose account works is asked all the same, and without one everybody (I13)."""
    return tuple(person for person in allowed if person not in unreachable) or allowed


def skipped(usual: tuple[str, ...], asked: tuple[str, ...]) -> tuple[str, ...]:
    """Ids of the step that was passed over because nobody on it is there; usual: who is asked when all are there."""
    return () if set(usual) & set(asked) else usual
