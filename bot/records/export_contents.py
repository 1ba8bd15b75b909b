"""A pack: what is given out of the record, as a page to read and print, and as JSON for another system.

It is built from items that were already reviewed; what was redacted is not in it at all.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html import escape

FORMAT = "share-check pack v1"


@dataclass(frozen=True, slots=True)
class Part:
    """One item as it is given out."""

    title: str
    author: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Held:
    """What is given out of one check. ref: its reference."""

    ref: str
    parts: Sequence[Part]


@dataclass(frozen=True, slots=True)
class Contents:
    """Everything in a pack. Times are shown in UTC, so that they are the same for every reader.

    facts: labelled lines at the top. notes: what the reader should know. extra: more keys, for the JSON alone.
    """

    title: str
    made_at: datetime
    facts: Sequence[tuple[str, str]]
    notes: Sequence[str]
    held: Sequence[Held]
    extra: dict[str, object] = field(default_factory=dict)


def as_json(contents: Contents) -> str:
    """Return the pack as JSON, for another system, in the format that `FORMAT` names."""
    said = {
        "format": FORMAT,
        "title": contents.title,
        "made_at": contents.made_at.isoformat(),
        "about": dict(contents.facts),
        "notes": list(contents.notes),
        "records": [
            {
                "reference": held.ref,
                "items": [
                    {"title": part.title, "author": part.author, "at": part.at.isoformat(), "text": part.text}
                    for part in held.parts
                ],
            }
            for held in contents.held
        ],
        **contents.extra,
    }
    return json.dumps(said, indent=1, ensure_ascii=False) + "\n"


def as_html(contents: Contents) -> str:
    """Return the pack as the body of a page, without scripts or anything to fetch."""
    return "\n".join(_html(contents))


def _html(contents: Contents) -> Iterator[str]:
    yield f"<h1>{escape(contents.title)}</h1>"
    yield "<dl>"
    for label, words in facts_of(contents):
        yield f'<dt>{escape(label)}</dt><dd dir="auto">{escape(words)}</dd>'
    yield "</dl>"
    yield from (f"<p>{escape(note)}</p>" for note in contents.notes)
    for held in contents.held:
        yield f"<section><h2>Record {escape(held.ref)}</h2>"
        for part in held.parts:
            yield f"<article><h3>{escape(part.title)}</h3><p class=by>{escape(written_by(part))}</p>"
            yield f'<p class="text" dir="auto">{escape(part.text)}</p></article>'
        yield "</section>"


def facts_of(contents: Contents) -> Sequence[tuple[str, str]]:
    """Return the labelled lines at the top, with when it was made."""
    return (*contents.facts, ("Made on", _moment(contents.made_at)))


def written_by(part: Part) -> str:
    """Say who wrote an item and when."""
    return f"{part.author}, {_moment(part.at)}"


def _moment(at: datetime) -> str:
    return f"{at.day} {at:%B %Y, %H:%M} UTC"
