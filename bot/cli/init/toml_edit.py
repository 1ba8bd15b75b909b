"""Edits of organisation.toml, which people also edit by hand: one thing changes, every other line and comment stays.

tomlkit keeps the formatting. The new text is parsed again with the bot's own parser; if it does not have exactly the
intended values, nothing is changed.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, Array, Null, Table, Whitespace

Value = str | bool | int | date | Sequence[str]


class CannotEdit(Exception):
    """The file is written in a way that only its author can change."""


def written(value: Value) -> str:
    """Return a value as TOML, on one line."""
    return str(tomlkit.item(value).as_string())


def table(header: str, values: Mapping[str, Value]) -> str:
    """Return a table as TOML. header: with its brackets."""
    return "\n".join([header, *(f"{key} = {written(value)}" for key, value in values.items())])


def set_values(text: str, name: str, values: Mapping[str, Value | None]) -> str:
    """Return the text with these keys of table `name` set; None removes a key. An empty name means top-level keys.

    Raises CannotEdit.
    """
    facts = tomllib.loads(text)
    _put(facts.setdefault(name, {}) if name else facts, values)
    with _by_hand_else():
        document = tomlkit.parse(text)
        if not name:
            _lean_on_first_header(document)
        elif name not in document:
            document.append(name, tomlkit.table())
        inside = document[name] if name else document
        below = _cut_below(inside)
        _put(inside, values)
        _put_below(inside, below)
    return _meant(document, facts, name)


def set_list(text: str, name: str, tables: Sequence[Mapping[str, Value]]) -> str:
    """Return the text with the list `name` replaced by these tables. A table with the same id keeps its lines.

    The list may be written as [[name]] or as an inline array. Raises CannotEdit.
    """
    wanted = {str(each["id"]): each for each in tables}
    facts = tomllib.loads(text)
    there = {each["id"]: each for each in facts.get(name, ())}
    new = [one for one in wanted if one not in there]
    facts[name] = [{**there.get(one, {}), **wanted[one]} for one in (*(one for one in there if one in wanted), *new)]
    with _by_hand_else():
        document = tomlkit.parse(text)
        if isinstance(document.get(name), Array):
            _set_in_brackets(document, name, wanted, new)
        else:
            _set_under_headers(document, name, wanted, new)
    return _meant(document, facts, name)


def add_remark(text: str, words: str) -> str:
    """Append a comment."""
    return f"{text.rstrip()}\n\n# {words}\n"


def _put(inside: Any, values: Mapping[str, Value | None]) -> None:
    """Set or remove keys.

    inside: a table of a document, or a plain dict. A value that does not change keeps its formatting.
    """
    for key, value in values.items():
        if value is None:
            inside.pop(key, None)
        elif isinstance(inside.get(key), Array) and not isinstance(value, str | bool | int | date):
            _put_list(inside, key, value)
        elif key not in inside or inside[key] != value:
            inside[key] = value


def _put_list(inside: Any, key: str, values: Sequence[str]) -> None:
    """Change an array and keep the lines and comments of values that stay. If the order differs, write it anew."""
    array = inside[key]
    for place in reversed(range(len(array))):
        if array[place] not in values:
            del array[place]
    for value in values:
        if value not in array:
            array.append(value)
    if array != [*values]:
        inside[key] = [*values]


def _set_in_brackets(
    document: tomlkit.TOMLDocument, name: str, wanted: Mapping[str, Mapping[str, Value]], new: Iterable[str]
) -> None:
    array: Any = document[name]
    for place in reversed(range(len(array))):
        if array[place]["id"] in wanted:
            _put(array[place], wanted[array[place]["id"]])
        else:
            del array[place]
    for one in new:
        made = tomlkit.inline_table()
        made.update(wanted[one])
        array.append(made)


def _set_under_headers(
    document: tomlkit.TOMLDocument, name: str, wanted: Mapping[str, Mapping[str, Value]], new: Sequence[str]
) -> None:
    """Replace the tables of [[name]]. Text between the last table and the next header stays there."""
    left_over = ""
    if name not in document:
        left_over = "\n" * bool(document.body)
        document.append(name, tomlkit.aot())
    tables: Any = document[name]
    below = [_cut_below(each) for each in tables] or [""]
    for place, each in enumerate(list(tables)):
        last = place == len(below) - 1
        if each["id"] in wanted:
            _put(each, wanted[each["id"]])
            each.trivia.indent = left_over + each.trivia.indent
            _put_below(each, "" if last else below[place])
            left_over = ""
        elif not last and "#" in below[place]:
            left_over += below[place]
    for place in reversed(range(len(tables))):
        if tables[place]["id"] not in wanted:
            del tables[place]
    for one in new:
        made = tomlkit.table()
        made.update(wanted[one])
        made.trivia.indent, left_over = left_over + ("\n" if len(tables) else ""), ""
        tables.append(made)
    if len(tables):
        _put_below(tables[-1], left_over + below[-1])
    else:
        _take_out(document, name, left_over + below[-1])


def _take_out(document: tomlkit.TOMLDocument, name: str, below: str) -> None:
    """Remove a list, and leave the text below it in its place."""
    place = next(place for place, (key, _) in enumerate(document.body) if key is not None and key.key == name)
    document.remove(name)
    document.body[place] = (None, Whitespace(below))


def _cut_below(one: Any) -> str:
    """Remove and return the text between a table's last key and the next header, which tomlkit counts to this table."""
    body, below = (one.value.body if isinstance(one, Table) else []), ""
    while body and body[-1][0] is None:
        below = body.pop()[1].as_string() + below
    return below


def _put_below(one: Any, below: str) -> None:
    if below:
        one.value.body.append((None, Whitespace(below)))


def _lean_on_first_header(document: tomlkit.TOMLDocument) -> None:
    """Attach the text above the first header to that header, so that new top-level keys are inserted above the text."""
    body = document.body
    place = next((place for place, (_, item) in enumerate(body) if isinstance(item, Table | AoT)), 0)
    header: Any = body[place][1] if place else None
    words = ""
    while place and body[place - 1][0] is None:
        place -= 1
        words = body[place][1].as_string() + words
        body[place] = (None, Null())
    if words:
        first = header[0] if isinstance(header, AoT) else header
        first.trivia.indent = words + first.trivia.indent


@contextmanager
def _by_hand_else() -> Iterator[None]:
    try:
        yield
    except TOMLKitError as error:
        raise _by_hand() from error


def _by_hand() -> CannotEdit:
    return CannotEdit("It is written in a way that cannot be changed by a command. Change it by hand, in an editor.")


def _meant(document: tomlkit.TOMLDocument, facts: Mapping[str, Any], name: str) -> str:
    """Return the new text if it parses to these facts, an empty `name` perhaps left out.

    Raises CannotEdit otherwise.
    """
    made = tomlkit.dumps(document).rstrip() + "\n"
    try:
        found = tomllib.loads(made)
    except tomllib.TOMLDecodeError:
        found = None
    gone = {key: value for key, value in facts.items() if key != name or value}
    if found not in (facts, gone):
        raise _by_hand()
    return made
