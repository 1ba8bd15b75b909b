"""Everybody who could answer two editions of the checklist with the same answers, walked through them side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from flows.audit.invariants import SOME_PEOPLE
from flows.audit.situations import Reads
from flows.engine.outcome import Decision, decide
from flows.engine.replay import Progress, replay
from flows.model import Answers, Checklist, Choose, Question
from flows.paging.recipients import first_recipients

_WHO = (("no",), ("not_sure",))
"""Answers to S2 that are tried: naming people changes who is told in both editions alike."""


@dataclass(frozen=True, slots=True)
class Ends:
    """Where one set of answers ends: outcome, urgency and who is told."""

    outcome: str
    urgency: str
    recipients: tuple[str, ...]


@dataclass(slots=True)
class Changed:
    """Ways to answer for which something changes.

    example: one of the shortest and plainest, in the new edition; oddness: how short and plain, the less the better.
    no_longer: its answers to questions that only the old one asks.
    """

    ways: int
    example: Answers
    no_longer: Answers
    oddness: tuple[int, int]

    def add(self, way: _Way) -> None:
        self.ways += way.ways
        if way.oddness < self.oddness:
            self.example, self.no_longer, self.oddness = way.new, way.no_longer, way.oddness


@dataclass(slots=True)
class Moved(Changed):
    """Answers that end elsewhere."""

    before: Ends
    after: Ends


@dataclass(slots=True)
class Advised(Changed):
    """Answers for which one piece of advice is given now and was not before, or the other way round."""


@dataclass(slots=True)
class _Way:
    """One person's answers to both editions, and how many ways they stand for. oddness: questions, then effects."""

    old: Answers
    new: Answers
    ways: int
    oddness: tuple[int, int]

    @property
    def no_longer(self) -> Answers:
        return {asked: given for asked, given in self.old.items() if asked not in self.new}


_Called: TypeAlias = tuple[frozenset[str], frozenset[str]]
"""What the advice depends on of the answers so far, in the old and in the new edition."""


@dataclass(slots=True)
class _Pair:
    """People who are in the same situation in both editions. old, new: one of them as replayed.

    ways: them, by what may differ in their advice.
    """

    old: Progress
    new: Progress
    ways: dict[_Called, _Way] = field(default_factory=dict)


