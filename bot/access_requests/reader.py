"""A request as one person who answers requests may see it: the checks found, and the decision about each item."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection

from bot.access_requests.modals import ReviewProgress
from bot.check_view import CheckView
from bot.context import Services
from bot.earlier_checks import let_through
from bot.permission import Act, may, may_answer_requests
from bot.records.export_contents import Part
from bot.records.items import items_of
from flows.events import EventKind
from flows.records.access_requests import AccessRequest, RequestStatus, ReviewItem, Ruling, due, given
from services import access_requests
from services.access_requests import Requests, is_not_them, rulings, undecided
from storage import person_index
from storage.errors import CannotOpen, NoSuchCheck


@dataclass(frozen=True, slots=True)
class Look:
    """One check of a request with its items, and the decisions made so far by item key."""

    view: CheckView
    items: tuple[ReviewItem, ...]
    ruled: dict[str, Ruling]

    @property
    def left(self) -> int:
        """Return the number of undecided items."""
        return len(undecided(self.items, self.ruled))

    @property
    def progress(self) -> ReviewProgress:
        return ReviewProgress(self.view.check, self.left, len(self.items), is_not_them(self.ruled))

    def parts(self) -> Iterator[Part]:
        """Yield the items that are given out, redacted as decided. Every item must be decided."""
        for item in () if is_not_them(self.ruled) else self.items:
            text = given(item, self.ruled[item.key])
            if text is not None:
                yield Part(item.title, item.author, item.at, text)


class RequestReader:
    """Requests as the person given to each method may see them; every check passes the access check."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def may(self, who: str) -> bool:
        return may_answer_requests(who, self._services.roster)

    def work(self, tx: Connection) -> Requests:
        return Requests(tx, self._services.keys, self._services.roster, self._services.clock.now())

    def today(self) -> date:
        return self._services.roster.week.day_of(self._services.clock.now())

    def ready(self) -> None:
        """Build the person index where there is none, so that read transactions can rely on it."""
        with self._services.write() as tx:
            person_index.index(tx, self._services.keys, self.today())

    def looks(self, tx: Connection, known: AccessRequest, who: str) -> list[Look]:
        """Return the checks found for a request that this person may give out."""
        found = let_through(self._services, tx, dict.fromkeys(self.work(tx).found(known)), who, Act.EXPORT)
        return [self.look(tx, known, each.check.id) for each in found]

    def listing(self, tx: Connection, known: AccessRequest, who: str) -> list[ReviewProgress]:
        """Return the checks found as rows of a modal, and record the find in each of them before it is shown (I21)."""
        looks = self.looks(tx, known, who)
        for each in looks:
            self._services.casework(tx).viewed(each.view.check.id, who, EventKind.FOUND)
        return [each.progress for each in looks]

    def look(self, tx: Connection, known: AccessRequest, check: str) -> Look:
        view = self._services.look(tx, check, history=True)
        return Look(view, items_of(view, known.name), rulings(view.entries, known.id))

    def known(self, tx: Connection, request: str, who: str) -> AccessRequest | None:
        """Return the request; None where there is none or this person may not answer requests."""
        try:
            return self.as_seen(tx, self.work(tx).request(request), who) if self.may(who) else None
        except (CannotOpen, NoSuchCheck):
            return None

    def as_seen(self, tx: Connection, known: AccessRequest, who: str) -> AccessRequest:
        """Return the request without what would reveal a record that this reader may not know of.

        A pack reveals that something was found; an extension, that it was much.
        """
        if known.status is RequestStatus.RELEASED and not self._shows(tx, known, who, EventKind.REQUEST_RELEASED, any):
            known = replace(known, status=RequestStatus.OPEN)
        if known.extended and not self._shows(tx, known, who, EventKind.REQUEST_EXTENDED, all):
            known = replace(known, extended=False, due=due(known.received, self._services.roster.week.works))
        return known

    def _shows(
        self,
        tx: Connection,
        known: AccessRequest,
        who: str,
        what: EventKind,
        quantity: Callable[[Iterable[bool]], bool],
    ) -> bool:
        """Return whether this reader may see a step, such as a release, by the checks it was made with.

        quantity: `any` where knowing one of them is enough, `all` where the reader must know them all. Whoever made the
        step may always see it.
        """
        act = Act.EXPORT if quantity is any else Act.KNOW
        for step in self.work(tx).steps(known.id, what):
            held = step.content.get("held")
            subjects = [self._services.listed(tx, str(one)) for one in held] if isinstance(held, list) else []
            there = [each for each in subjects if each is not None]  # the others were erased
            if step.who == who or quantity(may(each, who, act, self._services.roster) for each in there):
                return True
        return False

    def first_due(self, tx: Connection, first: date | None, who: str) -> date | None:
        """Return the first day on which a request is due, as this reader sees it; None where none is.

        first: the first day among the requests that were not extended.
        """
        longer = (self.known(tx, one, who) for one in access_requests.extended(tx))
        return min((*filter(None, [first]), *(each.due for each in longer if each)), default=None)

    def is_open(self, tx: Connection, known: AccessRequest, who: str) -> bool:
        """Return whether this reader has work left: the request is open, or its closer could not see all of it."""
        closing = self.work(tx).closing(known.id)
        if known.status is not RequestStatus.CLOSED or closing is None:
            return True
        left = (each.view.check for each in self.looks(tx, known, who) if each.left)
        return any(check.started_at <= closing.at and not self._could(tx, check.id, closing.who) for check in left)

    def _could(self, tx: Connection, check: str, who: str) -> bool:
        return may(self._services.subject(tx, check), who, Act.EXPORT, self._services.roster)

    def reach(self, tx: Connection, request: str, check: str, who: str) -> tuple[AccessRequest | None, Look | None]:
        """Return the request and one check of it, each None where this person may not have it.

        The check must have been found for, or added to, the request.
        """
        known = self.known(tx, request, who)
        if known is None or check not in self.work(tx).found(known):
            return known, None
        through = let_through(self._services, tx, [check], who, Act.EXPORT)
        return known, self.look(tx, known, check) if through else None
