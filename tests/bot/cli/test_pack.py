"""share-check pack: writes out what it cannot read, and says what to do where it cannot."""

import stat
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography.fernet import Fernet

from bot.cli.main import main
from bot.clock import SystemClock
from bot.config.settings import setting_names
from storage import export_files
from storage.export_files import Pack
from tests.databases import sqlite_database
from tests.storage.builders import Office

PACK = Pack("PK-7K2M4X", b"<!doctype html>closed")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a database that holds a pack of today and one of last year."""
    database = sqlite_database(tmp_path / "share-check.db")
    check, now = Office(database).start(), SystemClock().now()
    with database.begin() as tx:
        export_files.put(tx, PACK, [check], now)
        export_files.put(tx, Pack("PK-222222", b"old"), [check], now - timedelta(days=400))
    database.close()
    return tmp_path


def run(place: Path, number: str, out: str = "out.html") -> Result:
    given = {
        "SLACK_BOT_TOKEN": "xoxb-test",
        "SLACK_APP_TOKEN": "xapp-test",
        "SHARE_CHECK_DATABASE_URL": f"sqlite:///{place / 'share-check.db'}",
        "SHARE_CHECK_KEYS": Fernet.generate_key().decode(),
    }
    env = {**dict.fromkeys(setting_names()), **given}
    return CliRunner().invoke(main, ["pack", number, "--out", str(place / out)], env=env)


def test_a_pack_is_written_for_our_account_alone(place: Path) -> None:
    """As it was made, and without any of the organisation's keys: they do not open it."""
    done = run(place, " pk-7k2m4x ")
    assert done.exit_code == 0, done.output
    written = place / "out.html"
    assert written.read_bytes() == PACK.content
    assert stat.S_IMODE(written.stat().st_mode) == 0o600
    assert "passphrase" in done.output


@pytest.mark.parametrize("number", ["PK-AAAAAA", "PK-222222", "", "' OR 1=1"])
def test_a_number_that_is_unknown_or_too_old_writes_nothing(place: Path, number: str) -> None:
    """Both are said in the same words."""
    done = run(place, number)
    assert done.exit_code == 1
    assert "There is no pack with this number." in done.output
    assert not (place / "out.html").exists()


def test_no_file_is_written_over(place: Path) -> None:
    """A slip in the name costs nothing."""
    (place / "out.html").write_text("mine", "utf-8")
    done = run(place, PACK.number)
    assert done.exit_code == 2
    assert (place / "out.html").read_text("utf-8") == "mine"
    assert "Traceback" not in done.output
