"""Subject access requests: opened, reviewed item by item, released; each step is recorded.

A request has its own record: a reference, a key and events. Rulings on a check's items are in that check's record,
sealed with its key, and are erased with it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, func, insert, literal_column, select, update

from flows.case import SYSTEM, CheckStatus, Did, Entry, latest
from flows.checklist import CHECKLIST
from flows.events import EventKind
from flows.records import access_requests
from flows.records.access_requests import AccessRequest, Choice, RequestStatus, ReviewItem, Ruling
from flows.records.matching import Described
from services.transaction import Service
from storage import checks, events, export_files, person_index
from storage.checks import Opened
from storage.crypto.envelope import Keyring, padded
from storage.errors import CannotOpen, NoSuchCheck
from storage.tables import requests

_ASKED = ("name", "born", "number", "asked_by")
_IS_OPEN = requests.c.status != literal_column(f"'{RequestStatus.CLOSED}'")
"""In the words of the index of open requests: with a bound value the database could not tell that it serves."""
NOT_THEM = "not_them"
"""Stands for every item of a check: the check is about somebody else."""


class Requests(Service):
    """The use cases of those who answer subject access requests; the gate has checked their permission."""

    def open(self, who: str, asked: Mapping[str, str], received: date, request: str) -> AccessRequest:
        """Open a request. A repeated submission opens no second one."""
        opened, is_new = checks.start(self.tx, self.keys, SYSTEM, request, self.now, CHECKLIST.version)
        if is_new:
            checks.save(self.tx, opened, self.now, status=CheckStatus.REQUEST)
            text = json.dumps({key: asked.get(key, "") for key in _ASKED}).encode()
            self.tx.execute(
                insert(requests).values(
                    check_id=opened.check.id,
                    status=RequestStatus.OPEN,
                    received=received,
                    due=access_requests.due(received, self.roster.week.works),
                    extended=False,
                    sealed=opened.sealer.seal(padded(text, smallest=1024), f"request:{opened.check.id}"),
                )
            )
            self.record(opened, who, EventKind.REQUEST_OPENED, {"received": received.isoformat()})
        return self.request(opened.check.id)

    def request(self, request: str) -> AccessRequest:
        """Return a request by id. Raises NoSuchCheck, also if the id is a check's."""
        return load(self.tx, self.keys, request)

    def viewed(self, request: str, who: str) -> None:
        """Record that somebody views the request; call before showing anything."""
        self.record(self.load(request), who, EventKind.REQUEST_VIEWED, {})

    def looked_through(self, request: AccessRequest, check: str, who: str) -> None:
        """Record that somebody opens the items of a check; call before showing anything."""
        self.record(self.load(check), who, EventKind.OPENED_ITEMS, {"request": request.ref})

    def extend(
        self, request: str, who: str, reason: str, submission: str, held: Iterable[str] = (), *, again: bool = False
    ) -> Did:
        """Extend the time limit by two months, once, with the reason given to the requester (UK GDPR article 12).

        held: checks that this lead found for the request. again: this lead may not know of an earlier extension.
        Return STALE, and keep no reason, if somebody else extended it or the request is closed.
        """
        opened, known = self.load(request), self.request(request)
        if self.is_repeat(submission):
            return Did.ALREADY
        if (known.extended and not again) or known.status is RequestStatus.CLOSED:
            return Did.STALE
        later = access_requests.due(known.received, self.roster.week.works, extended=True)
        self._save(request, due=later, extended=True)
        said = {"reason": reason, "due": later.isoformat(), "held": list(held)}
        self.record(opened, who, EventKind.REQUEST_EXTENDED, said, submission)
        return Did.DONE

    def add(self, request: AccessRequest, check: str, who: str, submission: str) -> Did:
        """Add a check that the index did not find, which the lead knows to be about this person."""
        if self.is_repeat(submission) or check in self.found(request):
            return Did.ALREADY
        self.record(self.load(request.id), who, EventKind.RECORD_ADDED, {"check": check}, submission)
        return Did.DONE

    def rule(self, request: AccessRequest, check: str, who: str, item: str, ruling: Ruling, submission: str) -> Did:
        """Record a ruling (include, redact, leave out) on one item, or with NOT_THEM on a check. The newest counts."""
        if self.is_repeat(submission):
            return Did.ALREADY
        content = {
            "request": request.id,
            "item": item,
            "choice": ruling.choice,
            "reason": ruling.reason,
            "passages": list(ruling.passages),
        }
        self.record(self.load(check), who, EventKind.RULED, content, submission)
        return Did.DONE

    def release(self, request: str, who: str, pack: export_files.Pack, held: Iterable[str], submission: str) -> None:
        """Store the encrypted pack of these checks and record the release. Locks the request first, as elsewhere."""
        self.load(request)
        held = list(held)
        export_files.put(self.tx, pack, [request, *held], self.now)
        about = {"pack": pack.number, "sha256": pack.sha256}
        for check in held:
            self.record(self.load(check), who, EventKind.RELEASED, about)
        if self.request(request).status is RequestStatus.OPEN:
            self._save(request, status=RequestStatus.RELEASED)
        self.record(self.load(request), who, EventKind.REQUEST_RELEASED, {**about, "held": held}, submission)

    def close(self, request: str, who: str, outcome: str, submission: str) -> Did:
        """Close the request with an outcome in words. Return STALE if somebody else closed it before."""
        opened = self.load(request)
        if self.is_repeat(submission):
            return Did.ALREADY
        if self.request(request).status is RequestStatus.CLOSED:
            return Did.STALE
        self._save(request, status=RequestStatus.CLOSED)
        self.record(opened, who, EventKind.REQUEST_CLOSED, {"outcome": outcome}, submission)
        return Did.DONE

    def steps(self, request: str, what: EventKind) -> tuple[Entry, ...]:
        """Return a request's events of this kind, oldest first. Their "held" lists the ids of the checks involved."""
        return tuple(entry for entry in self._history(request) if entry.what == what)

    def closing(self, request: str) -> Entry | None:
        """Return the event that closed the request, or None."""
        return latest(self._history(request), EventKind.REQUEST_CLOSED)

    def found(self, request: AccessRequest) -> tuple[str, ...]:
        """Return the ids of checks that may be about this person. Ask the gate before showing anything of them."""
        today = self.roster.week.day_of(self.now)
        who = Described(request.name, request.born, request.number)
        added = [step.content.get("check") for step in self.steps(request.id, EventKind.RECORD_ADDED)]
        return (*person_index.index(self.tx, self.keys, today).find(who, today), *map(str, added))

    def _history(self, request: str) -> tuple[Entry, ...]:
        return events.history(self.tx, request, checks.load(self.tx, self.keys, request).sealer)

    def _save(self, request: str, **values: Any) -> None:
        self.tx.execute(update(requests).where(requests.c.check_id == request).values(**values))


