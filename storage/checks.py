"""Checks: start one, load it, save a step. Every step is one short transaction."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Update, bindparam, insert, select, update

from flows.case import Check, CheckStatus, Cover
from flows.checklist import CHECKLIST
from flows.engine.replay import fitting
from flows.model import Answers, Level, Outcome
from storage.crypto.envelope import Keyring, Sealer, padded
from storage.engine import idempotent
from storage.errors import CannotOpen, NoSuchCheck
from storage.tables import cases, checks, left_out

_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Nothing that reads like something else over the phone: no 0 O 1 I L U."""
_REF_LETTERS = 4
"""After the "SC-"."""
_ID = re.compile("[0-9a-f]{32}")
"""What is anything else is no id, and no database is asked for it."""

_BY_ID = select(checks).where(checks.c.id == bindparam("check"))
_BY_ID_LOCKED = _BY_ID.with_for_update()
_LEFT_OUT = select(left_out.c.person, left_out.c.slack).where(left_out.c.check_id == bindparam("check"))
_DRAFTS = (
    select(checks)
    .where(checks.c.reporter == bindparam("reporter"), checks.c.status == CheckStatus.DRAFT)
    .order_by(checks.c.touched_at.desc())
)
_OF_REPORTER = (
    select(checks)
    .where(checks.c.reporter == bindparam("reporter"), ~checks.c.is_drill)
    .order_by(checks.c.touched_at.desc())
    .limit(bindparam("most"))
)


@dataclass(frozen=True, slots=True)
class Opened:
    """A check together with the sealer its key opens."""

    check: Check
    sealer: Sealer


def start(
    tx: Connection, keys: Keyring, reporter: str, request: str, now: datetime, version: str, *, is_drill: bool = False
) -> tuple[Opened, bool]:
    """A new draft, and whether it is new: the same request again, also at the same moment, finds the one it started."""
    started = select(checks).where(checks.c.request == request)
    wrapped = keys.new_key()
    sealer = keys.sealer(wrapped)
    check_id = secrets.token_hex(16)
    draft = {
        "id": check_id,
        "reporter": reporter,
        "status": CheckStatus.DRAFT,
        "level": Level.NONE,
        "checklist_version": version,
        "wrapped_key": wrapped,
        "sealed_answers": _seal(sealer, check_id, reporter, {}),
        "revision": 0,
        "asked_lead": False,
        "reminders": 0,
        "is_drill": is_drill,
        "request": request,
        "started_at": now,
        "touched_at": now,
    }
    while (found := tx.execute(started).first()) is None:
        if idempotent.insert_if_absent(
            tx, checks, **draft, ref=_new_ref(tx)
        ):  # else the request, or the reference, was taken just now
            return load(tx, keys, check_id), True
    return _opened(found, keys), False


def _new_ref(tx: Connection) -> str:
    """A random reference nobody has yet, as in SC-7K2M."""
    while True:
        ref = "SC-" + "".join(secrets.choice(_ALPHABET) for _ in range(_REF_LETTERS))
        if tx.execute(select(checks.c.id).where(checks.c.ref == ref)).first() is None:
            return ref


def load(tx: Connection, keys: Keyring, check: str, *, lock: bool = False) -> Opened:
    """A check by id; lock: nobody else changes it until this transaction ends. Raises NoSuchCheck.

    One that was erased is not there any more.
    """
    if not _ID.fullmatch(check):
        raise NoSuchCheck
    row = tx.execute(_BY_ID_LOCKED if lock else _BY_ID, {"check": check}).first()
    if row is None or not row.wrapped_key:
        raise NoSuchCheck(check)
    return _opened(row, keys)


def by_ref(tx: Connection, ref: str) -> str | None:
    """The id of the check with this reference, however it was written down; None where there is none."""
    said = "".join(letter for letter in ref.upper() if letter.isalnum())
    wanted = said[2:] if said.startswith("SC") and len(said) > _REF_LETTERS else said
    found: str | None = tx.scalar(select(checks.c.id).where(checks.c.ref == f"SC-{wanted}"))
    return found


def save(tx: Connection, opened: Opened, now: datetime, **changes: Any) -> None:
    """Write what changed; `answers` are sealed on the way, as answers to this version. The revision grows."""
    if "answers" in changes:
        changes["sealed_answers"] = _seal(opened.sealer, opened.check.id, opened.check.reporter, changes.pop("answers"))
        changes["checklist_version"] = CHECKLIST.version
    changes |= {"revision": opened.check.revision + 1, "touched_at": now}
    values = {f"new_{column}": value for column, value in changes.items()}
    tx.execute(_saving(tuple(changes)), {"check": opened.check.id, **values})


@cache
def _saving(columns: tuple[str, ...]) -> Update:
    """The statement that saves these columns, made once: making it costs more than running it."""
    values = {column: bindparam(f"new_{column}", type_=checks.c[column].type) for column in columns}
    return update(checks).where(checks.c.id == bindparam("check")).values(values)


def drafts(tx: Connection, keys: Keyring, reporter: str) -> Sequence[Check]:
    """A person's unfinished checks, newest first; one that does not open holds up no other."""
    return list(_readable(tx.execute(_DRAFTS, {"reporter": reporter}), keys))


