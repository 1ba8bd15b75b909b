"""Group commit for SQLite: writers queue, and those that queue together share a transaction, each in a savepoint.

A commit is a write to disk and costs more than the rest of a step. The first writer opens a transaction, the others add
their work in savepoints, the last one commits. Nobody continues before that commit: work that left `begin` without an
error is on disk, as with its own transaction.
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
"""Steps in one commit at most, which bounds the first writer's wait."""


def driver_of(tx: Connection) -> sqlite3.Connection:
    """Return sqlite3's own connection, on which we begin transactions: the driver would begin them too late."""
    return cast("sqlite3.Connection", tx.connection.dbapi_connection)


class GroupCommit:
    """The queue of writers of one SQLite file."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._turn = Lock()
        self._count = Lock()
        self._waiting = 0
        self._shared: _Shared | None = None

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """Implement Database.begin. Raises NotKept if the commit failed, also when another thread committed."""
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
        """Commit what is pending and hold off all writers."""
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
    """One transaction that several threads add steps to in turn. They continue once `ended` is set."""

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
        """Run one thread's work in a savepoint: all of it is added, or none; the other threads' steps stay."""
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
        """Execute a statement. If the disk failed, SQLite has rolled back all savepoints: mark it broken."""
        try:
            self._driver.execute(words)
        except sqlite3.Error:
            self.is_broken = True

    def end(self) -> None:
        """Commit the steps, or roll back, and wake the waiting threads."""
        try:
            if self.steps and not self.is_broken:
                self._transaction.commit()
                self.is_kept = True
        except SQLAlchemyError:
            self.is_broken = True
        finally:
            if not self.is_kept:
                self._connection.invalidate()  # discard the connection, whatever its state
            self._connection.close()
            self.ended.set()
