"""share-check drill: start a practice page up the real ladder."""

from __future__ import annotations

import secrets

import click

from bot.cli import beside_bot
from bot.config.organisation_types import is_slack_user
from bot.exit_codes import Exit, exit_with
from bot.practice import drill as practice
from flows.case import SYSTEM

WHAT = "sent no practice page"
SENT_WITHIN = 30.0
"""Seconds within which a practice page should be in Slack."""

STILL_TRIED = "It is tried again until the practice ends, after an hour. To see what is wrong, run share-check doctor."
LEAD_IT = "The leads press I will lead, as for a real one."


@click.command()
@click.option("--by", help="Slack member ID of whoever is told how it went; else the first administrator, else nobody.")
def drill(by: str | None) -> None:
    """Start a practice page. The running bot sends it, up the real ladder, until a lead answers."""
    if by is not None and not is_slack_user(by):
        message = f'"{by}" is not a Slack member ID. It starts with U: open the profile, the three dots, and copy it.'
        raise click.BadParameter(message, param_hint="--by")
    with beside_bot.services(WHAT) as services:
        if not beside_bot.is_bot_running(services):
            exit_with(WHAT, [f"{beside_bot.NO_BOT} No page was made. Start it, then run this again."], Exit.NOT_NOW)
        who = by or next(iter(services.organisation.administrators), SYSTEM)
        started = practice.start(services, who, secrets.token_hex(16))
        click.echo(f"Practice page {practice.reference(services, started)} is made. The running bot sends it.")
        places = practice.places_in_slack(services, started, SENT_WITHIN)
    if not places:
        exit_with(WHAT, [f"Slack does not have it after {SENT_WITHIN:.0f} seconds. {STILL_TRIED}"], Exit.NOT_NOW)
    click.echo(f"Slack has it, in {places} {'place' if places == 1 else 'places'}. {LEAD_IT}")
    click.echo(_told(who))


def _told(who: str) -> str:
    if who != SYSTEM:
        return f"How it went is told to {who} as well, in Slack."
    return (
        "How it went stands in the leads' channel, under the page. Nobody else is told: organisation.toml lists no "
        "administrators. share-check drill --by and your Slack member ID tells you."
    )
