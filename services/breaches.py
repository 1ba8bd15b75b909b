"""What is done about a possible personal data breach: who is asked, how often, and what they record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from flows.breach import KNOWN_AT, Breach, breach_of, changes
from flows.case import SYSTEM, CaseStatus, Did
from flows.events import EventKind, OutboxKind
from services.transaction import Service
from storage import breaches, checks, events, outbox
from storage.checks import Opened
from storage.errors import NoSuchCheck


class Breaches(Service):
    """The use cases of a possible breach. The bot's gate has checked the permission of whoever acts."""

    def keep_up(self, opened: Opened, *, is_shown: bool) -> None:
        """Note a breach that the answers show, and ask the data protection lead about it, once they may be told.

        is_shown: the answers show one now. One that was noted stays.
        """
        check = opened.check
        asks = breaches.asks(self.tx, check.id)
        if asks is None and is_shown:
            known_at = check.paper_at or check.started_at
            breaches.add(self.tx, check.id, self.now, known_at, self._next_ask())
            self.record_and_notify(opened, SYSTEM, EventKind.BREACH_SHOWN, {KNOWN_AT: known_at.isoformat()})
            asks = 0
        if asks == 0:
            self._ask_data_protection(opened)

    def _ask_data_protection(self, opened: Opened) -> None:
        """Ask for the first time, in Slack and by every other way."""
        target = self._data_protection(opened)
        if target is not None:
            self._ask(opened, (target,), 1)

    def _data_protection(self, opened: Opened) -> str | None:
        """Return the Slack id of the data protection lead, where they may be told and can answer."""
        named, out = self.roster.data_protection, checks.people_left_out(self.tx, opened.check.id)
        is_there = named is not None and named[0] not in self._not_there()[0]
        return self.roster.told_of_breach(opened.check, out) if is_there else None

    def look_after(self, opened: Opened) -> None:
        """Ask the leads now where the data protection lead, who was asked last, can answer no more."""
        check, named = opened.check.id, self.roster.data_protection
        asked = events.newest_entry(self.tx, check, opened.sealer, EventKind.BREACH_ASKED)
        waits = asked is not None and named is not None and named[1] in _listed(asked.content.get("to"))
        if waits and self._data_protection(opened) is None and breaches.asks(self.tx, check):
            breaches.save(self.tx, check, next_ask_at=self.now)

    def _ask(self, opened: Opened, targets: tuple[str, ...], number: int) -> None:
        check, to = opened.check.id, self._data_protection(opened)
        breaches.save(self.tx, check, asks=number, next_ask_at=self._next_ask())
        self.record(opened, SYSTEM, EventKind.BREACH_ASKED, {"to": list(targets), "ask": number})
        outbox.mark_due(self.tx, check, self.now, OutboxKind.BREACH)
        for target in targets:
            key = f"breach:{check}:{number}:{target}"
            outbox.put(self.tx, key, OutboxKind.BREACH, target, self.now, check=check, ask=number)
        named = self.roster.data_protection
        for via in self.roster.ways.get(named[0], ()) if named and to else ():
            key = f"breach:{check}:{number}:{to}:{via}"
            outbox.put_elsewhere(self.tx, key, OutboxKind.BREACH_ALERT, str(to), via, self.now, check=check, ask=number)

    def _next_ask(self) -> datetime:
        """Return when it is asked about again: every morning, of any day, because the 72 hours do not rest either."""
        return self.roster.daytime.next_opening(self.now)

    def ask_due(self, check: str) -> None:
        """Ask again, if that is still due: the data protection lead, and whoever leads the case.

        Where there is neither, whoever may lead it: nobody else is there to see to it.
        """
        opened = self.load(check)
        if not breaches.is_due(self.tx, check, self.now):
            return
        breach = self.find(opened)
        case = self.case(opened)
        if breach is None or not breach.open_parts or case is None or case.status is CaseStatus.CLOSED:
            breaches.save(self.tx, check, next_ask_at=None)
            return
        leader = self.roster.slack.get(case.led_by or "") if case.led_by in self.allowed(case) else None
        asked = tuple(dict.fromkeys(one for one in (self._data_protection(opened), leader) if one))
        targets = asked or tuple(self.roster.slack[one] for one in self.able(case))
        if targets:
            self._ask(opened, targets, (breaches.asks(self.tx, check) or 0) + 1)
        else:
            breaches.save(self.tx, check, next_ask_at=self._next_ask())

    def find(self, opened: Opened) -> Breach | None:
        """Return the breach of a check as it is known now; None where it shows none."""
        if not breaches.is_there(self.tx, opened.check.id):
            return None
        return breach_of(events.history(self.tx, opened.check.id, opened.sealer))

    def write(self, check: str, who: str, given: Mapping[str, str], request: str) -> Did:
        """Record what this form says anew, see flows/breach.py. STALE where the check shows no breach."""
        try:
            opened = self.load(check)
        except NoSuchCheck:
            return Did.STALE
        breach = self.find(opened)
        if breach is None:
            return Did.STALE
        said = changes(breach, given)
        if self.is_repeat(request) or not said:
            return Did.ALREADY
        self.record_and_notify(opened, who, EventKind.BREACH_RECORDED, said, request)
        outbox.mark_due(self.tx, check, self.now, OutboxKind.BREACH)
        self._follow(opened)
        return Did.DONE

    def _follow(self, opened: Opened) -> None:
        """Bring the columns up to date with the record."""
        breach = self.find(opened)
        if breach is None:
            return
        is_settled = not breach.open_parts
        breaches.save(
            self.tx,
            opened.check.id,
            known_at=breach.known_at,
            settled_at=self.now if is_settled else None,
            next_ask_at=None if is_settled else self._next_ask(),
        )


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []
