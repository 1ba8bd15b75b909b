"""Detection of outsiders: guests, and people of other organisations in shared channels. They get a polite refusal."""

from __future__ import annotations

import logging
from collections.abc import MutableMapping

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.slack.payloads import Presser

log = logging.getLogger(__name__)


class Outsiders:
    """A cache of who is an outsider (users.info). If Slack does not answer, nobody is refused.

    names: gets the name of each person asked about, unless it has one: the record keeps it with what they write.
    """

    def __init__(self, client: WebClient, team: str, names: MutableMapping[str, str]) -> None:
        self._client = client
        self._names = names
        self._team = team
        self._is_guest: dict[str, bool] = {}

    def is_known(self, person: Presser) -> bool:
        """Return whether is_outsider can answer without calling Slack."""
        return person.id in self._is_guest or self._is_elsewhere(person)

    def is_outsider(self, person: Presser) -> bool:
        """Return whether this person is not staff of this workspace; False if Slack does not say."""
        if self._is_elsewhere(person):
            return True
        if person.id not in self._is_guest:
            try:
                self._is_guest[person.id] = self._ask(person.id)
            except (SlackApiError, OSError) as error:
                log.warning("who somebody is could not be asked: %s", type(error).__name__)
                return False
        return self._is_guest[person.id]

    def _is_elsewhere(self, person: Presser) -> bool:
        return bool(person.team_id and self._team and person.team_id != self._team)

    def _ask(self, user: str) -> bool:
        """Ask users.info: restricted and ultra-restricted accounts are guests, strangers are of another workspace."""
        found = self._client.users_info(user=user)["user"]
        if name := str(found.get("real_name") or ""):
            self._names.setdefault(user, name)
        return any(found.get(mark) for mark in ("is_restricted", "is_ultra_restricted", "is_stranger"))
