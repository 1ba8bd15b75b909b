"""share-check seal, verify, export-proof and keys new-seal: what they say, how they end, and what they never show."""

import json
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.fernet import Fernet
from sqlalchemy import select, text

from bot.cli.main import main
from bot.clock import SystemClock
from bot.config.organisation import example_organisation_path
from bot.config.settings import load_settings, setting_names
from flows.events import EventKind, OutboxKind
from storage.crypto.envelope import Keyring
from storage.engine.database import Database
from storage.errors import NotKept
from storage.proof import seal
from storage.proof.seal import Seal
from storage.proof.signed_note import PublicKey, SealKey
from storage.tables import checks, outbox
from tests import harness
from tests.databases import sqlite_database
from tests.harness import words_of
from tests.proofs import KEY, erase, exported, sealed_record, unguard
from tests.storage.builders import START, Office

WRAPPING = Fernet.generate_key().decode()
SECRETS = (WRAPPING, KEY.written, KEY.written[30:], "words")


@dataclass
class Place:
    """A folder with a database in which three seals of three entries each were made, and an entry since."""

    folder: Path
    office: Office

    def run(self, *words: str, key: SealKey | None = KEY, **more: str) -> tuple[int, str]:
        """How it ended and all that it said, which is never a secret or a trace."""
        given = {
            "SLACK_BOT_TOKEN": "xoxb-test",
            "SLACK_APP_TOKEN": "xapp-test",
            "SHARE_CHECK_DATABASE_URL": f"sqlite:///{self.folder / 'record.db'}",
            "SHARE_CHECK_ORGANISATION": str(example_organisation_path()),
            "SHARE_CHECK_KEYS": WRAPPING,
            "SHARE_CHECK_SEAL_KEY": key.written if key else "",
        }
        result = CliRunner().invoke(main, words, env={**dict.fromkeys(setting_names()), **given, **more})
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        assert [secret for secret in SECRETS if secret in result.output] == []
        return result.exit_code, result.output

    def spoil(self, *statements: str) -> None:
        """Do this to the record, as somebody who owns the database."""
        with self.office.database.begin() as tx:
            unguard(tx)
            for statement in statements:
                tx.execute(text(statement))

    def newest(self) -> Seal:
        with self.office.database.read() as tx:
            found = seal.latest(tx)
        assert found
        return found


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(SystemClock, "now", lambda _clock: START + timedelta(hours=4))
    with ExitStack() as stack:
        database = sqlite_database(tmp_path / "record.db")
        stack.callback(database.close)
        yield Place(tmp_path, sealed_record(database, keys=Keyring([WRAPPING])))


# keys new-seal


def test_a_new_key_can_stand_in_the_settings_as_it_is_printed(tmp_path: Path) -> None:
    """The private line is the setting; everything else is a comment, the public key to publish among it."""
    result = CliRunner().invoke(main, ["keys", "new-seal"])
    assert result.exit_code == 0
    file = tmp_path / ".env"
    file.write_text(result.output)
    tokens = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "SHARE_CHECK_KEYS": WRAPPING}
    found = load_settings(file, **tokens).seal_key
    assert found
    public = result.output.splitlines()[-1].removeprefix("# ")
    assert SealKey.read(found.get_secret_value()).public == PublicKey.read(public)
    assert CliRunner().invoke(main, ["keys", "new-seal"]).output != result.output


# seal


def test_sealing_now_prints_what_can_be_published(place: Place) -> None:
    """And again where nothing was added: the same seal."""
    code, said = place.run("seal")
    assert (code, said) == (0, place.newest().note)
    assert place.newest().number == 4
    again = place.run("seal")
    assert again == (0, said + "Nothing was added since.\n")
    assert place.newest().number == 4


