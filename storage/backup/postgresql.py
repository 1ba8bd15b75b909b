"""Back up PostgreSQL with pg_dump and pg_restore; verify a backup in a temporary database on the same server."""

from __future__ import annotations

import re
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from psycopg.conninfo import make_conninfo
from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from storage.backup import archive
from storage.backup.source import BackupRefused
from storage.engine.database import Database

_ROWS_OF = re.compile(rb'COPY (?:\S+\.)?"?(\w+)"? \(')
_NO_ROLES = ("--no-owner", "--no-privileges")
_LONGEST = 38
"""Characters of a database's name that are reused in another's: PostgreSQL truncates names at 63."""

_GONE_WITHIN = 2.0
"""Seconds."""
_TRY_ALONE = text("SELECT pg_try_advisory_lock(730463)")
"""One trial at a time, so that databases left by a killed trial can be dropped. The lock number is arbitrary."""

_LEFT = text("SELECT datname FROM pg_database WHERE starts_with(datname, :mark)")
_OTHERS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user "
    "AND application_name <> :ours AND backend_type = 'client backend'"
)


class PostgresqlServer:
    """The database in the settings and its server."""

    kind = "postgresql"

    def __init__(self, url: URL) -> None:
        self._url = url
        self._name = url.database or url.username or ""
        self._mark = f"{self._name[:_LONGEST]}_proof_"
        self._ours = f"share-check restore {secrets.token_hex(8)}"

    @contextmanager
    def snapshot(self, to: Path) -> Iterator[Connection]:
        """Implement Source.snapshot: pg_dump and the connection share one exported snapshot."""
        with self._engine("REPEATABLE READ").connect() as tx:
            moment = tx.scalar(text("SELECT pg_export_snapshot()"))
            with archive.private(to):
                pass
            words = ("--format=custom", *_NO_ROLES, f"--snapshot={moment}", f"--file={to}")
            _run("pg_dump", *words, of=self._url)
            yield tx

    def counts(self, copy: Path) -> Mapping[str, int]:
        """Implement Source.counts: count the rows while pg_restore writes all of them out."""
        _run("pg_restore", "--list", str(copy))
        command = [_program("pg_restore"), "--data-only", "--file=-", str(copy)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:  # noqa: S603 - our own words, no shell
            found = _rows(process.stdout or ())
        if process.returncode:
            raise _failed("pg_restore", b"")
        return found

    @contextmanager
    def workshop(self) -> Iterator[Path]:
        """Yield a temporary folder of the system: the trial database is on the server."""
        with tempfile.TemporaryDirectory(prefix="share-check-") as place:
            yield Path(place)

    @contextmanager
    def trial(self, copy: Path) -> Iterator[Database]:
        """Implement Source.trial: restore into a new database on the same server."""
        with self._server() as server:
            if not server.scalar(_TRY_ALONE):
                message = "Another backup is being tried on this server. Wait until that has ended."
                raise BackupRefused(message)
            for left in server.scalars(_LEFT, {"mark": self._mark}).all():
                _drop(server, left)
            name = self._mark + secrets.token_hex(4)
            _create(server, name)
            url = self._url.set(database=name)
            database = Database(url.render_as_string(hide_password=False))
            try:
                words = ("--exit-on-error", "--single-transaction", *_NO_ROLES, str(copy))
                _run("pg_restore", *words, of=url)
                yield database
            finally:
                database.close()
                _drop(server, name)

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """Implement Source.quiet. A bot may still start meanwhile, so put_in_place checks again."""
        self._refuse_company()
        yield

    def put_in_place(self, trial: Database, now: datetime) -> str:
        """Implement Source.put_in_place: rename the trial database. The one in the settings stays as it is."""
        self._refuse_company()
        trial.close()
        first = re.sub(r"_restored_\d{8}_\d{6}$", "", self._name)
        name = f"{first[:_LONGEST]}_restored_{now:%Y%m%d_%H%M%S}"
        with self._server() as server:
            server.exec_driver_sql(
                f"ALTER DATABASE {_quoted(server, str(trial.engine.url.database))} RENAME TO {_quoted(server, name)}"
            )
        return (
            f"It is in the new database {name}. In SHARE_CHECK_DATABASE_URL write that name in the place of "
            f"{self._name}, then start share-check serve. {self._name} is as it was."
        )

    @contextmanager
    def _server(self) -> Iterator[Connection]:
        with self._engine("AUTOCOMMIT").connect() as server:
            yield server

    def _engine(self, level: Any) -> Engine:
        named = {"application_name": self._ours}
        return create_engine(
            self._url, poolclass=NullPool, isolation_level=level, hide_parameters=True, connect_args=named
        )

    def _refuse_company(self) -> None:
        with self._server() as server:
            if others := self._company(server):
                message = (
                    f"Other connections to the database {self._name} are open in our name ({others}): share-check is "
                    "running, here or elsewhere. Stop it, and whatever else uses that account."
                )
                raise BackupRefused(message)

    def _company(self, server: Connection) -> int:
        """Count the other connections. Wait up to _GONE_WITHIN: the server lists closed ones for a moment."""
        until = time.monotonic() + _GONE_WITHIN
        while (others := server.scalar(_OTHERS, {"ours": self._ours})) and time.monotonic() < until:
            time.sleep(0.05)
        return others or 0


def _create(server: Connection, name: str) -> None:
    try:
        server.exec_driver_sql(f"CREATE DATABASE {_quoted(server, name)} TEMPLATE template0")
    except SQLAlchemyError as error:
        message = (
            "A backup is tried in a database of its own, and the server did not let us make one. "
            "Its administrator allows it with: ALTER ROLE our_user CREATEDB"
        )
        raise BackupRefused(message) from error


def _drop(server: Connection, name: str) -> None:
    server.exec_driver_sql(f"DROP DATABASE IF EXISTS {_quoted(server, name)} WITH (FORCE)")


def _quoted(server: Connection, name: str) -> str:
    return server.dialect.identifier_preparer.quote_identifier(name)


def _rows(lines: IO[bytes] | tuple[()]) -> dict[str, int]:
    r"""Count the rows of each table in pg_restore's output: one line a row, from COPY to a line with `\.`."""
    found: dict[str, int] = {}
    at: str | None = None
    for line in lines:
        if at is None:
            begun = _ROWS_OF.match(line)
            at = begun[1].decode() if begun else None
            if at is not None:
                found[at] = 0
        elif line == b"\\.\n":
            at = None
        else:
            found[at] += 1
    return found


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        message = (
            f"{name} is missing: PostgreSQL's own programs copy and restore its databases. Install those of the "
            "server's version, with: apt install postgresql-client"
        )
        raise BackupRefused(message)
    return found


def _run(program: str, *words: str, of: URL | None = None) -> None:
    """Run a PostgreSQL program; `of`: on this database, with the password passed in an unnamed file.

    Raises BackupRefused without the program's output, which may quote table contents.
    """
    command = [_program(program), *words]
    with tempfile.TemporaryFile() as secret:
        if of is not None:
            command.append(f"--dbname={_address(of, secret)}")
        done = subprocess.run(  # noqa: S603 - our own words, no shell
            command, stdin=subprocess.DEVNULL, capture_output=True, pass_fds=(secret.fileno(),), check=False
        )
    if done.returncode:
        raise _failed(program, done.stderr)


def _address(url: URL, secret: IO[bytes]) -> str:
    """Return libpq's connection string without the password, because any account can list a program's arguments."""
    known: dict[str, Any] = url.translate_connect_args(username="user", database="dbname")
    known |= {name: value if isinstance(value, str) else ",".join(value) for name, value in url.query.items()}
    password = known.pop("password", None)
    if password is not None:
        escaped = str(password).replace("\\", "\\\\").replace(":", "\\:")
        secret.write(f"*:*:*:*:{escaped}\n".encode())
        secret.flush()
        known["passfile"] = f"/dev/fd/{secret.fileno()}"
    return make_conninfo(**known)


def _failed(program: str, said: bytes) -> BackupRefused:
    why = "Is there room on the disk, and may this account do it?"
    if b"version mismatch" in said or b"unsupported version" in said or b"configuration parameter" in said:
        why = f"It is not of the server's version: {program} must be. Install postgresql-client of that version."
    return BackupRefused(f"{program} could not do its part. {why}")
