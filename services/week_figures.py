"""The figures of one week, counted from the record: numbers only, and only of checks that every lead may know of.

A check that anybody is left out of, or may have to be, is in no figure (I23). The cost depends on the week's events and
the open cases, not on the size of the database: events are found by time, everything else by check. Only the number of
records coming up for deletion is searched among all records that are old enough, as the deletion list is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, exists, func, or_, select

from flows.agencies import agencies_of
from flows.case import CaseStatus, Check, CheckStatus, Shared, StrandStatus
from flows.checklist import CHECKLIST
from flows.closure import sharing_is_open
from flows.engine.outcome import decide
from flows.engine.replay import replay
from flows.events import EventKind
from flows.model import Outcome, Urgency
from flows.paging.roster import Roster
from flows.records.retention import DueRecord, Schedule
from flows.reports.figures import Week, WeekFigures, age
from services.retention import Retention
from storage import checks as check_rows
from storage import events as record
from storage.cases import IS_OPEN
from storage.checks import Opened
from storage.crypto.envelope import Keyring
from storage.errors import CannotOpen
from storage.outbox import PAGES, SLACK
from storage.tables import cases, checks, events, left_out, outbox, requests, strands

LATE = timedelta(seconds=60)
"""A page that reaches Slack later than this after it was due is a miss, whatever the cause."""

_ENDED = (EventKind.ABANDONED, EventKind.STOPPED, EventKind.SHELVED)
"""The events of checks that the reporter did not finish."""
_ASKED = (EventKind.RAISED, EventKind.ESCALATED)
_ANSWERED = (EventKind.LED, EventKind.PLANNED)
_TO_SAMPLE = (Outcome.HOLD, Outcome.FIX_FIRST)
_LOOKED = (EventKind.OPENED_CHECK, EventKind.OPENED_RECORD)
"""A lead opened a check that nobody was paged about, from the digest's sample or otherwise."""
_COUNTED = (
    *(EventKind.STARTED, EventKind.SENT, *_ENDED, EventKind.RAISED, EventKind.DECIDED, EventKind.CLOSED),
    *(EventKind.DISAGREED, EventKind.FOUND_FORGOTTEN, EventKind.BREACH_SHOWN),
    *(EventKind.DRILL_STARTED, EventKind.DRILL_ANSWERED, EventKind.DRILL_UNANSWERED),
)

_case = cases.alias("any_case")
NOBODY_LEFT_OUT = and_(
    ~exists().where(left_out.c.check_id == checks.c.id),
    ~exists().where(_case.c.check_id == checks.c.id, or_(_case.c.dm_only, _case.c.content_free)),
)
"""As far as clear columns show; see also `is_shared`."""
IS_CHECK = and_(~exists().where(requests.c.check_id == checks.c.id), func.length(checks.c.wrapped_key) > 0)
"""Not a subject access request, and not erased."""


def is_shared(check: Check) -> bool:
    """Return whether the reporter answered that nobody has to be left out (S2)."""
    return check.answers.get("S2") == ("no",)


@dataclass(frozen=True, slots=True)
class AnswerTime:
    """How a case was first answered. after: None if nobody leads it yet."""

    raised_at: datetime
    after: timedelta | None
    missed: bool


