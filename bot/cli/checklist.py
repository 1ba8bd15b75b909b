"""share-check checklist: print the checklist or the paper sheet, or check every rule, without Slack."""

from __future__ import annotations

import sys
from pathlib import Path
from pkgutil import resolve_name

import click

from bot.config.organisation import OrganisationError, load_organisation
from bot.config.settings import organisation_path
from bot.exit_codes import Exit, leave
from flows.audit.situations import audit as audited
from flows.checklist import CHECKLIST

FORMATS = {
    "text": "flows.formats.render:as_text",
    "markdown": "flows.formats.render:as_markdown",
    "mermaid": "flows.formats.render:as_mermaid",
}
SHEETS = {"html": "bot.printing.sheet_html:as_html", "pdf": "bot.printing.sheet_pdf:as_pdf"}
"""The formats with the organisation's phone numbers. Each is imported when needed: only the PDF needs fpdf."""


@click.command()
@click.option(
    "--format",
    "form",
    type=click.Choice((*FORMATS, *SHEETS)),
    default="text",
    show_default=True,
    help="html and pdf are a sheet to fill in on paper, with your phone numbers.",
)
@click.option("--audit", is_flag=True, help="Visit every situation and check every rule instead.")
@click.option(
    "--organisation",
    "path",
    type=click.Path(path_type=Path),
    help="Whose numbers stand on the sheet; else what SHARE_CHECK_ORGANISATION says, or organisation.toml.",
)
def checklist(form: str, path: Path | None, *, audit: bool) -> None:
    """Print the checklist, or prove it."""
    if audit:
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
        leave("printed nothing", error.problems)


def _audit() -> None:
    found = audited(CHECKLIST)
    click.echo(found.text)
    sys.exit(Exit.NO if found.problems else Exit.DONE)
