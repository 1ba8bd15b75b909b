"""From SQLite to PostgreSQL and back: everything arrives as it was, or nothing does, and the source is only read."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Boolean, Date, Integer, LargeBinary, Table, func, insert, select, text, update
from sqlalchemy.exc import DatabaseError

from bot.cli.main import main
from bot.config.settings import setting_names
from flows.events import EventKind
from storage.backup import transfer
from storage.backup.transfer import MoveRefused, move
from storage.engine.database import Database
from storage.engine.process_lock import process_lock
from storage.errors import StorageError
from storage.proof.bundle import of_record
from storage.proof.seal import seal_now
from storage.proof.signed_note import SealKey
from storage.proof.verify import judge
from storage.tables import Utc, events, metadata, outbox, seals
from tests.databases import sqlite_file
from tests.storage.backup.backups import history
from tests.storage.builders import START
from tests.storage.records_with_secrets import LOST, MARKS, OLD, URGENT, KeyedOffice, filled, settings, url_of

pytestmark = pytest.mark.needs_postgres
SECRET_KEY = SealKey.new()


@pytest.fixture(params=["to postgresql", "to sqlite"])
def ends(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    """Return the URLs of a full database and of an empty or missing one."""
    file = tmp_path / "share-check.db"
    if request.param == "to postgresql":
        source, target = sqlite_file(file), request.getfixturevalue("empty_postgres_url")
    else:
        source, target = request.getfixturevalue("postgres_url"), f"sqlite:///{file}"
    database = Database(source)
    office = filled(database)
    with office.leading() as work:
        first = work.tx.scalar(select(metadata.tables["checks"].c.id).limit(1))
        work.record(work.load(str(first)), "7", EventKind.STEPPED_ASIDE, {})  # as the row that is made up below says
    with database.begin() as tx:
        made = seal_now(tx, SECRET_KEY, START)
        assert made
        _fill_the_rest(tx)
        tx.execute(update(metadata.tables["digests"]).values(head=made.head.hex()))
    database.close()
    return source, target


@pytest.fixture
def opened() -> Iterator[Callable[[str], Database]]:
    """Yield a function that opens a database by its URL; it is closed after the test."""
    made: list[Database] = []

    def opened(url: str) -> Database:
        made.append(Database(url))
        return made[-1]

    yield opened
    for database in made:
        database.close()


def _fill_the_rest(tx: Any) -> None:
    """Insert a row into every remaining table, so that none is forgotten."""
    for table in metadata.sorted_tables:
        if not tx.scalar(select(func.count()).select_from(table)):
            tx.execute(insert(table).values(_row(tx, table)))


def _row(tx: Any, table: Table) -> dict[str, object]:
    row: dict[str, object] = {}
    for column in table.columns:
        if column is table.autoincrement_column:
            continue
        if column.foreign_keys:
            other = next(iter(column.foreign_keys)).column
            row[column.name] = tx.scalar(select(other).limit(1))
        elif isinstance(column.type, Utc):
            row[column.name] = START
        elif isinstance(column.type, Date):
            row[column.name] = date(2026, 11, 23)
        elif isinstance(column.type, Boolean):
            row[column.name] = True
        elif isinstance(column.type, Integer):
            row[column.name] = 7
        else:
            row[column.name] = b"\x00\xff1" if isinstance(column.type, LargeBinary) else "7"
    return row


def _rows(url: str) -> dict[str, list[tuple[object, ...]]]:
    with _closing(url) as database, database.read() as tx:
        return {
            name: sorted((tuple(row) for row in tx.execute(select(table))), key=repr)
            for name, table in metadata.tables.items()
        }


@contextmanager
def _closing(url: str) -> Iterator[Database]:
    database = Database(url)
    try:
        yield database
    finally:
        database.close()


def _recorded(url: str) -> object:
    with _closing(url) as database:
        return history(database)


def test_everything_arrives_as_it_was(ends: tuple[str, str], opened: Callable[[str], Database]) -> None:
    """Every row of every table, every answer and every line of the record; the source is not touched."""
    source, target = ends
    before = _rows(source)
    recorded = _recorded(source)
    assert all(before.values()), [name for name, rows in before.items() if not rows]
    moved = move(source, target, [OLD])
    assert _rows(target) == before == _rows(source)
    assert _recorded(target) == recorded
    assert moved.rows == {name: len(rows) for name, rows in before.items()}
    assert (moved.seals, moved.findings) == (1, ())
    with opened(target).read() as tx:
        verdict = judge(of_record(tx, KeyedOffice(opened(target), OLD).keys), [SECRET_KEY.public])
    assert (verdict.findings, verdict.entries) == ((), len(before["events"]))


def test_work_goes_on_where_it_was(ends: tuple[str, str], opened: Callable[[str], Database]) -> None:
    """New rows get ids that no row has, and the record still refuses to be changed."""
    move(*ends, [OLD])
    database = opened(ends[1])
    with database.read() as tx:
        highest = {table.name: tx.scalar(select(func.max(table.c.id))) for table in (events, outbox)}
    office = KeyedOffice(database, OLD)
    office.raised(URGENT, "U0AFTER")
    with database.read() as tx:
        for table in (events, outbox):
            assert tx.scalar(select(func.max(table.c.id))) > highest[table.name]
    for table in (events, seals):
        with pytest.raises(DatabaseError), database.begin() as tx:
            tx.execute(table.delete())


def test_there_and_back_again_nothing_has_changed(ends: tuple[str, str], tmp_path: Path, postgres: Any) -> None:
    """Twice through the other kind."""
    before = _rows(ends[0])
    move(*ends, [OLD])
    is_file = ends[0].startswith("sqlite")
    third = f"sqlite:///{tmp_path / 'third.db'}" if is_file else postgres.fresh_database()
    move(ends[1], third, [OLD])
    assert _rows(third) == before


def test_a_target_with_anything_in_it_is_refused(ends: tuple[str, str], opened: Callable[[str], Database]) -> None:
    """Nothing there is ever joined with something else, or overwritten."""
    source, target = ends
    database = opened(target)
    with database.begin() as tx:
        tx.execute(text("CREATE TABLE letters (id INTEGER)"))
    database.close()
    with pytest.raises(MoveRefused, match="not empty: it has letters"):
        move(source, target, [OLD])
    with database.begin() as tx:
        tx.execute(text("DROP TABLE letters"))
    database.close()
    move(source, target, [OLD])
    with pytest.raises(MoveRefused, match="not empty: it has"):
        move(source, target, [OLD])


def test_what_fails_half_way_leaves_the_target_empty_and_can_be_done_again(
    ends: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of it is kept, or none."""
    source, target = ends

    def fall(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(transfer, "_proved", fall)
        with pytest.raises(KeyboardInterrupt):
            move(source, target, [OLD])
    assert not any(_rows(target).values())
    assert move(source, target, [OLD]).rows["checks"] == 2


def test_a_row_that_arrives_otherwise_is_noticed(ends: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Not counted only: compared."""
    source, target = ends
    real = transfer._copy  # noqa: SLF001 - made to do it wrong

    def wrong(here: Any, there: Any, table: Table) -> None:
        real(here, there, table)
        if table.name == "cases":
            there.execute(table.update().values(asks=99))

    monkeypatch.setattr(transfer, "_copy", wrong)
    with pytest.raises(MoveRefused, match="The table cases did not arrive"):
        move(source, target, [OLD])


def test_what_was_wrong_before_is_said_and_does_not_stop_it(
    ends: tuple[str, str], opened: Callable[[str], Database]
) -> None:
    """A key that is lost is lost on both sides; so is a record that somebody changed."""
    source, target = ends
    office = KeyedOffice(opened(source), LOST)
    office.start("U0LOST")
    office.database.close()
    moved = move(source, target, [OLD])
    assert moved.keys.unopened == 1
    assert any("cannot be opened" in finding for finding in moved.findings)


@pytest.mark.parametrize("where", [0, 1])
def test_while_a_bot_runs_on_either_side_nothing_is_moved(
    ends: tuple[str, str], where: int, opened: Callable[[str], Database]
) -> None:
    """It would go on writing where nobody looks any more."""
    bot = opened(ends[where])
    with process_lock(ends[where]), bot.read(), pytest.raises(StorageError, match=r"already serving|Stop it"):
        move(*ends, [OLD])


def test_the_same_database_is_refused(ends: tuple[str, str]) -> None:
    """However its password is written."""
    with pytest.raises(MoveRefused, match="in use now"):
        move(ends[0], ends[0], [OLD])


def test_a_source_of_another_version_is_refused(ends: tuple[str, str], opened: Callable[[str], Database]) -> None:
    """The tables must be those that this code knows."""
    database = opened(ends[0])
    with database.begin() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    database.close()
    with pytest.raises(StorageError, match="not of this version"):
        move(*ends, [OLD])


def _run(source: str, *words: str) -> tuple[int, str]:
    given = {**dict.fromkeys(setting_names()), **settings(source, OLD)}
    result = CliRunner().invoke(main, ["move", *words], env=given, input="hush\n")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert not [word for word in (*MARKS, OLD, "hush") if word in result.output]
    return result.exit_code, result.output


def test_the_command_says_what_it_did_and_what_to_do_next(
    ends: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is left with two databases and no word on which is which; no password is shown."""
    monkeypatch.chdir(tmp_path)
    source, target = ends
    code, said = _run(source, "--to", target.replace("postgresql+psycopg://", "postgres://"))
    assert code == 0, said
    assert "Every row is the same. 2 of 2 keys open." in said
    assert "SHARE_CHECK_DATABASE_URL=" in said
    assert "share-check backup" in said
    assert "The old database is as it was" in said
    assert ("***" in said) == target.startswith("postgresql")


@pytest.mark.parametrize(
    ("to", "code", "words"),
    [
        ("mysql://host/db", 2, "--to must be sqlite:///"),
        ("sqlite:///", 2, "--to names no file"),
        ("sqlite:////nowhere/at/all.db", 2, "could not be opened"),
        ("postgresql://us@127.0.0.1:9/db", 3, "nothing listens at its address. Start PostgreSQL, or check --to"),
        ("postgresql://us:hush@host:port/db", 2, "cannot be understood"),
        ("postgresql://us:hush@127.0.0.1/db", 2, "--to has a password in it"),
        ("postgresql://us@db.example.org/db", 2, "does not demand encryption"),
    ],
)
def test_an_address_that_cannot_be_used_is_said_in_words(url_here: str, to: str, code: int, words: str) -> None:
    """No trace, no password, nothing made."""
    ended, said = _run(url_here, "--to", to)
    assert ended == code, said
    assert words in said
    assert "\nshare-check did not move anything:\n" in f"\n{said}"


@pytest.fixture
def url_here(sqlite: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    filled(sqlite)
    sqlite.close()
    return url_of(sqlite)


def test_a_database_that_is_not_there_is_not_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A typing mistake in the settings does not end in an empty record being moved."""
    monkeypatch.chdir(tmp_path)
    code, said = _run("sqlite:///none.db", "--to", "sqlite:///other.db")
    assert (code, "There is no database none.db" in said) == (2, True)
    assert list(tmp_path.iterdir()) == []
