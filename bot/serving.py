"""Run the bot until it is told to stop."""

from __future__ import annotations

import logging
import threading
from contextlib import ExitStack
from pathlib import Path

from slack_sdk.errors import SlackApiError

from bot.app import Bot, build
from bot.clock import Clock, ShiftedClock, SystemClock
from bot.organisation import Organisation, OrganisationError, load_organisation
from bot.settings import Settings, SettingsError, load_settings
from storage.database import Database
from storage.errors import DatabaseNotReady

log = logging.getLogger("share-check")
HTTP_THREADS = 64


def serve(stopping: threading.Event) -> None:
    """Raises SettingsError, OrganisationError, DatabaseNotReady or SlackApiError before anything is connected."""
    settings, organisation = load_all()
    log.setLevel(settings.log_level)
    database = Database(settings.database_url.get_secret_value())
    database.migrate()
    if not database.can_write():
        message = "The database cannot be written. Check that the file or server allows it."
        raise DatabaseNotReady(message)
    bot = build(settings, organisation, database, clock_of(settings))
    with ExitStack() as stack:
        stack.callback(bot.stop)
        bot.start()
        if settings.mode == "http":
            _listen(bot, settings, stopping)
        else:
            _connect(bot, settings, stopping)


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
        organisation = load_organisation(settings.organisation if settings else Path("organisation.toml"))
    except OrganisationError as error:
        problems.extend(error.problems)
    if settings is None or organisation is None:
        raise SettingsError(problems)
    return settings, organisation


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

    server = create_server(
        SlackRequestHandler(bot.app, path="/slack/events"),
        host=settings.http_host,
        port=settings.http_port,
        threads=HTTP_THREADS,
    )
    thread = threading.Thread(target=server.run, daemon=True, name="http")
    thread.start()
    log.info("listening on %s:%s", settings.http_host, settings.http_port)
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
