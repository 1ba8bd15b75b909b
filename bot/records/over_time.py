"""Listeners of one person's chronology and of the register: each check shown passed the gate, and is recorded."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from slack_bolt import App
from sqlalchemy import Connection

from bot.context import Services
from bot.earlier_checks import each_let_through, let_through, newest_first
from bot.permission import Act, Subject, may, may_answer_requests
from bot.records import over_time_modals as forms
from bot.slack import block_kit
from bot.slack.listeners import Listeners
from bot.slack.payloads import Press
from bot.slack.replies import Replies
from flows.events import EventKind
from flows.records.chronology import Chapter, chapter, is_about_an_adult_at_work
from storage import cases, checks, events, person_index

NOT_YOURS = "This is out of date. There is nothing to see here."


class OverTime:
    """Reading of several checks at once, each through the gate."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def chronology(self, press: Press) -> block_kit.Block | str:
        """Return the checks about the same person that this reader may open, of the same kind as the one pressed."""
        services, who = self._services, press.user.id
        with services.write() as tx:
            subject = services.subject(tx, press.check)
            if subject is None or not may(subject, who, Act.OPEN, services.roster):
                return NOT_YOURS
            opened = checks.load(tx, services.keys, press.check)
            today = services.roster.week.day_of(services.clock.now())
            same = {*person_index.same_person(tx, services.keys, opened, today), press.check}
            found = let_through(services, tx, same, who, Act.OPEN)
            about_adult = is_about_an_adult_at_work(subject.check)
            mine = [one for one in found if is_about_an_adult_at_work(one.check) is about_adult]
            apart = next((one.check.id for one in found if one not in mine), "")
            chapters = self._chapters(tx, mine, who, EventKind.OPENED_CHRONOLOGY)
        return forms.chronology(chapters[::-1], apart, about_adult=about_adult)

    def register(self, press: Press) -> block_kit.Block | None:
        """Return a page of the cases that this reader may open, newest first; None for those who have no register."""
        services, who = self._services, press.user.id
        if not may_answer_requests(who, services.roster):
            return None
        value = press.action.value
        page = int(value) if value.isdecimal() and len(value) < len("10000") else 0
        with services.write() as tx:
            found = each_let_through(services, tx, cases.ids(tx), who, Act.OPEN)
            from_here = list(islice(found, page * forms.MOST, (page + 1) * forms.MOST + 1))
            shown = newest_first(from_here[: forms.MOST])
            chapters = self._chapters(tx, shown, who, EventKind.OPENED_REGISTER)
        return forms.register(chapters, page, more=len(from_here) > forms.MOST)

    def _chapters(self, tx: Connection, found: Sequence[Subject], who: str, what: EventKind) -> list[Chapter]:
        """Record the opening in each of these checks, newest first as everywhere, and return their chapters."""
        chapters = []
        for one in found:
            self._services.casework(tx).viewed(one.check.id, who, what)
            opened = checks.load(tx, self._services.keys, one.check.id)
            chapters.append(chapter(one.check, events.history(tx, one.check.id, opened.sealer)))
        return chapters


def register(app: App, services: Services, replies: Replies) -> None:
    """Register the buttons of the chronology and of the register."""
    work, on = OverTime(services), Listeners(app, replies)
    on.opens("chronology", work.chronology)
    on.replaces("register", work.register)
