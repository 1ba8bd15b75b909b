"""The problems of organisation.toml, as sentences for the person who wrote the file.

Each place is written as in the file and counted from 1: `leads[2].phone` is the second lead's phone.
"""

import difflib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from tomllib import TOMLDecodeError
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

GROUPS = ("leads", "deputies", "independent")
RESERVED = (*GROUPS, "no", "not_sure", "administrators")
URGENCIES = ("P0", "P1", "P2", "P3")
WORDS = {
    "string_type": "must be text in quotes",
    "bool_type": "must be true or false, without quotes",
    "bool_parsing": "must be true or false, without quotes",
    "int_type": "must be a whole number, without quotes",
    "int_parsing": "must be a whole number, without quotes",
    "tuple_type": "must be a list, in square brackets",
    "string_too_short": "is empty",
    "string_too_long": "is too long: 300 characters is the most",
    "time_parsing": "must be a time, like 09:00:00 without quotes",
    "greater_than_equal": "is too small",
    "less_than_equal": "is too large",
    "date_from_datetime_parsing": "must be a date, like 2026-12-24 without quotes",
    "model_type": "must be a table with keys of its own",
}


class OrganisationError(Exception):
    """organisation.toml cannot be used. `problems` has one sentence for each problem: its place and its fix."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


def not_toml(path: Path, error: TOMLDecodeError) -> str:
    """Return where a file stops being TOML, and how its lines are written. Its own text stays out: it may be logged."""
    found = re.search(r"line (\d+)", str(error))
    where = f"{path}, line {found[1]}" if found else f"{path}, its last line"
    return (
        f'{where}: this cannot be understood. Text stands between straight quotes, like name = "Our school"; a phone '
        "number too; every quote and bracket that opens must close; and a key stands once in its table."
    )


def in_words(refused: ValidationError, model: type[BaseModel]) -> Iterator[str]:
    errors = refused.errors()
    for error in errors:
        inside = (each["loc"][: len(error["loc"])] for each in errors if each is not error)
        # A list whose entries were refused is also "too short": report only the entries.
        if error["type"] != "too_short" or error["loc"] not in inside:
            yield _sentence(error, model)


def _sentence(error: ErrorDetails, model: type[BaseModel]) -> str:
    place, found = _place(error["loc"]), error.get("input")
    match error["type"]:
        case "in_words":
            return f"{place}: {error['msg']}"
        case "missing":
            return f"{place} is missing. organisation.example.toml shows how to write it."
        case "too_short":
            return f"{place}: at least one is needed."
        case "extra_forbidden":
            return f"{place} is not known here.{_nearest(error['loc'], model)}"
        case "literal_error":
            return f"{place}: {_quoted(found)} is none of {error['ctx']['expected']}."
        case kind:
            return f"{place} {WORDS.get(kind, error['msg'])}."


def clashes(facts: Mapping[str, Any]) -> Iterator[str]:
    """Yield the contradictions between facts: ids, accounts, phones and emails used twice, and unknown names on rungs.

    Takes the raw TOML, which may have other problems too, so that all are reported together.
    """
    people = list(_people(facts))
    yield from _repeated(people, "id")
    yield from _repeated(people, "slack")
    yield from _shared_with_independent(people)
    for place, person in people:
        itself = (place, person.get("id")) == ("independent_contact", "independent")
        if person.get("id") in RESERVED and not itself:
            yield f"{place}.id: {_quoted(person['id'])} has a meaning of its own. Choose another."
    on_rungs = {str(person.get("id")) for place, person in people if place != "data_protection_lead"}
    yield from _unknown_on_rungs(facts, on_rungs)


def _people(facts: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for group in ("leads", "deputies"):
        members = facts.get(group)
        for place, person in enumerate(members if isinstance(members, list) else (), 1):
            if isinstance(person, dict):
                yield f"{group}[{place}]", person
    for key in ("data_protection_lead", "independent_contact"):
        one = facts.get(key)
        if isinstance(one, dict):
            yield key, one


def _repeated(people: Iterable[tuple[str, Mapping[str, Any]]], key: str) -> Iterator[str]:
    first: dict[str, str] = {}
    for place, person in people:
        value = person.get(key)
        if isinstance(value, str) and first.setdefault(value, place) != place:
            yield f"{place}.{key}: {_quoted(value)} is already used by {first[value]}."


def _shared_with_independent(people: Iterable[tuple[str, Mapping[str, Any]]]) -> Iterator[str]:
    """Yield a problem if the independent contact's phone or email is also a lead's or deputy's."""
    *others, (last, independent) = list(people) or [("", {})]
    if last != "independent_contact":
        return
    for key in ("phone", "email"):
        value = independent.get(key)
        for place, person in others:
            if value and person.get(key) == value and place != "data_protection_lead":
                yield (
                    f"{last}.{key}: {_quoted(value)} also reaches {place}. The independent "
                    "contact must be a person of their own, for concerns about the leads."
                )


def _unknown_on_rungs(facts: Mapping[str, Any], ids: Collection[str]) -> Iterator[str]:
    known = (*GROUPS, *sorted(ids))
    ladder = facts.get("ladder")
    for urgency in URGENCIES:
        rungs = ladder.get(urgency) if isinstance(ladder, dict) else None
        for step, rung in enumerate(rungs if isinstance(rungs, list) else (), 1):
            asked = rung.get("who") if isinstance(rung, dict) else None
            for who in asked if isinstance(asked, list) else ():
                if who not in known:
                    place = f"ladder.{urgency}[{step}].who"
                    yield f"{place}: {_quoted(who)} is nobody.{_meant(str(who), known)}"


def _place(loc: tuple[int | str, ...]) -> str:
    parts = (f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in loc)
    return "".join(parts).lstrip(".")


def _nearest(loc: tuple[int | str, ...], model: type[BaseModel]) -> str:
    for part in loc[:-1]:
        if isinstance(part, str):
            model = next(_tables(model.model_fields[part].annotation))
    return _meant(str(loc[-1]), tuple(model.model_fields))


def _tables(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _tables(inner)


def _meant(word: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1)
    return f" Did you mean {near[0]}?" if near else f" Known here: {', '.join(known)}."


def _quoted(value: object) -> str:
    return f'"{value}"'
