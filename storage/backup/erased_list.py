"""The list of erased checks, kept beside the backups so that restoring an older backup does not bring them back.

One line a check: its id (random, so it reveals nothing), who approved the erasure, and when it was erased.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from storage.backup.source import see_onto_disk
from storage.engine.database import Database
from storage.engine.unusable import is_there
from storage.erasure import Erasure, erasures

NAME = "share-check.erased"
_PARTS = 3


def of_database(url: str) -> tuple[Erasure, ...]:
    """Return the erasures recorded in the database in the settings; empty if it does not exist or cannot be read."""
    if not is_there(url):
        return ()
    database = Database(url)
    try:
        with database.read() as tx:
            return erasures(tx)
    except (SQLAlchemyError, ValueError):
        return ()
    finally:
        database.close()


def read(folder: Path) -> tuple[Erasure, ...]:
    """Return the list in a folder of backups; empty if there is none. Malformed lines are skipped."""
    try:
        lines = (folder / NAME).read_text(encoding="utf-8").splitlines()
    except OSError:
        return ()
    return tuple(found for line in lines if (found := _erasure(line)) is not None)


def _erasure(line: str) -> Erasure | None:
    parts = line.split()
    if len(parts) != _PARTS:
        return None
    try:
        at = datetime.fromisoformat(parts[2])
    except ValueError:
        return None
    return Erasure(parts[0], parts[1], at) if at.tzinfo is not None else None


def add(folder: Path, done: Iterable[Erasure]) -> None:
    """Add erasures to the list in a folder, by an atomic replace, readable by our account only. Raises OSError."""
    known = {each.check: each for each in (*done, *read(folder))}
    if not known:
        return
    listed = sorted(known.values(), key=lambda each: (each.erased_at, each.check))
    lines = [f"{each.check} {each.approved_by} {each.erased_at.isoformat()}\n" for each in listed]
    descriptor, draft = tempfile.mkstemp(prefix=".share-check-", suffix=".erased", dir=folder)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.writelines(lines)
        file.flush()
        os.fsync(descriptor)
    Path(draft).replace(folder / NAME)
    see_onto_disk(folder)
