"""Register what people press with Bolt: parse Slack's payload once, acknowledge it in one way for each kind, guard it.

A feature's listeners get a `Press` or a `Sent` and return what the person is to see; only this module acknowledges.
A listener that fails before the acknowledgement is answered by `failures.register`, one that fails after it by
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

Json = dict[str, Any]
WRITE_SOMETHING = "Please write something, or close this."
_TAKEN = "taken"
"""Where the context of a submission keeps its answer's note for the part that follows."""


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
    """Ask for words in those of these boxes that have none; None where all have."""
    empty = sent.without_words(*boxes)
    return errors(dict.fromkeys(empty, WRITE_SOMETHING)) if empty else None


class Taken(Sent):
    """A submission that was answered, and not with errors. note: the answer's."""

    note: str = ""


class Listeners:
    """Registers one feature's listeners. verb: an action id up to its dot; callback_id: a modal's."""

    def __init__(self, app: App, replies: Replies) -> None:
        self._app = app
        self._replies = replies

    def press(self, verb: str, listener: Callable[[Press], str | None]) -> None:
        """A button that saves. Acknowledge once `listener` has committed: Slack's tick means saved.

        What it returns is said to the person alone.
        """

        def save(ack: Ack, body: Json) -> None:
            words = listener(Press.model_validate(body))
            ack()
            self._replies.say_later(body, words)

        self._app.action(named(verb))(save)

    def opens(self, verb: str, listener: Callable[[Press], block_kit.Block | str | None]) -> None:
        """A button that opens the modal that `listener` returns; words are said instead; None: nothing happens.

        Acknowledge at once. The modal lies on top of the one that was pressed, if it was a modal.
        """

        def show(body: Json, client: WebClient) -> None:
            press = Press.model_validate(body)
            found = listener(press)
            if isinstance(found, str):
                self._replies.say(body, found)
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
        """A button whose modal becomes the view that `listener` returns; pressed elsewhere, it opens that view.

        Acknowledge at once. then: runs where there was a view, after it is shown.
        """

        def show(body: Json, client: WebClient) -> None:
            press = Press.model_validate(body)
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

    def _at_once(self, verb: str, show: Callable[[Json, WebClient], None]) -> None:
        self._app.action(named(verb))(ack=_acknowledge, lazy=[guarded(show, self._replies.sorry)])

    def nothing(self, verb: str) -> None:
        """A control that Slack reports and nothing follows from: a link, a box that is read when it is sent."""
        self._app.action(named(verb))(_acknowledge)

    def submission(
        self,
        callback_id: str,
        listener: Callable[[Sent], Answer],
        *,
        needs: tuple[str, ...] = (),
        then: Callable[[Taken, WebClient], None] | None = None,
    ) -> None:
        """A modal that is sent: acknowledge with what `listener` answers, once it has committed.

        needs: boxes that must hold words before `listener` is asked. then: runs afterwards, where the answer was not
        errors.
        """

        def answer(ack: Ack, body: Json, context: BoltContext) -> None:
            sent = Sent.model_validate(body)
            given = without_words(sent, *needs) or listener(sent)
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
