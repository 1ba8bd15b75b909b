"""Cases: a check that needs a lead, with its plan, who was paged and the timers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, exists, insert, literal_column, or_, select, update

from flows.case import Case, CaseStatus, Shared, Strand, StrandName, StrandStatus
from flows.model import Level, Urgency
from storage.checks import IS_DRILL, Opened, people_left_out
from storage.crypto.envelope import padded
from storage.engine.portions import newest_first
from storage.tables import asked, cases, checks, strands

IS_OPEN = cases.c.status != literal_column(f"'{CaseStatus.CLOSED}'")
"""In the words of the partial index: with a bound value the database could not tell that it serves."""
_BY_CHECK = select(cases).where(cases.c.check_id == bindparam("check"))
_BY_CHECK_LOCKED = _BY_CHECK.with_for_update()
_ASKED = select(asked).where(asked.c.check_id == bindparam("check")).order_by(asked.c.ask)
_STRANDS = select(strands).where(strands.c.check_id == bindparam("check"))
_SAVE = update(cases).where(cases.c.check_id == bindparam("check"))
_TIMERS = select(cases).where(cases.c.status != CaseStatus.CLOSED)


@dataclass(frozen=True, slots=True)
class Timer:
    """When an open case is looked at next, and what that is counted from. Nothing of it is sealed.

    rung: of its ladder, on which people were asked last, from 0.
    """

    check: str
    status: CaseStatus
    urgency: Urgency
    shared: Shared | None
    answer_by: datetime
    asked_at: datetime
    needed_at: datetime
    next_page_at: datetime | None
    remind_at: datetime | None
    rung: int


def timers(tx: Connection, check: str | None = None) -> Sequence[Timer]:
    """Return the timers of every case that is not closed, or of one."""
    wanted = [cases.c.check_id == check] if check else []
    return [_timer(row) for row in tx.execute(_TIMERS.where(*wanted))]


def _timer(row: Any) -> Timer:
    needed_at = row.needed_at or row.raised_at
    return Timer(
        check=row.check_id,
        status=CaseStatus(row.status),
        urgency=Urgency(row.urgency),
        shared=Shared(row.shared) if row.shared else None,
        answer_by=row.answer_by,
        asked_at=row.asked_at,
        needed_at=needed_at,
        next_page_at=row.next_page_at,
        remind_at=row.remind_at,
        rung=max(row.tries - 1, 0) + (needed_at > row.raised_at),
    )


def add(tx: Connection, check: str, **columns: Any) -> None:
    """Insert an open case without decisions."""
    tx.execute(
        insert(cases).values(
            check_id=check,
            status=CaseStatus.OPEN,
            plan_round=0,
            disagreed=False,
            waiting_for_answer=False,
            **columns,
        )
    )


def save(tx: Connection, check: str, **changes: Any) -> None:
    """Update columns of the case."""
    tx.execute(_SAVE.values(changes), {"check": check})


def find(tx: Connection, opened: Opened, *, lock: bool = False) -> Case | None:
    """Return the case of a check, or None if it has none. lock: lock the row until the transaction ends."""
    check = opened.check.id
    row = tx.execute(_BY_CHECK_LOCKED if lock else _BY_CHECK, {"check": check}).first()
    if row is None:
        return None
    people = tx.execute(_ASKED, {"check": check}).all()
    return Case(
        check=opened.check,
        status=CaseStatus(row.status),
        urgency=Urgency(row.urgency),
        raised_at=row.raised_at,
        answer_by=row.answer_by,
        asks=row.asks,
        asked_at=row.asked_at,
        needed_at=row.needed_at or row.raised_at,
        dm_only=row.dm_only,
        content_free=row.content_free,
        left_out=people_left_out(tx, check),
        asked=tuple(person.person for person in people),
        seen_by=tuple(person.person for person in people if person.seen_at),
        led_by=row.led_by,
        led_at=row.led_at,
        decision=row.decision,
        plan_round=row.plan_round,
        reporter_agreed_at=row.reporter_agreed_at,
        disagreed=row.disagreed,
        shared=Shared(row.shared) if row.shared else None,
        closed_at=row.closed_at,
        strands=_strands(tx, opened),
        waiting_for_answer=row.waiting_for_answer,
        tries=row.tries,
        plan_stands=row.plan_stands,
    )


def _strands(tx: Connection, opened: Opened) -> tuple[Strand, ...]:
    check = opened.check.id
    rows = {row.name: row for row in tx.execute(_STRANDS, {"check": check})}
    return tuple(_strand(opened, rows[name]) for name in StrandName if name in rows)


def _strand(opened: Opened, row: Any) -> Strand:
    text = json.loads(opened.sealer.open(row.sealed, f"strand:{opened.check.id}:{row.name}"))
    return Strand(StrandName(row.name), StrandStatus(row.status), text["what"], text["owner"], row.due)


def save_strands(tx: Connection, opened: Opened, plan: Iterable[Strand]) -> None:
    """Insert strands of the plan, replacing those of the same name."""
    check = opened.check.id
    for strand in plan:
        text = json.dumps({"what": strand.what, "owner": strand.owner}).encode()
        tx.execute(delete(strands).where(strands.c.check_id == check, strands.c.name == strand.name))
        tx.execute(
            insert(strands).values(
                check_id=check,
                name=strand.name,
                status=strand.status,
                due=strand.due,
                sealed=opened.sealer.seal(padded(text), f"strand:{check}:{strand.name}"),
            )
        )


def ask(tx: Connection, check: str, people: Iterable[str], number: int) -> None:
    """Record who is paged in this ask; people asked before keep their first ask's number."""
    already = set(tx.scalars(select(asked.c.person).where(asked.c.check_id == check)))
    rows = [{"check_id": check, "person": person, "ask": number} for person in people if person not in already]
    if rows:
        tx.execute(insert(asked), rows)


