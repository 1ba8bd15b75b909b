"""A pack as a PDF. Import this only where one is made: loading fonts' libraries takes a third of a second."""

from __future__ import annotations

import logging

from fpdf.enums import XPos, YPos

from bot.printing.pdf import FONT, Pdf
from bot.records.export_contents import Contents, Part, facts_of, written_by

for _name in ("fontTools", "fpdf"):
    logging.getLogger(_name).setLevel(logging.ERROR)  # what they tell names signs of what is printed

_SIZES = {"title": 16, "heading": 13, "label": 9, "text": 11}
_GREY, _BLACK = (90, 90, 90), (0, 0, 0)
_MARGIN = 18
_KEPT_SIGNS = "\n\t"
_FIRST_PRINTABLE = 32


def as_pdf(contents: Contents) -> bytes:
    """To print and to hand over. A sign that its font does not have stands there as its Unicode number."""
    paper = _Paper(contents)
    paper.fill()
    return paper.made()


class _Paper(Pdf):
    """A4, one column, the reference and the page's number below."""

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
        """Everything, in order."""
        self.add_page()
        self._words(self._contents.title, "title")
        for label, said in facts_of(self._contents):
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
        self._words(written_by(part), "label", _GREY)
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
