"""Reading of .env: what it sets, as written, and on which line."""

from __future__ import annotations

from collections.abc import Mapping
from io import StringIO
from pathlib import Path

from dotenv import dotenv_values
from dotenv.parser import parse_stream

from bot.config import text_file


def values(path: Path | None) -> Mapping[str, str | None]:
    """Return what the file sets, without interpolation: python-dotenv would expand a ${HOME} inside a password.

    Nothing if there is no file. Raises OSError, or text_file.NotText.
    """
    if path is None or not path.is_file():
        return {}
    return dotenv_values(stream=StringIO(text_file.read(path)), interpolate=False)


def lines(path: Path | None) -> Mapping[str, int]:
    """Return the line on which each setting stands, counted from 1; of a setting that stands twice the later one."""
    if path is None or not path.is_file():
        return {}
    bindings = parse_stream(StringIO(text_file.read(path)))
    return {each.key: each.original.line + _blank_before(each.original.string) for each in bindings if each.key}


def _blank_before(written: str) -> int:
    """Count the line ends before a setting: its first line is that of the blank lines above it."""
    return written[: len(written) - len(written.lstrip())].count("\n")
