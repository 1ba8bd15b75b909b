"""Reading of a text file as editors save it: UTF-8 with or without a mark at its beginning, or UTF-16."""

from __future__ import annotations

import codecs
from pathlib import Path

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class NotText(Exception):
    """A file is in an encoding that cannot be told. The message is a sentence with its line and the fix."""


def read(path: Path) -> str:
    """Return the text of a file. Raises OSError, or NotText if it is neither UTF-8 nor UTF-16."""
    content = path.read_bytes()
    try:
        return content.decode(_encoding(content))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        words = f"{path}, line {line}: a letter there is not in UTF-8. Open the file in an editor and save it as UTF-8."
        raise NotText(words) from None


def _encoding(content: bytes) -> str:
    """Return the encoding by the mark at the beginning, or by the zero bytes that UTF-16 has and UTF-8 does not."""
    for mark, name in _MARKS:
        if content.startswith(mark):
            return name
    first = content[:2]
    if b"\0" in first:
        return "utf-16-be" if first[:1] == b"\0" else "utf-16-le"
    return "utf-8"
