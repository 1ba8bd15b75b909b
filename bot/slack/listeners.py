"""Register listeners with Bolt: parse Slack's payload once, acknowledge each kind in one way, and guard it.

A feature's listeners get a `Press` or a `Sent` and return what the person is to see; only this module acknowledges. A
listener that fails before the acknowledgement is answered by `failures.register`, one that fails after it by
`Replies.sorry`: both log the class of the error and a reference, and never a word of the payload.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack, App, BoltContext
from slack_sdk import WebClient

from bot.slack import block_kit
from bot.slack.failures import guarded
from bot.slack.payloads import Press, Sent, named
from bot.slack.replies import Replies
from flows.sentences import is_sentence

Json = dict[str, Any]
WRITE_SOMETHING = "Please write something, or close this."
DONE = "Done. You can close this."
NO_REASON = "Please give the reason in a few words. A dash or a single word is not enough."
_TAKEN = "taken"
"""The key in Bolt's context under which a submission keeps its answer's note for `then`."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a submitted modal. body: Slack's response_action. note: for `then`, see `Listeners.submission`."""

    body: Mapping[str, Any]
    note: str = ""


def close(note: str = "") -> Answer:
    """Close the modal; one beneath it is shown again."""
    return Answer({}, note)


def clear() -> Answer:
    """Close this modal and every one beneath it."""
    return Answer({"response_action": "clear"})


def update(view: block_kit.Block, note: str = "") -> Answer:
    """Show another view in the modal's place."""
    return Answer({"response_action": "update", "view": view}, note)


def errors(by_box: Mapping[str, str]) -> Answer:
    """Keep the modal open, and what was typed in it. by_box: block ids of inputs, each with what is wrong there."""
    return Answer({"response_action": "errors", "errors": dict(by_box)})


def without_words(sent: Sent, *boxes: str) -> Answer | None:
    """Return errors for those of these inputs that contain no visible character; None if all do. boxes: block ids."""
    empty = sent.without_words(*boxes)
    return errors(dict.fromkeys(empty, WRITE_SOMETHING)) if empty else None


def without_reasons(sent: Sent, *boxes: str) -> Answer | None:
    """Return errors for those of these inputs that give no reason, such as "n/a"; None if all do. boxes: block ids."""
    none = [box for box in boxes if not is_sentence(sent.typed(box))]
    return errors(dict.fromkeys(none, NO_REASON)) if none else None


class Taken(Sent):
    """A submission that was answered without errors. note: the answer's."""

    note: str = ""


class Listeners:
    """Registration of one feature's listeners. verb: an action id up to its dot. callback_id: a modal's."""

    def __init__(self, app: App, replies: Replies) -> None:
        self._app = app
        self._replies = replies

    def press(self, verb: str, listener: Callable[[Press], str | None]) -> None:
        """Register a button that saves. Acknowledge after `listener` has committed: Slack's ack means saved.

        The words that `listener` returns are shown only to the person who pressed. In a modal they stand in its place:
        Slack closes none for a press.
        """

        def save(ack: Ack, body: Json) -> None:
            press = self._press(body)
            words = listener(press)
            ack()
            if press.modal:
                self._replies.settle_later(press.modal, words or DONE)
            else:
                self._replies.say_later(body, words)

        self._app.action(named(verb))(save)

    def opens(self, verb: str, listener: Callable[[Press], block_kit.Block | str | None]) -> None:
        """Register a button that opens the modal that `listener` returns. It may return words to show instead, or None.

        Acknowledge at once. If the button was in a modal, the new one is pushed on top, or takes the place of a menu.
        """

        def show(body: Json, client: WebClient) -> None:
            press = self._press(body)
            found = listener(press)
            if isinstance(found, str) and press.is_in_menu:
                self._replies.settle_later(press.modal, found)
            elif isinstance(found, str):
                self._replies.say(body, found)
            elif found is not None and press.is_in_menu:
                client.views_update(view_id=press.modal, view=found)
            elif found is not None:
                put = client.views_push if press.modal else client.views_open
                put(trigger_id=press.trigger_id, view=found)

        self._at_once(verb, show)

    def replaces(
        self,
        verb: str,
        listener: Callable[[Press], block_kit.Block | None],
        then: Callable[[Press, WebClient], None] | None = None,
    ) -> None:
        """Register a button that replaces its modal by the view that `listener` returns, or else opens that view.

        Acknowledge at once. then: called after the view is shown, unless `listener` returned None.
        """

        def show(body: Json, client: WebClient) -> None:
            press = self._press(body)
            found = listener(press)
            if found is None:
                return
            if press.modal:
                client.views_update(view_id=press.modal, view=found)
            else:
                client.views_open(trigger_id=press.trigger_id, view=found)
            if then is not None:
                then(press, client)

        self._at_once(verb, show)

    def _press(self, body: Json) -> Press:
        """Read a press. Its response_url is kept before anything is saved, for the sender that edits the message."""
        press = Press.model_validate(body)
        self._replies.remember(press)
        return press

    def _at_once(self, verb: str, show: Callable[[Json, WebClient], None]) -> None:
        self._app.action(named(verb))(ack=_acknowledge, lazy=[guarded(show, self._replies.sorry)])

    def nothing(self, verb: str) -> None:
        """Register a control that Slack reports and that needs no action: a link, or an input read on submission."""
        self._app.action(named(verb))(_acknowledge)

    def submission(
        self,
        callback_id: str,
        listener: Callable[[Sent], Answer],
        *,
        needs: tuple[str, ...] = (),
        reasons: tuple[str, ...] = (),
        then: Callable[[Taken, WebClient], None] | None = None,
    ) -> None:
        """Register a modal's submission. Acknowledge with what `listener` answers, after it has committed.

        needs: block ids of inputs that must contain words before `listener` is called. reasons: of those that must
        give a reason. then: called afterwards, if the answer was not errors.
        """

        def answer(ack: Ack, body: Json, context: BoltContext) -> None:
            sent = Sent.model_validate(body)
            given = without_words(sent, *needs) or without_reasons(sent, *reasons) or listener(sent)
            if "errors" not in given.body:
                context[_TAKEN] = given.note
            ack(**given.body)

        def follow(body: Json, client: WebClient, context: BoltContext) -> None:
            if then is not None and _TAKEN in context:
                then(Taken.model_validate({**body, "note": context[_TAKEN]}), client)

        lazy = [guarded(follow, self._replies.sorry)] if then else []
        self._app.view(callback_id)(ack=answer, lazy=lazy)


def _acknowledge(ack: Ack) -> None:
    ack()
