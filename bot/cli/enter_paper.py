"""share-check enter-paper: enter a sheet that was filled in while Slack was down, as a check like any other.

Whoever types it sees only the ticks, which are on the sheet in front of them: no outcome and no names. The bot asks the
reporter for the details, in Slack.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TextIO

import click
from slack_sdk.errors import SlackApiError

from bot.app import web_client
from bot.cli import beside_bot
from bot.cli.decide import parse
from bot.config.organisation_types import is_slack_user
from bot.config.roster import people_of
from bot.config.settings import load_settings
from bot.context import Services
from bot.exit_codes import exit_with, say
from bot.printing.sheet_html import letter
from bot.slack.socket_mode import SlackAway, asking_slack
from flows.checklist import CHECKLIST
from flows.engine.replay import replay
from flows.formats.sheet import SheetError, read_sheet
from flows.model import PEOPLE, Answers, Choose, Question
from flows.paging.recipients import People
from flows.records.matching import folded
from services.paper import Entered, Paper

WHAT = "entered nothing"
WHY = "If a reason is written at the end of the sheet, type it"
WRITTEN = "%Y-%m-%d %H:%M"
OLDEST = timedelta(days=366)
STOP = "-"
PHONE = "If it cannot wait, phone a lead: nobody has been told by this command."
LONGEST_REASON = 3000
"""Of a sheet as JSON, in characters: as many as the box in Slack takes."""


@dataclass(frozen=True, slots=True)
class Written:
    """What stands on a sheet. reason: why nobody was asked (policy 2.9), in the reporter's words; may be empty."""

    answers: Answers
    reason: str


@click.command()
@click.option("--reporter", required=True, help="Slack member ID of whoever filled in the sheet, like U0STAFF.")
@click.option("--at", "written", required=True, help="When, as the sheet says: 2026-11-23 14:05, your local time.")
@click.option("--by", "typed_by", required=True, help="Your own Slack member ID. It is recorded.")
@click.option(
    "--sheet", type=click.File(encoding="utf-8-sig"), metavar="FILE|-", help="The ticks as JSON, as for decide."
)
def enter_paper(reporter: str, written: str, typed_by: str, sheet: TextIO | None) -> None:
    """Enter a sheet that was filled in on paper. An urgent one pages the leads now.

    Asks for the letter that is ticked at each question, unless --sheet is given.
    """
    with beside_bot.services(WHAT, "Do it again.") as services:
        at = _moment(services, written)
        for person, option in ((reporter, "--reporter"), (typed_by, "--by")):
            _refuse_unless_member(person, option)
        _refuse_strangers(reporter)
        people = people_of(services.organisation)
        filled_in = _read(sheet.read(), people) if sheet else _asked(_names(services, people))
        entered = _entered(services, reporter, typed_by, at, filled_in)
        _say(entered, is_sent=beside_bot.is_bot_running(services))


def _entered(services: Services, reporter: str, typed_by: str, at: datetime, filled_in: Written) -> Entered:
    if not filled_in.answers:
        exit_with(WHAT, ["Nothing is ticked on this sheet. Nothing was entered."])
    with services.database.begin() as tx:
        work = Paper(tx, services.keys, services.roster, services.clock.now(), typed_by, at)
        return work.enter(reporter, filled_in.answers, filled_in.reason)


def _say(entered: Entered, *, is_sent: bool) -> None:
    """Say what was done, the same whatever is ticked. is_sent: whether a bot runs that sends what waits."""
    if entered.is_new:
        click.echo(f"Entered as {entered.ref}. Write that on the sheet, and lock the sheet away.")
        click.echo("A card for the reporter waits to be sent. It asks them for what the sheet does not say.")
        click.echo("Where the answers call for a lead, a page to the leads waits to be sent too.")
    else:
        click.echo(f"This sheet was entered before, as {entered.ref}. Nothing was changed.")
    if not is_sent:
        say(f"{beside_bot.NO_BOT} {PHONE}", err=True)
    elif entered.is_new:
        click.echo(f"The running bot sends both. {PHONE}")


def _read(text: str, people: People) -> Written:
    """Read {"answers": {...}, "reason": "..."}; the reason may be left out. Any problem ends the command."""
    try:
        document = parse(text)
        reason = document.pop("reason", "") if isinstance(document, dict) else ""
        answers = read_sheet(CHECKLIST, people, document).answers
    except SheetError as error:
        exit_with(WHAT, error.problems)
    if not isinstance(reason, str) or len(reason) > LONGEST_REASON:
        exit_with(WHAT, [f'"reason" is text of at most {LONGEST_REASON} characters.'])
    return Written(answers, reason.strip())


