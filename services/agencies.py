"""The agencies that were told something, and whoever leads being asked again about those that have not answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from flows.agencies import Agency, agencies_of
from flows.case import Case, CaseStatus, Did, StrandName, StrandStatus
from flows.events import EventKind
from services.case_steps import CaseSteps, Result, strand_content
from storage import cases, events
from storage.checks import Opened


class Agencies(CaseSteps):
    """The use cases of the list of professionals (policy 4.2)."""

    def note_agency(self, check: str, who: str, row: int, content: Mapping[str, object], request: str) -> Result:
        """Record a row of the list: a new one where `row` is none of it. Ask again about it when it is due."""
        opened, case = self._open(check)
        if self.is_repeat(request):
            return Result(Did.ALREADY, case)
        if case.status is CaseStatus.CLOSED:
            return Result(Did.STALE, case)
        rows = self._agencies(opened)
        number = row if row in {one.row for one in rows} else len(rows) + 1
        done = self._do(opened, who, EventKind.AGENCY, {"row": number, **content}, request)
        if case.status is CaseStatus.AGREED:
            self._ask_by(opened, self._next_chase(opened))
        return done

    def note_first_agency(self, check: str, who: str, content: Mapping[str, object], request: str) -> Result:
        """Record the agency that a plan comes with. Where it has answered, its part of the plan is done: said once."""
        done = self.note_agency(check, who, 0, content, request)
        if done.did is Did.DONE:
            self._finish_professionals(*self._open(check), who)
        return done

    def _finish_professionals(self, opened: Opened, case: Case, who: str) -> None:
        part = next((one for one in case.strands if one.name is StrandName.PROFESSIONALS), None)
        rows = self._agencies(opened)
        if part is None or part.status is not StrandStatus.TO_DO or not all(one.is_settled for one in rows):
            return
        done = replace(part, status=StrandStatus.DONE)
        cases.save_strands(self.tx, opened, [done])
        self.record(opened, who, EventKind.STRAND, {"strands": [strand_content(done)]})

    def _agencies(self, opened: Opened) -> tuple[Agency, ...]:
        return agencies_of(events.history(self.tx, opened.check.id, opened.sealer))

    def _ask_by(self, opened: Opened, at: datetime | None) -> None:
        """Bring the next step of the case forward to `at`, or set it where there is none."""
        if at is not None:  # No later than a case that is led is looked at anyway (services/due_times.py).
            cases.ask_by(self.tx, opened.check.id, min(at, self.now + max(self.roster.aftercare)))

    def _next_chase(self, opened: Opened) -> datetime | None:
        """Return the morning on which the next agency is to be asked again; None where all have answered."""
        open_rows = [one for one in self._agencies(opened) if not one.is_settled]
        return min((self._morning_of(one.due) for one in open_rows), default=None)

    def _morning_of(self, due: str | None) -> datetime:
        """Return the working morning of this day, or of the next where it is none; never before the next one."""
        week = self.roster.week
        try:
            before = date.fromisoformat(str(due)) - timedelta(days=1)
        except ValueError:
            return self._next_morning()
        start = max(self.now, datetime.combine(before, time(12), week.zone))
        return week.next_morning(start, self.roster.morning)

    def _chase(self, opened: Opened, case: Case) -> None:
        """Ask whoever leads about the agencies that are due, and see to it that this comes again."""
        today = self.roster.week.day_of(self.now)
        if case.led_by is not None and any(one.is_due(today) for one in self._agencies(opened)):
            self._remind_leader(opened, case, case.led_by, EventKind.AGENCY_CHASED)
        self._ask_by(opened, self._next_chase(opened))
