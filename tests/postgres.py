"""A PostgreSQL server that lives as long as the tests and remembers nothing.

PostgreSQL refuses to run as root, so root starts it as the `postgres` user that its package makes.
"""

import itertools
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

START_SECONDS = 30
FAST = (
    *("fsync=off", "synchronous_commit=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0"),
    *("checkpoint_timeout=1d", "max_wal_size=10GB", "autovacuum=off", "jit=off", "max_connections=100"),
)
"""What keeps data safe or is worth it in a long life is of no use here."""
COPIES_FILES_SINCE = 15_00_00
"""Server version. Before it files were always copied; since then pages go through the log unless told otherwise."""


class Server:
    """A running server, reachable at 127.0.0.1 and at a socket in its own folder."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._numbers = itertools.count(1)

    def fresh_database(self, template: str = "template1") -> str:
        """Make a database, empty or a copy of `template`, and return its SQLAlchemy address."""
        name = f"test_{next(self._numbers)}"
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            how = "STRATEGY FILE_COPY" if connection.info.server_version >= COPIES_FILES_SINCE else ""
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} {how}".encode())
        return self.address(name).replace("postgresql://", "postgresql+psycopg://")

    def drop(self, url: str) -> None:
        """Remove a database, also from under connections that a test forgot."""
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {url.rsplit('/', 1)[1]} WITH (FORCE)".encode())

    def address(self, database: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self._port}/{database}"


def find_programs() -> Path | None:
    """Return the folder with `initdb` and `postgres`; Debian keeps it off the PATH."""
    on_path = shutil.which("initdb")
    if on_path and shutil.which("postgres"):
        return Path(on_path).resolve().parent
    newest_first = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    return next((program.parent for program in newest_first), None)


@contextmanager
def running_server(programs: Path) -> Iterator[Server]:
    with tempfile.TemporaryDirectory(prefix="share-check-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        as_user = _owner_of(home)
        _initialise(programs, home, as_user)
        port = _free_port()
        with (home / "log").open("wb") as log:
            process = subprocess.Popen(  # noqa: S603 - our own words, no shell
                _command(programs, home, port), cwd=home, stdout=log, stderr=log, user=as_user
            )
        try:
            server = Server(port)
            _wait_for(server, process, home / "log")
            yield server
        finally:
            process.send_signal(signal.SIGQUIT)
            process.wait()


def _owner_of(home: Path) -> str | None:
    """Give the folder to `postgres` if we are root, and return who runs the server."""
    if os.geteuid() != 0:
        return None
    shutil.chown(home, "postgres")
    return "postgres"


def _initialise(programs: Path, home: Path, as_user: str | None) -> None:
    options = ("--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "--no-sync")
    subprocess.run(  # noqa: S603 - our own words, no shell
        [programs / "initdb", *options, "-D", home / "data"],
        cwd=home,
        check=True,
        capture_output=True,
        user=as_user,
    )


def _command(programs: Path, home: Path, port: int) -> list[str]:
    options = (f"port={port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={home}")
    settings = itertools.chain.from_iterable(("-c", option) for option in (*options, *FAST))
    return [str(programs / "postgres"), "-D", str(home / "data"), *settings]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            psycopg.connect(server.address("postgres")).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text(encoding='utf-8')}")
