"""Exit codes of every command, and one form for its errors, as in docs/exit-codes.md. Imports next to nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from enum import IntEnum
from typing import NoReturn

import click


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


def leave(what: str, problems: Iterable[str], code: Exit = Exit.FIX_FIRST) -> NoReturn:
    """Print every reason on a line of its own to standard error, and exit. `what` names what could not be done."""
    click.echo(f"share-check {what}:", err=True)
    for problem in problems:
        click.echo(f"- {problem}", err=True)
    sys.exit(code)
