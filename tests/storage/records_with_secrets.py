"""A record with marker words that must never be shown, sealed with keys known to the test."""

import os
import secrets
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from cryptography.fernet import Fernet
from sqlalchemy import text

from bot.config.settings import setting_names
from flows.events import EventKind
from flows.model import Answers
from storage.crypto.envelope import Keyring
from storage.engine.database import Database
from tests.harness import ROOT
from tests.storage.builders import DONE, LEAD_ONE, REPORTER, Office

OLD, NEW, LOST = (Fernet.generate_key().decode() for _ in range(3))
MARKS = ("Xanthippe", "quokkas", "periwinkle", "marzipan")
"""The marker words: in a note, in the details, in a plan and in a decision's reason."""
URGENT: Answers = {"S1": ("no",), "S2": ("no",), "S3": ("harm",)}


def url_of(database: Database) -> str:
    return database.engine.url.render_as_string(hide_password=False)


class KeyedOffice(Office):
    """An Office with given keys and random request ids, so that several can work on one database."""

    def __init__(self, database: Database, *keys: str) -> None:
        super().__init__(database)
        self.keys = Keyring(keys)

    def request(self) -> str:
        return secrets.token_hex(16)


def filled(database: Database, *keys: str) -> Office:
    """Build a case with all kinds of typed text, and a check without any answer."""
    office = KeyedOffice(database, *(keys or (OLD,)))
    check = office.led(URGENT)
    note, details, plan, reason = MARKS
    with office.reporting() as work:
        work.write(check, REPORTER, EventKind.NOTE, {"question": "S3", "text": f"about {note}"}, office.request())
        work.write(check, REPORTER, EventKind.DETAILS, {"text": f"about {details}"}, office.request())
    with office.leading() as work:
        work.decide(check, LEAD_ONE, "share", {"reason": f"because of {reason}"}, office.request())
    office.plan(check, tuple(replace(strand, what=plan) for strand in DONE))
    office.start("U0OTHER")
    return office


def damage(database: Database, column: str) -> str:
    """Flip one bit in the middle of a sealed text of the open case. Return the reference of its check."""
    table, name = column.split(".")
    key = "id" if table != "strands" else "name"
    mine = f"{'id' if table == 'checks' else 'check_id'} IN (SELECT check_id FROM cases)"  # noqa: S608 - our own words
    with database.begin() as tx:
        guards = tx.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
        for guard, _ in guards:
            tx.execute(text(f"DROP TRIGGER {guard}"))
        row = tx.execute(text(f"SELECT {key}, {name} FROM {table} WHERE {mine} LIMIT 1")).one()  # noqa: S608 - our own words
        broken = bytearray(row[1])
        broken[len(broken) // 2] ^= 1
        change = text(f"UPDATE {table} SET {name} = :broken WHERE {key} = :key AND {mine}")  # noqa: S608 - as above
        tx.execute(change, {"broken": bytes(broken), "key": row[0]})
        for _, made in guards:
            tx.execute(text(made))
        return str(tx.scalar(text("SELECT ref FROM checks WHERE id IN (SELECT check_id FROM cases)")))


def settings(url: str, *keys: str) -> dict[str, str]:
    """Return the settings for commands that do not call Slack."""
    return {
        "SLACK_BOT_TOKEN": "xoxb-test",
        "SLACK_APP_TOKEN": "xapp-test",
        "SHARE_CHECK_DATABASE_URL": url,
        "SHARE_CHECK_KEYS": ",".join(keys),
    }


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a program with these settings and no others."""
    inherited = {name: value for name, value in os.environ.items() if name not in setting_names()}
    return {**inherited, **given, "PYTHONPATH": str(ROOT)}


def started(folder: Path, given: Mapping[str, str], *words: str) -> subprocess.Popen[str]:
    """Start share-check as a child process."""
    return subprocess.Popen(  # noqa: S603 - our own words
        [sys.executable, "-m", "bot", *words],
        cwd=folder,
        env=environment(given),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
