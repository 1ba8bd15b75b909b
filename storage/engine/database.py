"""Engines and transactions. SQLite: one writer at a time, WAL, synchronous=FULL. PostgreSQL through psycopg."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from storage.engine import unusable
from storage.engine.group_commit import GroupCommit, driver_of
from storage.errors import DatabaseNotReady, NotKept

if TYPE_CHECKING:
    from alembic.config import Config

_MIGRATIONS = Path(__file__).parents[1] / "migrations"
_PATIENCE, _A_MOMENT = 5000, 300
"""Milliseconds."""
_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    f"PRAGMA busy_timeout={_PATIENCE}",
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",
    "PRAGMA wal_autocheckpoint=4000",
)


_BOUNDED = {
    "connect_timeout": 10,
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
    "prepare_threshold": None,
}
"""Bounds of every PostgreSQL connection: where its machine vanishes, a call fails within half a minute, and the bot
goes on over a new connection. libpq's parameters: seconds, tcp_user_timeout milliseconds.

Nothing is prepared, and no startup parameter is given that a pool refuses: PgBouncer in transaction mode gives the next
transaction another connection.
"""
_BOUND_TRANSACTION = (
    "SELECT set_config('statement_timeout', '30s', true), "
    "set_config('idle_in_transaction_session_timeout', '60s', true)"
)
"""For this transaction alone, so that no pool carries it on."""
_NO_LIMIT = text("SET LOCAL statement_timeout = 0")
"""A migration of years of records may take longer than any press."""
_ONE_MOMENT = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
"""A read-only snapshot on PostgreSQL; SQLite's read transactions are snapshots anyway."""
_REVISION = text("SELECT version_num FROM alembic_version")
_WRITE_PROBE = text(
    "INSERT INTO pulse (name, at) VALUES ('probe', CURRENT_TIMESTAMP) "
    "ON CONFLICT (name) DO UPDATE SET at = CURRENT_TIMESTAMP"
)
_READ_PROBE = text("SELECT name FROM pulse WHERE name = 'probe'")
_SERVERS_NUMBER = text("SELECT pg_backend_pid()")
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(730461)")
"""Instances that start together migrate one after another. The lock number is arbitrary."""