def test_sealing_nothing_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A record without a line has no seal to print."""
    monkeypatch.chdir(tmp_path)
    database = sqlite_database(tmp_path / "record.db")
    place = Place(tmp_path, Office(database))
    assert place.run("seal") == (0, "There is nothing to seal yet.\n")
    assert place.run("verify")[1].startswith("0 entries, 0 seals. Nothing is sealed yet.\n")
    database.close()


def test_sealing_a_record_that_is_in_use_says_to_try_again(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody's step is not kept yet: sealing past it would leave it out."""
    monkeypatch.chdir(tmp_path)
    database = Database(postgres_url)
    place = Place(tmp_path, sealed_record(database))
    before = place.newest()
    with place.office.reporting() as work:
        work.start("U3", "a request")
        code, said = place.run("seal", SHARE_CHECK_DATABASE_URL=postgres_url)
    assert (code, said) == (
        3,
        before.note + "share-check sealed nothing:\n- The record is in use. Try again in a moment.\n",
    )
    assert place.newest() == before
    assert place.run("seal", SHARE_CHECK_DATABASE_URL=postgres_url)[0] == 0
    database.close()


def test_the_running_bot_seals_what_is_new_within_minutes(tmp_path: Path) -> None:
    """Beside everything else that it looks after, and with the key in the settings."""
    with harness.stage(tmp_path, more={"SHARE_CHECK_SEAL_KEY": KEY.written}) as stage:

        def seals() -> list[Seal]:
            stage.bot.auditor.turn()
            with stage.bot.services.database.read() as tx:
                return [seal.seal_of(row) for row in tx.execute(seal.SEALS)]

        assert seals() == []
        _start(stage, "one request")
        (first,) = seals()
        assert first.signer == KEY.public
        _start(stage, "another request")
        stage.forward(minutes=4)
        assert seals() == [first]
        stage.forward(minutes=2)
        assert [each.number for each in seals()] == [1, 2]


def _start(stage: harness.Stage, request: str) -> None:
    with stage.bot.services.write() as tx:
        stage.bot.services.reporting(tx).start("U0STAFF", request)


# verify


def test_a_record_that_is_well_is_said_to_be(place: Place) -> None:
    """With what was looked at, and what cannot be known yet."""
    last = place.newest()
    code, said = place.run("verify")
    assert code == 0
    assert said.splitlines() == [
        "10 entries, 3 seals. Chain unbroken.",
        "The content of 10 entries was compared as well.",
        f"The last is seal 3 of 23 Nov 2026, 13:06 UTC, with the head {last.head.hex()}.",
        "1 entry is newer, and not sealed yet.",
        f"Signed by {KEY.public.name}, as expected.",
    ]
    code, said = place.run("verify", "--head", last.note)
    assert code == 0
    assert "Chain unbroken. Matches seal 3 of 23 Nov 2026, 13:06 UTC.\n" in said


def test_erased_entries_are_counted_and_not_opened(place: Place) -> None:
    """What the retention rule asks for is not called wrong."""
    with place.office.database.read() as tx:
        ids = tx.scalars(select(checks.c.id)).all()
    for check in ids:
        erase(place.office, check)
    code, said = place.run("verify")
    assert code == 0, said
    assert "Chain unbroken. 12 entries erased under the retention rule.\nThe content of 2 entries" in said


def test_what_is_wrong_is_named_and_ends_with_1(place: Place) -> None:
    """In the database, and in the proof that is exported from it."""
    place.spoil("UPDATE events SET who = 'U9' WHERE id = 5", "DELETE FROM seals WHERE number = 1")
    wrong = (
        "10 entries, 2 seals. 2 things are wrong:\n"
        "- Seal 1 was removed: the next that is there is seal 2.\n"
        "- Entry 5 was changed: it is not what seal 2 lists.\n"
    )
    code, said = place.run("verify")
    assert code == 1
    assert said.startswith(wrong)
    assert place.run("export-proof", "--out", "proof.json")[0] == 0
    code, said = place.run("verify", "proof.json")
    assert code == 1
    assert said.startswith(wrong)


