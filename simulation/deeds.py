"""What people asked for and were told is done: it is kept, once (I24), and left-out people do nothing (I13)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from flows.model import Answers
from simulation.kept import Event
from simulation.scene import Scene

PRESSED: Mapping[str, frozenset[str]] = {
    "lead": frozenset({"led", "drill_answered"}),
    "take_over": frozenset({"led"}),
    "seen": frozenset({"seen"}),
    "step_aside": frozenset({"stepped_aside"}),
    "hand_on": frozenset({"handed_on"}),
    "page_again": frozenset({"paged_again"}),
    "ask_lead": frozenset({"asked_lead"}),
    "agree": frozenset({"agreed"}),
    "reopen_check": frozenset({"check_reopened"}),
    "chose_not": frozenset({"chose_not_to_share"}),
}
"""A button that was taken, and what the record then holds of it."""
SENT: Mapping[str, frozenset[str]] = {
    "leave_out": frozenset({"answered", "changed"}),
    "change": frozenset({"answered", "changed"}),
    "note": frozenset({"note"}),
    "details": frozenset({"details"}),
    "send": frozenset({"sent"}),
    "ask_reporter": frozenset({"question"}),
    "case_note": frozenset({"note"}),
    "decision": frozenset({"decided"}),
    "strands": frozenset({"planned"}),
    "update_strands": frozenset({"strand", "planned"}),
    "close_case": frozenset({"closed"}),
    "reopen_case": frozenset({"reopened"}),
    "reply": frozenset({"reply"}),
    "disagree": frozenset({"disagreed"}),
    "sharing": frozenset({"shared"}),
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
        new = [event.what for event in events if not event.what.startswith("opened")]
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
