"""What changes from one edition of the checklist to another, in a form that the leads can sign.

The words and the table are compared entry by entry. What it means for people is counted: everybody who could answer
both editions with the same answers, and for whom the outcome, the urgency, who is told or the advice differs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from flows.audit.invariants import SOME_PEOPLE
from flows.audit.situations import Reads
from flows.engine.outcome import Decision, decide
from flows.engine.replay import replay
from flows.formats.render import condition_words, effect_words
from flows.model import Answers, Checklist, Choose, Option, Question
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
class Moved:
    """Answers that end elsewhere. ways: how many ways to answer.

    example: one of the shortest, in the new edition; no_longer: its answers to questions that only the old one asks.
    """

    before: Ends
    after: Ends
    ways: int
    example: Answers
    no_longer: Answers


@dataclass(slots=True)
class Difference:
    """What changes.

    table, rules: one line a change. moved: by where answers ended and end now. advised: for each piece of advice that
    only the new edition gives, an example. same: ways in which nothing but perhaps the advice changes.
    """

    old: str
    new: str
    table: tuple[str, ...]
    rules: tuple[str, ...]
    moved: dict[tuple[Ends, Ends], Moved] = field(default_factory=dict)
    advised: dict[str, Answers] = field(default_factory=dict)
    same: int = 0


def compare(old: Checklist, new: Checklist, rules: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())) -> Difference:
    """Compare two editions; both are judged by today's engine. rules: the derived rules of each, in words."""
    before, after = rules
    gone = [f"Gone: {rule}" for rule in before if rule not in after]
    added = [f"New: {rule}" for rule in after if rule not in before]
    found = Difference(old.version, new.version, tuple(_table(old, new)), (*gone, *added))
    _Both(old, new, found).everybody()
    found.advised = dict(_advised(old, new))
    return found


def _advised(old: Checklist, new: Checklist) -> Iterator[tuple[str, Answers]]:
    """For each piece of advice that is new, one answer that calls it up."""
    for advice in new.advice:
        called = ({asked.id: (option.id,)} for asked in new for option in asked.options if advice.id in option.advice)
        if advice.id not in old.advice_by_id:
            yield advice.id, next(called, {})


def _table(old: Checklist, new: Checklist) -> Iterator[str]:
    for question in new:
        if question.id not in old.by_id:
            yield f"{question.id} is new: {question.ask}"
        else:
            yield from _question(old[question.id], question)
    yield from (f"{question.id} is gone: {question.ask}" for question in old if question.id not in new.by_id)
    for what, one, other in (
        ("fix", old.fixes, new.fixes),
        ("task", old.tasks, new.tasks),
        ("advice", {each.id: each.words for each in old.advice}, {each.id: each.words for each in new.advice}),
        ("outcome", _endings(old), _endings(new)),
    ):
        yield from _words(what, one, other)


def _endings(checklist: Checklist) -> dict[str, str]:
    return {outcome: f"{one.urgency_words}: {one.words}" for outcome, one in checklist.endings.items()}


def _words(what: str, old: object, new: object) -> Iterator[str]:
    before, after = dict(old), dict(new)  # type: ignore[call-overload] # mappings of words
    for name, words in after.items():
        if name not in before:
            yield f"{what} {name} is new: {words}"
        elif before[name] != words:
            yield f'{what} {name}: "{before[name]}" becomes "{words}"'
    yield from (f"{what} {name} is gone: {before[name]}" for name in before if name not in after)


def _question(old: Question, new: Question) -> Iterator[str]:
    for name in ("ask", "help", "policy_words", "clause"):
        one, other = getattr(old, name), getattr(new, name)
        if one != other:
            yield f'{new.id}, {name}: "{one}" becomes "{other}"'
    if old.asked_when != new.asked_when:
        yield f"{new.id} is asked when {condition_words(new.asked_when)}; before: {condition_words(old.asked_when)}"
    if new.when_already_shared and new.when_already_shared != old.when_already_shared:
        yield f'{new.id}, when already shared: "{new.when_already_shared.ask}"'
    for option in new.options:
        if option.id not in old.by_id:
            yield f'{new.id}, new answer "{option.label}": {_effects(option)}'
        else:
            yield from _option(new.id, old.by_id[option.id], option)
    yield from (f'{new.id}: the answer "{one.label}" is gone' for one in old.options if one.id not in new.by_id)


def _option(question: str, old: Option, new: Option) -> Iterator[str]:
    if old.label != new.label:
        yield f'{question} {new.id}: "{old.label}" becomes "{new.label}"'
    if effect_words(old) != effect_words(new):
        yield f'{question} "{new.label}": {_effects(old)} becomes {_effects(new)}'


def _effects(option: Option) -> str:
    return ", ".join(effect_words(option)) or "no effect"


@dataclass(slots=True)
class _Pair:
    """The same person in both editions, and how many ways there are to be like this."""

    old: Answers
    new: Answers
    ways: int


