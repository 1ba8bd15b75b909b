"""share-check keys, backup and restore, as commands: what they say, how they end, and what they never show."""

import signal
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from bot.cli.main import main
from bot.config.organisation import example_organisation_path
from bot.config.settings import setting_names
from sandbox import Workspace
from storage.engine.database import Database
from storage.proof.seal import seal_now
from storage.proof.signed_note import SealKey
from storage.tables import checks
from tests.databases import sqlite_file
from tests.harness import MANIFEST
from tests.proofs import KEY
from tests.storage.builders import START
from tests.storage.records_with_secrets import LOST, MARKS, NEW, OLD, KeyedOffice, filled, settings, started

SOON = 30
"""Seconds in which a program has started, or ended, on a busy machine."""
SECRETS = (OLD, NEW, LOST, OLD[:20], NEW[:20], "hush", *MARKS)


@dataclass
class Place:
    """A folder and a database. Commands run there, with these keys."""

    folder: Path
    url: str

    @property
    def backups(self) -> Path:
        return self.folder / "backups"

    def run(self, *words: str, keys: Sequence[str] = (OLD,), **more: str) -> tuple[int, str]:
        """How it ended and all it said, run in this process: starting Python anew for each takes too long."""
        given = {**dict.fromkeys(setting_names()), **settings(self.url, *keys), **more}
        result = CliRunner().invoke(main, words, env=given)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result.exit_code, _harmless(result.output)

    def program(self, *words: str, keys: Sequence[str] = (OLD,)) -> tuple[int, str]:
        """The same as a program of its own."""
        with started(self.folder, settings(self.url, *keys), *words) as process:
            said = process.communicate(timeout=SOON)[0]
        return process.returncode, _harmless(said)

    def backed_up(self, *more: str) -> Path:
        code, said = self.run("backup", "--to", "backups", *more)
        assert code == 0, said
        return Path(said.split(" is made")[0])

    def office(self, *keys: str) -> KeyedOffice:
        return KeyedOffice(Database(self.url), *keys)


def _harmless(said: str) -> str:
    """Without a trace, a secret, or a word that somebody typed."""
    assert "Traceback" not in said
    assert [secret for secret in SECRETS if secret in said] == []
    return said


@pytest.fixture
def sqlite_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    return _filled(tmp_path, sqlite_file(tmp_path / "share-check.db"), monkeypatch)


