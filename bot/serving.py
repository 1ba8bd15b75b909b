"""Run the bot until it is told to stop."""

from __future__ import annotations

import logging
import threading
from contextlib import ExitStack
from http.client import HTTPException

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.app import Bot, build, web_client
from bot.clock import Clock, ShiftedClock, SystemClock
from bot.organisation import Organisation, OrganisationError, load_organisation
from bot.settings import Settings, SettingsError, load_settings, organisation_path
from storage.database import Database
from storage.errors import DatabaseNotReady

log = logging.getLogger("share-check")
HTTP_THREADS = 64
ASK_AGAIN_AFTER = 5.0


class SlackAway(Exception):
    """Slack cannot be reached: not a reason to give up, it comes back."""


def serve(stopping: threading.Event) -> None:
    """Raises SettingsError, OrganisationError, DatabaseNotReady or SlackApiError before anything is connected."""
    settings, organisation = load_all()
    log.setLevel(settings.log_level)
    database = Database(settings.database_url.get_secret_value())
    database.migrate()
    if not database.can_write():
        message = "The database cannot be written. Check that the file or server allows it."
        raise DatabaseNotReady(message)
    if not _is_reached(settings, organisation, stopping):
        return
    bot = build(settings, organisation, database, clock_of(settings))
    with ExitStack() as stack:
        stack.callback(bot.stop)
        bot.start()
        if settings.mode == "http":
            _listen(bot, settings, stopping)
        else:
            _connect(bot, settings, stopping)


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
    except OrganisationError as error:
        problems.extend(error.problems)
    if settings is None or organisation is None:
        raise SettingsError(problems)
    return settings, organisation


def ask_slack(settings: Settings, organisation: Organisation) -> None:
    """Whether Slack knows both tokens: before anything starts that would have to be stopped again.

    Raises SlackAway where it does not answer at all.

    A bot that is not in the leads' channel still starts, and alarms: pages go to the leads directly too.
    """
    client = web_client(settings)
    try:
        client.auth_test()
        if settings.mode == "socket" and settings.app_token:
            client.apps_connections_open(app_token=settings.app_token.get_secret_value())
    except SlackApiError:
        raise
    except (OSError, HTTPException, SlackClientError) as error:
        raise SlackAway(type(error).__name__) from error
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


def _connect(bot: Bot, settings: Settings, stopping: threading.Event) -> None:
    if settings.app_token is None:
        raise SettingsError(["SLACK_APP_TOKEN is missing."])
    bot.connect(settings.app_token.get_secret_value(), settings.workers)
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
