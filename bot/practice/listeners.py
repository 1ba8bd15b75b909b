"""Practise on the Home tab: the real engine on a made-up situation. Nothing is kept but the open window."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot.config.roster import facts_of
from bot.context import Services
from bot.practice import modals
from bot.practice.modals import Practice
from bot.slack.payloads import Press, named
from bot.slack.replies import Replies, guarded
from flows.case import Told
from flows.checklist import CHECKLIST
from flows.engine.explain import explain
from flows.engine.outcome import decide
from flows.engine.replay import PAGE_MOMENT, replay
from flows.training.practice import BY_ID

Json = dict[str, Any]


class Practising:
    """Listeners of the button and its windows."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def choose(self, body: Json, client: WebClient) -> None:
        """Which situation; in the window that is open already where there is one."""
        press = Press.model_validate(body)
        if press.view is not None and _is_practice(body):
            client.views_update(view_id=press.view.id, view=modals.choose())
        else:
            client.views_open(trigger_id=press.trigger_id, view=modals.choose())

    def begin(self, body: Json, client: WebClient) -> None:
        """The situation chosen, from its first question."""
        press = Press.model_validate(body)
        situation = BY_ID.get(press.verb_argument)
        if situation is not None:
            self._show(press, client, Practice(situation, {}))

    def answer(self, body: Json, client: WebClient) -> None:
        """An option of the question shown."""
        press = Press.model_validate(body)
        self._step(press, client, press.action.value, (press.verb_argument,))

    def answer_ticks(self, body: Json, client: WebClient) -> None:
        """Continue under the boxes; nothing ticked, nothing happens."""
        press = Press.model_validate(body)
        question = press.action.value.rpartition(".")[0]
        if choices := press.chosen(press.action.value):
            self._step(press, client, question, choices)

    def back(self, body: Json, client: WebClient) -> None:
        """The question before."""
        press = Press.model_validate(body)
        if press.view is not None:
            practice = Practice.read(press.view.private_metadata)
            self._show(press, client, practice if press.action.value == modals.UNANSWERED else practice.without_last())

    def outcome(self, body: Json, client: WebClient) -> None:
        """Stop here, and see what it has come to; only once a lead would have been told at once."""
        press = Press.model_validate(body)
        if press.view is not None:
            self._show(press, client, Practice.read(press.view.private_metadata), stops=True)

    def _step(self, press: Press, client: WebClient, question: str, choices: tuple[str, ...]) -> None:
        """A second click on the same window is answered by the same next question."""
        if press.view is None:
            return
        practice = Practice.read(press.view.private_metadata)
        asked = replay(CHECKLIST, practice.answers).next
        if asked is not None and asked.id == question and asked.has(choices):
            practice = practice.with_answer(question, choices)
        self._show(press, client, practice)

    def _show(self, press: Press, client: WebClient, practice: Practice, *, stops: bool = False) -> None:
        progress = replay(CHECKLIST, practice.answers)
        if press.view is None:
            return
        if progress.next is not None and not (stops and progress.level >= PAGE_MOMENT):
            view = modals.ask(practice, progress.next, progress.level)
        else:
            decision = decide(CHECKLIST, progress)
            facts = facts_of(self._services.organisation, ())
            told = explain(CHECKLIST, progress, decision, facts, Told.NOBODY)
            view = modals.outcome(practice, decision, told, is_finished=progress.is_finished)
        client.views_update(view_id=press.view.id, view=view)


def _is_practice(body: Json) -> bool:
    return (body.get("view") or {}).get("type") == "modal"


def register(app: App, services: Services, replies: Replies) -> None:
    """Practise, and everything in its windows."""
    practising = Practising(services)

    def quickly(ack: Ack) -> None:
        ack()

    listeners: dict[str, Callable[..., None]] = {
        "practise": practising.choose,
        "practise_on": practising.begin,
        "practise_answer": practising.answer,
        "practise_ticks": practising.answer_ticks,
        "practise_back": practising.back,
        "practise_outcome": practising.outcome,
    }
    for verb, listener in listeners.items():
        app.action(named(verb))(ack=quickly, lazy=[guarded(listener, replies.sorry)])
    app.action("practise_tick")(quickly)