def _names(services: Services, people: People) -> dict[str, str]:
    """Return the name, as printed on the sheet, of each person who can be left out, by id."""
    return {one: services.organisation.person(one).name for one in people.everybody}


def _asked(people: Mapping[str, str]) -> Written:
    """Ask for the answer to each question that applies, in the order of the sheet, then for the reason.

    The reason is asked for whatever is ticked, so that the questions do not tell what the sheet comes to.
    """
    click.echo(f"Type the letter that is ticked; several with commas. {STOP} where the sheet goes no further.")
    answers: dict[str, tuple[str, ...]] = {}
    while (question := replay(CHECKLIST, answers).next) is not None:
        choices = _prompt(question, people)
        if not choices:
            break
        answers[question.id] = choices
    typed = click.prompt(f"\n{WHY}; {STOP} where there is none", type=str).strip() if answers else STOP
    return Written(answers, "" if typed == STOP else typed)


def _prompt(question: Question, people: Mapping[str, str]) -> tuple[str, ...]:
    """Ask for the ticked options of one question until they can be read. Return none if the sheet stops here."""
    click.echo(f"\n{question.id}. {question.ask}")
    for place, option in enumerate(question.options):
        click.echo(f"  {letter(place)}) {option.label}")
    while True:
        typed = click.prompt("Ticked", type=str).strip().lower()
        if typed == STOP:
            return ()
        chosen = _chosen(question, typed)
        if chosen == (PEOPLE,):
            return _left_out(people)
        if chosen:
            return chosen
        click.echo(f"Type one of: {', '.join(letter(place) for place in range(len(question.options)))}, or {STOP}.")


def _chosen(question: Question, typed: str) -> tuple[str, ...]:
    by_letter = {letter(place): option.id for place, option in enumerate(question.options)}
    letters = list(dict.fromkeys(filter(None, re.split(r"[ ,]+", typed))))
    is_one = len(letters) == 1 or question.choose is Choose.ANY
    return tuple(by_letter[one] for one in letters) if is_one and set(letters) <= set(by_letter) else ()


def _left_out(people: Mapping[str, str]) -> tuple[str, ...]:
    numbers = {str(number): one for number, one in enumerate(people, 1)}
    for number, one in numbers.items():
        click.echo(f"  {number}) {people[one]}")
    while True:
        typed = click.prompt("Who is circled, by number; several with commas", type=str)
        named = list(dict.fromkeys(filter(None, re.split(r"[ ,]+", typed))))
        if named and set(named) < set(numbers):
            return tuple(numbers[one] for one in named)
        click.echo("Type the numbers that stand there. At least one person must be left who can be told.")


def _moment(services: Services, written: str) -> datetime:
    now = services.clock.now()
    try:
        at = datetime.strptime(folded(written).strip(), WRITTEN).replace(tzinfo=services.organisation.zone)
    except ValueError:
        exit_with(WHAT, [f'--at "{written}" is not a day and a time. Write it like 2026-11-23 14:05.'])
    if at > now:
        exit_with(WHAT, [f"--at {written} is still to come. Write when the sheet was filled in."])
    if now - at > OLDEST:
        exit_with(WHAT, [f"--at {written} is over a year ago. Look at the year again."])
    return at


def _refuse_unless_member(person: str, option: str) -> None:
    if not is_slack_user(person):
        where = "It starts with U: in Slack, open the profile, then the three dots, then Copy member ID."
        exit_with(WHAT, [f'{option} "{person}" is not a Slack member ID. {where}'])


def _refuse_strangers(reporter: str) -> None:
    """End the command unless the reporter is staff in Slack: only this person gets the card.

    If Slack is away, only warn.
    """
    client = web_client(load_settings())
    try:
        with asking_slack():
            found: dict[str, Any] = client.users_info(user=reporter)["user"]
    except SlackAway:
        click.echo(f"Slack cannot be asked who {reporter} is. Compare the ID letter by letter.", err=True)
        return
    except SlackApiError as error:
        exit_with(
            WHAT,
            [f"Slack knows nobody with the member ID {reporter} ({error.response.get('error')}). Look at it again."],
        )
    if found.get("deleted") or found.get("is_bot") or found.get("is_restricted") or found.get("is_ultra_restricted"):
        exit_with(
            WHAT,
            [f"{reporter} is not a member of staff in Slack, so no card can be sent to them. Look at the ID again."],
        )
    click.echo(f"The card goes to {found.get('real_name') or found.get('name')}.")
