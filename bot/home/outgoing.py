"""Renderer of the Home tab. It is published through the outbox, one row a person, so one worker at a time does it."""

from __future__ import annotations

from bot.delivery.render import Outgoing, Renderers
from bot.home import tab
from flows.events import OutboxKind


def register(renderers: Renderers) -> None:
    renderers.add(
        OutboxKind.HOME, lambda services, tx, row: Outgoing(None, home=tab.draw(services, tx, row.target, row.ask))
    )
