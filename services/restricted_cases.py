"""Cases that are in no shared figure: each is shown only to those who may know of it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from flows.case import Case, Check
from services.week_figures import IS_CHECK, NOBODY_LEFT_OUT, WeekCounter, is_shared
from storage import cases as case_rows
from storage import checks as check_rows
from storage.tables import cases, checks, events


@dataclass(frozen=True, slots=True)
class RestrictedCases:
    """One such case. left_out: as from `checks.people_left_out`. raised: in the week. missed: its answer target."""

    check: Check
    left_out: frozenset[str]
    case: Case
    raised: bool
    missed: bool


def restricted_in(counting: WeekCounter) -> tuple[RestrictedCases, ...]:
    """Return the restricted cases that are open or had an event in the week."""
    tx = counting.tx
    touched = select(events.c.check_id).where(counting.within(events.c.at))
    wanted = select(cases.c.check_id).join(checks, checks.c.id == cases.c.check_id).where(~checks.c.is_drill, IS_CHECK)
    both = (wanted.where(case_rows.IS_OPEN), wanted.where(cases.c.check_id.in_(touched)))
    ids = {check for each in both for check in tx.scalars(each)}
    shared = {check for each in both for check in tx.scalars(each.where(NOBODY_LEFT_OUT))}
    found = (_restricted(counting, check, may_be_shared=check in shared) for check in sorted(ids))
    return tuple(one for one in found if one is not None)


def _restricted(counting: WeekCounter, check: str, *, may_be_shared: bool) -> RestrictedCases | None:
    opened = counting.load(check)
    case = case_rows.find(counting.tx, opened) if opened else None
    if opened is None or case is None or (may_be_shared and is_shared(opened.check)):
        return None
    raised = counting.has(case.raised_at)
    out = check_rows.people_left_out(counting.tx, check)
    return RestrictedCases(opened.check, out, case, raised, raised and counting.answer(opened).missed)
