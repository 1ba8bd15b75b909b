"""Run the checks of `share-check doctor`. None of them reads a case.

`at_start` has the checks that can stop the bot, with few Slack calls; `later` has the others, run once the bot works;
`examine` runs both for the command line.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Clock
from bot.config.organisation import Organisation
from bot.config.settings import Settings
from bot.delivery.other_channels import SecondChannel
from bot.doctor import channel, machine, online, people, records, round_trip, settled, tokens
from bot.doctor.asking import away
from bot.doctor.tokens import TokensKnown
from bot.findings import Finding, State, unchecked, worst_first
from bot.slack.socket_mode import SlackAway
from storage.engine.database import Database
from storage.engine.unusable import is_there
from storage.errors import StorageError
from storage.health import liveness

MAIL_TIMEOUT = 10.0

Check = Callable[[], Finding | tuple[Finding, ...]]


def at_start(settings: Settings, organisation: Organisation, client: WebClient, clock: Clock) -> tuple[Finding, ...]:
    """Check tokens, scopes, clock and the leads' channel, with few Slack calls.

    Raises SlackAway if Slack does not answer about the tokens. If it fails later, the channel is a finding "not
    checked", so that the start does not wait.
    """
    first, known = tokens.bot_token(client)
    found = [first]
    token = settings.secrets.app_token
    if settings.mode == "socket" and token:
        others = tokens.one_app(client, known, token) if known else ()
        found += others or (tokens.app_token(client, token)[0],)
    if known is not None:
        found += [tokens.scopes(known), machine.clock(known.date, clock.now(), settings.mode)]
        found += _channel(client, organisation, known)
    return worst_first(found)


def later(
    settings: Settings, organisation: Organisation, client: WebClient, store: Database, clock: Clock
) -> tuple[Finding, ...]:
    """Run the checks that take more Slack calls and never stop the bot. Return findings, worst first."""
    now = clock.now()
    return worst_first(
        (
            *_of_slack(lambda: _people(settings, organisation, client, now)),
            *_elsewhere(settings, organisation, now),
            *_safely(records.BACKUP, lambda: records.backup(store, now)),
            *_safely(records.MESSAGES, lambda: records.messages(store)),
        )
    )


def examine(
    settings: Settings,
    organisation: Organisation,
    client: WebClient,
    clock: Clock,
    *,
    is_online: bool = False,
    config_token: str | None = None,
) -> tuple[Finding, ...]:
    """Run every check.

    Return findings, worst first. is_online: also validate cards and manifest with Slack. Never raises.
    """
    now = clock.now()
    is_serving = round_trip.is_serving(_last_seen(settings)[0], now)
    found = [*machine.this_machine(settings, is_serving=is_serving), *_records(settings, now)]
    found += _elsewhere(settings, organisation, now)
    found += _of_slack(lambda: at_start(settings, organisation, client, clock))
    if not any(each.state is State.UNCHECKED and each.name == SLACK for each in found):
        found += _of_slack(lambda: _people(settings, organisation, client, now))
        found += _of_slack(lambda: _socket(settings, client, now))
        if is_online:
            found += _of_slack(lambda: online.cards(client, organisation, now))
            found += _of_slack(lambda: online.manifest(client, config_token, settings.mode))
    return worst_first(dict.fromkeys(found))


SLACK = "Slack"


def tell(findings: Iterable[Finding], log: logging.Logger) -> None:
    """Log findings that are fatal, warnings or not checked, without account ids; log only the number of gaps."""
    findings = tuple(findings)
    for each in findings:
        if each.state in {State.FATAL, State.WARNING}:
            log.warning("doctor: %s", each.sentence)
        elif each.state is State.UNCHECKED:
            log.info("doctor: %s", each.sentence)
    if gaps := sum(each.state is State.GAP for each in findings):
        log.info("doctor: still to settle: %s. share-check doctor lists them.", gaps)


def fatal(findings: Iterable[Finding]) -> list[str]:
    """Return the sentence of each fatal finding."""
    return [each.sentence for each in findings if each.state is State.FATAL]


def from_problems(problems: Sequence[str]) -> tuple[Finding, ...]:
    """Return a fatal finding for each problem with settings or organisation.toml.

    The problem itself says how to fix it.
    """
    return tuple(Finding("settings", State.FATAL, problem) for problem in problems)


def _channel(client: WebClient, organisation: Organisation, known: TokensKnown) -> tuple[Finding, ...]:
    try:
        return channel.about(client, organisation, known)
    except SlackAway as trouble:
        return (away(channel.CHANNEL, trouble),)


def _people(settings: Settings, organisation: Organisation, client: WebClient, now: datetime) -> tuple[Finding, ...]:
    first, known = tokens.bot_token(client)
    if known is None:
        return (unchecked("people", first.words, first.fix),)
    second = SecondChannel(settings, organisation)
    ways = {person.id: second.ways(person.id) for person in organisation.everybody}
    return (
        channel.members(client, organisation, known),
        *people.everyone(client, organisation, known.team, ways, now),
    )


def _elsewhere(settings: Settings, organisation: Organisation, now: datetime) -> tuple[Finding, ...]:
    second = SecondChannel(settings, organisation, MAIL_TIMEOUT)
    return (
        machine.mail(second, is_set=settings.smtp_url is not None),
        settled.age(organisation, now),
        *settled.gaps(organisation),
    )


def _records(settings: Settings, now: datetime) -> tuple[Finding, ...]:
    url = settings.secrets.database_url
    if not is_there(url):
        return records.not_there_yet()
    try:
        store = Database(url)
    except StorageError as error:
        return (Finding(records.DATABASE, State.FATAL, str(error)),)
    try:
        first = records.database(store)
        if first == records.not_there_yet()[0]:
            return records.not_there_yet()
        if first.state is State.FATAL and first.words != records.not_writable().words:
            return (first,)
        return (
            first,
            *_safely(records.BACKUP, lambda: records.backup(store, now)),
            *_safely(records.DATABASE, lambda: records.pool(store)),
            *_safely(records.MESSAGES, lambda: records.messages(store)),
            *_safely(records.KEYS, lambda: records.keys(store, settings.secrets.keys)),
        )
    finally:
        store.close()


def _socket(settings: Settings, client: WebClient, now: datetime) -> tuple[Finding, ...]:
    token = settings.secrets.app_token
    if settings.mode != "socket" or token is None:
        return ()
    scheduler, socket = _last_seen(settings)
    if round_trip.is_serving(scheduler, now):
        return (round_trip.of_the_serving_bot(socket, now),)
    found, address = tokens.app_token(client, token)
    if address is None:
        return (unchecked(round_trip.NAME, "Slack gives no connection for the app token.", found.fix),)
    return (round_trip.there_and_back(address, client.ssl),)


def _last_seen(settings: Settings) -> tuple[datetime | None, datetime | None]:
    """Return when the scheduler last ran, and when a serving bot was last connected to Slack. None if unknown."""
    url = settings.secrets.database_url
    if not is_there(url):
        return None, None
    try:
        store = Database(url)
    except StorageError:
        return None, None
    try:
        with store.read() as tx:
            return liveness.last_beat(tx), liveness.last_connected(tx)
    except SQLAlchemyError:
        return None, None
    finally:
        store.close()


def _of_slack(look: Check) -> tuple[Finding, ...]:
    try:
        found = look()
    except SlackAway as trouble:
        return (away(SLACK, trouble),)
    except SlackApiError as refusal:
        return (unchecked(SLACK, tokens.slack_says(refusal)),)
    return found if isinstance(found, tuple) else (found,)


def _safely(name: str, look: Check) -> tuple[Finding, ...]:
    try:
        found = look()
    except (SQLAlchemyError, StorageError):
        return (unchecked(name, "the database could not be read."),)
    return found if isinstance(found, tuple) else (found,)


__all__ = ["TokensKnown", "at_start", "examine", "fatal", "from_problems", "later", "tell"]
