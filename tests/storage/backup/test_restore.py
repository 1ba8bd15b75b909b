"""Restoring: believed only once proved, refused in words, and never half put in place."""

import os
import shutil
import sqlite3
import stat
import tarfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import psycopg
import pytest
from alembic.command import downgrade
from alembic.config import Config
from sqlalchemy import make_url, select, text, update

from storage.backup import archive
from storage.backup.make import Made, source_of
from storage.backup.restore import Expected
from storage.backup.restore import replace as put_back
from storage.backup.source import BackupRefused
from storage.crypto.envelope import Keyring
from storage.crypto.rotation import rotate
from storage.engine.database import Database
from storage.engine.process_lock import process_lock
from storage.erasure import Erasure, erase_again
from storage.errors import DatabaseNotReady
from storage.proof.seal import seal_now
from storage.proof.signed_note import SealKey
from storage.tables import checks
from tests.harness import ROOT
from tests.postgres import Server
from tests.proofs import KEY
from tests.storage.backup.backups import backed_up, content, history, restored, server_of, verified
from tests.storage.builders import START
from tests.storage.records_with_secrets import LOST, NEW, OLD, URGENT, KeyedOffice, filled, url_of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return an empty folder for backups."""
    place = tmp_path / "backups"
    place.mkdir()
    return place


@pytest.fixture
def url(database: Database) -> str:
    return url_of(database)


def test_what_was_restored_is_what_was_there_and_goes_on(database: Database, url: str, folder: Path) -> None:
    """Every check, every word, and the next answer."""
    filled(database)
    before = history(database)
    made = backed_up(database, folder)
    KeyedOffice(database, OLD).start("U0LATER")
    database.close()
    with restored(url, made.file) as again:
        assert history(again) == before
        again.migrate()
        assert again.can_write()
        KeyedOffice(again, OLD).raised(URGENT)
        assert len(history(again)) == len(before) + 1


def test_a_backup_of_older_tables_is_brought_up_to_this_version(database: Database, url: str, folder: Path) -> None:
    """The oldest there are: proved on the copy, and restored so that the bot can start."""
    filled(database)
    config = Config()
    config.set_main_option("script_location", str(ROOT / "storage" / "migrations"))
    with database.begin() as tx:
        config.attributes["connection"] = tx
        downgrade(config, "0001")
    made = backed_up(database, folder)
    assert made.manifest.schema == "0001"
    newest = database.version()[1]
    assert verified(url, made.file).schema == newest
    assert database.version() == ("0001", newest)
    database.close()
    with restored(url, made.file) as again:
        assert again.version() == (newest, newest)
        assert len(history(again)) == 2


def test_newer_tables_are_refused_in_words(database: Database, url: str, folder: Path) -> None:
    """They may mean what this version does not know; nothing is touched."""
    filled(database)
    with database.begin() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    made = backed_up(database, folder)
    database.close()
    before = content(url)
    for use in (verified, lambda *given: put_back(source_of(url), [OLD], given[1], START)):
        with pytest.raises(BackupRefused, match=r"Install that version or a newer one"):
            use(url, made.file)
    assert content(url) == before


def _cut(file: Path, keep: float) -> None:
    with file.open("r+b") as opened:
        opened.truncate(int(file.stat().st_size * keep))


def _flip(file: Path) -> None:
    with file.open("r+b") as opened:
        opened.seek(file.stat().st_size // 2)
        byte = opened.read(1)[0]
        opened.seek(-1, os.SEEK_CUR)
        opened.write(bytes([byte ^ 1]))


def _foreign(file: Path) -> None:
    with tarfile.open(file, "w") as tar:
        tar.addfile(tarfile.TarInfo("holiday.jpg"), BytesIO())


def _without_database(file: Path) -> None:
    with tarfile.open(file) as before:
        kept = [(each, before.extractfile(each)) for each in before if not each.name.startswith("database.")]
        with tarfile.open(file.with_suffix(".new"), "w") as after:
            for member, content_of in kept:
                after.addfile(member, content_of)
    file.with_suffix(".new").replace(file)


def _manifest_of(words: bytes) -> Callable[[Path], None]:
    def put(file: Path) -> None:
        member = tarfile.TarInfo("manifest.json")
        member.size = len(words)
        with tarfile.open(file, "w") as tar:
            tar.addfile(member, BytesIO(words))

    return put


DAMAGES: Mapping[str, tuple[Callable[[Path], object], str]] = {
    "empty": (lambda file: _cut(file, 0), "not a backup"),
    "hardly begun": (lambda file: _cut(file, 0.001), "not a backup"),
    "half": (lambda file: _cut(file, 0.5), "cut off"),
    "most": (lambda file: _cut(file, 0.8), "cut off"),
    "one bit": (_flip, "changed or damaged"),
    "another tar": (_foreign, "not a backup"),
    "no database": (_without_database, "not a backup"),
    "deep manifest": (_manifest_of(b"[" * 100_000), "not a backup"),
    "short manifest": (_manifest_of(b'{"format": 1}'), "not a backup"),
    "another format": (_manifest_of(b'{"format": 2, "share_check": "9.0"}'), "9.0, which is newer"),
    "noise": (lambda file: file.write_bytes(os.urandom(5000)), "not a backup"),
    "a database": (lambda file: file.write_bytes(b"SQLite format 3" * 500), "not a backup"),
    "nothing there": (lambda file: file.unlink(), "There is no file"),
}


@pytest.mark.parametrize(("damage", "words"), DAMAGES.values(), ids=DAMAGES)
def test_what_is_no_whole_backup_is_refused_in_words(
    sqlite: Database, folder: Path, damage: Callable[[Path], object], words: str
) -> None:
    """Cut off, changed, of something else, or not there: said, and nothing is replaced."""
    filled(sqlite)
    made, url = backed_up(sqlite, folder), url_of(sqlite)
    sqlite.close()
    damage(made.file)
    before = content(url)
    with pytest.raises(BackupRefused, match=words):
        verified(url, made.file)
    with pytest.raises(BackupRefused, match=words):
        put_back(source_of(url), [OLD], made.file, START)
    assert content(url) == before


@pytest.mark.parametrize("damage", [_flip, lambda file: _cut(file, 0.5)])
def test_a_damaged_backup_makes_no_database_on_the_server(
    postgresql: Database, folder: Path, damage: Callable[[Path], object]
) -> None:
    """The same on PostgreSQL: which databases there are stays as it was."""
    filled(postgresql)
    made, url = backed_up(postgresql, folder), url_of(postgresql)
    postgresql.close()
    damage(made.file)
    before = content(url)
    with pytest.raises(BackupRefused):
        put_back(source_of(url), [OLD], made.file, START)
    assert content(url) == before


FORGERIES = {
    "a line of the record": "UPDATE events SET who = 'U0SOMEONE' WHERE id = 3",
    "what was sealed": "UPDATE events SET sealed = (SELECT sealed FROM events WHERE id = 4) WHERE id = 3",
    "answers": "UPDATE checks SET sealed_answers = x'00'",
    "a plan": "UPDATE strands SET sealed = x'00' WHERE name = 'student'",
}


@pytest.mark.parametrize("statement", FORGERIES.values(), ids=FORGERIES)
def test_a_record_that_was_changed_by_hand_is_refused(sqlite: Database, folder: Path, statement: str) -> None:
    """Although the checksum and the counts are right: each line must say what it committed to, each text must open."""
    filled(sqlite)
    made = backed_up(sqlite, folder)
    forged = _forged(made, folder, statement)
    with pytest.raises(BackupRefused, match=r"do not open, or do not say what was recorded"):
        verified(url_of(sqlite), forged)


def _forged(made: Made, folder: Path, *statements: str) -> Path:
    """Return a backup whose database was changed, with a manifest that matches it, by somebody who has a key."""
    copy, file = folder / "copy", folder / "forged.backup"
    archive.unpack(made.file, made.manifest, copy)
    with closing(sqlite3.connect(copy)) as opened:
        guards = opened.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in guards:
            opened.execute(f"DROP TRIGGER {name}")
        for statement in (*statements, *(words for _, words in guards)):
            opened.execute(statement)
        opened.commit()
    archive.write(file, replace(made.manifest, sha256=archive.digest(copy)), copy, [OLD])
    return file


def _without_a_signature(file: Path) -> Path:
    """Return it as a version before 0.2.0 made it."""
    bare = file.with_name("bare.backup")
    with tarfile.open(file) as before, tarfile.open(bare, "w") as after:
        for member in before:
            if member.name != "manifest.hmac":
                after.addfile(member, before.extractfile(member))
    return bare


PLANT = (
    "CREATE TRIGGER stamp AFTER INSERT ON outbox BEGIN UPDATE outbox SET sent_at = '2026-01-01' WHERE id = NEW.id; END"
)


def _doctored(made: Made, folder: Path, keys: Sequence[str]) -> Path:
    """Return a backup with a trigger planted in it and a checksum that fits, signed with `keys`."""
    forged = _forged(made, folder, PLANT)
    doctored, copy = folder / "doctored.backup", folder / "doctored"
    manifest = replace(made.manifest, sha256=archive.read(forged, [OLD]).sha256)
    archive.unpack(forged, manifest, copy)
    archive.write(doctored, manifest, copy, keys)
    return doctored


def test_a_backup_that_others_wrote_is_refused(sqlite: Database, folder: Path) -> None:
    """With a checksum that fits, for a signature needs a key; and nothing is replaced."""
    filled(sqlite)
    made = backed_up(sqlite, folder)
    doctored = _doctored(made, folder, [LOST])
    before = content(url_of(sqlite))
    for use in (verified, lambda url, file: put_back(source_of(url), [OLD], file, START)):
        with pytest.raises(BackupRefused, match="changed since it was made, or it was made with other keys"):
            use(url_of(sqlite), doctored)
        with pytest.raises(BackupRefused, match="is not signed"):
            use(url_of(sqlite), _without_a_signature(doctored))
        (folder / "bare.backup").unlink()
    assert content(url_of(sqlite)) == before
    with pytest.raises(BackupRefused, match="never made, or lacks what it makes: trigger stamp"):
        verified(url_of(sqlite), _without_a_signature(doctored), expected=Expected(may_be_unsigned=True))


def test_a_backup_of_before_there_were_signatures_is_taken_where_somebody_says_so(
    sqlite: Database, folder: Path
) -> None:
    filled(sqlite)
    bare = _without_a_signature(backed_up(sqlite, folder).file)
    assert verified(url_of(sqlite), bare, expected=Expected(may_be_unsigned=True)).lines


def test_a_backup_of_a_database_in_which_something_was_planted_is_refused(sqlite: Database, folder: Path) -> None:
    """It is signed, as the bot made it; and whoever makes it is told at once."""
    filled(sqlite)
    with sqlite.begin() as tx:
        tx.execute(text(PLANT))
    made = backed_up(sqlite, folder)
    assert made.planted == ("trigger stamp",)
    with pytest.raises(BackupRefused, match="Take an older backup"):
        verified(url_of(sqlite), made.file)


def test_what_would_be_larger_than_its_archive_is_not_unpacked(sqlite: Database, folder: Path) -> None:
    """A sparse member of a tar says how long it is without being so."""
    filled(sqlite)
    made = backed_up(sqlite, folder)
    with tarfile.open(made.file) as tar:
        sizes = {member.name: member.size for member in tar}
    raw = bytearray(made.file.read_bytes())
    with tarfile.open(made.file) as tar:
        at = tar.getmember("database.sqlite").offset
    header = tarfile.TarInfo("database.sqlite")
    header.type, header.size = tarfile.GNUTYPE_SPARSE, sizes["database.sqlite"]
    raw[at : at + 512] = header.tobuf(tarfile.GNU_FORMAT)
    made.file.write_bytes(raw)
    with pytest.raises(BackupRefused, match=r"is not a backup of share-check"):
        verified(url_of(sqlite), made.file)


def test_a_record_whose_seals_do_not_fit_is_refused(sqlite: Database, folder: Path) -> None:
    """Also where each line by itself says what it committed to: one that was sealed is missing."""
    filled(sqlite)
    with sqlite.begin() as tx:
        assert seal_now(tx, None, START)
    made = backed_up(sqlite, folder)
    assert verified(url_of(sqlite), made.file).seals == 1
    fewer = {**made.manifest.counts, "events": made.manifest.counts["events"] - 1}
    fitting = replace(made, manifest=replace(made.manifest, counts=fewer))
    forged = _forged(fitting, folder, "DELETE FROM events WHERE id = 3")
    with pytest.raises(BackupRefused, match=r"not what was sealed: Entry 3 was removed"):
        verified(url_of(sqlite), forged)


def test_rows_that_are_missing_are_noticed(sqlite: Database, folder: Path) -> None:
    """The counts are of the moment at which it was made."""
    filled(sqlite)
    forged = _forged(backed_up(sqlite, folder), folder, "DELETE FROM events WHERE id = 3")
    with pytest.raises(BackupRefused, match="changed since it was made"):
        verified(url_of(sqlite), forged)


def test_with_the_wrong_keys_nothing_is_restored(database: Database, url: str, folder: Path) -> None:
    """A backup without its keys is worth nothing, and that is said before anything is replaced."""
    filled(database)
    made = backed_up(database, folder)
    database.close()
    before = content(url)
    for use in (verified, lambda url, file, key: put_back(source_of(url), [key], file, START)):
        with pytest.raises(BackupRefused, match="made with other keys") as refusal:
            use(url, made.file, NEW)
        assert NEW not in str(refusal.value)
    assert content(url) == before


def test_a_backup_from_before_a_rotation_needs_the_old_key(sqlite: Database, folder: Path) -> None:
    """So old keys are kept as long as the backups are."""
    filled(sqlite)
    made, url = backed_up(sqlite, folder), url_of(sqlite)
    rotate(sqlite, [NEW, OLD])
    with pytest.raises(BackupRefused, match="add the old ones to SHARE_CHECK_KEYS"):
        verified(url, made.file, NEW)
    assert verified(url, made.file, NEW, OLD).closed == 0


def test_a_key_lost_before_does_not_stand_in_the_way(sqlite: Database, folder: Path) -> None:
    """What could not be opened when the backup was made need not open now; and no more than that."""
    filled(sqlite)
    KeyedOffice(sqlite, LOST).start()
    made, url = backed_up(sqlite, folder), url_of(sqlite)
    assert (made.manifest.wrapped_keys, made.manifest.shut_keys) == (3, 1)
    proof = verified(url, made.file)
    assert proof.closed == 2
    with pytest.raises(BackupRefused, match="made with other keys"):
        verified(url, made.file, NEW)


def test_an_erased_check_is_not_missed(database: Database, url: str, folder: Path) -> None:
    """Its key was destroyed on purpose; that it happened is still there."""
    filled(database)
    with database.begin() as tx:
        other = tx.scalar(select(checks.c.id).where(checks.c.reporter == "U0OTHER"))
    done = Erasure(str(other), "U0LEAD1", START)
    assert erase_again(database, Keyring([OLD]), [done], START) == 1
    made = backed_up(database, folder)
    assert (made.manifest.wrapped_keys, made.manifest.shut_keys) == (2, 0)
    assert verified(url, made.file).closed == 3


def test_a_check_that_was_destroyed_with_sql_is_no_erased_one(database: Database, url: str, folder: Path) -> None:
    """A backup of that is refused, and says what is missing."""
    filled(database)
    with database.begin() as tx:
        tx.execute(update(checks).where(checks.c.reporter == "U0OTHER").values(wrapped_key=b""))
    with pytest.raises(BackupRefused, match="lost its key: nothing shows that its check was erased"):
        verified(url, backed_up(database, folder).file)


def test_a_record_that_somebody_else_sealed_is_refused(database: Database, url: str, folder: Path) -> None:
    """Or nobody, or that has other heads than were printed; an older key of ours is named with the new one."""
    filled(database)
    stranger = SealKey.new()
    with database.begin() as tx:
        made = seal_now(tx, stranger, START)
    assert made
    file = backed_up(database, folder).file
    mine, both = frozenset({KEY.public}), frozenset({KEY.public, stranger.public})
    assert not verified(url, file).trusted
    with pytest.raises(BackupRefused, match=r"Seal 1 is signed by another key: .* give its public key with --key"):
        verified(url, file, expected=Expected(mine))
    proved = verified(url, file, expected=Expected(both, made.head))
    assert (proved.trusted, proved.matched, proved.unsealed) == (True, made, None)
    with pytest.raises(BackupRefused, match="No seal in it has the head abab"):
        verified(url, file, expected=Expected(both, bytes.fromhex("ab" * 32)))


def test_a_record_without_a_seal_is_refused_where_a_key_is_known(database: Database, url: str, folder: Path) -> None:
    """Somebody removed them all. Entries that a stopped bot left unsealed stop no restore, and are said."""
    office, mine = filled(database), Expected(frozenset({KEY.public}))
    none = backed_up(database, folder, later=3 * 3600).file
    assert verified(url, none).unsealed is None
    with pytest.raises(BackupRefused, match="Entry 1 is not sealed"):
        verified(url, none, expected=mine)
    with database.begin() as tx:
        made = seal_now(tx, KEY, START)
    assert made
    office.start("U0LATER")
    some = backed_up(database, folder, later=4 * 3600).file
    assert str(verified(url, some, expected=mine).unsealed).startswith(
        f"Entry {made.last + 1} is not sealed: it is of 23 Nov"
    )


def test_answers_that_were_rolled_back_are_noticed(sqlite: Database, folder: Path) -> None:
    """They open, and are not what was recorded."""
    office = filled(sqlite)
    check = office.start("U0LATER")
    mine = select(checks.c.sealed_answers).where(checks.c.id == check)
    with sqlite.read() as tx:
        old = tx.scalar(mine)
    office.answer(check, "S1", "no")
    with sqlite.begin() as tx:
        tx.execute(update(checks).where(checks.c.id == check).values(sealed_answers=old))
    with pytest.raises(BackupRefused, match="its answers are not those that were recorded"):
        verified(url_of(sqlite), backed_up(sqlite, folder).file)


def test_a_backup_of_the_other_kind_is_refused(sqlite: Database, postgresql: Database, folder: Path) -> None:
    """Each goes back to the kind of database it came from."""
    filled(sqlite)
    filled(postgresql)
    for mine, other in ((sqlite, postgresql), (postgresql, sqlite)):
        made = backed_up(mine, folder, later=mine is sqlite)
        with pytest.raises(BackupRefused, match=f"is of a {mine.engine.dialect.name} database"):
            verified(url_of(other), made.file)


def test_beside_a_serving_bot_nothing_is_replaced(sqlite: Database, folder: Path) -> None:
    """It would go on writing into the old file; whoever tries is told to stop it, and may verify meanwhile."""
    filled(sqlite)
    made, url = backed_up(sqlite, folder), url_of(sqlite)
    before = content(url)
    with process_lock(url):
        assert verified(url, made.file).closed == 0
        with pytest.raises(DatabaseNotReady, match="Stop the other one"):
            put_back(source_of(url), [OLD], made.file, START)
    assert content(url) == before


def test_the_file_before_is_kept_whole_with_what_stood_beside_it(sqlite: Database, folder: Path) -> None:
    """Also the steps that SQLite still kept in its log, because somebody has it open."""
    filled(sqlite)
    made, file = backed_up(sqlite, folder), Path(str(sqlite.engine.url.database))
    KeyedOffice(sqlite, OLD).start("U0LATER")
    before = history(sqlite)
    with sqlite.read() as tx:
        tx.execute(select(checks.c.id)).all()  # a reader, who keeps the log from being emptied
        _, said = put_back(source_of(url_of(sqlite)), [OLD], made.file, START)
    kept = file.with_name("test.db.replaced-20261123T100000.000Z")
    assert kept.name in said
    for path, expected in ((file, before[:-1]), (kept, before)):
        opened = Database(f"sqlite:///{path}")
        assert len(history(opened)) == len(expected)
        opened.close()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_file_that_is_damaged_or_gone_is_replaced_too(sqlite: Database, folder: Path) -> None:
    """That is what a backup is for; whatever was there is kept."""
    filled(sqlite)
    before = history(sqlite)
    made, url = backed_up(sqlite, folder), url_of(sqlite)
    file = Path(str(sqlite.engine.url.database))
    sqlite.close()
    file.write_bytes(b"not a database at all")
    file.with_name("test.db-wal").write_bytes(b"nor a log")
    with restored(url, made.file) as again:
        assert history(again) == before
    kept = file.with_name("test.db.replaced-20261123T100000.000Z")
    assert kept.read_bytes() == b"not a database at all"
    assert kept.with_name(f"{kept.name}-wal").read_bytes() == b"nor a log"
    file.unlink()
    with restored(url, made.file) as again:
        assert history(again) == before


def test_a_restore_by_another_account_is_refused(
    sqlite: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bot could not open what that account puts there."""
    filled(sqlite)
    made, url = backed_up(sqlite, folder), url_of(sqlite)
    another = os.geteuid() + 1
    monkeypatch.setattr(os, "geteuid", lambda: another)
    with pytest.raises(BackupRefused, match="the account that runs the bot"):
        put_back(source_of(url), [OLD], made.file, START)


