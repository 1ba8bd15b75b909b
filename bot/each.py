"""One function for many checks: a failure of one holds up none of the others."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from sqlalchemy import Connection

from bot.context import Services

log = logging.getLogger(__name__)


def each(services: Services, due: Iterable[str], do: Callable[[Connection, str], None]) -> None:
    """Run a function for each check in its own transaction; log failures and continue. Never raises.

    No transaction spans two checks, so that a listener waits for one at most.
    """
    for check in due:
        try:
            with services.database.begin() as tx:
                do(tx, check)
        except Exception as error:  # noqa: BLE001 - one bad case never holds up the others
            log.error("check %s: %s", check, type(error).__name__)  # noqa: TRY400 - its text may hold personal data
        services.unsent.wake()
