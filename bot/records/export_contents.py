"""A pack: what is given out of the record, as a page to read and print, as a PDF, and as JSON for another system.

It is built from items that were already reviewed; what was redacted is not in it at all.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html import escape

from fpdf.enums import XPos, YPos

from bot.printing.pdf import FONT, Pdf

for _name in ("fontTools", "fpdf"):
    logging.getLogger(_name).setLevel(logging.ERROR)  # their warnings name characters of what is printed

FORMAT = "share-check pack v1"
_SIZES = {"title": 16, "heading": 13, "label": 9, "text": 11}
_GREY, _BLACK = (90, 90, 90), (0, 0, 0)
_MARGIN = 18
_KEPT_SIGNS = "\n\t"
_FIRST_PRINTABLE = 32


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
    for label, words in _facts(contents):
        yield f"<dt>{escape(label)}</dt><dd>{escape(words)}</dd>"
    yield "</dl>"
    yield from (f"<p>{escape(note)}</p>" for note in contents.notes)
    for held in contents.held:
        yield f"<section><h2>Record {escape(held.ref)}</h2>"
        for part in held.parts:
            yield f"<article><h3>{escape(part.title)}</h3><p class=by>{escape(_by(part))}</p>"
            yield f'<p class="text" dir="auto">{escape(part.text)}</p></article>'
        yield "</section>"


def _facts(contents: Contents) -> Sequence[tuple[str, str]]:
    return (*contents.facts, ("Made on", _moment(contents.made_at)))


def _by(part: Part) -> str:
    return f"{part.author}, {_moment(part.at)}"


def _moment(at: datetime) -> str:
    return f"{at.day} {at:%B %Y, %H:%M} UTC"


def as_pdf(contents: Contents) -> bytes:
    """Return the pack as a PDF. A character that the font lacks is printed as its code point, such as [U+1F600]."""
    paper = _Paper(contents)
    paper.fill()
    return paper.made()


class _Paper(Pdf):
    """A pack on A4, in one column, with page numbers in the footer."""

    def __init__(self, contents: Contents) -> None:
        super().__init__(_MARGIN)
        self._contents = contents
        self._known = self.known
        self.set_creation_date(contents.made_at)
        self.set_title("share-check")

    def footer(self) -> None:
        self.set_y(-_MARGIN + 4)
        self._style("label", _GREY)
        self.cell(0, 6, f"{self.page_no()} of {{nb}}", align="C")

    def fill(self) -> None:
        """Add everything, in order."""
        self.add_page()
        self._words(self._contents.title, "title")
        for label, said in _facts(self._contents):
            self._words(label, "label", _GREY)
            self._words(said, "text")
        for note in self._contents.notes:
            self.ln(2)
            self._words(note, "text")
        for held in self._contents.held:
            self.ln(5)
            self._words(f"Record {held.ref}", "heading")
            for part in held.parts:
                self._part(part)

    def _part(self, part: Part) -> None:
        self.ln(3)
        self._words(part.title, "text")
        self._words(_by(part), "label", _GREY)
        self._words(part.text, "text")

    def _words(self, text: str, style: str, colour: tuple[int, int, int] = _BLACK) -> None:
        self._style(style, colour)
        height = _SIZES[style] * 0.5
        self.multi_cell(0, height, self._printable(text), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _style(self, style: str, colour: tuple[int, int, int]) -> None:
        self.set_font(FONT, size=_SIZES[style])
        self.set_text_color(*colour)

    def _printable(self, text: str) -> str:
        return "".join(self._sign(sign) for sign in text) or " "

    def _sign(self, sign: str) -> str:
        if sign in _KEPT_SIGNS or ord(sign) in self._known:
            return sign
        return f"[U+{ord(sign):04X}]" if ord(sign) >= _FIRST_PRINTABLE else ""
