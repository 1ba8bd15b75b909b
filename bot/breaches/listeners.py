"""Listeners of a possible breach: its window, what is recorded in it, and the log. Each asks the gate first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from slack_bolt import App
from sqlalchemy import Connection

from bot.breaches import modals
from bot.context import Services
from bot.permission import Act, Subject, may, may_see_breaches
from bot.slack import block_kit
from bot.slack.listeners import Answer, Listeners, close, errors
from bot.slack.payloads import Press, Sent
from bot.slack.replies import Replies
from flows.breach import ACCOUNT, KNOWN_AT, NOT_YET, PART_ANSWERS, BreachPart, breach_of
from flows.case import Did
from flows.events import EventKind
from flows.sentences import says_something
from storage import breaches

NOT_FOUND = "This card is out of date. There is nothing to do here."
CHANGED = "This check has changed. Nothing was saved here. Close this and look again."
SAY_HOW = "Please write how, or why not, in a few words."
TOO_LATE = "That is still to come. When did they know?"


class BreachWork:
    """Access to breaches for leads and, as far as breach work needs, for the data protection lead."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def open(self, press: Press) -> block_kit.Block | str:
        """Record the opening (I21) and return the window; words where there is nothing for this person."""
        with self._services.write() as tx:
            if not self._may(tx, press.check, press.user.id):
                return NOT_FOUND
            self._services.casework(tx).viewed(press.check, press.user.id, EventKind.OPENED_BREACH)
            view = self._services.look(tx, press.check, history=True)
        found = breach_of(view.entries)
        return modals.breach(view, view.case, found) if found and view.case else NOT_FOUND

    def _may(self, tx: Connection, check: str, who: str) -> bool:
        subject = self._services.subject(tx, check, lock=True)
        return subject is not None and subject.is_breach and may(subject, who, Act.BREACH, self._services.roster)

    def save(self, sent: Sent) -> Answer:
        """Record what was said. Refuse an answer without words, and a moment that is still to come."""
        known_at = sent.moment(KNOWN_AT)
        if known_at is not None and known_at > self._services.clock.now():
            return errors({KNOWN_AT: TOO_LATE})
        given = _given(sent)
        if known_at is not None:
            given[KNOWN_AT] = known_at.isoformat()
        if silent := {part.how: SAY_HOW for part in BreachPart if _is_bare(given, part)}:
            return errors(silent)
        with self._services.write() as tx:
            if not self._may(tx, sent.check, sent.user.id):
                return errors({ACCOUNT: CHANGED})
            did = self._services.breaches(tx).write(sent.check, sent.user.id, given, sent.request)
        return errors({ACCOUNT: CHANGED}) if did is Did.STALE else close()

    def log(self, press: Press) -> block_kit.Block | str | None:
        """Return the log of the breaches this person may know of; None for those who have none."""
        return self.log_of(press.user.id)

    def log_of(self, who: str) -> block_kit.Block | None:
        """Record the opening in every breach that is shown (I21), and return the log."""
        if not may_see_breaches(who, self._services.roster):
            return None
        with self._services.write() as tx:
            known = self._known(tx, who)
            found = list(islice(self._logged(tx, known, who), modals.MOST_LISTED))
            return modals.log(found, self._services.clock.now(), more=next(known, None) is not None)

    def _known(self, tx: Connection, who: str) -> Iterator[Subject]:
        """Yield the checks that show a breach and that this person may know of."""
        for check in breaches.ids(tx):
            subject = self._services.listed(tx, check)
            if subject is None or subject.case is None or not may(subject, who, Act.BREACH, self._services.roster):
                continue
            yield subject

    def _logged(self, tx: Connection, known: Iterable[Subject], who: str) -> Iterator[modals.Logged]:
        """Yield what the log says of each, whose opening is recorded first."""
        for subject in known:
            check = subject.check.id
            breach = breach_of(self._services.look(tx, check, history=True).entries)
            if breach is not None and subject.case is not None:
                self._services.casework(tx).viewed(check, who, EventKind.OPENED_BREACH_LOG)
                yield modals.Logged(check, subject.check.ref, subject.case, breach)


def _given(sent: Sent) -> dict[str, str]:
    """Return the answers and words of the form by key; an answer that is no option is none."""
    given = {ACCOUNT: sent.typed(ACCOUNT, modals.LONGEST)}
    for part in BreachPart:
        answer = next(iter(sent.chosen(part)), "")
        given |= {part: answer if answer in PART_ANSWERS[part] else "", part.how: sent.typed(part.how, modals.LONGEST)}
    return given


def _is_bare(given: dict[str, str], part: BreachPart) -> bool:
    return given[part] not in ("", NOT_YET) and not says_something(given[part.how])


def register(app: App, services: Services, replies: Replies) -> BreachWork:
    """Register the buttons and the modal; return the work, for the other way to the log."""
    work, on = BreachWork(services), Listeners(app, replies)
    on.opens("breach", work.open)
    on.opens("breach_log", work.log)
    on.submission("breach", work.save)
    return work