def of_reporter(tx: Connection, keys: Keyring, reporter: str, most: int) -> Sequence[Check]:
    """A person's newest checks, whatever became of them; those that do not open are in `shut.of_reporter`."""
    return list(_readable(tx.execute(_OF_REPORTER, {"reporter": reporter, "most": most}), keys))


def ended_without_page(tx: Connection, keys: Keyring) -> Iterator[Check]:
    """Checks that were sent and needed no lead (HOLD and FIX_FIRST), newest first; read as far as they are wanted."""
    rows = (
        select(checks)
        .outerjoin(cases, cases.c.check_id == checks.c.id)
        .where(checks.c.status == CheckStatus.SENT, cases.c.check_id.is_(None))
        .order_by(checks.c.sent_at.desc())
    )
    yield from _readable(tx.execute(rows.execution_options(yield_per=50)), keys)


def _readable(rows: Iterable[Row[Any]], keys: Keyring) -> Iterator[Check]:
    for row in rows:
        with suppress(CannotOpen):
            yield _opened(row, keys).check


def touched_since(tx: Connection, since: datetime) -> Sequence[str]:
    """Ids of drafts somebody was answering since then."""
    found = select(checks.c.id).where(checks.c.status == CheckStatus.DRAFT, checks.c.touched_at >= since)
    return tx.scalars(found).all()


def waking(tx: Connection, now: datetime) -> Sequence[str]:
    """Ids of checks whose reporter stopped long enough ago that the leads are told."""
    found = select(checks.c.id).where(checks.c.wake_at <= now).order_by(checks.c.wake_at)
    return tx.scalars(found).all()


def is_waking(tx: Connection, check: str, now: datetime) -> bool:
    """Whether this check's time has come; another instance may have seen to it since."""
    due = select(checks.c.id).where(checks.c.id == check, checks.c.wake_at <= now)
    return tx.execute(due).first() is not None


def reminders(tx: Connection, check: str) -> int:
    """How often the reporter was reminded since they stopped."""
    return int(tx.scalar(select(checks.c.reminders).where(checks.c.id == check)) or 0)


def wake_again(tx: Connection, check: str, when: datetime | None, reminded: int) -> None:
    """Look at this check again then, the reporter having been reminded so often."""
    tx.execute(update(checks).where(checks.c.id == check).values(wake_at=when, reminders=reminded))


def shelve(tx: Connection, check: str) -> None:
    """Put a draft away. Nothing is lost: it can be carried on at any time."""
    away = {"status": CheckStatus.SHELVED, "wake_at": None}
    tx.execute(update(checks).where(checks.c.id == check).values(away))


def people_left_out(tx: Connection, check: str) -> frozenset[str]:
    """Of the people who see nothing of this check: their organisation ids, and the Slack ids they had then."""
    return frozenset(one for row in tx.execute(_LEFT_OUT, {"check": check}) for one in row if one)


def leave_out(
    tx: Connection, check: str, people: Sequence[str], slack: Mapping[str, str], *, stepped_aside: bool = False
) -> None:
    """Leave people out, now and later. Nobody is ever taken back in: they may have been told why.

    people: organisation ids. slack: of each their Slack id.
    """
    already = people_left_out(tx, check)
    rows = [
        {"check_id": check, "person": person, "slack": slack.get(person), "stepped_aside": stepped_aside}
        for person in people
        if person not in already
    ]
    if rows:
        tx.execute(insert(left_out), rows)


def _seal(sealer: Sealer, check: str, reporter: str, answers: Mapping[str, tuple[str, ...]]) -> bytes:
    """All 24 answers fit the smallest size."""
    return sealer.seal(padded(json.dumps(dict(answers)).encode(), smallest=2048), about_answers(check, reporter))


def about_answers(check: str, reporter: str) -> str:
    """What sealed answers are bound to: a check given to another reporter in the table does not open for anybody."""
    return f"answers:{check}:{reporter}"


def _opened(row: Row[Any], keys: Keyring) -> Opened:
    sealer = keys.sealer(row.wrapped_key)
    sealed = json.loads(sealer.open(row.sealed_answers, about_answers(row.id, row.reporter)))
    answers: Answers = {question: tuple(choices) for question, choices in sealed.items()}
    if row.checklist_version != CHECKLIST.version:
        answers = fitting(CHECKLIST, answers)
    check = Check(
        id=row.id,
        ref=row.ref,
        reporter=row.reporter,
        status=CheckStatus(row.status),
        level=Level(row.level),
        answers=answers,
        revision=row.revision,
        checklist_version=row.checklist_version,
        started_at=row.started_at,
        touched_at=row.touched_at,
        sent_at=row.sent_at,
        outcome=Outcome(row.outcome) if row.outcome else None,
        revisiting=row.revisiting,
        asked_lead=row.asked_lead,
        cover=Cover(row.cover) if row.cover else None,
        is_drill=row.is_drill,
        paper_at=row.paper_at,
    )
    return Opened(check, sealer)
