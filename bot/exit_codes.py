"""Exit codes of every command, and one form for its errors, as in docs/exit-codes.md. Imports next to nothing."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterable
from enum import IntEnum
from pathlib import Path
from typing import NoReturn

import click

NAME = "share-check"
COMMANDS = (
    *("backup", "checklist", "decide", "demo", "digest", "doctor", "drill", "enter-paper", "export-proof"),
    *(
        "grants",
        "healthy",
        "init",
        "keys",
        "manifest",
        "migrate",
        "move",
        "pack",
        "restore",
        "retention",
        "seal",
        "serve",
        "verify",
    ),
)


class Exit(IntEnum):
    """The exit code of a command.

    DONE: done, and the answer is yes.
    NO: checked or tried, and the answer is no: the record does not verify, a backup is refused.
    FIX_FIRST: an option, a setting, a file or the database must be put right first; trying again does not help.
    NOT_NOW: Slack or the database does not answer, or is busy, so nobody knows; trying again may help.
    DEAF: of serve alone, "try again later" in sysexits.h: Slack answers, but no connection to it carries anything.
    """

    DONE = 0
    NO = 1
    FIX_FIRST = 2
    NOT_NOW = 3
    DEAF = 75


_COMMAND = re.compile(rf"(?<![\w./-])share-check(?= (?:{'|'.join(COMMANDS)})(?![\w-]))")


def as_typed(words: str) -> str:
    """Return words with each `share-check ...` as the reader must type it here: as share-check itself was started.

    Where that is not found by its bare name, as in a folder with .venv, the bare name would be another program or none.
    """
    return _COMMAND.sub(_started_as(sys.argv[0]), words)


def say(words: str, *, err: bool = False) -> None:
    """Print words to a person at a terminal, with commands as they must be typed."""
    click.echo(as_typed(words), err=err)


def _started_as(program: str) -> str:
    path = Path(program)
    if path.parts[-2:] == ("bot", "__main__.py"):  # python -m bot
        path = Path(sys.executable).with_name(NAME)
    found = shutil.which(NAME)
    if path.name != NAME or not path.exists() or (found and Path(found).resolve() == path.resolve()):
        return NAME
    return _from_here(path)


def _from_here(path: Path) -> str:
    """Return a path as it can be typed in this folder."""
    whole = path.absolute()
    return str(whole.relative_to(Path.cwd())) if whole.is_relative_to(Path.cwd()) else str(whole)


def exit_with(what: str, problems: Iterable[str], code: Exit = Exit.FIX_FIRST) -> NoReturn:
    """Print every reason on a line of its own to standard error, and exit. `what` names what could not be done."""
    click.echo(f"{NAME} {what}:", err=True)
    for problem in problems:
        click.echo(f"- {as_typed(problem)}", err=True)
    sys.exit(code)
