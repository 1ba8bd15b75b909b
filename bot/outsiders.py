"""Guests and people of other organisations in shared channels: answered kindly, and never let in."""

from __future__ import annotations

import logging
from functools import lru_cache

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.payloads import Person

log = logging.getLogger(__name__)
_REMEMBERED = 4096


class Outsiders:
    """Tells staff from outsiders (users.info). When Slack cannot say, nobody is sent away from help."""

    def __init__(self, client: WebClient, team: str) -> None:
        self._client = client
        self._team = team
        self._is_guest = lru_cache(_REMEMBERED)(self._ask)

    def is_outsider(self, person: Person) -> bool:
        """Whether this person is not staff of this workspace."""
        if person.team_id and self._team and person.team_id != self._team:
            return True
        try:
            return self._is_guest(person.id)
        except (SlackApiError, OSError) as error:
            log.warning("who somebody is could not be asked: %s", type(error).__name__)
            return False

    def _ask(self, user: str) -> bool:
        """users.info; restricted and ultra-restricted accounts are guests, strangers come from elsewhere."""
        found = self._client.users_info(user=user)["user"]
        return any(found.get(mark) for mark in ("is_restricted", "is_ultra_restricted", "is_stranger"))
