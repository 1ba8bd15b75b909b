"""share-check digest: a preview of the weekly digests, and the board's summary. It never sends anything."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from html import unescape

import click
from sqlalchemy import Connection

from bot.cli import beside_bot
from bot.context import Services
from bot.digest import leads_message
from bot.digest.content import counting_of, leads_digest, staff_digest
from bot.digest.staff_message import staff
from bot.exit_codes import exit_with
from bot.slack.block_kit import Message
from flows.reports.board import board
from flows.reports.figures import Week, WeekFigures, weeks_within
from storage import digests

WHAT = "showed no digest"
AUDIENCES = ("leads", "staff", "board")
FORMATS = ("text", "csv", "html")
_MOST_WEEKS = 520
_MARKS = re.compile(r"[*_`]")
_OWN = "Those who may know of a check that these figures leave out are told by themselves. That is not shown here."


@click.command()
@click.option("--week", help="As in 2026-W47; the last whole week when not given.")
@click.option("--preview", is_flag=True, help="Print what would be sent, or was. Nothing is sent.")
@click.option("--audience", type=click.Choice(AUDIENCES), help="For whom; leads and staff when not given.")
@click.option("--from", "first", help="First day of the board's summary, as in 2026-09-01.")
@click.option("--to", "last", help="Last day, itself included.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True)
def digest(
    week: str | None, first: str | None, last: str | None, audience: str | None, form: str, *, preview: bool
) -> None:
    """Show the weekly digests, or write the board's summary.

    This command sends nothing: the running bot sends the digests.
    """
    problems = [*_asked_wrongly(week, first, last, audience, form, preview=preview)]
    if problems:
        exit_with(WHAT, problems)
    with beside_bot.services(WHAT) as services, services.database.read() as tx:
        if audience == "board":
            click.echo(_board(services, tx, _weeks(services, week, first, last), form), nl=False)
        else:
            click.echo("\n\n".join(_preview(services, tx, _week(services, week), audience)))


def _asked_wrongly(
    week: str | None, first: str | None, last: str | None, audience: str | None, form: str, *, preview: bool
) -> Iterator[str]:
    """Yield each problem with the combination of options."""
    if audience != "board":
        if first or last:
            yield "--from and --to are for the board's summary: add --audience board."
        if not preview:
            yield "Nothing is sent from here: the running bot does that. Add --preview to see what it would send."
        if form != "text":
            yield f"--format {form} is for the board's summary: add --audience board."
    elif not (week or (first and last)):
        yield "The board's summary needs --from and --to, or --week."
    elif week and (first or last):
        yield "Give --week, or --from and --to, not both."
    yield from _unreadable(week, first, last)


def _unreadable(week: str | None, first: str | None, last: str | None) -> Iterator[str]:
    for word in filter(None, (first, last)):
        if _date(word) is None:
            yield f'"{word}" is not a day. Write it like 2026-09-01.'
    days = [_date(word) for word in (first, last) if word]
    if len(days) == 2 and None not in days and days[0] > days[1]:  # type: ignore[operator]  # noqa: PLR2004 - both
        yield f"--from {first} is after --to {last}."
    if week:
        try:
            Week.parse(week)
        except ValueError as error:
            yield str(error)


def _date(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


def _week(services: Services, written: str | None) -> Week:
    """Return the requested week, or the last whole one. End the command if it has not begun yet."""
    current = Week.of(services.roster.week.day_of(services.clock.now()))
    week = Week.parse(written) if written else current.before
    if week > current:
        exit_with(WHAT, [f"{week} has not begun yet."])
    return week


def _weeks(services: Services, week: str | None, first: str | None, last: str | None) -> tuple[Week, ...]:
    """Return the requested weeks that are whole and over. End the command if there are none or too many."""
    current = Week.of(services.roster.week.day_of(services.clock.now()))
    if week:
        found: tuple[Week, ...] = (Week.parse(week),)
    else:
        days = [date.fromisoformat(word) for word in (first, last) if word]
        found = weeks_within(days[0], days[1])
    found = tuple(each for each in found if each < current)
    if not found:
        exit_with(WHAT, ["There is no whole week, from Monday to Sunday, that lies between these days and is over."])
    if len(found) > _MOST_WEEKS:
        exit_with(WHAT, [f"These are {len(found)} weeks. {_MOST_WEEKS} is the most."])
    return found


def _figures(services: Services, tx: Connection, weeks: Iterable[Week]) -> dict[Week, WeekFigures]:
    """Return the figures that the digests stated for these weeks; for weeks without a digest, count them now."""
    wanted = sorted(weeks)
    kept = digests.kept(tx, wanted[0], wanted[-1])
    return {each: kept[each] if each in kept else counting_of(services, tx, each).figures() for each in wanted}


def _board(services: Services, tx: Connection, weeks: tuple[Week, ...], form: str) -> str:
    return board(services.organisation.name, _figures(services, tx, weeks)).written(form)


def _preview(services: Services, tx: Connection, week: Week, audience: str | None) -> Iterator[str]:
    figures = _figures(services, tx, (week,))[week]
    if audience != "staff":
        planned = digests.find(tx, week)
        found = leads_digest(services, tx, week, figures, planned, planned.made_at if planned else None)
        yield f"To the leads' channel:\n\n{as_text(leads_message.leads(found, pictures=False))}\n\n{_OWN}"
    if audience != "leads":
        where = (
            "To the staff's channel:"
            if services.organisation.staff_channel
            else "No staff_channel is set. It would say:"
        )
        yield f"{where}\n\n{as_text(staff(staff_digest(services, tx, week, figures)))}"


def as_text(message: Message) -> str:
    """Return a message as plain text, without Slack's formatting characters."""
    return "\n\n".join(filter(None, (_block(block) for block in message.blocks)))


def _block(block: dict[str, object]) -> str:
    texts = [block.get("text"), *(block.get("elements") or ())]  # type: ignore[misc] # elements is a list or nothing
    said = [str(each["text"]) for each in texts if isinstance(each, dict)]
    return "\n".join(_plain(each) for each in said)


def _plain(words: str) -> str:
    return unescape(_MARKS.sub("", words))
