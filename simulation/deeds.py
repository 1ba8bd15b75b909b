"""What people asked for and were told is done: it is kept, once (I24), and left-out people do nothing (I13)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from flows.events import OPENINGS, EventKind
from flows.model import Answers
from simulation.kept import Event
from simulation.scene import Scene

PRESSED: Mapping[str, frozenset[EventKind]] = {
    "lead": frozenset({EventKind.LED, EventKind.DRILL_ANSWERED}),
    "take_over": frozenset({EventKind.LED}),
    "seen": frozenset({EventKind.SEEN}),
    "step_aside": frozenset({EventKind.STEPPED_ASIDE}),
    "hand_on": frozenset({EventKind.HANDED_ON}),
    "page_again": frozenset({EventKind.PAGED_AGAIN}),
    "ask_lead": frozenset({EventKind.ASKED_LEAD}),
    "agree": frozenset({EventKind.AGREED}),
    "reopen_check": frozenset({EventKind.CHECK_REOPENED}),
    "chose_not": frozenset({EventKind.CHOSE_NOT_TO_SHARE}),
}
"""A button that was taken, and what the record then holds of it."""
SENT: Mapping[str, frozenset[EventKind]] = {
    "leave_out": frozenset({EventKind.ANSWERED, EventKind.CHANGED}),
    "change": frozenset({EventKind.ANSWERED, EventKind.CHANGED}),
    "note": frozenset({EventKind.NOTE}),
    "details": frozenset({EventKind.DETAILS}),
    "send": frozenset({EventKind.SENT}),
    "ask_reporter": frozenset({EventKind.QUESTION}),
    "case_note": frozenset({EventKind.NOTE}),
    "decision": frozenset({EventKind.DECIDED}),
    "strands": frozenset({EventKind.PLANNED}),
    "update_strands": frozenset({EventKind.STRAND, EventKind.PLANNED}),
    "close_case": frozenset({EventKind.CLOSED}),
    "reopen_case": frozenset({EventKind.REOPENED}),
    "reply": frozenset({EventKind.REPLY}),
    "disagree": frozenset({EventKind.DISAGREED}),
    "sharing": frozenset({EventKind.SHARED}),
}
"""A window that closed, and what the record then holds of it."""


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
        whats, after = (SENT.get(deed.verb), 0) if deed.is_window else (PRESSED.get(deed.verb), before.event)
        theirs = {event.what for event in kept.events if event.id > after and _is_of(event, deed)}
        if whats and not whats & theirs:
            self._scene.broken("nobody is told saved before it is kept", f"{deed.verb} on {kept.name(deed.check)}")

    def answers_stay(self) -> None:
        """Every answer somebody was told is taken is in the file, or another of theirs since."""
        kept = self._scene.kept
        for (check, question), choices in self._may_be.items():
            found = kept.answers(check).get(question)
            if found not in choices:
                self._scene.broken(
                    "an answer that was taken is kept (I24)", f"{question} of {kept.name(check)} is {found}"
                )

    def changes_nothing(self, deed: Deed, before: Before) -> None:
        """The same request came again."""
        events = (event for event in self._scene.kept.events if event.id > before.event and event.who == deed.who)
        new = [event.what for event in events if event.what not in OPENINGS]
        if new or self.before(deed.who).checks > before.checks:
            self._scene.broken("the same request again changes nothing (I24)", f"{deed.verb} did {new}")

    def are_by_people_who_may(self, events: Iterable[Event], left_out: Iterable[tuple[str, str]]) -> None:
        """Nobody who was left out before does anything to a case."""
        out = frozenset(left_out)
        for event in events:
            person = self._scene.roster.person_at(event.who)
            if (event.check, person) in out:
                words = f"{event.what} by {person} on {self._scene.kept.name(event.check)}"
                self._scene.broken("people left out do nothing to a case (I13)", words)


def _is_of(event: Event, deed: Deed) -> bool:
    return (event.check, event.who) == (deed.check, deed.who)
