"""share-check init: ask what is needed in plain words, and write organisation.toml and .env."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

import click
from slack_sdk import WebClient

from bot.cli.init import change as changes
from bot.cli.init import files, members, questions
from bot.cli.init.files import ENV
from bot.cli.init.prompts import collect
from bot.cli.init.toml_edit import CannotEdit
from bot.clock import SystemClock
from bot.config import text_file
from bot.config.organisation import Organisation, OrganisationError, load_organisation
from bot.config.settings import SettingsError, organisation_path, slack_api_url
from bot.exit_codes import Exit, exit_with, say

CHANGEABLE = (
    "name",
    "channel",
    "leads",
    "deputies",
    "independent",
    "administrators",
    "phones",
    "hours",
    "help",
    "tokens",
    "mail",
)
NEXT = """\
Written: {facts} and {secrets}. Only your account on this computer can read {secrets}.

What to do next:
1. Copy the line SHARE_CHECK_KEYS from {secrets} into your password manager, or onto paper in the safe. Without it
   nobody can read the records, you included.
2. Write this down where whoever runs this computer cannot change it. With it anybody can check the record:
   {public}
3. In Slack, open the leads' channel, type /invite @share-check and send it.
4. share-check doctor     looks whether everything works, and says how to put right what does not.
5. share-check serve      runs it.
"""
PATIENCE = 10.0
"""Seconds to wait for Slack to say who is in the channel."""
PERSON_HELP = '"Name; Slack member ID; phone; email"'


def _options(command: Callable[..., None]) -> Callable[..., None]:
    """Add an option and an environment variable for every answer."""
    people = {"lead": ("leads", True), "deputy": ("deputies", True), "independent": ("independent", False)}
    for option, (key, several) in reversed(people.items()):
        more = " For several, give it several times; in the environment, one on a line." if several else ""
        kind = PersonType()
        command = click.option(
            f"--{option}",
            key,
            type=kind,
            multiple=several,
            envvar=f"SHARE_CHECK_INIT_{key.upper()}",
            help=f"{PERSON_HELP}.{more}",
        )(command)
    for key, envvar, words in reversed(ANSWERS):
        name = f"--{key.replace('_', '-')}"
        command = click.option(name, key, envvar=envvar, help=words)(command)
    return command


ANSWERS = (
    ("name", "SHARE_CHECK_INIT_NAME", "The organisation's name."),
    ("time_zone", "SHARE_CHECK_INIT_TIME_ZONE", "Like Europe/London, which it is by default."),
    ("nation", "SHARE_CHECK_INIT_NATION", "Whose bank holidays: england-and-wales, scotland, northern-ireland."),
    ("leads_channel", "SHARE_CHECK_INIT_LEADS_CHANNEL", "The channel ID of the leads' private channel."),
    ("administrators", "SHARE_CHECK_INIT_ADMINISTRATORS", "Slack member IDs of whoever runs it, with commas."),
    ("hours", "SHARE_CHECK_INIT_HOURS", 'Like "monday-friday 08:30-17:00", which it is by default.'),
    ("social_care", "SHARE_CHECK_INIT_SOCIAL_CARE", "Phone number of children's social care."),
    ("out_of_hours", "SHARE_CHECK_INIT_OUT_OF_HOURS", "Phone number of the out-of-hours team."),
    ("adult_social_care", "SHARE_CHECK_INIT_ADULT_SOCIAL_CARE", "Phone number of adult social care."),
    ("adult_out_of_hours", "SHARE_CHECK_INIT_ADULT_OUT_OF_HOURS", "Phone number of the out-of-hours team for adults."),
    (
        "lado",
        "SHARE_CHECK_INIT_LADO",
        "Phone number of the LADO, the council's officer for adults who work with children.",
    ),
    ("staff_help", "SHARE_CHECK_INIT_STAFF_HELP", "What people who are not staff are told."),
    ("statutory_duty", "SHARE_CHECK_INIT_STATUTORY_DUTY", "yes or no."),
    (
        "data_protection_lead",
        "SHARE_CHECK_INIT_DATA_PROTECTION_LEAD",
        '"Name; Slack member ID; phone; email", or the id of a lead.',
    ),
    ("retention_owner", "SHARE_CHECK_INIT_RETENTION_OWNER", "Who approves what is deleted."),
    ("bot_token", "SLACK_BOT_TOKEN", "xoxb-. Better in the environment: others can see the options of a command."),
    ("app_token", "SLACK_APP_TOKEN", "xapp-. The same."),
    ("signing_secret", "SLACK_SIGNING_SECRET", "For --mode http. The same."),
    ("smtp_url", "SHARE_CHECK_SMTP_URL", "The mail server. The same."),
    ("mail_from", "SHARE_CHECK_MAIL_FROM", "The address that mails come from."),
    ("alarm_email", "SHARE_CHECK_ALARM_EMAIL", "The address of whoever runs it."),
)


class PersonType(click.ParamType[str]):
    """A person as text. In the environment, one person per line."""

    name = "person"
    envvar_list_splitter = "\n"


@click.command()
@click.option("--change", type=click.Choice(CHANGEABLE), help="Change one thing in the files that are there.")
@click.option("--add", type=click.Choice(["lead", "deputy"]), help="Add somebody to the files that are there.")
@click.option("--no-questions", is_flag=True, help="Never ask: what is needed and not given is said, and it ends.")
@click.option(
    "--mode", type=click.Choice(["socket", "http"]), default="socket", envvar="SHARE_CHECK_MODE", help="As in .env."
)
@_options
def init(change: str | None, add: str | None, mode: str, *, no_questions: bool, **given: Any) -> None:
    """Set share-check up: write organisation.toml and .env. Asks what is needed, and never overwrites a file."""
    if change and add:
        exit_with("does one thing at a time", ["Give --change or --add, not both."])
    try:
        if change:
            _change(change, given, may_ask=not no_questions)
        elif add:
            _add(add, given, may_ask=not no_questions)
        else:
            _begin(mode, given, may_ask=not no_questions)
    except (click.Abort, EOFError):
        exit_with("stopped", ["Nothing was written. Run share-check init again when you are ready."], Exit.NO)
    except OSError as error:
        exit_with("cannot write here", [f"{error.filename or 'The folder'}: {error.strerror}. Nothing was changed."])


def _begin(mode: str, given: Mapping[str, Any], *, may_ask: bool) -> None:
    path = organisation_path()
    _refuse_to_overwrite(path)
    if may_ask:
        click.echo("A few questions; about five minutes. Nothing is written until the end. Ctrl+C stops.")
    slack = questions.SLACK if mode == "socket" else (questions.SLACK[0], questions.SIGNING)
    first = collect((*slack, questions.CHANNEL), given, may_ask=True) if may_ask else {}
    answers = first | collect(
        (
            *(() if first else (*slack, questions.CHANNEL)),
            *questions.ORGANISATION,
            *questions.PEOPLE,
            *questions.PHONES,
            questions.ADMINISTRATORS,
            questions.HELP,
            *questions.SETTLED,
            *questions.MAIL,
        ),
        given,
        may_ask=may_ask,
        people=_people_of_channel(first, given),
    )
    settings = {"SHARE_CHECK_MODE": "" if mode == "socket" else mode}
    settings |= {str(each.setting): answers.get(each.key) or "" for each in (*slack, *questions.MAIL)}
    facts, secrets = files.facts(answers, _today(answers["time_zone"])), files.secrets(settings)
    _try(path, facts, secrets)
    try:
        files.create({path: facts, ENV: secrets}, secret=ENV)
    except files.AlreadyThere:
        _refuse_to_overwrite(path)
    click.echo(f"\n{NEXT.format(facts=path, secrets=ENV, public=files.public_key(secrets))}")


def _people_of_channel(first: Mapping[str, Any], given: Mapping[str, Any]) -> Mapping[str, str]:
    """Ask Slack who is in the leads' channel, where people are to be asked for. first: tokens and channel."""
    if not first or (given.get("leads") and given.get("independent")):
        return {}
    client = WebClient(first["bot_token"], base_url=slack_api_url(), timeout=int(PATIENCE))
    found = members.of_channel(client, first["leads_channel"])
    if not found:
        click.echo(members.NOT_LISTED)
    return found


