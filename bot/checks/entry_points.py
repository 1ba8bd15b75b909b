"""The ways in: slash command, global and message shortcut, Home button. All of them open the same private card."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient
from sqlalchemy import Connection

from bot.config.roster import phone_words
from bot.context import Services
from bot.slack import block_kit
from bot.slack.failures import guarded
from bot.slack.listeners import Listeners
from bot.slack.membership import Outsiders
from bot.slack.payloads import Press, Presser
from bot.slack.replies import Replies
from bot.words import not_for_outsiders
from flows.case import Check
from flows.events import OutboxKind
from storage import checks, outbox
from storage.engine import idempotent

Json = dict[str, Any]
_PATIENCE = 5.0
_TRIGGER_LASTS = 2.0
_LOOK_EVERY = 0.05


@dataclass(frozen=True, slots=True)
class EntryPoints:
    """Lets a person in, or says kindly why not. logs: by the word typed after the command, from Slack id to a modal."""

    services: Services
    client: WebClient
    replies: Replies
    outsiders: Outsiders
    logs: Mapping[str, Callable[[str], block_kit.Block | None]] = field(default_factory=dict)

    def show(self, word: str, person: Presser, trigger_id: str) -> bool:
        """Open what this word asks for, if it is one of `logs` and this person has it. Return whether it was opened."""
        view = self.logs[word](person.id) if word in self.logs else None
        if view is None:
            return False
        self.client.views_open(trigger_id=trigger_id, view=view)
        return True

    def enter(self, person: Presser, request: str, answer: Reply, ack: Ack, *, another: bool = False) -> None:
        """Open the person's card, and only then tell Slack that it arrived. The same request opens no second check.

        Of somebody seen for the first time Slack is asked who they are, which can outlast Slack's own patience: then
        it is told first.
        """
        if not self.outsiders.is_known(person.id):
            ack()
        if self.outsiders.is_outsider(person.id):
            ack()
            answer.say(not_for_outsiders(self.services.organisation))
            return
        with self.services.write() as tx:
            idempotent.advisory_lock(tx, f"start:{person.id}")
            drafts = [] if another else checks.drafts(tx, self.services.keys, person.id)
            begun = next((draft for draft in drafts if draft.answers), None)
            opened = self._open(tx, person, request, drafts) if begun is None else ""
        ack()
        if begun is not None:
            answer.choose(begun)
        else:
            patience = _PATIENCE if answer.response_url else _TRIGGER_LASTS
            answer.opened(shown=self._is_shown(opened, patience))

    def _open(self, tx: Connection, person: Presser, request: str, drafts: Sequence[Check]) -> str:
        """Return the id of the reporter's draft without an answer, shown again, or of a new check if there is none."""
        work = self.services.reporting(tx)
        if drafts:
            work.carry_on(drafts[0].id, person.id)
            return drafts[0].id
        return work.start(person.id, request).check.id

    def _is_shown(self, check: str, patience: float) -> bool:
        """Whether the card really is there: nobody is sent to a chat that did not open."""
        clock = self.services.clock
        until = clock.monotonic() + patience
        while clock.monotonic() < until:
            with self.services.database.read() as tx:
                if outbox.is_delivered(tx, check, OutboxKind.CARD):
                    return True
            clock.sleep(_LOOK_EVERY)
        return False


@dataclass(frozen=True, slots=True)
class Reply:
    """How to answer where somebody came in: a whisper where Slack gave an address, else a modal.

    window: the modal that was pressed, which then says it; empty elsewhere.
    """

    door: EntryPoints
    response_url: str
    trigger_id: str
    team: str
    app: str
    window: str = ""

    def say(self, words: str, *buttons: block_kit.Block) -> None:
        blocks = [block_kit.section(words), *([block_kit.actions(*buttons)] if buttons else [])]
        if self.response_url:
            self.door.replies.whisper(self.response_url, words, blocks)
        elif self.window:
            self.door.client.views_update(view_id=self.window, view=block_kit.modal("share-check", blocks))
        elif self.trigger_id:
            self.door.client.views_open(trigger_id=self.trigger_id, view=block_kit.modal("share-check", blocks))

    def choose(self, draft: Check) -> None:
        services = self.door.services
        since = block_kit.when(draft.touched_at, services.clock.now(), services.organisation.zone)
        words = f"You have one part done from {since}."
        self.say(
            words,
            block_kit.button("Carry on", "carry_on", draft.id, style="primary"),
            block_kit.button("Start another", "start_another", "-"),
        )

    def opened(self, *, shown: bool) -> None:
        if not shown:
            self.say(
                "Slack is slow today. Your private chat with me opens as soon as Slack lets me. "
                f"For urgent things, phone: {block_kit.esc(phone_words(self.door.services.organisation))}. "
                "In an emergency call 999."
            )
        elif self.response_url or self.window:
            url = f"slack://app?team={self.team}&id={self.app}&tab=messages"
            self.say("I have opened a private chat with you.", block_kit.button("Go there", "go_there", url=url))


def register(app: App, door: EntryPoints) -> None:
    """Register the slash command, both shortcuts and the Home tab's button.

    What was typed after the command is only compared with the words of `EntryPoints.logs`.
    """

    def by_command(body: Json, ack: Ack) -> None:
        person = Presser(id=body["user_id"])
        if door.show(str(body.get("text") or "").strip().lower(), person, str(body.get("trigger_id"))):
            return
        door.enter(person, _request(body), _answer(door, body), ack)

    def by_shortcut(body: Json, ack: Ack) -> None:
        door.enter(_person(body), _request(body), _answer(door, {**body, "response_url": ""}), ack)

    def by_button(body: Json, ack: Ack) -> None:
        press = Press.model_validate(body)
        another = press.action.action_id == "start_another"
        door.enter(press.user, press.request, _answer(door, body), ack, another=another)

    def way_in(listener: Callable[[Json, Ack], None]) -> Callable[..., None]:
        def listen(body: Json, ack: Ack) -> None:
            try:
                listener(body, ack)
            finally:
                ack()

        return guarded(listen, door.replies.sorry)

    app.command("/share-check")(way_in(by_command))
    app.shortcut("start_check")(way_in(by_shortcut))
    app.shortcut("check_before_sharing")(way_in(by_shortcut))
    app.action("start")(way_in(by_button))
    app.action("start_another")(way_in(by_button))
    Listeners(app, door.replies).nothing("go_there")


def _person(body: Json) -> Presser:
    return Presser.model_validate(body["user"])


def _request(body: Json) -> str:
    """Names this request: a replay of the same payload has the same trigger."""
    return sha256(str(body["trigger_id"]).encode()).hexdigest()


def _answer(door: EntryPoints, body: Json) -> Reply:
    team = body.get("team_id") or (body.get("team") or {}).get("id") or ""
    view = body.get("view") or {}
    window = str(view.get("id") or "") if view.get("type") == "modal" else ""
    addresses = (body.get("response_url") or "", body.get("trigger_id") or "")
    return Reply(door, *addresses, team, body.get("api_app_id") or "", window)
