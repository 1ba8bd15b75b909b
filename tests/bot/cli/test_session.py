"""Commands beside the bot: whatever is wrong with the database or the settings, all of them end in the same way."""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import signal
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from cryptography.fernet import Fernet

from bot.cli.main import main
from bot.config.organisation import example_organisation_path
from bot.config.settings import setting_names
from bot.exit_codes import Exit
from tests.databases import sqlite_database
from tests.storage.records_with_secrets import OLD, filled

NAME = "share-check.db"
OPENS = {
    "digest": ("digest", "--preview"),
    "verify": ("verify",),
    "seal": ("seal",),
    "drill": ("drill",),
    "export-proof": ("export-proof", "--out", "proof"),
    "enter-paper": (
        *("enter-paper", "--reporter", "U0STAFF", "--by", "U0ADMIN"),
        *("--at", "2026-01-20 10:00", "--sheet", "sheet.json"),
    ),
    "retention": ("retention", "--dry-run"),
    "retention --erased": ("retention", "--erased"),
    "keys check": ("keys", "check"),
    "keys rotate": ("keys", "rotate"),
    "pack": ("pack", "1", "--out", "a-pack"),
    "backup": ("backup", "--to", "."),
    "move": ("move", "--to", "sqlite:///another.db"),
    "migrate": ("migrate",),
    "serve": ("serve",),
}
"""Every command that opens the database in the settings, as somebody types it."""
OPENS_NONE = {
    "checklist": "knows of no database",
    "decide": "knows of no database",
    "demo": "makes one of its own",
    "doctor": "tells of it in findings, and goes on: below",
    "grants": "prints SQL",
    "healthy": "asks the running bot",
    "init": "writes the settings",
    "keys new": "prints a key",
    "keys new-seal": "prints a key",
    "manifest": "knows of no database",
    "restore": "is there for a database that is damaged or gone",
}
MENDING = ("serve", "migrate")
LOOKING = [name for name in OPENS if name not in MENDING]
"""What makes no database, nor changes its tables."""


def _cut(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 8192 * 4096)


def _scribbled_over(file: Path) -> None:
    """Every page but the first, and the one by which the version is known."""
    with sqlite3.connect(file) as tx:
        (kept,) = tx.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'alembic_version'").fetchone()
        (size,) = tx.execute("PRAGMA page_size").fetchone()
    tx.close()
    with file.open("r+b") as pages:
        for page in range(2, file.stat().st_size // size + 1):
            if page != kept:
                pages.seek((page - 1) * size)
                pages.write(b"\xa5" * size)


def _of_version(name: str) -> Callable[[Path], None]:
    def change(file: Path) -> None:
        with sqlite3.connect(file) as tx:
            tx.execute("UPDATE alembic_version SET version_num = ?", (name,))
        tx.close()

    return change


DAMAGED = "the file is damaged, or is no database. Check that SHARE_CHECK_DATABASE_URL names the right file."
TROUBLES: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (Path.unlink, f"There is no database {NAME}. Start share-check serve once"),
    "empty": (lambda file: file.write_bytes(b""), "There is nothing in the database yet. Start share-check serve once"),
    "no database": (lambda file: file.write_bytes(b"not a database at all" * 100), DAMAGED),
    "cut": (_cut, DAMAGED),
    "scribbled over": (_scribbled_over, DAMAGED),
    "newer": (_of_version("9999"), "made by a newer share-check. Start that version, or restore an older backup."),
    "older": (_of_version("0001"), "not of this version. Start share-check serve once"),
}
MENDED_BY_SERVE = {"missing", "empty", "older"}
ANY_VERSION = {"newer", "older"}
"""A backup is made of these all the same: it is what to do before an upgrade."""


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database in which something happened, in one file."""
    file = tmp_path_factory.mktemp("record") / NAME
    database = sqlite_database(file)
    filled(database)
    assert database.empty_log()
    database.close()
    return file


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where commands are typed. What serve does to its process is undone."""
    monkeypatch.chdir(tmp_path)
    signals = {name: signal.getsignal(name) for name in (signal.SIGTERM, signal.SIGINT)}
    handlers, mask = list(logging.getLogger().handlers), os.umask(0o022)
    yield tmp_path
    os.umask(mask)
    logging.getLogger().handlers[:] = handlers
    for name, handler in signals.items():
        signal.signal(name, handler)


def _run(*words: str, **given: str) -> tuple[int, str]:
    settings = {
        **dict.fromkeys(setting_names()),
        "SLACK_BOT_TOKEN": "xoxb-test",
        "SLACK_APP_TOKEN": "xapp-test",
        "SLACK_API_URL": "http://127.0.0.1:9/api/",
        "SHARE_CHECK_ORGANISATION": str(example_organisation_path()),
        "SHARE_CHECK_KEYS": OLD,
        **given,
    }
    result = CliRunner().invoke(main, list(words), env=settings)
    assert result.exception is None or isinstance(result.exception, SystemExit), (words, result.exception)
    assert "Traceback" not in result.output
    assert not re.search(r"\b\w+(Error|Exception)\b", result.output)
    assert "hush" not in result.output
    return result.exit_code, result.output


