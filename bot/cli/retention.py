"""share-check retention: what is due for deletion and what was erased, by number and reference. It deletes nothing.

Whoever runs the bot reads no record. A record that not every lead may know of is not counted here either.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click
from sqlalchemy import Connection

from bot.cli import beside_bot
from bot.context import Services
from flows.records.retention import DueRecord
from storage.erasure import tombstones

_OTHERS_ERASED = (
    "Records that not every lead could know of are not counted here. share-check verify holds every erasure against "
    "its own record."
)
_OTHERS = "Records that not every lead may know of are not counted here: Slack shows them to those who may."


@click.command()
@click.option("--dry-run", "way", flag_value="dry-run", help="What has reached the end of its time. Changes nothing.")
@click.option("--erased", "way", flag_value="erased", help="What was erased, for whoever checks the record.")
def retention(way: str | None) -> None:
    """Say what is due for deletion, or what was erased. Records are deleted in Slack, by a lead, one by one."""
    if way is None:
        message = "Say --dry-run or --erased. Records are deleted in Slack, by a lead: Home, Due for deletion."
        raise click.UsageError(message)
    with beside_bot.services("could not look at what is due") as services, services.database.read() as tx:
        said = list(_due(services, tx) if way == "dry-run" else _erased(tx))
    for line in said:
        click.echo(line)


def _due(services: Services, tx: Connection) -> Iterator[str]:
    from bot.retention import due  # noqa: PLC0415 - decide starts without Slack's libraries

    rule, now = services.organisation.retention, services.clock.now()
    yield (
        f"Schedule: {rule.no_risk.days} days after the last change where there was no risk; else until "
        f"{rule.years_from_birth} years after birth, or after the check where no child's date of birth is known. "
        f"A request for a copy of records: {rule.requests.days} days after it was closed."
    )
    items = due.keeper(services, tx).items(now + due.AHEAD)
    known = [item for item in items if due.is_for_everybody(services, item)]
    over = [item for item in known if item.due <= now]
    yield f"At the end of their time now: {_listed(over)}."
    yield f"In the next {due.AHEAD.days} days: {_listed([item for item in known if item.due > now])}."
    yield _OTHERS
    yield "Nothing was changed. A lead decides in Slack, one record at a time: Home, Due for deletion."
    left = due.copies_left(services, tx, services.roster.channel)
    if left:
        total = sum(each.messages for each in left)
        yield f"Slack did not let {_counted(total, 'message')} be cut to the reference. It is asked again once a day:"
        yield from (f"- {each.ref}: {each.messages} ({each.why})" for each in left)


def _listed(items: Sequence[DueRecord]) -> str:
    refs = ", ".join(item.check.ref for item in items)
    return f"{_counted(len(items), 'record')} ({refs})" if refs else "none"


def _erased(tx: Connection) -> Iterator[str]:
    stones = [stone for stone in tombstones(tx) if not stone.is_private]
    entries = sum(stone.entries for stone in stones)
    yield f"{_counted(len(stones), 'record')} erased, with {_counted(entries, 'entry', 'entries')} of the record."
    for stone in stones:
        dates = f"made {stone.started_at:%d %B %Y}, erased {stone.erased_at:%d %B %Y}"
        yield f"{stone.ref}: {dates}, {_counted(stone.entries, 'entry', 'entries')}"
    yield _OTHERS_ERASED


def _counted(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
