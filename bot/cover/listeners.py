"""Listeners of days away, and of Slack's event that an account has changed."""

from __future__ import annotations

from datetime import date
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot.context import Services
from bot.cover import modals
from bot.cover.gaps import gaps_from, today
from bot.cover.schedule import AccountWatch
from bot.permission import may_set_away
from bot.slack import block_kit
from bot.slack.failures import guarded
from bot.slack.listeners import Answer, Listeners, Taken, close, errors, update
from bot.slack.membership import Outsiders
from bot.slack.payloads import Press, Sent
from bot.slack.replies import Replies
from flows.events import OutboxKind
from flows.paging.cover import Gap
from storage import cover, outbox


class DaysAway:
    """Listeners of the Home tab's cover section. People who are not on the safeguarding list can do nothing here."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def open_modal(self, press: Press) -> block_kit.Block | None:
        """Return the Set days away modal; None for people who are not on the list."""
        roster = self._services.roster
        me = roster.person_at(press.user.id)
        if me is None:
            return None
        mine = [one for one in roster.everyone if may_set_away(press.user.id, one, roster)]
        people = {one: self._services.organisation.person(one).name for one in mine}
        return modals.set_days(people, me, today(self._services))

    def save(self, sent: Sent) -> Answer:
        """Save the days chosen, and warn at once of days among them without cover."""
        person = next(iter(sent.chosen("person")), self._services.roster.person_at(sent.user.id))
        if person is None or not may_set_away(sent.user.id, person, self._services.roster):
            return update(modals.not_saved())
        first, last = _date(sent.typed("first")), _date(sent.typed("last"))
        wrong = modals.problems(first, last, today(self._services))
        if wrong or first is None or last is None:
            return errors(wrong)
        alone = self._keep(sent, person, first, last)
        return update(modals.saved(alone), note=SAVED) if alone else close(note=SAVED)

    def _keep(self, sent: Sent, person: str, first: date, last: date) -> tuple[Gap, ...]:
        """Save the days, tell the person if somebody else set them, and return the days among them without cover.

        A change of the independent contact's days is no gap in cover: only leads and deputies give cover.
        """
        now, who = self._services.clock.now(), sent.user.id
        with self._services.write() as tx:
            is_new = cover.set_away(tx, person, first, last, by=who, now=now, request=sent.request)
            account = self._services.roster.slack[person]
            if is_new and account != who:
                outbox.put_once(tx, f"away:{sent.request}", OutboxKind.MARKED_AWAY, account, now)
            days = (last - first).days + 1
            return (
                gaps_from(self._services, tx, first, days) if person != self._services.roster.people.independent else ()
            )

    def redraw(self, sent: Taken, _client: WebClient) -> None:
        """Refresh the Home tab where days were saved."""
        if sent.note == SAVED:
            self._services.show_home(sent.user.id)

    def remove(self, press: Press) -> None:
        """Remove days away, or end those that have begun: the person is back from today on."""
        entry, now, who = press.action.value, self._services.clock.now(), press.user.id
        with self._services.write() as tx:
            found = cover.find(tx, int(entry)) if entry.isdecimal() and len(entry) < _LONGEST_ID else None
            if found is None or not may_set_away(who, found.person, self._services.roster):
                return
            cover.end(tx, found.id, today(self._services), by=who, now=now)
        self._services.show_home(who)


SAVED = "saved"
_LONGEST_ID = 18


def register(app: App, services: Services, replies: Replies, accounts: AccountWatch, outsiders: Outsiders) -> None:
    """Register the buttons and the modal of days away, and `user_change`."""
    days, on = DaysAway(services), Listeners(app, replies)
    on.opens("set_days_away", days.open_modal)
    on.press("remove_days_away", days.remove)
    on.submission("days_away", days.save, then=days.redraw)

    def changed(event: dict[str, Any]) -> None:
        """Ask Slack anew about an account that has changed in any way, and that something waits for.

        What the event says of it is not used (docs/design-decisions.md, 20).
        """
        user = event.get("user")
        account = str(user.get("id", "")) if isinstance(user, dict) else ""
        outsiders.forget(account)
        if account and accounts.concerns(account):
            accounts.look_at(account)

    app.event("user_change")(ack=_acknowledge, lazy=[guarded(changed)])


def _acknowledge(ack: Ack) -> None:
    ack()


def _date(picked: str) -> date | None:
    try:
        return date.fromisoformat(picked)
    except ValueError:
        return None
