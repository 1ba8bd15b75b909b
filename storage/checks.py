"""Checks: start one, load it, save an answer. Each is one short transaction."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Update, and_, bindparam, func, insert, literal_column, or_, select, text, update

from flows.case import Check, CheckStatus, Cover
from flows.checklist import CHECKLIST
from flows.engine.replay import fitting
from flows.model import Answers, Level, Outcome
from storage.crypto.envelope import Keyring, Sealer, padded
from storage.engine import idempotent
from storage.engine.portions import newest_first
from storage.errors import CannotOpen, NoReference, NoSuchCheck
from storage.tables import cases, checks, left_out

_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without characters that are confused when read over the phone: 0 O 1 I L U."""
_REF_LETTERS, _MOST_LETTERS = 4, 9
"""Characters after "SC-": at first, and as many as the column takes."""
_TRIES_A_LENGTH = 4
"""Taken references of one length in a row, after which a longer one is tried: then a good part of them is taken."""
_ID = re.compile("[0-9a-f]{32}")
"""Anything that does not match is no check id and is not looked up."""

_AT, _COVER = "@at", "@cover"
_IN_THE_SEAL = frozenset({"answers", "revisiting", "cover"})
"""What `save` seals together. Beside the answers: the question that Back shows again, and what stands over the card."""

_BY_ID = select(checks).where(checks.c.id == bindparam("check"))
_BY_ID_LOCKED = _BY_ID.with_for_update()
_BY_REF = select(checks.c.id).where(checks.c.ref == bindparam("ref"))
_LEFT_OUT = select(left_out.c.person, left_out.c.slack).where(left_out.c.check_id == bindparam("check"))
IS_DRAFT, IS_SENT = (checks.c.status == literal_column(f"'{each}'") for each in (CheckStatus.DRAFT, CheckStatus.SENT))
IS_DRILL = text("checks.is_drill")
"""Conditions in the words of the partial indexes: with a bound value the database could not tell that they serve."""
_DRAFTS = (
    select(checks).where(checks.c.reporter == bindparam("reporter"), IS_DRAFT).order_by(checks.c.touched_at.desc())
)
_OF_REPORTER = (
    select(checks)
    .where(checks.c.reporter == bindparam("reporter"), ~checks.c.is_drill)
    .order_by(checks.c.touched_at.desc(), checks.c.started_at.desc())
    .limit(bindparam("most"))
)


@dataclass(frozen=True, slots=True)
class Opened:
    """A check with the sealer for its key. is_shrunk: its messages in Slack were cut because it was old."""

    check: Check
    sealer: Sealer
    is_shrunk: bool = False


def start(
    tx: Connection, keys: Keyring, reporter: str, request: str, now: datetime, version: str, *, is_drill: bool = False
) -> tuple[Opened, bool]:
    """Insert a draft check, or return the one this request already started. Return it and whether it is new.

    The request is unique, so two simultaneous deliveries of it start one check.
    """
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
        "sealed_answers": _seal(sealer, check_id, reporter, {}, {_AT: (), _COVER: ()}),
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
        ):  # False: the request or the reference was taken just now
            return load(tx, keys, check_id), True
    return _opened(found, keys), False


def _new_ref(tx: Connection) -> str:
    """Return a random unused reference, such as SC-7K2M; a longer one where most of four letters are taken.

    There are 810,000 of four letters. Raises NoReference where none is found, which cannot be by chance.
    """
    for letters in range(_REF_LETTERS, _MOST_LETTERS + 1):
        for _ in range(_TRIES_A_LENGTH):
            ref = "SC-" + "".join(secrets.choice(_ALPHABET) for _ in range(letters))
            if tx.execute(_BY_REF, {"ref": ref}).first() is None:
                return ref
    raise NoReference


def load(tx: Connection, keys: Keyring, check: str, *, lock: bool = False) -> Opened:
    """Return a check by id; lock: lock the row until the transaction ends.

    Raises NoSuchCheck, also for an erased check, and CannotOpen.
    """
    if not _ID.fullmatch(check):
        raise NoSuchCheck
    row = tx.execute(_BY_ID_LOCKED if lock else _BY_ID, {"check": check}).first()
    if row is None or not row.wrapped_key:
        raise NoSuchCheck(check)
    return _opened(row, keys)


def after(tx: Connection, check: str, most: int) -> Sequence[str]:
    """Return the ids of the checks that follow this one in the order of their ids, which are random."""
    return tx.scalars(select(checks.c.id).where(checks.c.id > check).order_by(checks.c.id).limit(most)).all()


