"""Ending a command with sentences. Light to import, for commands that load the rest only when they run."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import NoReturn

import click

BAD_INPUT = 2


def leave(what: str, problems: Iterable[str], code: int = BAD_INPUT) -> NoReturn:
    """What could not be done, and every reason, on its own line."""
    click.echo(f"share-check {what}:", err=True)
    for problem in problems:
        click.echo(f"- {problem}", err=True)
    sys.exit(code)