class Database:
    """One database. `begin` is the unit of work: all of it is committed, or none.

    is_lone: only one process serves with it, as with SQLite.
    """

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        self.is_lone = self.engine.dialect.name == "sqlite"
        self._turns = GroupCommit(self.engine) if self.is_lone else None
        self._begin = self._turns.begin if self._turns else self.engine.begin
        self._reading = self.engine if self.is_lone else self.engine.execution_options(**_ONE_MOMENT)

    def begin(self) -> AbstractContextManager[Connection]:
        """Return a write transaction: commits at the end, rolls back on any error.

        On SQLite, threads queue for the single writer instead of polling the file.
        """
        return self._begin()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Yield a read-only snapshot transaction, which waits for no writer. On PostgreSQL it refuses writes."""
        with self._reading.begin() as tx:
            if self.is_lone:
                driver_of(tx).execute("BEGIN")
            yield tx

    def migrate(self) -> None:
        """Run the Alembic migrations. Raises DatabaseNotReady if the database cannot be used."""
        try:
            with self.begin() as tx:
                if not self.is_lone:
                    tx.execute(_NO_LIMIT)
                    tx.execute(_ONE_AT_A_TIME)
                if version_of(tx) != newest_revision():
                    _upgrade(tx)
        except SQLAlchemyError as error:
            raise unusable.not_ready(error) from error
        except NotKept as error:
            raise unusable.not_kept(error) from error

    def version(self) -> tuple[str | None, str | None]:
        """Return the Alembic revision of the tables and the one that this code needs."""
        with self.read() as tx:
            return version_of(tx), newest_revision()

    def refuse_other_version(self) -> None:
        """Raise DatabaseNotReady unless the tables are of this version."""
        found, needed = self.version()
        if found is None:
            raise DatabaseNotReady(unusable.EMPTY)
        if found not in known_revisions():
            raise DatabaseNotReady(unusable.NEWER)
        if found != needed:
            raise DatabaseNotReady(unusable.OLDER)

    def can_write(self) -> bool:
        """Return whether a value can be written, committed and read back right now."""
        try:
            self.try_to_write()
        except DatabaseNotReady:
            return False
        return True

    def try_to_write(self) -> None:
        """Write a value, commit it and read it back.

        Raises DatabaseAway where that may pass by itself, as when the disk is full; else DatabaseNotReady.
        """
        try:
            with self.begin() as tx:
                tx.execute(_WRITE_PROBE)
            with self.read() as tx:
                is_there = tx.scalar(_READ_PROBE) is not None
        except SQLAlchemyError as error:
            raise unusable.not_ready(error) from error
        except NotKept as error:
            raise unusable.not_kept(error) from error
        if not is_there:
            raise DatabaseNotReady(unusable.NOT_WRITABLE)

    def is_pooled(self) -> bool:
        """Return whether a pool stands before PostgreSQL: it gives out process numbers that are not the server's."""
        if self.is_lone:
            return False
        with self.read() as tx:
            driver: Any = tx.connection.driver_connection
            return bool(driver.pgconn.backend_pid != tx.scalar(_SERVERS_NUMBER))

    def empty_log(self) -> bool:
        """Checkpoint and truncate SQLite's WAL, which still holds erased content. Return whether it is empty.

        It is not while a reader uses an older snapshot or another process writes. Our writers wait meanwhile, so it is
        tried for 300 ms only.
        """
        if self._turns is None:
            return True
        with self._turns.nobody_writing(), self.engine.connect() as tx:
            driver = driver_of(tx)
            driver.execute(f"PRAGMA busy_timeout={_A_MOMENT}")
            try:
                busy, _, _ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                driver.execute(f"PRAGMA busy_timeout={_PATIENCE}")
            return not busy

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def _engine(url: str) -> Engine:
    try:
        backend = make_url(url).get_backend_name()
    except (ArgumentError, ValueError):  # their message contains the password
        message = (
            "SHARE_CHECK_DATABASE_URL cannot be understood. Write postgresql+psycopg://user:password@host/database."
        )
        raise DatabaseNotReady(message) from None
    if backend != "sqlite":
        engine = create_engine(
            url, pool_size=20, max_overflow=20, pool_pre_ping=True, hide_parameters=True, connect_args=_BOUNDED
        )
        event.listen(engine, "begin", _bound)
        return engine
    engine = create_engine(url, pool_size=20, max_overflow=50, hide_parameters=True)
    event.listen(engine, "connect", _prepare)
    return engine


def _bound(connection: Connection) -> None:
    """Bound what this transaction may take."""
    connection.exec_driver_sql(_BOUND_TRANSACTION)


def _prepare(connection: Any, _record: object) -> None:
    """Set the pragmas of a new SQLite connection, and begin transactions explicitly instead of by the driver."""
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def version_of(tx: Connection) -> str | None:
    """Return the Alembic revision of the tables, or None before the first."""
    if not inspect(tx).has_table("alembic_version"):
        return None
    found: str | None = tx.scalar(_REVISION)
    return found


def newest_revision() -> str:
    """Return the newest revision in this code."""
    return max(known_revisions())


@cache
def known_revisions() -> frozenset[str]:
    """Return every migration that this code knows, by its file: a start needs no Alembic, which takes 15 MB."""
    return frozenset(file.name.partition("_")[0] for file in (_MIGRATIONS / "versions").glob("[0-9]*_*.py"))


def _upgrade(tx: Connection) -> None:
    """Bring the tables to this version. Raises DatabaseNotReady if they are of a newer one."""
    from alembic import command  # noqa: PLC0415 - only a new version needs it
    from alembic.util import CommandError  # noqa: PLC0415 - only a new version needs it

    try:
        command.upgrade(_config(tx), "head")
    except CommandError as error:
        raise DatabaseNotReady(unusable.NEWER) from error


def _config(tx: Connection) -> Config:
    from alembic.config import Config  # noqa: PLC0415 - only a new version needs it

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = tx
    return config
