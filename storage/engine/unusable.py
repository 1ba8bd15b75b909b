"""Explains why a database cannot be used, in the same words everywhere, and whether waiting may help."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError, SQLAlchemyError

from storage.errors import DatabaseAway, DatabaseNotReady, NotKept

SETTING = "SHARE_CHECK_DATABASE_URL"
NEWER = "The database was made by a newer share-check. Start that version, or restore an older backup."
OLDER = "The database is not of this version. Start share-check serve once, which brings it up to date."
EMPTY = "There is nothing in the database yet. Start share-check serve once, which makes its tables."
NOT_WRITABLE = "The database takes no writes. Give the account that runs share-check the right to write to it."
FULL_OR_BUSY = "The database is busy, or its disk is full. Make room on the disk, or try again in a moment."
NOT_ITS_TABLES = (
    "The tables are not of this version, and this account may not change them. Run share-check migrate with the "
    "account that owns them: docs/tasks/move-to-postgresql.md"
)
_NOT_ALLOWED = "42501"
"""PostgreSQL's code for insufficient privilege."""
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_SERVER: tuple[tuple[tuple[str, ...], type[DatabaseNotReady], str], ...] = (
    (
        ("Connection refused", "No such file or directory"),
        DatabaseAway,
        "The database's server does not answer: nothing listens at its address. Start PostgreSQL, or check {}.",
    ),
    (
        ("password authentication failed", "no password supplied", "Peer authentication failed"),
        DatabaseNotReady,
        "The database's server does not know this user with this password. Check both in {}.",
    ),
    (
        ("resolve host", "translate host name", "Name or service not known"),
        DatabaseAway,
        "The database's server does not answer: no machine of its name was found. Check the network, and {}.",
    ),
    (
        ("no pg_hba.conf entry",),
        DatabaseNotReady,
        "The database's server lets this user in from nowhere near here. Add a line to its pg_hba.conf, or check {}.",
    ),
    (
        ('database "',),
        DatabaseNotReady,
        "The database's server has no database of this name. Make it with createdb, or check the name in {}.",
    ),
)
"""What libpq says, which error it is, and the sentence around the setting's name. The first that fits is taken: what
pg_hba.conf refuses names the database as well."""
_FORBIDDEN = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN)
_PRIMARY = 0xFF
"""SQLite's extended codes have the primary code in their last byte: sqlite.org/rescode.html."""


def is_there(url: str) -> bool:
    """Return whether the SQLite file exists: opening would create it. True for other databases and malformed URLs."""
    try:
        known = make_url(url)
    except (ArgumentError, ValueError):
        return True  # Opening it raises the error, without the password.
    return known.get_backend_name() != "sqlite" or Path(known.database or "").is_file()


def is_damage(error: sqlite3.Error) -> bool:
    return _code(error) in _DAMAGED


def damaged(named: str = SETTING) -> DatabaseNotReady:
    return DatabaseNotReady(
        f"The database could not be opened or read: the file is damaged, or is no database. Check that {named} names "
        "the right file. If it does, keep the file and restore a backup: docs/tasks/back-up-and-restore.md"
    )


def not_ready(error: SQLAlchemyError, named: str = SETTING) -> DatabaseNotReady:
    """Explain an error of the database without its own text, which may hold an address or a value.

    named: the setting that holds its address. Return DatabaseAway if waiting may help.
    """
    cause = error.orig if isinstance(error, DBAPIError) else None
    if isinstance(cause, sqlite3.Error):
        if is_damage(cause):
            return damaged(named)
        if _code(cause) in _BUSY:
            return DatabaseAway("The database is busy. Try again in a moment.")
        if _code(cause) == sqlite3.SQLITE_FULL:
            return DatabaseAway(FULL_OR_BUSY)
    elif getattr(cause, "sqlstate", None) == _NOT_ALLOWED:
        return DatabaseNotReady(NOT_ITS_TABLES)
    elif isinstance(error, OperationalError):
        return _of_server(str(cause), named)
    return DatabaseNotReady(
        f"The database could not be opened or read. Check {named}: that its file or server is there, that there is "
        "room on the disk, and that this account may use it. share-check doctor looks further."
    )


def _of_server(said: str, named: str) -> DatabaseNotReady:
    """Explain why PostgreSQL was not reached, by what libpq said. Nothing of that is repeated."""
    for words, kind, sentence in _SERVER:
        if any(word in said for word in words):
            return kind(sentence.format(named))
    return DatabaseAway(
        "The database could not be opened or read: its server does not answer, or does not let share-check in. "
        f"Check that the server runs, and {named}; then try again."
    )


def not_kept(error: NotKept) -> DatabaseNotReady:
    """Explain a write that failed. Return DatabaseAway unless the account may not write."""
    cause = error.__cause__
    if isinstance(cause, DBAPIError):
        cause = cause.orig
    if isinstance(cause, sqlite3.Error) and is_damage(cause):
        return damaged()
    if isinstance(cause, sqlite3.Error) and _code(cause) in _FORBIDDEN:
        return DatabaseNotReady(NOT_WRITABLE)
    return DatabaseAway(FULL_OR_BUSY)


def _code(error: sqlite3.Error) -> int:
    """Return SQLite's primary error code, or 0 if the error is the driver's own."""
    return int(getattr(error, "sqlite_errorcode", 0)) & _PRIMARY
