"""What all use cases share: one transaction's work on checks and cases.

A use case loads a check with its row locked, changes it, records an event, and marks the messages that show it as due.
All of it is committed, or none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import Connection

from flows.case import SYSTEM, Case, CaseStatus, Check, CheckStatus
from flows.checklist import CHECKLIST
from flows.engine.outcome import decide
from flows.engine.replay import replay
from flows.events import STANDS_FOR, EventKind, OutboxKind
from flows.model import Urgency
from flows.paging.roster import Roster, able, skipped
from storage import cases, checks, cover, events, old_messages, outbox
from storage.checks import Opened
from storage.crypto.envelope import Keyring

ASK_AGAIN_AFTER = timedelta(seconds=60)
"""Asking again sooner than this after a page counts as a double click."""

_URGENT = (Urgency.P0, Urgency.P1)
_TRIES_WORTH_A_SOUND = (1, 2)
"""Numbers of unanswered asks after which the reporter is told, with a notification, to phone for help themselves."""
ANOTHER_PLAN = {"plan_stands": False, "reporter_agreed_at": None, "disagreed": False}
"""The columns that invalidate the plan, after something the plan did not know of: it must be made and agreed again
(policy 4.2).
"""


_NAMES_PEOPLE = ("asked", "skipped", "instead_of", "options")
"""Keys of an event's content that may have people's ids; an option of a question that is none is nobody's."""


class NewerWords(Exception):
    """What would be recorded stands in the place of words newer than those it was written over. Nothing is saved.

    entry: the id of the newest of them.
    """

    def __init__(self, entry: int) -> None:
        super().__init__()
        self.entry = entry


