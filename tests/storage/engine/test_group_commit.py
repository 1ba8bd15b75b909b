"""Steps that stand in line are kept by one commit: each goes on only once it is on disk, and fails alone."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, event, insert, select

from storage.engine.database import Database
from storage.engine.group_commit import driver_of
from storage.errors import NotKept
from storage.tables import left_out
from tests.storage.builders import Office

Work = Callable[[Connection], object]
FIVE = tuple(f"U{number}" for number in range(5))


class Line:
    """A first writer who holds the turn, and others who stand behind it until `let_go`."""

    def __init__(self, office: Office, threads: ThreadPoolExecutor) -> None:
        self.office = office
        self.commits = 0
        self._threads = threads
        self._may_go = threading.Event()
        event.listen(office.database.engine, "commit", self._count)

    def _count(self, _connection: Connection) -> None:
        self.commits += 1

    def join(self, work: Work, *, behind: int) -> Future[None]:
        """Queue for the writer with this work, once so many others are queued."""
        turns = self.office.database._begin.__self__  # type: ignore[attr-defined] # noqa: SLF001 - who waits is its own

        def write() -> None:
            with self.office.database.begin() as tx:
                if not behind:
                    assert self._may_go.wait(5)
                work(tx)

        done = self._threads.submit(write)
        until = time.monotonic() + 5
        while turns._waiting != behind or not turns._turn.locked():  # noqa: SLF001 - see above
            assert time.monotonic() < until
            time.sleep(0.001)
        return done

    def join_all(self, *work: Work) -> list[Future[None]]:
        return [self.join(one, behind=number) for number, one in enumerate(work)]

    def let_go(self) -> None:
        self._may_go.set()


@pytest.fixture
def line(sqlite: Database) -> Iterator[Line]:
    with ThreadPoolExecutor(len(FIVE)) as threads:
        yield Line(Office(sqlite), threads)


def leaving_out(check: str, person: str) -> Work:
    return lambda tx: tx.execute(insert(left_out).values(check_id=check, person=person, stepped_aside=False))


def kept(office: Office, check: str) -> list[str]:
    rows = select(left_out.c.person).where(left_out.c.check_id == check)
    with office.database.read() as tx:
        return sorted(tx.scalars(rows))


def test_those_who_wait_together_are_kept_by_one_commit(line: Line) -> None:
    """Five steps, one write to disk, and nobody goes on before it."""
    check = line.office.start()
    line.commits = 0
    done = line.join_all(*(leaving_out(check, person) for person in FIVE))
    assert not any(one.done() for one in done)
    line.let_go()
    assert [one.result(5) for one in done] == [None] * 5
    assert line.commits == 1
    assert kept(line.office, check) == sorted(FIVE)


@pytest.mark.parametrize("who", range(5))
def test_one_who_fails_takes_nobody_down(line: Line, who: int) -> None:
    """First, last or in between: only its own work is taken back, and only it is told."""
    check = line.office.start()

    def fail_after_writing(tx: Connection) -> None:
        leaving_out(check, FIVE[who])(tx)
        raise LookupError

    work = [leaving_out(check, person) for person in FIVE]
    work[who] = fail_after_writing
    done = line.join_all(*work)
    line.let_go()
    assert [type(one.exception(5)) for one in done] == [LookupError if at == who else type(None) for at in range(5)]
    assert kept(line.office, check) == sorted(set(FIVE) - {FIVE[who]})


def forbidden_at_commit(tx: Connection) -> None:
    """Insert a row of a check that does not exist; the foreign key is checked at the commit."""
    tx.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    leaving_out("no such check", "U0")(tx)


def rolled_back_by_sqlite(tx: Connection) -> None:
    """Roll back the whole transaction behind the writers' back, as SQLite does when the disk is full."""
    driver_of(tx).execute("ROLLBACK")


@pytest.mark.parametrize("trouble", [forbidden_at_commit, rolled_back_by_sqlite])
@pytest.mark.parametrize("who", range(5))
def test_where_the_commit_fails_nobody_is_told_that_it_was_kept(line: Line, trouble: Work, who: int) -> None:
    """Everybody whose step is not on disk hears so, and the next writer finds a database that works."""
    check = line.office.start()
    work = [leaving_out(check, person) for person in FIVE]
    work[who] = trouble
    done = line.join_all(*work)
    line.let_go()
    told = [isinstance(one.exception(5), NotKept) for one in done]
    there = kept(line.office, check)
    assert told[who]
    assert there == sorted(person for person, not_kept in zip(FIVE, told, strict=True) if not not_kept)
    assert line.office.database.can_write()


def test_a_file_locked_by_another_program_is_said_and_nobody_hangs(sqlite: Database) -> None:
    """Busy for longer than we wait: NotKept, for each in line, and the line moves on afterwards."""
    office = Office(sqlite)
    check = office.start()
    other = Database(str(sqlite.engine.url))
    with other.engine.connect() as holding, ThreadPoolExecutor(2) as threads:
        driver_of(holding).execute("BEGIN IMMEDIATE")

        def write() -> None:
            with sqlite.begin() as tx:
                driver_of(tx)

        with sqlite.engine.connect() as connection:
            driver_of(connection).execute("PRAGMA busy_timeout=50")
        done = [threads.submit(write) for _ in range(2)]
        assert all(isinstance(one.exception(15), NotKept) for one in done)
        driver_of(holding).execute("ROLLBACK")
    other.close()
    assert sqlite.can_write()
    assert kept(office, check) == []
