"""The log: times, references and classes of errors. What somebody typed never reaches it, whoever writes the line.

Our own lines hold nothing of a case by their making. A library's words may quote what it was handling, so of those
only the place in the library is kept; of an error its class and where it was raised.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from pathlib import PurePath
from typing import Literal

OURS = ("share-check", "bot", "storage", "flows", "__main__")


class Plain(logging.Formatter):
    """One line of text."""

    def format(self, record: logging.LogRecord) -> str:
        """Time, level, who says it, and what."""
        return " ".join((_at(record), record.levelname, record.name, _said(record), *_error(record).values()))


class Json(logging.Formatter):
    """One object a line, for a log collector."""

    def format(self, record: logging.LogRecord) -> str:
        """The same, as JSON."""
        line = {"at": _at(record), "level": record.levelname, "logger": record.name, "message": _said(record)}
        return json.dumps({**line, **_error(record)}, ensure_ascii=False)


class _Standard(logging.Handler):
    """To the standard error as it is at that moment."""

    def emit(self, record: logging.LogRecord) -> None:
        """One line; what goes wrong with it is never raised where somebody logged."""
        try:
            sys.stderr.write(f"{self.format(record)}\n")
            sys.stderr.flush()
        except Exception:  # noqa: BLE001 - as every handler
            self.handleError(record)


def set_up(form: Literal["text", "json"]) -> None:
    """From now on everything that is logged is written like this, to the standard error."""
    root = logging.getLogger()
    for before in [each for each in root.handlers if isinstance(each, _Standard)]:
        root.removeHandler(before)
    handler = _Standard()
    handler.setFormatter(Json() if form == "json" else Plain())
    root.addHandler(handler)
    root.setLevel(logging.WARNING)


def _at(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


def _said(record: logging.LogRecord) -> str:
    """What we say; of a library only where in it this was said. A line feed would begin a line of its own."""
    if record.name.partition(".")[0] in OURS and not record.name.startswith("share-check.bolt"):
        return " ".join(record.getMessage().split())
    return f"said something in {record.filename}, line {record.lineno}"


def _error(record: logging.LogRecord) -> dict[str, str]:
    """Its class and the innermost place, never its words."""
    if not record.exc_info or record.exc_info[0] is None:
        return {}
    kind, _, trace = record.exc_info
    places = traceback.extract_tb(trace)
    where = f" in {PurePath(places[-1].filename).name}, line {places[-1].lineno}" if places else ""
    return {"error": f"{kind.__name__}{where}"}
