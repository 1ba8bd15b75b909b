"""Who can be asked, how soon, and in which order: what the organisation's file says, as plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from flows.case import Check
from flows.escalation import People, may_know
from flows.model import Urgency
from flows.outcome import left_out
from flows.worktime import WorkingWeek


@dataclass(frozen=True, slots=True)
class Rung:
    """Ids of the people to page, and how long until the next rung; the last one repeats without end."""

    who: tuple[str, ...]
    wait: timedelta
    working_time: bool = False


@dataclass(frozen=True, slots=True)
class Roster:
    """The people, their Slack ids, the leads' channel, the ladders and the waits."""

    people: People
    slack: Mapping[str, str]
    channel: str
    ladders: Mapping[Urgency, tuple[Rung, ...]]
    week: WorkingWeek
    idle: timedelta
    morning: time
    plan: timedelta = timedelta(hours=4)
    no_choice: timedelta = timedelta(seconds=60)

    @property
    def everyone(self) -> tuple[str, ...]:
        """Leads first, then deputies, then the independent contact."""
        return (*self.people.leads, *self.people.deputies, self.people.independent)

    def person_at(self, slack: str) -> str | None:
        """The person with this Slack id, None for anybody else."""
        return next((person for person, account in self.slack.items() if account == slack), None)

    def may_know(self, check: Check, out: frozenset[str]) -> tuple[str, ...]:
        """Ids of the people who may know of a check: the one rule everything else asks (I13, decision 8).

        out: everybody left out, by the reporter or by stepping aside. The reporter is never their own reviewer.
        Never empty while anybody is left: somebody must be able to help.
        """
        choices = check.answers.get("S2", ())
        named = left_out({"S2": choices})
        conflict = bool(choices) and choices != ("no",)
        reporter = self.person_at(check.reporter)
        gone = out | {reporter}
        # "Not sure" about the leads never ends with them, unless the independent contact is the one who asks.
        leads = self.people.leads if not conflict or named or reporter == self.people.independent else ()
        groups = (may_know(named, conflict, self.people), self.people.deputies, leads)
        known = (tuple(person for person in group if person not in gone) for group in groups)
        return next(filter(None, known), ())

    def first_asked(self, check: Check, out: frozenset[str]) -> tuple[str, ...]:
        """Ids of those paged first: the leads who may know, and the independent contact where a lead may be part of it.

        Where none of these may know, the deputies, then whoever is left.
        """
        may = self.may_know(check, out)
        is_conflict = bool(out) or check.answers.get("S2") != ("no",)
        first = (*self.people.leads, *((self.people.independent,) if is_conflict else ()))
        groups = (tuple(one for one in group if one in may) for group in (first, self.people.deputies, may))
        return next(filter(None, groups), ())

    def plan_by(self, urgency: Urgency, now: datetime) -> datetime:
        """When somebody who leads is reminded that there is no plan yet (rules.md "Response targets")."""
        if urgency in (Urgency.P0, Urgency.P1):
            return now + self.plan
        return self.week.next_morning(now, self.morning)

    def answer_by(self, urgency: Urgency, now: datetime) -> datetime:
        """When the first people paged should have answered, which is when the next are asked."""
        return self._after(self.ladders[urgency][0], now)

    def _after(self, rung: Rung, now: datetime) -> datetime:
        return self.week.after(now, rung.wait) if rung.working_time else now + rung.wait

    def next_ask(
        self, urgency: Urgency, asks: int, allowed: Iterable[str], now: datetime
    ) -> tuple[tuple[str, ...], datetime]:
        """Who to page now, after `asks` pages, and when to page again. Never nobody (I13).

        A rung with nobody on it who may be told is passed over at once.
        """
        ladder, may = self.ladders[urgency], frozenset(allowed)
        for rung in ladder[min(asks, len(ladder) - 1) :]:
            people = tuple(person for person in rung.who if person in may)
            if people:
                return people, self._after(rung, now)
        rest = tuple(person for person in self.everyone if person in may)
        return rest, self._after(ladder[-1], now)
