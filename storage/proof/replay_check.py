"""Check that the tables agree with the record: each check's answers, and who is left out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from flows.engine.outcome import left_out
from flows.events import EventKind
from storage.proof.bundle import OpenedEntry, Standing
from storage.proof.chain import ChainFinding, Wrong

_BROUGHT_BACK = "it was erased, and is there again"
_SHUT_ANSWERS = "its answers do not open"
_ANSWERS = "its answers are not those that were recorded"
_LET_IN = "somebody who was left out would be let in"
_LEFT_OUT = "somebody is left out whom nobody left out"


@dataclass(slots=True)
class _Told:
    """What the record says of one check. out: organisation ids. aside: Slack ids of those who stepped aside."""

    answers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    out: set[str] = field(default_factory=set)
    aside: set[str] = field(default_factory=set)


class Replayed:
    """The answers in the record, collected from its entries in order."""

    def __init__(self) -> None:
        self._told: dict[str, _Told] = {}

    def take(self, opened: OpenedEntry) -> None:
        """Add the next entry; its commitment has been verified."""
        told = self._told.setdefault(opened.check, _Told())
        if opened.what is EventKind.STEPPED_ASIDE:
            told.aside.add(opened.who)
        elif opened.what is EventKind.DRILL_STARTED:
            told.answers["S2"] = ("no",)
        elif opened.what.properties.has_answers:
            said = json.loads(opened.content)
            given = said["answers"] if opened.what is EventKind.SHARED else {said["question"]: said["options"]}
            told.answers |= {question: tuple(choices) for question, choices in given.items()}
            told.out |= set(left_out(told.answers))

    def findings(self, standing: Iterable[Standing]) -> Iterator[ChainFinding]:
        """Yield a finding for each check whose tables do not agree with its entries, by reference."""
        for each in standing:
            why = self._wrong(each)
            if why:
                yield ChainFinding(f"Check {each.ref}", Wrong.CHANGED, why)

    def _wrong(self, standing: Standing) -> str | None:
        told = self._told.get(standing.check) or _Told()
        if standing.was_erased:
            return _BROUGHT_BACK
        if standing.answers is None:
            return _SHUT_ANSWERS
        if dict(standing.answers) != told.answers:
            return _ANSWERS
        named = {each.person for each in standing.left_out if not each.stepped_aside}
        aside = {each.slack for each in standing.left_out if each.stepped_aside}
        if not told.out <= {each.person for each in standing.left_out} or not told.aside <= aside:
            return _LET_IN
        return None if named <= told.out and aside <= told.aside else _LEFT_OUT
