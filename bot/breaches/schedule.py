"""Ask again about breaches of which something is still to be recorded."""

from __future__ import annotations

from bot.context import Services
from bot.delivery.scheduler import Scheduler
from bot.each import each
from storage import breaches


def register(scheduler: Scheduler, services: Services) -> None:
    def turn() -> None:
        with services.database.read() as tx:
            due = breaches.due(tx, services.clock.now())
        each(services, due, lambda tx, check: services.breaches(tx).ask_due(check))

    scheduler.each_turn(turn)
