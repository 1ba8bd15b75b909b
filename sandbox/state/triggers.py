"""Trigger ids: each works once, within three seconds, for the person whose interaction it came with."""

import secrets
import time
from dataclasses import dataclass

from sandbox.state.models import SlackError


@dataclass
class Trigger:
    """The person who may be shown a modal, and the view in which that person interacted."""

    user: str
    view: str | None
    at: float
    used: bool = False


class Triggers:
    """All trigger ids issued. They expire in real time, whatever the workspace's clock says."""

    def __init__(self, lifetime: float) -> None:
        self.lifetime = lifetime
        self._issued: dict[str, Trigger] = {}

    def issue(self, user: str, view: str | None = None) -> str:
        trigger = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**10)}.{secrets.token_hex(16)}"
        self._issued[trigger] = Trigger(user, view, time.monotonic())
        return trigger

    def exchange(self, trigger: str) -> Trigger:
        """Use up a trigger id.

        Raises SlackError: `invalid_trigger_id`, `exchanged_trigger_id` or `expired_trigger_id`.
        """
        found = self._issued.get(trigger)
        if found is None:
            raise SlackError("invalid_trigger_id")
        if found.used:
            raise SlackError("exchanged_trigger_id")
        if time.monotonic() - found.at > self.lifetime:
            raise SlackError("expired_trigger_id")
        found.used = True
        return found
