"""The record judges the tables: what they say of a check is compared with its replay, and put right by it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select, update

from flows.case import SYSTEM, Case, CheckStatus
from flows.checklist import CHECKLIST
from flows.engine.replay import replay
from flows.events import EventKind, OutboxKind
from flows.model import Level
from flows.records.differences import (
    AskRow,
    Differing,
    OutRow,
    Tables,
    Timers,
    differences,
    is_too_late,
    not_recorded,
    unsent,
)
from flows.records.recorded import Recorded, RecordedCase, recorded
from services.transaction import Service
from storage import cases, checks, events, outbox
from storage.checks import Opened
from storage.tables import cases as case_table
from storage.tables import checks as check_table
from storage.tables import deletions, left_out

_KEPT = (Differing.HOLD, Differing.KEPT_UNTIL, Differing.APPROVAL)
_WHERE_IT_STANDS = frozenset(
    {
        *(Differing.CASE, Differing.CASE_STATUS, Differing.LEADER, Differing.URGENCY, Differing.CHANNEL),
        *(Differing.DECISION, Differing.PLAN, Differing.SHARING, Differing.QUESTION, Differing.REMINDER),
    }
)


class TableJudge(Service):
    """Compares one check with its record, in one transaction with its row locked."""

    def look(self, check: str) -> frozenset[Differing]:
        """Return what differs. Raises NoSuchCheck, and CannotOpen where the answers are not this check's."""
        opened = checks.load(self.tx, self.keys, check)
        return differences(self._said(opened), self._tables(opened, cases.find(self.tx, opened)), self.roster, self.now)

    def put_right(self, check: str) -> frozenset[Differing]:
        """Make the tables say what the record says, as far as it does. Return what differed."""
        opened = self.load(check)
        said, tables = self._said(opened), self._tables(opened, self.case(opened))
        found = differences(said, tables, self.roster, self.now)
        if not found:
            return found
        self._check(opened, said, found)
        if Differing.LEFT_OUT in found:
            self._left_out(check, said, tables)
        if found.intersection(_KEPT):
            self._kept(check, said, found)
        if said.case is not None and found & _WHERE_IT_STANDS:
            self._case(check, said.case, is_there=tables.case is not None)
        if said.case is not None and tables.case is not None:
            self._asks(opened, said, tables, found)
        if done := found - self.look(check):
            self.record(opened, SYSTEM, EventKind.TABLES_PUT_RIGHT, {"what": sorted(each.name for each in done)})
        outbox.mark_due(self.tx, check, self.now, OutboxKind.CARD, *outbox.PAGES, OutboxKind.LINE)
        return found

    def _said(self, opened: Opened) -> Recorded:
        return recorded(events.history(self.tx, opened.check.id, opened.sealer))

    def _tables(self, opened: Opened, case: Case | None) -> Tables:
        check = opened.check.id
        out = self.tx.execute(select(left_out).where(left_out.c.check_id == check))
        return Tables(
            opened.check,
            case,
            tuple(OutRow(row.person, row.slack, row.stepped_aside) for row in out),
            self._timers(check),
            tuple(
                AskRow(row.id, row.target, row.ask, row.via, bool(row.ts), row.due_at is not None)
                for row in outbox.asks_of(self.tx, check)
            ),
        )

    def _timers(self, check: str) -> Timers:
        of_check = (check_table.c.wake_at, check_table.c.held_at, check_table.c.keep_until)
        of_case = (case_table.c.next_page_at, case_table.c.remind_at, deletions.c.approved_by)
        rows = select(*of_check, *of_case).outerjoin(case_table, case_table.c.check_id == check_table.c.id)
        rows = rows.outerjoin(deletions, deletions.c.check_id == check_table.c.id).where(check_table.c.id == check)
        row = self.tx.execute(rows).one()
        return Timers(row.next_page_at, row.remind_at, row.wake_at, row.held_at, row.keep_until, row.approved_by)

    def _check(self, opened: Opened, said: Recorded, found: frozenset[Differing]) -> None:
        """Put the row of the check right. Who raised it is part of what its answers are sealed with: it stays."""
        changes: dict[str, Any] = {}
        if Differing.STATUS in found:
            is_draft = CheckStatus.DRAFT in said.statuses
            changes["status"] = CheckStatus.DRAFT if is_draft else next(iter(said.statuses))
        if Differing.ANSWERS in found:
            changes["answers"] = said.answers
        if Differing.PRACTICE in found:
            changes["is_drill"] = said.is_drill
        if Differing.ASKED_LEAD in found:
            changes["asked_lead"] = said.asked_lead
        lowest = Level.CONSULT if said.asked_lead else Level.NONE
        level = max(replay(CHECKLIST, said.answers).level, opened.check.level, lowest)
        if level > opened.check.level:
            changes["level"] = level
        if Differing.IDLE in found:
            changes["wake_at"] = self.now
        if changes:
            checks.save(self.tx, opened, self.now, **changes)

    def _left_out(self, check: str, said: Recorded, tables: Tables) -> None:
        """Leave out whom the record leaves out, and nobody else."""
        aside = {self.roster.person_at(slack): slack for slack in said.aside}
        for each in tables.left_out:
            is_recorded = each.slack in said.aside if each.stepped_aside else each.person in said.out
            if not is_recorded:
                mine = (left_out.c.check_id == check, left_out.c.person == each.person)
                self.tx.execute(delete(left_out).where(*mine))
        checks.leave_out(self.tx, check, sorted(said.out), self.roster.accounts)
        people = sorted(one for one in aside if one)
        checks.leave_out(self.tx, check, people, self.roster.accounts, stepped_aside=True)

    def _kept(self, check: str, said: Recorded, found: frozenset[Differing]) -> None:
        mine = update(check_table).where(check_table.c.id == check)
        self.tx.execute(mine.values(held_at=said.held_at, keep_until=said.keep_until))
        if Differing.APPROVAL in found:
            self.tx.execute(delete(deletions).where(deletions.c.check_id == check, deletions.c.erased_at.is_(None)))

    def _case(self, check: str, said: RecordedCase, *, is_there: bool) -> None:
        """Put the row of the case right; make it anew where it is gone, to be looked at at once."""
        if not is_there:
            answer_by = self.roster.answer_by(said.urgency, said.needed_at)
            cases.add(
                self.tx,
                check,
                urgency=said.urgency,
                raised_at=said.raised_at,
                answer_by=answer_by,
                asks=said.newest_ask[0],
                tries=1,
                asked_at=said.ladder_at,
                needed_at=said.needed_at,
                next_page_at=self.now,
                dm_only=said.dm_only,
                content_free=said.content_free,
            )
        changes: dict[str, Any] = {
            "status": said.status,
            "urgency": said.urgency,
            "decision": said.decision,
            "plan_round": said.plan_round,
            "plan_stands": said.plan_stands,
            "disagreed": said.disagreed,
            "reporter_agreed_at": said.agreed_at,
            "shared": said.shared,
            "waiting_for_answer": said.waiting_for_answer,
            "remind_at": said.remind_at,
            "closed_at": said.closed_at,
        }
        if said.dm_only:
            changes["dm_only"] = True
        leader = self.roster.person_at(said.led_by) if said.led_by else None
        if leader is not None or said.led_by is None:
            changes |= {"led_by": leader, "led_at": said.led_at}
        cases.save(self.tx, check, **changes)

    def _asks(self, opened: Opened, said: Recorded, tables: Tables, found: frozenset[Differing]) -> None:
        """Ask at once where people would be asked too late, and send what nobody has sent."""
        check, case = opened.check.id, said.case
        assert case is not None  # noqa: S101 - the caller has looked
        if Differing.TIMER in found or (Differing.CASE_STATUS in found and case.closed_at is None):
            latest = self.roster.latest_ask(case.urgency, case.ladder_at, case.needed_at)
            late = tables.timers.next_page_at is None or is_too_late(case, tables.timers.next_page_at, self.roster)
            if late:
                cases.save(self.tx, check, next_page_at=max(latest, self.now))
        outbox.send_again(self.tx, not_recorded(said, tables), self.now)
        if missing := unsent(said, tables, self.roster):
            self.page(opened, missing, case.newest_ask[0], channel=False, mark=f":{self.now.isoformat()}")
