"""Replies to the one person who pressed: as an ephemeral message, in a modal, or on top of their card."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient

from bot.slack import block_kit
from bot.slack.kept_alive import KeptAliveClient, KeptAliveWebhook, OpenLines
from bot.slack.payloads import Press
from bot.slack.response_urls import ResponseUrls

log = logging.getLogger(__name__)
Json = Mapping[str, Any]
_TIMEOUT = 10


def webhooks(client: WebClient) -> Callable[[str], WebhookClient]:
    """Return a function that makes the client for a response_url, with the Web API's ssl context and no retries.

    Its calls go over the Web API's open connections, where that has any.
    """
    lines = client.lines if isinstance(client, KeptAliveClient) else OpenLines(client.ssl)
    return lambda url: KeptAliveWebhook(url, lines, ssl=client.ssl, timeout=_TIMEOUT, retry_handlers=[])


class Replies:
    """Replies by the response_url that Slack sends with each press.

    webhook: makes the client that posts to a response_url. senders: the pool for replies after the ack.
    phones: numbers to show if something failed. urls: by which the messages that were pressed are edited.
    """

    def __init__(
        self, client: WebClient, webhook: Callable[[str], WebhookClient], senders: Executor, phones: str = "999"
    ) -> None:
        self._client = client
        self.urls = ResponseUrls(webhook, client.base_url)
        self._senders = senders
        self._phones = phones

    def remember(self, press: Press) -> None:
        """Keep the press's response_url, so that the message it came from is edited by it."""
        if press.channel is not None and not press.container.is_ephemeral:
            self.urls.keep(press.channel.id, press.container.message_ts, press.response_url)

    def whisper(self, response_url: str, text: str, blocks: list[block_kit.Block] | None = None) -> None:
        """Post an ephemeral message, which only this person sees. The message that was pressed stays as it is."""
        self.urls.post(response_url, text=text, blocks=blocks, response_type="ephemeral", replace_original=False)

    def whisper_later(self, response_url: str, text: str) -> None:
        """Post an ephemeral message in the background."""
        self._senders.submit(self.whisper, response_url, text)

    def say(self, body: Json, words: str) -> None:
        """Reply to a press: by an ephemeral message, or in a modal if Slack sent no response_url (Home tab, modals)."""
        if body.get("response_url"):
            self.whisper(str(body["response_url"]), words)
        else:
            self._put_up(body, block_kit.modal("share-check", [block_kit.section(words)]))

    def say_later(self, body: Json, words: str | None) -> None:
        """Reply in the background, if there are words, so that the listener's ack does not wait for it."""
        if words:
            self._senders.submit(self.say, body, words)

    def settle_later(self, modal: str, words: str) -> None:
        """Put words in the place of a modal whose button was pressed, in the background."""
        self._senders.submit(self._settle, modal, words)

    def _settle(self, modal: str, words: str) -> None:
        window = block_kit.modal("share-check", [block_kit.section(words)])
        try:
            self._client.views_update(view_id=modal, view=window)
        except (SlackApiError, OSError) as error:
            log.warning("a window was not changed: %s", type(error).__name__)

    def sorry(self, body: Json, reference: str) -> None:
        """Tell the person that something failed after the ack."""
        words = (
            f"Something went wrong, and I could not do that. Please try again, or phone: {self._phones}. "
            f"In an emergency call 999. (Error {reference})"
        )
        if body.get("response_url"):
            self.whisper(str(body["response_url"]), words)
            return
        self._put_up(body, block_kit.modal("Something went wrong", [block_kit.section(block_kit.esc(words))]))

    def _put_up(self, body: Json, window: block_kit.Block) -> None:
        """Open a modal, or push it on top of the open one. A failure is only logged."""
        open_one, trigger = body.get("view") or {}, str(body.get("trigger_id"))
        try:
            if open_one.get("type") == "modal":
                self._put_over(str(open_one.get("id")), trigger, window)
            else:
                self._client.views_open(trigger_id=trigger, view=window)
        except (SlackApiError, OSError) as error:
            log.warning("a window was not taken: %s", type(error).__name__)

    def _put_over(self, open_one: str, trigger: str, window: block_kit.Block) -> None:
        """Push a modal on top of the open one. If three are open already, Slack's limit, replace the last."""
        try:
            self._client.views_push(trigger_id=trigger, view=window)
        except SlackApiError:
            self._client.views_update(view_id=open_one, view=window)

    def warn_later(self, body: Json, words: str) -> None:
        """Warn on the card in the background, after the ack."""
        self._senders.submit(self.warn_on_card, body, words)

    def warn_on_card(self, body: Json, words: str) -> None:
        """Put a warning on top of the card that was pressed, and keep the card's blocks.

        A press on the Home tab or in a modal has no message and no response_url: a window says it.
        """
        url, message = body.get("response_url"), body.get("message")
        if not url:
            if body.get("view"):
                self._put_up(body, block_kit.modal("Not saved", [block_kit.section(block_kit.esc(words))]))
            return
        if message is None or body.get("container", {}).get("is_ephemeral"):
            self.whisper(url, words)
            return
        blocks = [block_kit.section(f"*{block_kit.esc(words)}*"), *_without_warnings(message.get("blocks", []))]
        self.urls.post(url, text="I could not save that. Please phone.", blocks=blocks, replace_original=True)


def _without_warnings(blocks: list[block_kit.Block]) -> list[block_kit.Block]:
    return [block for block in blocks if not str(block.get("text", {}).get("text", "")).startswith("*I could not save")]
