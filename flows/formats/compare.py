"""What changes from one edition of the checklist to another, in a form that the leads can sign.

The words and the table are compared entry by entry. What it means for people is counted: everybody who could answer
both editions with the same answers, and for whom the outcome, the urgency, who is told or the advice differs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from flows.formats.render import condition_words, effect_words
from flows.formats.side_by_side import Advised, Ends, Everybody, Moved
from flows.model import Answers, Checklist, Option, Question


@dataclass(slots=True)
class Difference:
    """What changes.

    table, rules: one line a change. moved: by where answers ended and end now. advised: by the piece of advice, and
    whether it is given now or no longer. same: ways in which nothing but perhaps the advice changes.
    """

    old: str
    new: str
    table: tuple[str, ...]
    rules: tuple[str, ...]
    moved: dict[tuple[Ends, Ends], Moved] = field(default_factory=dict)
    advised: dict[tuple[str, bool], Advised] = field(default_factory=dict)
    same: int = 0


def compare(old: Checklist, new: Checklist, rules: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())) -> Difference:
    """Compare two editions; both are judged by today's engine. rules: the derived rules of each, in words."""
    before, after = rules
    gone = [f"Gone: {rule}" for rule in before if rule not in after]
    added = [f"New: {rule}" for rule in after if rule not in before]
    everybody = Everybody(old, new)
    everybody.walk()
    return Difference(
        *(old.version, new.version, tuple(_table(old, new)), (*gone, *added)),
        *(everybody.moved, everybody.advised, everybody.same),
    )


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
        "\n## Who is given other advice\n",
        "Of the same ways, for each piece of advice: in how many it is given now and was not before, or no longer.\n",
        *_advised(found),
        "\n## Signed off\n",
        "| lead | date | remarks |\n| --- | --- | --- |\n| | | |",
    ]
    return "\n".join(lines) + "\n"


def _moved(found: Difference) -> Iterator[str]:
    yield "| before | now | ways | for example |\n| --- | --- | --- | --- |"
    for moved in sorted(found.moved.values(), key=lambda one: (one.before.outcome, one.after.outcome, -one.ways)):
        yield f"| {_ends(moved.before)} | {_ends(moved.after)} | {moved.ways:,} | {_example(moved)} |"


def _advised(found: Difference) -> Iterator[str]:
    yield "| advice | change | ways | for example |\n| --- | --- | --- | --- |"
    for (advice, is_given), advised in found.advised.items():
        change = "given now" if is_given else "no longer given"
        yield f"| {advice} | {change} | {advised.ways:,} | {_example(advised)} |"


def _example(of: Moved | Advised) -> str:
    no_longer = f" (no longer asked: {_said(of.no_longer)})" if of.no_longer else ""
    return f"{_said(of.example)}{no_longer}"


def _said(answers: Answers) -> str:
    return ", ".join(f"{asked} {'+'.join(given)}" for asked, given in answers.items())


def _ends(ends: Ends) -> str:
    return f"{ends.outcome}, {ends.urgency}, told: {', '.join(ends.recipients) or 'nobody'}"
