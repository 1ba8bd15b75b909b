"""share-check doctor: check that everything works, for a person or for a script."""

from __future__ import annotations

import json
import sys
import textwrap

import click

from bot.app import web_client
from bot.clock import clock_of
from bot.config.load import load_all
from bot.config.settings import SettingsError
from bot.doctor.examine import examine, from_problems
from bot.exit_codes import Exit, as_typed, say
from bot.findings import Finding

OPTIONAL = frozenset({"cards", "manifest"})
"""The extra checks of --online: the bot works without them."""
WIDTH = 110


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For machines: one object, with a list of findings.")
@click.option("--online", "is_online", is_flag=True, help="Also let Slack look at the cards and at the manifest.")
@click.option(
    "--config-token",
    envvar="SLACK_CONFIG_TOKEN",
    show_envvar=True,
    help="A configuration token (xoxe.), with --online, for the manifest. Better given in the environment.",
)
def doctor(*, as_json: bool, is_online: bool, config_token: str | None) -> None:
    """Check whether everything works, worst first, each with its fix. Reads no check.

    Exit 1 if something is fatal: the bot would not start, or an open check cannot be read.

    Exit 3 if something could not be checked, for example because Slack does not answer: nobody knows yet whether
    share-check works.
    """
    found = _found(is_online=is_online, config_token=config_token)
    if as_json:
        worst = found[0].state if found else "ok"
        click.echo(json.dumps({"worst": worst, "findings": [each.json for each in found]}, indent=2))
    else:
        for each in found:
            click.echo(_line(each))
        say(_summary(found))
    sys.exit(_code(found))


def _found(*, is_online: bool, config_token: str | None) -> tuple[Finding, ...]:
    try:
        settings, organisation = load_all()
    except SettingsError as error:
        return from_problems(error.problems)
    client, clock = web_client(settings), clock_of(settings.clock_file)
    return examine(settings, organisation, client, clock, is_online=is_online, config_token=config_token)


def _line(each: Finding) -> str:
    """Format a finding as one line, wrapped and indented if it is long."""
    about = (*each.slack_ids, *each.refs)
    whose = f" ({', '.join(about)})" if about else ""
    words = f"{each.state:<12}{each.name}: {each.words}{whose} {each.fix}".rstrip()
    return textwrap.fill(
        as_typed(words), WIDTH, subsequent_indent=" " * 12, break_long_words=False, break_on_hyphens=False
    )


def _code(found: tuple[Finding, ...]) -> Exit:
    if any(each.state == "fatal" for each in found):
        return Exit.NO
    return Exit.NOT_NOW if _is_in_doubt(found) else Exit.DONE


def _is_in_doubt(found: tuple[Finding, ...]) -> bool:
    """Return whether something required could not be checked, unless a warning already gives the same fix."""
    in_hand = {each.fix for each in found if each.state == "warning"}
    return any(each.state == "not checked" and each.name not in OPTIONAL and each.fix not in in_hand for each in found)


def _summary(found: tuple[Finding, ...]) -> str:
    states = [str(each.state) for each in found]
    if "fatal" in states:
        return "share-check does not work like this. Put right what is fatal, and run share-check doctor again."
    if _is_in_doubt(found):
        return (
            'Something could not be looked at ("not checked"), so nobody knows yet whether share-check works. '
            "Run share-check doctor again."
        )
    if "warning" in states:
        return "share-check works. Look at the warnings: some day one of them will matter."
    return "share-check works."