def has_key(tx: Connection, check: str) -> bool:
    """Return whether there is such a check with a key: of one that was erased nothing can be read."""
    return bool(tx.scalar(select(func.length(checks.c.wrapped_key)).where(checks.c.id == check)))


def by_ref(tx: Connection, ref: str) -> str | None:
    """Return the id of the check with this reference, in whatever case and punctuation; None if there is none."""
    said = "".join(letter for letter in ref.upper() if letter.isalnum())
    without = [said[2:]] if said.startswith("SC") and len(said) > _REF_LETTERS else []
    rows = (tx.execute(_BY_REF, {"ref": f"SC-{letters}"}).first() for letters in (*without, said))
    return next((str(row.id) for row in rows if row is not None), None)


def save(tx: Connection, opened: Opened, now: datetime, **changes: Any) -> None:
    """Update columns of a check; its revision grows.

    `answers`, `revisiting` and `cover` are sealed together, as answers to this checklist version: no column says what
    the card shows.
    """
    if _IN_THE_SEAL & changes.keys():
        check = replace(opened.check, **{each: changes.pop(each) for each in _IN_THE_SEAL & changes.keys()})
        changes["sealed_answers"] = _seal(opened.sealer, check.id, check.reporter, check.answers, _place(check))
        changes["checklist_version"] = CHECKLIST.version
    changes |= {"revision": opened.check.revision + 1, "touched_at": now, "shrunk_at": None}
    values = {f"new_{column}": value for column, value in changes.items()}
    tx.execute(_saving(tuple(changes)), {"check": opened.check.id, **values})


@cache
def _saving(columns: tuple[str, ...]) -> Update:
    """Build the UPDATE for these columns; cached, because compiling it costs more than running it."""
    values = {column: bindparam(f"new_{column}", type_=checks.c[column].type) for column in columns}
    return update(checks).where(checks.c.id == bindparam("check")).values(values)


def drafts(tx: Connection, keys: Keyring, reporter: str) -> Sequence[Check]:
    """Return a person's unfinished checks, latest change first, skipping those that do not open."""
    return list(_readable(tx.execute(_DRAFTS, {"reporter": reporter}), keys))


def of_reporter(tx: Connection, keys: Keyring, reporter: str, most: int) -> Sequence[Check]:
    """Return a person's latest checks of any status; those that do not open are in `unreadable.of_reporter`."""
    return list(_readable(tx.execute(_OF_REPORTER, {"reporter": reporter, "most": most}), keys))


def ended_without_page(tx: Connection, keys: Keyring) -> Iterator[Check]:
    """Yield sent checks that needed no lead (HOLD and FIX_FIRST), newest first; rows are read as they are used."""
    rows = select(checks).outerjoin(cases, cases.c.check_id == checks.c.id)
    without_case = rows.where(IS_SENT, cases.c.check_id.is_(None))
    yield from _readable(newest_first(tx, without_case, checks.c.sent_at, checks.c.id), keys)


def _readable(rows: Iterable[Row[Any]], keys: Keyring) -> Iterator[Check]:
    for row in rows:
        with suppress(CannotOpen):
            yield _opened(row, keys).check


def touched_since(tx: Connection, since: datetime) -> Sequence[str]:
    """Return the ids of drafts changed since then."""
    found = select(checks.c.id).where(IS_DRAFT, checks.c.touched_at >= since)
    return tx.scalars(found).all()


def waking(tx: Connection, now: datetime) -> Sequence[str]:
    """Return the ids of checks whose reporter stopped answering long enough ago for a timer to be due."""
    found = select(checks.c.id).where(checks.c.wake_at <= now).order_by(checks.c.wake_at)
    return tx.scalars(found).all()


def is_waking(tx: Connection, check: str, now: datetime) -> bool:
    """Return whether this check's timer is still due; another instance may have handled it since."""
    due = select(checks.c.id).where(checks.c.id == check, checks.c.wake_at <= now)
    return tx.execute(due).first() is not None


def wakes_at(tx: Connection, check: str) -> datetime | None:
    """Return when this check's timer is due; None where it has none."""
    found: datetime | None = tx.scalar(select(checks.c.wake_at).where(checks.c.id == check))
    return found


