"""The checklist for reading: plain text, a Markdown page for the leads to sign off, a diagram."""

from collections.abc import Iterable, Iterator
from itertools import groupby, pairwise

from flows.advice import PLACEHOLDERS
from flows.derived import DERIVED, EFFECTS
from flows.model import (
    Always,
    Answered,
    Both,
    Checklist,
    Condition,
    Either,
    Ending,
    LevelBelow,
    Not,
    Option,
    Outcome,
    Question,
)
from flows.on_paper import OUTCOMES as ON_PAPER

_NAMED = ("fix", "task", "consent", "need_consent")
_INTRODUCTION = """\
# The checklist

Made from `flows/checklist.py`, `flows/outcomes.py`, `flows/advice.py` and `flows/derived.py` by
`share-check checklist --format markdown`; do not edit it here.
Version `{version}`: every check records the version of the questions that were asked.

Section 3 of the Information Sharing Policy is {policy} questions, in the policy's order and with
its own words. The {safety} safety questions in front are added for safety. The judgement of clause
4.2 comes last. To change a question, see [Change a question](tasks/change-a-question.md).
"""


_ADVICE = """\
The same words stand on the page moment, on Stop, on the outcome, in the lead's summary and on the paper sheet. They
need to be signed off with the questions.
"""


def condition_words(condition: Condition) -> str:
    """Say in words when a question is asked."""
    match condition:
        case Always():
            return "always"
        case LevelBelow(level):
            return f"nothing so far has raised the level to {level.name}"
        case Answered(question, options):
            return f"{question} is {' or '.join(options)}"
        case Not(inner):
            return _negated(inner)
        case Both(one, other):
            return f"{_grouped(one)} and {_grouped(other)}"
        case Either(one, other):
            return f"{condition_words(one)}, or {condition_words(other)}"
        case _:
            raise TypeError(f"{condition!r} has no words")


def _negated(condition: Condition) -> str:
    match condition:
        case Answered(question, options):
            return f"{question} is not {' or '.join(options)}"
        case Not(inner):
            return condition_words(inner)
        case _:
            return f"not ({condition_words(condition)})"


def _grouped(condition: Condition) -> str:
    words = condition_words(condition)
    return f"({words})" if isinstance(condition, Either) else words


def effect_words(option: Option) -> tuple[str, ...]:
    """List what an answer does, effect by effect, such as "level CONSULT" or "fix AMOUNT"."""
    told = [f"level {option.level.name}"] if option.level else []
    told += [f"{name} {getattr(option, name)}" for name in _NAMED if getattr(option, name)]
    told += sorted(option.effects)
    told += [f"say {word}" for word in option.say]
    return (*told, *(f"advice {one}" for one in option.advice))


def as_text(checklist: Checklist) -> str:
    """Print every question with its options, as a person meets them."""
    return "\n\n".join("\n".join(_text_lines(question)) for question in checklist) + "\n"


def _text_lines(question: Question) -> Iterator[str]:
    yield f"{question.id}  {question.ask}"
    yield f"     {question.help}"
    if question.policy_words:
        yield f"     Policy {question.clause}: {question.policy_words}"
    if question.asked_when.reads() or isinstance(question.asked_when, LevelBelow):
        yield f"     Asked when {condition_words(question.asked_when)}."
    if past := question.when_already_shared:
        yield f"     Already shared: {past.ask} {past.help}"
    for option in question.options:
        effects = ", ".join(effect_words(option))
        other = past.labels.get(option.id) if past else None
        label = f'{option.label} (already shared: "{other}")' if other else option.label
        yield f"     - {label} [{option.id}]" + (f": {effects}" if effects else "")


def as_markdown(checklist: Checklist) -> str:
    """Make the page the leads sign off: every word, every effect, and the diagram."""
    policy = sum(question.is_policy for question in checklist)
    safety = sum(question.id.startswith("S") for question in checklist)
    introduction = _INTRODUCTION.format(version=checklist.version, policy=policy, safety=safety)
    parts = [introduction, "## The way through\n", f"```mermaid\n{as_mermaid(checklist)}```\n"]
    parts += ["## The questions\n", *(_section(question) for question in checklist)]
    parts += ["## What an answer can do\n", _table(("effect", "meaning"), EFFECTS.items())]
    parts += ["## Rules that look at more than one answer\n", _bullets(DERIVED)]
    fixes = ((fix, words, checklist.fixes_when_shared.get(fix, "")) for fix, words in checklist.fixes.items())
    parts += ["## Things to sort out first\n", _table(("fix", "words", "words when already shared"), fixes)]
    parts += ["## Whose consent\n", _table(("3.1.5", "consent_from"), checklist.consent_from.items())]
    parts += ["## Things to do when or after sharing\n"]
    parts += [_table(("task", "words"), checklist.tasks.items())]
    parts += ["## Outcomes\n", _outcomes(checklist)]
    parts += ["## Outcomes on paper\n", _table(("outcome", "the paper sheet says"), ON_PAPER.items())]
    advice = ((one.id, one.when, one.words) for one in checklist.advice)
    parts += ["## Advice\n", _ADVICE, _table(("advice", "given when", "words"), advice)]
    parts += ["## Placeholders\n", _table(("placeholder", "what stands in its place"), PLACEHOLDERS.items())]
    return "\n".join(parts)


