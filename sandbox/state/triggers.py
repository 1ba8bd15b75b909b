"""Trigger ids: one use each, for three seconds, by the person who caused them."""

import secrets
import time
from dataclasses import dataclass

from sandbox.state.kinds import SlackError


@dataclass
class Trigger:
    """Who may be shown a modal, because of what they just did, and in which view they did it."""

    user: str
    view: str | None
    at: float
    used: bool = False


class Triggers:
    """All trigger ids given out. Their age is real time, whatever the workspace's clock says."""

    def __init__(self, lifetime: float) -> None:
        self.lifetime = lifetime
        self._issued: dict[str, Trigger] = {}

    def issue(self, user: str, view: str | None = None) -> str:
        """A new trigger id."""
        trigger = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**10)}.{secrets.token_hex(16)}"
        self._issued[trigger] = Trigger(user, view, time.monotonic())
        return trigger

    def exchange(self, trigger: str) -> Trigger:
        """Use it up, or refuse as Slack does."""
        found = self._issued.get(trigger)
        if found is None:
            raise SlackError("invalid_trigger_id")
        if found.used:
            raise SlackError("exchanged_trigger_id")
        if time.monotonic() - found.at > self.lifetime:
            raise SlackError("expired_trigger_id")
        found.used = True
        return found
