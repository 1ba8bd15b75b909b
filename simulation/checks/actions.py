"""Check that what people were told is done is recorded, once (I24), and that left-out people do nothing (I13)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from flows.model import Answers
from simulation import promises
from simulation.observed import Observed
from simulation.promises import AcknowledgedAction, RecordedEvent
from simulation.stored_state import StoredEvent


@dataclass(frozen=True, slots=True)
class Action:
    """A press or a submission. verb: the button's or modal's name. answers: question id to choices, if any."""

    who: str
    verb: str
    check: str
    answers: Answers = field(default_factory=dict)
    is_window: bool = False


@dataclass(frozen=True, slots=True)
class RecordPosition:
    """How far the record was before an action: the newest event's id, and how many checks the person had."""

    event: int
    checks: int


class ActionChecks:
    """Comparison of the stored record with what people were told."""

    def __init__(self, observed: Observed) -> None:
        self._observed = observed
        self._may_be: dict[tuple[str, str], set[tuple[str, ...]]] = {}

    def before(self, who: str) -> RecordPosition:
        """Return how far the record is, before somebody acts."""
        stored = self._observed.stored
        checks = sum(check.reporter == who for check in stored.checks.values())
        return RecordPosition(stored.events[-1].id if stored.events else 0, checks)

    def note_attempt(self, action: Action) -> None:
        """Note an action that is not acknowledged yet: until it is, its answers may be stored or not."""
        for question, choices in action.answers.items():
            known = self._may_be.get((action.check, question))
            if known is not None:
                known.add(choices)

    def check_taken(self, action: Action, before: RecordPosition) -> None:
        """Check that an acknowledged action is recorded."""
        for question, choices in action.answers.items():
            self._may_be[action.check, question] = {choices}
        self.check_answers()
        stored = self._observed.stored
        may_repeat = action.is_window or action.verb in promises.ANSWERED
        record = (_recorded(event) for event in stored.events if may_repeat or event.id > before.event)
        done = AcknowledgedAction(action.who, action.verb, action.check, is_modal=action.is_window)
        self._observed.hold(promises.acknowledged_is_recorded(stored.name(action.check), done, record))

    def check_answers(self) -> None:
        """Check that every acknowledged answer is stored, or another that the same person has tried since."""
        stored = self._observed.stored
        for (check, question), choices in self._may_be.items():
            found = stored.answers(check).get(question)
            self._observed.hold(promises.answer_is_kept(stored.name(check), question, found, choices))

    def check_repeat(self, action: Action, before: RecordPosition) -> None:
        """Check that a repeated request changed nothing."""
        events = (
            event for event in self._observed.stored.events if event.id > before.event and event.who == action.who
        )
        new_checks = self.before(action.who).checks - before.checks
        new_events = [event.what for event in events]
        self._observed.hold(promises.repeat_changes_nothing(action.verb, new_events, new_checks))

    def check_people(self, events: Iterable[StoredEvent], left_out: Iterable[tuple[str, str]]) -> None:
        """Check that nobody left out of a check caused any of these events of it."""
        out: defaultdict[str, set[str]] = defaultdict(set)
        for check, person_id in left_out:
            out[check].add(person_id)
        for event in events:
            person = self._observed.roster.person_at(event.who)
            if person is not None:
                name, theirs = self._observed.stored.name(event.check), out.get(event.check, set())
                self._observed.hold(promises.acts_only_if_allowed(name, event.what, person, theirs))


def _recorded(event: StoredEvent) -> RecordedEvent:
    """Return the event without content, which is sealed in the file."""
    return RecordedEvent(event.check, event.who, event.what)