def _section(question: Question) -> str:
    lines = [f"### {question.id}: {question.ask}\n", f"{question.help}\n"]
    if question.policy_words:
        lines += [f"> Policy {question.clause}: {question.policy_words}\n"]
    else:
        lines += [f"> {question.clause.capitalize()}.\n"]
    lines += [f"Asked when: {condition_words(question.asked_when)}.\n"]
    past = question.when_already_shared
    if past:
        lines += [f"When it was already shared: **{past.ask}** {past.help}\n"]
    rows = (
        (
            option.label,
            past.labels.get(option.id, "") if past else "",
            f"`{option.id}`",
            ", ".join(effect_words(option)),
        )
        for option in question.options
    )
    head = ("answer", "answer when already shared", "id", "effects")
    return "\n".join((*lines, _table(head, rows) if past and past.labels else _without_second(head, rows)))


def _without_second(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    return _table(head[:1] + head[2:], (row[:1] + row[2:] for row in rows))


def _outcomes(checklist: Checklist) -> str:
    rows = (
        (outcome, "yes" if ending.page else "no", ending.urgency_words, words)
        for outcome, ending in checklist.endings.items()
        for words in _words_of(ending)
    )
    return _table(("outcome", "page", "urgency", "the reporter reads"), rows)


def _words_of(ending: Ending) -> Iterator[str]:
    yield ending.words
    if ending.words_when_shared:
        yield f"when already shared: {ending.words_when_shared}"
    if ending.words_without_fixes:
        yield f"with nothing to sort out: {ending.words_without_fixes}"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(cell or '-' for cell in line)} |\n" for line in lines)


def _bullets(lines: Iterable[str]) -> str:
    return "".join(f"- {line}\n" for line in lines)


def as_mermaid(checklist: Checklist) -> str:
    """Draw a flowchart of the questions in order and the outcomes they end in."""
    return "\n".join(("flowchart TD", *_nodes(checklist), *_edges(checklist))) + "\n"


def _nodes(checklist: Checklist) -> Iterator[str]:
    for question in checklist:
        yield f'    {_node(question)}["{question.id}: {_quoted(question.topic)}"]'
    for outcome in checklist.endings:
        yield f'    {outcome}(["{outcome}"])'


def _edges(checklist: Checklist) -> Iterator[str]:
    """Down through the questions; a dotted line passes by those that are not always asked."""
    runs = [tuple(run) for _, run in groupby(checklist, key=lambda one: one.asked_when)]
    for before, run in pairwise(runs):
        always = isinstance(run[0].asked_when, Always)
        arrow = "-->" if always else f'-- "{condition_words(run[0].asked_when)}" -->'
        yield f"    {_node(before[-1])} {arrow} {_node(run[0])}"
    for run in runs:
        yield from (f"    {_node(one)} --> {_node(other)}" for one, other in pairwise(run))
    for before, run, after in zip(runs, runs[1:], runs[2:], strict=False):
        if not isinstance(run[0].asked_when, Always):
            yield f'    {_node(before[-1])} -. "otherwise" .-> {_node(after[0])}'
    last = _node(checklist.questions[-1])
    yield from (f'    {last} -- "{_WAYS_OUT[one]}" --> {one}' for one in checklist.endings)


_WAYS_OUT = {
    Outcome.EMERGENCY: "not asked: level EMERGENCY",
    Outcome.CONSULT_URGENT: "not asked: level CONSULT_URGENT",
    Outcome.CONSULT: "level CONSULT, or yes with something unsure or to fix",
    Outcome.CONSULT_READY: "yes, all clear",
    Outcome.FIX_FIRST: "not yet, level NONE",
    Outcome.HOLD: "no, level NONE",
}


def _node(question: Question) -> str:
    return "Q" + question.id.replace(".", "_")


def _quoted(words: str) -> str:
    return words.replace('"', "#quot;")
