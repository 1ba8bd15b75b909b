"""Check every promise after every event, on the database file and on what people can see, never on the bot's own words.

Numbers such as I13 are those of docs/rules.md, "Invariants".
"""

from __future__ import annotations

from collections import Counter

from bot.words import Words
from flows.events import EventKind
from flows.model import Level
from simulation import promises
from simulation.checks.actions import Action, ActionChecks, RecordPosition
from simulation.checks.asks import AskChecks
from simulation.checks.closings import closings_are_true
from simulation.checks.messages import MessageChecks
from simulation.checks.pages import PageChecks
from simulation.observed import Observed
from simulation.stored_state import StoredCase
from simulation.workspace import Call, PostedMessage

_SAYS = ("chat.postMessage", "chat.update", "response_url")


class PromiseChecker:
    """An observer of everything that happens in a run, which raises PromiseBroken."""

    def __init__(self, observed: Observed) -> None:
        self._observed = observed
        self._actions = ActionChecks(observed)
        self._pages = PageChecks(observed)
        self._asks = AskChecks(observed)
        self._messages = MessageChecks(observed, self._pages)
        self._levels: dict[str, Level] = {}
        self._events = 0
        self._rows = 0

    def look(self) -> None:
        """Check all that must hold at any moment."""
        self._catch_up()
        for check in self._observed.stored.checks.values():
            self._pages.check_stopped(check)
        for case in self._observed.stored.cases.values():
            self._pages.check_asked(case)
            self._asks.check(case)
            self._check_owed(case)
        for check_id, person in self._messages.left:
            self._messages.check_taken_back(check_id, person)

    def _check_owed(self, case: StoredCase) -> None:
        mailed_at, is_reached = self._pages.mailed_at(case), self._pages.is_in_slack(case)
        has_mail = any(self._observed.roster.ways.values())
        self._asks.check_owed(case, is_reached=is_reached, has_mail=has_mail, mailed_at=mailed_at)

    def plan_anew(self) -> None:
        """Count every wait from now, as the bot does that starts after a jump of the clock."""
        self._asks.plan_anew()

    def _catch_up(self) -> None:
        """Read what is new in the database file."""
        stored = self._observed.stored
        if not stored.look():
            return
        self._actions.check_people(stored.events[self._events :], self._messages.left)
        for event in stored.events[self._events :]:
            if event.what is EventKind.TABLES_PUT_RIGHT:
                self._observed.broken(
                    "record", f"{event.what} check {event.check}: nobody changed the tables, and they differed"
                )
        for row in stored.rows[self._rows :]:
            self._pages.note(row)
        self._events, self._rows = len(stored.events), len(stored.rows)
        self._check_levels()
        self._check_cases()
        self._pages.note_changes()
        self._asks.note_changes()
        self._messages.note_changes()
        self._actions.check_answers()

    def _check_levels(self) -> None:
        stored = self._observed.stored
        for check in stored.checks.values():
            lowest = self._levels.get(check.id, Level.NONE)
            self._observed.hold(promises.level_is_at_least(stored.name(check.id), check.level, lowest))
            self._levels[check.id] = check.level

    def _check_cases(self) -> None:
        stored = self._observed.stored
        raised = Counter(event.check for event in stored.events if event.what is EventKind.RAISED)
        for check in stored.checks:
            has_case = check in stored.cases
            self._observed.hold(promises.is_raised_once(stored.name(check), raised[check], has_case=has_case))

    # At every call to Slack, and at every word that goes another way

    def asked(self, call: Call) -> None:
        """Check a call to Slack before it is made."""
        if call.method in _SAYS:
            self.look()
            self._messages.check_message(
                call, PostedMessage("", "", call.args["text"], call.args["blocks"], call.began, call.began).words
            )

    def shown(self, post: PostedMessage, call: Call, *, is_new: bool) -> None:
        """Note a message that people can see from now on."""
        post.check = self._messages.about(call, post.words)
        if is_new and promises.is_page(post.words):
            self._observed.hold(promises.page_is_of_a_check(call.args["text"], is_known=post.check is not None))
            assert post.check is not None  # noqa: S101 - else a promise was broken
            self._pages.arrives(post.check, call.target, post)

    def mailed(self, person: str, words: Words) -> None:
        """Check an e-mail or a push before it is sent."""
        self.look()
        self._messages.check_other_channel(person, f"{words.title}\n{words.body}")

    def handed_over(self, person: str, words: Words) -> None:
        """Note an e-mail or a push that was handed over."""
        self._observed.figures.elsewhere += 1
        check = self._observed.stored.about(f"{words.title}\n{words.body}")
        if check is not None:
            self._pages.note_handed_over(check, person)

    # At every press

    def name(self, check: str) -> str:
        """Return a name for a check that is the same in every run of a seed."""
        return self._observed.stored.name(check)

    def before(self, who: str) -> RecordPosition:
        """Return how far the record is, before somebody acts."""
        self._catch_up()
        return self._actions.before(who)

    def note_attempt(self, action: Action) -> None:
        """Note an action that is not acknowledged yet."""
        self._observed.figures.presses += 1
        self._actions.note_attempt(action)

    def check_taken(self, action: Action, before: RecordPosition) -> None:
        """Check that an acknowledged action is recorded."""
        self._catch_up()
        self._actions.check_taken(action, before)

    def check_repeat(self, action: Action, before: RecordPosition) -> None:
        """Check that a repeated request changed nothing."""
        self._catch_up()
        self._actions.check_repeat(action, before)

    def end(self) -> None:
        """Check what must hold after a while without faults."""
        self.look()
        self._observed.figures.checks = len(self._observed.stored.checks)
        self._observed.figures.cases = len(self._observed.stored.cases)
        self._pages.end()
        for check in {event.check for event in self._observed.stored.events if event.what is EventKind.CLOSED}:
            self._observed.hold(closings_are_true(self.name(check), self._observed.stored.record(check)))
