"""A PDF page with a font that has most of the world's signs, closed again once the page is made."""

from __future__ import annotations

from importlib.resources import as_file, files

from fpdf import FPDF
from fpdf.fonts import TTFFont

FONT = "DejaVu"


class Pdf(FPDF):
    """A4, with one margin all round."""

    def __init__(self, margin: float) -> None:
        super().__init__(format="A4")
        self.set_margins(margin, margin)
        self.set_auto_page_break(auto=True, margin=margin)
        with as_file(files("bot.printing") / "fonts" / "DejaVuSans.ttf") as font:
            self.add_font(FONT, fname=font)
        self.set_lang("en-GB")

    @property
    def known(self) -> frozenset[int]:
        """The signs its font has, as Unicode numbers."""
        made = self.fonts[FONT.lower()]
        return frozenset(made.cmap) if isinstance(made, TTFFont) else frozenset()

    def made(self) -> bytes:
        """The file. Nothing can be added any more."""
        written = bytes(self.output())
        for font in self.fonts.values():
            if isinstance(font, TTFFont):
                font.ttfont.close()
        return written