@dataclass(frozen=True)
class WeekCounter:
    """Counts one week in one transaction. schedule: retention periods from organisation.toml."""

    tx: Connection
    keys: Keyring
    roster: Roster
    week: Week
    now: datetime
    schedule: Schedule

    @cached_property
    def _bounds(self) -> tuple[datetime, datetime]:
        return self.week.bounds(self.roster.week.zone)

    def within(self, column: Any) -> ColumnElement[bool]:
        """Return the condition that a column's time is in the week."""
        since, until = self._bounds
        return and_(column >= since, column < until)

    def has(self, moment: datetime) -> bool:
        """Return whether this time is in the week."""
        since, until = self._bounds
        return since <= moment < until

    def figures(self) -> WeekFigures:
        """Return all figures of the week."""
        rows = self.tx.execute(self._rows(events.c.what.in_(_COUNTED))).all()
        opened = self._open({row.check_id for row in rows})
        real = [row for row in rows if row.check_id in opened and not opened[row.check_id].check.is_drill]
        drills = [row for row in rows if row.check_id in opened and opened[row.check_id].check.is_drill]
        return WeekFigures(
            **self._checks(real, opened), **self._cases(real, opened), **self._drills(drills), **self._now()
        )

    def _rows(self, *which: ColumnElement[bool]) -> Select[Any]:
        """Return the query for the week's events of checks that may be counted."""
        wanted = select(*(events.c.id, events.c.check_id, events.c.at, events.c.what, events.c.sealed))
        of_checks = wanted.join(checks, checks.c.id == events.c.check_id)
        return of_checks.where(self.within(events.c.at), *which, NOBODY_LEFT_OUT, IS_CHECK).order_by(events.c.id)

    def _open(self, ids: Iterable[str]) -> dict[str, Opened]:
        """Open those of these checks that every lead may know of. Erased checks cannot be counted any more."""
        found = {one: opened for one in ids if (opened := self.load(one)) is not None}
        return {one: opened for one, opened in found.items() if is_shared(opened.check)}

    def load(self, check: str) -> Opened | None:
        """Return a check, or None if it does not open."""
        try:
            return check_rows.load(self.tx, self.keys, check)
        except CannotOpen:
            return None

    def _checks(self, rows: Sequence[Row[Any]], opened: Mapping[str, Opened]) -> dict[str, Any]:
        """Count what became of checks, and where reporters were not sure."""
        sent = {row.check_id: self._said(row, opened, "outcome") for row in rows if row.what == EventKind.SENT}
        stopped = {row.check_id for row in rows if row.what in _ENDED} - sent.keys()
        ended = [opened[one].check for one in (*sent, *sorted(stopped))]
        return {
            "started": len({row.check_id for row in rows if row.what == EventKind.STARTED}),
            "finished": len(sent),
            "abandoned": len(stopped),
            "outcomes": _counts(sent.values()),
            "unsure": _counts(question for check in ended for question in _unsure(check)),
            "fixes": _counts(fix for one in sent for fix in _fixes(opened[one].check)),
            "to_sample": _counts(outcome for one, outcome in sent.items() if self._is_to_sample(opened[one].check)),
        }

    def _said(self, row: Row[Any], opened: Mapping[str, Opened], key: str) -> str:
        content = record.content_of(opened[row.check_id].sealer, row.check_id, row.sealed)
        return str(content.get(key, ""))

    def _is_to_sample(self, check: Check) -> bool:
        """Return whether it ended without a page, was not changed since, and no lead has opened it."""
        ended = check.status is CheckStatus.SENT and check.outcome in _TO_SAMPLE
        return ended and not any(record.count(self.tx, check.id, what) for what in _LOOKED)

    def _cases(self, rows: Sequence[Row[Any]], opened: Mapping[str, Opened]) -> dict[str, Any]:
        """Count the cases raised in the week, their time to answer, decisions, and the bot's own misses."""
        raised = list(dict.fromkeys(row.check_id for row in rows if row.what == EventKind.RAISED))
        answers = [self.answer(opened[one]) for one in raised]
        decided = {row.check_id: self._said(row, opened, "decision") for row in rows if row.what == EventKind.DECIDED}
        return {
            "cases": len(raised),
            "breaches": len({row.check_id for row in rows if row.what == EventKind.BREACH_SHOWN}),
            "answers": tuple(sorted(_seconds(each.after) for each in answers if each.after is not None)),
            "missed": sum(each.missed for each in answers),
            "out_of_hours": sum(self._is_out_of_hours(each.raised_at) for each in answers),
            "decisions": _counts(decided.values()),
            "closed": len({row.check_id for row in rows if row.what == EventKind.CLOSED}),
            "disagreements": len({row.check_id for row in rows if row.what == EventKind.DISAGREED}),
            "forgotten": len({row.check_id for row in rows if row.what == EventKind.FOUND_FORGOTTEN}),
            **self._pages(),
        }

    def _is_out_of_hours(self, moment: datetime) -> bool:
        return self.roster.week.after(moment, timedelta(0)) != moment

    def answer(self, opened: Opened) -> AnswerTime:
        """Return a case's first answer, measured against the target in force at that time."""
        check, kinds = opened.check.id, events.c.what.in_((*_ASKED, *_ANSWERED))
        of_check = select(events.c.at, events.c.what, events.c.sealed).where(events.c.check_id == check, kinds)
        rows = self.tx.execute(of_check.order_by(events.c.id)).all()
        first = next((number for number, row in enumerate(rows) if row.what in _ANSWERED), len(rows))
        asked = rows[:first]
        urgency = Urgency(str(record.content_of(opened.sealer, check, asked[-1].sealed)["urgency"]))
        answered_at = rows[first].at if first < len(rows) else None
        missed = (answered_at or self.now) > self.roster.answer_by(urgency, asked[-1].at)
        raised_at = asked[0].at
        return AnswerTime(raised_at, answered_at - raised_at if answered_at else None, missed)

    def _pages(self) -> dict[str, Any]:
        """Count the week's pages that reached Slack late, or have not reached it although they are due."""
        touched = select(events.c.check_id).where(self.within(events.c.at))
        rows = self.tx.execute(
            select(outbox.c.check_id, outbox.c.created_at, outbox.c.delivered_at)
            .join(checks, checks.c.id == outbox.c.check_id)
            .where(
                outbox.c.check_id.in_(touched),
                outbox.c.what.in_(PAGES),
                outbox.c.via == SLACK,
                self.within(outbox.c.created_at),
                or_(outbox.c.delivered_at.is_not(None), outbox.c.due_at.is_not(None)),
                NOBODY_LEFT_OUT,
                IS_CHECK,
                ~checks.c.is_drill,
            )
        ).all()
        shared = self._open({row.check_id for row in rows})
        mine = [row for row in rows if row.check_id in shared]
        waits = [row.delivered_at - row.created_at for row in mine if row.delivered_at is not None]
        missing = sum(row.delivered_at is None for row in mine)
        return {"late": tuple(sorted(_seconds(wait) for wait in waits if wait > LATE)), "undelivered": missing}

    def _drills(self, rows: Sequence[Row[Any]]) -> dict[str, Any]:
        """Count drills, which are in no other figure."""
        started = {row.check_id: row.at for row in rows if row.what == EventKind.DRILL_STARTED}
        answered = {row.check_id: row.at for row in rows if row.what == EventKind.DRILL_ANSWERED}
        waits = (_seconds(at - started[one]) for one, at in answered.items() if one in started)
        return {
            "drills": len(started),
            "drill_answers": tuple(sorted(waits)),
            "drills_unanswered": len({row.check_id for row in rows if row.what == EventKind.DRILL_UNANSWERED}),
        }

    def _now(self) -> dict[str, Any]:
        """Count what is open now, and what comes up for retention review."""
        rows = self.tx.execute(
            select(cases)
            .join(checks, checks.c.id == cases.c.check_id)
            .where(IS_OPEN, ~checks.c.is_drill, NOBODY_LEFT_OUT, IS_CHECK)
        ).all()
        shared = self._open({row.check_id for row in rows})
        rows = [row for row in rows if row.check_id in shared]
        at = Counter(CaseStatus(row.status) for row in rows)
        answers = {check: opened.check.answers for check, opened in shared.items()}
        return {
            "open_by_age": _counts(age(self.now - row.raised_at) for row in rows),
            "nobody_leads": at[CaseStatus.OPEN],
            "no_plan_yet": at[CaseStatus.LED],
            "plans_waiting": at[CaseStatus.PLANNED],
            "sharing_waiting": sum(
                row.status == CaseStatus.AGREED
                and sharing_is_open(Shared(row.shared) if row.shared else None, answers[row.check_id])
                for row in rows
            ),
            "questions_waiting": sum(row.waiting_for_answer for row in rows),
            "strands_overdue": sum(self._overdue(row.check_id) for row in rows),
            "agencies_overdue": sum(self._not_answered(shared[row.check_id]) for row in rows),
            "retention": self._retention(),
        }

    def _overdue(self, check: str) -> int:
        """Count the strands of the check's plan that are overdue."""
        today = self.roster.week.day_of(self.now).isoformat()
        late = (strands.c.check_id == check, strands.c.status == StrandStatus.TO_DO, strands.c.due < today)
        return int(self.tx.scalar(select(func.count()).select_from(strands).where(*late)) or 0)

    def _not_answered(self, opened: Opened) -> int:
        """Count the agencies of the check's plan that were to have answered by now."""
        if not record.count(self.tx, opened.check.id, EventKind.AGENCY):
            return 0
        today = self.roster.week.day_of(self.now)
        return sum(one.is_due(today) for one in agencies_of(record.history(self.tx, opened.check.id, opened.sealer)))

    def _retention(self) -> int:
        """Count records that every lead may know of and that come up for deletion in the seven days after the week."""
        since = self._bounds[1]
        until = since + timedelta(days=7)
        items = Retention(self.tx, self.keys, self.roster, self.now, self.schedule).items(until)
        return sum(since <= item.due < until and _is_for_everybody(item) for item in items)


def _is_for_everybody(item: DueRecord) -> bool:
    """Return whether every lead may know of it: the same as NOBODY_LEFT_OUT and `is_shared`."""
    is_private = item.case is not None and (item.case.dm_only or item.case.content_free)
    return not item.left_out and not is_private and is_shared(item.check)


def _counts(keys: Iterable[str]) -> dict[str, int]:
    return dict(Counter(keys))


def _seconds(wait: timedelta) -> int:
    """Return the wait in seconds, not below zero: after the clock went back an answer may precede its ask."""
    return max(round(wait.total_seconds()), 0)


def _unsure(check: Check) -> list[str]:
    """Return the ids of the questions answered "not sure", whatever the option's wording."""
    given = check.answers
    return [one.id for one in CHECKLIST if one.id in given and "unsure" in one.meaning(given[one.id]).effects]


def _fixes(check: Check) -> tuple[str, ...]:
    return decide(CHECKLIST, replay(CHECKLIST, check.answers, check.level)).fixes
