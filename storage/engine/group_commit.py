"""SQLite's writers: one at a time, and those who stand in line together are kept by one commit.

A commit is a write to disk, and costs more than all else of a step. The first in line opens a transaction; each of
the others adds its work inside a savepoint; the last commits for all. Nobody goes on before that commit: what left
`begin` without an error is on disk, as with a transaction of its own.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Lock
from typing import cast

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from storage.errors import NotKept

_MOST = 64
"""Steps in one commit: the first in line waits for no more than these."""


def driver_of(tx: Connection) -> sqlite3.Connection:
    """The driver's own connection. Transactions are begun on it, by us: the driver's guess comes too late."""
    return cast("sqlite3.Connection", tx.connection.dbapi_connection)


class GroupCommit:
    """The line in front of one SQLite file."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._turn = Lock()
        self._count = Lock()
        self._waiting = 0
        self._shared: _Shared | None = None

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """As Database.begin. Raises NotKept where the commit failed, whoever made it."""
        self._wait()
        try:
            shared = self._shared = self._shared or _Shared(self._engine)
            try:
                with shared.step() as tx:
                    yield tx
            finally:
                if not self._waiting or shared.is_broken or shared.steps >= _MOST:
                    self._shared = None
                    shared.end()
        finally:
            self._turn.release()
        shared.ended.wait()
        if not shared.is_kept:
            raise NotKept

    @contextmanager
    def nobody_writing(self) -> Iterator[None]:
        """Whoever wants to write waits; what was being written is kept first."""
        with self._turn:
            if self._shared is not None:
                self._shared.end()
                self._shared = None
            yield

    def _wait(self) -> None:
        with self._count:
            self._waiting += 1
        try:
            self._turn.acquire()
        finally:
            with self._count:
                self._waiting -= 1


class _Shared:
    """One transaction that several threads add to, one after another. They go on once it has `ended`."""

    def __init__(self, engine: Engine) -> None:
        self._connection = engine.connect()
        self._transaction = self._connection.begin()
        self._driver = driver_of(self._connection)
        try:
            self._driver.execute("BEGIN IMMEDIATE")  # a deferred begin that writes later loses to "database is locked"
        except sqlite3.Error as error:
            self._connection.close()
            raise NotKept from error
        self.steps = 0
        self.is_broken = False
        self.is_kept = False
        self.ended = Event()

    @contextmanager
    def step(self) -> Iterator[Connection]:
        """One thread's work: all of it is added, or nothing; what the others added stays."""
        self._driver.execute("SAVEPOINT step")
        try:
            yield self._connection
        except BaseException:
            self._say("ROLLBACK TO step")
            raise
        finally:
            self._say("RELEASE step")
        self.steps += 1

    def _say(self, words: str) -> None:
        """Where the disk failed, SQLite has rolled back the others' work and every savepoint: nothing is kept."""
        try:
            self._driver.execute(words)
        except sqlite3.Error:
            self.is_broken = True

    def end(self) -> None:
        """Commit what was added, or let go of it, and tell everybody who waits."""
        try:
            if self.steps and not self.is_broken:
                self._transaction.commit()
                self.is_kept = True
        except SQLAlchemyError:
            self.is_broken = True
        finally:
            if not self.is_kept:
                self._connection.invalidate()  # whatever state it is in, nothing of it goes on to the next
            self._connection.close()
            self.ended.set()