@dataclass(slots=True)
class Everybody:
    """The walk, and what it finds. moved: by where answers ended and end now.

    advised: by the piece of advice and whether it is given now. same: ways that end where they did.
    """

    old: Checklist
    new: Checklist
    moved: dict[tuple[Ends, Ends], Moved] = field(default_factory=dict)
    advised: dict[tuple[str, bool], Advised] = field(default_factory=dict)
    same: int = 0

    def walk(self) -> None:
        """Answer both editions in every way, question by question."""
        nobody = {(frozenset[str](), frozenset[str]()): _Way({}, {}, 1, (0, 0))}
        layer = [_Pair(replay(self.old, {}), replay(self.new, {}), nobody)]
        for question in self.new:
            layer = self._next(layer, question)
        for pair in layer:
            self._end(pair)
        order = [one.id for one in (*self.new.advice, *self.old.advice)]
        self.advised = dict(sorted(self.advised.items(), key=lambda one: (order.index(one[0][0]), not one[0][1])))

    def _next(self, layer: list[_Pair], question: Question) -> list[_Pair]:
        places = [self.new.questions.index(question), self._place_in_old(question)]
        reads = [Reads(self.new, places[0]), Reads(self.old, places[1])]
        following: dict[tuple[object, ...], _Pair] = {}
        for pair in layer:
            for old_given, new_given in self._answers(pair, question):
                there = _answered(self.new, pair.new, new_given)
                here = _answered(self.old, pair.old, old_given)
                key = (reads[0].of(there), reads[1].of(here), there.answers.get("S2"))
                called = (_called(self.old, old_given), _called(self.new, new_given))
                answered = _Way(old_given, new_given, 0, (len(new_given), _effects(self.new, new_given)))
                _merge(following.setdefault(key, _Pair(here, there)).ways, pair.ways, answered, called)
        return list(following.values())

    def _place_in_old(self, question: Question) -> int:
        """Find the last question of the old edition that is asked no later than this one of the new."""
        earlier = {one.id for one in self.new.questions[: self.new.questions.index(question) + 1]}
        return max((place for place, one in enumerate(self.old.questions) if one.id in earlier), default=0)

    def _answers(self, pair: _Pair, question: Question) -> Iterator[tuple[Answers, Answers]]:
        """Every answer to this question, as far as each edition asks it of them."""
        new_asks, old_asks = _asks(pair.new, question.id), _asks(pair.old, question.id)
        if not new_asks and not old_asks:
            yield {}, {}
            return
        for given in self._choices(question, both=new_asks and old_asks):
            answer = {question.id: given}
            yield answer if old_asks else {}, answer if new_asks else {}

    def _choices(self, question: Question, *, both: bool) -> Iterator[tuple[str, ...]]:
        """Answers that both editions have. Of ticks, each alone: several do together what each does."""
        if question.choose is Choose.PEOPLE:
            yield from _WHO
            return
        old = self.old.by_id.get(question.id)
        yield from (
            (option.id,) for option in question.options if not both or (old is not None and option.id in old.by_id)
        )

    def _end(self, pair: _Pair) -> None:
        before, after = _where(_decide(self.old, pair.old)), _where(_decide(self.new, pair.new))
        for way in pair.ways.values():
            if before == after:
                self.same += way.ways
            else:
                moved = Moved(0, way.new, way.no_longer, way.oddness, before, after)
                self.moved.setdefault((before, after), moved).add(way)
            self._compare_advice(way)

    def _compare_advice(self, way: _Way) -> None:
        old = _decide(self.old, replay(self.old, way.old)).advice
        new = _decide(self.new, replay(self.new, way.new)).advice
        for one in {*old} ^ {*new}:
            self.advised.setdefault((one, one in new), Advised(0, way.new, way.no_longer, way.oddness)).add(way)


def _merge(into: dict[_Called, _Way], ways: Mapping[_Called, _Way], answered: _Way, called: _Called) -> None:
    """Add people who answered like this to those who are in the same situation after it."""
    questions, effects = answered.oddness
    for so_far, way in ways.items():
        key = (so_far[0] | called[0], so_far[1] | called[1])
        oddness = (way.oddness[0] + questions, way.oddness[1] + effects)
        known = into.get(key)
        if known is None or oddness < known.oddness:
            before = known.ways if known else 0
            into[key] = known = _Way({**way.old, **answered.old}, {**way.new, **answered.new}, before, oddness)
        known.ways += way.ways


def _effects(checklist: Checklist, given: Answers) -> int:
    """Count what the chosen options do; a level counts double, so that examples are calm ones."""
    options = (option for asked, chosen in given.items() for option in checklist[asked].meaning(chosen).options)
    return sum(2 * one.raises + len(one.effects) + len(one.advice) + bool(one.fix) for one in options)


def _called(checklist: Checklist, given: Answers) -> frozenset[str]:
    """Return the advice that these answers call up, and the effect that the advice about a breach looks at."""
    options = [option for asked, chosen in given.items() for option in checklist[asked].meaning(chosen).options]
    wrong = {"bad_recipient" for option in options if option.bad_recipient}
    return frozenset({one for option in options for one in option.advice} | wrong)


def _answered(checklist: Checklist, before: Progress, given: Answers) -> Progress:
    return replay(checklist, {**before.answers, **given}) if given else before


def _asks(progress: Progress, question: str) -> bool:
    return progress.next is not None and progress.next.id == question


def _decide(checklist: Checklist, progress: Progress) -> Decision:
    return decide(checklist, progress, SOME_PEOPLE.leads)


def _where(decision: Decision) -> Ends:
    return Ends(decision.outcome, decision.urgency, first_recipients(decision, SOME_PEOPLE))