def test_beside_other_connections_nothing_is_restored_on_the_server(postgresql: Database, folder: Path) -> None:
    """A bot holds connections; while there are any, its steps would be lost."""
    filled(postgresql)
    made, url = backed_up(postgresql, folder), url_of(postgresql)
    before = content(url)
    with pytest.raises(BackupRefused, match=r"share-check is running, here or elsewhere"):
        put_back(source_of(url), [OLD], made.file, START)
    assert verified(url, made.file).closed == 0
    assert content(url) == before


def test_on_a_new_server_an_empty_database_is_enough(postgres: Server, postgresql: Database, folder: Path) -> None:
    """The old server is gone; there is an address, and the file."""
    filled(postgresql)
    made, empty = backed_up(postgresql, folder), postgres.fresh_database()
    with restored(empty, made.file) as again:
        assert history(again) == history(postgresql)
    postgres.drop(empty)


def test_what_a_killed_trial_left_on_the_server_is_taken_away(postgresql: Database, folder: Path) -> None:
    """By the next one, and only what trials of this database are called."""
    filled(postgresql)
    made, url = backed_up(postgresql, folder), url_of(postgresql)
    name = str(postgresql.engine.url.database)
    before = content(url)
    with server_of(url) as server:
        server.execute(f"CREATE DATABASE {name}_proof_0123abcd".encode())
        verified(url, made.file)
    assert content(url) == before