def test_a_long_list_is_cut_and_counted(place: Place) -> None:
    """Nobody reads a thousand lines, and nobody should think that there are fifty."""
    check = place.office.start()
    with place.office.leading() as work:
        opened = work.load(check)
        for _ in range(60):
            work.record(opened, "U1", EventKind.NOTE, {})
    place.run("seal")
    place.spoil("DELETE FROM events")
    code, said = place.run("verify")
    assert code == 1
    assert "0 entries, 4 seals. 71 things are wrong:\n" in said
    assert said.count("- Entry ") == 50
    assert "- and 21 more.\n" in said


def test_a_head_that_is_not_there_is_wrong(place: Place) -> None:
    """Whatever the database says of itself."""
    gone = place.newest()
    place.spoil("DELETE FROM seals WHERE number = 3")
    code, said = place.run("verify", "--head", gone.note)
    assert code == 1
    assert f"- No seal here has the head {gone.head.hex()}:" in said


def test_without_a_key_it_is_said_that_nothing_is_signed(place: Place) -> None:
    """Plainly, and not as something wrong; where there is a key, it is."""
    place.spoil("DELETE FROM seals")
    assert place.run("seal", key=None)[0] == 0
    code, said = place.run("verify", key=None)
    assert code == 0
    assert "1 of 1 seal not signed: for those, only a head that was printed elsewhere" in said
    code, said = place.run("verify")
    assert code == 1
    assert "- Seal 1 is not signed: nor is any seal before it.\n" in said


def test_another_key_is_named_unless_it_is_known(place: Place) -> None:
    """After a change of keys, the old public key is given too."""
    new = SealKey.new()
    assert place.run("seal", key=new)[0] == 0
    code, said = place.run("verify", key=new)
    assert code == 1
    assert f"- Seal 1 is signed by another key: {KEY.public.name}.\n" in said
    code, said = place.run("verify", "--key", str(KEY.public), key=new)
    assert code == 0
    assert f"Signed by {KEY.public.name}, as expected.\nSigned by {new.public.name}, as expected.\n" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("verify", "proof.json"), "is not JSON, or the end of it is missing"),
        (("verify", "nowhere.json"), "No such file"),
        (("verify", "--head", "the head"), "--head has no head in it"),
        (("verify", "--key", "the key"), "--key is not a public key"),
        (("export-proof",), "Missing option '--out'"),
        (("export-proof", "--out", "proof.json"), "proof.json: File exists."),
        (("export-proof", "--out", "nowhere/proof.json"), "nowhere/proof.json: No such file or directory."),
        (("export-proof", "--out", "x.json", "--case", "SC-7K2M"), "No such option"),
    ],
)
def test_what_cannot_be_done_ends_with_2_and_a_sentence(place: Place, words: tuple[str, ...], said: str) -> None:
    """A file that is there is left as it is."""
    (place.folder / "proof.json").write_text("Dear all")
    code, output = place.run(*words)
    assert code == 2
    assert said in output
    assert (place.folder / "proof.json").read_text() == "Dear all"


@pytest.mark.parametrize("words", [("seal",), ("verify",), ("export-proof", "--out", "proof.json")])
def test_settings_that_are_wrong_are_all_said(place: Place, words: tuple[str, ...]) -> None:
    """As when the bot starts."""
    code, said = place.run(*words, SHARE_CHECK_WORKERS="many", SHARE_CHECK_SEAL_KEY=str(KEY.public))
    assert code == 2
    assert "SHARE_CHECK_WORKERS must be" in said
    assert "SHARE_CHECK_SEAL_KEY must be the private key that signs the record." in said
    place.spoil("UPDATE alembic_version SET version_num = '0001'")
    code, said = place.run(*words)
    assert (code, "- The database is not of this version." in said) == (2, True)


def test_a_row_that_cannot_be_read_is_said_to_be_none_of_ours(place: Place) -> None:
    """Neither well nor wrong, and no trace."""
    place.spoil("UPDATE events SET at = 'yesterday' WHERE id = 5")
    code, said = place.run("verify")
    assert code == 2
    assert said == (
        "share-check checked nothing:\n"
        "- A row of the record cannot be read (ValueError): it was not written by share-check.\n"
    )


