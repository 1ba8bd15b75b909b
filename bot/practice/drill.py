"""A practice page, started on the Home tab or the command line: marked, through the real ladder, in no statistics."""

from __future__ import annotations

import time
from collections.abc import Iterator

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


def follow(services: Services, drill: str, patience: float) -> Iterator[str]:
    """Yield, in words, what is known of the first page's delivery, for at most `patience` seconds."""
    with services.database.read() as tx:
        ref = checks.load(tx, services.keys, drill).check.ref
    yield f"Practice page {ref} is in the outbox. The running bot sends it."
    until = time.monotonic() + patience
    while time.monotonic() < until:
        with services.database.read() as tx:
            if reached := outbox.reach(tx, drill, services.clock.now()).in_slack:
                yield f"Slack has it, in {len(reached)} places. The leads press I will lead, as for a real one."
                return
        time.sleep(_LOOK_EVERY)
    yield f"Slack does not have it after {patience:.0f} seconds. Is share-check serve running?"


def register(app: App, services: Services, replies: Replies) -> None:
    """Register the button on the Home tab. Presses by people who are not on the safeguarding list do nothing."""

    def practise(press: Press) -> None:
        if services.roster.person_at(press.user.id) is not None:
            start(services, press.user.id, press.request)

    Listeners(app, replies).press("start_drill", practise)
