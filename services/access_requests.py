"""Subject access requests: opened, looked through item by item, released, each step in the record.

A request has a record of its own beside the checks: a reference, a key, and events. What is decided of a check's items
stands in that check's record, sealed with its key, and goes with it when it is erased.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, func, insert, or_, select, update

from flows.case import CheckStatus, Entry
from flows.checklist import CHECKLIST
from flows.events import EventKind
from flows.records import access_requests
from flows.records.access_requests import AccessRequest, Choice, RequestStatus, ReviewItem, Ruling
from flows.records.matching import Described
from services.transaction import Did, Service
from storage import checks, events, export_files, person_index
from storage.checks import Opened
from storage.crypto.envelope import Keyring, padded
from storage.errors import CannotOpen, NoSuchCheck
from storage.events import SYSTEM
from storage.tables import requests

_ASKED = ("name", "born", "number", "asked_by")
NOT_THEM = "not_them"
"""Stands for every item of a check: it is about somebody else."""


class Requests(Service):
    """What those who answer requests do; who they are, the gate has decided before."""

    def open(self, who: str, asked: Mapping[str, str], received: date, request: str) -> AccessRequest:
        """A new request. The same submission again opens no second."""
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
        """A request by id. Raises NoSuchCheck, also where the id is a check's."""
        return load(self.tx, self.keys, request)

    def viewed(self, request: str, who: str) -> None:
        """Somebody looks. Before anything is shown."""
        self.record(self.load(request), who, EventKind.REQUEST_VIEWED, {})

    def looked_through(self, request: AccessRequest, check: str, who: str) -> None:
        """Somebody opens the items of a check. Before anything is shown."""
        self.record(self.load(check), who, EventKind.OPENED_ITEMS, {"request": request.ref})

    def extend(
        self, request: str, who: str, reason: str, submission: str, held: Iterable[str] = (), *, again: bool = False
    ) -> Did:
        """Two months more, once, with a reason that the person who asked is told (UK GDPR article 12).

        held: checks that this person found for it. again: they may not know that somebody added them before.
        STALE: they were added by somebody else, or the request is closed; this reason is not kept.
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
        """A record that the index did not find, by somebody who knows that it is about this person."""
        if self.is_repeat(submission) or check in self.found(request):
            return Did.ALREADY
        self.record(self.load(request.id), who, EventKind.RECORD_ADDED, {"check": check}, submission)
        return Did.DONE

    def rule(self, request: AccessRequest, check: str, who: str, item: str, ruling: Ruling, submission: str) -> Did:
        """Include, redact or leave out one item, or with NOT_THEM all of a check. The newest ruling counts."""
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
        """A pack was made of these checks. content: encrypted already. The request is locked first, as elsewhere."""
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
        """It was answered, or there was nothing to give; in words. STALE: somebody else closed it before."""
        opened = self.load(request)
        if self.is_repeat(submission):
            return Did.ALREADY
        if self.request(request).status is RequestStatus.CLOSED:
            return Did.STALE
        self._save(request, status=RequestStatus.CLOSED)
        self.record(opened, who, EventKind.REQUEST_CLOSED, {"outcome": outcome}, submission)
        return Did.DONE

    def steps(self, request: str, what: EventKind) -> tuple[Entry, ...]:
        """What was done of this kind with a request, oldest first. "held" in it: ids of the checks it was done with."""
        return tuple(entry for entry in self._history(request) if entry.what == what)

    def closing(self, request: str) -> Entry | None:
        """When it was closed and by whom; None where it is not."""
        return events.latest(self._history(request), EventKind.REQUEST_CLOSED)

    def found(self, request: AccessRequest) -> tuple[str, ...]:
        """Ids of checks that may be about this person. Nothing of it is shown before the gate has been asked."""
        today = self.roster.week.day_of(self.now)
        who = Described(request.name, request.born, request.number)
        added = [step.content.get("check") for step in self.steps(request.id, EventKind.RECORD_ADDED)]
        return (*person_index.index(self.tx, self.keys, today).find(who, today), *map(str, added))

    def _history(self, request: str) -> tuple[Entry, ...]:
        return events.history(self.tx, request, checks.load(self.tx, self.keys, request).sealer)

    def _save(self, request: str, **values: Any) -> None:
        self.tx.execute(update(requests).where(requests.c.check_id == request).values(**values))


def load(tx: Connection, keys: Keyring, request: str) -> AccessRequest:
    """A request by id. Raises NoSuchCheck, also where the id is a check's."""
    opened = checks.load(tx, keys, request)
    row = tx.execute(select(requests).where(requests.c.check_id == request)).first()
    if row is None:
        raise NoSuchCheck(request)
    return _request(opened, row)


def recent(tx: Connection, keys: Keyring, since: date) -> Sequence[AccessRequest]:
    """Requests that are not closed, or came in since then; the first due first. None of those whose key is gone."""
    wanted = or_(requests.c.status != RequestStatus.CLOSED, requests.c.received >= since)
    rows = tx.execute(select(requests).where(wanted).order_by(requests.c.due, requests.c.check_id)).all()
    return [found for row in rows if (found := _opened(tx, keys, row)) is not None]


def pressing(tx: Connection) -> tuple[int, date | None]:
    """How many requests are not closed, and when the first is due of those that nobody added two months to."""
    first = func.min(requests.c.due).filter(~requests.c.extended)
    count, due = tx.execute(select(func.count(), first).where(requests.c.status != RequestStatus.CLOSED)).one()
    return int(count), due


def extended(tx: Connection) -> Sequence[str]:
    """Ids of requests that are not closed and were given two months more."""
    wanted = select(requests.c.check_id).where(requests.c.status != RequestStatus.CLOSED, requests.c.extended)
    return tx.scalars(wanted.order_by(requests.c.check_id)).all()


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
    """What was decided in a check's record for this request, by item; the newest counts."""
    found: dict[str, Ruling] = {}
    for entry in entries:
        said = entry.content
        if entry.what is EventKind.RULED and said.get("request") == request:
            passages = said.get("passages")
            listed = tuple(map(str, passages)) if isinstance(passages, list) else ()
            found[str(said.get("item"))] = Ruling(Choice(str(said["choice"])), str(said.get("reason") or ""), listed)
    return found


def is_not_them(ruled: Mapping[str, Ruling]) -> bool:
    """Whether a lead found this check to be about somebody else, and has not thought better of it since."""
    return NOT_THEM in ruled and ruled[NOT_THEM].choice is Choice.LEAVE_OUT


def undecided(found: Iterable[ReviewItem], ruled: Mapping[str, Ruling]) -> tuple[ReviewItem, ...]:
    """Items without a ruling."""
    return () if is_not_them(ruled) else tuple(item for item in found if item.key not in ruled)