def _change(subject: str, given: Mapping[str, Any], *, may_ask: bool) -> None:
    path = ENV if subject in changes.IN_ENV else organisation_path()
    text = _text(path)
    try:
        if subject in changes.IN_ENV:
            made = changes.secrets(text, subject, given, may_ask=may_ask)
            _try(organisation_path(), None, made)
        else:
            there = _organisation(path)
            made = changes.facts(text, there, subject, given, _today(there.time_zone), may_ask=may_ask)
            _try(path, made, None)
    except CannotEdit as error:
        exit_with("changed nothing", [f"{path}: {error}"])
    files.replace(path, made)
    say(f"{path} is changed. Restart share-check serve, and run share-check doctor.")


def _add(word: str, given: Mapping[str, Any], *, may_ask: bool) -> None:
    path = organisation_path()
    text = _text(path)
    try:
        made, identity = changes.add(text, _organisation(path), word, given, may_ask=may_ask)
    except CannotEdit as error:
        exit_with("changed nothing", [f"{path}: {error}"])
    _try(path, made, None)
    files.replace(path, made)
    say(
        f"{identity} is added to {path}. Invite them to the leads' channel in Slack, restart share-check serve, and "
        "run share-check doctor."
    )


def _refuse_to_overwrite(path: Path) -> None:
    there = [each for each in (path, ENV) if each.exists() or each.is_symlink()]
    if there:
        words = [f"{each} is there already." for each in there]
        exit_with(
            "does not write over files. Nothing was changed",
            [*words, f"To change one thing: share-check init --change and one of {', '.join(CHANGEABLE)}."],
        )


def _text(path: Path) -> str:
    try:
        return text_file.read(path)
    except FileNotFoundError:
        exit_with(
            "changed nothing", [f"There is no {path} here. Go to the folder of share-check, or run share-check init."]
        )
    except text_file.NotText as error:
        exit_with("changed nothing", [str(error)])


def _organisation(path: Path) -> Organisation:
    try:
        return load_organisation(path)
    except OrganisationError as error:
        exit_with("changed nothing. Put this right by hand first", error.problems)


def _try(path: Path, facts: str | None, secrets: str | None) -> None:
    """Check that the bot could start with these files.

    End the command with all problems at once, before anything is written.
    """
    problems: list[str] = []
    try:
        if facts is not None:
            files.tried_facts(path, facts)
    except OrganisationError as error:
        problems += error.problems
    try:
        if secrets is not None:
            files.try_secrets(ENV, secrets)
    except SettingsError as error:
        problems += error.problems
    if problems:
        _give_up(problems)


def _give_up(problems: list[str]) -> NoReturn:
    exit_with("cannot use these answers. Nothing was written", problems)


def _today(zone: str) -> date:
    return SystemClock().now().astimezone(ZoneInfo(zone)).date()
