"""share-check itself: what it lists, and what it loads for that."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from bot import exit_codes
from bot.cli.main import COMMANDS, main
from bot.exit_codes import Exit

PAGE = (Path(__file__).parents[3] / "docs" / "exit-codes.md").read_text(encoding="utf-8")
HEAVY = {"slack_sdk", "slack_bolt", "sqlalchemy", "cryptography", "pydantic", "alembic", "tomlkit"}


def _loaded(*words: str) -> set[str]:
    """Packages that are loaded once this command has ended."""
    program = (
        "import sys\nfrom bot.cli.main import main\n"
        "try:\n    main(sys.argv[1:])\nfinally:\n    print('loaded', *{name.partition('.')[0] for name in sys.modules})"
    )
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", program, *words], capture_output=True, text=True, check=True, input='{"answers": {}}'
    )
    return set(done.stdout.rpartition("loaded")[2].split())


def test_the_list_of_commands_loads_none_of_them() -> None:
    """Nothing but click."""
    assert _loaded("--help") & HEAVY == set()


def test_a_sheet_is_decided_without_slack_and_without_a_database() -> None:
    """It is run for many sheets, so it starts with the rules and the organisation's facts alone."""
    assert _loaded("decide", "-") & HEAVY == {"pydantic"}


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_says_what_the_command_itself_says_first(name: str) -> None:
    """Two places, one sentence: and each entry leads to a command of that name."""
    command = main.commands[name]
    assert command.name == name
    assert f"{' '.join(str(command.help).split())} ".startswith(f"{COMMANDS[name].help} ")


def test_a_command_that_does_not_exist_is_said() -> None:
    """With status 2, as everything that must be put right."""
    found = CliRunner().invoke(main, ["bakcup"])
    assert (found.exit_code, "No such command" in found.output) == (Exit.FIX_FIRST, True)


def _all(group: click.Group) -> Iterator[str]:
    for name, command in group.commands.items():
        yield name
        if isinstance(command, click.Group):
            yield from (f"{name} {each}" for each in _all(command))


@pytest.mark.docs
def test_every_code_is_explained_and_every_command_named_there_exists() -> None:
    """One page for whoever calls it from a script."""
    assert [int(row) for row in re.findall(r"^\| (\d+) \|", PAGE, re.MULTILINE)] == [*Exit]
    named = {
        name.split(" --")[0]
        for row in re.findall(r"^\| (`.*?) \|", PAGE, re.MULTILINE)
        for name in re.findall(r"`(.*?)`", row)
    }
    assert named <= set(_all(main))


def test_a_message_can_name_every_command_as_it_must_be_typed() -> None:
    """The list in bot/exit_codes.py imports nothing, so it is held against the commands here."""
    assert set(exit_codes.COMMANDS) == set(COMMANDS)


@pytest.mark.parametrize(
    ("program", "typed"),
    [
        (".venv/bin/share-check", ".venv/bin/share-check doctor"),
        ("/somewhere/else/bin/share-check", "/somewhere/else/bin/share-check doctor"),
        ("pytest", "share-check doctor"),
    ],
)
def test_messages_name_commands_as_the_reader_started_share_check(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, program: str, typed: str
) -> None:
    """In a folder with .venv the bare name is found by no shell; only commands are renamed, and not the program."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Path, "exists", lambda _: True)
    monkeypatch.setattr(sys, "argv", [program])
    words = "Run share-check doctor, or @share-check. share-check works."
    assert exit_codes.as_typed(words) == f"Run {typed}, or @share-check. share-check works."


def test_found_by_its_bare_name_share_check_is_named_by_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As after pipx, or in an activated environment."""
    program = tmp_path / "share-check"
    program.touch(mode=0o700)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "argv", [str(program)])
    assert exit_codes.as_typed("Run share-check doctor.") == "Run share-check doctor."
