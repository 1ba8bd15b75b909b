"""Checks of the database, its keys and its backups: answers can be stored, read again, and restored.

What is sealed is opened to see that it opens, and dropped: none shows a check.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from bot.findings import Condition, Finding, State, fine, unchecked
from storage import old_messages, sealed_texts
from storage.crypto.rotation import Tally, sample
from storage.engine import grants, schema_objects, unusable
from storage.engine.database import Database
from storage.errors import StorageError
from storage.health import liveness

DATABASE, BACKUP, KEYS, TEXTS = "database", "backup", "keys", "open checks"
MESSAGES = "old messages"
TRIED = 500
"""Checks of any age whose keys are tried, so that a start and doctor take no longer as years go by."""
BACKUP_EVERY = timedelta(hours=36)
"""One missed nightly backup, and a morning to notice it."""

OWNER = (
    "it takes writes. The bot's account owns the tables, so it could change the record, against which only seals help."
)
LOOK_FURTHER = (
    "Ask the people of these checks what was said, and look at the disk. share-check keys check lists every check that "
    "does not open, share-check verify what was changed. A backup from before has it whole: "
    "docs/tasks/back-up-and-restore.md"
)
BACK_UP = "Run share-check backup --to and a folder on another disk, each night: docs/tasks/back-up-and-restore.md"


def not_there_yet() -> tuple[Finding, ...]:
    return (
        Finding(DATABASE, State.GAP, "there is none yet.", "share-check serve makes it when it starts."),
        Finding(BACKUP, State.GAP, "there is nothing to back up yet.", BACK_UP),
        fine(KEYS, "there is a key to seal new checks with."),
    )


def database(store: Database) -> Finding:
    """Check that the database has this version's tables and takes writes."""
    try:
        found, needed = store.version()
    except SQLAlchemyError as error:
        return _unusable(str(unusable.not_ready(error)))
    except StorageError as error:
        return _unusable(str(error))
    if found is None:
        return not_there_yet()[0]
    if found != needed:
        return Finding(
            DATABASE,
            State.WARNING,
            "its tables are not of this version of share-check.",
            "Make a backup, then restart share-check serve: it brings them up to date.",
        )
    with store.read() as tx:
        planted, is_owner = schema_objects.differences(tx), grants.may_change_tables(tx)
    if planted:
        return _changed_from_outside(planted)
    if not store.can_write():
        return not_writable()
    if is_owner and not store.is_lone:
        return Finding(DATABASE, State.GAP, OWNER, "docs/tasks/move-to-postgresql.md: An account for the bot alone.")
    return fine(DATABASE, "it is of this version, and takes writes.")


def _changed_from_outside(objects: Sequence[str]) -> Finding:
    words = f"somebody changed it from outside. It holds what share-check never made, or lacks: {', '.join(objects)}."
    fix = "Find out who can write to it. Then restore a backup from before: docs/tasks/back-up-and-restore.md"
    return Finding(DATABASE, State.FATAL, words, fix, condition=Condition.DATABASE_CHANGED)


def _unusable(said: str) -> Finding:
    """Return the finding in the words with which serve and every other command refuse the database."""
    words, _, fix = said.partition(". ")
    return Finding(DATABASE, State.FATAL, f"{words}.", fix)


def not_writable() -> Finding:
    return Finding(
        DATABASE,
        State.FATAL,
        "The database cannot be written.",
        "Check that the disk is not full, and that the file or server allows it to the account that runs share-check.",
    )


def backup(store: Database, now: datetime) -> Finding:
    """Check when `share-check backup` last made a backup of this database."""
    with store.read() as tx:
        made = liveness.last_backup(tx)
    if made is None:
        return Finding(BACKUP, State.WARNING, "share-check backup has never been run on this database.", BACK_UP)
    age = now - made
    if age > BACKUP_EVERY:
        words = f"the last one is of {made:%Y-%m-%d %H:%M} UTC, {age.days} days ago."
        return Finding(BACKUP, State.WARNING, words, f"Find out why it stopped. {BACK_UP}")
    return fine(BACKUP, f"the last one is of {made:%Y-%m-%d %H:%M} UTC.")


