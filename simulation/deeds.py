"""What people asked for and were told is done: it is kept, once (I24), and left-out people do nothing (I13)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from flows.model import Answers
from simulation import promises
from simulation.kept import Event
from simulation.promises import AcknowledgedAction, RecordedEvent
from simulation.scene import Scene


@dataclass(frozen=True, slots=True)
class Deed:
    """Something a person asked for. answers: question to choices, where it answers any."""

    who: str
    verb: str
    check: str
    answers: Answers = field(default_factory=dict)
    is_window: bool = False


@dataclass(frozen=True, slots=True)
class Before:
    """The record and somebody's checks, before they asked for something."""

    event: int
    checks: int


class Deeds:
    """Holds the record against what people were told."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._may_be: dict[tuple[str, str], set[tuple[str, ...]]] = {}

    def before(self, who: str) -> Before:
        """How things stand."""
        kept = self._scene.kept
        checks = sum(check.reporter == who for check in kept.checks.values())
        return Before(kept.events[-1].id if kept.events else 0, checks)

    def tries(self, deed: Deed) -> None:
        """Somebody asks for something; until they are told, it may be kept or not."""
        for question, choices in deed.answers.items():
            known = self._may_be.get((deed.check, question))
            if known is not None:
                known.add(choices)

    def is_taken(self, deed: Deed, before: Before) -> None:
        """They were told that it is: now it must be kept."""
        for question, choices in deed.answers.items():
            self._may_be[deed.check, question] = {choices}
        self.answers_stay()
        kept = self._scene.kept
        may_repeat = deed.is_window or deed.verb in promises.ANSWERED
        record = (_recorded(event) for event in kept.events if may_repeat or event.id > before.event)
        done = AcknowledgedAction(deed.who, deed.verb, deed.check, is_modal=deed.is_window)
        self._scene.hold(promises.acknowledged_is_recorded(kept.name(deed.check), done, record))

    def answers_stay(self) -> None:
        """Every answer somebody was told is taken is in the file, or another of theirs since."""
        kept = self._scene.kept
        for (check, question), choices in self._may_be.items():
            found = kept.answers(check).get(question)
            self._scene.hold(promises.answer_is_kept(kept.name(check), question, found, choices))

    def changes_nothing(self, deed: Deed, before: Before) -> None:
        """The same request came again."""
        events = (event for event in self._scene.kept.events if event.id > before.event and event.who == deed.who)
        new_checks = self.before(deed.who).checks - before.checks
        new_events = [event.what for event in events]
        self._scene.hold(promises.repeat_changes_nothing(deed.verb, new_events, new_checks))

    def are_by_people_who_may(self, events: Iterable[Event], left_out: Iterable[tuple[str, str]]) -> None:
        """Nobody who was left out before does anything to a case."""
        out: defaultdict[str, set[str]] = defaultdict(set)
        for check, person_id in left_out:
            out[check].add(person_id)
        for event in events:
            person = self._scene.roster.person_at(event.who)
            if person is not None:
                name, theirs = self._scene.kept.name(event.check), out.get(event.check, set())
                self._scene.hold(promises.acts_only_if_allowed(name, event.what, person, theirs))


def _recorded(event: Event) -> RecordedEvent:
    """What is compared: the content of events is sealed in the file."""
    return RecordedEvent(event.check, event.who, event.what)
