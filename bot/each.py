"""The same deed for many checks: one that fails holds up none of the others."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from sqlalchemy import Connection

from bot.context import Services

log = logging.getLogger(__name__)


def each(services: Services, due: Iterable[str], do: Callable[[Connection, str], None]) -> None:
    """Do it to each check, in a transaction of its own, so that nobody waits for more than one. Never raises."""
    for check in due:
        try:
            with services.database.begin() as tx:
                do(tx, check)
        except Exception as error:  # noqa: BLE001 - one bad case never holds up the others
            log.error("check %s: %s", check, type(error).__name__)  # noqa: TRY400 - no words of it
        services.unsent.wake()