@pytest.fixture
def hushed(postgres: Server, empty_postgres_url: str) -> Iterator[str]:
    """Yield the URL of a database of an account without privileges and with a password."""
    name, secret = make_url(empty_postgres_url).database, "h:u\\s'h @/%"
    with psycopg.connect(postgres.address("postgres"), autocommit=True) as server:
        server.execute(psycopg.sql.SQL("CREATE ROLE hushed LOGIN CREATEDB PASSWORD {}").format(secret))
        server.execute(f"ALTER DATABASE {name} OWNER TO hushed".encode())
        (found,) = server.execute("SHOW hba_file").fetchone() or ("",)
        rules = Path(found)
        before = rules.read_text(encoding="utf-8")
        rules.write_text(f"host all hushed all scram-sha-256\n{before}", encoding="utf-8")
        server.execute("SELECT pg_reload_conf()")
        yield make_url(empty_postgres_url).set(username="hushed", password=secret).render_as_string(hide_password=False)
        rules.write_text(before, encoding="utf-8")
        server.execute("SELECT pg_reload_conf()")


SPY = """#!/bin/sh
printf '%s\\n' "$0" "$@" >> {log}
exec {program} "$@"
"""


def test_the_password_is_given_and_never_shown(
    postgres: Server, hushed: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An account with a password does all of it, and no program's words, which anybody can list, hold it."""
    log, programs = tmp_path / "log", tmp_path / "programs"
    programs.mkdir()
    for name in ("pg_dump", "pg_restore"):
        (programs / name).write_text(SPY.format(log=log, program=shutil.which(name)))
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    database = Database(hushed)
    database.migrate()
    filled(database)
    made = backed_up(database, folder)
    database.close()
    with restored(hushed, made.file) as again:
        assert len(history(again)) == 2
    words = log.read_text()
    assert words.count("pg_dump") >= 1
    assert words.count("--dbname=") == 2
    assert make_url(hushed).password not in (None, "")
    assert "h:u" not in words
    with psycopg.connect(postgres.address("postgres"), autocommit=True) as server:
        server.execute("ALTER ROLE hushed NOCREATEDB")
    with pytest.raises(BackupRefused, match="CREATEDB"):
        verified(hushed, made.file)