class _Both:
    """Everybody who could answer both editions, walked through them side by side."""

    def __init__(self, old: Checklist, new: Checklist, found: Difference) -> None:
        self.old = old
        self.new = new
        self.found = found

    def everybody(self) -> None:
        layer = [_Pair({}, {}, 1)]
        for question in self.new:
            layer = self._next(layer, question)
        for pair in layer:
            self._ends(pair)

    def _next(self, layer: list[_Pair], question: Question) -> list[_Pair]:
        places = [self.new.questions.index(question), self._place_in_old(question)]
        reads = [Reads(self.new, places[0]), Reads(self.old, places[1])]
        following: dict[tuple[object, ...], _Pair] = {}
        for pair in layer:
            for after in self._answered(pair, question):
                there, here = replay(self.new, after.new), replay(self.old, after.old)
                key = (reads[0].of(there), reads[1].of(here), after.new.get("S2"))
                known = following.setdefault(key, _Pair(after.old, after.new, 0))
                known.ways += after.ways
        return list(following.values())

    def _place_in_old(self, question: Question) -> int:
        """Find the last question of the old edition that is asked no later than this one of the new."""
        earlier = {one.id for one in self.new.questions[: self.new.questions.index(question) + 1]}
        return max((place for place, one in enumerate(self.old.questions) if one.id in earlier), default=0)

    def _answered(self, pair: _Pair, question: Question) -> Iterator[_Pair]:
        new_asks = _asks(self.new, pair.new, question.id)
        old_asks = _asks(self.old, pair.old, question.id)
        if not new_asks and not old_asks:
            yield pair
            return
        for given in self._choices(question, both=new_asks and old_asks):
            old = {**pair.old, question.id: given} if old_asks else pair.old
            new = {**pair.new, question.id: given} if new_asks else pair.new
            yield _Pair(old, new, pair.ways)

    def _choices(self, question: Question, *, both: bool) -> Iterator[tuple[str, ...]]:
        """Answers that both editions have. Of ticks, each alone: several do together what each does."""
        if question.choose is Choose.PEOPLE:
            yield from _WHO
            return
        old = self.old.by_id.get(question.id)
        yield from (
            (option.id,) for option in question.options if not both or (old is not None and option.id in old.by_id)
        )

    def _ends(self, pair: _Pair) -> None:
        new, old = _decide(self.new, pair.new), _decide(self.old, pair.old)
        before, after = _where(old), _where(new)
        if before == after:
            self.found.same += pair.ways
            return
        no_longer = {asked: given for asked, given in pair.old.items() if asked not in pair.new}
        moved = self.found.moved.setdefault((before, after), Moved(before, after, 0, pair.new, no_longer))
        moved.ways += pair.ways
        if _unusual(pair.new) < _unusual(moved.example):
            moved.example, moved.no_longer = pair.new, no_longer


def _asks(checklist: Checklist, answers: Answers, question: str) -> bool:
    asked = replay(checklist, answers).next
    return asked is not None and asked.id == question


def _decide(checklist: Checklist, answers: Answers) -> Decision:
    return decide(checklist, replay(checklist, answers), SOME_PEOPLE.leads)


def _where(decision: Decision) -> Ends:
    return Ends(decision.outcome, decision.urgency, first_recipients(decision, SOME_PEOPLE))


def _unusual(answers: Answers) -> tuple[int, int]:
    """Fewest questions first, then the plainest answers."""
    return len(answers), sum(len(one) for given in answers.values() for one in given)


def as_markdown(found: Difference) -> str:
    """Make the page for the leads to sign: the changed words and rules, then what they mean for people."""
    lines = [
        "# What changes from one edition of the checklist to the next\n",
        f"From version `{found.old}` to version `{found.new}`. Both are judged by the rules as they are now.\n",
        "## Words and answers\n",
        *(f"- {line}" for line in found.table),
        "\n## Rules that look at more than one answer\n",
        *(f"- {line}" for line in found.rules),
        "\n## Who ends elsewhere\n",
        "Of all ways in which somebody can answer both editions with the same answers. Questions and answers that only",
        "the newer edition has are tried one by one.\n",
        f"Nothing but the advice changes in {found.same:,} ways.\n",
        *_moved(found),
        "\n## Who is given advice\n",
        *(f"- {advice}{_example(answers)}" for advice, answers in found.advised.items()),
        "\n## Signed off\n",
        "| lead | date | remarks |\n| --- | --- | --- |\n| | | |",
    ]
    return "\n".join(lines) + "\n"


def _moved(found: Difference) -> Iterator[str]:
    yield "| before | now | ways | for example |\n| --- | --- | --- | --- |"
    for moved in sorted(found.moved.values(), key=lambda one: (one.before.outcome, one.after.outcome, -one.ways)):
        example = _said(moved.example)
        if moved.no_longer:
            example += f" (no longer asked: {_said(moved.no_longer)})"
        yield f"| {_ends(moved.before)} | {_ends(moved.after)} | {moved.ways:,} | {example} |"


def _said(answers: Answers) -> str:
    return ", ".join(f"{asked} {'+'.join(given)}" for asked, given in answers.items())


def _example(answers: Answers) -> str:
    return f": for example {_said(answers)}" if answers else ": several answers together, see the page of the checklist"


def _ends(ends: Ends) -> str:
    return f"{ends.outcome}, {ends.urgency}, told: {', '.join(ends.recipients) or 'nobody'}"
