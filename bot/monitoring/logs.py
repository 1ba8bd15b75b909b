"""Logging of times, references and classes of errors. What somebody typed never reaches the log.

Our own lines contain nothing of a case by design. A library's message may quote what it was handling, so only its file
and line are logged; of an exception, only the class and where it was raised.
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
    """A formatter that writes one line of text per record."""

    def format(self, record: logging.LogRecord) -> str:
        """Return time, level, logger, message and error on one line."""
        return " ".join((_at(record), record.levelname, record.name, _said(record), *_error(record).values()))


class Json(logging.Formatter):
    """A formatter that writes one JSON object per line, for a log collector."""

    def format(self, record: logging.LogRecord) -> str:
        """Return time, level, logger, message and error as JSON."""
        line = {"at": _at(record), "level": record.levelname, "logger": record.name, "message": _said(record)}
        return json.dumps({**line, **_error(record)}, ensure_ascii=False)


class _Standard(logging.Handler):
    """A handler for standard error, looked up anew for each record."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line. A failure to write is never raised in the code that logged."""
        try:
            sys.stderr.write(f"{self.format(record)}\n")
            sys.stderr.flush()
        except Exception:  # noqa: BLE001 - as in logging.StreamHandler
            self.handleError(record)


def set_up(form: Literal["text", "json"]) -> None:
    """Write everything that is logged to standard error from now on, in this form."""
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
    """Return our own message on one line, as a line feed could fake a record; of a library, only file and line."""
    if record.name.partition(".")[0] in OURS and not record.name.startswith("share-check.bolt"):
        return " ".join(record.getMessage().split())
    return f"said something in {record.filename}, line {record.lineno}"


def _error(record: logging.LogRecord) -> dict[str, str]:
    """Return the error's class and the innermost frame, never its message; empty without an error."""
    if not record.exc_info or record.exc_info[0] is None:
        return {}
    kind, _, trace = record.exc_info
    places = traceback.extract_tb(trace)
    where = f" in {PurePath(places[-1].filename).name}, line {places[-1].lineno}" if places else ""
    return {"error": f"{kind.__name__}{where}"}
