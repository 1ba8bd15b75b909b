"""Deleting what is due: who approved it, legal holds, and erasure itself (docs/design-decisions.md, 10).

To erase a check is to destroy its key and everything about it that stands in clear. The events stay and still verify:
what they say was sealed under the key that is gone. What is left of the check is a tombstone: reference and dates.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, delete, exists, func, insert, or_, select, update

from flows.case import Case, Check, CheckStatus
from flows.events import EventKind
from flows.paging.roster import Roster
from flows.records import retention
from flows.records.access_requests import RequestStatus
from flows.records.retention import ADULT, QUIET, Keeping, ReasonKept, Schedule
from services.transaction import Did, Service
from storage import cases, checks, erasure, events, tables
from storage.checks import Opened
from storage.crypto.envelope import Keyring
from storage.errors import CannotOpen, NoSuchCheck
from storage.proof import erasure_evidence

_check, _case, _deletion, _request = tables.checks, tables.cases, tables.deletions, tables.requests
_ENDED = (CheckStatus.SENT, CheckStatus.SHELVED, CheckStatus.CLOSED)
_YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class DueRecord:
    """A record whose time is over, or soon will be. due: when. approved_by: the Slack id of whoever approved it."""

    check: Check
    case: Case | None
    left_out: frozenset[str]
    keeping: Keeping
    due: datetime
    approved_by: str | None = None


class Retention(Service):
    """What a lead does with a record whose time is over. The bot's gate has let them in already."""

    def __init__(self, tx: Connection, keys: Keyring, roster: Roster, now: datetime, schedule: Schedule) -> None:
        super().__init__(tx, keys, roster, now)
        self._schedule = schedule

    def items(self, until: datetime) -> tuple[DueRecord, ...]:
        """Every record that is due by then, the longest due first. What is open, unread or held is not among them.

        Nor is what is about nobody: practice pages, and the bot's own records. A request for a copy is, once closed.
        """
        found = filter(None, (self._readable(one) for one in self._candidates(until)))
        due = [item for item in found if item.keeping.can_end and item.due <= until]
        return tuple(sorted(due, key=lambda item: (item.due, item.check.ref)))

    def _candidates(self, until: datetime) -> Sequence[str]:
        """Ids of those old enough; each is opened and looked at."""
        child = _YEAR * max(self._schedule.years - ADULT, 0)
        touched, has_case = _check.c.touched_at, exists().where(_case.c.check_id == _check.c.id)
        old_enough = or_(
            and_(~has_case, touched <= until - self._schedule.no_risk),
            and_(has_case, _check.c.started_at <= until - child),
        )
        quiet = (touched <= until - QUIET, _check.c.held_at.is_(None), ~_check.c.is_drill)
        wanted = or_(_check.c.keep_until.is_(None), _check.c.keep_until <= until)
        ended = and_(_check.c.status.in_(_ENDED), old_enough)
        closed = exists().where(_request.c.check_id == _check.c.id, _request.c.status == RequestStatus.CLOSED)
        answered = and_(_check.c.status == CheckStatus.REQUEST, closed, touched <= until - self._schedule.requests)
        rows = select(_check.c.id).where(or_(ended, answered), *quiet, wanted)
        return self.tx.scalars(rows.where(func.length(_check.c.wrapped_key) > 0)).all()

    def _readable(self, check: str) -> DueRecord | None:
        """None where it does not open: it is kept, and doctor says so to whoever runs this."""
        try:
            return self._item(checks.load(self.tx, self.keys, check))
        except CannotOpen:
            return None

    def _item(self, opened: Opened) -> DueRecord:
        check = opened.check
        case = cases.find(self.tx, opened)
        keeping = self._keeping(opened, case)
        approved = self.tx.scalar(select(_deletion.c.approved_by).where(_deletion.c.check_id == check.id))
        left_out = checks.people_left_out(self.tx, check.id)
        return DueRecord(check, case, left_out, keeping, keeping.due(self._schedule), approved)

    def _keeping(self, opened: Opened, case: Case | None) -> Keeping:
        check = opened.check
        entries = events.history(self.tx, check.id, opened.sealer)
        row = self.tx.execute(select(_check.c.held_at, _check.c.keep_until).where(_check.c.id == check.id)).one()
        return Keeping(
            status=check.status,
            case=case.status if case else None,
            level=check.level,
            started_at=check.started_at,
            last_change=retention.last_change(check.touched_at, entries),
            born=retention.born(entries, check.started_at.date()),
            is_unread=case is not None and retention.is_unread(entries, check.reporter),
            is_held=row.held_at is not None,
            keep_until=row.keep_until,
            request=self._asked_for(check),
        )

    def _asked_for(self, check: Check) -> RequestStatus | None:
        """How a request for a copy of records stands; None where it is a check."""
        if check.status is not CheckStatus.REQUEST:
            return None
        mine = select(_request.c.status).where(_request.c.check_id == check.id)
        return RequestStatus(self.tx.execute(mine).scalar_one())

    def listed(self, shown: Iterable[str], who: str) -> None:
        """Record that somebody looks at the list with these on it. Before it is shown."""
        for check in shown:
            with suppress(NoSuchCheck):  # erased a moment ago
                self.record(self.load(check), who, EventKind.LISTED, {})

    def approve(self, check: str, who: str, reason: str, request: str) -> ReasonKept | None:
        """A lead approves that it is deleted; nothing is yet. None where it is approved, else why it stays."""
        opened = self.load(check)
        if self.is_repeat(request):
            return None
        if (why := self._stays(opened)) not in (None, ReasonKept.NOT_APPROVED):
            return why
        self.record(opened, who, EventKind.DELETION_APPROVED, {"reason": reason, **self._rule(opened)}, request)
        self.tx.execute(delete(_deletion).where(_deletion.c.check_id == check))
        self.tx.execute(insert(_deletion).values(check_id=check, approved_by=who, approved_at=self.now))
        return None

    def keep(self, check: str, who: str, reason: str, until: datetime, request: str) -> Did:
        """A lead wants it kept until then; it comes back on the list. An approval is taken back."""
        opened = self.load(check)
        if self.is_repeat(request):
            return Did.ALREADY
        self.record(opened, who, EventKind.KEPT_LONGER, {"reason": reason, "until": until.isoformat()}, request)
        self._change(check, keep_until=until)
        return Did.DONE

    def hold(self, check: str, who: str, reason: str, request: str) -> Did:
        """Legal hold: never deleted until somebody lifts it. An approval is taken back. STALE: it is on hold."""
        opened = self.load(check)
        if self.is_repeat(request):
            return Did.ALREADY
        if self._held_at(check) is not None:
            return Did.STALE
        self.record(opened, who, EventKind.HOLD_SET, {"reason": reason}, request)
        self._change(check, held_at=self.now)
        return Did.DONE

    def lift(self, check: str, who: str, reason: str, request: str) -> Did:
        """The legal hold ends. Nothing is deleted by that: the calendar, and a lead, decide again. STALE: it ended."""
        opened = self.load(check)
        if self.is_repeat(request):
            return Did.ALREADY
        if self._held_at(check) is None:
            return Did.STALE
        self.record(opened, who, EventKind.HOLD_LIFTED, {"reason": reason}, request)
        self._change(check, held_at=None)
        return Did.DONE

    def _change(self, check: str, **changes: object) -> None:
        self.tx.execute(update(_check).where(_check.c.id == check).values(**changes))
        self.tx.execute(delete(_deletion).where(_deletion.c.check_id == check))

    def _held_at(self, check: str) -> datetime | None:
        found: datetime | None = self.tx.scalar(select(_check.c.held_at).where(_check.c.id == check))
        return found

    def erase(self, check: str, who: str) -> ReasonKept | None:
        """Destroy it, once approved. None where it is gone, else why it stays: looked at anew, with the row locked.

        It is in the record that it was erased before its key goes. Raises NoSuchCheck where it is gone already.
        """
        opened = self.load(check)
        if (why := self._stays(opened)) is not None:
            return why
        approved = self.tx.execute(select(_deletion).where(_deletion.c.check_id == check)).one()
        said = {"approved_by": approved.approved_by, "approved_at": approved.approved_at.isoformat()}
        self.record(opened, who, EventKind.ERASED, {**said, **self._rule(opened)})
        erasure_evidence.keep(self.tx, self.keys, check, approved.approved_by, self.now)
        done = erasure.Erasure(check, approved.approved_by, self.now, erasure.may_be_private(opened))
        erasure.destroy(self.tx, done, self.now)
        self.keys.forget()
        return None

    def _rule(self, opened: Opened) -> dict[str, object]:
        keeping = self._keeping(opened, self.case(opened))
        return {"kind": keeping.kind, "due": keeping.due(self._schedule).isoformat()}

    def _stays(self, opened: Opened) -> ReasonKept | None:
        """Why it may not be erased now."""
        check = opened.check.id
        if opened.check.is_drill:
            return ReasonKept.NOT_YET
        why = self._keeping(opened, self.case(opened)).stays(self._schedule, self.now)
        if why is not None:
            return why
        sending = select(tables.outbox.c.id).where(
            tables.outbox.c.check_id == check,
            or_(tables.outbox.c.due_at.is_not(None), tables.outbox.c.token.is_not(None)),
        )
        if self.tx.execute(sending.limit(1)).first() is not None:
            return ReasonKept.UNSENT
        approved = self.tx.execute(select(_deletion.c.check_id).where(_deletion.c.check_id == check)).first()
        return None if approved else ReasonKept.NOT_APPROVED
