"""share-check checklist: print it, check every rule, or compare it with another edition, without Slack."""

from __future__ import annotations

import sys
from pathlib import Path
from pkgutil import resolve_name

import click

from bot.config.organisation import OrganisationError, load_organisation
from bot.config.settings import organisation_path
from bot.exit_codes import Exit, exit_with
from flows.audit.situations import audit as audited
from flows.checklist import CHECKLIST
from flows.derived import DERIVED
from flows.formats.compare import as_markdown, compare
from flows.formats.export import read_json
from flows.model import Checklist

FORMATS = {
    "text": "flows.formats.render:as_text",
    "markdown": "flows.formats.render:as_markdown",
    "mermaid": "flows.formats.render:as_mermaid",
    "json": "flows.formats.export:as_json",
}
SHEETS = {"html": "bot.printing.sheet_html:as_html"}
"""The formats with the organisation's phone numbers, imported when needed."""

HOW_TO_KEEP = (
    "Before a change, keep the edition there is: share-check checklist --format json > before.json. "
    "After it: share-check checklist --diff before.json"
)


@click.command()
@click.option(
    "--format",
    "form",
    type=click.Choice((*FORMATS, *SHEETS)),
    default="text",
    show_default=True,
    help="html is a sheet to print and fill in, with your phone numbers. json keeps this edition for --diff.",
)
@click.option("--audit", is_flag=True, help="Go through every situation instead, and hold each against the rules.")
@click.option(
    "--diff",
    "old",
    type=click.Path(path_type=Path),
    metavar="OLD.json",
    help="Print what changed since OLD, an edition kept with --format json, for the leads to sign. Takes minutes.",
)
@click.option(
    "--organisation",
    "path",
    type=click.Path(path_type=Path),
    help="Whose numbers stand on the sheet; else what SHARE_CHECK_ORGANISATION says, or organisation.toml.",
)
def checklist(form: str, path: Path | None, old: Path | None, *, audit: bool) -> None:
    """Print the checklist, or prove it."""
    if audit and old:
        raise click.UsageError("--audit and --diff are two jobs. Run one, then the other.")
    if old:
        before, rules = _edition(old)
        click.echo(as_markdown(compare(before, CHECKLIST, (rules, DERIVED))), nl=False)
    elif audit:
        _audit()
    elif form in SHEETS:
        _print(form, path)
    else:
        click.echo(resolve_name(FORMATS[form])(CHECKLIST), nl=False)


def _print(form: str, path: Path | None) -> None:
    """Write the sheet to standard output. The example's phone numbers are never printed: nobody answers them."""
    try:
        click.echo(resolve_name(SHEETS[form])(load_organisation(path or organisation_path())), nl=False)
    except OrganisationError as error:
        exit_with("printed nothing", error.problems)


def _edition(path: Path) -> tuple[Checklist, tuple[str, ...]]:
    """Read an edition that was kept: the checklist, and its rules in words. Any other file ends the command."""
    try:
        return read_json(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:  # Lists in lists can be too deep.
        exit_with("compared nothing", [f"{path} {_why(error)} {HOW_TO_KEEP}"])


def _why(error: Exception) -> str:
    match error:
        case FileNotFoundError():
            return "is not there."
        case OSError():
            return f"cannot be read: {error.strerror}."
        case UnicodeDecodeError():
            return "is not text."
        case RecursionError():
            return "is not an edition of the checklist."
        case _:
            return f"is not an edition of the checklist: {str(error).rstrip('.')}."


def _audit() -> None:
    found = audited(CHECKLIST)
    click.echo(found.text)
    sys.exit(Exit.NO if found.problems else Exit.DONE)
