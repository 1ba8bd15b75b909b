"""Deletion of due records: approval, legal holds, and erasure (docs/design-decisions.md, 10).

Erasing a check destroys its key and all its clear text. The events stay and still verify: their content was sealed
under the destroyed key. Of the check a tombstone is left: reference and dates.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, delete, exists, func, insert, literal_column, or_, select, update

from flows.case import Case, Check, CheckStatus, Did
from flows.events import EventKind
from flows.model import Level
from flows.paging.roster import Roster
from flows.records import retention
from flows.records.access_requests import RequestStatus
from flows.records.differences import Differing
from flows.records.recorded import recorded
from flows.records.retention import ADULT, QUIET, DueRecord, Keeping, ReasonKept, Schedule
from services.judge import TableJudge
from services.transaction import Service
from storage import cases, checks, erasure, events, tables
from storage.checks import Opened
from storage.crypto.envelope import Keyring
from storage.errors import CannotOpen, NoSuchCheck
from storage.proof import erasure_evidence

_check, _case, _deletion, _request = tables.checks, tables.cases, tables.deletions, tables.requests
_ENDED = (CheckStatus.SENT, CheckStatus.SHELVED, CheckStatus.CLOSED)
_YEAR = timedelta(days=365)
_AT_NO_RISK = and_(_check.c.level == literal_column(str(int(Level.NONE))), _check.c.erased_at.is_(None))
"""In the words of the index: with a bound value the database could not tell that it serves. Above that level a check
without a case still waits for somebody, and is never due."""


class Retention(Service):
    """The leads' use cases for due records. The bot's gate has checked their permission."""

    def __init__(self, tx: Connection, keys: Keyring, roster: Roster, now: datetime, schedule: Schedule) -> None:
        super().__init__(tx, keys, roster, now)
        self._schedule = schedule

    def items(self, until: datetime) -> tuple[DueRecord, ...]:
        """Return every record due by then, earliest due first, except open, unread and held ones.

        Records about nobody (drills and the bot's own) are not included. Closed subject access requests are.
        """
        found = filter(None, (self._readable(one) for one in self._candidates(until)))
        due = [item for item in found if item.keeping.can_end and item.due <= until]
        return tuple(sorted(due, key=lambda item: (item.due, item.check.ref)))

    def _candidates(self, until: datetime) -> Sequence[str]:
        """Return the ids of records old enough to be due; each must still be opened and judged."""
        child = _YEAR * max(self._schedule.years - ADULT, 0)
        touched, has_case = _check.c.touched_at, exists().where(_case.c.check_id == _check.c.id)
        quiet = (touched <= until - QUIET, _check.c.held_at.is_(None), ~_check.c.is_drill)
        wanted = or_(_check.c.keep_until.is_(None), _check.c.keep_until <= until)
        ended, in_force = _check.c.status.in_(_ENDED), func.length(_check.c.wrapped_key) > 0
        closed = select(_request.c.check_id).where(_request.c.status == RequestStatus.CLOSED)
        kinds = (
            (_AT_NO_RISK, ended, ~has_case, touched <= until - self._schedule.no_risk),
            (ended, has_case, _check.c.erased_at.is_(None), _check.c.started_at <= until - child),
            (
                _check.c.id.in_(closed),
                _check.c.status == CheckStatus.REQUEST,
                touched <= until - self._schedule.requests,
            ),
        )
        rows = (select(_check.c.id).where(*kind, *quiet, wanted, in_force) for kind in kinds)
        return [check for each in rows for check in self.tx.scalars(each)]

    def _readable(self, check: str) -> DueRecord | None:
        """Return the record, or None if it does not open: it is kept, and `doctor` reports it to the operator."""
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
        said = recorded(entries)
        last_change = retention.last_change(check.touched_at, entries) if said.is_sound else self.now
        started_at = max(said.started_at or check.started_at, check.started_at)
        row = self.tx.execute(select(_check.c.held_at, _check.c.keep_until).where(_check.c.id == check.id)).one()
        return Keeping(
            status=check.status,
            case=case.status if case else None,
            level=check.level,
            started_at=started_at,
            last_change=last_change,
            born=retention.born(entries, started_at.date()),
            is_unread=case is not None and retention.is_unread(entries, check.reporter),
            is_held=row.held_at is not None,
            keep_until=row.keep_until,
            request=self._asked_for(check),
        )

    def _asked_for(self, check: Check) -> RequestStatus | None:
        """Return the status of a subject access request, or None if this is a check."""
        if check.status is not CheckStatus.REQUEST:
            return None
        mine = select(_request.c.status).where(_request.c.check_id == check.id)
        return RequestStatus(self.tx.execute(mine).scalar_one())

    def listed(self, shown: Iterable[str], who: str) -> None:
        """Record that somebody views the list with these checks; call before showing it."""
        for check in shown:
            with suppress(NoSuchCheck):  # erased meanwhile
                self.record(self.load(check), who, EventKind.LISTED, {})

    def approve(self, check: str, who: str, reason: str, request: str) -> ReasonKept | None:
        """Approve the deletion of a record; nothing is deleted yet. Return None, or the reason it is kept."""
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
        """Keep a record until then, and withdraw any approval. It returns to the list afterwards."""
        opened = self.load(check)
        if self.is_repeat(request):
            return Did.ALREADY
        self.record(opened, who, EventKind.KEPT_LONGER, {"reason": reason, "until": until.isoformat()}, request)
        self._change(check, keep_until=until)
        return Did.DONE

    def hold(self, check: str, who: str, reason: str, request: str) -> Did:
        """Set a legal hold: no deletion until it is lifted. Withdraw any approval. STALE: already on hold."""
        opened = self.load(check)
        if self.is_repeat(request):
            return Did.ALREADY
        if self._held_at(check) is not None:
            return Did.STALE
        self.record(opened, who, EventKind.HOLD_SET, {"reason": reason}, request)
        self._change(check, held_at=self.now)
        return Did.DONE

    def lift(self, check: str, who: str, reason: str, request: str) -> Did:
        """Lift a legal hold. Deletion again needs the retention period and an approval. STALE: not on hold."""
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
        """Erase an approved record. Return None, or the reason it is kept, judged again with the row locked.

        The erasure is recorded before the key is destroyed. Raises NoSuchCheck if the record is already gone.
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
        """Return the reason it may not be erased now, or None."""
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
        if not approved:
            return ReasonKept.NOT_APPROVED
        # Nothing is destroyed on the word of tables that say something else than the record.
        found = TableJudge(self.tx, self.keys, self.roster, self.now).look(check)
        return ReasonKept.OPEN if found - {Differing.DELIVERED} else None
