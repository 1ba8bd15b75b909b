"""The calls that bring one message to Slack: post, edit, take away, and publish a Home tab.

Each returns what Slack shows from then on. They raise what slack_sdk raises where Slack does not take a call.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.delivery.render import Outgoing
from bot.delivery.slack_errors import GONE, REFUSED, code_of
from bot.slack import block_kit
from bot.slack.block_kit import Message
from bot.slack.response_urls import ResponseUrls
from storage.outbox import Claimed

Json = dict[str, Any]
log = logging.getLogger(__name__)
HANDED_OVER = "handed over"
"""In the place of Slack's ts: a mail server or a notification service has accepted it, or a tab is published."""
WITHDRAWN = Message("Nothing to do here.", [block_kit.context("Nothing to do here.")])


class MessageGone(Exception):
    """Slack has the message no more, or lets nobody edit it: whoever it was for does not see it."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What Slack shows of a row: where, and a hash of it; nothing where there is no message any more.

    is_whole: False where it is the neutral form of a message, which is still to be edited into the whole.
    """

    channel: str | None = None
    ts: str | None = None
    digest: str | None = None
    is_whole: bool = True


class Calls:
    """Slack's Web API, and the response_urls of presses. answered: called whenever the Web API has taken a call."""

    def __init__(self, client: WebClient, urls: ResponseUrls | None, answered: Callable[[], None]) -> None:
        self._client = client
        self._urls = urls
        self._answered = answered
        self._drawn: dict[str, str] = {}

    def has_url(self, row: Claimed) -> bool:
        """Return whether the row's message can be edited over the response_url of a press."""
        return self._urls is not None and self._urls.has(row.channel, row.ts)

    def publish(self, row: Claimed, view: Json) -> Shown:
        """Publish a Home tab, unless Slack shows the same.

        It has one row a person, so that no older draft overwrites a newer.
        """
        digest = sha256(json.dumps(view, sort_keys=True).encode()).hexdigest()
        if row.shown != digest:
            self._draw(row.target, view)
        return Shown(row.target, HANDED_OVER, digest)

    def _draw(self, user: str, view: Json) -> None:
        """Publish over the view published last, by its hash, so that a delayed call never overwrites a newer tab."""
        try:
            drawn = self._client.views_publish(user_id=user, view=view, hash=self._drawn.get(user))
        except SlackApiError as error:
            if code_of(error) != "hash_conflict":
                raise
            # Another instance, or a call of ours whose answer was lost, has published since.
            drawn = self._client.views_publish(user_id=user, view=view)
        self._answered()
        self._drawn[user] = drawn["view"]["hash"]

    def post(self, row: Claimed, found: Outgoing) -> Shown:
        """Post a message; in blocks that every workspace takes where this one refuses the others.

        Of one with a neutral form that is posted, since a computer's notification shows blocks: the whole is an edit.
        """
        message = found.neutral or _message(found)
        try:
            answer = self._client.chat_postMessage(
                channel=row.target,
                text=message.text,
                blocks=message.blocks,
                thread_ts=found.thread,
                unfurl_links=False,
                unfurl_media=False,
            )
        except SlackApiError as error:
            if found.plain is None or code_of(error) not in REFUSED:
                raise
            return self.post(row, Outgoing(found.plain, found.thread))
        self._answered()
        shown = Shown(str(answer["channel"]), str(answer["ts"]), digest_of(message), found.neutral is None)
        posted = answer.get("message")
        is_beside = found.thread is not None and posted is not None and not posted.get("thread_ts")
        return self._take_back(row, shown) if is_beside else shown

    def _take_back(self, row: Claimed, shown: Shown) -> Shown:
        """Delete a line that stands beside the pages: its root is gone, so Slack posted it at the channel's root.

        The page is posted anew with the next change, and says the same.
        """
        log.warning("outbox row %s (%s): its thread is gone from Slack", row.id, row.what)
        return self._delete(str(shown.channel), str(shown.ts))

    def edit(self, row: Claimed, found: Outgoing) -> Shown:
        """Show this in the message's place, unless it is there. Raises MessageGone where it must be posted anew."""
        message = _message(found)
        shown = Shown(row.channel, row.ts, digest_of(message))
        if row.shown == shown.digest:  # three in four updates change nothing shown, and Slack limits calls
            return shown
        try:
            self._replace(row, message)
        except SlackApiError as error:
            if found.plain is not None and code_of(error) in REFUSED:
                return self.edit(row, Outgoing(found.plain, found.thread))
            if found.shrinks and code_of(error) == "message_not_found":
                return shown
            if found.shrinks or code_of(error) not in GONE:
                raise
            raise MessageGone from error
        return shown

    def _replace(self, row: Claimed, message: Message) -> None:
        """Edit over the response_url of a press, which Slack does not count, or else by chat.update."""
        assert row.channel and row.ts  # noqa: S101, PT018 - the sender has checked
        if self._urls is not None and self._urls.edit(row.channel, row.ts, message):
            return
        self._client.chat_update(channel=row.channel, ts=row.ts, text=message.spoken, blocks=message.blocks)
        self._answered()

    def take_away(self, row: Claimed) -> Shown:
        """Delete the message in Slack, if it was posted."""
        return self._delete(row.channel, row.ts) if row.ts and row.channel else Shown()

    def _delete(self, channel: str, ts: str) -> Shown:
        """Delete a message of ours. Where the workspace forbids that, replace its content."""
        try:
            self._client.chat_delete(channel=channel, ts=ts)
        except SlackApiError as error:
            if code_of(error) == "cant_delete_message":
                self._client.chat_update(channel=channel, ts=ts, text=WITHDRAWN.text, blocks=WITHDRAWN.blocks)
            elif code_of(error) != "message_not_found":
                raise
        self._answered()
        return Shown()


def digest_of(message: Message) -> str:
    """Return a hash of everything that is shown of a message."""
    return sha256(json.dumps([message.text, message.blocks], sort_keys=True).encode()).hexdigest()


def _message(found: Outgoing) -> Message:
    assert found.message is not None  # noqa: S101 - the sender has checked
    return found.message
