"""What every run starts from: an organisation, an empty migrated database, and a key."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography.fernet import Fernet

from bot.config.organisation import Organisation, example_organisation_path, load_organisation
from bot.config.roster import roster_of
from flows.paging.roster import Roster
from simulation.process import FaultyDatabase
from storage import cover
from storage.crypto.envelope import Keyring
from storage.engine.database import Database

KINDS = ("as in the example", "one lead", "no deputies")
WAYS = ("", "email")
"""How people are reached apart from Slack, if at all."""


@cache
def organisation(kind: str, way: str) -> tuple[Organisation, Roster]:
    """Return the example's organisation, or a smaller one, and its roster."""
    example = load_organisation(example_organisation_path())
    fewer: dict[str, dict[str, object]] = {
        "one lead": {"leads": example.leads[:1]},
        "no deputies": {"deputies": ()},
    }
    made = example.model_copy(update=fewer.get(kind, {}))
    ways = {person.id: (way,) if way else () for person in made.everyone}
    return made, roster_of(made, ways)


@cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@cache
def _empty_database() -> Path:
    """Make a migrated database file once, to be copied for each run."""
    file = _folder() / "empty.db"
    database = Database(f"sqlite:///{file}")
    database.migrate()
    database.close()
    return file


@cache
def faulty_database() -> FaultyDatabase:
    """Return the bot's database: one file, used by one run after another."""
    return FaultyDatabase(_folder() / "simulated.db")


@cache
def observer_database() -> Database:
    """Return the same file through a plain Database, for the checks."""
    return Database(f"sqlite:///{_folder() / 'simulated.db'}")


def fresh_file() -> Path:
    """Put an empty migrated database in the place of the file of the run before."""
    faulty_database().close()
    observer_database().close()
    file = _folder() / "simulated.db"
    for old in file.parent.glob(f"{file.name}*"):
        old.unlink()
    shutil.copy(_empty_database(), file)
    return file


@cache
def keyring() -> Keyring:
    """Return one generated key."""
    return Keyring([Fernet.generate_key().decode()])


def everybody_is_away(roster: Roster, begins: datetime, days: float) -> None:
    """Set everybody on the safeguarding list away for the whole run, in the run's file."""
    first, last = begins.date() - timedelta(days=1), begins.date() + timedelta(days=int(days) + 2)
    with observer_database().begin() as tx:
        for person in roster.everyone:
            cover.set_away(tx, person, first, last, by="U0STAFF1", now=begins, request=f"away:{person}")
