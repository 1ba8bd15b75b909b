"""Times in the windows and messages of the reporter."""

from __future__ import annotations

from datetime import datetime

from bot.check_view import CheckView
from bot.slack import block_kit


def when(view: CheckView, moment: datetime) -> str:
    """Return a time as the reader of this check sees it: with weekday and date where it is not today."""
    return block_kit.when(moment, view.now, view.organisation.zone)
