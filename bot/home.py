"""The Home tab, drawn when somebody opens it."""

from __future__ import annotations

from typing import Any

from slack_bolt import App
from slack_sdk import WebClient
from sqlalchemy import Connection

from bot.blocks import home as blocks
from bot.blocks import kit
from bot.blocks.cover import OnCover
from bot.errors import guarded
from bot.outsiders import Outsiders
from bot.payloads import Person
from bot.permission import Act, Subject, may
from bot.start import refusal
from bot.views import Desk
from flows.case import Check
from flows.cover import on_cover
from storage import checks, cover


def _to_sample(tx: Connection, desk: Desk, user: str) -> list[Check]:
    """Checks without a page that this person may open; nothing for anybody but a lead."""
    if desk.roster.person_at(user) is None:
        return []
    ended = checks.ended_without_page(tx, desk.keys, blocks.MOST_CHECKS)
    subjects = (Subject(check, checks.people_left_out(tx, check.id)) for check in ended)
    return [subject.check for subject in subjects if may(subject, user, Act.OPEN, desk.roster)]


def _on_cover(tx: Connection, desk: Desk, user: str) -> OnCover:
    """Who is there today; for people on the list also their own days away."""
    roster, today = desk.roster, desk.roster.week.day_of(desk.clock.now())
    there = on_cover(roster.people, cover.absent(tx, today))
    person = roster.person_at(user)
    mine = tuple(each for each in cover.from_day(tx, today) if each.person == person)
    return OnCover(tuple(roster.slack[one] for one in there), user, mine if person else None)


def show(desk: Desk, client: WebClient, user: str) -> None:
    """Draw somebody's Home tab as it is now."""
    with desk.database.read() as tx:
        mine = checks.of_reporter(tx, desk.keys, user, blocks.MOST_CHECKS)
        sample = _to_sample(tx, desk, user)
        there = _on_cover(tx, desk, user)
    client.views_publish(user_id=user, view=blocks.home(mine, desk.organisation, sample, there))


def register(app: App, desk: Desk, outsiders: Outsiders) -> None:
    """app_home_opened: only the Home tab, not the Messages tab."""

    @guarded
    def draw(event: dict[str, Any], client: WebClient) -> None:
        if event.get("tab", "home") != "home":
            return
        user = str(event["user"])
        if outsiders.is_outsider(Person(id=user)):
            client.views_publish(user_id=user, view=kit.home([kit.section(refusal(desk))]))
        else:
            show(desk, client, user)

    app.event("app_home_opened")(draw)