def keys(store: Database, known: Sequence[str], *, is_starting: bool = False) -> tuple[Finding, ...]:
    """Check that the keys unwrap each check's own key, and that each text of the checks in use opens. Shows none.

    is_starting: the bot is about to start. A check in use that does not open is then only a warning, so that it does
    not keep the bot from all the others.
    """
    try:
        with store.read() as tx:
            found = sample(tx, known, TRIED)
            in_use = sealed_texts.find(tx, known, in_use=True)
    except SQLAlchemyError:
        return (unchecked(KEYS, "the database could not be read."),)
    worst = State.WARNING if is_starting else State.FATAL
    return (_judged(found, in_use.locked, worst), *_damaged(in_use.damaged, worst))


def _judged(found: Tally, locked: tuple[str, ...], worst: State) -> Finding:
    """Return the finding for a tally. locked: unreadable checks still in use; worst: the state if there are any."""
    checks = "checks" if found.is_all else "checks that were tried"
    every = "every check" if found.is_all else f"each of {found.wrapped} checks that were tried"
    if found.unopened and found.unopened == found.wrapped:
        return Finding(
            KEYS,
            State.FATAL,
            "no check in the database opens with SHARE_CHECK_KEYS: these are keys of another installation.",
            "Take the right ones from where you keep them apart, and write them into .env. If they are lost, restore "
            "a backup whose keys you have.",
        )
    if found.unopened:
        still = f" {len(locked)} of them {'is' if len(locked) == 1 else 'are'} still open: nobody can work on that."
        return Finding(
            KEYS,
            worst if locked else State.WARNING,
            f"{found.unopened} of {found.wrapped} {checks} open with none of the keys in SHARE_CHECK_KEYS."
            f"{still if locked else ''}",
            "Add the key of that time, after the first, with a comma: docs/tasks/change-the-keys.md",
            refs=locked,
        )
    if any(found.opens[1:]):
        return Finding(
            KEYS, State.GAP, f"they open {every}; some still need an older key.", "Run share-check keys rotate."
        )
    return fine(KEYS, f"they open {every}{' there is' if found.is_all else ''}.")


def pool(store: Database) -> tuple[Finding, ...]:
    """Say that a pool such as PgBouncer stands before PostgreSQL, which the bot works with and backups do not."""
    try:
        is_pooled = store.is_pooled()
    except SQLAlchemyError:
        return ()
    if not is_pooled:
        return ()
    words = "a pool such as PgBouncer stands before it. The bot works with that, in transaction mode too."
    fix = "For backup, restore and move give the address of the server itself in SHARE_CHECK_DATABASE_URL."
    return (Finding(DATABASE, State.GAP, words, fix),)


def messages(store: Database) -> Finding:
    """Say how many messages Slack does not let us shorten or take away. It counts, and names no check."""
    try:
        with store.read() as tx:
            left = old_messages.count_refused(tx)
    except SQLAlchemyError:
        return unchecked(MESSAGES, "the database could not be read.")
    if not left:
        return fine(MESSAGES, "all that had to be shortened or taken away was.")
    words = f"Slack does not let {left} of them be shortened or taken away. That is tried once a day."
    return Finding(MESSAGES, State.WARNING, words, "See which: share-check retention --dry-run")


def _damaged(refs: tuple[str, ...], worst: State) -> tuple[Finding, ...]:
    if not refs:
        return ()
    many = "1 open check holds" if len(refs) == 1 else f"{len(refs)} open checks hold"
    words = f"{many} something that does not open, though the key fits: it was changed outside share-check."
    return (Finding(TEXTS, worst, words, LOOK_FURTHER, refs=refs),)