def load(tx: Connection, keys: Keyring, request: str) -> AccessRequest:
    """Return a request by id. Raises NoSuchCheck, also if the id is a check's."""
    opened = checks.load(tx, keys, request)
    row = tx.execute(select(requests).where(requests.c.check_id == request)).first()
    if row is None:
        raise NoSuchCheck(request)
    return _request(opened, row)


def recent(tx: Connection, keys: Keyring, since: date) -> Sequence[AccessRequest]:
    """Return requests that are open or were received since then, earliest due first, if their key still opens."""
    both = [tx.execute(select(requests).where(which)).all() for which in (_IS_OPEN, requests.c.received >= since)]
    rows = {row.check_id: row for rows in both for row in rows}
    ordered = sorted(rows.values(), key=lambda row: (row.due, row.check_id))
    return [found for row in ordered if (found := _opened(tx, keys, row)) is not None]


def pressing(tx: Connection) -> tuple[int, date | None]:
    """Return how many requests are open, and the earliest due date among those not extended."""
    first = func.min(requests.c.due).filter(~requests.c.extended)
    count, due = tx.execute(select(func.count(), first).select_from(requests).where(_IS_OPEN)).one()
    return int(count), due


def extended(tx: Connection) -> Sequence[str]:
    """Return the ids of open requests whose time limit was extended."""
    wanted = select(requests.c.check_id).where(_IS_OPEN, requests.c.extended)
    return sorted(tx.scalars(wanted))


def _opened(tx: Connection, keys: Keyring, row: Row[Any]) -> AccessRequest | None:
    try:
        return _request(checks.load(tx, keys, row.check_id), row)
    except (CannotOpen, NoSuchCheck):
        return None


def _request(opened: Opened, row: Row[Any]) -> AccessRequest:
    said = json.loads(opened.sealer.open(row.sealed, f"request:{row.check_id}"))
    return AccessRequest(
        id=row.check_id,
        ref=opened.check.ref,
        status=RequestStatus(row.status),
        received=row.received,
        due=row.due,
        extended=row.extended,
        **{key: said[key] for key in _ASKED},
    )


def rulings(entries: Iterable[Entry], request: str) -> dict[str, Ruling]:
    """Return the newest ruling for each item of a check, as recorded for this request."""
    found: dict[str, Ruling] = {}
    for entry in entries:
        said = entry.content
        if entry.what is EventKind.RULED and said.get("request") == request:
            passages = said.get("passages")
            listed = tuple(map(str, passages)) if isinstance(passages, list) else ()
            found[str(said.get("item"))] = Ruling(Choice(str(said["choice"])), str(said.get("reason") or ""), listed)
    return found


def is_not_them(ruled: Mapping[str, Ruling]) -> bool:
    """Return whether the newest ruling is that this check is about somebody else."""
    return NOT_THEM in ruled and ruled[NOT_THEM].choice is Choice.LEAVE_OUT


def undecided(found: Iterable[ReviewItem], ruled: Mapping[str, Ruling]) -> tuple[ReviewItem, ...]:
    """Return the items without a ruling."""
    return () if is_not_them(ruled) else tuple(item for item in found if item.key not in ruled)