@pytest.fixture
def postgresql_place(tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> Place:
    return _filled(tmp_path, postgres_url, monkeypatch)


@pytest.fixture(params=["sqlite_place", pytest.param("postgresql_place", marks=pytest.mark.needs_postgres)])
def place(request: pytest.FixtureRequest) -> Place:
    """With a filled database of either kind, that nobody has open."""
    found: Place = request.getfixturevalue(request.param)
    return found


def _filled(folder: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> Place:
    (folder / "backups").mkdir()
    monkeypatch.chdir(folder)
    database = Database(url)
    filled(database)
    database.close()
    return Place(folder, url)


def test_keys_check_says_which_key_opens_how_many(place: Place) -> None:
    """By place, never the key; it ends with 1 where something does not open, so that a schedule notices."""
    assert place.run("keys", "check") == (0, "Key 1 opens 2 checks. It seals new ones.\nEvery check opens.\n")
    code, said = place.run("keys", "check", keys=[NEW, OLD])
    assert (code, said.splitlines()[:2]) == (0, ["Key 1 opens 0 checks. It seals new ones.", "Key 2 opens 2 checks."])
    code, said = place.run("keys", "check", keys=[NEW])
    assert code == 1
    assert "Not opened by any key: 2 checks (SC-" in said


def test_keys_rotate_says_what_is_not_needed_any_more(place: Place) -> None:
    """And that backups still need it."""
    code, said = place.program("keys", "rotate", keys=[NEW, OLD])
    assert code == 0
    assert said.startswith("Moved 2 checks to key 1, which opens 2 of 2 now.\nKey 2 is no longer needed.")
    assert "backups" in said
    assert place.run("keys", "check", keys=[NEW])[0] == 0
    assert "Moved 0 checks" in place.run("keys", "rotate", keys=[NEW, OLD])[1]


def test_keys_rotate_says_what_it_could_not_open(sqlite_place: Place) -> None:
    """A lost key is not the end of the others; it ends with 1."""
    office = sqlite_place.office(LOST)
    office.start()
    office.database.close()
    code, said = sqlite_place.run("keys", "rotate", keys=[NEW, OLD])
    assert code == 1
    assert "Moved 2 checks to key 1, which opens 2 of 3 now." in said
    assert "Not opened by any key: 1 check (SC-" in said


@pytest.mark.parametrize("words", [("keys", "check"), ("keys", "rotate"), ("backup", "--to", "backups")])
@pytest.mark.parametrize("keys", [("",), (OLD[:-3],), (OLD, "hush"), (OLD, "")], ids=["none", "cut", "no key", "comma"])
def test_wrong_keys_in_the_settings_are_said_before_anything_is_done(
    sqlite_place: Place, words: tuple[str, ...], keys: tuple[str, ...]
) -> None:
    """Missing, truncated or not a key: which one, and how to make one."""
    code, said = sqlite_place.run(*words, keys=keys)
    assert code == 2
    assert "SHARE_CHECK_KEYS" in said
    assert "share-check keys new" in said
    assert list(sqlite_place.backups.iterdir()) == []


@pytest.mark.parametrize("words", [("keys", "check"), ("keys", "rotate"), ("backup", "--to", "backups")])
@pytest.mark.parametrize(
    ("url", "ends"),
    [("sqlite:///none.db", 2), ("sqlite:////nowhere/at/all.db", 2), ("postgresql://us:hush@127.0.0.1:9/db", 3)],
)
def test_a_database_that_is_not_there_is_said_and_not_made(
    sqlite_place: Place, words: tuple[str, ...], url: str, ends: int
) -> None:
    """One sentence, and no password in it. A file is for a person to find; a server may be back in a moment."""
    code, said = sqlite_place.run(*words, SHARE_CHECK_DATABASE_URL=url)
    assert code == ends
    assert "database" in said.splitlines()[1]
    assert not (sqlite_place.folder / "none.db").exists()


def test_a_backup_is_made_proved_and_restored(place: Place) -> None:
    """The whole of it, what writes as programs; nothing of a case is shown, and nothing typed is in the file."""
    code, said = place.program("backup", "--to", "backups", "--keep", "2")
    assert (code, "2 checks" in said) == (0, True)
    (file,) = place.backups.iterdir()
    assert not any(mark.encode() in file.read_bytes() for mark in MARKS)
    code, said = place.run("restore", str(file), "--verify")
    assert code == 0, said
    assert "It is whole: the checksum is right." in said
    assert "2 of 2 keys open" in said
    assert said.endswith("It can be restored. Nothing was replaced.\n")
    code, said = place.program("restore", str(file), "--replace")
    assert code == 0, said
    assert "is kept beside it" in said or "is as it was" in said


def test_what_cannot_be_restored_says_why(sqlite_place: Place) -> None:
    """Wrong keys, a wrong file, no file."""
    file = sqlite_place.backed_up()
    before = (sqlite_place.folder / "share-check.db").read_bytes()
    (sqlite_place.folder / "other.backup").write_text("something else")
    for words, keys, ends, why in (
        (str(file), NEW, 1, "it was made with other keys"),
        ("other.backup", OLD, 1, "is not a backup of share-check"),
        ("none.backup", OLD, 1, "There is no file none.backup."),
        ("backups", OLD, 2, "backups: Is a directory."),
    ):
        for way in ("--verify", "--replace"):
            code, said = sqlite_place.run("restore", words, way, keys=[keys])
            assert (code, why in said) == (ends, True), said
            assert said.startswith("share-check did not restore anything:\n- ")
    assert (sqlite_place.folder / "share-check.db").read_bytes() == before


def test_whose_seals_a_backup_has_is_asked_of_the_settings_and_of_whoever_restores(place: Place) -> None:
    """The signing key in the settings, public keys and heads that were printed; without any of it that is said."""
    office, stranger = place.office(OLD), SealKey.new()
    with office.database.begin() as tx:
        made = seal_now(tx, stranger, START)
    office.database.close()
    assert made
    file, ours = str(place.backed_up()), {"SHARE_CHECK_SEAL_KEY": KEY.written}
    code, said = place.run("restore", file, "--verify")
    assert (code, "Nothing was said of who signs the record" in said) == (0, True)
    for way in ("--verify", "--replace"):
        code, said = place.run("restore", file, way, **ours)
        assert (code, "Seal 1 is signed by another key" in said) == (1, True), said
        code, said = place.run("restore", file, way, "--head", "ab" * 32)
        assert (code, "No seal in it has the head abab" in said) == (1, True), said
    known = ("--key", str(stranger.public), "--head", made.note)
    code, said = place.run("restore", file, "--verify", *known, **ours)
    assert code == 0, said
    assert "- Seal 1 has the head that you gave.\n" in said
    assert "Nothing was said of who signs" not in said
    assert place.run("restore", file, "--verify", "--key", "a key")[0] == 2


def test_a_restore_that_says_neither_is_asked_which(sqlite_place: Place) -> None:
    """Nothing is replaced by leaving a word out."""
    code, said = sqlite_place.run("restore", "any.backup")
    assert code == 2
    assert "--verify" in said


def test_a_backup_into_a_folder_that_is_not_there_is_refused(sqlite_place: Place) -> None:
    """A disk that is not connected must not be taken for one that is."""
    code, said = sqlite_place.run("backup", "--to", "nowhere")
    assert (code, "connect its disk" in said) == (1, True)


def test_a_backup_says_how_many_of_its_checks_do_not_open(sqlite_place: Place) -> None:
    """It is made all the same: the key may turn up."""
    code, said = sqlite_place.run("backup", "--to", "backups", "--keep", "1", keys=[NEW])
    assert code == 0
    assert "2 of them do not open with the keys in the settings" in said
    assert "Deleted 1" in sqlite_place.run("backup", "--to", "backups", "--keep", "1")[1]


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    with Workspace(manifest=MANIFEST) as workspace:
        yield workspace


def test_beside_a_running_bot_keys_are_changed_and_a_backup_is_made(sqlite_place: Place, workspace: Workspace) -> None:
    """Somebody goes on answering meanwhile. Only a restore has to wait until the bot is stopped."""
    given = {
        **settings(sqlite_place.url, NEW, OLD),
        "SLACK_API_URL": workspace.api_url,
        "SLACK_BOT_TOKEN": workspace.bot_token,
        "SLACK_APP_TOKEN": workspace.app_token,
        "SHARE_CHECK_ORGANISATION": str(example_organisation_path()),
    }
    staff, keys = workspace.person("U0STAFF2"), (NEW, OLD)
    with ExitStack() as stack:
        bot = stack.enter_context(started(sqlite_place.folder, given, "serve"))
        stack.callback(bot.kill)
        workspace.wait_for_bot(timeout=SOON)
        assert staff.command("/share-check").acked
        staff.wait_for("Before you start", timeout=SOON)
        assert staff.press("No").acked
        assert sqlite_place.run("keys", "rotate", keys=keys)[0] == 0
        staff.wait_for("Question 2", timeout=SOON)
        assert staff.press("No").acked
        staff.wait_for("Question 3", timeout=SOON)
        code, said = sqlite_place.run("backup", "--to", "backups", keys=keys)
        assert code == 0, said
        (file,) = sqlite_place.backups.iterdir()
        code, said = sqlite_place.run("restore", str(file), "--replace", keys=keys)
        assert (code, "already serving" in said) == (2, True)
        bot.send_signal(signal.SIGTERM)
        assert bot.wait(SOON) == 0
    assert sqlite_place.run("restore", str(file), "--replace", keys=[NEW])[0] == 0
    office = sqlite_place.office(NEW)
    with office.database.read() as tx:
        mine = tx.scalars(select(checks.c.id).where(checks.c.reporter == "U0STAFF2")).all()
    assert {"S1": ("no",), "S2": ("no",)} in [dict(office.check(check).answers) for check in mine]
    office.database.close()
