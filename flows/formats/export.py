"""A checklist as JSON and back: to keep an edition as data, and to compare it with another.

The shape is the page's: questions with their options and effects, fixes, tasks, outcomes, advice and rules. Conditions
are written as data, such as {"answered": ["S4", ["possibly"]]}.
"""

import json
from collections.abc import Mapping
from dataclasses import fields
from enum import Enum
from typing import Any

from flows.audit.wiring import atoms
from flows.derived import DERIVED
from flows.model import (
    ALWAYS,
    Advice,
    Always,
    Answered,
    Both,
    Checklist,
    Choose,
    Condition,
    Consent,
    Either,
    Ending,
    Level,
    LevelBelow,
    Not,
    Option,
    Outcome,
    PastTense,
    Question,
    Urgency,
)

FORMAT = 1
_WORDS = ("id", "clause", "topic", "policy_words", "ask", "help", "after_sharing")


def as_json(checklist: Checklist) -> str:
    """Write a checklist with its rules as JSON, one version for ever readable by `read_json`."""
    document = {
        "format": FORMAT,
        "version": checklist.version,
        "questions": [_question(question) for question in checklist],
        "fixes": dict(checklist.fixes),
        "fixes_when_already_shared": dict(checklist.fixes_when_shared),
        "tasks": dict(checklist.tasks),
        "consent_from": dict(checklist.consent_from),
        "outcomes": {outcome: _plain(ending) for outcome, ending in checklist.endings.items()},
        "advice": [_plain(one) for one in checklist.advice],
        "derived": list(DERIVED),
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def read_json(text: str) -> tuple[Checklist, tuple[str, ...]]:
    """Read what `as_json` wrote: the checklist, and its rules in words. Raises ValueError for anything else."""
    try:
        document = json.loads(text)
        if document["format"] != FORMAT:
            raise ValueError(f"This is format {document['format']} of a checklist; {FORMAT} can be read.")
        checklist = _checklist(document)
        _check_conditions(checklist)
        return checklist, tuple(document["derived"])
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"This is not a checklist that was written with --format json: {error!r}.") from None


def _check_conditions(checklist: Checklist) -> None:
    """Raise ValueError for a checklist nobody could walk through: it has no S1, or reads what was not asked before."""
    if "S1" not in checklist.by_id:
        raise ValueError("It has no question S1.")
    asked: set[str] = set()
    for question in checklist:
        for atom in atoms(question.asked_when):
            if atom.question not in asked:
                raise ValueError(f"{question.id} depends on {atom.question}, which is not asked before it.")
        asked.add(question.id)


def _question(question: Question) -> dict[str, Any]:
    past = question.when_already_shared
    return {
        **{name: getattr(question, name) for name in _WORDS},
        "choose": question.choose,
        "asked_when": _condition(question.asked_when),
        "options": [_plain(option) for option in question.options],
        **({"when_already_shared": _plain(past)} if past else {}),
    }


def _plain(value: object) -> dict[str, Any]:
    """Keep the fields of a value that say something."""
    named = {one.name: getattr(value, one.name) for one in fields(value)}  # type: ignore[arg-type] # a dataclass
    return {name: _named(given) for name, given in named.items() if given not in (None, False, (), "", Level.NONE)}


def _named(value: object) -> object:
    return value.name if isinstance(value, Level) else value.value if isinstance(value, Enum) else value


def _condition(condition: Condition) -> Any:
    match condition:
        case Answered(question, options):
            return {"answered": [question, list(options)]}
        case LevelBelow(level):
            return {"level_below": level.name}
        case Not(inner):
            return {"not": _condition(inner)}
        case Both(one, other):
            return {"both": [_condition(one), _condition(other)]}
        case Either(one, other):
            return {"either": [_condition(one), _condition(other)]}
        case Always():
            return "always"
        case _:
            raise TypeError(f"{condition!r} cannot be written")


def _read_condition(written: Any) -> Condition:
    if written == "always":
        return ALWAYS
    ((kind, inner),) = written.items()
    match kind:
        case "answered":
            return Answered(inner[0], tuple(inner[1]))
        case "level_below":
            return LevelBelow(Level[inner])
        case "not":
            return ~_read_condition(inner)
        case "both":
            return _read_condition(inner[0]) & _read_condition(inner[1])
        case "either":
            return _read_condition(inner[0]) | _read_condition(inner[1])
        case _:
            raise KeyError(kind)


def _checklist(document: Mapping[str, Any]) -> Checklist:
    return Checklist(
        questions=tuple(_read_question(question) for question in document["questions"]),
        fixes=dict(document["fixes"]),
        tasks=dict(document["tasks"]),
        endings={Outcome(outcome): _read_ending(ending) for outcome, ending in document["outcomes"].items()},
        advice=tuple(Advice(**one) for one in document["advice"]),
        consent_from=dict(document["consent_from"]),
        fixes_when_shared=dict(document["fixes_when_already_shared"]),
    )


def _read_question(written: Mapping[str, Any]) -> Question:
    past = written.get("when_already_shared")
    return Question(
        **{name: written[name] for name in _WORDS},
        choose=Choose(written["choose"]),
        asked_when=_read_condition(written["asked_when"]),
        options=tuple(_read_option(option) for option in written["options"]),
        when_already_shared=PastTense(**past) if past else None,
    )


def _read_option(written: Mapping[str, Any]) -> Option:
    known: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in written.items()
    }
    if "level" in known:
        known["level"] = Level[known["level"]]
    if "consent" in known:
        known["consent"] = Consent(known["consent"])
    return Option(**known)


def _read_ending(written: Mapping[str, Any]) -> Ending:
    known = {"page": False, **written, "urgency": Urgency(written["urgency"])}
    if "calm_urgency" in known:
        known["calm_urgency"] = Urgency(known["calm_urgency"])
    return Ending(**known)
