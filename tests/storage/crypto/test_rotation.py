"""Which key opens what, and moving everything to a new one while the bot runs."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import event, insert, select, update

from flows.events import EventKind
from storage.crypto.envelope import Keyring
from storage.crypto.rotation import Tally, rotate, tally
from storage.crypto.wrapping import WrappingKey, is_of_this_edition
from storage.engine.database import Database
from storage.errors import BadKey, CannotOpen
from storage.tables import checks
from tests.storage.builders import REPORTER
from tests.storage.records_with_secrets import LOST, NEW, OLD, KeyedOffice, filled, settings, started, url_of

WELL_BEYOND_ONE_READ = 120


def tallied(database: Database, *keys: str) -> Tally:
    with database.read() as tx:
        return tally(tx, keys)


def wrapped(database: Database) -> dict[str, bytes]:
    with database.read() as tx:
        return {row.id: bytes(row.wrapped_key) for row in tx.execute(select(checks.c.id, checks.c.wrapped_key))}


def destroy(database: Database, check: str) -> None:
    with database.begin() as tx:
        tx.execute(update(checks).where(checks.c.id == check).values(wrapped_key=b""))


@pytest.fixture
def other(database: Database) -> Iterator[Database]:
    """Yield the same database as another process opens it."""
    beside = Database(url_of(database))
    yield beside
    beside.close()


def test_every_key_is_counted_once_by_the_place_of_what_opens_it(database: Database) -> None:
    """By place, and the first that fits; what opens with none is counted too, and what was erased is not missed."""
    for keys in ((NEW,), (OLD,), (OLD,), (LOST,)):
        KeyedOffice(database, *keys).start()
    destroy(database, KeyedOffice(database, NEW).start("U0GONE"))
    assert tallied(database, NEW, OLD) == Tally((1, 2), unopened=1, destroyed=1)
    assert tallied(database, OLD, NEW, OLD) == Tally((2, 1, 0), unopened=1, destroyed=1)
    assert tallied(database, OLD).wrapped == 4


def test_after_a_rotation_the_first_key_opens_everything_alone(database: Database) -> None:
    """The old key is not needed any more, and every word is what it was."""
    office = filled(database, OLD)
    before = [office.history(check) for check in sorted(wrapped(database))]
    done = rotate(database, [NEW, OLD])
    assert (done.moved, done.left) == (2, Tally((2, 0), unopened=0, destroyed=0))
    assert tallied(database, OLD) == Tally((0,), unopened=2, destroyed=0)
    alone = KeyedOffice(database, NEW)
    assert [alone.history(check) for check in sorted(wrapped(database))] == before


def test_a_rotation_that_has_nothing_to_do_touches_nothing(database: Database) -> None:
    """It can be run again at any time."""
    filled(database, OLD)
    rotate(database, [NEW, OLD])
    before = wrapped(database)
    assert rotate(database, [NEW, OLD]).moved == 0
    assert wrapped(database) == before


def test_what_no_key_opens_is_left_as_it_is_and_counted(database: Database) -> None:
    """Whoever finds the lost key again finds everything that it opens."""
    lost = KeyedOffice(database, LOST).start()
    filled(database, OLD)
    before = wrapped(database)[lost]
    done = rotate(database, [NEW, OLD])
    assert (done.moved, done.left) == (2, Tally((2, 0), unopened=1, destroyed=0))
    assert wrapped(database)[lost] == before
    assert rotate(database, [NEW, LOST]).left == Tally((3, 0), unopened=0, destroyed=0)


def test_more_than_one_read_of_checks_is_moved(sqlite: Database) -> None:
    """The last one as well as the first."""
    many(sqlite, WELL_BEYOND_ONE_READ)
    assert rotate(sqlite, [NEW, OLD]).left == Tally((WELL_BEYOND_ONE_READ, 0), unopened=0, destroyed=0)


def many(database: Database, count: int) -> None:
    """Insert many checks under the old key, without going through the services."""
    office, keys = KeyedOffice(database, OLD), Keyring([OLD])
    first = office.start()
    with database.begin() as tx:
        row = dict(tx.execute(select(checks).where(checks.c.id == first)).one()._mapping)  # noqa: SLF001 - SQLAlchemy's public name
        new = [{"id": f"{at:032}", "ref": f"SC-{at}", "request": f"r{at}"} for at in range(1, count)]
        tx.execute(insert(checks), [{**row, **one, "wrapped_key": keys.new_key()} for one in new])


def test_a_key_destroyed_meanwhile_stays_destroyed(database: Database, other: Database) -> None:
    """Erasing a check between our reading it and our writing it is not undone."""
    kept, erased = (KeyedOffice(database, OLD).start(who) for who in ("U0ONE", "U0TWO"))

    def erase_once(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "wrapped_key" in statement and wrapped(other)[erased]:
            destroy(other, erased)

    event.listen(database.engine, "after_cursor_execute", erase_once)
    assert rotate(database, [NEW, OLD]).moved == 1
    assert wrapped(other)[erased] == b""
    assert tallied(other, NEW) == Tally((1,), unopened=0, destroyed=1)
    assert kept in wrapped(other)


def test_people_go_on_answering_while_the_keys_are_rotated(database: Database, other: Database) -> None:
    """Nothing that is saved at the same moment is lost, and the bot opens what it knew by the old wrapping."""
    bot, stop = KeyedOffice(database, NEW, OLD), Event()
    old = KeyedOffice(database, OLD)
    mine = {person: [old.start(person) for _ in range(5)] for person in ("U0ONE", "U0TWO", "U0THREE")}
    for check in [check for several in mine.values() for check in several]:
        bot.check(check)  # now its unwrapped key is remembered

    with ThreadPoolExecutor(len(mine)) as people:
        busy = [people.submit(_answer_all, bot, person, several, stop) for person, several in mine.items()]
        time.sleep(0.1)
        done = rotate(other, [NEW, OLD])
        stop.set()
        said = {check: answers for one in busy for check, answers in one.result(30).items()}
    assert (done.left.unopened, done.left.opens[1]) == (0, 0)
    after = KeyedOffice(database, NEW)
    assert {check: dict(after.check(check).answers) for check in said} == said


def _answer_all(bot: KeyedOffice, person: str, mine: list[str], stop: Event) -> dict[str, dict[str, tuple[str, ...]]]:
    """Answer, change and type until told to stop. Return what each check must then contain."""
    said: dict[str, dict[str, tuple[str, ...]]] = {}
    turn = 0
    while not (stop.is_set() and len(said) == len(mine)):
        check, choice = mine[turn % len(mine)], ("yes", "no")[turn // len(mine) % 2]
        with bot.reporting() as work:
            if check in said:
                work.change(check, person, "S1", (choice,))
            else:
                work.answer(check, person, "S1", (choice,))
            work.write(check, person, EventKind.NOTE, {"text": str(turn)}, f"{person}-{turn}")
        said[check] = {"S1": (choice,)}
        turn += 1
        time.sleep(0.005)
    return said


def test_a_rotation_killed_half_way_is_finished_by_the_next(database: Database, tmp_path: Path) -> None:
    """Kill -9 leaves some with the one key and some with the other, and all of them open."""
    many(database, WELL_BEYOND_ONE_READ)
    given = settings(url_of(database), NEW, OLD)
    with started(tmp_path, given, "keys", "rotate") as rotating:
        until = time.monotonic() + 30
        while tallied(database, NEW, OLD).opens[0] < 5:
            assert time.monotonic() < until
            assert rotating.poll() is None
        rotating.kill()
    half = tallied(database, NEW, OLD)
    assert half.unopened == 0
    assert all(half.opens)
    done = rotate(database, [NEW, OLD])
    assert (done.moved, done.left.opens) == (half.opens[1], (WELL_BEYOND_ONE_READ, 0))


def test_what_is_not_a_key_is_refused_before_anything_is_read(sqlite: Database) -> None:
    """In the words of the setting."""
    before = wrapped(filled(sqlite).database)
    for call in (lambda: tallied(sqlite, OLD, "hush"), lambda: rotate(sqlite, [NEW[:-2], OLD])):
        with pytest.raises(BadKey, match="SHARE_CHECK_KEYS"):
            call()
    assert wrapped(sqlite) == before


def test_a_bot_that_does_not_know_the_new_key_cannot_open_what_was_moved(sqlite: Database) -> None:
    """Which is why it is restarted first; nothing is lost, and restarting it afterwards helps as well."""
    office = KeyedOffice(sqlite, OLD)
    check = office.start(REPORTER)
    rotate(sqlite, [NEW, OLD])
    with pytest.raises(CannotOpen):
        office.check(check)
    assert KeyedOffice(sqlite, NEW, OLD).check(check).reporter == REPORTER


def test_a_key_that_was_wrapped_before_there_was_an_edition_is_wrapped_anew(database: Database) -> None:
    """Such a one is a Fernet token, with 128 bits of the key: it opens, and rotation to the same key strengthens it."""
    office = filled(database, OLD)
    before = [office.history(check) for check in sorted(wrapped(database))]
    for check, key in wrapped(database).items():
        unwrapped = WrappingKey(OLD).unwrap(key)
        assert unwrapped is not None
        with database.begin() as tx:
            token = Fernet(OLD).encrypt(unwrapped)
            tx.execute(update(checks).where(checks.c.id == check).values(wrapped_key=token))
    assert [KeyedOffice(database, OLD).history(check) for check in sorted(wrapped(database))] == before
    assert rotate(database, [OLD]).moved == 2
    assert all(map(is_of_this_edition, wrapped(database).values()))
    assert [KeyedOffice(database, OLD).history(check) for check in sorted(wrapped(database))] == before


def test_a_wrapped_key_that_was_changed_opens_with_nothing(database: Database) -> None:
    """Each byte of it counts, its edition too."""
    filled(database, OLD)
    key = next(iter(wrapped(database).values()))
    for at in range(len(key)):
        assert WrappingKey(OLD).unwrap(key[:at] + bytes([key[at] ^ 1]) + key[at + 1 :]) is None
    assert WrappingKey(NEW).unwrap(key) is None
