"""share-check drill: start a practice page up the real ladder."""

from __future__ import annotations

import secrets

import click

from bot.cli import beside_bot
from bot.config.organisation_types import is_slack_user
from bot.practice import drill as practice
from flows.case import SYSTEM

SENT_WITHIN = 30.0
"""Seconds within which a practice page should be in Slack."""


@click.command()
@click.option("--by", help="Slack member ID of whoever is told how it went; else the first administrator, else nobody.")
def drill(by: str | None) -> None:
    """Start a practice page. The running bot sends it, up the real ladder, until a lead answers."""
    if by is not None and not is_slack_user(by):
        message = f'"{by}" is not a Slack member ID. It starts with U: open the profile, the three dots, and copy it.'
        raise click.BadParameter(message, param_hint="--by")
    with beside_bot.services("could not start a practice page") as services:
        who = by or next(iter(services.organisation.administrators), SYSTEM)
        for words in practice.follow(services, practice.start(services, who, secrets.token_hex(16)), SENT_WITHIN):
            click.echo(words)
    click.echo(_told(who))


def _told(who: str) -> str:
    if who != SYSTEM:
        return f"How it went is told to {who} as well, in Slack."
    return (
        "How it went stands in the leads' channel, under the page. Nobody else is told: organisation.toml lists no "
        "administrators. share-check drill --by and your Slack member ID tells you."
    )
