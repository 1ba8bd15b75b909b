"""Commands beside the bot: they look at the database that is there, and never make one."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.fernet import Fernet

from bot.cli.main import main
from bot.config.organisation import example_organisation_path
from bot.config.settings import setting_names
from tests.databases import sqlite_database

LOOKING = (
    "digest --preview",
    "verify",
    "seal",
    "drill",
    "export-proof --out proof",
    "enter-paper --reporter U0STAFF --at 2026-11-20T10:00 --by U0ADMIN",
    "retention --dry-run",
    "retention --erased",
    "keys check",
    "keys rotate",
    "pack 1 --out a-pack",
    "backup --to .",
    "move --to sqlite:///another.db",
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _run(words: str, **given: str) -> tuple[int, str]:
    settings = {
        **dict.fromkeys(setting_names()),
        "SLACK_BOT_TOKEN": "xoxb-test",
        "SLACK_APP_TOKEN": "xapp-test",
        "SLACK_API_URL": "http://127.0.0.1:9/api/",
        "SHARE_CHECK_ORGANISATION": str(example_organisation_path()),
        "SHARE_CHECK_KEYS": Fernet.generate_key().decode(),
        **given,
    }
    result = CliRunner().invoke(main, words.split(), env=settings)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


@pytest.mark.parametrize("words", LOOKING)
def test_in_a_folder_without_a_database_none_is_made(folder: Path, words: str) -> None:
    """It says so, and what to do; an empty one would be taken for the record, by doctor and by the nightly backup."""
    code, said = _run(words)
    assert code in {1, 2}
    assert "There is no database share-check.db" in said
    assert "share-check serve" in said
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("words", ["verify", "drill", "keys check"])
def test_an_empty_file_is_not_called_another_version(folder: Path, words: str) -> None:
    """There is nothing in it to bring up to date."""
    (folder / "share-check.db").touch()
    code, said = _run(words)
    assert code in {1, 2}
    assert "nothing in the database yet" in said
    assert "not of this version" not in said


@pytest.mark.parametrize("words", ["verify", "drill", "keys check"])
def test_a_file_that_is_no_database_is_said_without_a_class_name(folder: Path, words: str) -> None:
    """What a library calls it helps nobody."""
    (folder / "share-check.db").write_bytes(b"not a database at all" * 100)
    code, said = _run(words)
    assert code in {1, 2}
    assert "could not be opened" in said
    assert "Error" not in said


def test_whoever_is_to_be_told_of_a_practice_must_be_somebody(folder: Path) -> None:
    """A name is not a member ID: nothing is sent, and it says what to give."""
    database = sqlite_database(folder / "share-check.db")
    code, said = _run("drill --by somebody")
    assert (code, "is not a Slack member ID" in said) == (2, True)
    with database.read() as tx:
        assert tx.exec_driver_sql("SELECT count(*) FROM checks").scalar() == 0
    database.close()
