"""A practice page, started on the Home tab or the command line: marked, through the real ladder, in no statistics."""

from __future__ import annotations

import time

from slack_bolt import App

from bot.context import Services
from bot.slack.listeners import Listeners
from bot.slack.payloads import Press
from bot.slack.replies import Replies
from services.drill import Drill
from storage import checks, outbox

_LOOK_EVERY = 0.5


def start(services: Services, who: str, request: str) -> str:
    """Page the leads for practice and return the practice check's id. Idempotent by `request`."""
    with services.write() as tx:
        return Drill(tx, services.keys, services.roster, services.clock.now()).start(who, request)


def reference(services: Services, drill: str) -> str:
    with services.database.read() as tx:
        return checks.load(tx, services.keys, drill).check.ref


def places_in_slack(services: Services, drill: str, patience: float) -> int:
    """Wait at most `patience` seconds until Slack has a page of this drill. Return in how many places; 0 if in none."""
    until = time.monotonic() + patience
    while True:
        with services.database.read() as tx:
            reached = outbox.reach(tx, drill, services.clock.now()).in_slack
        if reached or time.monotonic() >= until:
            return len(reached)
        time.sleep(_LOOK_EVERY)


def register(app: App, services: Services, replies: Replies) -> None:
    """Register the button on the Home tab. Presses by people who are not on the safeguarding list do nothing."""

    def practise(press: Press) -> None:
        if services.roster.person_at(press.user.id) is not None:
            start(services, press.user.id, press.request)

    Listeners(app, replies).press("start_drill", practise)
