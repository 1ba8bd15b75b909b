"""Listeners of the Home tab: opening it, and paging through its open checks."""

from __future__ import annotations

from typing import Any

from slack_bolt import App
from slack_sdk import WebClient

from bot.context import Services
from bot.home.tab import draw_list
from bot.slack import block_kit
from bot.slack.failures import guarded
from bot.slack.listeners import Listeners
from bot.slack.membership import Outsiders
from bot.slack.payloads import Press
from bot.slack.replies import Replies
from bot.words import not_for_outsiders

_LONGEST_PAGE = 5


def register(app: App, services: Services, replies: Replies, outsiders: Outsiders) -> None:
    """Register `app_home_opened`, which Slack also sends for the Messages tab, and the paging of open checks."""

    @guarded
    def opened(event: dict[str, Any], client: WebClient) -> None:
        if event.get("tab", "home") != "home":
            return
        user = str(event["user"])
        if outsiders.is_outsider(user):
            client.views_publish(
                user_id=user, view=block_kit.home([block_kit.section(not_for_outsiders(services.organisation))])
            )
        else:
            services.show_home(user)

    def turn_page(press: Press) -> None:
        page = press.verb_argument
        services.show_home(press.user.id, int(page) if page.isdecimal() and len(page) < _LONGEST_PAGE else 0)

    def open_list(press: Press) -> block_kit.Block | None:
        with services.database.read() as tx:
            return draw_list(services, tx, press.user.id)

    Listeners(app, replies).opens("open_list", open_list)
    app.event("app_home_opened")(opened)
    Listeners(app, replies).press("home_page", turn_page)
