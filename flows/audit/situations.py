"""Every situation a check can be in, and every point where it can stop, held against every rule.

Two people are in the same situation when everything that later rules read of their answers is
equal. Merging those makes billions of paths a few thousand situations; each keeps its number of
paths and one shortest route, which is the person that gets tested.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain, combinations

from flows.audit.invariants import (
    SOME_PEOPLE,
    Broken,
    broken_at_point,
    broken_by_step,
    broken_by_telling,
    broken_in_words,
)
from flows.audit.wiring import atoms, wiring_problems
from flows.case import Told
from flows.engine.facts import Facts
from flows.engine.guidance import guide
from flows.engine.outcome import Decision, decide
from flows.engine.replay import Progress, replay
from flows.model import PEOPLE, Answers, Checklist, Choose, Consent, Level, Outcome, Question

SHOWN = 3
_LASTING = frozenset({"hold_informing", "allegation", "shared", "understood", "risk"})
_BLOCKING = frozenset({"unsure", "sharing_worse"})


@dataclass(slots=True)
class Situation:
    """One shortest way to get here, and how many ways there are."""

    route: Answers
    paths: int


@dataclass(slots=True)
class Audit:
    """What was visited and what was found. endings: complete paths and a route for each outcome."""

    situations: int = 0
    stopping_points: int = 0
    steps: int = 0
    endings: dict[Outcome, Situation] = field(default_factory=dict)
    stopped_paths: int = 0
    unreached: tuple[str, ...] = ()
    wiring: tuple[str, ...] = ()
    broken: list[Broken] = field(default_factory=list)

    @property
    def paths(self) -> int:
        """Complete paths through the checklist."""
        return sum(ending.paths for ending in self.endings.values())

    @property
    def problems(self) -> tuple[str, ...]:
        """All that is wrong: the table first, then each invariant with its first few routes."""
        names = dict.fromkeys(one.name for one in self.broken)
        shown = (str(one) for name in names for one in [one for one in self.broken if one.name == name][:SHOWN])
        return (*self.wiring, *(f"never reached: {one}" for one in self.unreached), *shown)

    @property
    def text(self) -> str:
        """The figures and the problems, for a terminal."""
        lines = [
            f"{self.situations:,} situations and {self.stopping_points:,} stopping points visited",
            f"{self.paths:,} complete paths and {self.stopped_paths:,} ways to stop early covered",
            *(f"  {outcome}: {end.paths:,}" for outcome, end in sorted(self.endings.items())),
        ]
        verdict = f"{len(self.problems)} problems" if self.problems else "every invariant holds"
        return "\n".join((*lines, verdict, *(f"- {problem}" for problem in self.problems)))


Replay = Callable[[Checklist, Answers], Progress]
Decide = Callable[[Checklist, Progress], Decision]


def audit(checklist: Checklist, replay: Replay = replay, decide: Decide = decide) -> Audit:
    """Visit everything. replay and decide can be others, to see that their faults are found."""
    return _Visit(checklist, replay, decide).everything()


class _Visit:
    """One audit under way."""

    def __init__(self, checklist: Checklist, replay: Replay, decide: Decide) -> None:
        self.checklist = checklist
        self.replay = replay
        self.decide = decide
        self.found = Audit(wiring=wiring_problems(checklist))
        self.chosen: set[tuple[str, str]] = set()
        self.texts: set[tuple[object, ...]] = set()

    def everything(self) -> Audit:
        layer: dict[tuple[object, ...], Situation] = {(): Situation({}, 1)}
        for place, question in enumerate(self.checklist.questions):
            layer = self._next_layer(layer, place, question)
        for situation in layer.values():
            self._end(situation)
        self.found.unreached = tuple(self._unreached())
        return self.found

    def _next_layer(
        self, layer: dict[tuple[object, ...], Situation], place: int, question: Question
    ) -> dict[tuple[object, ...], Situation]:
        reads = _Reads(self.checklist, place)
        choices = tuple(_choices(question))
        following: dict[tuple[object, ...], Situation] = {}
        for situation in layer.values():
            before = self.replay(self.checklist, situation.route)
            if before.next is not question:
                _merge(following, reads.of(before), situation.route, situation.paths)
                continue
            self.found.stopping_points += 1
            self.found.stopped_paths += situation.paths
            self._point(before)
            for given in choices:
                route = {**situation.route, question.id: given}
                after = self.replay(self.checklist, route)
                self._step(question, given, before, after)
                _merge(following, reads.of(after), route, situation.paths)
        self.found.situations += len(following)
        return following

    def _step(self, question: Question, given: tuple[str, ...], before: Progress, after: Progress) -> None:
        self.found.steps += 1
        self.chosen.update((question.id, one) for one in given)
        self.found.broken.extend(broken_by_step(question, before, after))
        if question.choose is Choose.PEOPLE:
            decision = self.decide(self.checklist, after)
            self.found.broken.extend(broken_by_telling(after, decision))

    def _point(self, progress: Progress) -> Decision:
        decision = self.decide(self.checklist, progress)
        self.found.broken.extend(broken_at_point(self.checklist, progress, decision))
        words = (_spoken(decision), progress.is_finished, progress.answers.get("3.1.6") == ("none",))
        if words not in self.texts:
            self.texts.add(words)
            self._words(progress, decision)
        return decision

    def _words(self, progress: Progress, decision: Decision) -> None:
        told = Told.DELIVERED if decision.page else Told.NOBODY
        said = guide(self.checklist, progress, decision, Facts(), told)
        self.found.broken.extend(broken_in_words(progress, decision, said))

    def _end(self, situation: Situation) -> None:
        progress = self.replay(self.checklist, situation.route)
        if progress.next is not None:
            how = f"{progress.next.id} is asked after the end"
            self.found.broken.append(Broken("I22", how, situation.route))
        outcome = self._point(progress).outcome
        here = self.found.endings.setdefault(outcome, Situation(situation.route, 0))
        here.paths += situation.paths
        here.route = min(here.route, situation.route, key=len)

    def _unreached(self) -> Iterator[str]:
        for question in self.checklist:
            for option in question.options:
                if (question.id, option.id) not in self.chosen and option.id != PEOPLE:
                    yield f"{question.id} {option.id}"
        yield from (one for one in self.checklist.endings if one not in self.found.endings)


def _choices(question: Question) -> Iterator[tuple[str, ...]]:
    """Every way to answer: one option, any set of them, or any people as long as one is left."""
    options = [option.id for option in question.options]
    if question.choose is Choose.ANY:
        yield from _sets(options, len(options))
    elif question.choose is Choose.PEOPLE:
        people = SOME_PEOPLE.everybody
        yield from ((one,) for one in options if one != PEOPLE)
        yield from _sets(people, len(people) - 1)
    else:
        yield from ((one,) for one in options)


def _sets(things: list[str] | tuple[str, ...], most: int) -> Iterator[tuple[str, ...]]:
    yield from chain.from_iterable(combinations(things, size) for size in range(1, most + 1))


def _merge(
    layer: dict[tuple[object, ...], Situation],
    read: tuple[object, ...],
    route: Answers,
    paths: int,
) -> None:
    known = layer.get(read)
    if known is None:
        layer[read] = Situation(route, paths)
        return
    known.paths += paths
    if len(route) < len(known.route):
        known.route = route


class _Reads:
    """What the rules after one place in the checklist still read of the answers before it."""

    def __init__(self, checklist: Checklist, place: int) -> None:
        before = {question.id for question in checklist.questions[: place + 1]}
        later = checklist.questions[place + 1 :]
        self.atoms = tuple(
            dict.fromkeys(atom for question in later for atom in atoms(question.asked_when) if atom.question in before)
        )
        misdirects = frozenset({"bad_recipient", "insecure"})
        may_share = any(option.shared for question in later for option in question.options)
        self.lasting = _LASTING | (misdirects if may_share else frozenset())

    def of(self, progress: Progress) -> tuple[object, ...]:
        level = progress.level
        answers = progress.answers
        conditions = tuple([atom.holds(answers, level) for atom in self.atoms])
        effects = progress.effects & self.lasting
        return level, progress.breach, conditions, frozenset(effects), self._derived(progress)

    @staticmethod
    def _derived(progress: Progress) -> tuple[object, ...]:
        """What decide reads of single answers; once it is urgent nothing can stand in the way."""
        given = progress.answers
        consent = next((one.consent for one in progress.options() if one.consent), None)
        single = (given.get("S4") == ("no",), given.get("3.1.3"), given.get("3.1.4") == ("no",))
        blocked = progress.level < Level.CONSULT_URGENT and (
            not progress.effects.isdisjoint(_BLOCKING)
            or consent is Consent.REFUSED
            or given.get("3.3.4") == ("worried",)
            or any(option.fix for option in progress.options())
        )
        return consent, *single, given.get("3.1.6") == ("none",), blocked, given.get("4.2")


def _spoken(decision: Decision) -> tuple[object, ...]:
    """What the words depend on, but for the reasons, whose parts are all in the table."""
    return (
        decision.outcome,
        decision.fixes,
        decision.tasks,
        decision.say,
        decision.hold_informing,
        decision.protect_source,
        decision.allegation,
        decision.risk,
        decision.breach,
        decision.valid_consent,
        decision.conflict,
        bool(decision.left_out),
        decision.answers_differ,
    )
