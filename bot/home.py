"""The Home tab, drawn when somebody opens it."""

from __future__ import annotations

from typing import Any

from slack_bolt import App
from slack_sdk import WebClient

from bot.blocks import home as blocks
from bot.blocks import kit
from bot.errors import guarded
from bot.outsiders import Outsiders
from bot.payloads import Person
from bot.start import refusal
from bot.views import Desk
from storage import checks


def register(app: App, desk: Desk, outsiders: Outsiders) -> None:
    """app_home_opened: only the Home tab, not the Messages tab."""

    @guarded
    def draw(event: dict[str, Any], client: WebClient) -> None:
        if event.get("tab", "home") != "home":
            return
        user = str(event["user"])
        if outsiders.is_outsider(Person(id=user)):
            client.views_publish(user_id=user, view=kit.home([kit.section(refusal(desk))]))
            return
        with desk.database.read() as tx:
            mine = checks.of_reporter(tx, desk.keys, user, blocks.MOST_CHECKS)
        client.views_publish(user_id=user, view=blocks.home(mine, desk.organisation))

    app.event("app_home_opened")(draw)
