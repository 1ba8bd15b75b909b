"""Subject access requests: a lead or the independent contact looks through every item of what was found."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from sqlalchemy import Connection

from bot.access_requests import modals
from bot.access_requests.modals import ReviewPosition
from bot.access_requests.reader import Look, Reader
from bot.context import Services
from bot.permission import Act
from bot.records.listeners import let_through, put_up
from bot.slack import block_kit
from bot.slack.payloads import Press, Sent, named
from bot.slack.replies import Replies, guarded
from flows.records.access_requests import AccessRequest, Choice, Ruling, not_there, problem
from services import access_requests
from services.access_requests import NOT_THEM, is_not_them, undecided
from storage import checks

Json = dict[str, Any]
LATER = "This day is still to come."
RESURFACES = timedelta(days=366)
"""For so long a request that was closed comes back to those who know of something that was not decided."""
NO_SUCH = "There is no record with this reference that you may give out."
CHANGED = "This has changed meanwhile. Nothing was saved here. Close this and look again."


class Answering:
    """Listeners. Nothing here happens before it is known that the person answers requests."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._reader = Reader(services)

    def list(self, body: Json, client: WebClient) -> None:
        """Requests that are not done."""
        press = Press.model_validate(body)
        if not self._reader.may(press.user.id):
            return
        self._reader.ready()
        with self._services.database.read() as tx:
            everything = access_requests.recent(tx, self._services.keys, self._reader.today() - RESURFACES)
            still = [each for each in everything if self._reader.is_open(tx, each, press.user.id)]
            shown = [self._reader.as_seen(tx, each, press.user.id) for each in still]
        shown.sort(key=lambda each: (each.due, each.id))
        client.views_open(trigger_id=press.trigger_id, view=modals.listed(shown, self._reader.today()))

    def ask_new(self, body: Json, client: WebClient) -> None:
        """Somebody asks for what is kept about them."""
        press = Press.model_validate(body)
        if self._reader.may(press.user.id):
            put_up(client, press, modals.new())

    def new(self, ack: Ack, body: Json) -> None:
        """Keep it, and show what there is."""
        sent = Sent.model_validate(body)
        said = {key: sent.typed(key) for key in ("name", "born", "number", "asked_by")}
        received = date.fromisoformat(sent.day("received") or date.max.isoformat())
        missing = {key: "Please write something." for key in ("name", "asked_by") if not said[key]}
        missing |= {"received": LATER} if received > self._reader.today() else {}
        if missing or not self._reader.may(sent.user.id):
            ack(response_action="errors", errors=missing or {"name": CHANGED})
            return
        with self._services.write() as tx:
            work = self._reader.work(tx)
            known = work.open(sent.user.id, said, received, sent.request)
            held = self._reader.listing(tx, known, sent.user.id)
        ack(response_action="update", view=modals.request(known, held, self._reader.today()))

    def open(self, body: Json, client: WebClient) -> None:
        """One request. The opening is recorded first (I21)."""
        press = Press.model_validate(body)
        with self._services.write() as tx:
            known = self._reader.known(tx, press.check, press.user.id)
            if known is None:
                return
            self._reader.work(tx).viewed(known.id, press.user.id)
            held = self._reader.listing(tx, known, press.user.id)
        put_up(client, press, modals.request(known, held, self._reader.today()))

    def ask_add(self, body: Json, client: WebClient) -> None:
        """A record that was not found, by its reference."""
        press = Press.model_validate(body)
        with self._services.database.read() as tx:
            known = self._reader.known(tx, press.check, press.user.id)
        if known is not None and press.view is not None:
            put_up(client, press, modals.add(ReviewPosition(known.id, "", press.view.id, "")))

    def add(self, ack: Ack, body: Json) -> None:
        """It belongs to this request from now on; one that may not be known of is no record."""
        sent = Sent.model_validate(body)
        spot = ReviewPosition.read(sent.view.private_metadata)
        with self._services.write() as tx:
            known = self._reader.known(tx, spot.request, sent.user.id)
            check = checks.by_ref(tx, sent.typed("ref")) if known else None
            through = let_through(self._services, tx, [check] if check else [], sent.user.id, Act.EXPORT)
            if known is not None and through:
                self._reader.work(tx).add(known, through[0].check.id, sent.user.id, sent.request)
        if through:
            ack()
        else:
            ack(response_action="errors", errors={"ref": NO_SUCH})

    def items(self, body: Json, client: WebClient) -> None:
        """The first item that is not decided, or the first. The opening is recorded first (I21)."""
        press = Press.model_validate(body)
        beneath = press.view.id if press.view else ""
        with self._services.write() as tx:
            known, look = self._reader.reach(tx, press.check, press.argument, press.user.id)
            if known is None or look is None or not look.items:
                return
            self._reader.work(tx).looked_through(known, press.argument, press.user.id)
            first = next(iter(undecided(look.items, look.ruled)), look.items[0])
            view = self._page(
                tx, known, look, ReviewPosition(known.id, press.argument, beneath, first.key), press.user.id
            )
        put_up(client, press, view)

    def _page(
        self, tx: Connection, known: AccessRequest, look: Look, spot: ReviewPosition, who: str
    ) -> block_kit.Block:
        """The item of this spot, which there is."""
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

    def move(self, body: Json, client: WebClient) -> None:
        """The item before, or the next one; nothing is decided by that."""
        press = Press.model_validate(body)
        with self._services.write() as tx:
            found = self._on_screen(tx, press)
            if found is None:
                return
            spot, known, look, window = found
            keys = [item.key for item in look.items]
            step = 1 if press.verb_argument == "next" else -1
            to = min(max(keys.index(spot.key) + step, 0), len(keys) - 1) if spot.key in keys else 0
            view = self._page(tx, known, look, replace(spot, key=keys[to]), press.user.id)
        client.views_update(view_id=window, view=view)

    def _on_screen(self, tx: Connection, press: Press) -> tuple[ReviewPosition, AccessRequest, Look, str] | None:
        """Where a button beside an item was pressed: spot, request, check, and the window; None where nothing is."""
        spot = ReviewPosition.read(press.action.value)
        known, look = self._reader.reach(tx, spot.request, spot.check, press.user.id)
        if known is None or look is None or press.view is None:
            return None
        return spot, known, look, press.view.id

    def rule(self, ack: Ack, body: Json) -> None:
        """What becomes of an item; then the next that is not decided."""
        sent = Sent.model_validate(body)
        spot = ReviewPosition.read(sent.view.private_metadata)
        ruling = _ruling(sent, spot.key)
        view: block_kit.Block = {}
        with self._services.write() as tx:
            known, look = self._reader.reach(tx, spot.request, spot.check, sent.user.id)
            item = next((each for each in look.items if each.key == spot.key), None) if look else None
            wrong = problem(item, ruling) if item and ruling else ("choice", CHANGED)
            if wrong is None and known is not None and look is not None and ruling is not None:
                self._reader.work(tx).rule(known, spot.check, sent.user.id, spot.key, ruling, sent.request)
                self._include_again(tx, known, look, sent)
                view = self._following(tx, known, spot, sent.user.id)
        if wrong is not None:
            ack(response_action="errors", errors={f"{wrong[0]}.{spot.key}": wrong[1]})
        else:
            ack(response_action="update", view=view)

    def _following(self, tx: Connection, known: AccessRequest, spot: ReviewPosition, who: str) -> block_kit.Block:
        look = self._reader.look(tx, known, spot.check)
        following = next(iter(undecided(look.items, look.ruled)), None)
        if following is None:
            return modals.all_decided(look.view.check)
        return self._page(tx, known, look, replace(spot, key=following.key), who)

    def _include_again(self, tx: Connection, known: AccessRequest, look: Look, sent: Sent) -> None:
        """Whoever decides an item of a record thinks that it is about this person after all."""
        if is_not_them(look.ruled):
            again, request = Ruling(Choice.INCLUDE), f"{sent.request[:60]}.nt"
            self._reader.work(tx).rule(known, look.view.check.id, sent.user.id, NOT_THEM, again, request)

    def refresh(self, body: Json, client: WebClient) -> None:
        """The request's window beneath, as it stands now. Where it is not there any more, nothing is missing."""
        sent = Sent.model_validate(body)
        self._refresh(client, ReviewPosition.read(sent.view.private_metadata), sent.user.id)

    def _refresh(self, client: WebClient, spot: ReviewPosition, who: str) -> None:
        with self._services.write() as tx:
            known = self._reader.known(tx, spot.request, who)
            held = self._reader.listing(tx, known, who) if known and spot.beneath else []
        if known is not None and spot.beneath:
            with suppress(SlackApiError):
                client.views_update(view_id=spot.beneath, view=modals.request(known, held, self._reader.today()))

    def not_them(self, body: Json, client: WebClient) -> None:
        """The record is about somebody else."""
        press = Press.model_validate(body)
        with self._services.write() as tx:
            found = self._on_screen(tx, press)
            if found is None:
                return
            spot, known, look, window = found
            ruling = Ruling(Choice.LEAVE_OUT, "It is not about this person.")
            self._reader.work(tx).rule(known, spot.check, press.user.id, NOT_THEM, ruling, press.request)
        client.views_update(view_id=window, view=modals.all_decided(look.view.check))
        self._refresh(client, spot, press.user.id)


