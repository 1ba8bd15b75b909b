"""Whoever can no longer answer is replaced at once: their account is closed, they are away, or listed no more (I32).

Each use case may be called as often as somebody looks; it does something once, when there is something to do.
"""

from __future__ import annotations

from datetime import datetime

from flows.case import SYSTEM, Case, CaseStatus, CheckStatus, latest
from flows.events import EventKind, OutboxKind
from flows.model import Level
from services.breaches import Breaches
from services.casework import Casework
from storage import cases, checks, cover, events, outbox
from storage.checks import Opened


class Leavers(Casework):
    """The use cases that nobody presses a button for: somebody who was waited for cannot answer any more."""

    def look_after(self, check: str) -> None:
        """Ask others at once where nobody who leads, was asked or was to review an open case can answer any more.

        The card and the pages are drawn anew: they name nobody who cannot answer (I30).
        """
        opened, case = self._open(check)
        if case.status is CaseStatus.CLOSED:
            return
        case = self._widened(opened, case)
        if case.led_by is not None and self._has_left(case, case.led_by):
            self.record_and_notify(opened, SYSTEM, EventKind.LEADER_GONE, {"instead_of": case.led_by})
            self.needs_a_lead(opened)
        elif case.status is CaseStatus.OPEN and self._is_nobody_asked(case):
            self.record_and_notify(opened, SYSTEM, EventKind.ASKED_GONE, {})
            self.ask_instead(opened, case)
        elif case.status is CaseStatus.PLANNED and case.disagreed and self._have_reviewers_left(opened, case):
            self.record_and_notify(opened, SYSTEM, EventKind.ASKED_GONE, {})
            self._ask_for_review(opened, case)
        Breaches(self.tx, self.keys, self.roster, self.now).look_after(opened)
        outbox.mark_due(self.tx, check, self.now, OutboxKind.CARD, OutboxKind.PAGE)

    def _widened(self, opened: Opened, case: Case) -> Case:
        """Let the next people know where the accounts of all who may are closed: somebody must be able to help (I13).

        The closed accounts are left out for good, as if they had stepped aside, and the record says why.
        """
        may = self.allowed(case)
        if not set(may) <= cover.unreachable(self.tx) or not self.roster.may_know(case.check, case.left_out | {*may}):
            return case
        checks.leave_out(self.tx, case.check.id, may, self.roster.slack, stepped_aside=True)
        for one in may:
            self.record(opened, self.roster.slack[one], EventKind.STEPPED_ASIDE, {"because": "account closed"})
        cases.save(self.tx, case.check.id, dm_only=True)
        return self._open(opened.check.id)[1]

    def _has_left(self, case: Case, leader: str) -> bool:
        """Return whether this lead may no longer know, has no account, or went away since they took it on.

        Also if the file gives the lead's id to another account, which has never had a hand in this check.
        """
        may, (absent, closed) = self.allowed(case), self._not_there()
        if leader not in may or not events.is_known(self.tx, case.check.id, self.roster.slack[leader]):
            return True
        if leader in closed:
            return not closed.issuperset(may)
        return not absent.issuperset(may) and self._went_away(leader) > (case.led_at or case.raised_at)

    def _went_away(self, person: str) -> datetime:
        """Return since when somebody is away today; the earliest moment there is where they are not."""
        zone = self.roster.week.zone
        return cover.away_since(self.tx, person, self.roster.week.day_of(self.now), zone)

    def _is_nobody_asked(self, case: Case) -> bool:
        """Return whether none of those who can answer has been asked, by any ask so far."""
        asked = outbox.have_been_asked(self.tx, case.check.id)
        able = self.able(case)
        return bool(able) and not any(self.roster.slack[one] in asked for one in able)

    def _have_reviewers_left(self, opened: Opened, case: Case) -> bool:
        """Return whether none of those who were asked last to review the plan can answer, and others can."""
        asked = latest(events.history(self.tx, case.check.id, opened.sealer), EventKind.REVIEW_ASKED)
        named = asked.content.get("asked") if asked else None
        reviewers = set(named) if isinstance(named, list) else set()
        able = set(self.able(case)) - {case.led_by}
        return bool(able) and reviewers.isdisjoint(able)

    def found_reporter(self, check: str, *, is_gone: bool) -> None:
        """Record that the reporter can use share-check no more, or again, and tell the leads at once; once each.

        A check that was not handed over and may be about somebody at risk goes to the leads as far as it is known.
        """
        opened = self.load(check)
        case = self.case(opened)
        if case is None:
            if is_gone and opened.check.status is CheckStatus.DRAFT and opened.check.level > Level.NONE:
                checks.wake_again(self.tx, check, self.now, 0)
            return
        if case.status is CaseStatus.CLOSED or is_gone == self.is_reporter_gone(check):
            return
        what = EventKind.REPORTER_GONE if is_gone else EventKind.REPORTER_BACK
        self.record_and_notify(opened, SYSTEM, what, {})
        if is_gone and case.led_by is not None:
            self._remind_leader(opened, case, case.led_by, EventKind.PLAN_REMINDED)
