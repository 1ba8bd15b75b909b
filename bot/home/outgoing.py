"""The Home tab goes out through the outbox, one row a person, so that one worker at a time draws it."""

from __future__ import annotations

from bot.delivery.render import Outgoing, Renderers
from bot.home import tab
from flows.events import OutboxKind


def register(renderers: Renderers) -> None:
    renderers.add(
        OutboxKind.HOME, lambda services, tx, row: Outgoing(None, home=tab.draw(services, tx, row.target, row.ask))
    )