def saw(tx: Connection, check: str, person: str, now: datetime) -> bool:
    """Record that a person has seen the page. Return whether it is their first time."""
    mine = update(asked).where(asked.c.check_id == check, asked.c.person == person, asked.c.seen_at.is_(None))
    return tx.execute(mine.values(seen_at=now)).rowcount > 0


def unanswered(tx: Connection, now: datetime) -> Sequence[str]:
    """Return the ids of checks whose next page is due, earliest first."""
    due = select(cases.c.check_id).where(cases.c.next_page_at <= now).order_by(cases.c.next_page_at)
    return tx.scalars(due).all()


def is_due(tx: Connection, check: str, now: datetime) -> bool:
    """Return whether this case's next page is due."""
    due = select(cases.c.check_id).where(cases.c.check_id == check, cases.c.next_page_at <= now)
    return tx.execute(due).first() is not None


def ask_by(tx: Connection, check: str, at: datetime) -> None:
    """Move this case's next page to `at` where it is due later, or has none."""
    later = or_(cases.c.next_page_at.is_(None), cases.c.next_page_at > at)
    tx.execute(cases.update().where(cases.c.check_id == check, later).values(next_page_at=at))


def reminding(tx: Connection, now: datetime) -> Sequence[str]:
    """Return the ids of checks whose lead's requested reminder is due, earliest first."""
    due = select(cases.c.check_id).where(cases.c.remind_at <= now).order_by(cases.c.remind_at)
    return tx.scalars(due).all()


def is_reminding(tx: Connection, check: str, now: datetime) -> bool:
    """Return whether this case's reminder is still due."""
    due = select(cases.c.check_id).where(cases.c.check_id == check, cases.c.remind_at <= now)
    return tx.execute(due).first() is not None


def waiting_ids(tx: Connection) -> Sequence[str]:
    """Return the check ids of open cases, without drills: most urgent first, then by answer_by."""
    rows = (
        select(cases.c.check_id)
        .join(checks, checks.c.id == cases.c.check_id)
        .where(IS_OPEN, ~checks.c.is_drill)
        .order_by(cases.c.urgency, cases.c.answer_by)
    )
    return tx.scalars(rows).all()


def newest_practice(tx: Connection) -> str | None:
    """Return the check id of the latest drill, or None if there never was one."""
    rows = select(cases.c.check_id).join(checks, checks.c.id == cases.c.check_id).where(IS_DRILL)
    found: str | None = tx.scalar(rows.order_by(checks.c.started_at.desc(), cases.c.check_id).limit(1))
    return found


def ids(tx: Connection) -> Iterator[str]:
    """Yield the check ids of all cases, without drills, newest first; rows are read as they are used."""
    rows = select(cases.c.check_id, cases.c.raised_at).join(checks, checks.c.id == cases.c.check_id)
    for row in newest_first(tx, rows.where(~checks.c.is_drill), cases.c.raised_at, cases.c.check_id):
        yield row.check_id


def open_ids(tx: Connection) -> Sequence[str]:
    """Return the check ids of open cases, oldest first."""
    rows = select(cases.c.check_id).where(IS_OPEN).order_by(cases.c.raised_at)
    return tx.scalars(rows).all()


def waiting_reporters(tx: Connection) -> Sequence[tuple[str, str]]:
    """Return check id and reporter of every open case, drills aside, and of every check that is about to become one."""
    rows = select(checks.c.id, checks.c.reporter).where(~checks.c.is_drill)
    is_open = rows.join(cases, checks.c.id == cases.c.check_id).where(IS_OPEN)
    has_no_case = ~exists().where(cases.c.check_id == checks.c.id)
    will_be = rows.where(has_no_case, checks.c.wake_at.is_not(None), checks.c.level > Level.NONE)
    return [(row.id, row.reporter) for which in (is_open, will_be) for row in tx.execute(which)]
