"""Services for commands that run beside the bot, on the same database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bot.app import services_of
from bot.cli import session
from bot.clock import clock_of
from bot.config.load import load_all
from bot.context import Services
from bot.delivery.other_channels import SecondChannel
from bot.doctor import round_trip
from storage.health import liveness

NO_BOT = "No bot is running with this database, so nothing is sent until share-check serve is started."


@contextmanager
def services(what: str, kept: str = session.RUN_AGAIN) -> Iterator[Services]:
    """Yield the services, made from settings, organisation and database. what, kept: as in session.end_plainly."""
    with session.end_plainly(what, kept):
        settings, organisation = load_all()
        with session.opened(settings.secrets.database_url) as database:
            second = SecondChannel(settings, organisation)
            yield services_of(settings, organisation, database, clock_of(settings.clock_file), second)


def is_bot_running(services: Services) -> bool:
    """Return whether a bot sends from this database now: its scheduler, run every second, ran within a minute."""
    with services.database.read() as tx:
        return round_trip.is_serving(liveness.last_beat(tx), services.clock.now())