class Service:
    """The shared parts. `now` is one moment for the whole transaction.

    opened_on: the newest entry of the check when the window was opened in which it was typed; None where nothing was.
    """

    def __init__(
        self, tx: Connection, keys: Keyring, roster: Roster, now: datetime, opened_on: int | None = None
    ) -> None:
        self.tx = tx
        self.keys = keys
        self.roster = roster
        self.now = now
        self.opened_on = opened_on

    def load(self, check: str) -> Opened:
        """Return a check with its row locked. Raises NoSuchCheck."""
        return checks.load(self.tx, self.keys, check, lock=True)

    def case(self, opened: Opened) -> Case | None:
        """Return the check's case with its row locked, or None."""
        return cases.find(self.tx, opened, lock=True)

    def record(
        self, opened: Opened, who: str, what: EventKind, content: Mapping[str, object], request: str | None = None
    ) -> int:
        """Record an event, with who its author is now and whom it names. Return its id.

        Raises NewerWords where it would stand in the place of an entry that its author did not see.
        """
        if self.opened_on is not None and who != SYSTEM:
            newest = events.newest_among(self.tx, opened.check.id, STANDS_FOR.get(what, frozenset()))
            if newest > self.opened_on:
                raise NewerWords(newest)
        if opened.is_shrunk and what.properties.is_change:
            old_messages.has_changed(self.tx, opened.check.id)
        signed = None if who == SYSTEM and not _named(content) else self.roster.signature(who, _named(content))
        made = events.append(self.tx, opened.check.id, opened.sealer, self.now, who, what, content, request, signed)
        if self.opened_on is not None:  # What is recorded in one submission is not newer than it.
            self.opened_on = max(self.opened_on, made)
        return made

    def is_repeat(self, request: str | None) -> bool:
        """Return whether this request was carried out before."""
        return request is not None and events.is_repeat(self.tx, request)

    def show_reporter(self, opened: Opened) -> None:
        """Mark the reporter's card as due."""
        outbox.mark_due(self.tx, opened.check.id, self.now, OutboxKind.CARD)

    def record_and_notify(
        self, opened: Opened, who: str, what: EventKind, content: Mapping[str, object], request: str | None = None
    ) -> int:
        """Record an event of a case, make every message that shows it due (card, pages, thread), return its id."""
        event = self.record(opened, who, what, content, request)
        shown = [OutboxKind.CARD, OutboxKind.PAGE, OutboxKind.NOTICE]
        if what.properties.ends_case:
            shown += [OutboxKind.LINE, OutboxKind.OLD_PAGE, OutboxKind.REMINDER]
        outbox.mark_due(self.tx, opened.check.id, self.now, *shown)
        if what.properties.adds_line(content):
            self._add_line(opened, event)
        if what.properties.tells_reporter:
            self.notify(opened, event)
        return event

    def set_aside(self, check: str, who: str, content: Mapping[str, object], request: str) -> int:
        """Record what somebody typed without putting it in the place of anything. Return the entry's id.

        request: of the submission, which may still save it: so the entry is kept under another name.
        """
        once = sha256(f"aside:{request}".encode()).hexdigest()
        opened = self.load(check)
        add = self.record if self.case(opened) is None else self.record_and_notify
        return events.of_request(self.tx, once) or add(opened, who, EventKind.SET_ASIDE, content, once)

    def notify(self, opened: Opened, event: int) -> None:
        """Tell the reporter of an event in a message of its own, which causes a notification."""
        check = opened.check
        outbox.put(self.tx, f"notice:{event}", OutboxKind.NOTICE, check.reporter, self.now, check=check.id, event=event)

    def _add_line(self, opened: Opened, event: int) -> None:
        """Post a line in each thread of the case: the channel's or, in a conflict, each person's own."""
        check = opened.check.id
        case = self.case(opened)
        if case is None:
            return
        targets = self._direct(case) if case.dm_only else (self.roster.channel,)
        for target in targets:
            outbox.put(self.tx, f"line:{event}:{target}", OutboxKind.LINE, target, self.now, check=check, event=event)

    def _direct(self, case: Case) -> tuple[str, ...]:
        allowed = self.allowed(case)
        return tuple(self.roster.slack[person] for person in case.asked if person in allowed)

    def allowed(self, case: Case) -> tuple[str, ...]:
        """Return the ids of the people who may know of this case. Never empty: somebody must be able to help (I13)."""
        return self.roster.may_know(case.check, case.left_out)

    def _not_there(self) -> tuple[frozenset[str], frozenset[str]]:
        """Return the ids of people whom escalation skips today, and of those among them whose account is closed."""
        return cover.absent(self.tx, self.roster.week.day_of(self.now)), cover.unreachable(self.tx)

    def able(self, case: Case) -> tuple[str, ...]:
        """Return the ids of those who may know of this case and can answer."""
        return able(self.allowed(case), *self._not_there())

    def raise_case(self, opened: Opened, *, content_free: bool = False) -> None:
        """Open a case and page the first people, or ask again if it became more urgent. It never becomes less."""
        urgency = urgency_of(opened.check)
        case = self.case(opened)
        if case is None:
            self._open_case(opened, urgency, content_free=content_free)
        elif urgency < case.urgency and case.status is not CaseStatus.CLOSED:
            self._make_more_urgent(opened, case, urgency)

    def _open_case(self, opened: Opened, urgency: Urgency, *, content_free: bool) -> None:
        check = opened.check
        out = checks.people_left_out(self.tx, check.id)
        people = self.roster.first_asked(check, out, *self._not_there())
        in_channel = not content_free and not self._is_conflict(opened)
        answer_by = self.roster.answer_by(urgency, self.now)
        cases.add(
            self.tx,
            check.id,
            urgency=urgency,
            raised_at=self.now,
            answer_by=answer_by,
            asks=1,
            tries=1,
            asked_at=self.now,
            needed_at=self.now,
            next_page_at=answer_by,
            dm_only=not in_channel,
            content_free=content_free,
        )
        asked = _asked(people, self.roster.first_asked(check, out))
        self.record(opened, SYSTEM, EventKind.RAISED, {"urgency": urgency, **asked})
        self.page(opened, people, 1, channel=in_channel)
        if self.roster.uses_second_channel(urgency, 0):
            self.ask_elsewhere(opened, people, 1)

    def settle_who_may_know(self, opened: Opened) -> None:
        """Apply a new answer to S2 after people were paged: leave people out, and ask others if needed."""
        case = self.case(opened)
        if case is None or case.status is CaseStatus.CLOSED:
            return
        may = self.allowed(case)
        changes: dict[str, object] = {
            "dm_only": case.dm_only or self._is_conflict(opened),
            "content_free": False,
        }
        lost_leader = case.led_by is not None and case.led_by not in may
        cases.save(self.tx, opened.check.id, **changes)
        if lost_leader:
            self.needs_a_lead(opened)
        elif case.led_by is None and not self.is_asked(case, may):
            self.ask_again(opened)
        self._ask_independent(opened, may)
        self.keep_in_reach(opened)

    def is_asked(self, case: Case, people: Iterable[str]) -> bool:
        """Return whether the newest ask pages any of these people directly; an older ask does not count."""
        targets = outbox.are_asked(self.tx, case.check.id, case.asks)
        return any(self.roster.slack[person] in targets for person in people)

    def keep_in_reach(self, opened: Opened) -> None:
        """Give the lead, or those who were asked, their own page if the shared channel no longer has one."""
        case = self.case(opened)
        if case is None or not case.dm_only or case.status is CaseStatus.CLOSED:
            return
        leads = () if case.led_by is None else (case.led_by,)
        there = [person for person in leads or case.asked if person in self.allowed(case)]
        left = tuple(one for one in there if not outbox.has_page(self.tx, opened.check.id, self.roster.slack[one]))
        if leads and left:
            cases.save(self.tx, opened.check.id, asks=case.asks + 1)
        if left:
            self.page(opened, left, case.asks + len(leads), channel=False)

    def _ask_independent(self, opened: Opened, may: tuple[str, ...]) -> None:
        """Page the independent contact too, if reachable, in a conflict: a lead is, or may be, part of the concern."""
        case, independent = self.case(opened), self.roster.people.independent
        absent, _ = self._not_there()
        if case is not None and self._is_conflict(opened) and independent in set(may) - set(case.asked) - absent:
            self.page(opened, (independent,), case.asks, channel=False)

    def _is_conflict(self, opened: Opened) -> bool:
        """Return whether anybody is, or may have to be, left out: such a case never appears in the shared channel."""
        out = checks.people_left_out(self.tx, opened.check.id)
        return bool(out) or opened.check.answers.get("S2") != ("no",)

    def _make_more_urgent(self, opened: Opened, case: Case, urgency: Urgency) -> None:
        """Raise the urgency of a case. It needs an answer again, even if somebody leads it."""
        cases.save(self.tx, case.check.id, urgency=urgency, **ANOTHER_PLAN if case.plan_round else {})
        self.record_and_notify(opened, SYSTEM, EventKind.ESCALATED, {"urgency": urgency})
        self.needs_a_lead(opened)

    def needs_a_lead(self, opened: Opened) -> None:
        """Remove the lead and ask for another, from the second step of escalation, until somebody leads."""
        cases.save(self.tx, opened.check.id, **self._without_lead(opened))
        self.ask_again(opened)

    def _without_lead(self, opened: Opened) -> dict[str, object]:
        """Return the columns of a case that needs a lead from now on and has had no ask for one."""
        led = {"status": CaseStatus.OPEN, "led_by": None, "led_at": None, "remind_at": None}
        answer_by = self.roster.answer_by(self._urgency(opened), self.now)
        return led | {"tries": 0, "needed_at": self.now, "answer_by": answer_by}

    def ask_again(self, opened: Opened) -> None:
        """Page the next people of the escalation policy; its last step repeats for ever.

        An ask about a case that somebody leads does not count as a new try.
        """
        case = self.case(opened)
        if case is None or case.status is CaseStatus.CLOSED:
            return
        self._ask_step(opened, case, case.tries + 1)

    def ask_instead(self, opened: Opened, case: Case) -> None:
        """Page people in place of those who can answer no more: the same step of the policy, as it is filled now."""
        self._ask_step(opened, case, max(case.tries, 1))

    def _ask_step(self, opened: Opened, case: Case, tries: int) -> None:
        """Page the people of one step of the escalation policy. tries: how many asks for a lead this makes."""
        skips_first = case.needed_at > case.raised_at  # its people led it or were asked before
        step = tries - 1 + skips_first
        turn = (case.urgency, step, self.allowed(case), self.now)
        people, following = self.roster.next_ask(*turn, *self._not_there(), needed_at=case.needed_at)
        usual, _ = self.roster.next_ask(*turn)
        asks = case.asks + 1
        changes: dict[str, object] = {"asks": asks, "asked_at": self.now}
        if case.status is CaseStatus.OPEN:
            changes |= {"next_page_at": following, "tries": tries}
        cases.save(self.tx, case.check.id, **changes)
        event = self.record_and_notify(opened, SYSTEM, EventKind.ASKED_AGAIN, {**_asked(people, usual), "ask": asks})
        if tries > case.tries and self._is_worth_a_sound(opened, case):
            self.notify(opened, event)
        self.page(opened, people, asks, channel=not case.dm_only)
        if self.roster.uses_second_channel(case.urgency, step):
            self.ask_elsewhere(opened, people, asks)

    @staticmethod
    def _is_worth_a_sound(opened: Opened, case: Case) -> bool:
        """Return whether to notify the reporter that nobody has answered yet, so that they phone for help."""
        is_open = case.status is CaseStatus.OPEN and not opened.check.is_drill
        return is_open and case.urgency in _URGENT and case.tries in _TRIES_WORTH_A_SOUND

    def reopen_case(self, opened: Opened, who: str, content: Mapping[str, object], request: str | None = None) -> None:
        """Reopen a closed case. A lead who reopens it leads it; if the reporter does, it needs a lead."""
        by = self.roster.person_at(who) if who != opened.check.reporter else None
        changes = self._without_lead(opened)
        if by is not None:
            plan_by = self.roster.plan_by(self._urgency(opened), self.now)
            changes = {"status": CaseStatus.LED, "led_by": by, "led_at": self.now, "next_page_at": plan_by}
        cases.save(self.tx, opened.check.id, **changes, closed_at=None, plan_stands=False)
        checks.save(self.tx, opened, self.now, status=CheckStatus.SENT)
        self.record_and_notify(opened, who, EventKind.REOPENED, content, request)

    def _urgency(self, opened: Opened) -> Urgency:
        case = self.case(opened)
        return case.urgency if case else Urgency.P2

    def page(self, opened: Opened, people: tuple[str, ...], ask: int, *, channel: bool, mark: str = "") -> None:
        """Queue a page to each of these people and, if `channel`, to the leads' channel.

        mark: makes it another than one that was queued for the same ask.
        """
        check = opened.check.id
        cases.ask(self.tx, check, people, ask)
        targets = [self.roster.slack[person] for person in people]
        for target in [*([self.roster.channel] if channel else []), *targets]:
            outbox.retire_pages(self.tx, check, target, self.now)
            key = f"page:{check}:{ask}:{target}{mark}"
            outbox.put(self.tx, key, OutboxKind.PAGE, target, self.now, check=check, ask=ask)
        outbox.mark_due(self.tx, check, self.now, OutboxKind.CARD)

    def ask_elsewhere(self, opened: Opened, people: Iterable[str], ask: int, *, refused: bool = False) -> None:
        """Queue a message to these people by each of their ways other than Slack, once for each ask.

        refused: Slack did not accept the page. A message that has left already said to open Slack, so another says so.
        """
        check = opened.check.id
        for person in people:
            target = self.roster.slack[person]
            for via in self.roster.ways.get(person, ()):
                key = f"alert:{check}:{ask}:{target}:{via}"
                if refused and outbox.has_left(self.tx, key):
                    key += ":refused"
                outbox.put_elsewhere(self.tx, key, OutboxKind.ALERT, target, via, self.now, check=check, ask=ask)

    def not_taken(self, check: str, target: str, ask: int) -> None:
        """Ask the person another way at once, because Slack did not accept their page (I19)."""
        person = self.roster.person_at(target)
        opened = self.load(check)
        case = self.case(opened)
        if person is not None and case is not None and person in self.allowed(case):
            self.ask_elsewhere(opened, (person,), ask, refused=True)


def _named(content: Mapping[str, object]) -> tuple[str, ...]:
    """Return the organisation ids of people in an event's content: who was asked, passed over, followed or left out."""
    values = (content[key] for key in _NAMES_PEOPLE if key in content)
    return tuple(str(one) for value in values for one in ([value] if isinstance(value, str) else _listed(value)))


def _listed(value: object) -> Iterable[object]:
    return value if isinstance(value, list | tuple) else ()


def urgency_of(check: Check) -> Urgency:
    """Return how urgent a check is that needs a lead: of CONSULT, a worry or what is not known yet is P2, else P3.

    By the answers as they stand, never below the level once raised (I11).
    """
    ended = check.status is not CheckStatus.DRAFT
    return decide(CHECKLIST, replay(CHECKLIST, check.answers, check.level, ended=ended)).urgency


def _asked(people: tuple[str, ...], usual: tuple[str, ...]) -> dict[str, object]:
    """Return the event's content: who is asked, and whose step was skipped because nobody on it is available."""
    away = skipped(usual, people)
    return {"asked": list(people), **({"skipped": list(away)} if away else {})}
