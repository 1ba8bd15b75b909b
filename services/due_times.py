"""Bring due times back within the longest wait they may have (docs/design-decisions.md, 17).

A due time further away is wrong by definition. A stamp of something that has happened and lies ahead shows that the
clock was wrong when it was written.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection

from flows.answering import patience
from flows.case import SYSTEM, Case, CaseStatus, Shared
from flows.events import EventKind
from flows.model import Level
from flows.paging.roster import Roster
from services.transaction import Service
from storage import breaches, cases, checks, events
from storage.cases import Timer
from storage.checks import Opened

TOLERATED = timedelta(seconds=60)
"""By how much the clocks of two instances may disagree before one puts right what the other has written."""
_LONGEST_REMINDER = timedelta(days=8)
"""No lead can ask to be reminded later."""
_LONGEST_PROMISE = timedelta(days=366)
"""The date by which somebody sees to what is open after sharing is their own choice."""
_ONLY_SO_EARLY = timedelta(hours=2)
"""A wait that may have begun by a clock that was ahead is shortened by no more than this."""


def suspects(tx: Connection, roster: Roster, now: datetime, tolerated: timedelta = TOLERATED) -> frozenset[str]:
    """Return the ids of checks with a due time beyond its longest wait, or a stamp that lies ahead. Decrypt nothing."""
    latest = now + tolerated
    longest = max(roster.idle, roster.week.next_morning(now, roster.morning) - now)
    return frozenset(
        (
            *(timer.check for timer in cases.timers(tx) if _is_wrong(roster, timer, now, tolerated)),
            *checks.waking_late(tx, latest + roster.idle, latest + longest, latest),
            *breaches.late(tx, roster.daytime.next_opening(now) + tolerated),
        )
    )


def _is_wrong(roster: Roster, timer: Timer, now: datetime, tolerated: timedelta) -> bool:
    is_ahead = max(timer.asked_at, timer.needed_at) > now + tolerated
    is_late = timer.next_page_at is not None and timer.next_page_at > latest_due(roster, timer, now) + tolerated
    is_put_off = timer.remind_at is not None and timer.remind_at > now + _LONGEST_REMINDER
    return is_ahead or is_late or is_put_off


def latest_due(roster: Roster, timer: Timer, now: datetime) -> datetime:
    """Return the latest moment at which the case may be looked at next, by what it waits for."""
    match timer.status:
        case CaseStatus.OPEN:
            asked_at = min(timer.asked_at, now)
            return roster.latest_ask(timer.urgency, asked_at, min(timer.needed_at, now), timer.rung)
        case CaseStatus.LED:
            return roster.plan_by(timer.urgency, max(now, timer.remind_at or now))
        case CaseStatus.PLANNED:
            return roster.week.next_morning(now, roster.morning)
        case _ if timer.shared is Shared.ANSWERS_OPEN:
            return now + _LONGEST_PROMISE
        case _:
            return now + max(roster.aftercare)


class DueTimes(Service):
    """What is due of one check, brought forward. It is never put off."""

    def put_right(self, check: str, step: timedelta = timedelta(), tolerated: timedelta = TOLERATED) -> bool:
        """Bring forward what is due too late, and bring stamps that lie ahead back. Return whether anything was.

        step: by how much the clock has jumped just now, where it has.
        """
        opened = self.load(check)
        case = self.case(opened)
        is_changed = self._wake_in_time(opened, step, tolerated)
        if case is not None and case.status is not CaseStatus.CLOSED:
            is_changed |= self._look_in_time(opened, case, step, tolerated)
        is_changed |= breaches.bring_forward(self.tx, check, self.roster.daytime.next_opening(self.now), tolerated)
        if is_changed:
            self.record(opened, SYSTEM, EventKind.TIMES_PUT_RIGHT, {})
        return is_changed

    def _look_in_time(self, opened: Opened, case: Case, step: timedelta, tolerated: timedelta) -> bool:
        timer = next(iter(cases.timers(self.tx, opened.check.id)))
        changes = dict(self._stamps(timer, step, tolerated))
        due = timer.next_page_at
        if due is not None and due > (latest := self._latest(case, timer, step, tolerated)) + tolerated:
            changes["next_page_at"] = max(latest, self.now)
        if timer.remind_at is not None:
            ahead = self._ahead(events.newest_at(self.tx, opened.check.id, EventKind.REMIND_ME))
            latest = min(timer.remind_at - ahead, self.now + _LONGEST_REMINDER)
            changes |= {"remind_at": max(latest, self.now)} if latest + tolerated < timer.remind_at else {}
        if changes:
            cases.save(self.tx, opened.check.id, **changes)
        return bool(changes)

    def _stamps(self, timer: Timer, step: timedelta, tolerated: timedelta) -> Mapping[str, datetime]:
        """Return the stamps that lie ahead, as they should have been, and what was promised from them."""
        if max(timer.asked_at, timer.needed_at) <= self.now + tolerated:
            return {}
        found = {"asked_at": self._was(timer.asked_at, step), "needed_at": self._was(timer.needed_at, step)}
        promised = self.roster.answer_by(timer.urgency, found["needed_at"])
        return found | ({"answer_by": promised} if promised < timer.answer_by else {})

    def _was(self, stamp: datetime, step: timedelta) -> datetime:
        """Return when that was by the clock as it is now. A stamp in the past may be right, and stays."""
        return stamp if stamp <= self.now else min(stamp + step, self.now)

    def _ahead(self, stamp: datetime | None) -> timedelta:
        return max(stamp - self.now, timedelta()) if stamp else timedelta()

    def _latest(self, case: Case, timer: Timer, step: timedelta, tolerated: timedelta) -> datetime:
        """Return when the case is looked at next at the latest.

        Where nobody leads and the clock went back, the wait counts from when people were asked, as the clock is now.
        """
        is_known_wrong = step < timedelta() or timer.asked_at > self.now + tolerated
        if timer.status is not CaseStatus.OPEN or not is_known_wrong:
            return latest_due(self.roster, timer, self.now)
        asked_at = self._was(timer.asked_at, step)
        if timer.asked_at <= self.now:
            asked_at += max(step, -_ONLY_SO_EARLY)
        needed_at, absent = self._was(timer.needed_at, step), self._not_there()
        ladder = (timer.urgency, timer.rung, self.allowed(case), asked_at)
        return self.roster.next_ask(*ladder, *absent, needed_at=needed_at)[1]

    def _wake_in_time(self, opened: Opened, step: timedelta, tolerated: timedelta) -> bool:
        """Bring the idle timer of a draft forward."""
        check, due = opened.check, checks.wakes_at(self.tx, opened.check.id)
        if due is None:
            return False
        touched_at = self._was(check.touched_at, step)
        wait = patience(check, self.roster) if check.level > Level.NONE else None
        following = self.roster.week.next_morning(self.now, self.roster.morning)
        latest = touched_at + wait if wait is not None else max(self.now + self.roster.idle, following)
        if due <= latest + tolerated and check.touched_at <= self.now + tolerated:
            return False
        checks.put_times_right(self.tx, check.id, wake_at=max(min(due, latest), self.now), touched_at=touched_at)
        return True
