"""Put what was made in the place of the window that said to wait."""

from __future__ import annotations

import time

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.slack.block_kit import Block

_PATIENCE = 5.0
_LOOK_EVERY = 0.1


def put_instead(client: WebClient, name: str, view: Block) -> None:
    """In the place of the window that says to wait, once Slack shows that one: or it would cover this.

    Nobody is told anything where that window was closed, or shows already what was made.
    """
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        try:
            client.views_update(external_id=name, view=view)
        except SlackApiError as error:
            if error.response.get("error") != "not_found":
                raise
            time.sleep(_LOOK_EVERY)
        else:
            return
