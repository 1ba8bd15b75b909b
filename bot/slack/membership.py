"""Detection of outsiders: guests, and people of other organisations in shared channels. They get a polite refusal."""

from __future__ import annotations

import logging
from collections.abc import MutableMapping
from http.client import HTTPException
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.clock import Clock

Json = dict[str, Any]
log = logging.getLogger(__name__)
REMEMBERED_FOR = 300.0
"""Seconds: a guest who became a member is let in soon, and a member who became a guest is refused soon."""


class Outsiders:
    """Who is an outsider, as Slack says (users.info), never as a payload suggests. Remembered for five minutes.

    If Slack does not answer, nobody is refused (docs/design-decisions.md, 20).

    names: gets the name of each person asked about, unless it has one: the record keeps it with what they write.
    """

    def __init__(self, client: WebClient, clock: Clock, names: MutableMapping[str, str]) -> None:
        self._client = client
        self._clock = clock
        self._names = names
        self._is_outsider: dict[str, tuple[bool, float]] = {}
        self._ours: frozenset[str] = frozenset()

    def is_known(self, user: str) -> bool:
        """Return whether is_outsider can answer without calling Slack."""
        return self._remembered(user) is not None

    def is_outsider(self, user: str) -> bool:
        """Return whether this person is not staff of this workspace; False if Slack does not say."""
        known = self._remembered(user)
        if known is None:
            try:
                known = self._ask(user)
            except (SlackApiError, SlackClientError, OSError, HTTPException) as error:
                log.warning("who somebody is could not be asked: %s", type(error).__name__)
                return False
            self._is_outsider[user] = known, self._clock.monotonic()
        return known

    def forget(self, user: str) -> None:
        """Ask about this person again when it matters: Slack says that their account has changed."""
        self._is_outsider.pop(user, None)

    def _remembered(self, user: str) -> bool | None:
        known, since = self._is_outsider.get(user, (None, 0.0))
        return known if self._clock.monotonic() - since < REMEMBERED_FOR else None

    def _ask(self, user: str) -> bool:
        """Ask users.info: restricted and ultra-restricted accounts are guests, strangers are of another organisation.

        On Enterprise Grid somebody whose home is a sister workspace is staff: Slack names the workspaces they are in,
        or the same Grid organisation as ours.
        """
        found: Json = self._client.users_info(user=user)["user"]
        if name := str(found.get("real_name") or ""):
            self._names.setdefault(user, name)
        if any(found.get(mark) for mark in ("is_restricted", "is_ultra_restricted", "is_stranger")):
            return True
        grid: Json = found.get("enterprise_user") or {}
        theirs = {found.get("team_id"), grid.get("enterprise_id"), *(grid.get("teams") or ())} - {None, ""}
        here = self._here()
        return bool(theirs and here) and theirs.isdisjoint(here)

    def _here(self) -> frozenset[str]:
        """Return the ids of our workspace and, on Enterprise Grid, of its organisation, as auth.test says."""
        if not self._ours:
            answer = self._client.auth_test()
            self._ours = frozenset(str(found) for name in ("team_id", "enterprise_id") if (found := answer.get(name)))
        return self._ours