def waking_late(tx: Connection, at_risk: datetime, calm: datetime, latest: datetime) -> Sequence[str]:
    """Return the ids of checks whose timer is due after `calm`, above NONE after `at_risk`.

    Also of those with a timer that were changed after `latest`, which is still to come.
    """
    is_late = or_(checks.c.wake_at > calm, and_(checks.c.level > Level.NONE, checks.c.wake_at > at_risk))
    has_timer, is_ahead = checks.c.wake_at.is_not(None), checks.c.touched_at > latest
    return tx.scalars(select(checks.c.id).where(has_timer, or_(is_late, is_ahead))).all()


def put_times_right(tx: Connection, check: str, *, wake_at: datetime, touched_at: datetime) -> None:
    """Set the check's timer, and when it was last changed, after the clock was wrong."""
    tx.execute(update(checks).where(checks.c.id == check).values(wake_at=wake_at, touched_at=touched_at))


def reminders(tx: Connection, check: str) -> int:
    """Return how many reminders the reporter has had since they stopped answering."""
    return int(tx.scalar(select(checks.c.reminders).where(checks.c.id == check)) or 0)


def wake_again(tx: Connection, check: str, when: datetime | None, reminded: int) -> None:
    """Set the check's next timer and the number of reminders sent."""
    tx.execute(update(checks).where(checks.c.id == check).values(wake_at=when, reminders=reminded))


def shelve(tx: Connection, check: str) -> None:
    """Set a draft aside. Nothing is lost: it can be continued at any time."""
    away = {"status": CheckStatus.SHELVED, "wake_at": None}
    tx.execute(update(checks).where(checks.c.id == check).values(away))


def people_left_out(tx: Connection, check: str) -> frozenset[str]:
    """Return the organisation ids of the people left out of this check, and the Slack ids they had then."""
    return frozenset(one for row in tx.execute(_LEFT_OUT, {"check": check}) for one in row if one)


def leave_out(
    tx: Connection, check: str, people: Sequence[str], slack: Mapping[str, str], *, stepped_aside: bool = False
) -> None:
    """Leave people out of a check for good. Nobody is ever let back in: they may have been told why.

    people: organisation ids. slack: Slack id by organisation id.
    """
    already = people_left_out(tx, check)
    rows = [
        {"check_id": check, "person": person, "slack": slack.get(person), "stepped_aside": stepped_aside}
        for person in people
        if person not in already
    ]
    if rows:
        tx.execute(insert(left_out), rows)


def _place(check: Check) -> dict[str, tuple[str, ...]]:
    """Return where the reporter is, beside the answers: keys that no question has."""
    return {_AT: (check.revisiting,) if check.revisiting else (), _COVER: (check.cover,) if check.cover else ()}


def _seal(
    sealer: Sealer,
    check: str,
    reporter: str,
    answers: Mapping[str, tuple[str, ...]],
    place: Mapping[str, tuple[str, ...]],
) -> bytes:
    """Seal the answers, padded: all 24 fit the smallest size, so the length reveals nothing."""
    text = json.dumps({**answers, **place}).encode()
    return sealer.seal(padded(text, smallest=2048), about_answers(check, reporter))


def about_answers(check: str, reporter: str) -> str:
    """Return the associated data of sealed answers: with another reporter in the row they do not open."""
    return f"answers:{check}:{reporter}"


def open_answers(sealer: Sealer, check: str, reporter: str, sealed: bytes) -> Answers:
    """Return the answers of a check, as any edition sealed them. Raises CannotOpen.

    0.1.0 began without the reporter in the associated data.
    """
    said = _open(sealer, check, reporter, sealed)
    return {key: choices for key, choices in said.items() if key not in (_AT, _COVER)}


def _open(sealer: Sealer, check: str, reporter: str, sealed: bytes) -> Answers:
    said = json.loads(sealer.open(sealed, about_answers(check, reporter), f"answers:{check}"))
    return {key: tuple(choices) for key, choices in said.items()}


def _opened(row: Row[Any], keys: Keyring) -> Opened:
    sealer = keys.sealer(row.wrapped_key)
    said = _open(sealer, row.id, row.reporter, row.sealed_answers)
    answers: Answers = {key: choices for key, choices in said.items() if key not in (_AT, _COVER)}
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
        revisiting=next(iter(said.get(_AT, ())), None),
        asked_lead=row.asked_lead,
        cover=next((Cover(each) for each in said.get(_COVER, (row.cover,)) if each), None),
        is_drill=row.is_drill,
        paper_at=row.paper_at,
    )
    return Opened(check, sealer, row.shrunk_at is not None)
