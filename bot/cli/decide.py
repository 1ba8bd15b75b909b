"""share-check decide: the outcome of a sheet of answers, without Slack.

It is run for many sheets, so it imports only the rules.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, TextIO

import click

from bot.config.organisation import Organisation, OrganisationError, example_organisation_path, load_organisation
from bot.config.roster import facts_of, people_of
from bot.exit_codes import Exit, exit_with
from flows.case import Told
from flows.checklist import CHECKLIST
from flows.engine.guidance import Stage, guide
from flows.engine.outcome import decide as decide_outcome
from flows.formats.sheet import SheetError, read_sheet, write_verdict
from flows.paging.recipients import first_recipients, would_be_told

WHAT = "decided nothing"


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
    """Say what a sheet of answers comes to. A sheet is JSON: {"answers": {"S1": "no", "3.1.6": ["none"]}}."""
    try:
        judge = Judge(load_organisation(path or example_organisation_path()))
        if lines:
            sys.exit(_decide_lines(judge, source))
        verdict = judge.decide(source.read())
    except (OrganisationError, SheetError) as error:
        exit_with(WHAT, error.problems)
    click.echo(json.dumps(verdict, indent=2, ensure_ascii=False))


def _decide_lines(judge: Judge, source: TextIO) -> Exit:
    """Write one line of JSON for each line that is not blank. An invalid sheet gives its errors; the others go on."""
    status = Exit.DONE
    for line in filter(str.strip, source):
        try:
            answer = judge.decide(line)
        except SheetError as error:
            answer, status = {"error": error.problems}, Exit.FIX_FIRST
        sys.stdout.write(json.dumps(answer) + "\n")
    return status


class Judge:
    """The decisions on sheets of one organisation."""

    def __init__(self, organisation: Organisation) -> None:
        self.people = people_of(organisation)
        self._facts = cache(lambda recipients: facts_of(organisation, recipients))

    def decide(self, sheet: str) -> dict[str, Any]:
        """Return the verdict on one sheet of JSON. Raises SheetError with every problem."""
        progress = read_sheet(CHECKLIST, self.people, parse(sheet))
        decision = decide_outcome(CHECKLIST, progress, self.people.leads)
        recipients = first_recipients(decision, self.people)
        told = Told.DELIVERED if recipients else Told.NOBODY
        facts = self._facts(would_be_told(decision, self.people))
        stage = Stage.SENT if progress.is_finished else Stage.ABANDONED
        return write_verdict(progress, decision, recipients, guide(CHECKLIST, progress, decision, facts, told, stage))


def parse(sheet: str) -> object:
    """Parse JSON, and refuse repeated names, which would hide an answer. Raises SheetError."""
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
