"""Listeners of subject access requests: a lead or the independent contact reviews every item found for a request."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta

from slack_bolt import App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from sqlalchemy import Connection

from bot.access_requests import modals
from bot.access_requests.modals import ReviewPosition
from bot.access_requests.reader import Look, RequestReader
from bot.context import Services
from bot.earlier_checks import let_through
from bot.permission import Act
from bot.slack import block_kit
from bot.slack.failures import guarded
from bot.slack.listeners import Answer, Listeners, close, errors, update
from bot.slack.payloads import Press, Sent
from bot.slack.replies import Replies
from flows.records.access_requests import AccessRequest, Choice, Ruling, not_there, problem
from services import access_requests
from services.access_requests import NOT_THEM, is_not_them, undecided
from storage import checks

LATER = "This day is still to come."
RESURFACES = timedelta(days=366)
"""How long a closed request is listed again for people who know of a record that its closer could not decide on."""
NO_SUCH = "There is no record with this reference that you may give out."
CHANGED = "This has changed meanwhile. Nothing was saved here. Close this and look again."


class Answering:
    """Listeners of a request up to its last item. Each first checks that the person may answer requests."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._reader = RequestReader(services)

    def list(self, press: Press) -> block_kit.Block | None:
        """Return the open requests, soonest due first; None for people who may not answer requests."""
        if not self._reader.may(press.user.id):
            return None
        self._reader.ready()
        with self._services.database.read() as tx:
            everything = access_requests.recent(tx, self._services.keys, self._reader.today() - RESURFACES)
            still = [each for each in everything if self._reader.is_open(tx, each, press.user.id)]
            shown = [self._reader.as_seen(tx, each, press.user.id) for each in still]
        shown.sort(key=lambda each: (each.due, each.id))
        return modals.listed(shown, self._reader.today())

    def ask_new(self, press: Press) -> block_kit.Block | None:
        """Return the form for a new request; None for people who may not answer requests."""
        return modals.new() if self._reader.may(press.user.id) else None

    def new(self, sent: Sent) -> Answer:
        """Record the request and show the records found for it."""
        said = {key: sent.typed(key) for key in ("name", "born", "number", "asked_by")}
        received = date.fromisoformat(sent.day("received") or date.max.isoformat())
        missing = {key: "Please write something." for key in ("name", "asked_by") if not said[key]}
        missing |= {"received": LATER} if received > self._reader.today() else {}
        if missing or not self._reader.may(sent.user.id):
            return errors(missing or {"name": CHANGED})
        with self._services.write() as tx:
            known = self._reader.work(tx).open(sent.user.id, said, received, sent.request)
            held = self._reader.listing(tx, known, sent.user.id)
        return update(modals.request(known, held, self._reader.today()))

    def open(self, press: Press) -> block_kit.Block | None:
        """Return one request. The opening is recorded first (I21)."""
        with self._services.write() as tx:
            known = self._reader.known(tx, press.check, press.user.id)
            if known is None:
                return None
            self._reader.work(tx).viewed(known.id, press.user.id)
            held = self._reader.listing(tx, known, press.user.id)
        return modals.request(known, held, self._reader.today())

    def ask_add(self, press: Press) -> block_kit.Block | None:
        """Return the modal that asks for the reference of a record that the search did not find."""
        with self._services.database.read() as tx:
            known = self._reader.known(tx, press.check, press.user.id)
        return modals.add(ReviewPosition(known.id, "", press.modal, "")) if known and press.modal else None

    def add(self, sent: Sent) -> Answer:
        """Add a record to the request. One this person may not know of is refused like one that does not exist."""
        spot = ReviewPosition.read(sent.view.private_metadata)
        with self._services.write() as tx:
            known = self._reader.known(tx, spot.request, sent.user.id)
            check = checks.by_ref(tx, sent.typed("ref")) if known else None
            through = let_through(self._services, tx, [check] if check else [], sent.user.id, Act.EXPORT)
            if known is None or not through:
                return errors({"ref": NO_SUCH})
            self._reader.work(tx).add(known, through[0].check.id, sent.user.id, sent.request)
        return close()

    def items(self, press: Press) -> block_kit.Block | None:
        """Return the first undecided item of a record, else the first. The opening is recorded first (I21)."""
        with self._services.write() as tx:
            known, look = self._reader.reach(tx, press.check, press.argument, press.user.id)
            if known is None or look is None or not look.items:
                return None
            self._reader.work(tx).looked_through(known, press.argument, press.user.id)
            first = next(iter(undecided(look.items, look.ruled)), look.items[0])
            spot = ReviewPosition(known.id, press.argument, press.modal, first.key)
            return self._page(tx, known, look, spot, press.user.id)

    def _page(
        self, tx: Connection, known: AccessRequest, look: Look, spot: ReviewPosition, who: str
    ) -> block_kit.Block:
        """Render the item at `spot`, which must exist, with passages that were redacted elsewhere and recur in it."""
        item = next(each for each in look.items if each.key == spot.key)
        taken = {
            passage
            for each in self._reader.looks(tx, known, who)
            for key, ruling in each.ruled.items()
            if (each.view.check.id, key) != (spot.check, spot.key)
            for passage in ruling.passages
        }
        more = tuple(sorted(taken - set(not_there(item.text, taken))))
        place = look.items.index(item) + 1, len(look.items)
        return modals.item(spot, look.view.check, item, place, look.ruled.get(item.key), more)

    def move(self, press: Press) -> block_kit.Block | None:
        """Return the previous or next item, without deciding anything."""
        with self._services.write() as tx:
            found = self._on_screen(tx, press)
            if found is None:
                return None
            spot, known, look = found
            keys = [item.key for item in look.items]
            step = 1 if press.verb_argument == "next" else -1
            to = min(max(keys.index(spot.key) + step, 0), len(keys) - 1) if spot.key in keys else 0
            return self._page(tx, known, look, replace(spot, key=keys[to]), press.user.id)

    def _on_screen(self, tx: Connection, press: Press) -> tuple[ReviewPosition, AccessRequest, Look] | None:
        """Return position, request and record of the item whose button was pressed; None where the person may not."""
        spot = ReviewPosition.read(press.action.value)
        known, look = self._reader.reach(tx, spot.request, spot.check, press.user.id)
        return None if known is None or look is None or not press.modal else (spot, known, look)

    def rule(self, sent: Sent) -> Answer:
        """Record the decision about an item and show the next undecided one."""
        spot = ReviewPosition.read(sent.view.private_metadata)
        ruling = _ruling(sent, spot.key)
        with self._services.write() as tx:
            known, look = self._reader.reach(tx, spot.request, spot.check, sent.user.id)
            item = next((each for each in look.items if each.key == spot.key), None) if look else None
            if known is None or look is None or item is None or ruling is None:
                return errors({f"choice.{spot.key}": CHANGED})
            if wrong := problem(item, ruling):
                return errors({f"{wrong[0]}.{spot.key}": wrong[1]})
            self._reader.work(tx).rule(known, spot.check, sent.user.id, spot.key, ruling, sent.request)
            self._include_again(tx, known, look, sent)
            return update(self._following(tx, known, spot, sent.user.id))

    def _following(self, tx: Connection, known: AccessRequest, spot: ReviewPosition, who: str) -> block_kit.Block:
        look = self._reader.look(tx, known, spot.check)
        following = next(iter(undecided(look.items, look.ruled)), None)
        if following is None:
            return modals.all_decided(look.view.check)
        return self._page(tx, known, look, replace(spot, key=following.key), who)

    def _include_again(self, tx: Connection, known: AccessRequest, look: Look, sent: Sent) -> None:
        """Withdraw "Not about this person": deciding one item of a record takes it to be about them after all."""
        if is_not_them(look.ruled):
            again, request = Ruling(Choice.INCLUDE), f"{sent.request[:60]}.nt"
            self._reader.work(tx).rule(known, look.view.check.id, sent.user.id, NOT_THEM, again, request)

    def refresh(self, sent: Sent, client: WebClient) -> None:
        """Update the request's modal beneath after a submission."""
        self._refresh(client, ReviewPosition.read(sent.view.private_metadata), sent.user.id)

    def refresh_pressed(self, press: Press, client: WebClient) -> None:
        """Update the request's modal beneath after a button press in the modal on top."""
        self._refresh(client, ReviewPosition.read(press.action.value), press.user.id)

    def _refresh(self, client: WebClient, spot: ReviewPosition, who: str) -> None:
        """Update the request's modal. Ignore Slack's refusal: the modal was closed meanwhile."""
        with self._services.write() as tx:
            known = self._reader.known(tx, spot.request, who)
            held = self._reader.listing(tx, known, who) if known and spot.beneath else []
        if known is not None and spot.beneath:
            with suppress(SlackApiError):
                client.views_update(view_id=spot.beneath, view=modals.request(known, held, self._reader.today()))

    def not_them(self, press: Press) -> block_kit.Block | None:
        """Leave the whole record out of the pack: it is about somebody else."""
        with self._services.write() as tx:
            found = self._on_screen(tx, press)
            if found is None:
                return None
            spot, known, look = found
            ruling = Ruling(Choice.LEAVE_OUT, "It is not about this person.")
            self._reader.work(tx).rule(known, spot.check, press.user.id, NOT_THEM, ruling, press.request)
        return modals.all_decided(look.view.check)


def _ruling(sent: Sent, key: str) -> Ruling | None:
    """Parse the decision about an item; None where no valid choice was submitted."""
    chosen = [choice for choice in Choice if choice in sent.chosen(f"choice.{key}")]
    lines = (line.strip() for line in sent.typed(f"passages.{key}").splitlines())
    return Ruling(chosen[0], sent.typed(f"reason.{key}"), tuple(filter(None, lines))) if chosen else None


def register(app: App, services: Services, replies: Replies) -> None:
    """Register every button and modal of answering a request."""
    answering, on = Answering(services), Listeners(app, replies)
    on.opens("requests", answering.list)
    on.opens("new_request", answering.ask_new)
    on.opens("request", answering.open)
    on.opens("items", answering.items)
    on.replaces("item_move", answering.move)
    on.replaces("not_them", answering.not_them, then=answering.refresh_pressed)
    on.opens("add_record", answering.ask_add)
    on.submission("add_record", answering.add, then=guarded(answering.refresh))
    on.submission("new_request", answering.new)
    on.submission("rule", answering.rule, then=guarded(answering.refresh))
