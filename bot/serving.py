"""Run the bot until it is told to stop."""

from __future__ import annotations

import logging
import sys
import threading
from contextlib import ExitStack

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from sqlalchemy.exc import SQLAlchemyError

from bot.app import PING, Bot, build, desk_of, web_client
from bot.clock import Clock, ShiftedClock, SystemClock
from bot.organisation import Organisation, OrganisationError, load_organisation
from bot.second_channel import SecondChannel
from bot.settings import Settings, SettingsError, load_settings, organisation_path, unknown_to_notify
from bot.socket_watch import GIVE_UP_AFTER, SlackAway, asking_slack
from bot.views import Desk
from storage.database import Database
from storage.errors import DatabaseNotReady
from storage.lone import alone

log = logging.getLogger("share-check")
HTTP_THREADS = 64
ASK_AGAIN_AFTER = 5.0

DEAF = 75
"""The exit code where Slack answers and no connection to it carries anything: start it afresh. "Try again later"."""


def serve(stopping: threading.Event, ping: float = PING, give_up_after: float = GIVE_UP_AFTER) -> None:
    """Raises SettingsError, OrganisationError, DatabaseNotReady or SlackApiError before anything is connected.

    ping, give_up_after: seconds, as in Bot.connect. Exits with DEAF, cleanly stopped, where it gave up.
    """
    settings, organisation = load_all()
    log.setLevel(settings.log_level)
    with alone(settings.database_url.get_secret_value()):
        bot = _served(settings, organisation, stopping, ping, give_up_after)
    if bot is not None and bot.has_given_up:
        sys.exit(DEAF)


def _served(
    settings: Settings, organisation: Organisation, stopping: threading.Event, ping: float, give_up_after: float
) -> Bot | None:
    """The bot that ran and is stopped; None where it was told to stop before Slack answered."""
    database = Database(settings.database_url.get_secret_value())
    database.migrate()
    if not database.can_write():
        message = "The database cannot be written. Check that the file or server allows it."
        raise DatabaseNotReady(message)
    if not _is_reached(settings, organisation, stopping):
        return None
    bot = build(settings, organisation, database, clock_of(settings))
    with ExitStack() as stack:
        stack.callback(bot.stop)
        bot.start()
        if settings.mode == "http":
            _listen(bot, settings, stopping)
        else:
            _connect(bot, settings, stopping, ping, give_up_after)
    return bot


def _is_reached(settings: Settings, organisation: Organisation, stopping: threading.Event) -> bool:
    """Wait for Slack, saying so, until it answers or we are told to stop. Raises SlackApiError where it refuses us."""
    while not stopping.is_set():
        try:
            ask_slack(settings, organisation)
        except SlackAway as away:
            log.error("Slack could not be reached (%s). Check the network, and SLACK_API_URL if it is set.", away)  # noqa: TRY400 - a beginner reads this
            stopping.wait(ASK_AGAIN_AFTER)
        else:
            return True
    return False


def load_all() -> tuple[Settings, Organisation]:
    """Settings and organisation; the problems of both come at once."""
    problems: list[str] = []
    settings: Settings | None = None
    organisation: Organisation | None = None
    try:
        settings = load_settings()
    except SettingsError as error:
        problems.extend(error.problems)
    try:
        organisation = load_organisation(settings.organisation if settings else organisation_path())
        problems.extend(unknown_to_notify([person.id for person in organisation.everyone]))
    except OrganisationError as error:
        problems.extend(error.problems)
    if problems or settings is None or organisation is None:
        raise SettingsError(problems)
    return settings, organisation


def desk_beside() -> Desk:
    """For a command that works beside the running bot, on the same database.

    Raises SettingsError, OrganisationError or DatabaseNotReady.
    """
    settings, organisation = load_all()
    database = Database(settings.database_url.get_secret_value())
    try:
        found, needed = database.version()
    except SQLAlchemyError as error:
        message = f"The database could not be opened ({type(error).__name__})."
        raise DatabaseNotReady(message) from error
    if found != needed:
        message = "The database is not of this version. Start share-check serve once, which brings it up to date."
        raise DatabaseNotReady(message)
    return desk_of(settings, organisation, database, clock_of(settings), SecondChannel(settings, organisation))


def ask_slack(settings: Settings, organisation: Organisation) -> None:
    """Whether Slack knows both tokens: before anything starts that would have to be stopped again.

    Raises SlackAway where it does not answer at all.

    A bot that is not in the leads' channel still starts, and alarms: pages go to the leads directly too.
    """
    client = web_client(settings)
    with asking_slack():
        client.auth_test()
        if settings.mode == "socket" and settings.app_token:
            client.apps_connections_open(app_token=settings.app_token.get_secret_value())
    if not _is_in_channel(client, organisation.leads_channel):
        log.error("share-check is not in the leads' channel %s: invite it there", organisation.leads_channel)


def _is_in_channel(client: WebClient, channel: str) -> bool:
    try:
        return bool(client.conversations_info(channel=channel)["channel"].get("is_member"))
    except (SlackApiError, OSError):
        return False


def clock_of(settings: Settings) -> Clock:
    """The system's clock; in a rehearsal one that a file moves."""
    return ShiftedClock(settings.clock_file) if settings.clock_file else SystemClock()


def _connect(bot: Bot, settings: Settings, stopping: threading.Event, ping: float, give_up_after: float) -> None:
    if settings.app_token is None:
        raise SettingsError(["SLACK_APP_TOKEN is missing."])
    bot.connect(settings.app_token.get_secret_value(), settings.workers, ping, stopping.set, give_up_after)
    if bot.is_connected:
        log.info("connected over Socket Mode")
    stopping.wait()


def _listen(bot: Bot, settings: Settings, stopping: threading.Event) -> None:
    """HTTP, for those who run behind a load balancer."""
    from slack_bolt.adapter.wsgi import SlackRequestHandler  # noqa: PLC0415 - an extra
    from waitress.server import create_server  # noqa: PLC0415 - an extra

    handler, where = SlackRequestHandler(bot.app, path="/slack/events"), f"{settings.http_host}:{settings.http_port}"
    try:
        server = create_server(handler, host=settings.http_host, port=settings.http_port, threads=HTTP_THREADS)
    except OSError as error:
        problem = f"Cannot listen on {where}: {error.strerror}. Choose another SHARE_CHECK_HTTP_PORT."
        raise SettingsError([problem]) from error
    thread = threading.Thread(target=server.run, daemon=True, name="http")
    thread.start()
    log.info("listening on %s", where)
    stopping.wait()
    server.close()


def slack_says(error: SlackApiError) -> str:
    """Slack's refusal, in words a beginner can act on."""
    code = str(error.response.get("error", "unknown"))
    known = {
        "invalid_auth": "Slack does not know the token. Copy it again from the app's settings in Slack.",
        "not_authed": "Slack got no token. Set SLACK_BOT_TOKEN.",
        "account_inactive": "The app was removed from the workspace. Install it again.",
        "token_revoked": "The token was revoked. Install the app again and copy the new token.",
        "missing_scope": "The app lacks a permission. Press Reinstall to Workspace in the app's settings.",
    }
    return known.get(code, f"Slack refused: {code}.")