def test_where_the_database_takes_no_writes_seal_says_so(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Never an empty line; and it can be run again."""

    @contextmanager
    def begin(_database: Database) -> Iterator[None]:
        yield None
        raise NotKept

    monkeypatch.setattr("bot.cli.record.seal_now", lambda *_: None)
    monkeypatch.setattr("bot.cli.record.latest", lambda *_: None)
    monkeypatch.setattr("bot.cli.record.is_waiting", lambda *_: False)
    monkeypatch.setattr(Database, "begin", begin)
    code, said = place.run("seal")
    assert code == 3
    assert said == (
        "share-check sealed nothing:\n- The database is busy, or its disk is full. "
        "Nothing was added to the record: run this again.\n"
    )


def test_what_should_have_been_sealed_is_named_where_there_is_a_key(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the key in the settings, or one that is given; in the database, and in the proof that is exported."""
    monkeypatch.setattr(SystemClock, "now", lambda _clock: START + timedelta(hours=6))
    late = "- Entry 10 is not sealed: it is of 23 Nov 2026, 13:07 UTC, and the bot seals every five minutes.\n"
    code, said = place.run("verify")
    assert (code, late in said) == (1, True)
    assert place.run("export-proof", "--out", "proof.json")[0] == 0
    code, said = place.run("verify", "proof.json", "--key", str(KEY.public))
    assert (code, late in said) == (1, True)
    assert place.run("verify", "proof.json")[0] == 0
    assert place.run("seal")[0] == 0
    assert place.run("verify")[0] == 0


def test_a_running_bot_signs_nothing_over_a_chain_that_was_made_anew(tmp_path: Path) -> None:
    """Whoever removes the seals and an entry waits for the next seal in vain: an alarm, each hour, and no heartbeat."""
    with harness.stage(tmp_path, more={"SHARE_CHECK_SEAL_KEY": KEY.written}) as stage:
        services = stage.bot.services

        def told(what: str) -> set[str]:
            with services.database.read() as tx:
                return set(tx.scalars(select(outbox.c.target).where(outbox.c.what == what)))

        _start(stage, "one request")
        stage.bot.auditor.turn()
        stage.forward(minutes=1)
        stage.bot.auditor.turn()
        _start(stage, "another request")
        with services.database.begin() as tx:
            unguard(tx)
            tx.execute(text("DELETE FROM seals"))
            tx.execute(text("DELETE FROM events WHERE id = 1"))
        stage.forward(hours=2)
        for _ in range(2):
            stage.bot.auditor.turn()
        with services.database.read() as tx:
            assert tx.execute(seal.SEALS).all() == []
        assert told(OutboxKind.BROKEN_CHAIN) >= {services.roster.channel, *services.organisation.administrators}
        stage.settle()
        (said,) = [words_of(one) for one in stage.workspace.person("U0ADMIN").dm if "tampered" in words_of(one)]
        assert "I seal nothing until somebody has looked." in said
        assert "SC-" not in said


# export-proof


def test_the_proof_holds_no_content_and_no_names(place: Place) -> None:
    """It can be handed on: numbers, times and hashes, and whether an entry was erased."""
    assert place.run("export-proof", "--out", "proof.json") == (0, "proof.json is written.\n")
    file = place.folder / "proof.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    written = file.read_text()
    with place.office.database.read() as tx:
        assert json.loads(written)["entries"] == json.loads(exported(tx))["entries"]
        known = tx.execute(text("SELECT id, ref, reporter FROM checks")).all()
    for secret in ("words", "note", "started", "U1", "opened", "request", *(value for row in known for value in row)):
        assert secret not in written
    assert set(json.loads(written)["entries"][0]) == {"id", "at", "about", "commitment", "erased"}
    assert place.run("verify", "proof.json", "--key", str(KEY.public))[0] == 0