def _commands(group: click.Group, before: str = "") -> Iterator[str]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from _commands(command, f"{name} ")
        else:
            yield before + name


def test_every_command_is_in_one_of_the_two_lists() -> None:
    """A new one cannot be forgotten here."""
    assert {name.removesuffix(" --erased") for name in OPENS} | set(OPENS_NONE) == set(_commands(main))


@pytest.mark.parametrize("trouble", TROUBLES)
def test_the_same_trouble_ends_every_command_in_the_same_words_and_with_the_same_code(
    folder: Path, record: Path, trouble: str
) -> None:
    """What was not done, what is wrong, where and what to type; 2, as a person must put it right."""
    make, words = TROUBLES[trouble]
    (folder / "sheet.json").write_text(json.dumps({"answers": {"S1": "yes", "S2": ["no"]}}))
    said: set[str] = set()
    for name, command in OPENS.items():
        if (name in MENDING and trouble in MENDED_BY_SERVE) or (name == "backup" and trouble in ANY_VERSION):
            continue
        shutil.copy(record, folder / NAME)
        make(folder / NAME)
        code, output = _run(*command)
        problem = output.splitlines()[-1]
        assert (code, words in problem) == (Exit.FIX_FIRST, True), (name, output)
        assert re.search(rf"^share-check .*:\n{re.escape(problem)}\n$", output, re.MULTILINE), (name, output)
        said.add(problem)
    assert len(said) == 1
    assert not list(folder.glob("*.backup"))


@pytest.mark.parametrize("keys", ["", "hush", OLD[:-3], f"{OLD},"], ids=["missing", "garbled", "cut", "a comma"])
def test_keys_that_are_missing_or_garbled_end_every_command_in_the_same_way(
    folder: Path, record: Path, keys: str
) -> None:
    """Which setting, and how to make one."""
    shutil.copy(record, folder / NAME)
    said: set[str] = set()
    (folder / "a.backup").touch()
    (folder / "sheet.json").touch()
    for name, command in {**OPENS, "restore": ("restore", "a.backup", "--verify")}.items():
        code, output = _run(*command, SHARE_CHECK_KEYS=keys)
        head, *problems = output.splitlines()
        assert (code, head.startswith("share-check ")) == (Exit.FIX_FIRST, True), (name, output)
        said.add("\n".join(problems))
    assert len(said) == 1
    (problem,) = said
    assert problem.startswith("- SHARE_CHECK_KEYS")
    assert "Make one with: share-check keys new" in problem


@pytest.mark.parametrize("name", LOOKING)
def test_a_database_server_that_is_away_may_be_back_in_a_moment(folder: Path, name: str) -> None:
    """3, so that a schedule tries again. serve waits for it instead: tests/bot/test_serve.py."""
    (folder / "sheet.json").touch()
    code, said = _run(*OPENS[name], SHARE_CHECK_DATABASE_URL="postgresql://us:hush@127.0.0.1:9/db")
    assert (code, "server does not answer" in said) == (Exit.NOT_NOW, True), said


@pytest.mark.parametrize("trouble", TROUBLES)
def test_doctor_tells_of_it_and_goes_on(folder: Path, record: Path, trouble: str) -> None:
    """1 where it is fatal; 3 as Slack is away too, where serve would put it right."""
    shutil.copy(record, folder / NAME)
    TROUBLES[trouble][0](folder / NAME)
    code, said = _run("doctor")
    assert code in {Exit.NO, Exit.NOT_NOW}
    assert "database" in said


@pytest.mark.parametrize("name", LOOKING)
def test_in_a_folder_without_a_database_none_is_made(folder: Path, name: str) -> None:
    """An empty one would be taken for the record, by doctor and by the nightly backup."""
    (folder / "sheet.json").touch()
    assert _run(*OPENS[name])[0] == Exit.FIX_FIRST
    assert [file.name for file in folder.iterdir()] == ["sheet.json"]


def test_whoever_is_to_be_told_of_a_practice_must_be_somebody(folder: Path) -> None:
    """A name is not a member ID: nothing is sent, and it says what to give."""
    database = sqlite_database(folder / NAME)
    code, said = _run("drill", "--by", "somebody", SHARE_CHECK_KEYS=Fernet.generate_key().decode())
    assert (code, "is not a Slack member ID" in said) == (2, True)
    with database.read() as tx:
        assert tx.exec_driver_sql("SELECT count(*) FROM checks").scalar() == 0
    database.close()
