"""A record with seals, somebody who tampers with it, and the two who check it: they must find the same."""

from __future__ import annotations

import importlib.util
import io
import json
import re
from collections.abc import Callable
from contextlib import redirect_stdout, suppress
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import Connection, text

from flows.events import EventKind
from storage.crypto.envelope import Keyring
from storage.engine.database import Database
from storage.erasure import Erasure, erase_again
from storage.proof import bundle, bundle_file, seal
from storage.proof.bundle import NotAProof
from storage.proof.seal import Seal
from storage.proof.signed_note import PublicKey, SealKey
from storage.proof.verify import judge
from tests.storage.builders import START, Office

Found = set[tuple[str, str]]
"""What is wrong with what: ("Entry 5", "was changed")."""
Deed = Callable[[Connection], object]
VERIFIER = Path(__file__).parent.parent / "docs" / "verify.py"
KEY = SealKey(bytes(range(32)))
WELL: Found = set()
_SAID = re.compile(r"- ((?:Entry|Seal) -?\d+) ([a-z -]+)[:.]")
_GUARDS = {
    "sqlite": [f"DROP TRIGGER {table}_no_{what}" for table in ("events", "seals") for what in ("update", "delete")],
    "postgresql": [f"DROP TRIGGER {table}_append_only ON {table}" for table in ("events", "seals")],
}


class Undone(Exception):
    """Raised to leave the record as it was."""


def sealed_record(database: Database, key: SealKey | None = KEY, keys: Keyring | None = None) -> Office:
    """Three seals of three entries each, about two checks in turn, and one entry that is newer."""
    office = Office(database)
    office.keys = keys or office.keys
    mine, theirs = office.start("U1"), office.start("U2")
    note(office, mine)
    for check, notes in ((mine, 3), (theirs, 3), (mine, 1)):
        office.forward(hours=1)
        seal_now(office, key)
        for _ in range(notes):
            office.forward(minutes=1)
            note(office, check)
    return office


def note(office: Office, check: str) -> None:
    with office.leading() as work:
        work.record(work.load(check), "U1", EventKind.NOTE, {"text": "words"}, office.request())


def seal_now(office: Office, key: SealKey | None = KEY) -> Seal | None:
    with office.database.begin() as tx:
        return seal.seal_now(tx, key, office.now)


def tamper(office: Office, *deeds: Deed | str) -> tuple[Found, Found]:
    """Do this to the record with every guard gone, ask both, and undo it. SQL, or something to call."""
    found: tuple[Found, Found] = (WELL, WELL)
    with suppress(Undone), office.database.begin() as tx:
        unguard(tx)
        for deed in deeds:
            tx.execute(text(deed)) if isinstance(deed, str) else deed(tx)
        found = both(tx, office.keys)
        raise Undone
    return found


def unguard(tx: Connection) -> None:
    """As somebody could who owns the database."""
    for guard in _GUARDS[tx.dialect.name]:
        tx.execute(text(guard))


def erase(office: Office, check: str) -> None:
    """As the retention rule does it, once everything is approved."""
    done = Erasure(check, "U0LEAD1", office.now)
    assert erase_again(office.database, office.keys, [done], office.now) == 1


def exported(tx: Connection, keys: Keyring | None = None, made_at: datetime = START) -> str:
    return bundle_file.written(bundle.of_record(tx, keys, lambda _: False), made_at)


def export(office: Office) -> Any:
    """The proof as it would be handed on."""
    with office.database.read() as tx:
        return json.loads(exported(tx, office.keys))


def both(tx: Connection, keys: Keyring) -> tuple[Found, Found]:
    """What share-check finds in the database, and what a stranger finds in its export."""
    verdict = judge(bundle.of_record(tx, keys), open_all=True)
    found = {(finding.subject, str(finding.what)) for finding in verdict.findings}
    return found, strangers(exported(tx, keys))[1]


def ours(written: str, trusted: tuple[PublicKey, ...] = ()) -> tuple[int, Found]:
    """How `share-check verify` ends with a file, and what it finds in it."""
    try:
        verdict = judge(bundle_file.read(written), trusted)
    except NotAProof:
        return 2, WELL
    found = {(finding.subject, str(finding.what)) for finding in verdict.findings}
    return int(bool(found)), found


def strangers(written: str, trusted: tuple[PublicKey, ...] = ()) -> tuple[int, Found]:
    """How docs/verify.py ends with a file, and what it finds in it."""
    said = io.StringIO()
    try:
        with redirect_stdout(said):
            code = STRANGER.judge(STRANGER.checked(written), [key.raw.hex() for key in trusted], None)
    except STRANGER.Unreadable:
        return 2, WELL
    return code, set(_SAID.findall(said.getvalue()))


def _stranger() -> ModuleType:
    """docs/verify.py, which is in no package."""
    found = importlib.util.spec_from_file_location("verify", VERIFIER)
    assert found
    assert found.loader
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


STRANGER = _stranger()
