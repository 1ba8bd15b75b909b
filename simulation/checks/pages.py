"""Check pages: each reaches somebody or the reporter is told, none is lost, none comes twice without a reason."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

from flows.case import CheckStatus
from flows.events import OutboxKind
from flows.model import Level
from simulation import promises
from simulation.observed import SOON, Observed, Since
from simulation.stored_state import StoredCase, StoredCheck, StoredRow
from simulation.workspace import PostedMessage, direct_channel

REACHED = timedelta(minutes=3)
"""Somebody allowed has a page within this, in good time; or the reporter is told that nobody could be reached."""
LONGEST_WAIT = timedelta(hours=72)
"""No ladder waits longer, weekends and term breaks counted in."""
_OVER = (CheckStatus.CLOSED, CheckStatus.SHELVED)

Key = tuple[str, int, str]
"""A page: the check, the number of the ask, the target."""


class PageChecks:
    """Comparison of the pages people have with those due. stamped: ts of messages that the outbox had as delivered."""

    def __init__(self, observed: Observed) -> None:
        self._observed = observed
        self._touched: dict[str, Since] = {}
        self._asked: dict[str, Since] = {}
        self._may_know: dict[str, Since] = {}
        self._overdue: dict[str, Since] = {}
        self._due: dict[Key, Since] = {}
        self._arrived: defaultdict[Key, list[tuple[PostedMessage, int]]] = defaultdict(list)
        self._elsewhere: dict[tuple[str, str], datetime] = {}
        self.stamped: frozenset[str] = frozenset()

    # What happens to them

    def note(self, row: StoredRow) -> None:
        """Note a row that was put in the outbox."""
        if row.what is OutboxKind.PAGE and row.check is not None:
            self._observed.figures.pages_due += 1
            self._due[row.check, row.ask, row.target] = self._observed.since(row.id)

    def note_changes(self) -> None:
        """Note since when checks and cases are as they are, after the file changed."""
        stored, since = self._observed.stored, self._observed.since
        self.stamped |= stored.stamps()
        for check in stored.checks.values():
            if check.id not in self._touched or self._touched[check.id].what != check.revision:
                self._touched[check.id] = since(check.revision)
        for case in stored.cases.values():
            if case.check not in self._asked or self._asked[case.check].what != case.asks:
                self._asked[case.check] = since(case.asks)
            may_know = case.asks, case.dm_only, stored.left_out.get(case.check)
            if case.check not in self._may_know or self._may_know[case.check].what != may_know:
                self._may_know[case.check] = since(may_know)

    def arrives(self, check: str, target: str, post: PostedMessage) -> None:
        """Note a page that Slack shows, and check that a copy of it has a reason."""
        key = check, promises.number_of_ask(post.words) or self._newest_due(check, target), target
        before = [
            (other, interruptions) for other, interruptions in self._arrived[key] if not other.gone and other.check
        ]
        is_first = not self._arrived[key]
        self._arrived[key].append((post, self._observed.interruptions))
        self._observed.figures.duplicated += bool(before)
        for other, interruptions in before:
            is_known = other.ts in self.stamped or (other.answered and interruptions == self._observed.interruptions)
            name = f"{self._observed.stored.name(check)}, ask {key[1]}"
            is_known = is_known and not self._observed.is_late_call
            self._observed.hold(promises.page_comes_once(name, [int(not is_known)], int(not is_known)))
        if is_first and key in self._due:
            self._note_lateness(self._due[key], target)

    def _newest_due(self, check: str, target: str) -> int:
        """Return the newest ask of which a page is due there: one that is posted neutral does not say which it is."""
        return max((ask for one, ask, to in self._due if (one, to) == (check, target)), default=1)

    def _note_lateness(self, due: Since, target: str) -> None:
        """Count how late a page is; time in which its target took no messages does not count."""
        figures, timeline = self._observed.figures, self._observed.timeline
        was_closed = self._observed.workspace.closed_since(target, due.at)
        late = timedelta() if was_closed else timeline.good - due.good
        figures.delivered += 1
        figures.late += late > SOON
        figures.latest = max(figures.latest, late)
        figures.latest_of_all = max(figures.latest_of_all, timeline.now - due.at)

    def note_handed_over(self, check: str, person: str) -> None:
        """Note that somebody was reached by another way than Slack."""
        self._elsewhere[check, person] = self._observed.timeline.now

    def has_any(self, check: str) -> bool:
        """Return whether Slack ever took a page of this check."""
        return any(key[0] == check and posts for key, posts in self._arrived.items())

    # What must hold

    def check_stopped(self, check: StoredCheck) -> None:
        """Check that a check at CONSULT or above becomes a case: at once, or after the reporter was idle (I11, I12)."""
        stored, name = self._observed.stored, self._observed.stored.name(check.id)
        if check.level is Level.NONE or check.id in stored.cases or check.status in _OVER:
            return
        idle = self._observed.timeline.up - self._touched[check.id].up
        if idle > self._patience(check) + SOON:
            self._observed.broken("stopping at CONSULT or above pages (I12)", f"{name} after {idle}")
        is_urgent = check.level > Level.CONSULT or check.asked_lead
        if check.status == CheckStatus.SENT or ("S2" in stored.answers(check.id) and is_urgent):
            self._observed.broken("an urgent check pages at once (I11)", name)

    def _patience(self, check: StoredCheck) -> timedelta:
        in_need = check.level is Level.EMERGENCY or check.asked_lead
        no_choice = in_need and "S2" not in self._observed.stored.answers(check.id)
        return self._observed.roster.no_choice if no_choice else self._observed.roster.idle

    def check_asked(self, case: StoredCase) -> None:
        """Check a case that nobody leads: it has a time for the next ask, and this ask has reached somebody (I13, I19).

        After whoever has the page steps aside, there is as long again to reach somebody else.
        """
        name = self._observed.stored.name(case.check)
        if not case.people:
            self._observed.broken("recipients are never empty (I13)", name)
        if case.status != "open":
            self._overdue.pop(case.check, None)
            return
        self._has_a_time(case, name)
        asked = self._asked[case.check]
        waited = self._observed.timeline.good - self._may_know[case.check].good
        if waited > REACHED:
            is_reached = self._is_reached(case, asked)
            card = None if is_reached else self._card(case, asked)
            words = f"ask {case.asks} of {name}, for {waited}"
            self._observed.hold(promises.ask_reaches_somebody(words, is_reached=is_reached, card=card))

    def _has_a_time(self, case: StoredCase, name: str) -> None:
        now = self._observed.timeline.now + self._observed.timeline.off
        is_settled = self._observed.timeline.up - self._observed.timeline.stepped_up > SOON
        if case.next_page_at is None or (is_settled and case.next_page_at > now + LONGEST_WAIT):
            self._observed.broken("an open case has a time at which people are asked again", name)
        before = self._overdue.get(case.check)
        if case.next_page_at > now:
            self._overdue.pop(case.check, None)
        elif before is None or before.what != case.next_page_at:
            self._overdue[case.check] = self._observed.since(case.next_page_at)
        elif self._observed.timeline.up - before.up > SOON:
            self._observed.broken("people are asked again in time", f"{name} is overdue")

    def is_in_slack(self, case: StoredCase) -> bool:
        """Return whether Slack has taken a page of the newest ask."""
        asked = self._asked[case.check]
        return any(
            check == case.check and any(post.at >= asked.at for post, _ in posts)
            for (check, _ask, _target), posts in self._arrived.items()
        )

    def mailed_at(self, case: StoredCase) -> datetime | None:
        """Return when anybody who may know was last reached by another way than Slack."""
        out = self._observed.stored.left_out.get(case.check, frozenset())
        times = (at for (check, person), at in self._elsewhere.items() if check == case.check and person not in out)
        return max(times, default=None)

    def _is_reached(self, case: StoredCase, asked: Since) -> bool:
        """Return whether anybody who may know has a page that came since they were asked."""
        out = self._observed.stored.left_out.get(case.check, frozenset())
        for (check, _ask, target), posts in self._arrived.items():
            is_room = target == self._observed.workspace.room
            may = not case.dm_only if is_room else self._observed.roster.person_at(target) not in out
            if check == case.check and may and any(post.at >= asked.at for post, _ in posts):
                return True
        by_other_ways = ((person, at) for (check, person), at in self._elsewhere.items() if check == case.check)
        return any(at >= asked.at and person not in out for person, at in by_other_ways)

    def _card(self, case: StoredCase, asked: Since) -> str | None:
        """Return what the reporter's newest card says; None where they cannot be reached either, and for drills.

        A card that only points to a newer one is none: of two that were posted at once the first may be the newer.
        """
        check, workspace = self._observed.stored.checks[case.check], self._observed.workspace
        mine = (post for post in workspace.posts if post.channel == direct_channel(check.reporter) and not post.gone)
        cards = [post for post in mine if post.check == check.id and post.posted == promises.CARD_TEXT]
        cards = [post for post in cards if promises.OLD_CARD not in post.words]
        cannot = check.is_drill or not cards or workspace.closed_since(check.reporter, asked.at)
        return None if cannot else cards[-1].words

    def end(self) -> None:
        """Check that no page is lost, after a while without faults."""
        stored, figures = self._observed.stored, self._observed.figures
        unsent = stored.unsent()
        lost = [key for key, due in self._due.items() if due.what in unsent and key not in self._arrived]
        figures.lost = len(lost)
        figures.withdrawn = figures.pages_due - figures.delivered - figures.lost
        for key, due in self._due.items():
            name, target, is_withdrawn = f"ask {key[1]} of {stored.name(key[0])}", key[2], due.what not in unsent
            has_arrived = key in self._arrived
            self._observed.hold(promises.page_arrives(name, target, has_arrived=has_arrived, is_withdrawn=is_withdrawn))
