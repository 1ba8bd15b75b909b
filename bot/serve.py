"""The bot's process: start-up checks, connection to Slack, and running until it is told to stop."""

from __future__ import annotations

import gc
import logging
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress

from bot.app import PING, Bot, build
from bot.clock import SystemClock, clock_of
from bot.config.load import load_all
from bot.config.organisation import Organisation
from bot.config.settings import Settings, SettingsError
from bot.doctor import examine, machine, records
from bot.exit_codes import Exit
from bot.findings import Finding
from bot.monitoring import health, logs
from bot.slack import http_mode
from bot.slack.socket_mode import GIVE_UP_AFTER, SlackAway
from bot.supervised_loop import SupervisedLoop
from storage.engine.database import Database
from storage.engine.process_lock import process_lock
from storage.errors import DatabaseAway
from storage.health import overdue

log = logging.getLogger("share-check")
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 15.0
"""Seconds between two attempts to reach the database or Slack at the start."""
SAY_AGAIN = 60.0
"""Seconds until the same trouble is said again."""
LOOK_AFTER, LOOK_EVERY = 3.0, 3600.0
"""Seconds from start-up to the first run of doctor's non-fatal checks, and between later runs."""


def serve(stopping: threading.Event, ping: float = PING, give_up_after: float = GIVE_UP_AFTER) -> None:
    """Run the bot until `stopping` is set. The ladder, e-mail and push run from the first second, Slack or not.

    What may pass by itself is waited for: the database, and Slack. Raises SettingsError, OrganisationError or
    DatabaseNotReady for what a person must mend. Where Slack refuses, SettingsError in doctor's words is raised only
    while nothing is open: else the bot stays, sends what it can and alarms. Exits with Exit.DEAF, after a clean stop,
    if the connection to Slack was given up.

    ping, give_up_after: seconds, as in Bot.connect.
    """
    _leave_no_core_dump()
    settings, organisation = load_all()
    logs.set_up(settings.log)
    log.setLevel(settings.log_level)
    _heed(machine.this_machine(settings))
    with process_lock(settings.secrets.database_url), health.serving(settings.health, stopping) as watched:
        bot = _served(settings, organisation, stopping, ping, give_up_after, watched)
    if bot is not None and bot.has_given_up:
        sys.exit(Exit.DEAF)


def _leave_no_core_dump() -> None:
    """Let a crash of the process write no file of its memory, which holds keys and answers."""
    with suppress(ImportError):  # Windows has no such limit, and writes no such file by itself.
        import resource  # noqa: PLC0415 - not everywhere

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _served(
    settings: Settings,
    organisation: Organisation,
    stopping: threading.Event,
    ping: float,
    give_up_after: float,
    watched: health.Watched,
) -> Bot | None:
    """Run the bot and return it stopped; None if it was told to stop before the database answered."""
    database = opened(settings.secrets.database_url, stopping)
    if database is None:
        return None
    _heed(records.keys(database, settings.secrets.keys, is_starting=True))
    bot = build(settings, organisation, database, clock_of(settings.clock_file))
    gc.freeze()  # what is loaded at start-up stays: the garbage collector need not scan it
    bot.is_waiting_for_slack, bot.services.conditions.is_channel_checked = True, False
    with ExitStack() as stack:
        stack.callback(bot.stop)
        bot.start()
        watched.watch(bot)
        if not _is_reached(bot, settings, stopping):
            return bot
        doctor = _doctor(bot, settings)
        doctor.start()
        stack.callback(doctor.stop)
        if settings.mode == "http":
            _listen(bot, settings, stopping)
        else:
            _connect(bot, settings, stopping, ping, give_up_after)
    return bot


def opened(url: str, stopping: threading.Event) -> Database | None:
    """Open and migrate the database, waiting with growing pauses while it is away, busy or full. None if told to stop.

    Raises DatabaseNotReady for what only a person can mend.
    """
    said: tuple[str, float] | None = None
    for _ in _attempts(stopping):
        database = Database(url)
        try:
            database.migrate()
            database.try_to_write()
        except DatabaseAway as away:
            database.close()
            said = say_seldom(said, f"{away} share-check waits for it and tries again.")
        else:
            return database
    return None


