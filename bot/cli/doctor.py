"""share-check doctor and share-check manifest."""

from __future__ import annotations

import json
import sys
import textwrap
from typing import TYPE_CHECKING

import click

from bot.slack.manifest import HTTP_HEAD, SOCKET_MODE, NoAddress, as_yaml, link, over_http, scopes_page

if TYPE_CHECKING:
    from bot.doctor.finding import Finding

NOT_WELL = 1
BAD_INPUT = 2
NOBODY_KNOWS = 3
"""Something that must work could not be looked at."""
OPTIONAL = frozenset({"cards", "manifest"})
"""What --online looks at besides: the bot works without it."""
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
    """Look whether everything works, worst first, each with its fix. Reads no check.

    Exit 1 where something is fatal: the bot would not start like that, or an open check cannot be opened.
    Exit 3 where something could not be looked at, as when Slack does not answer: nobody knows yet whether it works.
    """
    found = _found(is_online=is_online, config_token=config_token)
    if as_json:
        worst = found[0].state if found else "ok"
        click.echo(json.dumps({"worst": worst, "findings": [each.json for each in found]}, indent=2))
    else:
        for each in found:
            click.echo(_line(each))
        click.echo(_summary(found))
    sys.exit(_code(found))


@click.command()
@click.option("--http", "address", help="For SHARE_CHECK_MODE=http: the address under which Slack reaches you.")
@click.option("--link", "as_link", is_flag=True, help="The link that makes the app, with everything filled in.")
@click.option("--scopes", "as_scopes", is_flag=True, help="What the app may do and why: docs/scopes.md.")
def manifest(address: str | None, *, as_link: bool, as_scopes: bool) -> None:
    """Print the manifest of the Slack app, as manifest.yml."""
    try:
        made = over_http(address) if address else SOCKET_MODE
    except NoAddress as error:
        click.echo(str(error), err=True)
        sys.exit(BAD_INPUT)
    if as_scopes:
        click.echo(scopes_page(), nl=False)
    elif as_link:
        click.echo(link(made))
    else:
        click.echo(as_yaml(made, HTTP_HEAD) if address else as_yaml(made), nl=False)


def _found(*, is_online: bool, config_token: str | None) -> tuple[Finding, ...]:
    from bot.app import web_client  # noqa: PLC0415 - decide starts without Slack's libraries
    from bot.config.settings import SettingsError  # noqa: PLC0415
    from bot.doctor.examine import examine, from_problems  # noqa: PLC0415
    from bot.serve import clock_of, load_all  # noqa: PLC0415

    try:
        settings, organisation = load_all()
    except SettingsError as error:
        return from_problems(error.problems)
    client, clock = web_client(settings), clock_of(settings)
    return examine(settings, organisation, client, clock, is_online=is_online, config_token=config_token)


def _line(each: Finding) -> str:
    """One line a check; where it is long, the rest stands under it."""
    whose = f" ({', '.join(each.slack_ids)})" if each.slack_ids else ""
    words = f"{each.state:<12}{each.name}: {each.words}{whose} {each.fix}".rstrip()
    return textwrap.fill(words, WIDTH, subsequent_indent=" " * 12, break_long_words=False, break_on_hyphens=False)


def _code(found: tuple[Finding, ...]) -> int:
    if any(each.state == "fatal" for each in found):
        return NOT_WELL
    return NOBODY_KNOWS if _is_in_doubt(found) else 0


def _is_in_doubt(found: tuple[Finding, ...]) -> bool:
    """Whether something that must work could not be looked at, and no warning says already what to do about that."""
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
