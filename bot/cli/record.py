"""share-check seal, verify and export-proof: seal the record, verify it, and export its proof."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TextIO

import click

from bot.cli import beside_bot, session
from bot.cli.printed import known_head, known_keys
from bot.exit_codes import Exit, exit_with
from storage.proof import bundle, bundle_file
from storage.proof.chain import moment
from storage.proof.seal import Seal, is_waiting, latest, seal_now
from storage.proof.signed_note import PublicKey
from storage.proof.verify import Verdict, judge

PRIVATE = 0o600
SEALED_NOTHING, CHECKED_NOTHING, NO_PROOF = "sealed nothing", "checked nothing", "wrote no proof"
NOTHING_ADDED = "Nothing was added to the record: run this again."
SHOWN = 50
"""Findings shown; more are only counted."""


@click.command()
def seal() -> None:
    """Seal what is in the record now, and print the seal. The running bot seals the record once an hour."""
    with beside_bot.services(SEALED_NOTHING, NOTHING_ADDED) as services:
        with services.database.begin() as tx:
            made = seal_now(tx, services.seal_key, services.clock.now())
            newest = made or latest(tx)
            is_busy = made is None and is_waiting(tx, newest)
        if newest:
            click.echo(newest.note, nl=False)
        if is_busy:
            exit_with(SEALED_NOTHING, ["The record is in use. Try again in a moment."], Exit.NOT_NOW)
        if made is None:
            click.echo("Nothing was added since." if newest else "There is nothing to seal yet.", err=True)


@click.command()
@click.argument("file", required=False, type=click.File(encoding="utf-8-sig", errors="replace"), metavar="[FILE|-]")
@click.option("--head", help="A seal that was printed elsewhere: the whole note, or only its head.")
@click.option("--key", "keys", multiple=True, help="A public key that was published. Can be given more than once.")
def verify(file: TextIO | None, head: str | None, keys: tuple[str, ...]) -> None:
    """Check the record: the database, or a proof exported from it."""
    trusted, expected = known_keys(keys), known_head(head)
    if file:
        with session.end_plainly(CHECKED_NOTHING):
            verdict = judge(bundle_file.read(file.read()), trusted, expected)
    else:
        with beside_bot.services(CHECKED_NOTHING) as services, services.database.read() as tx:
            trusted |= {services.seal_key.public} if services.seal_key else set()
            found = bundle.of_record(tx, services.keys)
            verdict = judge(found, trusted, expected, open_all=True, now=services.clock.now())
    wrong = [str(finding) for finding in verdict.findings]
    if expected and not verdict.matched:
        wrong.append(
            f"No seal here has the head {expected.hex()}: seals were removed or made anew, or it is another record."
        )
    for line in (*_found(verdict, wrong), *_said(verdict, trusted, is_open=not file)):
        click.echo(line)
    sys.exit(Exit.NO if wrong else Exit.DONE)


@click.command()
@click.option("--out", required=True, type=click.Path(path_type=Path), help="A file that does not exist yet.")
def export_proof(out: Path) -> None:
    """Write the record's proof, for docs/verify.py. It contains no content and no names."""
    with beside_bot.services(NO_PROOF) as services:
        with services.database.read() as tx:
            closed = bundle.of_record(tx, services.keys, lambda _: False)
            text = bundle_file.written(closed, services.clock.now())
        out.touch(PRIVATE, exist_ok=False)
        out.write_text(text, encoding="utf-8")
    click.echo(f"{out} is written.")


def _found(verdict: Verdict, wrong: list[str]) -> Iterator[str]:
    """Yield the summary line, then each thing that is wrong, up to SHOWN."""
    counted = f"{_counted(verdict.entries, 'entry', 'entries')}, {_counted(len(verdict.seals), 'seal', 'seals')}."
    if not wrong:
        said = [counted, "Chain unbroken." if verdict.seals else "Nothing is sealed yet."]
        said += [f"Matches {_named(verdict.matched)}."] if verdict.matched else []
        said += [f"{_counted(verdict.erased, 'entry', 'entries')} erased under the retention rule."] * bool(
            verdict.erased
        )
        yield " ".join(said)
        return
    yield f"{counted} {_counted(len(wrong), 'thing is', 'things are')} wrong:"
    yield from (f"- {line}" for line in wrong[:SHOWN])
    if len(wrong) > SHOWN:
        yield f"- and {len(wrong) - SHOWN} more."


def _said(verdict: Verdict, trusted: Collection[PublicKey], *, is_open: bool) -> Iterator[str]:
    """Yield what a reader needs to judge the summary line: what was compared, and who signed."""
    if is_open:
        yield f"The content of {_counted(verdict.entries - verdict.erased, 'entry', 'entries')} was compared as well."
    if verdict.seals:
        yield f"The last is {_named(verdict.seals[-1])}, with the head {verdict.seals[-1].head.hex()}."
    if verdict.erased and not is_open:
        yield "That they were erased lawfully is the organisation's word: a proof cannot show it."
    if verdict.newer:
        yield f"{_counted(verdict.newer, 'entry is', 'entries are')} newer, and not sealed yet."
    for key in verdict.signers:
        if key in trusted:
            yield f"Signed by {key.name}, as expected."
        else:
            yield f"Signed by {key}: compare this key with the published one."
    if verdict.unsigned:
        yield (
            f"{verdict.unsigned} of {_counted(len(verdict.seals), 'seal', 'seals')} not signed: for those, only a head "
            "that was printed elsewhere shows that they were not made anew."
        )


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _named(seal: Seal | None) -> str:
    return f"seal {seal.number} of {moment(seal.made_at)}" if seal else ""
