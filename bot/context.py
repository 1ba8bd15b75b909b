"""What every listener is given: the organisation, the database, the keys and the clock, and how a check is read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event

from sqlalchemy import Connection

from bot.check_view import CheckView
from bot.clock import Clock
from bot.config.organisation import Organisation
from bot.findings import LastFindings
from bot.monitoring.conditions import ConditionsSeen
from bot.monitoring.metrics import Meters
from bot.permission import Subject, may_know_unreadable
from flows.case import Case, CaseStatus, Check, Entry, Told, latest
from flows.events import WHO_IS_ON_IT, EventKind, OutboxKind
from flows.paging.roster import Roster, able
from flows.records.recorded import Recorded
from services.breaches import Breaches
from services.casework import Casework
from services.due_times import DueTimes
from services.judge import TableJudge
from services.leavers import Leavers
from services.reporting import Reporting
from storage import breaches, cases, checks, cover, events, outbox, unreadable
from storage.checks import Opened
from storage.crypto.envelope import Keyring
from storage.engine.database import Database
from storage.errors import CannotOpen, NoSuchCheck
from storage.proof.seal import SealWatch
from storage.proof.signed_note import SealKey
from storage.replays import Replays

_FIRST_QUESTIONS = frozenset({"S1", "S2"})
"""While no more than these are answered, the card says who will be asked."""


class WakeUp:
    """Wakes everybody who listens: each has an event of their own, to be cleared without robbing the others."""

    def __init__(self) -> None:
        self._ears: list[Event] = []

    def listen(self) -> Event:
        """Return an event that is set at each wake-up from now on."""
        ear = Event()
        self._ears.append(ear)
        return ear

    def wake(self) -> None:
        """There may be something to send."""
        for ear in self._ears:
            ear.set()


@dataclass(frozen=True)
class Services:
    """Everything a use case or a screen needs, put together once. unsent: rings when the outbox has something new.

    seal_key: signs the record; without one it is sealed all the same. doctor: what it found when it looked last.
    ways_to_administrators: other than Slack. chain: the last seal that was seen. conditions: what the auditor last
    found wrong with Slack or the database.
    """

    organisation: Organisation
    roster: Roster
    database: Database
    keys: Keyring
    clock: Clock
    unsent: WakeUp = field(default_factory=WakeUp)
    seal_key: SealKey | None = None
    ways_to_administrators: tuple[str, ...] = ()
    meters: Meters = field(default_factory=Meters)
    doctor: LastFindings = field(default_factory=LastFindings)
    chain: SealWatch = field(default_factory=SealWatch)
    conditions: ConditionsSeen = field(default_factory=ConditionsSeen)
    replays: Replays = field(default_factory=Replays)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Begin a transaction that may put something in the outbox; once it is committed, wake the senders."""
        with self.database.begin() as tx:
            yield tx
        self.unsent.wake()

    def show_home(self, user: str, page: int | None = None) -> None:
        """Draw somebody's Home tab as it is now. page: of the list of open checks, else the one shown last."""
        with self.write() as tx:
            outbox.put_home(tx, user, self.clock.now(), page)

    def reporting(self, tx: Connection, opened_on: int | None = None) -> Reporting:
        """Return the reporter's use cases in this transaction. opened_on: see `Service`."""
        return Reporting(tx, self.keys, self.roster, self.clock.now(), opened_on)

    def casework(self, tx: Connection, opened_on: int | None = None) -> Casework:
        """Return the leads' use cases in this transaction. opened_on: see `Service`."""
        return Casework(tx, self.keys, self.roster, self.clock.now(), opened_on)

    def due_times(self, tx: Connection) -> DueTimes:
        """Return what keeps due times within their bounds, in this transaction."""
        return DueTimes(tx, self.keys, self.roster, self.clock.now())

    def leavers(self, tx: Connection) -> Leavers:
        """Return the use cases of people who can answer no more, in this transaction."""
        return Leavers(tx, self.keys, self.roster, self.clock.now())

    def judge(self, tx: Connection) -> TableJudge:
        """Return what compares a check with its record in this transaction."""
        return TableJudge(tx, self.keys, self.roster, self.clock.now())

    def breaches(self, tx: Connection) -> Breaches:
        """Return the use cases of a possible breach in this transaction."""
        return Breaches(tx, self.keys, self.roster, self.clock.now())

    def subject(self, tx: Connection, check: str, *, lock: bool = False) -> Subject | None:
        """Return what the gate asks about; None where there is no such check. lock: nobody else changes it meanwhile.

        Raises CannotOpen: whoever presses something is told that it failed, not that there is nothing to do.
        """
        try:
            opened = checks.load(tx, self.keys, check, lock=lock)
        except NoSuchCheck:
            return None
        case, is_breach = cases.find(tx, opened, lock=lock), breaches.is_there(tx, check)
        return Subject(opened.check, checks.people_left_out(tx, check), case, is_breach)

    def listed(self, tx: Connection, check: str) -> Subject | None:
        """Return the subject for a list; None also where it cannot be decrypted: it must not hold up the others."""
        try:
            return self.subject(tx, check)
        except CannotOpen:
            return None

    def who_may_know(self, tx: Connection, check: str) -> frozenset[str]:
        """Return the organisation ids of those who may know of a check; the reporter's own, if they have one.

        Of one that cannot be decrypted: those of whom that is certain without it.
        """
        roster = self.roster
        if (subject := self.listed(tx, check)) is not None:
            own = roster.person_at(subject.check.reporter)
            return frozenset((*roster.may_know(subject.check, subject.left_out), *([own] if own else [])))
        shut = unreadable.find(tx, check)
        known = (one for one in roster.everyone if shut is None or may_know_unreadable(shut, roster.slack[one], roster))
        return frozenset(known)

    def look(self, tx: Connection, check: str, *, history: bool = False) -> CheckView:
        """Return a check as it is now; history: with everything recorded of it. Raises NoSuchCheck."""
        return self.look_at(tx, checks.load(tx, self.keys, check), history=history)

    def look_for(self, tx: Connection, check: str, event: int | None) -> CheckView:
        """Return a check for a message, with what one about this event may speak of. Raises NoSuchCheck.

        Its record decides: who is left out by it is left out, whatever the tables say, and a page that is not in it was
        not sent.
        """
        opened = checks.load(tx, self.keys, check)
        entries = events.gist(tx, check, opened.sealer, event) if event else ()
        return self.look_at(tx, opened, entries=entries, said=self.replays.of(tx, opened))

    def look_at(
        self,
        tx: Connection,
        opened: Opened,
        *,
        history: bool = False,
        entries: tuple[Entry, ...] = (),
        said: Recorded | None = None,
    ) -> CheckView:
        """Return a check that is already loaded as it is now; history: with everything recorded of it.

        entries: what is read already of the record. said: what the whole record says.
        """
        check, now = opened.check.id, self.clock.now()
        case, left_out = cases.find(tx, opened), checks.people_left_out(tx, check)
        if said is not None:
            left_out |= said.left_out
            case = said.kept_apart(case, left_out)
        absent, closed = cover.absent(tx, self.roster.week.day_of(now)), cover.unreachable(tx)
        may = self.roster.may_know(opened.check, left_out)
        people = able(may, absent, closed)
        there = frozenset(self.roster.slack[one] for one in people)
        reach = outbox.reach(tx, check, now, there, said.sent if said else None)
        somebody_knows = case is not None and case.led_by in may  # also where every page was taken back since
        entries = events.history(tx, check, opened.sealer) if history else entries
        is_at_the_start = opened.check.answers.keys() <= _FIRST_QUESTIONS
        return CheckView(
            check=opened.check,
            case=case,
            told=Told.DELIVERED if somebody_knows else reach.told,
            reached=reach.in_slack,
            not_taken=reach.not_taken,
            elsewhere=reach.elsewhere,
            handed_to=reach.handed_to,
            has_asked=reach.has_asked,
            data_protection_told=self._is_data_protection_told(tx, opened.check, left_out, closed),
            able=frozenset(people),
            gone=self._who_is_gone(tx, case),
            reporter_gone=case is not None and self.casework(tx).is_reporter_gone(check),
            school=self._school(tx, opened, entries),
            left_out=left_out,
            organisation=self.organisation,
            roster=self.roster,
            entries=entries,
            now=now,
            absent=absent if is_at_the_start else frozenset(),
            recorded=said or Recorded(),
            is_doubted=reach.is_doubted,
        )

    def _is_data_protection_told(
        self, tx: Connection, check: Check, left_out: frozenset[str], closed: frozenset[str]
    ) -> bool:
        """Return whether Slack has a message about a breach for the data protection lead, who can answer it still."""
        target, named = self.roster.told_of_breach(check, left_out), self.roster.data_protection
        is_gone = named is not None and named[0] in closed
        return target is not None and not is_gone and outbox.has_message(tx, check.id, OutboxKind.BREACH, target)

    @staticmethod
    def _who_is_gone(tx: Connection, case: Case | None) -> EventKind | None:
        """Return why others are asked: LEADER_GONE or ASKED_GONE; None where nobody is waited for who is gone."""
        if case is None or case.status is not CaseStatus.OPEN or case.asks == 1:
            return None
        newest = events.newest_kind(tx, case.check.id, WHO_IS_ON_IT)
        return newest if newest in (EventKind.LEADER_GONE, EventKind.ASKED_GONE) else None

    def _school(self, tx: Connection, opened: Opened, entries: tuple[Entry, ...]) -> str | None:
        """Return the school that the newest details name; None where the organisation lists no school."""
        if not self.organisation.schools or opened.check.is_drill:
            return None
        found = latest(entries, EventKind.DETAILS) if entries else _newest_details(tx, opened)
        return str(found.content.get("school") or "") or None if found else None


def _newest_details(tx: Connection, opened: Opened) -> Entry | None:
    return events.newest_entry(tx, opened.check.id, opened.sealer, EventKind.DETAILS)