def _ruling(sent: Sent, key: str) -> Ruling | None:
    """What the window says; None where it does not say what our window would."""
    chosen = [choice for choice in Choice if choice in sent.chosen(f"choice.{key}")]
    lines = (line.strip() for line in sent.typed(f"passages.{key}").splitlines())
    return Ruling(chosen[0], sent.typed(f"reason.{key}"), tuple(filter(None, lines))) if chosen else None


def register(app: App, services: Services, replies: Replies) -> None:
    """Every button and modal of requests."""
    answering = Answering(services)

    def quickly(ack: Ack) -> None:
        ack()

    def lazily(listener: Callable[..., None]) -> dict[str, Any]:
        return {"ack": quickly, "lazy": [guarded(listener, replies.sorry)]}

    app.action("requests")(**lazily(answering.list))
    app.action("new_request")(**lazily(answering.ask_new))
    app.action(named("request"))(**lazily(answering.open))
    app.action(named("items"))(**lazily(answering.items))
    app.action(named("item_move"))(**lazily(answering.move))
    app.action("not_them")(**lazily(answering.not_them))
    app.action("add_record")(**lazily(answering.ask_add))
    app.view("add_record")(ack=answering.add, lazy=[guarded(answering.refresh)])
    app.view("new_request")(answering.new)
    app.view("rule")(ack=answering.rule, lazy=[guarded(answering.refresh)])
