"""What an open case waits for, of whom and since when: Monday's list (journeys, "Lead")."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flows.case import Case, CaseStatus
from flows.closure import waits_for_sharing
from flows.events import EventKind

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Wait:
    """What is waited for, in words. began_with: the kind of event since whose newest it waits; None: since `since`."""

    words: str
    since: datetime
    began_with: EventKind | None = None


def waiting_for(case: Case) -> Wait:
    """Return what an open case waits for."""
    since = case.led_at or case.needed_at
    if case.status is CaseStatus.OPEN:
        return Wait("somebody to lead", case.needed_at)
    if case.waiting_for_answer:
        return Wait("the staff member to answer a question", since, EventKind.QUESTION)
    if case.status is CaseStatus.LED:
        return Wait("a plan, by whoever leads", since)
    if case.status is CaseStatus.PLANNED and case.disagreed:
        return Wait("somebody else to look at the plan", since, EventKind.DISAGREED)
    if case.status is CaseStatus.PLANNED:
        return Wait("the staff member to agree the plan", since, EventKind.PLANNED)
    agreed = case.reporter_agreed_at or since
    if waits_for_sharing(case):
        return Wait("the staff member to say how the sharing went", agreed)
    return Wait("whoever leads to carry it out and close", agreed)


def age_words(raised_at: datetime, now: datetime) -> str:
    """Return how old a case is, as people say it: "today", "1 day", "9 days"."""
    days = (now - raised_at) // _DAY
    return "under a day" if days < 1 else f"{days} day{'' if days == 1 else 's'}"
