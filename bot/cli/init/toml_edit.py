"""Changing one thing in a TOML file that people write in too, and leaving every other line and comment as it is.

It works on lines. What it makes is read again: where the file would not mean what was meant, nothing is changed.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

HEADER = re.compile(r"\s*\[")
KEY = re.compile(r"\s*([A-Za-z0-9_-]+)\s*=")
AFTER_VALUE = re.compile(r"""\s+\#[^"']*$""")

Value = str | bool | int | date | Sequence[str]
Lines = list[str]


class CannotEdit(Exception):
    """The file is written in a way that only its author can change."""


def written(value: Value) -> str:
    """As TOML writes it, on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, int | date):
        return str(value)
    return f"[{', '.join(written(each) for each in value)}]"


def table(header: str, values: Mapping[str, Value]) -> str:
    """A table of its own. header: with its brackets."""
    return "\n".join([header, *(f"{key} = {written(value)}" for key, value in values.items())])


def set_values(text: str, name: str, values: Mapping[str, Value | None]) -> str:
    """Set keys of the table of this name, or of the file itself where the name is empty; None takes a key away.

    Raises CannotEdit.
    """
    lines = text.splitlines()
    header = f"[{name}]"
    if name and header not in (_bare(line) for line in lines):
        made = [*_trimmed(lines), "", *table(header, _present(values)).splitlines()]
    else:
        start = 0 if not name else next(place for place, line in enumerate(lines) if _bare(line) == header) + 1
        made = [*lines[:start], *_with(lines[start : _end(lines, start)], values), *lines[_end(lines, start) :]]
    facts = tomllib.loads(text)
    inside = facts.setdefault(name, {}) if name else facts
    inside.update(_plain(_present(values)))
    for gone in values.keys() - _present(values).keys():
        inside.pop(gone, None)
    return _meant(made, facts)


def set_list(text: str, name: str, tables: Sequence[Mapping[str, Value]]) -> str:
    """Let [[name]] be these tables. Those there with the same id keep their lines. Raises CannotEdit."""
    lines = text.splitlines()
    wanted = {str(each["id"]): each for each in tables}
    there: list[str] = []
    spans = _spans(lines, name)
    for start, end in reversed(spans):
        found = tomllib.loads("\n".join(lines[start + 1 : end])).get("id")
        if found in wanted:
            lines[start + 1 : end] = _with(lines[start + 1 : end], wanted[str(found)])
            there.append(str(found))
        else:
            lines[start:end] = []
    place = max((end for _, end in _spans(lines, name)), default=spans[0][0] if spans else len(_trimmed(lines)))
    for identity, values in wanted.items():
        if identity not in there:
            new = ["", *table(f"[[{name}]]", values).splitlines()]
            lines[place:place] = new
            place += len(new)
    facts = tomllib.loads(text)
    before = {each.get("id"): each for each in facts.get(name, ())}
    kept = [identity for identity in before if identity in wanted]
    new_ones = [identity for identity in wanted if identity not in before]
    facts[name] = [{**before.get(one, {}), **_plain(wanted[one])} for one in (*kept, *new_ones)]
    if not facts[name]:
        del facts[name]
    return _meant(lines, facts)


def add_remark(text: str, words: str) -> str:
    """A comment at the end."""
    return f"{text.rstrip()}\n\n# {words}\n"


def _present(values: Mapping[str, Value | None]) -> dict[str, Value]:
    return {key: value for key, value in values.items() if value is not None}


def _with(lines: Lines, values: Mapping[str, Value | None]) -> Lines:
    """These lines of one table, with the values in the place of the old ones or after the last."""
    made: Lines = []
    left = dict(values)
    for line in lines:
        found = KEY.match(line)
        if not found or found[1] not in left:
            made.append(line)
            continue
        value = left.pop(found[1])
        remark = AFTER_VALUE.search(line)
        if value is not None:
            made.append(f"{found[1]} = {written(value)}{remark[0] if remark else ''}")
    end = len(_own(made))
    made[end:end] = [f"{key} = {written(value)}" for key, value in _present(left).items()]
    return made


def _spans(lines: Lines, name: str) -> list[tuple[int, int]]:
    """Where each [[name]] begins, and where its own lines end: what stands before the next header belongs to that."""
    starts = [place for place, line in enumerate(lines) if _bare(line) == f"[[{name}]]"]
    return [(start, start + len(_own(lines[start : _end(lines, start + 1)]))) for start in starts]


def _end(lines: Lines, start: int) -> int:
    headers = (place for place in range(start, len(lines)) if HEADER.match(lines[place]))
    return next(headers, len(lines))


def _own(lines: Lines) -> Lines:
    """Without the blank lines and comments at the end."""
    last = max((place for place, line in enumerate(lines) if line.strip() and not _is_remark(line)), default=-1)
    return lines[: last + 1]


def _trimmed(lines: Lines) -> Lines:
    last = max((place for place, line in enumerate(lines) if line.strip()), default=-1)
    return lines[: last + 1]


def _is_remark(line: str) -> bool:
    return line.lstrip().startswith("#")


def _bare(line: str) -> str:
    """A header without what is beside it."""
    return line.partition("#")[0].strip() if HEADER.match(line) else ""


def _plain(values: Mapping[str, Value]) -> dict[str, Any]:
    return {key: value if isinstance(value, str | bool | int | date) else list(value) for key, value in values.items()}


def _meant(lines: Lines, facts: Mapping[str, Any]) -> str:
    made = "\n".join(lines).rstrip() + "\n"
    try:
        found = tomllib.loads(made)
    except tomllib.TOMLDecodeError:
        found = None
    if found != facts:
        message = "It is written in a way that cannot be changed by a command. Change it by hand, in an editor."
        raise CannotEdit(message)
    return made
