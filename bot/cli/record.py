"""share-check seal, verify, export-proof and keys new-seal: the record's proof from the command line."""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TextIO

import click

if TYPE_CHECKING:
    from bot.context import Services
    from storage.proof.seal import Seal
    from storage.proof.signed_note import PublicKey
    from storage.proof.verify import Verdict

WRONG = 1
BAD_INPUT = 2
PRIVATE = 0o600
NOTHING_ADDED = "Nothing was added to the record: run this again."
SHOWN = 50
"""Findings; the rest are counted."""
_HEAD = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")


@click.command()
def new_seal() -> None:
    """Print a new key, for SHARE_CHECK_SEAL_KEY, and the public key to publish. Both can stand in .env as they are."""
    from storage.proof.signed_note import SealKey  # noqa: PLC0415 - decide starts without it

    key = SealKey.new()
    click.echo("# Signs the record. Keep it secret, and apart from the database.")
    click.echo(f"SHARE_CHECK_SEAL_KEY={key.written}")
    click.echo("# Publish this, where whoever runs the server cannot change it:")
    click.echo(f"# {key.public}")


@click.command()
def seal() -> None:
    """Seal what is in the record now, and print the seal. The running bot does so once an hour."""
    from storage.proof.seal import is_waiting, latest, seal_now  # noqa: PLC0415 - decide starts without it

    with _services("sealed nothing") as services:
        with services.database.begin() as tx:
            made = seal_now(tx, services.seal_key, services.clock.now())
            newest = made or latest(tx)
            is_busy = made is None and is_waiting(tx, newest)
        if newest:
            click.echo(newest.note, nl=False)
        if is_busy:
            click.echo("The record is in use. Try again in a moment.", err=True)
            sys.exit(WRONG)
        if made is None:
            click.echo("Nothing was added since." if newest else "There is nothing to seal yet.", err=True)


@click.command()
@click.argument("file", required=False, type=click.File(encoding="utf-8-sig", errors="replace"), metavar="[FILE|-]")
@click.option("--head", help="A seal that was printed elsewhere: the whole note, or only its head.")
@click.option("--key", "keys", multiple=True, help="A public key that was published. Can be given more than once.")
def verify(file: TextIO | None, head: str | None, keys: tuple[str, ...]) -> None:
    """Check the record: the database itself, or a proof that was exported from it."""
    from bot.cli import session  # noqa: PLC0415 - decide starts without it
    from storage.proof import bundle, bundle_file  # noqa: PLC0415 - decide starts without it
    from storage.proof.verify import judge  # noqa: PLC0415

    trusted, expected = known_keys(keys), known_head(head)
    if file:
        with session.in_words("checked nothing", not_done=BAD_INPUT):
            verdict = judge(bundle_file.read(file.read()), trusted, expected)
    else:
        with _services("checked nothing") as services, services.database.read() as tx:
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
    sys.exit(WRONG if wrong else 0)


@click.command()
@click.option("--out", required=True, type=click.Path(path_type=Path), help="A file that does not exist yet.")
def export_proof(out: Path) -> None:
    """Write the record's proof, for somebody who checks it with docs/verify.py. It holds no content and no names."""
    from storage.proof import bundle, bundle_file  # noqa: PLC0415 - decide starts without it

    with _services("wrote no proof") as services:
        with services.database.read() as tx:
            closed = bundle.of_record(tx, services.keys, lambda _: False)
            text = bundle_file.written(closed, services.clock.now())
        try:
            out.touch(PRIVATE, exist_ok=False)
            out.write_text(text, encoding="utf-8")
        except OSError as error:
            _fail([f"{out} could not be written: {error.strerror}."])
    click.echo(f"{out} is written.")


def _found(verdict: Verdict, wrong: list[str]) -> Iterator[str]:
    """The first line, and everything that is wrong."""
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
    """What else a reader must know to judge how much the first line is worth."""
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
    from storage.proof.chain import moment  # noqa: PLC0415 - decide starts without it

    return f"seal {seal.number} of {moment(seal.made_at)}" if seal else ""


def known_head(given: str | None) -> bytes | None:
    """The head in what somebody copied from elsewhere."""
    if given is None:
        return None
    found = _HEAD.search(given.lower())
    if found is None:
        _fail(["--head has no head in it: 64 digits from 0 to 9 and a to f."])
    return bytes.fromhex(found[0])


def known_keys(given: Iterable[str]) -> set[PublicKey]:
    from storage.errors import BadKey  # noqa: PLC0415 - decide starts without it
    from storage.proof.signed_note import PublicKey  # noqa: PLC0415

    try:
        return {PublicKey.read(each.strip()) for each in given}
    except BadKey:
        _fail(["--key is not a public key, or not all of it. It is 65 characters and starts with share-check+."])


@contextmanager
def _services(what: str) -> Iterator[Services]:
    """What works beside the running bot. what: the command, and that it was not done."""
    from bot import serve  # noqa: PLC0415 - decide starts without Slack's libraries
    from bot.cli import session  # noqa: PLC0415 - decide starts without Slack's libraries

    with session.in_words(what, NOTHING_ADDED, BAD_INPUT):
        services = serve.services_for_command()
        try:
            yield services
        finally:
            services.database.close()


def _fail(problems: Iterable[str]) -> NoReturn:
    for problem in problems:
        click.echo(problem, err=True)
    sys.exit(BAD_INPUT)