def say_seldom(before: tuple[str, float] | None, words: str) -> tuple[str, float]:
    """Log what is new at once, and the same again once a minute. Return what was said last, and when."""
    now = SystemClock().monotonic()
    if before is not None and words == before[0] and now - before[1] < SAY_AGAIN:
        return before
    log.error(words)
    return words, now


def _doctor(bot: Bot, settings: Settings) -> SupervisedLoop:
    """Run doctor's non-fatal checks in the background soon after the start, which they must not delay; then hourly."""
    return SupervisedLoop(
        "doctor",
        lambda: look_once(bot, settings),
        first=LOOK_AFTER,
        every=LOOK_EVERY,
        failure="doctor stumbled",
        level=logging.WARNING,
        meter=bot.services.meters.turned,
    )


def look_once(bot: Bot, settings: Settings) -> None:
    """Run doctor's non-fatal checks, log new findings, keep all for the administrators' Home tab."""
    services = bot.services
    found = examine.later(settings, services.organisation, bot.app.client, services.database, services.clock)
    if services.doctor.keep(found):
        examine.tell(found, log)


def _heed(findings: Iterable[Finding]) -> None:
    """Log findings that are not OK. Raises SettingsError with the fatal ones."""
    findings = tuple(findings)
    if reasons := examine.fatal(findings):
        raise SettingsError(reasons)
    examine.tell(findings, log)


def _is_reached(bot: Bot, settings: Settings, stopping: threading.Event) -> bool:
    """Wait until Slack answers and takes the tokens, saying so once a minute. Return False if told to stop first.

    Raises SettingsError if a finding is fatal and nothing is open. While something is, the auditor alarms about it in
    every other way, and Slack is asked again. A bot that is not in the leads' channel may start: pages also go to the
    leads directly.
    """
    services, said = bot.services, ""
    for _ in _attempts(stopping):
        try:
            _heed(examine.at_start(settings, services.organisation, bot.app.client, services.clock))
        except SlackAway as away:
            said = _say(said, f"Slack could not be reached ({away}). Check the network, and SLACK_API_URL if set.")
        except SettingsError as error:
            if not _is_anything_open(services.database):
                raise
            said = _say(said, f"Something is open, so share-check stays, without Slack. {' '.join(error.problems)}")
        else:
            services.conditions.is_channel_checked, bot.is_waiting_for_slack = True, False
            services.unsent.wake()
            return True
    return False


def _attempts(stopping: threading.Event) -> Iterator[None]:
    """Yield at once, and again after each of growing pauses, until told to stop."""
    pause = FIRST_PAUSE
    while not stopping.is_set():
        yield
        stopping.wait(pause)
        pause = min(2 * pause, LONGEST_PAUSE)


def _say(before: str, words: str) -> str:
    """Log what keeps Slack away where it is new. The auditor repeats once a minute that pages may not arrive."""
    if words != before:
        log.error("%s share-check keeps trying.", words)
    return words


def _is_anything_open(database: Database) -> bool:
    with database.read() as tx:
        return overdue.is_anything_open(tx)


def _connect(bot: Bot, settings: Settings, stopping: threading.Event, ping: float, give_up_after: float) -> None:
    token = settings.secrets.app_token
    if token is None:
        raise SettingsError(["SLACK_APP_TOKEN is missing."])
    bot.connect(token, settings.workers, ping, stopping.set, give_up_after)
    if bot.is_connected:
        log.info("connected over Socket Mode")
    stopping.wait()


def _listen(bot: Bot, settings: Settings, stopping: threading.Event) -> None:
    """Serve Slack's HTTP requests, for installations behind a load balancer.

    Raises SettingsError if the port is not free.
    """
    where = f"{settings.http_host}:{settings.http_port}"
    secret = settings.secrets.signing_secret
    if secret is None:
        raise SettingsError(["SLACK_SIGNING_SECRET is missing."])
    try:
        server = http_mode.open_server(bot.app, secret, settings.http_host, settings.http_port)
    except OSError as error:
        problem = f"Cannot listen on {where}: {error.strerror}. Choose another SHARE_CHECK_HTTP_PORT."
        raise SettingsError([problem]) from error
    thread = threading.Thread(target=http_mode.run, args=(server, stopping), daemon=True, name="http")
    thread.start()
    log.info("listening on %s", where)
    stopping.wait()
    server.close()
