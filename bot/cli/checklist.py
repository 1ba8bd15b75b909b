"""share-check checklist and share-check decide: the rules from the command line, without Slack."""

import json
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from flows.case import Told
from flows.checklist import CHECKLIST
from flows.engine.explain import explain
from flows.engine.outcome import decide as decide_outcome
from flows.formats.sheet import SheetError, read_sheet, write_verdict
from flows.paging.recipients import first_recipients

if TYPE_CHECKING:
    from bot.config.organisation import Organisation

BAD_INPUT = 2
FORMATS = ("text", "markdown", "mermaid")
PRINTED = ("html", "pdf")


@click.command()
@click.option(
    "--format",
    "form",
    type=click.Choice((*FORMATS, *PRINTED)),
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
    elif form in PRINTED:
        _print(form, path)
    else:
        from flows.formats import render  # noqa: PLC0415 - decide starts faster without it.

        click.echo(getattr(render, f"as_{form}")(CHECKLIST), nl=False)


def _print(form: str, path: Path | None) -> None:
    """The sheet, to the standard output: never with the example's numbers, which nobody answers."""
    from bot.config.organisation import OrganisationError, load_organisation  # noqa: PLC0415 - decide starts faster without it
    from bot.config.settings import organisation_path  # noqa: PLC0415
    from bot.printing import sheet_html, sheet_pdf  # noqa: PLC0415

    try:
        organisation = load_organisation(path or organisation_path())
        made = sheet_pdf.as_pdf(organisation) if form == "pdf" else sheet_html.as_html(organisation).encode()
    except OrganisationError as error:
        raise _bad_input(error.problems) from None
    click.echo(made, nl=False)


def _audit() -> None:
    from flows.audit.situations import audit  # noqa: PLC0415 - decide starts faster without it.

    found = audit(CHECKLIST)
    click.echo(found.text)
    if found.problems:
        raise SystemExit(1)


@click.command()
@click.argument("source", type=click.File(encoding="utf-8-sig", errors="replace"), metavar="FILE|-")
@click.option("--lines", is_flag=True, help="One JSON sheet a line in, one verdict a line out.")
@click.option(
    "--organisation",
    "path",
    type=click.Path(path_type=Path),
    help="The organisation's facts; the example's when not given.",
)
def decide(source: TextIO, path: Path | None, *, lines: bool) -> None:
    """Say what a sheet of answers comes to: {"answers": {"S1": "no", "3.1.6": ["none"]}}."""
    services = DecideOptions(_organisation(path))
    if lines:
        raise SystemExit(_decide_lines(services, source))
    try:
        verdict = services.decide(source.read())
    except SheetError as error:
        raise _bad_input(error.problems) from None
    click.echo(json.dumps(verdict, indent=2, ensure_ascii=False))


def _decide_lines(services: "DecideOptions", source: TextIO) -> int:
    """Answer every line that is not blank with a line. A bad one says why, the others go on."""
    status = 0
    for line in filter(str.strip, source):
        try:
            answer = services.decide(line)
        except SheetError as error:
            answer, status = {"error": error.problems}, BAD_INPUT
        sys.stdout.write(json.dumps(answer) + "\n")
    return status


def _bad_input(problems: Iterable[str]) -> SystemExit:
    for problem in problems:
        click.echo(problem, err=True)
    return SystemExit(BAD_INPUT)


def _organisation(path: Path | None) -> "Organisation":
    from bot.config.organisation import OrganisationError, example_organisation_path, load_organisation  # noqa: PLC0415 - `checklist` needs no organisation.

    try:
        return load_organisation(path or example_organisation_path())
    except OrganisationError as error:
        raise _bad_input([str(error)]) from None


class DecideOptions:
    """Judges sheets for one organisation."""

    def __init__(self, organisation: "Organisation") -> None:
        from bot.config.roster import facts_of, people_of  # noqa: PLC0415 - `checklist` needs no organisation.

        self.people = people_of(organisation)
        self._facts = cache(lambda recipients: facts_of(organisation, recipients))

    def decide(self, sheet: str) -> dict[str, Any]:
        """The verdict on one sheet of JSON. Raises SheetError with every problem."""
        progress = read_sheet(CHECKLIST, self.people, parse(sheet))
        decision = decide_outcome(CHECKLIST, progress)
        recipients = first_recipients(decision, self.people)
        told = Told.DELIVERED if recipients else Told.NOBODY
        words = explain(CHECKLIST, progress, decision, self._facts(recipients), told)
        return write_verdict(progress, decision, recipients, words)


def parse(sheet: str) -> object:
    """JSON without repeated names, which would hide an answer. Raises SheetError."""
    try:
        return json.loads(sheet, object_pairs_hook=_each_once)
    except SheetError:
        raise
    except (ValueError, RecursionError) as error:  # A number can be too long, a list too deep.
        raise SheetError((f"The sheet is not JSON: {error}.",)) from None


def _each_once(pairs: list[tuple[str, object]]) -> Mapping[str, object]:
    each = dict(pairs)
    if len(each) < len(pairs):
        names = [name for name, _ in pairs]
        twice = dict.fromkeys(name for name in names if names.count(name) > 1)
        raise SheetError(tuple(f'"{name}" stands on the sheet more than once.' for name in twice))
    return each
