"""An older window never overwrites newer words: both versions are kept, and the person chooses which one stands.

A window carries the newest entry of the check that it was opened on (`CheckView.window`). Where the service finds newer
words of the same kind (`services.transaction.NewerWords`), what was typed is kept beside them and this asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from slack_sdk import WebClient

from bot.check_view import CheckView
from bot.context import Services
from bot.slack import block_kit
from bot.slack.listeners import Answer, Listeners, Taken, close, update
from bot.slack.payloads import Sent
from flows.case import DECISIONS, Entry
from flows.events import EventKind
from services.transaction import NewerWords
from storage.errors import NoSuchCheck

_PLAIN = frozenset({"name", "status", "due"})
"""Keys whose values are no words of anybody."""

_TAKEN = frozenset(
    {"plain_text_input", "radio_buttons", "static_select", "checkboxes", "multi_static_select", "datepicker"}
    | {"datetimepicker", "timepicker"}
)
"""Types of the elements in our own modals."""
_KEPT = frozenset(
    {"type", "value", "selected_option", "selected_options", "selected_date", "selected_date_time", "selected_time"}
)


class Windows:
    """Registration of the modals that save words over earlier words."""

    def __init__(self, services: Services, on: Listeners) -> None:
        self._services = services
        self._on = on

    def submission(
        self,
        callback_id: str,
        listener: Callable[[Sent], Answer],
        then: Callable[[Taken, WebClient], None] | None = None,
        **more: tuple[str, ...],
    ) -> None:
        """Register a modal as `Listeners.submission` does, and "Keep mine" in the modal that asks instead of it."""

        def save(sent: Sent) -> Answer:
            try:
                return listener(sent)
            except NewerWords as newer:
                return self._ask(sent, newer.entry, f"keep_{callback_id}")

        self._on.submission(callback_id, save, then=then, **more)
        self._on.submission(f"keep_{callback_id}", lambda sent: self._keep_mine(sent, save), then=then)

    def _ask(self, sent: Sent, newer: int, callback_id: str) -> Answer:
        """Keep what was typed beside the newer words, and ask which of them stands. The gate has passed this person."""
        typed = "\n".join(_typed(sent.view.state.values))
        content = {"text": typed, "metadata": sent.metadata, "values": _given(sent.view.state.values)}
        with self._services.write() as tx:
            aside = self._services.casework(tx).set_aside(sent.check, sent.user.id, content, sent.request)
            view = self._services.look(tx, sent.check, history=True)
        entry = next(one for one in view.entries if one.id == newer)
        return update(_window(view, entry, sent.user.id, typed, callback_id, aside))

    def _keep_mine(self, sent: Sent, save: Callable[[Sent], Answer]) -> Answer:
        """Save what was typed over the words that were shown beside it; where there are newer ones still, ask again."""
        try:
            with self._services.database.read() as tx:
                view = self._services.look(tx, sent.check, history=True)
        except NoSuchCheck:  # answered as any other check of which this person has set nothing aside
            return close()
        mine = (one for one in view.entries if one.id == sent.number and one.who == sent.user.id)
        kept = next((one for one in mine if one.what is EventKind.SET_ASIDE), None)
        return save(sent.with_typed(kept.content, sent.opened_on)) if kept else close()


def _window(view: CheckView, newer: Entry, who: str, mine: str, callback_id: str, aside: int) -> block_kit.Block:
    at = block_kit.when(newer.at, view.now, view.organisation.zone)
    by = "on another device" if newer.who == who else f"by {view.author(newer)}"
    blocks = [
        block_kit.section(f"*This was changed {block_kit.esc(by)} at {at}.* Both are kept in the record."),
        *block_kit.labelled("What you wrote", mine),
        *block_kit.labelled("The newer words", "\n".join(_words(newer.content))),
    ]
    return block_kit.modal(
        "Changed meanwhile",
        blocks,
        callback_id=callback_id,
        metadata=view.window(str(aside)),
        submit="Keep mine",
        close="Keep the newer",
    )


def _given(values: dict[str, dict[str, dict[str, Any]]]) -> dict[str, dict[str, dict[str, Any]]]:
    """Return what was typed or chosen, and nothing else that a payload may hold: files are never taken."""
    return {
        block: {name: {key: element[key] for key in _KEPT & element.keys()} for name, element in elements.items()}
        for block, elements in values.items()
        if all(element.get("type") in _TAKEN for element in elements.values())
    }


def _typed(values: dict[str, dict[str, dict[str, Any]]]) -> Iterator[str]:
    """Yield what was typed or chosen in each box of a modal, in its order; what is empty is said to be."""
    for elements in values.values():
        for element in elements.values():
            chosen = (element.get("selected_option") or {}).get("text", {}).get("text")
            yield str(element.get("value") or element.get("selected_date") or chosen or "(empty)")


def _words(content: object) -> Iterator[str]:
    """Yield the words in an entry's content, in its order."""
    if isinstance(content, str) and content.strip():
        yield DECISIONS.get(content, content)
    elif isinstance(content, dict):
        for key, value in content.items():
            yield from () if key in _PLAIN else _words(value)
    elif isinstance(content, list):
        for value in content:
            yield from _words(value)
