"""A PDF document with a font that covers most of the world's characters."""

from __future__ import annotations

from importlib.resources import as_file, files

from fpdf import FPDF
from fpdf.fonts import TTFFont

FONT = "DejaVu"


class Pdf(FPDF):
    """An A4 document with one margin on all sides. margin: millimetres."""

    def __init__(self, margin: float) -> None:
        super().__init__(format="A4")
        self.set_margins(margin, margin)
        self.set_auto_page_break(auto=True, margin=margin)
        with as_file(files("bot.printing") / "fonts" / "DejaVuSans.ttf") as font:
            self.add_font(FONT, fname=font)
        self.set_lang("en-GB")

    @property
    def known(self) -> frozenset[int]:
        """Return the Unicode code points that the font has glyphs for."""
        made = self.fonts[FONT.lower()]
        return frozenset(made.cmap) if isinstance(made, TTFFont) else frozenset()

    def made(self) -> bytes:
        """Return the PDF file and close its fonts. Nothing can be added afterwards."""
        written = bytes(self.output())
        for font in self.fonts.values():
            if isinstance(font, TTFFont):
                font.ttfont.close()
        return written
