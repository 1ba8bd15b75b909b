"""The checklist on paper as a PDF, to print without a browser."""

from __future__ import annotations

import logging
from typing import cast

from fpdf.enums import TextMode

from bot.config.organisation import Organisation
from bot.printing.pdf import FONT, Pdf
from bot.printing.sheet_html import SheetLine, lines
from flows.engine import wording

for _name in ("fontTools", "fpdf"):
    logging.getLogger(_name).setLevel(logging.ERROR)  # below that they log details of the font

_SIZES = {"title": 15, "heading": 13, "strong": 10, "words": 9.5, "box": 9.5, "blank": 10}
_SPACE = {"title": 0, "heading": 3, "strong": 1.5, "words": 0, "box": 0, "blank": 2.5}
_BOLD = frozenset({"title", "heading", "strong"})
_KEPT_TOGETHER = {"heading": 6, "strong": 4}
"""The number of lines that must fit on the page below such a line."""
_RULED = frozenset({"heading", "blank"})
_MARGIN = 15
_INDENT = 6
_BOX = 3
_STROKE = 0.15
"""Millimetres of outline, which makes the only font bold."""


def as_pdf(organisation: Organisation) -> bytes:
    """Return the sheet as an A4 PDF, with the page number and 999 at the foot of each page."""
    paper = _Paper()
    for line in lines(organisation):
        paper.draw(line)
    return paper.made()


class _Paper(Pdf):
    def __init__(self) -> None:
        super().__init__(_MARGIN)
        self.set_title("Information sharing checklist")
        self.add_page()

    def footer(self) -> None:
        """Draw the page number and 999 at the foot of a page."""
        self.set_y(4 - _MARGIN)
        self.set_font(FONT, size=8)
        self.cell(0, 4, f"{wording.DANGER}   Page {self.page_no()} of {{nb}}", align="C")

    def draw(self, line: SheetLine) -> None:
        """Draw the next line. A page never ends inside a line or right after a heading."""
        self.set_font(FONT, size=_SIZES[line.kind])
        height = _SIZES[line.kind] * 0.46
        self.ln(_SPACE[line.kind])
        needed = cast("float", self.multi_cell(0, height, _words(line), dry_run=True, output="HEIGHT"))
        if self.will_page_break(needed + _KEPT_TOGETHER.get(line.kind, 1) * height):
            self.add_page()
        if line.kind == "box":
            self._box()
        if line.kind in _BOLD:
            with self.local_context(text_mode=TextMode.FILL_STROKE, line_width=_STROKE):
                self._write(line, height)
        else:
            self._write(line, height)
        if line.kind in _RULED:
            self.line(_MARGIN, self.get_y(), self.w - _MARGIN, self.get_y())

    def _write(self, line: SheetLine, height: float) -> None:
        self.multi_cell(0, height, _words(line), align="L", new_x="LMARGIN", new_y="NEXT")

    def _box(self) -> None:
        left = _MARGIN + _INDENT
        self.rect(left, self.get_y() + 0.8, _BOX, _BOX)
        self.set_x(left + _BOX + 1.5)


def _words(line: SheetLine) -> str:
    return f"{line.mark}) {line.words}" if line.mark else line.words
