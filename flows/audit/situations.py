"""Every situation a check can be in, and every point where it can stop, held against every rule.

Two people are in the same situation when everything that later rules read of their answers is
equal. Merging those makes billions of paths a few thousand situations; each keeps its number of
paths and one shortest route, which is the person that gets tested. Every answer is tried in every
situation before it, and what it leads to is judged as a point where the person may stop.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain, combinations

from flows.audit.invariants import (
    SOME_PEOPLE,
    Broken,
    broken_at_point,
    broken_by_step,
    broken_by_telling,
    is_risk,
    is_shared,
)
from flows.audit.rendered import Guide, Reader, expected_advice, is_adult
from flows.audit.wiring import atoms, wiring_problems
from flows.engine.guidance import guide
from flows.engine.outcome import Decision, decide
from flows.engine.replay import PAGE_MOMENT, Progress, replay
from flows.model import PEOPLE, Answers, Checklist, Choose, Consent, Outcome, Question

SHOWN = 3
_LASTING = frozenset({"hold_informing", "allegation", "shared", "risk", "adult"})
_ABOUT_CONSENT = frozenset({"3.1.1", "3.1.3", "3.1.4", "3.1.5", "3.1.6", "3.1.7"})
_BLOCKING = frozenset({"unsure", "sharing_worse", "shared"})
_WHO = (("no",), ("lead-1",), SOME_PEOPLE.leads, ("not_sure",))
"""Every kind of answer to S2: nobody, somebody, every lead, not sure."""
_DANGER = (("no",), ("not_sure",), ("yes",))


@dataclass(slots=True)
class Situation:
    """One shortest way to get here, as it is replayed, and how many ways there are."""

    route: Answers
    paths: int
    progress: Progress


@dataclass(slots=True)
class Audit:
    """What was visited and what was found.

    endings: complete paths and a route for each outcome. readings: decisions that were rendered, in every state.
    """

    situations: int = 0
    stopping_points: int = 0
    steps: int = 0
    readings: int = 0
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
            f"{self.steps:,} answers tried, and what is read after them rendered in {self.readings:,} ways",
            f"{self.paths:,} complete paths and {self.stopped_paths:,} ways to stop early covered",
            *(f"  {outcome}: {end.paths:,}" for outcome, end in sorted(self.endings.items())),
        ]
        verdict = f"{len(self.problems)} problems" if self.problems else "every invariant holds"
        return "\n".join((*lines, verdict, *(f"- {problem}" for problem in self.problems)))


Replay = Callable[[Checklist, Answers], Progress]
Decide = Callable[..., Decision]


def audit(
    checklist: Checklist,
    replay: Replay = replay,
    decide: Decide = decide,
    guide: Guide = guide,
    until: str | None = None,
) -> Audit:
    """Visit everything. replay, decide and guide can be others, to see that their faults are found.

    until: the invariant that is expected to be broken; the audit ends where it first is.
    """
    visit = _Visit(checklist, replay, decide, guide, until)
    with suppress(_Enough):
        visit.everything()
    return visit.found


def routes(checklist: Checklist) -> Iterator[Answers]:
    """List one shortest route to every situation that can be reached, finished or not, each once; nothing is judged."""
    yield from (one.route for one in _reached(checklist))


def _reached(checklist: Checklist) -> Iterator[Situation]:
    visit = _JustLooking(checklist, replay, decide, guide)
    found = {tuple(one.route.items()): one for layer in visit.layers() for one in layer.values()}
    yield from (one for one in found.values() if one.route)


def readings(checklist: Checklist) -> Iterator[Answers]:
    """List the routes that together hold every part of the words somebody may read, in as few as need be."""
    seen: set[tuple[bool, tuple[object, ...]]] = set()
    for one in _reached(checklist):
        words = spoken(one.progress, decide(checklist, one.progress, SOME_PEOPLE.leads))
        if not words <= seen:
            seen |= words
            yield one.route


def spoken(progress: Progress, decision: Decision) -> set[tuple[bool, tuple[object, ...]]]:
    """Return all that the words depend on, part by part: two decisions with the same parts read the same."""
    law = _law(progress.answers)
    return {(progress.is_finished, (law, part)) for part in _spoken(decision)}


class _Enough(Exception):
    """Raised where the invariant that was expected to be broken is."""


class _Visit:
    """One audit under way."""

    def __init__(
        self, checklist: Checklist, replay: Replay, decide: Decide, guide: Guide, until: str | None = None
    ) -> None:
        self.checklist = checklist
        self.replay = replay
        self.decide = decide
        self.guide = guide
        self.until = until
        self.found = Audit(wiring=wiring_problems(checklist))
        self.chosen: set[tuple[str, str]] = set()
        self.texts: set[tuple[bool, tuple[object, ...]]] = set()

    def everything(self) -> None:
        self._point(self.replay(self.checklist, {}))
        (ends,) = deque(self.layers(), maxlen=1)
        for situation in ends.values():
            self._end(situation)
        self.found.unreached = tuple(self._unreached())
        self._blame(self._unions())

    def _blame(self, broken: Iterable[Broken]) -> None:
        for one in broken:
            self.found.broken.append(one)
            if one.name == self.until:
                raise _Enough

    def layers(self) -> Iterator[dict[tuple[object, ...], Situation]]:
        """Yield the situations behind each question, the first being before any."""
        layer: dict[tuple[object, ...], Situation] = {(): Situation({}, 1, self.replay(self.checklist, {}))}
        yield layer
        for place, question in enumerate(self.checklist.questions):
            layer = self._next_layer(layer, place, question)
            yield layer

    def _next_layer(
        self, layer: dict[tuple[object, ...], Situation], place: int, question: Question
    ) -> dict[tuple[object, ...], Situation]:
        reads = Reads(self.checklist, place)
        choices = tuple(_choices(question))
        following: dict[tuple[object, ...], Situation] = {}
        for situation in layer.values():
            before = situation.progress
            if before.next is not question:
                _merge(following, reads.of(before), situation)
                continue
            self.found.stopping_points += 1
            self.found.stopped_paths += situation.paths
            for given, ways in choices:
                route = {**situation.route, question.id: given}
                after = self.replay(self.checklist, route)
                self._step(question, given, before, after)
                _merge(following, reads.of(after), Situation(route, situation.paths * ways, after))
        self.found.situations += len(following)
        return following

    def _step(self, question: Question, given: tuple[str, ...], before: Progress, after: Progress) -> None:
        self.found.steps += 1
        self.chosen.update((question.id, one) for one in given)
        self._blame(broken_by_step(question, before, after))
        decision = self._point(after)
        if question.choose is Choose.PEOPLE:
            self._blame(broken_by_telling(after, decision))

    def _point(self, progress: Progress) -> Decision:
        decision = self.decide(self.checklist, progress, SOME_PEOPLE.leads)
        self._blame(broken_at_point(self.checklist, progress, decision))
        if "S2" in progress.answers:
            self._read(progress, decision)
        return decision

    def _read(self, progress: Progress, decision: Decision) -> None:
        """Render what is new, also with every other answer about danger and about who is left out."""
        if not self._render(progress, decision):
            return
        for question, others in (("S1", _DANGER), ("S2", _WHO)):
            for other in others:
                given = progress.answers.get(question)
                if given not in (None, other) and self.checklist[question].has(other):
                    there = self.replay(self.checklist, {**progress.answers, question: other})
                    self._render(there, self.decide(self.checklist, there, SOME_PEOPLE.leads))

    def _render(self, progress: Progress, decision: Decision) -> bool:
        """Render a decision in every state, unless all its words were read before; return whether it was."""
        words = spoken(progress, decision)
        if words <= self.texts:
            return False
        self.texts |= words
        self.found.readings += 1
        self._blame(Reader(self.checklist, progress, decision, self.guide).broken())
        return True

    def _end(self, situation: Situation) -> None:
        progress = situation.progress
        if progress.next is not None:
            how = f"{progress.next.id} is asked after the end"
            self._blame([Broken("I22", how, situation.route)])
        outcome = self._point(progress).outcome
        here = self.found.endings.setdefault(outcome, Situation(situation.route, 0, progress))
        here.paths += situation.paths
        here.route = min(here.route, situation.route, key=len)

    def _unions(self) -> Iterator[Broken]:
        """Find ticks that do not add up: several together must do what each does alone, advice included."""
        for question in self.checklist:
            if question.choose is Choose.ANY:
                for ticks in _sets([option.id for option in question.options], len(question.options)):
                    yield from self._union(question, ticks)

    def _union(self, question: Question, ticks: tuple[str, ...]) -> Iterator[Broken]:
        alone = [question.meaning((tick,)) for tick in ticks]
        together = question.meaning(ticks)
        adds_up = together.raises == max(one.raises for one in alone)
        if not adds_up or together.effects != frozenset().union(*(one.effects for one in alone)):
            yield Broken("I7", f"ticking {', '.join(ticks)} together does less", {question.id: ticks})
        progress = self.replay(self.checklist, self._calm_until(question) | {question.id: ticks})
        advice = set(self.decide(self.checklist, progress, SOME_PEOPLE.leads).advice)
        if question.id in progress.answers and advice != expected_advice(progress.answers):
            yield Broken("I31", f"the advice is {', '.join(sorted(advice))}", progress.answers)

    def _calm_until(self, question: Question) -> dict[str, tuple[str, ...]]:
        """Return the mildest answers to everything that is asked before."""
        calm: dict[str, tuple[str, ...]] = {}
        while (asked := self.replay(self.checklist, calm).next) is not None and asked is not question:
            calm[asked.id] = (min(asked.options, key=lambda one: (one.raises, one.conflict, len(one.effects))).id,)
        return calm

    def _unreached(self) -> Iterator[str]:
        for question in self.checklist:
            for option in question.options:
                if (question.id, option.id) not in self.chosen and option.id != PEOPLE:
                    yield f"{question.id} {option.id}"
        yield from (one for one in self.checklist.endings if one not in self.found.endings)


class _JustLooking(_Visit):
    """Finds the situations and judges nothing."""

    def _step(self, question: Question, given: tuple[str, ...], before: Progress, after: Progress) -> None:
        pass


def _choices(question: Question) -> Iterator[tuple[tuple[str, ...], int]]:
    """Every way to answer, each with how many it stands for.

    Of people, any as long as one is left. Of ticks, each alone, and one set for each that together do the same.
    """
    options = [option.id for option in question.options]
    if question.choose is Choose.ANY:
        yield from _ticks(question)
    else:
        yield from (((one,), 1) for one in options if one != PEOPLE)
    if question.choose is Choose.PEOPLE:
        people = SOME_PEOPLE.everybody
        yield from ((some, 1) for some in _sets(people, len(people) - 1))


def _ticks(question: Question) -> Iterator[tuple[tuple[str, ...], int]]:
    options = [option.id for option in question.options]
    yield from (((one,), 1) for one in options)
    alike: dict[tuple[object, ...], list[tuple[str, ...]]] = {}
    for ticks in _sets(options, len(options)):
        if len(ticks) > 1:
            meaning = question.meaning(ticks)
            alike.setdefault((meaning.raises, meaning.effects, "not_sure" in ticks), []).append(ticks)
    yield from ((same[0], len(same)) for same in alike.values())


def _sets(things: list[str] | tuple[str, ...], most: int) -> Iterator[tuple[str, ...]]:
    return chain.from_iterable(combinations(things, size) for size in range(1, most + 1))


def _merge(layer: dict[tuple[object, ...], Situation], key: tuple[object, ...], found: Situation) -> None:
    known = layer.setdefault(key, Situation(found.route, 0, found.progress))
    known.paths += found.paths
    if len(found.route) < len(known.route):
        known.route, known.progress = found.route, found.progress


class Reads:
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
        self.settled = not {question.id for question in later} & _ABOUT_CONSENT

    def of(self, progress: Progress) -> tuple[object, ...]:
        """Reduce answers to what is read of them from here on."""
        level = progress.level
        answers = progress.answers
        conditions = tuple([atom.holds(answers, level) for atom in self.atoms])
        effects = progress.effects & self.lasting
        consent = self._settled(progress) if self.settled else self._consent(progress)
        return level, progress.breach, conditions, frozenset(effects), consent, self._judged(progress)

    @staticmethod
    def _consent(progress: Progress) -> tuple[object, ...]:
        """Everything the rules about consent read, while some of it is still to be asked."""
        given = progress.answers
        consent = next((one.consent for one in progress.options() if one.consent), None)
        cannot = given.get("3.1.5", ("",))[0] in ("adult_may_not_decide", "not_sure")
        safe = given.get("3.1.6") == ("none",)
        understood = "understood" in progress.effects
        return consent, given.get("3.1.3"), given.get("3.1.4") == ("no",), safe, cannot, understood

    @classmethod
    def _settled(cls, progress: Progress) -> tuple[object, ...]:
        """Return what those rules come to, once all of it was asked: valid consent, or a fix that may be called for."""
        consent, needs, no_power, safe, cannot, understood = cls._consent(progress)
        valid = consent is Consent.GIVEN and understood
        may_ask = needs == ("yes",) and safe and not cannot and consent is not Consent.REFUSED
        return valid, not valid and may_ask, not valid and needs == ("no",) and no_power

    @staticmethod
    def _judged(progress: Progress) -> tuple[object, ...]:
        """Return what the judgement reads of single answers; once it is urgent nothing can stand in the way."""
        given = progress.answers
        worry = progress.effects.isdisjoint(("risk", "allegation")) and "not_sure" in given.get("S7", ())
        urgent = progress.level >= PAGE_MOMENT
        otherwise = urgent and any(one.raises >= PAGE_MOMENT and not one.breach for one in progress.options())
        blocked = not urgent and (
            not progress.effects.isdisjoint(_BLOCKING)
            or given.get("3.1.3") == ("yes",)
            or given.get("3.1.5") == ("adult_may_not_decide",)
            or given.get("3.2.3") == ("cannot_check",)
            or given.get("3.3.4") == ("worried",)
            or any(option.fix or option.consent is Consent.REFUSED for option in progress.options())
        )
        return worry, otherwise, blocked, given.get("4.2")


def _law(given: Answers) -> tuple[object, ...]:
    """Return what the invariants read of the answers themselves: a decision that lost it must not look like another."""
    return given.get("S1"), is_risk(given), is_shared(given), is_adult(given), "3.1.6" in given


def _spoken(decision: Decision) -> Iterator[tuple[object, ...]]:
    """List the parts of the words: the frame, and each fix, task and piece of advice with all that its words depend on.

    The parts of the reasons are all in the table.
    """
    who = (decision.conflict, bool(decision.left_out), "LEADS_LEFT_OUT" in decision.advice)
    urgent = decision.level >= PAGE_MOMENT
    yield (
        *(decision.outcome, "999" in decision.say, decision.tell_nobody, who, decision.risk, decision.shared),
        *(decision.allegation, decision.adult, "ADULT" in decision.advice, bool(decision.fixes)),
    )
    yield "consent", decision.risk, decision.valid_consent, who
    yield "lines", decision.protect_source, decision.answers_differ, decision.breach, bool(decision.tasks), who
    for fix in decision.raw_fixes:
        shown = fix in decision.fixes
        yield "fix", fix, shown, decision.page, urgent, decision.shared, decision.allegation, decision.risk, who
    yield from (("task", task, who) for task in decision.tasks)
    yield from (("advice", one, decision.adult, decision.page, urgent, who) for one in decision.advice)
